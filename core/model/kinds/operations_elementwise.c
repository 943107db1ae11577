/* Elementwise operations: broadcasting of operands and constants, and the maps they are. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

/* The shape of a constant: a number, nested lists, or {class_name: "__numpy__", config: {value, dtype}}. A number
 * adopts the dtype of the tensor beside it, except that a fraction makes integers floating. */
static struct lt_shape constant_shape(const struct lt_tree *tree, enum lt_dtype beside)
{
    struct lt_shape s = {.dtype = (uint8_t)beside};
    const struct lt_tree *config = lt_tree_get(tree, "config");
    enum lt_dtype stated = lt_dtype_find(lt_tree_text(lt_tree_get(config, "dtype"), ""));
    if (stated != LT_DTYPE_COUNT)
        s.dtype = (uint8_t)stated;
    const struct lt_tree *value = config ? lt_tree_get(config, "value") : tree;
    for (; value && value->type == LT_TREE_LIST && s.rank < LT_MAX_RANK; value = value->child)
        s.dim[s.rank++] = value->count;
    if (stated == LT_DTYPE_COUNT && value && value->type == LT_TREE_FLOAT)
        s.dtype = (uint8_t)lt_op_floating(beside);
    return s;
}

/* Both sides of a binary op; `tensors` receives how many of them are operands. False: a side is not known. */
static bool sides(const struct lt_call *call, struct lt_shape side[2], int *tensors)
{
    static const char *const names[2][2] = {{"x1", "x"}, {"x2", "y"}};
    const struct lt_tree *given[2];
    int next = 0;
    for (int i = 0; i < 2; i++) {
        given[i] = lt_op_tree(call, names[i][0], i);
        if (!given[i])
            given[i] = lt_op_tree(call, names[i][1], -1);
        if (given[i] && !lt_op_is_tensor(given[i]))
            continue;
        given[i] = NULL;
        if (next == call->in_count)
            return false;
        side[i] = call->in[next++];
    }
    *tensors = next;
    for (int i = 0; i < 2; i++)
        if (given[i])
            side[i] = constant_shape(given[i], given[1 - i] ? LT_FLOAT32 : (enum lt_dtype)side[1 - i].dtype);
    return next > 0;
}

static enum lt_status broadcast(struct lt_call *call, struct lt_shape *out)
{
    struct lt_shape side[2];
    int tensors;
    *out = LT_SHAPE_UNKNOWN;
    if (!sides(call, side, &tensors))
        return LT_OK;
    if (!lt_shape_broadcast(&side[0], &side[1], out)) {
        const char *first = lt_shape_text(call->arena, &side[0], true);
        const char *second = lt_shape_text(call->arena, &side[1], true);
        return first && second ? lt_call_fail(call, "%s and %s cannot be broadcast together", first, second)
                               : LT_NO_MEMORY;
    }
    out->dtype = (uint8_t)lt_op_promote((enum lt_dtype)side[0].dtype, (enum lt_dtype)side[1].dtype);
    return LT_OK;
}

LT_RULE_SHAPE(binary)
{
    struct lt_shape s;
    enum lt_status status = broadcast(call, &s);
    return status == LT_OK ? lt_op_result(call, &s) : status;
}

LT_RULE_SHAPE(divide)
{
    struct lt_shape s;
    enum lt_status status = broadcast(call, &s);
    s.dtype = (uint8_t)lt_op_floating((enum lt_dtype)s.dtype);
    return status == LT_OK ? lt_op_result(call, &s) : status;
}

LT_RULE_SHAPE(compare)
{
    struct lt_shape s;
    enum lt_status status = broadcast(call, &s);
    s.dtype = LT_BOOL;
    return status == LT_OK ? lt_op_result(call, &s) : status;
}

static enum lt_status same(struct lt_call *call, enum lt_dtype dtype)
{
    if (call->in_count < 1)
        return lt_op_unknown(call);
    struct lt_shape s = call->in[0];
    s.dtype = (uint8_t)dtype;
    return lt_op_result(call, &s);
}

static enum lt_dtype first_dtype(const struct lt_call *call)
{
    return call->in_count ? (enum lt_dtype)call->in[0].dtype : LT_FLOAT32;
}

LT_RULE_SHAPE(unary)
{
    return same(call, first_dtype(call));
}

LT_RULE_SHAPE(function)
{
    return same(call, lt_op_floating(first_dtype(call)));
}

LT_RULE_SHAPE(test)
{
    return same(call, LT_BOOL);
}

LT_RULE_SHAPE(cast)
{
    return same(call, lt_op_dtype(call, "dtype", first_dtype(call)));
}

LT_RULE_SHAPE(like)
{
    return same(call, lt_op_dtype(call, "dtype", first_dtype(call)));
}

LT_RULE_SHAPE(sizes)
{
    if (call->in_count < 1)
        return lt_op_unknown(call);
    struct lt_shape out = {.rank = 1, .dtype = LT_INT32, .dim = {call->in[0].rank}};
    return lt_op_result(call, &out);
}

