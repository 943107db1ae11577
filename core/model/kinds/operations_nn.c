/* Neural operations: convolutions, pooling, attention, normalisation. They are the layers' work without their
 * variables. */
#include <string.h>
#include <strings.h>

#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

enum { MAX_AXES = 3 };

/* A window over the axes of space of operand 0. */
struct window {
    int axes;
    bool first; /* channels_first */
    enum lt_padding padding;
    int64_t size[MAX_AXES], stride[MAX_AXES], dilation[MAX_AXES];
    struct lt_shape out;
    uint64_t taps, strides, in_pixels, out_pixels;
};

static int channel_axis(const struct window *w)
{
    return w->first ? 1 : w->axes + 1;
}

/* An argument for each axis; one number stands for all. False: a wrong count. */
static bool per_axis(const struct lt_call *call, const char *name, const struct window *w, int64_t fallback,
                     int64_t out[MAX_AXES])
{
    int64_t list[LT_MAX_RANK];
    int count = lt_op_ints(call, name, -1, list);
    for (int i = 0; i < w->axes; i++)
        out[i] = count <= 0 ? fallback : list[count == 1 ? 0 : i];
    return count <= 1 || count == w->axes;
}

/* The format and what all windows have; false where operand 0 is no such thing. */
static bool window_begin(const struct lt_call *call, struct window *w)
{
    const char *format = lt_op_text(call, "data_format", -1), *padding = lt_op_text(call, "padding", -1);
    *w = (struct window){.taps = 1, .strides = 1, .in_pixels = 1, .out_pixels = 1};
    if (call->in_count < 1 || call->in[0].rank < 3 || call->in[0].rank > MAX_AXES + 2)
        return false;
    w->axes = call->in[0].rank - 2;
    w->first = format && strcmp(format, "channels_first") == 0;
    w->padding = !padding || strcasecmp(padding, "valid") == 0 ? LT_PADDING_VALID : LT_PADDING_SAME;
    w->out = call->in[0];
    return true;
}

/* Lengths of the result from the window's sizes. */
static enum lt_status window_lengths(struct lt_call *call, struct window *w, bool transposed)
{
    int64_t padding[MAX_AXES];
    bool fits = per_axis(call, "output_padding", w, LT_NO_DIM, padding);
    for (int i = 0; fits && i < w->axes; i++) {
        int axis = w->first ? 2 + i : 1 + i;
        int64_t n = call->in[0].dim[axis];
        int64_t to = transposed
                         ? lt_window_transposed(n, w->size[i], w->stride[i], w->dilation[i], w->padding, padding[i])
                         : lt_window_positions(n, w->size[i], w->stride[i], w->dilation[i], w->padding);
        if (to < 1)
            return lt_call_fail(call, "a window of %lld does not fit into %lld", (long long)w->size[i], (long long)n);
        w->out.dim[axis] = to;
        w->taps = lt_mul(w->taps, (uint64_t)w->size[i]);
        w->strides = lt_mul(w->strides, (uint64_t)w->stride[i]);
        w->in_pixels = lt_mul(w->in_pixels, (uint64_t)n);
        w->out_pixels = lt_mul(w->out_pixels, (uint64_t)to);
    }
    return fits ? LT_OK : lt_call_fail(call, "output_padding needs a number for each of %d axes", w->axes);
}

static enum lt_op_kind kind_of(const struct lt_call *call)
{
    return (enum lt_op_kind)call->layer->kind->parameter;
}

