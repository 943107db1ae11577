/* Layers around a layer. The inner layers are children; their variables are the wrapper's, in the children's order.
 * Keras 3's layers/rnn/{bidirectional,time_distributed}.py, layers/core/wrapper.py,
 * layers/normalization/spectral_normalization.py. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/inner.h"
#include "core/model/kinds/kinds.h"

/* Results and failures of an inner call become those of the wrapper. */
static enum lt_status take_over(struct lt_call *call, const struct lt_call *child, enum lt_status status)
{
    if (status == LT_INVALID)
        return lt_call_fail(call, "%s", child->problem ? child->problem : "the inner layer cannot take this input");
    if (status != LT_OK)
        return status;
    call->out = child->out;
    call->out_count = child->out_count;
    return LT_OK;
}

/* Wrapper: the inner layer's variables around an identity. Keras's class is meant to be derived from; of its own it is
 * no more. */

static enum lt_status plain_child(const struct lt_call *call, struct lt_call *child)
{
    *child = (struct lt_call){0};
    return call->layer->child_count ? lt_inner_call(call, 0, call->in, call->in_count, child) : LT_INVALID;
}

static enum lt_status plain_shape(struct lt_call *call)
{
    struct lt_call child;
    enum lt_status status = plain_child(call, &child);
    return status == LT_OK ? lt_call_same(call) : take_over(call, &child, status);
}

static void plain_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call child;
    if (plain_child(call, &child) == LT_OK)
        lt_inner_variables(call, &child, out);
}

static void plain_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_alias(b, lt_input(b, 0)));
}

/* TimeDistributed: the number of steps is known, so each is a call of its own. */

static enum lt_status step_child(const struct lt_call *call, struct lt_call *child)
{
    *child = (struct lt_call){0};
    struct lt_shape *in = lt_alloc(call->arena, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    if (!call->layer->child_count || call->in_count < 1 || call->in[0].rank < 2)
        return LT_INVALID;
    *in = call->in[0];
    in->rank--;
    for (int i = 1; i < in->rank; i++)
        in->dim[i] = call->in[0].dim[i + 1];
    return lt_inner_call(call, 0, in, 1, child);
}

static enum lt_status steps_shape(struct lt_call *call)
{
    struct lt_call child;
    enum lt_status status = step_child(call, &child);
    if (status == LT_INVALID && !child.problem)
        return lt_call_fail(call, "expects an input with at least 2 axes: batch, time");
    if (status != LT_OK)
        return take_over(call, &child, status);
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    if (child.out[0].rank < 1 || child.out[0].rank == LT_MAX_RANK)
        return LT_UNSUPPORTED;
    *out = child.out[0];
    out->rank++;
    out->dim[1] = call->in[0].dim[1];
    for (int i = 2; i < out->rank; i++)
        out->dim[i] = child.out[0].dim[i - 1];
    return LT_OK;
}

static void steps_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call child;
    if (step_child(call, &child) == LT_OK)
        lt_inner_variables(call, &child, out);
}

static void steps_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call child;
    lt_tensor x = lt_input(b, 0), y = LT_NO_TENSOR;
    if (step_child(call, &child) != LT_OK || child.out_count != 1) {
        lt_opaque(call, b);
        return;
    }
    lt_repeat_begin(b, (uint64_t)call->in[0].dim[1], true);
    lt_tensor step = lt_map_to(b, LT_OP_COPY, x, lt_shape_elements(&child.in[0]));
    lt_inner_ops(&child, b, 0, &step, &y);
    lt_repeat_end(b);
    lt_output(b, 0, lt_map_to(b, LT_OP_COPY, y, lt_shape_elements(&call->out[0])));
}

/* Bidirectional: child 0 reads forwards, child 1 backwards; files of older Keras name only the first, and the second is
 * then its copy. */

enum { MERGE_MODE };

static const char *const merge_modes[] = {"concat", "sum", "mul", "ave", NULL};

static const struct lt_field bidirectional_fields[] = {
    {.name = "merge_mode",
     .type = LT_FIELD_CHOICE,
     .initial = "concat",
     .choices = merge_modes,
     .optional = true,
     .help = "How the two directions become one output; none: both are outputs"},
};

