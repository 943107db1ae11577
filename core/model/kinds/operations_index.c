/* Operations that join tensors, part them, or pick elements by index. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

static bool is_class(const struct lt_tree *tree, const char *name)
{
    return strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), name) == 0;
}

/* Keras 3's object, or the bare {start, stop, step} of tf.keras. */
static bool is_slice(const struct lt_tree *part)
{
    return is_class(part, "__slice__") || (part->type == LT_TREE_MAP && lt_tree_get(part, "start"));
}

/* Elements of start:stop:step on an axis of n, as Python counts them. */
static int64_t slice_length(const struct lt_tree *slice, int64_t n)
{
    const struct lt_tree *config = lt_tree_get(slice, "config") ? lt_tree_get(slice, "config") : slice;
    int64_t step = lt_tree_int(lt_tree_get(config, "step"), 1);
    if (step == 0)
        return 0;
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
    int64_t start = lt_tree_int(lt_tree_get(config, "start"), LT_NO_DIM);
    int64_t stop = lt_tree_int(lt_tree_get(config, "stop"), LT_NO_DIM);
    int64_t *ends[] = {&start, &stop};
    for (int i = 0; i < 2; i++) {
        if (*ends[i] == LT_NO_DIM) {
            *ends[i] = (i == 0) == (step > 0) ? low : high;
            continue;
        }
        *ends[i] += *ends[i] < 0 ? n : 0;
        *ends[i] = *ends[i] < low ? low : *ends[i] > high ? high : *ends[i];
    }
    int64_t span = step > 0 ? stop - start : start - stop, size = step > 0 ? step : -step;
    return span > 0 ? (span + size - 1) / size : 0;
}

/* x[key]: one part of the key after another. An index of several elements is not followed. */
LT_RULE_SHAPE(getitem)
{
    const struct lt_tree *key = lt_op_tree(call, "key", 1);
    if (call->in_count != 1 || !key)
        return lt_op_unknown(call);
    const struct lt_shape *x = &call->in[0];
    struct lt_shape out = {.dtype = x->dtype};
    bool list = key->type == LT_TREE_LIST, dots = false;
    int axis = 0, taken = 0;
    for (const struct lt_tree *part = list ? key->child : key; part; part = list ? part->next : NULL)
        taken += part->type == LT_TREE_INT || is_slice(part);
    for (const struct lt_tree *part = list ? key->child : key; part; part = list ? part->next : NULL) {
        bool ellipsis = is_class(part, "__ellipsis__");
        if (out.rank + x->rank - axis >= LT_MAX_RANK && part->type == LT_TREE_NULL)
            return lt_op_unknown(call);
        if (part->type == LT_TREE_NULL)
            out.dim[out.rank++] = 1;
        else if (part->type == LT_TREE_INT && axis < x->rank)
            axis++;
        else if (is_slice(part) && axis < x->rank)
            out.dim[out.rank++] = slice_length(part, x->dim[axis]), axis++;
        else if (ellipsis && !dots)
            for (int i = taken; i < x->rank; i++)
                out.dim[out.rank++] = x->dim[axis++];
        else
            return lt_op_unknown(call);
        dots = dots || ellipsis;
    }
    while (axis < x->rank)
        out.dim[out.rank++] = x->dim[axis++];
    return lt_op_result(call, &out);
}

