/* Normalization layers. Keras 3's layers/normalization. Their parameters and statistics are not autocast: under a mixed
 * policy they stay in the variable dtype. */
#include "core/model/kinds/kinds.h"

#define FIELD_EPSILON(value)                                                                                           \
    {                                                                                                                  \
        .name = "epsilon", .type = LT_FIELD_FLOAT, .initial = value, .low = 0, .high = 1,                              \
        .help = "Added to the variance so that nothing is divided by zero"                                             \
    }
#define FIELD_CENTER                                                                                                   \
    {                                                                                                                  \
        .name = "center", .type = LT_FIELD_BOOL, .initial = "true", .help = "Whether an offset, beta, is trained"      \
    }
#define FIELD_SCALE                                                                                                    \
    {                                                                                                                  \
        .name = "scale", .type = LT_FIELD_BOOL, .initial = "true", .help = "Whether a factor, gamma, is trained"       \
    }
#define FIELD_AXES(text)                                                                                               \
    {                                                                                                                  \
        .name = "axis", .type = LT_FIELD_INTS, .initial = "-1", .low = -LT_MAX_RANK, .high = LT_MAX_RANK, .help = text \
    }

/* The sizes of the axes that field 0 names, in the order of the input; LT_INVALID where there is no such axis. */
static enum lt_status axes_of(struct lt_call *call, int *rank, int64_t *dim)
{
    const struct lt_value *axes = lt_config(call, 0);
    bool normalized[LT_MAX_RANK] = {false};
    int64_t single = lt_config_int(call, 0);
    bool list = axes->type == LT_VALUE_INTS;
    if (call->in_count < 1)
        return lt_call_fail(call, "%s needs an operand", call->layer->kind->name);
    for (uint32_t i = 0; i < (list ? axes->count : 1); i++) {
        int axis = lt_shape_axis(&call->in[0], list ? axes->ints[i] : single);
        if (axis < 0)
            return lt_call_fail(call, "the input has no axis %lld", (long long)(list ? axes->ints[i] : single));
        normalized[axis] = true;
    }
    *rank = 0;
    for (int i = 0; i < call->in[0].rank; i++)
        if (normalized[i])
            dim[(*rank)++] = call->in[0].dim[i];
    return LT_OK;
}

static enum lt_status axes_shape(struct lt_call *call)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    enum lt_status status = axes_of(call, &rank, dim);
    return status ? status : lt_call_same(call);
}

/* The same where the shape was found already; the number of elements of the axes. */
static uint64_t axes_again(const struct lt_call *call, int *rank, int64_t *dim)
{
    struct lt_call again = *call;
    *rank = 0;
    uint64_t elements = 1;
    if (axes_of(&again, rank, dim) == LT_OK)
        for (int i = 0; i < *rank; i++)
            elements = lt_mul(elements, (uint64_t)dim[i]);
    return elements;
}

/* x and the layer's `count` variables to a result of x's size. */
static void emit_norm(const struct lt_call *call, struct lt_builder *b, enum lt_op_kind kind, int count, uint64_t rows,
                      uint64_t parameters)
{
    lt_tensor in[8] = {lt_input(b, 0)};
    for (int i = 0; i < count; i++)
        in[i + 1] = lt_weight_raw(b, i);
    uint64_t elements = lt_shape_elements(call->out);
    lt_output(b, 0, lt_emit(b, kind, in, count + 1, elements, (enum lt_dtype)call->policy->compute));
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = rows;
    op->dim[1] = rows ? elements / rows : 0;
    op->dim[2] = parameters;
}

/* ------------------------------------------------------------------------------------------------- batch */

enum { BATCH_AXIS, BATCH_MOMENTUM, BATCH_EPSILON, BATCH_CENTER, BATCH_SCALE, BATCH_SYNCHRONIZED, BATCH_RENORM };

