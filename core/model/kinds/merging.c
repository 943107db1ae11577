/* Layers that make one tensor of several. Keras 3's layers/merging. */
#include "core/model/kinds/kinds.h"

static enum lt_status expect_several(struct lt_call *call, int least)
{
    if (call->in_count >= least)
        return LT_OK;
    return lt_call_fail(call, "%s needs at least %d operands", call->layer->kind->name, least);
}

/* ------------------------------------------------------------------------------------------- elementwise */

/* Operands broadcast without their batch axis, so that (8, 5) and (8, 4, 1, 5) give (8, 4, 1, 5). */
static bool broadcast(const struct lt_shape *a, const struct lt_shape *b, struct lt_shape *out)
{
    if (a->rank < 1 || b->rank < 1)
        return lt_shape_broadcast(a, b, out);
    struct lt_shape x = {.rank = (int8_t)(a->rank - 1)}, y = {.rank = (int8_t)(b->rank - 1)}, both;
    memcpy(x.dim, a->dim + 1, sizeof x.dim - sizeof *x.dim);
    memcpy(y.dim, b->dim + 1, sizeof y.dim - sizeof *y.dim);
    if ((a->dim[0] != b->dim[0] && a->dim[0] != 1 && b->dim[0] != 1) || !lt_shape_broadcast(&x, &y, &both))
        return false;
    *out = (struct lt_shape){.rank = (int8_t)(both.rank + 1), .dtype = a->dtype};
    out->dim[0] = a->dim[0] == 1 ? b->dim[0] : a->dim[0];
    memcpy(out->dim + 1, both.dim, sizeof both.dim - sizeof *both.dim);
    return true;
}

static enum lt_status merge_shape(struct lt_call *call)
{
    enum lt_status status = expect_several(call, 1);
    if (status)
        return status;
    struct lt_shape sum = call->in[0];
    for (int i = 1; i < call->in_count; i++) {
        struct lt_shape before = sum;
        if (broadcast(&before, &call->in[i], &sum))
            continue;
        char *a = lt_shape_text(call->arena, &before, false), *b = lt_shape_text(call->arena, &call->in[i], false);
        return lt_call_fail(call, "%s: %s and %s do not broadcast", call->layer->kind->name, a ? a : "?", b ? b : "?");
    }
    return lt_call_shape(call, sum.rank, sum.dim);
}

/* Operand after operand, in the op that `parameter` names. */
static lt_tensor merge_all(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor sum = lt_input(b, 0);
    struct lt_shape shape = call->in[0];
    for (int i = 1; i < call->in_count; i++) {
        struct lt_shape before = shape;
        broadcast(&before, &call->in[i], &shape);
        sum = lt_combine(b, (enum lt_op_kind)call->layer->kind->parameter, sum, lt_input(b, i),
                         lt_shape_elements(&shape));
    }
    return sum;
}

static void merge_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, merge_all(call, b));
}

static void average_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_map(b, LT_OP_SCALE, merge_all(call, b)));
}

static enum lt_status pair_shape(struct lt_call *call)
{
    if (call->in_count != 2)
        return lt_call_fail(call, "%s needs two operands, not %d", call->layer->kind->name, call->in_count);
    return merge_shape(call);
}

/* Of keras.applications' InceptionResNetV2, which has it for the sums of its residual blocks. */
static const struct lt_field SCALE_FIELDS[] = {
    {.name = "scale",
     .type = LT_FIELD_FLOAT,
     .initial = "1",
     .low = -INFINITY,
     .high = INFINITY,
     .help = "What the second operand is multiplied by"},
};

static void scale_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor scaled = lt_map(b, LT_OP_SCALE, lt_input(b, 1));
    lt_output(b, 0, lt_combine(b, LT_OP_ADD, lt_input(b, 0), scaled, lt_shape_elements(call->out)));
}

/* ------------------------------------------------------------------------------------------- Concatenate */

static const struct lt_field CONCATENATE_FIELDS[] = {
    {.name = "axis",
     .type = LT_FIELD_INT,
     .initial = "-1",
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .help = "The axis along which the operands are joined"},
};

static enum lt_status concatenate_shape(struct lt_call *call)
{
    enum lt_status status = expect_several(call, 1);
    if (status)
        return status;
    struct lt_shape out = call->in[0];
    int axis = lt_shape_axis(&out, lt_config_int(call, 0));
    if (axis < 0)
        return lt_call_fail(call, "the operands have no axis %lld", (long long)lt_config_int(call, 0));
    for (int i = 1; i < call->in_count; i++) {
        struct lt_shape other = call->in[i];
        int64_t size = other.rank == out.rank ? other.dim[axis] : 0, sum;
        if (__builtin_add_overflow(out.dim[axis], size, &sum))
            return lt_call_fail(call, "the result is too large");
        other.dim[axis] = out.dim[axis];
        if (!lt_shape_equal(&other, &out)) {
            char *a = lt_shape_text(call->arena, &call->in[0], false);
            char *b = lt_shape_text(call->arena, &call->in[i], false);
            return lt_call_fail(call, "Concatenate: %s and %s differ not only in axis %d", a ? a : "?", b ? b : "?",
                                axis);
        }
        out.dim[axis] = sum;
    }
    return lt_call_shape(call, out.rank, out.dim);
}

