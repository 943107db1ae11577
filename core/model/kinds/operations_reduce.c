/* Reductions, and what sorts or counts along an axis. */
#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

/* The operand without the axes of `axis` or `axes` (all where none is given), or with 1 in their place. */
static enum lt_status reduce(struct lt_call *call, enum lt_dtype dtype, struct lt_shape *out)
{
    *out = LT_SHAPE_UNKNOWN;
    if (call->in_count < 1)
        return LT_OK;
    const struct lt_shape *x = &call->in[0];
    int64_t axes[LT_MAX_RANK];
    int count = lt_op_ints(call, "axis", -1, axes);
    if (count < 0)
        count = lt_op_ints(call, "axes", -1, axes);
    bool drop[LT_MAX_RANK] = {false}, keep = lt_op_bool(call, "keepdims", false);
    for (int i = 0; i < count; i++) {
        int axis = lt_shape_axis(x, axes[i]);
        if (axis < 0)
            return lt_call_fail(call, "there is no axis %lld among %d", (long long)axes[i], x->rank);
        drop[axis] = true;
    }
    *out = (struct lt_shape){.dtype = (uint8_t)dtype};
    for (int i = 0; i < x->rank; i++) {
        bool reduced = count < 0 || drop[i];
        if (!reduced || keep)
            out->dim[out->rank++] = reduced ? 1 : x->dim[i];
    }
    return LT_OK;
}

static enum lt_dtype first_dtype(const struct lt_call *call)
{
    return call->in_count ? (enum lt_dtype)call->in[0].dtype : LT_FLOAT32;
}

static enum lt_status reduced(struct lt_call *call, enum lt_dtype dtype)
{
    struct lt_shape s;
    enum lt_status status = reduce(call, dtype, &s);
    return status == LT_OK ? lt_op_result(call, &s) : status;
}

/* Sums and products of integers narrower than 32 bits are taken in 32. */
LT_RULE_SHAPE(sum)
{
    enum lt_dtype dtype = first_dtype(call);
    if (dtype == LT_BOOL || dtype == LT_INT8 || dtype == LT_INT16)
        dtype = LT_INT32;
    else if (dtype == LT_UINT8 || dtype == LT_UINT16)
        dtype = LT_UINT32;
    return reduced(call, dtype);
}

LT_RULE_SHAPE(mean)
{
    return reduced(call, lt_op_floating(first_dtype(call)));
}

LT_RULE_SHAPE(extreme)
{
    return reduced(call, first_dtype(call));
}

LT_RULE_SHAPE(any)
{
    return reduced(call, LT_BOOL);
}

LT_RULE_SHAPE(index)
{
    return reduced(call, LT_INT32);
}

LT_RULE_SHAPE(moments)
{
    struct lt_shape s;
    enum lt_status status = reduce(call, first_dtype(call), &s);
    return status == LT_OK ? lt_op_results(call, (struct lt_shape[]){s, s}, 2) : status;
}

LT_RULE_SHAPE(argsort)
{
    if (call->in_count < 1)
        return lt_op_unknown(call);
    struct lt_shape s = call->in[0];
    s.dtype = LT_INT32;
    return lt_op_result(call, &s);
}

LT_RULE_SHAPE(top_k)
{
    int64_t k = lt_op_int(call, "k", -1, 0);
    if (call->in_count < 1 || call->in[0].rank < 1 || k < 1)
        return lt_op_unknown(call);
    struct lt_shape values = call->in[0];
    values.dim[values.rank - 1] = k;
    struct lt_shape indices = values;
    indices.dtype = LT_INT32;
    return lt_op_results(call, (struct lt_shape[]){values, indices}, 2);
}

LT_RULE_OPS(reduce)
{
    enum lt_op_kind kind = (enum lt_op_kind)call->layer->kind->parameter;
    for (int i = 0; i < call->out_count; i++) {
        enum lt_dtype dtype = (enum lt_dtype)call->out[i].dtype;
        lt_tensor x = i == 0 ? lt_op_input(call, b, 0) : lt_input_raw(b, 0);
        bool whole = !lt_dtypes[dtype].floating && dtype < LT_COMPLEX64;
        lt_output(b, i, lt_emit(b, whole ? LT_OP_COMPARE : kind, &x, 1, lt_shape_elements(&call->out[i]), dtype));
    }
}

LT_RULE_OPS(moments)
{
    lt_tensor x = lt_input_raw(b, 0);
    uint64_t elements = lt_shape_elements(&call->out[0]);
    lt_output(b, 0, lt_map_to(b, LT_OP_REDUCE_MEAN, x, elements));
    lt_output(b, 1, lt_map_to(b, LT_OP_REDUCE_VARIANCE, x, elements));
}