/* The axis replaced by the shape of the indices. */
LT_RULE_SHAPE(take)
{
    if (call->in_count < 1)
        return lt_op_unknown(call);
    const struct lt_tree *given = lt_op_tree(call, "indices", 1);
    struct lt_shape indices = {.rank = 0}, x = call->in[0], out = {.dtype = x.dtype};
    if (!given || lt_op_is_tensor(given)) {
        if (call->in_count < 2)
            return lt_op_unknown(call);
        indices = call->in[1];
    } else {
        const struct lt_tree *value = lt_tree_get(lt_tree_get(given, "config"), "value");
        for (value = value ? value : given; value && value->type == LT_TREE_LIST && indices.rank < LT_MAX_RANK;
             value = value->child)
            indices.dim[indices.rank++] = value->count;
    }
    int64_t axis = lt_op_int(call, "axis", -1, LT_NO_DIM);
    int at = lt_shape_axis(&x, axis);
    if (axis == LT_NO_DIM) { /* from the flattened operand */
        indices.dtype = x.dtype;
        return lt_op_result(call, &indices);
    }
    if (at < 0 || x.rank - 1 + indices.rank > LT_MAX_RANK)
        return lt_call_fail(call, "there is no axis %lld among %d", (long long)axis, x.rank);
    for (int i = 0; i < at; i++)
        out.dim[out.rank++] = x.dim[i];
    for (int i = 0; i < indices.rank; i++)
        out.dim[out.rank++] = indices.dim[i];
    for (int i = at + 1; i < x.rank; i++)
        out.dim[out.rank++] = x.dim[i];
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(take_along)
{
    if (call->in_count < 2)
        return lt_op_unknown(call);
    struct lt_shape x = call->in[0], out = call->in[1];
    int64_t axis = lt_op_int(call, "axis", -1, LT_NO_DIM);
    out.dtype = x.dtype;
    if (axis == LT_NO_DIM)
        return lt_op_result(call, &out);
    int at = lt_shape_axis(&x, axis);
    if (at < 0 || x.rank != out.rank)
        return lt_call_fail(call, "indices and values need the same axes");
    for (int i = 0; i < x.rank; i++)
        if (i != at && out.dim[i] == 1)
            out.dim[i] = x.dim[i];
    return lt_op_result(call, &out);
}

/* The dtype of all operands together. */
static enum lt_dtype joined(const struct lt_call *call)
{
    enum lt_dtype dtype = (enum lt_dtype)call->in[0].dtype;
    for (int i = 1; i < call->in_count; i++)
        dtype = lt_op_promote(dtype, (enum lt_dtype)call->in[i].dtype);
    return dtype;
}

LT_RULE_SHAPE(stack)
{
    if (call->in_count < 1 || call->in[0].rank == LT_MAX_RANK)
        return lt_op_unknown(call);
    const struct lt_shape *x = &call->in[0];
    struct lt_shape out = {.rank = (int8_t)(x->rank + 1), .dtype = (uint8_t)joined(call)};
    int64_t given = lt_op_int(call, "axis", -1, 0);
    int axis = lt_shape_axis(&out, given);
    if (axis < 0)
        return lt_call_fail(call, "there is no axis %lld among %d", (long long)given, out.rank);
    for (int i = 0, from = 0; i < out.rank; i++)
        out.dim[i] = i == axis ? call->in_count : x->dim[from++];
    for (int i = 1; i < call->in_count; i++)
        if (!lt_shape_equal(x, &call->in[i]))
            return lt_call_fail(call, "all that is stacked needs the same shape");
    return lt_op_result(call, &out);
}

static enum lt_status concatenate(struct lt_call *call, int64_t given)
{
    struct lt_shape out = call->in[0];
    int axis = lt_shape_axis(&out, given);
    if (axis < 0)
        return lt_call_fail(call, "there is no axis %lld among %d", (long long)given, out.rank);
    for (int i = 1; i < call->in_count; i++) {
        const struct lt_shape *x = &call->in[i];
        bool fits = x->rank == out.rank;
        for (int d = 0; fits && d < out.rank; d++)
            fits = d == axis || x->dim[d] == out.dim[d];
        if (!fits)
            return lt_call_fail(call, "operand %d does not fit to the others outside axis %d", i, axis);
        out.dim[axis] += x->dim[axis];
    }
    out.dtype = (uint8_t)joined(call);
    return lt_op_result(call, &out);
}

/* kind->variant: "h", "v" or "d" of the stacks along a fixed axis; NULL: by config. */
LT_RULE_SHAPE(concatenate)
{
    const char *fixed = call->layer->kind->variant;
    if (call->in_count < 1 || (fixed && call->in[0].rank < (fixed[0] == 'd' ? 3 : 2)))
        return lt_op_unknown(call);
    int64_t axis = fixed ? (fixed[0] == 'h' ? 1 : fixed[0] == 'v' ? 0 : 2) : lt_op_int(call, "axis", -1, 0);
    return concatenate(call, axis);
}

LT_RULE_SHAPE(append)
{
    int64_t axis = lt_op_int(call, "axis", -1, LT_NO_DIM);
    if (call->in_count != 2)
        return lt_op_unknown(call);
    if (axis != LT_NO_DIM)
        return concatenate(call, axis);
    uint64_t all = lt_add(lt_shape_elements(&call->in[0]), lt_shape_elements(&call->in[1]));
    return lt_op_result(call, &(struct lt_shape){.rank = 1, .dtype = (uint8_t)joined(call), .dim = {(int64_t)all}});
}

/* A number of parts, or the indices to cut at. kind->variant "uneven": the first parts may be one longer. */
LT_RULE_SHAPE(split)
{
    struct lt_value how = lt_op_argument(call, "indices_or_sections", -1);
    int64_t cut[LT_MAX_RANK], given = lt_op_int(call, "axis", -1, 0);
    if (call->in_count < 1)
        return lt_op_unknown(call);
    const struct lt_shape *x = &call->in[0];
    int axis = lt_shape_axis(x, given);
    int cuts = lt_op_ints(call, "indices_or_sections", -1, cut);
    bool sections = how.type == LT_VALUE_INT;
    if (cuts < 0 || (sections && (cut[0] < 1 || cut[0] > UINT16_MAX)))
        return lt_op_unknown(call);
    if (axis < 0)
        return lt_call_fail(call, "there is no axis %lld among %d", (long long)given, x->rank);
    int64_t n = x->dim[axis];
    if (sections && n % cut[0] && !call->layer->kind->variant)
        return lt_call_fail(call, "%lld elements cannot be split into %lld equal parts", (long long)n,
                            (long long)cut[0]);
    struct lt_shape *out = lt_call_out(call, sections ? (int)cut[0] : cuts + 1);
    if (!out)
        return LT_NO_MEMORY;
    int64_t last = 0;
    for (int i = 0; i < call->out_count; i++) {
        int64_t end = sections ? 0 : i < cuts ? (cut[i] < 0 ? cut[i] + n : cut[i]) : n;
        end = end > n ? n : end;
        out[i] = *x;
        out[i].dim[axis] = sections ? n / cut[0] + (i < n % cut[0]) : end > last ? end - last : 0;
        last = end;
    }
    return LT_OK;
}

LT_RULE_SHAPE(unstack)
{
    int64_t given = lt_op_int(call, "axis", -1, 0);
    int axis = call->in_count ? lt_shape_axis(&call->in[0], given) : -1;
    if (axis < 0 || call->in[0].dim[axis] > UINT16_MAX || call->in[0].dim[axis] < 1)
        return lt_op_unknown(call);
    struct lt_shape part = call->in[0];
    part.rank--;
    for (int i = axis; i < part.rank; i++)
        part.dim[i] = call->in[0].dim[i + 1];
    struct lt_shape *out = lt_call_out(call, (int)call->in[0].dim[axis]);
    for (int i = 0; out && i < call->out_count; i++)
        out[i] = part;
    return out ? LT_OK : LT_NO_MEMORY;
}

/* The operand with a new axis of num_classes. False: not known. */
static bool with_classes(const struct lt_call *call, struct lt_shape *out)
{
    int64_t classes = lt_op_int(call, "num_classes", -1, 0), given = lt_op_int(call, "axis", -1, -1);
    if (call->in_count < 1 || classes < 1 || call->in[0].rank == LT_MAX_RANK)
        return false;
    *out = (struct lt_shape){.rank = (int8_t)(call->in[0].rank + 1)};
    out->dtype = (uint8_t)lt_op_dtype(call, "dtype", LT_FLOAT32);
    int axis = lt_shape_axis(out, given);
    for (int i = 0, from = 0; axis >= 0 && i < out->rank; i++)
        out->dim[i] = i == axis ? classes : call->in[0].dim[from++];
    return axis >= 0;
}

LT_RULE_SHAPE(one_hot)
{
    struct lt_shape out;
    return with_classes(call, &out) ? lt_op_result(call, &out) : lt_op_unknown(call);
}

/* One place for each class instead of the first axis behind the batch, or of the only axis. */
LT_RULE_SHAPE(multi_hot)
{
    struct lt_shape out;
    if (!with_classes(call, &out))
        return lt_op_unknown(call);
    for (int i = out.rank == 2 ? 0 : 1; i + 1 < out.rank; i++)
        out.dim[i] = out.dim[i + 1];
    out.rank--;
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(update)
{
    return call->in_count ? lt_op_result(call, &call->in[0]) : lt_op_unknown(call);
}

LT_RULE_SHAPE(scatter)
{
    struct lt_shape out = {0};
    int count = lt_op_ints(call, "shape", 2, out.dim);
    if (count < 0 || call->in_count < 1)
        return lt_op_unknown(call);
    out.rank = (int8_t)count;
    out.dtype = call->in[call->in_count - 1].dtype;
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(segment)
{
    int64_t segments = lt_op_int(call, "num_segments", -1, 0);
    if (call->in_count < 1 || call->in[0].rank < 1 || segments < 1)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.dim[0] = segments;
    return lt_op_result(call, &out);
}

LT_RULE_OPS(join)
{
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count, sizeof *in);
    for (int i = 0; in && i < call->in_count; i++)
        in[i] = lt_op_input(call, b, i);
    if (in)
        lt_output(b, 0,
                  lt_emit(b, LT_OP_CONCAT, in, call->in_count, lt_shape_elements(&call->out[0]),
                          (enum lt_dtype)call->out[0].dtype));
}

/* A look-up by indices, which are an operand; constant indices copy. */
LT_RULE_OPS(pick)
{
    if (call->in_count < 2) {
        lt_op_emit(call, b, LT_OP_COPY);
        return;
    }
    const struct lt_shape *x = &call->in[0];
    int64_t axis = lt_op_int(call, "axis", -1, LT_NO_DIM);
    int at = axis == LT_NO_DIM ? -1 : lt_shape_axis(x, axis);
    bool rows = call->layer->kind->variant && at >= 0; /* whole rows behind the axis, or single elements */
    uint64_t row = rows ? lt_shape_elements_from(x, at + 1) : 1, look_ups = lt_shape_elements(&call->out[0]);
    lt_tensor in[] = {lt_input_raw(b, 0), lt_input_raw(b, 1)};
    lt_output(b, 0, lt_emit(b, LT_OP_GATHER, in, 2, look_ups, (enum lt_dtype)call->out[0].dtype));
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = row ? lt_shape_elements(x) / row : 0;
    op->dim[1] = row;
    op->dim[2] = row ? look_ups / row : 0;
}