static const struct lt_field BATCH_FIELDS[] = {
    FIELD_AXES("The axis of the channels"),
    {.name = "momentum",
     .type = LT_FIELD_FLOAT,
     .initial = "0.99",
     .low = 0,
     .high = 1,
     .help = "How much of the moving averages a step keeps"},
    FIELD_EPSILON("0.001"),
    FIELD_CENTER,
    FIELD_SCALE,
    {.name = "synchronized",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether the statistics are those of all devices"},
    {.name = "renorm",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether moving averages are used in training"},
    {.name = "renorm_clipping", .type = LT_FIELD_TREE, .optional = true, .help = "Limits of the renormalization"},
    {.name = "renorm_momentum",
     .type = LT_FIELD_FLOAT,
     .initial = "0.99",
     .low = 0,
     .high = 1,
     .help = "How much of the renormalization's averages a step keeps"},
};

static void batch_variables(const struct lt_call *call, struct lt_variables *out)
{
    static const char *const STATISTIC[] = {"moving_mean", "moving_variance", "moving_stddev", "renorm_mean",
                                            "renorm_stddev"};
    int64_t dim[LT_MAX_RANK];
    int rank;
    axes_again(call, &rank, dim);
    /* Keras 2 keeps them in float32 under the half policies too. */
    bool half = lt_dtypes[call->policy->variable].bits < lt_dtypes[LT_FLOAT32].bits;
    enum lt_dtype dtype = half && !call->keras_3 ? LT_FLOAT32 : (enum lt_dtype)call->policy->variable;
    if (lt_config_bool(call, BATCH_SCALE))
        lt_variable_add_as(call, out, "gamma", true, dtype, rank, dim);
    if (lt_config_bool(call, BATCH_CENTER))
        lt_variable_add_as(call, out, "beta", true, dtype, rank, dim);
    for (int i = 0; i < (lt_config_bool(call, BATCH_RENORM) ? 5 : 2); i++)
        lt_variable_add_as(call, out, STATISTIC[i], false, dtype, rank, dim);
}

/* A frozen layer runs as in inference: `if training and self.trainable`. */
static void batch_ops(const struct lt_call *call, struct lt_builder *b)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    uint64_t channels = axes_again(call, &rank, dim);
    int trained = lt_config_bool(call, BATCH_SCALE) + lt_config_bool(call, BATCH_CENTER);
    bool learning = call->training && call->layer->trainable;
    emit_norm(call, b, learning ? LT_OP_BATCH_NORM : LT_OP_BATCH_NORM_FROZEN, trained + 2, channels,
              lt_mul(channels, (uint64_t)trained));
}

/* ------------------------------------------------------------------------------------------------- layer */

enum { LAYER_AXIS, LAYER_EPSILON, LAYER_CENTER, LAYER_SCALE, LAYER_RMS };

static const struct lt_field LAYER_FIELDS[] = {
    FIELD_AXES("The axes that are normalized together"),
    FIELD_EPSILON("0.001"),
    FIELD_CENTER,
    FIELD_SCALE,
    {.name = "rms_scaling",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether the root mean square takes the place of mean and variance"},
};

static bool has_gamma(const struct lt_call *call)
{
    return lt_config_bool(call, LAYER_SCALE) || lt_config_bool(call, LAYER_RMS);
}

static bool has_beta(const struct lt_call *call)
{
    return lt_config_bool(call, LAYER_CENTER) && !lt_config_bool(call, LAYER_RMS);
}

static void layer_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    axes_again(call, &rank, dim);
    if (has_gamma(call))
        lt_variable_add(call, out, "gamma", true, rank, dim);
    if (has_beta(call))
        lt_variable_add(call, out, "beta", true, rank, dim);
}

static void layer_ops(const struct lt_call *call, struct lt_builder *b)
{
    int64_t dim[LT_MAX_RANK];
    int rank, trained = has_gamma(call) + has_beta(call);
    uint64_t length = axes_again(call, &rank, dim);
    enum lt_op_kind kind = lt_config_bool(call, LAYER_RMS) ? LT_OP_RMS_NORM : LT_OP_LAYER_NORM;
    emit_norm(call, b, kind, trained, length ? lt_shape_elements(call->out) / length : 0,
              lt_mul(length, (uint64_t)trained));
}

/* --------------------------------------------------------------------------------------------------- RMS */

static const struct lt_field RMS_FIELDS[] = {
    FIELD_AXES("The axes that are normalized together"),
    FIELD_EPSILON("1e-6"),
};

static void rms_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    axes_again(call, &rank, dim);
    lt_variable_add(call, out, "scale", true, rank, dim);
}

static void rms_ops(const struct lt_call *call, struct lt_builder *b)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    uint64_t length = axes_again(call, &rank, dim);
    emit_norm(call, b, LT_OP_RMS_NORM, 1, length ? lt_shape_elements(call->out) / length : 0, length);
}

/* -------------------------------------------------------------------------------------------------- unit */

