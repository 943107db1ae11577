/* Activation layers. Keras 3's layers/activations. */
#include "core/model/kinds/kinds.h"

static const struct lt_field ACTIVATION_FIELDS[] = {LT_FIELD_ACTIVATION_OF("linear")};

static enum lt_status activation_shape(struct lt_call *call)
{
    enum lt_status status = lt_call_same(call);
    return status || call->out->rank < 1 ? status : lt_call_activated(call, 0, call->out->rank - 1);
}

static void activation_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_activate(b, lt_input(b, 0), lt_config(call, 0)));
}

enum { RELU_MAX, RELU_SLOPE, RELU_THRESHOLD };

static const struct lt_field RELU_FIELDS[] = {
    {.name = "max_value",
     .type = LT_FIELD_FLOAT,
     .low = 0,
     .high = INFINITY,
     .optional = true,
     .help = "Larger results become this"},
    {.name = "negative_slope", .type = LT_FIELD_FLOAT, .initial = "0.0", .help = "Slope below the threshold"},
    {.name = "threshold", .type = LT_FIELD_FLOAT, .initial = "0.0", .help = "Where the function leaves zero"},
};

static void relu_ops(const struct lt_call *call, struct lt_builder *b)
{
    bool bounded = lt_config(call, RELU_MAX)->type != LT_VALUE_NULL;
    lt_output(b, 0,
              lt_map(b,
                     lt_activation_relu(lt_config_float(call, RELU_SLOPE),
                                        bounded ? lt_config_float(call, RELU_MAX) : INFINITY,
                                        lt_config_float(call, RELU_THRESHOLD)),
                     lt_input(b, 0)));
}

static const struct lt_field LEAKY_RELU_FIELDS[] = {
    {.name = "negative_slope", .type = LT_FIELD_FLOAT, .initial = "0.3", .help = "Slope below zero"},
};

static void leaky_relu_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_map(b, LT_OP_LEAKY_RELU, lt_input(b, 0)));
}

static const struct lt_field ELU_FIELDS[] = {
    {.name = "alpha", .type = LT_FIELD_FLOAT, .initial = "1.0", .help = "The function goes to minus this"},
};

static void elu_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_map(b, lt_config_float(call, 0) == 1 ? LT_OP_ELU : LT_OP_ELU_ALPHA, lt_input(b, 0)));
}

static const struct lt_field THRESHOLDED_RELU_FIELDS[] = {
    {.name = "theta",
     .type = LT_FIELD_FLOAT,
     .initial = "1.0",
     .low = 0,
     .high = INFINITY,
     .help = "Smaller values become zero"},
};

static void thresholded_relu_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_map(b, LT_OP_RELU_THRESHOLD, lt_input(b, 0)));
}

static const struct lt_field PRELU_FIELDS[] = {
    {.name = "shared_axes",
     .type = LT_FIELD_INTS,
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .optional = true,
     .help = "Axes along which the slope is the same"},
};

static enum lt_status prelu_shape(struct lt_call *call)
{
    enum lt_status status = lt_call_same(call);
    const struct lt_value *shared = lt_config(call, 0);
    for (uint32_t i = 0; !status && shared->type == LT_VALUE_INTS && i < shared->count; i++)
        if (shared->ints[i] < 1 || shared->ints[i] >= call->in[0].rank)
            return lt_call_fail(call, "the input has no axis %lld to share", (long long)shared->ints[i]);
    return status;
}

static void prelu_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_shape slope = call->in[0];
    const struct lt_value *shared = lt_config(call, 0);
    for (uint32_t i = 0; shared->type == LT_VALUE_INTS && i < shared->count; i++)
        if (shared->ints[i] > 0 && shared->ints[i] < slope.rank)
            slope.dim[shared->ints[i]] = 1;
    if (slope.rank > 0)
        lt_variable_add(call, out, "alpha", true, slope.rank - 1, slope.dim + 1);
}

static void prelu_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_combine(b, LT_OP_PRELU, lt_input(b, 0), lt_weight(b, 0), lt_shape_elements(&call->in[0])));
}

static const struct lt_field SOFTMAX_FIELDS[] = {
    {.name = "axis",
     .type = LT_FIELD_INTS,
     .initial = "-1",
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .help = "The axis, or the axes, over which the results sum to one"},
};

static void softmax_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_map(b, LT_OP_SOFTMAX, lt_input(b, 0)));
}

#define ACTIVATION(class_name, text)                                                                                   \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_ACTIVATION, .help = text

const struct lt_kind kinds_activations[] = {
    {ACTIVATION("Activation", "An activation function by name"), LT_FIELDS(ACTIVATION_FIELDS),
     .shape = activation_shape, .ops = activation_ops},
    {ACTIVATION("ReLU", "Zero below a threshold, the input above"), LT_FIELDS(RELU_FIELDS), .shape = lt_shape_same,
     .ops = relu_ops},
    {ACTIVATION("LeakyReLU", "A small slope below zero, the input above"), LT_FIELDS(LEAKY_RELU_FIELDS),
     .shape = lt_shape_same, .ops = leaky_relu_ops},
    {ACTIVATION("ELU", "An exponential below zero, the input above"), LT_FIELDS(ELU_FIELDS), .shape = lt_shape_same,
     .ops = elu_ops},
    {ACTIVATION("PReLU", "A trained slope below zero, the input above"), LT_FIELDS(PRELU_FIELDS), .shape = prelu_shape,
     .variables = prelu_variables, .ops = prelu_ops},
    {ACTIVATION("ThresholdedReLU", "The input above a threshold, else zero"), LT_FIELDS(THRESHOLDED_RELU_FIELDS),
     .shape = lt_shape_same, .ops = thresholded_relu_ops},
    {ACTIVATION("Softmax", "Exponentials that sum to one"), LT_FIELDS(SOFTMAX_FIELDS), .shape = lt_shape_same,
     .ops = softmax_ops},
    {.name = NULL},
};