LT_RULE_SHAPE(where)
{
    static const char *const names[] = {"condition", "x1", "x2"};
    struct lt_shape all = {.rank = 0}, part;
    int next = 0, typed = 0;
    enum lt_dtype dtype = LT_FLOAT32;
    for (int i = 0; i < 3; i++) {
        const struct lt_tree *given = lt_op_tree(call, names[i], i);
        bool tensor = !given || lt_op_is_tensor(given);
        if (tensor && next == call->in_count)
            return lt_op_unknown(call);
        part = tensor ? call->in[next++] : constant_shape(given, LT_BOOL);
        if (i > 0 && tensor)
            dtype = typed++ ? lt_op_promote(dtype, (enum lt_dtype)part.dtype) : (enum lt_dtype)part.dtype;
        if (!lt_shape_broadcast(&all, &part, &all))
            return lt_call_fail(call, "the condition and the two choices cannot be broadcast together");
    }
    all.dtype = (uint8_t)dtype;
    return lt_op_result(call, &all);
}

/* An op on one tensor and a constant: what its gradient needs is no more than a map's. */
static enum lt_op_kind with_constant(enum lt_op_kind kind, bool constant_first)
{
    switch (kind) {
    case LT_OP_ADD:
    case LT_OP_SUBTRACT:
    case LT_OP_MULTIPLY:
        return LT_OP_SCALE;
    case LT_OP_DIVIDE:
        return constant_first ? LT_OP_SIN : LT_OP_SCALE;
    case LT_OP_MAXIMUM:
        return LT_OP_CLIP;
    case LT_OP_POWER:
        return LT_OP_SIN;
    default:
        return kind;
    }
}

LT_RULE_OPS(binary)
{
    enum lt_op_kind kind = (enum lt_op_kind)call->layer->kind->parameter;
    uint64_t elements = lt_shape_elements(&call->out[0]);
    enum lt_dtype dtype = (enum lt_dtype)call->out[0].dtype;
    if (call->in_count < 2) {
        const struct lt_tree *first = lt_op_tree(call, "x1", 0);
        lt_op_emit(call, b, with_constant(kind, first && !lt_op_is_tensor(first)));
        return;
    }
    bool tested = dtype == LT_BOOL; /* a comparison takes its operands as they are */
    lt_tensor in[2] = {tested ? lt_input_raw(b, 0) : lt_op_input(call, b, 0),
                       tested ? lt_input_raw(b, 1) : lt_op_input(call, b, 1)};
    lt_output(b, 0, lt_emit(b, kind, in, 2, elements, dtype));
}

LT_RULE_OPS(unary)
{
    lt_op_emit(call, b, (enum lt_op_kind)call->layer->kind->parameter);
}

LT_RULE_OPS(cast)
{
    lt_tensor x = lt_input_raw(b, 0), y = lt_cast(b, x, (enum lt_dtype)call->out[0].dtype);
    lt_output(b, 0, x == y ? lt_alias(b, x) : y);
}

LT_RULE_OPS(where)
{
    lt_tensor in[3];
    int count = call->in_count < 3 ? call->in_count : 3;
    for (int i = 0; i < count; i++)
        in[i] = call->in[i].dtype == LT_BOOL ? lt_input_raw(b, i) : lt_op_input(call, b, i);
    lt_output(b, 0,
              lt_emit(b, LT_OP_WHERE, in, count, lt_shape_elements(&call->out[0]), (enum lt_dtype)call->out[0].dtype));
}

LT_RULE_OPS(relu)
{
    struct lt_value max = lt_op_argument(call, "max_value", -1), slope = lt_op_argument(call, "negative_slope", -1);
    struct lt_value threshold = lt_op_argument(call, "threshold", -1);
    double limit = max.type == LT_VALUE_INT ? (double)max.integer : max.type == LT_VALUE_FLOAT ? max.number : 0;
    if ((threshold.type == LT_VALUE_FLOAT && threshold.number != 0) ||
        (threshold.type == LT_VALUE_INT && threshold.integer != 0))
        lt_op_emit(call, b, LT_OP_RELU_THRESHOLD);
    else if ((slope.type == LT_VALUE_FLOAT && slope.number != 0) || (slope.type == LT_VALUE_INT && slope.integer != 0))
        lt_op_emit(call, b, LT_OP_LEAKY_RELU);
    else if (max.type != LT_VALUE_NULL)
        lt_op_emit(call, b, limit == 6 ? LT_OP_RELU6 : LT_OP_RELU_MAX);
    else
        lt_op_emit(call, b, LT_OP_RELU);
}

LT_RULE_OPS(gelu)
{
    lt_op_emit(call, b, lt_op_bool(call, "approximate", true) ? LT_OP_GELU_TANH : LT_OP_GELU);
}

LT_RULE_OPS(elu)
{
    struct lt_value alpha = lt_op_argument(call, "alpha", -1);
    bool one =
        (alpha.type != LT_VALUE_FLOAT || alpha.number == 1) && (alpha.type != LT_VALUE_INT || alpha.integer == 1);
    lt_op_emit(call, b, one ? LT_OP_ELU : LT_OP_ELU_ALPHA);
}

/* Zeros, ones, indices: the operand gives its shape, and no gradient comes back. */
LT_RULE_OPS(constant)
{
    for (int i = 0; i < call->out_count; i++) {
        lt_tensor x = call->in_count ? lt_input_raw(b, 0) : LT_NO_TENSOR;
        lt_output(b, i,
                  lt_emit(b, LT_OP_COMPARE, &x, call->in_count ? 1 : 0, lt_shape_elements(&call->out[i]),
                          (enum lt_dtype)call->out[i].dtype));
        lt_last_op(b)->flags |= LT_OP_SHAPE_ONLY;
    }
}
