#include "core/model/activation.h"

#include <string.h>

/* Keras's names (keras/src/activations) and the class names under which the same functions are layers or operations.
 * The first name of an op is the one that pickers show. */
const struct lt_activation lt_activations[] = {
    {"linear", LT_OP_ALIAS},
    {"relu", LT_OP_RELU},
    {"gelu", LT_OP_GELU},
    {"silu", LT_OP_SILU},
    {"sigmoid", LT_OP_SIGMOID},
    {"tanh", LT_OP_TANH},
    {"softmax", LT_OP_SOFTMAX},
    {"relu6", LT_OP_RELU6},
    {"leaky_relu", LT_OP_LEAKY_RELU},
    {"elu", LT_OP_ELU},
    {"selu", LT_OP_SELU},
    {"celu", LT_OP_CELU},
    {"hard_sigmoid", LT_OP_HARD_SIGMOID},
    {"hard_silu", LT_OP_HARD_SILU},
    {"hard_tanh", LT_OP_HARD_TANH},
    {"log_sigmoid", LT_OP_LOG_SIGMOID},
    {"log_softmax", LT_OP_LOG_SOFTMAX},
    {"mish", LT_OP_MISH},
    {"glu", LT_OP_GLU},
    {"softplus", LT_OP_SOFTPLUS},
    {"softsign", LT_OP_SOFTSIGN},
    {"squareplus", LT_OP_SQUAREPLUS},
    {"exponential", LT_OP_EXP},
    {"tanh_shrink", LT_OP_TANH_SHRINK},
    {"soft_shrink", LT_OP_SOFT_SHRINK},
    {"hard_shrink", LT_OP_HARD_SHRINK},
    {"threshold", LT_OP_THRESHOLD},
    {"sparse_plus", LT_OP_SPARSE_PLUS},
    {"sparse_sigmoid", LT_OP_SPARSE_SIGMOID},
    {"sparsemax", LT_OP_SPARSEMAX},
    /* other names of the same */
    {"swish", LT_OP_SILU},
    {"hard_swish", LT_OP_HARD_SILU},
    {"gelu_approximate", LT_OP_GELU_TANH}, /* KerasHub */
    {"LeakyReLU", LT_OP_LEAKY_RELU},
    {"LeakyRelu", LT_OP_LEAKY_RELU},
    {"ReLU", LT_OP_RELU},
    {"Relu", LT_OP_RELU},
    {"Relu6", LT_OP_RELU6},
    {"ELU", LT_OP_ELU},
    {"Elu", LT_OP_ELU},
    {"Selu", LT_OP_SELU},
    {"Celu", LT_OP_CELU},
    {"Gelu", LT_OP_GELU},
    {"Silu", LT_OP_SILU},
    {"Mish", LT_OP_MISH},
    {"Tanh", LT_OP_TANH},
    {"Sigmoid", LT_OP_SIGMOID},
    {"Softmax", LT_OP_SOFTMAX},
    {"LogSoftmax", LT_OP_LOG_SOFTMAX},
    {"HardSigmoid", LT_OP_HARD_SIGMOID},
    {"HardSilu", LT_OP_HARD_SILU},
    {"Softplus", LT_OP_SOFTPLUS},
    {"Softsign", LT_OP_SOFTSIGN},
};
const int lt_activation_count = sizeof lt_activations / sizeof *lt_activations;

const char *const lt_activation_names[] = {
    "linear",         "relu",        "gelu",        "silu",        "sigmoid",     "tanh",         "softmax",
    "relu6",          "leaky_relu",  "elu",         "selu",        "celu",        "hard_sigmoid", "hard_silu",
    "hard_tanh",      "log_sigmoid", "log_softmax", "mish",        "glu",         "softplus",     "softsign",
    "squareplus",     "exponential", "tanh_shrink", "soft_shrink", "hard_shrink", "threshold",    "sparse_plus",
    "sparse_sigmoid", "sparsemax",   NULL,
};

static enum lt_op_kind op_of_name(const char *name)
{
    for (int i = 0; i < lt_activation_count; i++)
        if (strcmp(lt_activations[i].name, name) == 0)
            return (enum lt_op_kind)lt_activations[i].op;
    return LT_OP_OPAQUE;
}

/* The op of a ReLU with options. Keras's other names for negative_slope: alpha (Keras 2). */
static enum lt_op_kind relu_op(const struct lt_tree *config)
{
    double slope =
        lt_tree_number(lt_tree_get(config, "negative_slope"), lt_tree_number(lt_tree_get(config, "alpha"), 0));
    const struct lt_tree *most = lt_tree_get(config, "max_value");
    return lt_activation_relu(slope, lt_tree_number(most, INFINITY),
                              lt_tree_number(lt_tree_get(config, "threshold"), 0));
}

enum lt_op_kind lt_activation_relu(double negative_slope, double max_value, double threshold)
{
    if (threshold != 0)
        return LT_OP_RELU_THRESHOLD;
    if (negative_slope != 0)
        return LT_OP_LEAKY_RELU;
    if (max_value == 6)
        return LT_OP_RELU6;
    return max_value < INFINITY ? LT_OP_RELU_MAX : LT_OP_RELU;
}

/* The name inside an object: of a function {class_name: function, config: relu}, of a layer its class. */
static const char *name_in(const struct lt_tree *object)
{
    const struct lt_tree *config = lt_tree_get(object, "config");
    const char *class_name = lt_tree_text(lt_tree_get(object, "class_name"), NULL);
    if (config && config->type == LT_TREE_TEXT)
        return config->text;
    if (class_name && strcmp(class_name, "Activation") == 0)
        return lt_tree_text(lt_tree_get(config, "activation"), class_name);
    return class_name;
}

/* The op of an object, its options looked at. */
static enum lt_op_kind op_of_object(const struct lt_tree *object)
{
    const char *name = name_in(object);
    if (!name)
        return LT_OP_OPAQUE;
    enum lt_op_kind op = op_of_name(name);
    const struct lt_tree *config = lt_tree_get(object, "config");
    if (op == LT_OP_RELU)
        return relu_op(config);
    if (op == LT_OP_GELU && lt_tree_bool(lt_tree_get(config, "approximate"), false))
        return LT_OP_GELU_TANH;
    if (op == LT_OP_ELU && lt_tree_number(lt_tree_get(config, "alpha"), 1) != 1)
        return LT_OP_ELU_ALPHA;
    return op;
}

enum lt_op_kind lt_activation_op(const struct lt_value *value)
{
    if (value->type == LT_VALUE_NULL)
        return LT_OP_ALIAS;
    if (value->type == LT_VALUE_TEXT)
        return op_of_name(value->text);
    return value->type == LT_VALUE_TREE ? op_of_object(value->tree) : LT_OP_OPAQUE;
}

const char *lt_activation_name(const struct lt_value *value)
{
    if (value->type == LT_VALUE_NULL)
        return "linear";
    if (value->type == LT_VALUE_TEXT)
        return value->text;
    const char *name = value->type == LT_VALUE_TREE ? name_in(value->tree) : NULL;
    return name ? name : "?";
}