/* The call of one direction. Initial states are halved between the two. */
static enum lt_status direction(const struct lt_call *call, int which, struct lt_call *child)
{
    *child = (struct lt_call){0};
    if (!call->layer->child_count || call->in_count < 1)
        return LT_INVALID;
    int states = (call->in_count - 1) / 2;
    struct lt_shape *in = lt_alloc_array(call->arena, (size_t)(1 + states), sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    in[0] = call->in[0];
    for (int i = 0; i < states; i++)
        in[1 + i] = call->in[1 + which * states + i];
    return lt_inner_call(call, which < call->layer->child_count ? which : 0, in, 1 + states, child);
}

static enum lt_status directions(const struct lt_call *call, struct lt_call child[2])
{
    child[1] = (struct lt_call){0};
    enum lt_status status = direction(call, 0, &child[0]);
    return status == LT_OK ? direction(call, 1, &child[1]) : status;
}

/* Keras reports twice the forward direction, however wide the other one is (bidirectional.py, compute_output_shape). */
static enum lt_status report_twice(struct lt_call *call, const struct lt_shape *forward)
{
    struct lt_shape *reported = lt_call_report(call);
    if (reported)
        reported[0].dim[forward->rank - 1] = 2 * forward->dim[forward->rank - 1];
    return reported ? LT_OK : LT_NO_MEMORY;
}

static enum lt_status bidirectional_shape(struct lt_call *call)
{
    struct lt_call child[2];
    enum lt_status status = directions(call, child);
    if (status != LT_OK)
        return take_over(call, child[0].problem ? &child[0] : &child[1], status);
    const char *mode = lt_config_text(call, MERGE_MODE);
    const struct lt_shape *forward = &child[0].out[0], *backward = &child[1].out[0];
    int states = child[0].out_count - 1, outputs = mode ? 1 : 2;
    struct lt_shape *out = lt_call_out(call, outputs + states + child[1].out_count - 1);
    if (!out)
        return LT_NO_MEMORY;
    if (forward->rank < 1 || backward->rank != forward->rank)
        return LT_UNSUPPORTED;
    out[0] = *forward;
    if (!mode)
        out[1] = *backward;
    else if (strcmp(mode, "concat") == 0)
        out[0].dim[forward->rank - 1] += backward->dim[forward->rank - 1];
    else if (!lt_shape_equal(forward, backward))
        return lt_call_fail(call, "the two directions differ in shape and cannot be merged by %s", mode);
    for (int i = 0; i < states; i++)
        out[outputs + i] = child[0].out[1 + i];
    for (int i = 1; i < child[1].out_count; i++)
        out[outputs + states + i - 1] = child[1].out[i];
    return mode && !lt_shape_equal(forward, backward) ? report_twice(call, forward) : LT_OK;
}

static void bidirectional_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call child[2];
    if (directions(call, child) != LT_OK)
        return;
    if (call->layer->child_count > 1) {
        lt_inner_variables(call, &child[0], out);
        lt_inner_variables(call, &child[1], out);
        return;
    }
    uint32_t first = out->count;
    lt_child_variables(&child[0], "forward", out);
    lt_child_variables(&child[1], "backward", out);
    if (!call->layer->trainable && !call->keras_3)
        for (uint32_t i = first; i < out->count; i++)
            out->item[i].trainable = false;
}

static lt_tensor merge(const struct lt_call *call, struct lt_builder *b, lt_tensor x, lt_tensor y, const char *mode)
{
    uint64_t elements = lt_shape_elements(&call->out[0]);
    if (strcmp(mode, "concat") == 0)
        return lt_combine(b, LT_OP_CONCAT, x, y, elements);
    if (strcmp(mode, "mul") == 0)
        return lt_combine(b, LT_OP_MULTIPLY, x, y, elements);
    lt_tensor sum = lt_combine(b, LT_OP_ADD, x, y, elements);
    return strcmp(mode, "ave") == 0 ? lt_map(b, LT_OP_SCALE, sum) : sum;
}

static void bidirectional_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call child[2];
    if (directions(call, child) != LT_OK) {
        lt_opaque(call, b);
        return;
    }
    int most = call->in_count + call->out_count, first[2] = {0, lt_inner_variable_count(call, &child[0], b->arena)};
    lt_tensor *in = lt_alloc_array(b->arena, (size_t)most, sizeof *in);
    lt_tensor *out = lt_alloc_array(b->arena, 2 * (size_t)most, sizeof *out);
    if (!in || !out)
        return;
    lt_tensor *result[2] = {out, out + most};
    for (int d = 0; d < 2; d++) {
        int states = child[d].in_count - 1;
        in[0] = lt_input(b, 0);
        for (int i = 0; i < states; i++)
            in[1 + i] = lt_input(b, 1 + d * states + i);
        lt_inner_ops(&child[d], b, first[d], in, result[d]);
    }
    /* Where the steps are the output, the backward ones are turned round again. */
    if (child[1].out[0].rank == call->in[0].rank)
        result[1][0] = lt_map(b, LT_OP_COPY, result[1][0]);
    const char *mode = lt_config_text(call, MERGE_MODE);
    int next = 0;
    if (mode) {
        lt_output(b, next++, merge(call, b, result[0][0], result[1][0], mode));
    } else {
        lt_output(b, next++, result[0][0]);
        lt_output(b, next++, result[1][0]);
    }
    for (int d = 0; d < 2; d++)
        for (int i = 1; i < child[d].out_count; i++)
            lt_output(b, next++, result[d][i]);
}

/* SpectralNormalization: in training the inner kernel is divided by its largest singular value, which power iteration
 * finds. The new kernel is assigned, not differentiated through. */

enum { POWER_ITERATIONS };

static const struct lt_field spectral_fields[] = {
    {.name = "power_iterations",
     .type = LT_FIELD_INT,
     .initial = "1",
     .low = 1,
     .high = 1 << 20,
     .help = "Steps towards the largest singular value"},
};