/* A convolution by the kernel that operand 1 is. `known` is false where it is none. */
static enum lt_status convolution(struct lt_call *call, enum lt_op_kind kind, struct window *w, struct lt_conv *c,
                                  bool *known)
{
    *known = window_begin(call, w) && call->in_count > 1 && call->in[1].rank == w->axes + 2;
    if (!*known)
        return LT_OK;
    const struct lt_shape *x = &call->in[0], *kernel = &call->in[1];
    int64_t near = kernel->dim[w->axes], far = kernel->dim[w->axes + 1], channels = x->dim[channel_axis(w)];
    memcpy(w->size, kernel->dim, (size_t)w->axes * sizeof *w->size);
    if (!per_axis(call, "strides", w, 1, w->stride) || !per_axis(call, "dilation_rate", w, 1, w->dilation))
        return lt_call_fail(call, "strides and dilation_rate need a number for each of %d axes", w->axes);
    int64_t out = kind == LT_OP_CONV ? far : kind == LT_OP_CONV_TRANSPOSE ? near : near * far;
    int64_t taken = kind == LT_OP_CONV_TRANSPOSE ? far : near;
    if (taken < 1 || (kind == LT_OP_CONV ? channels % taken != 0 : channels != taken))
        return lt_call_fail(call, "a kernel for %lld channels does not fit %lld", (long long)taken,
                            (long long)channels);
    enum lt_status status = window_lengths(call, w, kind == LT_OP_CONV_TRANSPOSE);
    if (status != LT_OK)
        return status;
    w->out.dim[channel_axis(w)] = out;
    w->out.dtype = (uint8_t)lt_op_promote((enum lt_dtype)x->dtype, (enum lt_dtype)kernel->dtype);
    *c = (struct lt_conv){.batch = (uint64_t)x->dim[0],
                          .in_channels = (uint64_t)channels,
                          .out_channels = (uint64_t)out,
                          .groups = kind == LT_OP_CONV ? (uint64_t)(channels / taken) : 1,
                          .in_pixels = w->in_pixels,
                          .out_pixels = w->out_pixels,
                          .taps = w->taps,
                          .stride = w->strides};
    return LT_OK;
}

LT_RULE_SHAPE(conv)
{
    struct window w;
    struct lt_conv c;
    bool known;
    enum lt_status status = convolution(call, kind_of(call), &w, &c, &known);
    if (status != LT_OK)
        return status;
    return known ? lt_op_result(call, &w.out) : lt_op_unknown(call);
}

LT_RULE_OPS(conv)
{
    struct window w;
    struct lt_conv c;
    struct lt_call copy = *call;
    bool known;
    if (convolution(&copy, kind_of(call), &w, &c, &known) != LT_OK || !known)
        lt_op_opaque_ops(call, b);
    else
        lt_output(b, 0, lt_convolve(b, kind_of(call), lt_op_input(call, b, 0), lt_op_input(call, b, 1), &c));
}

/* A depthwise convolution and a pointwise one behind it. */
LT_RULE_SHAPE(separable)
{
    struct window w;
    struct lt_conv c;
    bool known;
    enum lt_status status = convolution(call, LT_OP_DEPTHWISE_CONV, &w, &c, &known);
    if (status != LT_OK)
        return status;
    if (!known || call->in_count < 3 || call->in[2].rank != w.axes + 2)
        return lt_op_unknown(call);
    w.out.dim[channel_axis(&w)] = call->in[2].dim[w.axes + 1];
    return lt_op_result(call, &w.out);
}

LT_RULE_OPS(separable)
{
    struct window w;
    struct lt_conv c;
    struct lt_call copy = *call;
    bool known;
    if (convolution(&copy, LT_OP_DEPTHWISE_CONV, &w, &c, &known) != LT_OK || !known || call->in_count < 3) {
        lt_op_opaque_ops(call, b);
        return;
    }
    lt_tensor deep = lt_convolve(b, LT_OP_DEPTHWISE_CONV, lt_op_input(call, b, 0), lt_op_input(call, b, 1), &c);
    struct lt_conv point = {.batch = c.batch,
                            .in_channels = c.out_channels,
                            .groups = 1,
                            .taps = 1,
                            .stride = 1,
                            .out_channels = (uint64_t)call->in[2].dim[w.axes + 1],
                            .in_pixels = c.out_pixels,
                            .out_pixels = c.out_pixels};
    lt_output(b, 0, lt_convolve(b, LT_OP_CONV, deep, lt_op_input(call, b, 2), &point));
}

