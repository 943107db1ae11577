/* Operations that give the same elements another shape, repeat them or cut from them. */
#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

/* Every rule here starts from operand 0; without it nothing is known. */
#define OPERAND(call)                                                                                                  \
    if ((call)->in_count < 1)                                                                                          \
        return lt_op_unknown(call);                                                                                    \
    const struct lt_shape *x = &(call)->in[0];                                                                         \
    struct lt_shape out = {.dtype = x->dtype}

static enum lt_status no_axis(struct lt_call *call, int64_t axis)
{
    return lt_call_fail(call, "there is no axis %lld among %d", (long long)axis, call->in[0].rank);
}

LT_RULE_SHAPE(reshape)
{
    OPERAND(call);
    int64_t wanted[LT_MAX_RANK];
    int count = lt_op_ints(call, "newshape", 1, wanted), open = -1;
    uint64_t given = 1, all = lt_shape_elements(x);
    if (count < 0)
        count = lt_op_ints(call, "shape", -1, wanted);
    if (count < 0)
        return lt_op_unknown(call);
    for (int i = 0; i < count; i++) {
        bool any = wanted[i] < 0; /* -1, or null */
        if (any && open >= 0)
            return lt_call_fail(call, "only one axis of the new shape can be left open");
        if (any)
            open = i;
        else
            given = lt_mul(given, (uint64_t)wanted[i]);
        out.dim[out.rank++] = wanted[i];
    }
    if (open >= 0 ? given == 0 || all % given != 0 : given != all)
        return lt_call_fail(call, "%llu elements do not fit the new shape", (unsigned long long)all);
    if (open >= 0)
        out.dim[open] = (int64_t)(all / given);
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(transpose)
{
    OPERAND(call);
    int64_t axes[LT_MAX_RANK];
    int count = lt_op_ints(call, "axes", -1, axes);
    if (count >= 0 && count != x->rank)
        return lt_call_fail(call, "%d axes given to transpose %d", count, x->rank);
    for (int i = 0; i < x->rank; i++) {
        int axis = count < 0 ? x->rank - 1 - i : lt_shape_axis(x, axes[i]);
        if (axis < 0)
            return no_axis(call, axes[i]);
        out.dim[out.rank++] = x->dim[axis];
    }
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(expand_dims)
{
    OPERAND(call);
    int64_t axes[LT_MAX_RANK];
    int count = lt_op_ints(call, "axis", -1, axes), next = 0;
    if (count < 0 || x->rank + count > LT_MAX_RANK)
        return lt_op_unknown(call);
    out.rank = (int8_t)(x->rank + count);
    for (int i = 0; i < count; i++) {
        int axis = lt_shape_axis(&out, axes[i]);
        if (axis < 0)
            return no_axis(call, axes[i]);
        out.dim[axis] = 1;
    }
    for (int i = 0; i < out.rank; i++)
        if (!out.dim[i] && next < x->rank)
            out.dim[i] = x->dim[next++];
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(squeeze)
{
    OPERAND(call);
    int64_t axes[LT_MAX_RANK];
    int count = lt_op_ints(call, "axis", -1, axes);
    bool drop[LT_MAX_RANK] = {false};
    for (int i = 0; i < count; i++) {
        int axis = lt_shape_axis(x, axes[i]);
        if (axis < 0)
            return no_axis(call, axes[i]);
        if (x->dim[axis] != 1)
            return lt_call_fail(call, "axis %d has %lld elements and cannot be dropped", axis, (long long)x->dim[axis]);
        drop[axis] = true;
    }
    for (int i = 0; i < x->rank; i++)
        if (count < 0 ? x->dim[i] != 1 : !drop[i])
            out.dim[out.rank++] = x->dim[i];
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(swapaxes)
{
    OPERAND(call);
    int64_t first = lt_op_int(call, "axis1", -1, 0), second = lt_op_int(call, "axis2", -1, 1);
    int a = lt_shape_axis(x, first), b = lt_shape_axis(x, second);
    if (a < 0 || b < 0)
        return no_axis(call, a < 0 ? first : second);
    out = *x;
    out.dim[a] = x->dim[b];
    out.dim[b] = x->dim[a];
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(moveaxis)
{
    OPERAND(call);
    int64_t from[LT_MAX_RANK], to[LT_MAX_RANK];
    int count = lt_op_ints(call, "source", -1, from), next = 0;
    if (count < 0 || lt_op_ints(call, "destination", -1, to) != count)
        return lt_op_unknown(call);
    int source[LT_MAX_RANK];
    bool moved[LT_MAX_RANK] = {false};
    for (int i = 0; i < LT_MAX_RANK; i++)
        source[i] = -1;
    for (int i = 0; i < count; i++) {
        int a = lt_shape_axis(x, from[i]), b = lt_shape_axis(x, to[i]);
        if (a < 0 || b < 0)
            return no_axis(call, a < 0 ? from[i] : to[i]);
        source[b] = a;
        moved[a] = true;
    }
    out.rank = x->rank;
    for (int i = 0; i < x->rank; i++) {
        while (source[i] < 0 && next < x->rank && moved[next])
            next++;
        out.dim[i] = x->dim[source[i] >= 0 ? source[i] : next++];
    }
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(ravel)
{
    OPERAND(call);
    out.rank = 1;
    out.dim[0] = (int64_t)lt_shape_elements(x);
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(broadcast_to)
{
    OPERAND(call);
    int count = lt_op_ints(call, "shape", -1, out.dim);
    if (count < 0)
        return lt_op_unknown(call);
    out.rank = (int8_t)count;
    for (int i = 0; i < count; i++) /* null: as the operand has it */
        if (out.dim[i] < 0)
            out.dim[i] = x->rank - count + i >= 0 ? x->dim[x->rank - count + i] : 1;
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(tile)
{
    OPERAND(call);
    int64_t times[LT_MAX_RANK];
    int count = lt_op_ints(call, "repeats", -1, times);
    if (count < 0)
        return lt_op_unknown(call);
    out.rank = (int8_t)(count > x->rank ? count : x->rank);
    for (int i = 0; i < out.rank; i++) {
        int from_end = out.rank - i;
        int64_t n = from_end <= x->rank ? x->dim[x->rank - from_end] : 1;
        out.dim[i] = n * (from_end <= count ? times[count - from_end] : 1);
    }
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(repeat)
{
    OPERAND(call);
    int64_t times[LT_MAX_RANK], axis = lt_op_int(call, "axis", -1, LT_NO_DIM), total = 0;
    int count = lt_op_ints(call, "repeats", -1, times);
    if (count < 1)
        return lt_op_unknown(call);
    for (int i = 0; i < count; i++)
        total += times[i];
    if (axis == LT_NO_DIM) {
        out.rank = 1;
        out.dim[0] = count == 1 ? (int64_t)lt_mul(lt_shape_elements(x), (uint64_t)times[0]) : total;
        return lt_op_result(call, &out);
    }
    int at = lt_shape_axis(x, axis);
    if (at < 0)
        return no_axis(call, axis);
    out = *x;
    out.dim[at] = count == 1 ? x->dim[at] * times[0] : total;
    return lt_op_result(call, &out);
}

/* pad_width: one number, one pair for all axes, or a pair for each. */
LT_RULE_SHAPE(pad)
{
    OPERAND(call);
    struct lt_value width = lt_op_argument(call, "pad_width", -1);
    out = *x;
    int64_t flat[LT_MAX_RANK];
    int count = lt_op_ints(call, "pad_width", -1, flat);
    if (count < 0 && width.type != LT_VALUE_TREE)
        return lt_op_unknown(call);
    for (int i = 0; i < x->rank; i++) {
        const struct lt_tree *pair =
            count < 0 ? lt_tree_at(width.tree, width.tree->count == 1 ? 0 : (uint32_t)i) : NULL;
        int64_t before = count < 0 ? lt_tree_int(lt_tree_at(pair, 0), 0) : flat[0];
        int64_t after = count < 0 ? lt_tree_int(lt_tree_at(pair, 1), before) : flat[count > 1];
        out.dim[i] += before + after;
    }
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(slice)
{
    OPERAND(call);
    int count = lt_op_ints(call, "shape", -1, out.dim);
    if (count != x->rank)
        return lt_op_unknown(call);
    int64_t start[LT_MAX_RANK];
    int starts = lt_op_ints(call, "start_indices", 1, start);
    out.rank = (int8_t)count;
    for (int i = 0; i < count; i++)
        if (out.dim[i] < 0)
            out.dim[i] = x->dim[i] - (i < starts ? start[i] : 0);
    return lt_op_result(call, &out);
}

/* The diagonal of two axes goes to the end (diagonal) or is summed up (trace). */
static enum lt_status without_plane(struct lt_call *call, const struct lt_shape *x, struct lt_shape *out,
                                    int64_t *length)
{
    int64_t first = lt_op_int(call, "axis1", -1, 0), second = lt_op_int(call, "axis2", -1, 1);
    int64_t offset = lt_op_int(call, "offset", -1, 0);
    int a = lt_shape_axis(x, first), b = lt_shape_axis(x, second);
    if (a < 0 || b < 0)
        return no_axis(call, a < 0 ? first : second);
    int64_t rows = x->dim[a] + (offset < 0 ? offset : 0), columns = x->dim[b] - (offset > 0 ? offset : 0);
    *length = rows < columns ? rows : columns;
    *length = *length < 0 ? 0 : *length;
    for (int i = 0; i < x->rank; i++)
        if (i != a && i != b)
            out->dim[out->rank++] = x->dim[i];
    return LT_OK;
}

LT_RULE_SHAPE(diagonal)
{
    OPERAND(call);
    int64_t length;
    enum lt_status status = without_plane(call, x, &out, &length);
    if (status != LT_OK)
        return status;
    out.dim[out.rank++] = length;
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(trace)
{
    OPERAND(call);
    int64_t length;
    enum lt_status status = without_plane(call, x, &out, &length);
    return status == LT_OK ? lt_op_result(call, &out) : status;
}

LT_RULE_SHAPE(diff)
{
    OPERAND(call);
    int64_t given = lt_op_int(call, "axis", -1, -1);
    int axis = lt_shape_axis(x, given);
    if (axis < 0)
        return no_axis(call, given);
    out = *x;
    out.dim[axis] -= lt_op_int(call, "n", -1, 1);
    out.dim[axis] = out.dim[axis] < 0 ? 0 : out.dim[axis];
    return lt_op_result(call, &out);
}

LT_RULE_OPS(move)
{
    enum lt_op_kind kind = (enum lt_op_kind)call->layer->kind->parameter;
    for (int i = 0; i < call->out_count; i++) {
        lt_tensor x = lt_input_raw(b, 0);
        lt_output(b, i, lt_emit(b, kind, &x, 1, lt_shape_elements(&call->out[i]), (enum lt_dtype)call->out[i].dtype));
    }
}