static const struct lt_field UNIT_FIELDS[] = {FIELD_AXES("The axes along which the length becomes one")};

static void unit_ops(const struct lt_call *call, struct lt_builder *b)
{
    int64_t dim[LT_MAX_RANK];
    int rank;
    uint64_t length = axes_again(call, &rank, dim);
    emit_norm(call, b, LT_OP_UNIT_NORM, 0, length ? lt_shape_elements(call->out) / length : 0, 0);
}

/* ------------------------------------------------------------------------------------------------- group */

enum { GROUP_AXIS, GROUP_GROUPS, GROUP_EPSILON, GROUP_CENTER, GROUP_SCALE };

static const struct lt_field GROUP_FIELDS[] = {
    {.name = "axis",
     .type = LT_FIELD_INT,
     .initial = "-1",
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .help = "The axis of the channels"},
    {.name = "groups",
     .type = LT_FIELD_INT,
     .initial = "32",
     .low = -1,
     .high = LT_DIM_LIMIT,
     .help = "How many groups of channels are normalized apart; -1: each channel"},
    FIELD_EPSILON("0.001"),
    FIELD_CENTER,
    FIELD_SCALE,
};

static int64_t channels_of(const struct lt_call *call)
{
    int axis = lt_shape_axis(&call->in[0], lt_config_int(call, GROUP_AXIS));
    return axis < 0 ? 0 : call->in[0].dim[axis];
}

static int64_t groups_of(const struct lt_call *call)
{
    int64_t groups = lt_config_int(call, GROUP_GROUPS);
    return groups == -1 ? channels_of(call) : groups;
}

static enum lt_status group_shape(struct lt_call *call)
{
    enum lt_status status = axes_shape(call);
    if (status)
        return status;
    int64_t groups = groups_of(call), channels = channels_of(call);
    if (groups < 1 || channels % groups)
        return lt_call_fail(call, "%lld groups do not divide %lld channels", (long long)groups, (long long)channels);
    return LT_OK;
}

static void group_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t channels = channels_of(call);
    if (lt_config_bool(call, GROUP_SCALE))
        lt_variable_add(call, out, "gamma", true, 1, &channels);
    if (lt_config_bool(call, GROUP_CENTER))
        lt_variable_add(call, out, "beta", true, 1, &channels);
}

static void group_ops(const struct lt_call *call, struct lt_builder *b)
{
    int trained = lt_config_bool(call, GROUP_SCALE) + lt_config_bool(call, GROUP_CENTER);
    emit_norm(call, b, LT_OP_GROUP_NORM, trained, lt_mul((uint64_t)call->in[0].dim[0], (uint64_t)groups_of(call)),
              lt_mul((uint64_t)channels_of(call), (uint64_t)trained));
}

/* ------------------------------------------------------------------------------------------------- table */

#define NORMALIZATION(class_name, text)                                                                                \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_NORMALIZATION, .help = text

const struct lt_kind kinds_normalization[] = {
    {NORMALIZATION("BatchNormalization", "Each channel to mean 0 and variance 1 over the batch"),
     .alias = LT_ALIAS("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"),
     LT_FIELDS(BATCH_FIELDS), .shape = axes_shape, .variables = batch_variables, .ops = batch_ops},
    {NORMALIZATION("LayerNormalization", "Each sample to mean 0 and variance 1 over some axes"),
     LT_FIELDS(LAYER_FIELDS), .shape = axes_shape, .variables = layer_variables, .ops = layer_ops},
    {NORMALIZATION("GroupNormalization", "Groups of channels of each sample to mean 0 and variance 1"),
     LT_FIELDS(GROUP_FIELDS), .shape = group_shape, .variables = group_variables, .ops = group_ops},
    {NORMALIZATION("RMSNormalization", "Each sample divided by its root mean square"),
     .alias = LT_ALIAS("LlamaLayerNorm", "MistralLayerNormalization", "MixtralLayerNormalization", "QwenLayerNorm",
                       "Qwen3LayerNorm", "Phi3LayerNorm"),
     LT_FIELDS(RMS_FIELDS), .shape = axes_shape, .variables = rms_variables, .ops = rms_ops},
    {NORMALIZATION("UnitNormalization", "Each vector to length one"), LT_FIELDS(UNIT_FIELDS), .shape = axes_shape,
     .ops = unit_ops},
    {.name = NULL},
};