static void concatenate_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count, sizeof *in);
    if (!in) {
        b->status = LT_NO_MEMORY;
        return;
    }
    for (int i = 0; i < call->in_count; i++)
        in[i] = lt_input(b, i);
    lt_output(b, 0,
              lt_emit(b, LT_OP_CONCAT, in, call->in_count, lt_shape_elements(call->out),
                      (enum lt_dtype)call->policy->compute));
}

/* --------------------------------------------------------------------------------------------------- Dot */

enum { DOT_AXES, DOT_NORMALIZE };

static const struct lt_field DOT_FIELDS[] = {
    {.name = "axes",
     .type = LT_FIELD_INTS,
     .initial = "-1",
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .help = "The axis of each operand over which the products are summed"},
    {.name = "normalize",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether both operands are brought to length one first"},
};

/* The axes that are summed over, one of each operand. */
static enum lt_status dot_axes(struct lt_call *call, int axis[2])
{
    int64_t given[2];
    if (call->in_count != 2)
        return lt_call_fail(call, "Dot needs two operands, not %d", call->in_count);
    enum lt_status status = lt_config_ints(call, DOT_AXES, 2, -1, given);
    if (status)
        return status;
    for (int i = 0; i < 2; i++)
        axis[i] = lt_shape_axis(&call->in[i], given[i]);
    const struct lt_shape *a = &call->in[0], *b = &call->in[1];
    if (axis[0] > 0 && axis[1] > 0 && a->dim[axis[0]] == b->dim[axis[1]] && a->dim[0] == b->dim[0])
        return LT_OK;
    char *x = lt_shape_text(call->arena, a, false), *y = lt_shape_text(call->arena, b, false);
    return lt_call_fail(call, "Dot: axes %lld of %s and %lld of %s do not have the same size", (long long)given[0],
                        x ? x : "?", (long long)given[1], y ? y : "?");
}

static enum lt_status dot_shape(struct lt_call *call)
{
    int axis[2] = {0, 0}, rank = 0;
    enum lt_status status = dot_axes(call, axis);
    if (status)
        return status;
    int64_t dim[2 * LT_MAX_RANK];
    for (int i = 0; i < 2; i++)
        for (int j = i; j < call->in[i].rank; j++)
            if (j != axis[i])
                dim[rank++] = call->in[i].dim[j];
    if (rank == 1)
        dim[rank++] = 1;
    return lt_call_shape(call, rank, dim);
}

static void dot_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call again = *call;
    int axis[2] = {0, 0};
    if (dot_axes(&again, axis) != LT_OK)
        return;
    lt_tensor x[2];
    uint64_t batch = (uint64_t)call->in[0].dim[0], length = (uint64_t)call->in[0].dim[axis[0]], each[2];
    for (int i = 0; i < 2; i++) {
        uint64_t elements = lt_shape_elements_from(&call->in[i], 1);
        each[i] = length ? elements / length : 0;
        x[i] = lt_input(b, i);
        if (lt_config_bool(call, DOT_NORMALIZE)) {
            x[i] = lt_map(b, LT_OP_UNIT_NORM, x[i]);
            struct lt_op *op = lt_last_op(b);
            op->dim[0] = lt_mul(batch, each[i]);
            op->dim[1] = length;
        }
    }
    lt_output(b, 0, lt_matmul(b, x[0], x[1], batch, each[0], each[1], length));
}

/* ------------------------------------------------------------------------------------------------- table */

#define MERGING(class_name, text)                                                                                      \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_MERGING, .help = text

const struct lt_kind kinds_merging[] = {
    {MERGING("Add", "The sum of its operands"), .parameter = LT_OP_ADD, .shape = merge_shape, .ops = merge_ops},
    {MERGING("Subtract", "The first operand less the second"), .parameter = LT_OP_SUBTRACT, .shape = pair_shape,
     .ops = merge_ops},
    {MERGING("Multiply", "The product of its operands"), .parameter = LT_OP_MULTIPLY, .shape = merge_shape,
     .ops = merge_ops},
    {MERGING("Average", "The mean of its operands"), .parameter = LT_OP_ADD, .shape = merge_shape, .ops = average_ops},
    {MERGING("Maximum", "The largest of its operands"), .parameter = LT_OP_MAXIMUM, .shape = merge_shape,
     .ops = merge_ops},
    {MERGING("Minimum", "The smallest of its operands"), .parameter = LT_OP_MAXIMUM, .shape = merge_shape,
     .ops = merge_ops},
    {MERGING("Concatenate", "Its operands joined along an axis"), LT_FIELDS(CONCATENATE_FIELDS),
     .shape = concatenate_shape, .ops = concatenate_ops},
    {MERGING("Dot", "Products of two operands summed over an axis"), LT_FIELDS(DOT_FIELDS), .shape = dot_shape,
     .ops = dot_ops},
    {MERGING("CustomScaleLayer", "The sum of two operands, the second one scaled"), LT_FIELDS(SCALE_FIELDS),
     .shape = pair_shape, .ops = scale_ops},
    {.name = NULL},
};