static enum lt_status pooling(struct lt_call *call, struct window *w, bool *known)
{
    *known = window_begin(call, w);
    if (!*known)
        return LT_OK;
    for (int i = 0; i < w->axes; i++)
        w->dilation[i] = 1;
    if (!per_axis(call, "pool_size", w, 2, w->size))
        return lt_call_fail(call, "pool_size needs a number for each of %d axes", w->axes);
    if (!per_axis(call, "strides", w, LT_NO_DIM, w->stride))
        return lt_call_fail(call, "strides needs a number for each of %d axes", w->axes);
    for (int i = 0; i < w->axes; i++)
        w->stride[i] = w->stride[i] == LT_NO_DIM ? w->size[i] : w->stride[i];
    return window_lengths(call, w, false);
}

LT_RULE_SHAPE(pool)
{
    struct window w;
    bool known;
    enum lt_status status = pooling(call, &w, &known);
    if (status != LT_OK)
        return status;
    return known ? lt_op_result(call, &w.out) : lt_op_unknown(call);
}

LT_RULE_SHAPE(adaptive_pool)
{
    struct window w;
    int64_t size[MAX_AXES];
    if (!window_begin(call, &w) || !per_axis(call, "output_size", &w, LT_NO_DIM, size))
        return lt_op_unknown(call);
    for (int i = 0; i < w.axes; i++)
        if (size[i] > 0)
            w.out.dim[w.first ? 2 + i : 1 + i] = size[i];
    return lt_op_result(call, &w.out);
}

LT_RULE_OPS(pool)
{
    struct window w;
    struct lt_call copy = *call;
    bool known = false;
    bool sized = kind_of(call) == LT_OP_MAX_POOL || kind_of(call) == LT_OP_AVERAGE_POOL;
    lt_op_emit(call, b, kind_of(call));
    if (sized && pooling(&copy, &w, &known) == LT_OK && known)
        lt_last_op(b)->dim[0] = w.taps;
    else if (!sized)
        lt_last_op(b)->dim[0] =
            lt_ceil_div(lt_shape_elements(&call->in[0]), lt_max(lt_shape_elements(&call->out[0]), 1));
}

LT_RULE_SHAPE(glu)
{
    int64_t given = lt_op_int(call, "axis", -1, -1);
    int axis = call->in_count ? lt_shape_axis(&call->in[0], given) : -1;
    if (axis < 0)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.dim[axis] /= 2;
    return lt_op_result(call, &out);
}

/* query: batch, length, heads, size; key and value: with the same number of heads or a divisor of it. */
LT_RULE_SHAPE(attention)
{
    if (call->in_count < 3 || call->in[0].rank != 4 || call->in[1].rank != 4 || call->in[2].rank != 4)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    if (call->in[1].dim[3] != out.dim[3])
        return lt_call_fail(call, "the last axes of query and key differ");
    out.dim[3] = call->in[2].dim[3];
    return lt_op_result(call, &out);
}

LT_RULE_OPS(attention)
{
    if (call->in_count < 3 || call->in[0].rank != 4 || call->in[1].rank != 4 || call->in[2].rank != 4) {
        lt_op_opaque_ops(call, b);
        return;
    }
    const struct lt_shape *q = &call->in[0], *k = &call->in[1], *v = &call->in[2];
    uint64_t dim[] = {(uint64_t)q->dim[0], (uint64_t)q->dim[2], (uint64_t)q->dim[1],
                      (uint64_t)k->dim[1], (uint64_t)q->dim[3], (uint64_t)v->dim[3]};
    unsigned flags = lt_op_bool(call, "is_causal", false) ? LT_OP_CAUSAL : 0;
    flags |= call->in_count > 3 ? LT_OP_MASKED : 0; /* a mask or a bias */
    lt_output(
        b, 0,
        lt_attention(b, lt_op_input(call, b, 0), lt_op_input(call, b, 1), lt_op_input(call, b, 2), dim, flags, NULL));
}