/* The inner kernel's index among the variables, -1: the inner layer has none. */
static int kernel_index(const struct lt_variables *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const char *slash = strrchr(list->item[i].name, '/'), *name = slash ? slash + 1 : list->item[i].name;
        if (strcmp(name, "kernel") == 0 || strcmp(name, "embeddings") == 0)
            return (int)i;
    }
    return -1;
}

static enum lt_status spectral_shape(struct lt_call *call)
{
    struct lt_call child;
    enum lt_status status = plain_child(call, &child);
    if (status != LT_OK)
        return take_over(call, &child, status);
    struct lt_variables list = {.arena = call->arena};
    lt_inner_variables(call, &child, &list);
    if (child.out[0].rank >= 0 && kernel_index(&list) < 0)
        return lt_call_fail(call, "the inner layer has neither a kernel nor embeddings");
    return take_over(call, &child, LT_OK);
}

static void spectral_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call child;
    struct lt_variables list = {.arena = out->arena};
    if (plain_child(call, &child) != LT_OK)
        return;
    lt_inner_variables(call, &child, &list);
    uint32_t first = out->count;
    lt_inner_variables(call, &child, out);
    int kernel = kernel_index(&list);
    if (kernel < 0)
        return;
    /* Keras 2 takes the kernel for the wrapper's own as well, so that a frozen inner layer does not freeze it. */
    if (!call->keras_3 && first + (uint32_t)kernel < out->count)
        out->item[first + (uint32_t)kernel].trainable = call->layer->trainable;
    const struct lt_variable *v = &list.item[kernel];
    lt_variable_add_as(call, out, "vector_u", false, (enum lt_dtype)v->dtype, 2, (int64_t[]){1, v->dim[v->rank - 1]});
}

/* Variables of the inner layer come first, so that vector_u stands right behind them. */
static void power_iteration(const struct lt_call *call, struct lt_builder *b, int kernel, int vector, uint64_t columns)
{
    lt_tensor weights = lt_map(b, LT_OP_STOP_GRADIENT, lt_weight_raw(b, kernel));
    uint64_t rows = columns ? lt_elements(b, weights) / columns : 0;
    lt_tensor u = lt_weight_raw(b, vector), v = u;
    int64_t turns = lt_config_int(call, POWER_ITERATIONS);
    lt_repeat_begin(b, turns > 0 ? (uint64_t)turns : 1, true);
    v = lt_matmul(b, u, lt_map(b, LT_OP_COPY, weights), 1, 1, rows, columns);
    v = lt_map(b, LT_OP_UNIT_NORM, v);
    u = lt_map(b, LT_OP_UNIT_NORM, lt_matmul(b, v, weights, 1, 1, columns, rows));
    lt_repeat_end(b);
    lt_tensor sigma = lt_matmul(b, lt_matmul(b, v, weights, 1, 1, columns, rows), u, 1, 1, 1, columns);
    lt_combine(b, LT_OP_DIVIDE, weights, sigma, lt_elements(b, weights));
}

static void spectral_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call child;
    struct lt_variables list = {.arena = b->arena};
    if (plain_child(call, &child) != LT_OK) {
        lt_opaque(call, b);
        return;
    }
    lt_inner_variables(call, &child, &list);
    int kernel = kernel_index(&list);
    if (call->training && kernel >= 0)
        power_iteration(call, b, kernel, (int)list.count, (uint64_t)list.item[kernel].dim[list.item[kernel].rank - 1]);
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count, sizeof *in);
    lt_tensor *out = lt_alloc_array(b->arena, call->out_count, sizeof *out);
    if (!in || !out)
        return;
    for (int i = 0; i < call->in_count; i++)
        in[i] = lt_input_raw(b, i);
    lt_inner_ops(&child, b, 0, in, out);
    for (int i = 0; i < call->out_count; i++)
        lt_output(b, i, out[i]);
}

const struct lt_kind kinds_wrappers[] = {
    {.name = "Bidirectional",
     .module = "keras.layers",
     .help = "A recurrent layer in both directions of time",
     .family = LT_FAMILY_RECURRENT,
     .config = bidirectional_fields,
     .config_count = 1,
     .shape = bidirectional_shape,
     .variables = bidirectional_variables,
     .ops = bidirectional_ops},
    {.name = "TimeDistributed",
     .module = "keras.layers",
     .help = "A layer applied to every step of a sequence",
     .family = LT_FAMILY_RECURRENT,
     .shape = steps_shape,
     .variables = steps_variables,
     .ops = steps_ops},
    {.name = "SpectralNormalization",
     .module = "keras.layers",
     .help = "A layer whose kernel is kept at a largest singular value of one",
     .family = LT_FAMILY_NORMALIZATION,
     .config = spectral_fields,
     .config_count = 1,
     .shape = spectral_shape,
     .variables = spectral_variables,
     .ops = spectral_ops},
    {.name = "Wrapper",
     .module = "keras.layers",
     .help = "The base class of wrappers: holds a layer and passes its input on",
     .family = LT_FAMILY_CORE,
     .shape = plain_shape,
     .variables = plain_variables,
     .ops = plain_ops},
    {0},
};
