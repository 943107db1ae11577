/* Arguments, operands and results of one call of an operation. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/kinds.h"
#include "core/model/kinds/operations.h"

bool lt_op_is_tensor(const struct lt_tree *tree)
{
    return strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), "__keras_tensor__") == 0;
}

const struct lt_tree *lt_op_tree(const struct lt_call *call, const char *name, int position)
{
    const struct lt_tree *arguments = call->node ? call->node->arguments : NULL;
    const struct lt_tree *named = name ? lt_tree_get(lt_tree_get(arguments, "kwargs"), name) : NULL;
    return named || position < 0 ? named : lt_tree_at(lt_tree_get(arguments, "args"), (uint32_t)position);
}

static struct lt_value tree_value(const struct lt_tree *tree)
{
    if (!tree)
        return (struct lt_value){0};
    switch (tree->type) {
    case LT_TREE_BOOL:
        return (struct lt_value){.type = LT_VALUE_BOOL, .given = true, .boolean = tree->boolean};
    case LT_TREE_INT:
        return (struct lt_value){.type = LT_VALUE_INT, .given = true, .integer = tree->integer};
    case LT_TREE_FLOAT:
        return (struct lt_value){.type = LT_VALUE_FLOAT, .given = true, .number = tree->number};
    case LT_TREE_TEXT:
        return (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = tree->text};
    case LT_TREE_NULL:
        return (struct lt_value){0};
    default:
        return (struct lt_value){.type = LT_VALUE_TREE, .given = true, .tree = tree};
    }
}

struct lt_value lt_op_argument(const struct lt_call *call, const char *name, int position)
{
    const struct lt_kind *kind = call->layer->kind;
    int field = name ? lt_field_find(kind->config, kind->config_count, name) : -1;
    if (field >= 0 && call->layer->config[field].type != LT_VALUE_NULL)
        return call->layer->config[field];
    const struct lt_tree *tree = name ? lt_tree_get(call->layer->unread, name) : NULL;
    return tree_value(tree ? tree : lt_op_tree(call, name, position));
}

int64_t lt_op_int(const struct lt_call *call, const char *name, int position, int64_t fallback)
{
    struct lt_value v = lt_op_argument(call, name, position);
    if (v.type == LT_VALUE_INTS && v.count == 1)
        return v.ints[0];
    return v.type == LT_VALUE_INT ? v.integer : fallback;
}

bool lt_op_bool(const struct lt_call *call, const char *name, bool fallback)
{
    struct lt_value v = lt_op_argument(call, name, -1);
    return v.type == LT_VALUE_BOOL ? v.boolean : fallback;
}

const char *lt_op_text(const struct lt_call *call, const char *name, int position)
{
    struct lt_value v = lt_op_argument(call, name, position);
    return v.type == LT_VALUE_TEXT ? v.text : NULL;
}

int lt_op_ints(const struct lt_call *call, const char *name, int position, int64_t out[LT_MAX_RANK])
{
    struct lt_value v = lt_op_argument(call, name, position);
    if (v.type == LT_VALUE_INT) {
        out[0] = v.integer;
        return 1;
    }
    if (v.type == LT_VALUE_INTS && v.count <= LT_MAX_RANK) {
        memcpy(out, v.ints, v.count * sizeof *out);
        return (int)v.count;
    }
    if (v.type != LT_VALUE_TREE || v.tree->type != LT_TREE_LIST || v.tree->count > LT_MAX_RANK)
        return -1;
    int count = 0;
    for (const struct lt_tree *item = v.tree->child; item; item = item->next) {
        if (item->type != LT_TREE_INT && item->type != LT_TREE_NULL)
            return -1;
        out[count++] = item->type == LT_TREE_INT ? item->integer : LT_NO_DIM;
    }
    return count;
}

enum lt_status lt_op_results(struct lt_call *call, const struct lt_shape *shape, int count)
{
    struct lt_shape *out = lt_call_out(call, count);
    if (!out)
        return LT_NO_MEMORY;
    for (int i = 0; i < count; i++)
        out[i] = shape[i];
    return LT_OK;
}

enum lt_status lt_op_result(struct lt_call *call, const struct lt_shape *shape)
{
    return lt_op_results(call, shape, 1);
}

enum lt_status lt_op_unknown(struct lt_call *call)
{
    int declared = call->node ? call->node->declared_count : 0;
    return lt_call_out(call, declared > 0 ? declared : 1) ? LT_OK : LT_NO_MEMORY;
}

static bool is_integer(enum lt_dtype dtype)
{
    return (dtype >= LT_INT8 && dtype <= LT_UINT64) || dtype == LT_INT4;
}

static bool is_unsigned(enum lt_dtype dtype)
{
    return dtype >= LT_UINT8 && dtype <= LT_UINT64;
}

static int bits(enum lt_dtype dtype)
{
    return lt_dtypes[dtype].bits;
}

/* Signed and unsigned integers meet in the next larger signed one; above 64 bits in float32. */
static enum lt_dtype promote_integers(enum lt_dtype a, enum lt_dtype b)
{
    if (is_unsigned(a) == is_unsigned(b))
        return bits(a) >= bits(b) ? a : b;
    enum lt_dtype with = is_unsigned(a) ? b : a, without = is_unsigned(a) ? a : b;
    if (bits(with) > bits(without))
        return with;
    switch (without) {
    case LT_UINT8:
        return LT_INT16;
    case LT_UINT16:
        return LT_INT32;
    case LT_UINT32:
        return LT_INT64;
    default:
        return LT_FLOAT32;
    }
}

enum lt_dtype lt_op_promote(enum lt_dtype a, enum lt_dtype b)
{
    if (a == b || b == LT_BOOL)
        return a;
    if (a == LT_BOOL)
        return b;
    if (is_integer(a) && is_integer(b))
        return promote_integers(a, b);
    if (is_integer(a) || is_integer(b))
        return is_integer(a) ? b : a;
    if (bits(a) == bits(b)) /* float16 and bfloat16, or two kinds of float8 */
        return bits(a) == 16 ? LT_FLOAT32 : LT_FLOAT16;
    return bits(a) > bits(b) ? a : b;
}

enum lt_dtype lt_op_floating(enum lt_dtype dtype)
{
    return is_integer(dtype) || dtype == LT_BOOL ? LT_FLOAT32 : dtype;
}

enum lt_dtype lt_op_dtype(const struct lt_call *call, const char *name, enum lt_dtype fallback)
{
    const char *text = lt_op_text(call, name, -1);
    enum lt_dtype found = text ? lt_dtype_find(text) : LT_DTYPE_COUNT;
    return found == LT_DTYPE_COUNT ? fallback : found;
}

lt_tensor lt_op_input(const struct lt_call *call, struct lt_builder *b, int i)
{
    lt_tensor x = lt_input_raw(b, i);
    return lt_dtypes[call->out[0].dtype].floating ? lt_cast(b, x, (enum lt_dtype)call->out[0].dtype) : x;
}

void lt_op_emit(const struct lt_call *call, struct lt_builder *b, enum lt_op_kind kind)
{
    lt_tensor x = lt_op_input(call, b, 0);
    lt_output(b, 0, lt_emit(b, kind, &x, 1, lt_shape_elements(&call->out[0]), (enum lt_dtype)call->out[0].dtype));
}

LT_RULE_SHAPE(unknown)
{
    return lt_op_unknown(call);
}

LT_RULE_OPS(opaque)
{
    lt_opaque(call, b);
}