LT_RULE_SHAPE(loss)
{
    if (call->in_count < 1 || call->in[0].rank < 0)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.dtype = call->in[call->in_count - 1].dtype;
    if (call->layer->kind->variant && out.rank > 0)
        out.rank--;
    return lt_op_result(call, &out);
}

/* kind->variant "up": pixels from channels; NULL: channels from pixels. */
LT_RULE_SHAPE(blocks)
{
    struct window w;
    int64_t block = lt_op_int(call, "block_size", -1, 0);
    if (!window_begin(call, &w) || block < 1 || w.axes != 2)
        return lt_op_unknown(call);
    bool up = call->layer->kind->variant != NULL;
    int64_t *channels = &w.out.dim[channel_axis(&w)], *space = &w.out.dim[w.first ? 2 : 1];
    if (up ? *channels % (block * block) : space[0] % block || space[1] % block)
        return lt_call_fail(call, "the image cannot be cut into blocks of %lld", (long long)block);
    *channels = up ? *channels / (block * block) : *channels * block * block;
    for (int i = 0; i < 2; i++)
        space[i] = up ? space[i] * block : space[i] / block;
    return lt_op_result(call, &w.out);
}

/* Windows of (batch, channels, rows, columns) as columns: (batch, channels x window, positions). */
LT_RULE_SHAPE(unfold)
{
    struct window w = {.axes = 2, .first = true};
    int64_t padding[MAX_AXES], positions = 1;
    if (call->in_count < 1 || call->in[0].rank != 4 || !per_axis(call, "kernel_size", &w, 0, w.size) ||
        !per_axis(call, "stride", &w, 1, w.stride) || !per_axis(call, "dilation", &w, 1, w.dilation) ||
        !per_axis(call, "padding", &w, 0, padding))
        return lt_op_unknown(call);
    for (int i = 0; i < 2; i++) {
        int64_t n = call->in[0].dim[2 + i] + 2 * padding[i];
        int64_t to = lt_window_positions(n, w.size[i], w.stride[i], w.dilation[i], LT_PADDING_VALID);
        if (to < 1)
            return lt_call_fail(call, "a window of %lld does not fit into %lld", (long long)w.size[i], (long long)n);
        positions *= to;
    }
    struct lt_shape out = {.rank = 3, .dtype = call->in[0].dtype, .dim = {call->in[0].dim[0]}};
    out.dim[1] = call->in[0].dim[1] * w.size[0] * w.size[1];
    out.dim[2] = positions;
    return lt_op_result(call, &out);
}

/* Normalisation over the last axis, or by the statistics of a channel, with what parameters are operands. */
LT_RULE_OPS(norm)
{
    enum lt_op_kind kind = kind_of(call);
    const struct lt_shape *x = &call->in[0];
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count, sizeof *in);
    if (!in || x->rank < 1)
        return;
    uint64_t parameters = 0, all = lt_shape_elements(x), channels = (uint64_t)x->dim[x->rank - 1];
    for (int i = 0; i < call->in_count; i++) {
        in[i] = lt_op_input(call, b, i);
        parameters = i > 0 ? lt_add(parameters, lt_elements(b, in[i])) : 0;
    }
    lt_output(b, 0, lt_emit(b, kind, in, call->in_count, all, (enum lt_dtype)call->out[0].dtype));
    struct lt_op *op = lt_last_op(b);
    bool by_channel = kind == LT_OP_BATCH_NORM_FROZEN;
    op->dim[0] = by_channel ? channels : channels ? all / channels : 0;
    op->dim[1] = by_channel ? (channels ? all / channels : 0) : channels;
    op->dim[2] = parameters;
}
