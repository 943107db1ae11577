/* Layers that act in training only: dropout, noise, penalties. Keras 3's layers/regularization. */
#include "core/model/kinds/kinds.h"

#define FIELD_RATE                                                                                                     \
    {                                                                                                                  \
        .name = "rate", .type = LT_FIELD_FLOAT, .initial = "0.5", .low = 0, .high = 1,                                 \
        .help = "Share of the values that are dropped"                                                                 \
    }
#define FIELD_NOISE_SHAPE                                                                                              \
    {                                                                                                                  \
        .name = "noise_shape", .type = LT_FIELD_INTS, .low = 1, .high = LT_DIM_LIMIT, .optional = true,                \
        .help = "Shape of the mask; none where the input says it, 1 where values are dropped together"                 \
    }

enum { RATE, SEED, NOISE_SHAPE };

static const struct lt_field DROPOUT_FIELDS[] = {FIELD_RATE, LT_FIELD_SEED, FIELD_NOISE_SHAPE};
static const struct lt_field RATE_FIELDS[] = {FIELD_RATE, LT_FIELD_SEED};
static const struct lt_field SPATIAL_FIELDS[] = {FIELD_RATE, LT_FIELD_SEED, LT_FIELD_DATA_FORMAT};
static const struct lt_field NOISE_FIELDS[] = {
    {.name = "stddev",
     .type = LT_FIELD_FLOAT,
     .initial = "0.1",
     .low = 0,
     .high = INFINITY,
     .help = "Standard deviation of the noise"},
    LT_FIELD_SEED,
};

/* A layer that does nothing has no random numbers either. */
static void seed_variables(const struct lt_call *call, struct lt_variables *out)
{
    if (lt_config_float(call, RATE) > 0)
        lt_variable_seed(call, out);
}

static enum lt_status dropout_shape(struct lt_call *call)
{
    const struct lt_value *noise = lt_config(call, NOISE_SHAPE);
    enum lt_status status = lt_call_same(call);
    if (!status && noise->type == LT_VALUE_INTS && noise->count != (uint32_t)call->in[0].rank)
        return lt_call_fail(call, "noise_shape has %u axes, the input %d", noise->count, call->in[0].rank);
    return status;
}

static void dropout_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_value *noise = lt_config(call, NOISE_SHAPE);
    struct lt_shape mask = call->in[0];
    for (int i = 0; noise->type == LT_VALUE_INTS && i < mask.rank; i++)
        if (noise->ints[i] != LT_NO_DIM)
            mask.dim[i] = noise->ints[i];
    lt_output(b, 0, lt_dropout(b, lt_input(b, 0), lt_config_float(call, RATE), lt_shape_elements(&mask)));
}

/* Whole channels are dropped: the mask has one value for each. */
static enum lt_status spatial_shape(struct lt_call *call)
{
    enum lt_status status = lt_expect_rank(call, call->layer->kind->parameter + 2);
    return status ? status : lt_call_same(call);
}

static void spatial_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_shape *in = &call->in[0];
    bool first = call->layer->kind->config_count > 2 && lt_channels_first(call, 2);
    uint64_t mask = lt_mul((uint64_t)in->dim[0], (uint64_t)in->dim[first ? 1 : in->rank - 1]);
    lt_output(b, 0, lt_dropout(b, lt_input(b, 0), lt_config_float(call, RATE), mask));
}

/* One op of the kind that `parameter` names, where the layer does anything. */
static void noise_ops(const struct lt_call *call, struct lt_builder *b)
{
    bool acts = call->training && lt_config_float(call, RATE) > 0;
    lt_tensor x = lt_input(b, 0);
    lt_output(b, 0, acts ? lt_map(b, (enum lt_op_kind)call->layer->kind->parameter, x) : x);
}

static const struct lt_field PENALTY_FIELDS[] = {
    {.name = "l1", .type = LT_FIELD_FLOAT, .initial = "0.0", .help = "Factor of the sum of magnitudes"},
    {.name = "l2", .type = LT_FIELD_FLOAT, .initial = "0.0", .help = "Factor of the sum of squares"},
};

static void penalty_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor x = lt_input(b, 0);
    if (call->training)
        lt_map_to(b, LT_OP_ACTIVITY_PENALTY, x, 1);
    lt_output(b, 0, x);
}

#define REGULARIZATION(class_name, text)                                                                               \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_REGULARIZATION, .help = text

const struct lt_kind kinds_regularization[] = {
    {REGULARIZATION("Dropout", "Sets a share of the values to zero in training"), LT_FIELDS(DROPOUT_FIELDS),
     .shape = dropout_shape, .variables = seed_variables, .ops = dropout_ops},
    {REGULARIZATION("SpatialDropout1D", "Sets whole channels of a sequence to zero in training"),
     LT_FIELDS(RATE_FIELDS), .parameter = 1, .shape = spatial_shape, .variables = seed_variables, .ops = spatial_ops},
    {REGULARIZATION("SpatialDropout2D", "Sets whole channels of an image to zero in training"),
     LT_FIELDS(SPATIAL_FIELDS), .parameter = 2, .shape = spatial_shape, .variables = seed_variables,
     .ops = spatial_ops},
    {REGULARIZATION("SpatialDropout3D", "Sets whole channels of a volume to zero in training"),
     LT_FIELDS(SPATIAL_FIELDS), .parameter = 3, .shape = spatial_shape, .variables = seed_variables,
     .ops = spatial_ops},
    {REGULARIZATION("AlphaDropout", "Dropout that keeps mean and variance"), LT_FIELDS(DROPOUT_FIELDS),
     .parameter = LT_OP_ALPHA_DROPOUT, .shape = dropout_shape, .variables = seed_variables, .ops = noise_ops},
    {REGULARIZATION("GaussianDropout", "Multiplies with random factors around one in training"), LT_FIELDS(RATE_FIELDS),
     .parameter = LT_OP_GAUSSIAN_DROPOUT, .shape = lt_shape_same, .variables = seed_variables, .ops = noise_ops},
    {REGULARIZATION("GaussianNoise", "Adds random numbers in training"), LT_FIELDS(NOISE_FIELDS),
     .parameter = LT_OP_GAUSSIAN_NOISE, .shape = lt_shape_same, .variables = seed_variables, .ops = noise_ops},
    {REGULARIZATION("ActivityRegularization", "Adds a penalty on its input to the loss"), LT_FIELDS(PENALTY_FIELDS),
     .shape = lt_shape_same, .ops = penalty_ops},
    {.name = NULL},
};
