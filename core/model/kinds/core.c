/* Core layers: inputs, dense and embedding layers, and those that pass their input on. */
#include "core/model/kinds/kinds.h"

/* ------------------------------------------------------------------------------------------------- input */

enum { INPUT_SHAPE, INPUT_DTYPE };

static const struct lt_field INPUT_FIELDS[] = {
    {.name = "batch_shape", .type = LT_FIELD_INTS, .low = 0, .high = LT_DIM_LIMIT, .optional = true,
     .help = "The shape with the batch; none where an axis is open"},
    {.name = "dtype", .type = LT_FIELD_TEXT, .initial = "float32", .help = "The number format of the input"},
    {.name = "sparse", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input is a sparse tensor"},
    {.name = "ragged", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input is a ragged tensor"},
    {.name = "optional", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input may be left out"},
};

/* The input itself, bound by the walk, comes as operand 0; where none comes, the config must leave nothing open. */
static enum lt_status input_shape(struct lt_call *call)
{
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    if (call->in_count) {
        *out = call->in[0];
        return LT_OK;
    }
    const struct lt_value *shape = lt_config(call, INPUT_SHAPE);
    if (shape->type != LT_VALUE_INTS || shape->count > LT_MAX_RANK)
        return lt_call_fail(call, "the input's batch_shape is not given or has more than %d axes", LT_MAX_RANK);
    for (uint32_t i = 0; i < shape->count; i++)
        if (shape->ints[i] < 0)
            return lt_call_fail(call, "axis %u of the input is open", i);
    const char *dtype = lt_config_text(call, INPUT_DTYPE);
    enum lt_dtype known = dtype ? lt_dtype_find(dtype) : LT_FLOAT32;
    *out = (struct lt_shape){.rank = (int8_t)shape->count, .dtype = known < LT_DTYPE_COUNT ? (uint8_t)known : LT_FLOAT32};
    for (uint32_t i = 0; i < shape->count; i++)
        out->dim[i] = shape->ints[i];
    return LT_OK;
}

static void input_ops(const struct lt_call *call, struct lt_builder *b)
{
    if (call->in_count)
        lt_output(b, 0, lt_input_raw(b, 0));
    else
        lt_output(b, 0, lt_emit(b, LT_OP_INPUT, NULL, 0, lt_shape_elements(call->out), (enum lt_dtype)call->out->dtype));
}

const struct lt_kind lt_kind_input = {
    .name = "InputLayer",
    .alias = LT_ALIAS("Input"),
    .module = "keras.layers",
    .help = "An input of the model",
    .family = LT_FAMILY_CORE,
    LT_FIELDS(INPUT_FIELDS),
    .shape = input_shape,
    .ops = input_ops,
};

const struct lt_kind kinds_core[] = {{.name = NULL}};
