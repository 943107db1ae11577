#include "core/formats/keras_reader.h"

#include <string.h>

/* Sources: Keras 1.2.2's layers and Keras 2.0.8's keras/legacy/interfaces.py for keys and classes; tf_keras's
 * layers/core/tf_op_layer.py for functions. */

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* The first entry that applies counts; an entry for one class before that for any. */
const struct keras_rename keras_renames[] = {
    /* Keras 3 still reads these. */
    {3, "LeakyReLU", "alpha", "negative_slope", KERAS_AS_IS},
    {3, "InputLayer", "batch_input_shape", "batch_shape", KERAS_AS_IS},

    {2, "InputLayer", "input_dtype", "dtype", KERAS_AS_IS},
    {2, NULL, "input_dtype", NULL, KERAS_DROP}, /* what a Sequential's first layer says of its input */
    {2, NULL, "batch_input_shape", NULL, KERAS_DROP},

    {1, "Embedding", "output_dim", "output_dim", KERAS_AS_IS},
    {1, NULL, "output_dim", "units", KERAS_AS_IS},
    {1, NULL, "nb_filter", "filters", KERAS_AS_IS},
    {1, NULL, "nb_row", "kernel_size", KERAS_JOIN},
    {1, NULL, "nb_col", "kernel_size", KERAS_JOIN},
    {1, NULL, "kernel_dim1", "kernel_size", KERAS_JOIN},
    {1, NULL, "kernel_dim2", "kernel_size", KERAS_JOIN},
    {1, NULL, "kernel_dim3", "kernel_size", KERAS_JOIN},
    {1, NULL, "filter_length", "kernel_size", KERAS_AS_IS},
    {1, NULL, "subsample", "strides", KERAS_AS_IS},
    {1, NULL, "subsample_length", "strides", KERAS_AS_IS},
    {1, NULL, "border_mode", "padding", KERAS_AS_IS},
    {1, NULL, "dim_ordering", "data_format", KERAS_DATA_FORMAT},
    {1, NULL, "atrous_rate", "dilation_rate", KERAS_AS_IS},
    {1, NULL, "bias", "use_bias", KERAS_AS_IS},
    {1, "Conv2DTranspose", "output_shape", NULL, KERAS_DROP},
    {1, NULL, "pool_length", "pool_size", KERAS_AS_IS},
    {1, "*Pooling1D", "stride", "strides", KERAS_AS_IS},
    {1, "UpSampling1D", "length", "size", KERAS_AS_IS},
    {1, NULL, "p", "rate", KERAS_AS_IS},
    {1, NULL, "sigma", "stddev", KERAS_AS_IS},
    {1, NULL, "inner_activation", "recurrent_activation", KERAS_AS_IS},
    {1, NULL, "dropout_W", "dropout", KERAS_AS_IS},
    {1, NULL, "dropout_U", "recurrent_dropout", KERAS_AS_IS},

    /* Merge; Keras 2 files keep it as well. */
    {2, "Concatenate", "concat_axis", "axis", KERAS_AS_IS},
    {2, "Dot", "dot_axes", "axes", KERAS_FLAT},
    {2, "Dot", "mode", "normalize", KERAS_IS_COS},
    {0},
};

/* A star stands before or after the part that must be equal. */
static bool class_matches(const char *pattern, const char *class)
{
    size_t length = strlen(pattern), own = strlen(class);
    if (pattern[0] == '*')
        return own >= length - 1 && strcmp(class + own - (length - 1), pattern + 1) == 0;
    return strcmp(pattern, class) == 0;
}

bool keras_rename_applies(const struct keras_rename *rename, int generation, const char *class)
{
    return generation <= rename->generation && (!rename->class || class_matches(rename->class, class));
}

const struct keras_rename *keras_rename_find(int generation, const char *class, const char *key)
{
    for (const struct keras_rename *rename = keras_renames; rename->old; rename++)
        if (generation <= rename->generation && strcmp(rename->old, key) == 0 &&
            keras_rename_applies(rename, generation, class))
            return rename;
    return NULL;
}

const struct keras_absent keras_absent[] = {
    {2, "GRU", "reset_after", "false"}, /* one bias: reset_after came with Keras 2.1.3 and was off */
    {2, "GRUCell", "reset_after", "false"},
    {0},
};

/* --- classes ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *old, *name;
} CLASSES[] = {
    {"Convolution1D", "Conv1D"},
    {"Convolution2D", "Conv2D"},
    {"Convolution3D", "Conv3D"},
    {"AtrousConvolution1D", "Conv1D"},
    {"AtrousConvolution2D", "Conv2D"},
    {"AtrousConv1D", "Conv1D"},
    {"AtrousConv2D", "Conv2D"},
    {"SeparableConvolution2D", "SeparableConv2D"},
    {"Deconvolution2D", "Conv2DTranspose"},
    {"Deconv2D", "Conv2DTranspose"},
    {"Deconvolution3D", "Conv3DTranspose"},
    {"TimeDistributedDense", "Dense"}, /* a Dense acts on the last axis */
    {"BatchNormalizationV1", "BatchNormalization"},
    {"BatchNormalizationV2", "BatchNormalization"},
    {"SyncBatchNormalization", "BatchNormalization"},
    {"LayerNormalizationV2", "LayerNormalization"},
    {"LSTMV2", "LSTM"},
    {"GRUV2", "GRU"},
    {"UnifiedLSTM", "LSTM"},
    {"UnifiedGRU", "GRU"},
    {"ConvRecurrent2D", "ConvLSTM2D"},
};

static const struct {
    const char *mode, *name;
} MERGE_MODES[] = {
    {"sum", "Add"}, {"mul", "Multiply"}, {"ave", "Average"}, {"max", "Maximum"}, {"concat", "Concatenate"},
    {"dot", "Dot"}, {"cos", "Dot"},
};

static const char *merge_class(const struct lt_tree *config, const char *class)
{
    const char *mode = lt_tree_text(lt_tree_get(config, "mode"), "");
    for (size_t i = 0; i < sizeof MERGE_MODES / sizeof *MERGE_MODES; i++)
        if (strcmp(MERGE_MODES[i].mode, mode) == 0)
            return MERGE_MODES[i].name;
    return class;
}

static const char OPERATIONS[] = "keras.ops";

/* Operations have modules of their own; Keras 3's .h5 leaves them out, but no operation has the keys that every layer
 * has. */
static bool is_operation(const struct lt_tree *object, int generation)
{
    const char *module = lt_tree_text(lt_tree_get(object, "module"), NULL);
    const struct lt_tree *config = lt_tree_get(object, "config");
    if (module)
        return strstr(module, ".ops") || strncmp(module, "keras.src.activations", 21) == 0;
    if (generation < 3 || !config || config->type != LT_TREE_MAP || !lt_tree_get(object, "inbound_nodes"))
        return false;
    /* A cast has a dtype, but no layer has its name. */
    const char *class = lt_tree_text(lt_tree_get(object, "class_name"), NULL);
    return !lt_tree_get(config, "trainable") && (!lt_tree_get(config, "dtype") || !lt_kind_find(NULL, class));
}

struct keras_class keras_modern_class(const struct lt_tree *object, int generation)
{
    const struct lt_tree *config = lt_tree_get(object, "config");
    struct keras_class class = {lt_tree_text(lt_tree_get(object, "class_name"), ""), NULL};
    if (is_operation(object, generation)) {
        class.module = OPERATIONS;
        return class;
    }
    if (generation >= 3)
        return class;
    if (strcmp(class.name, "Merge") == 0)
        class.name = merge_class(config, class.name);
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
        if (strcmp(CLASSES[i].old, class.name) == 0)
            class.name = CLASSES[i].name;
    bool lambda = strcmp(class.name, "TFOpLambda") == 0 || strcmp(class.name, "SlicingOpLambda") == 0;
    if (!lambda && strcmp(class.name, "TensorFlowOpLayer") != 0)
        return class;
    const char *name = lambda ? lt_tree_text(lt_tree_get(config, "function"), NULL) : NULL;
    const char *op = lambda ? NULL : lt_tree_text(lt_tree_get(lt_tree_get(config, "node_def"), "op"), NULL);
    const struct keras_function *function = keras_function_find(name, op);
    return function ? (struct keras_class){function->class, OPERATIONS} : class;
}

/* --- functions ---------------------------------------------------------------------------------------------------- */

static const struct keras_function FUNCTIONS[] = {
    {"math.add", "AddV2", "Add", "y", NULL},
    {"__operators__.add", "Add", "Add", "y", NULL},
    {"math.subtract", "Sub", "Subtract", "y", NULL},
    {"math.multiply", "Mul", "Multiply", "y", NULL},
    {"math.truediv", "RealDiv", "Divide", "y", NULL},
    {"math.divide", NULL, "Divide", "y", NULL},
    {"math.pow", "Pow", "Power", "y", NULL},
    {"math.maximum", "Maximum", "Maximum", "y", NULL},
    {"math.minimum", "Minimum", "Minimum", "y", NULL},
    {"linalg.matmul", "MatMul", "Matmul", "b", NULL},
    {NULL, "BatchMatMulV2", "Matmul", "b", NULL},
    {"math.exp", "Exp", "Exp", NULL, NULL},
    {"math.log", "Log", "Log", NULL, NULL},
    {"math.sqrt", "Sqrt", "Sqrt", NULL, NULL},
    {"math.rsqrt", "Rsqrt", "Rsqrt", NULL, NULL},
    {"math.square", "Square", "Square", NULL, NULL},
    {"math.abs", "Abs", "Absolute", NULL, NULL},
    {"math.negative", "Neg", "Negative", NULL, NULL},
    {"math.sin", "Sin", "Sin", NULL, NULL},
    {"math.cos", "Cos", "Cos", NULL, NULL},
    {"math.tanh", "Tanh", "Tanh", NULL, NULL},
    {"math.sigmoid", "Sigmoid", "Sigmoid", NULL, NULL},
    {"math.softplus", "Softplus", "Softplus", NULL, NULL},
    {"nn.relu", "Relu", "Relu", NULL, NULL},
    {"nn.relu6", "Relu6", "Relu6", NULL, NULL},
    {"nn.elu", "Elu", "Elu", NULL, NULL},
    {"nn.selu", "Selu", "Selu", NULL, NULL},
    {"nn.silu", NULL, "Silu", NULL, NULL},
    {"nn.gelu", NULL, "Gelu", NULL, NULL},
    {"nn.softmax", "Softmax", "Softmax", NULL, NULL},
    {"nn.softplus", NULL, "Softplus", NULL, NULL},
    {"nn.sigmoid", NULL, "Sigmoid", NULL, NULL},
    {"nn.tanh", NULL, "Tanh", NULL, NULL},
    {"math.reduce_mean", "Mean", "Mean", "axis", "axis"},
    {"math.reduce_sum", "Sum", "Sum", "axis", "axis"},
    {"math.reduce_max", "Max", "Max", "axis", "axis"},
    {"math.reduce_min", "Min", "Min", "axis", "axis"},
    {"math.reduce_std", NULL, "Std", "axis", "axis"},
    {"math.reduce_variance", NULL, "Var", "axis", "axis"},
    {"reshape", "Reshape", "Reshape", "shape", "newshape"},
    {"transpose", "Transpose", "Transpose", "perm", "axes"},
    {"compat.v1.transpose", NULL, "Transpose", "perm", "axes"},
    {"expand_dims", "ExpandDims", "ExpandDims", "axis", "axis"},
    {"squeeze", "Squeeze", "Squeeze", "axis", "axis"},
    {"compat.v1.squeeze", NULL, "Squeeze", "axis", "axis"},
    {"concat", "ConcatV2", "Concatenate", "axis", "axis"},
    {"stack", "Pack", "Stack", "axis", "axis"},
    {"tile", "Tile", "Tile", "multiples", "repeats"},
    {"cast", "Cast", "Cast", "dtype", "dtype"},
    {"clip_by_value", NULL, "Clip", NULL, NULL},
    {"stop_gradient", "StopGradient", "StopGradient", NULL, NULL},
    {"identity", "Identity", "Copy", NULL, NULL},
    {"zeros_like", "ZerosLike", "ZerosLike", NULL, NULL},
    {"ones_like", "OnesLike", "OnesLike", NULL, NULL},
    {"math.log1p", "Log1p", "Log1p", NULL, NULL},
    {"math.expm1", "Expm1", "Expm1", NULL, NULL},
    {"math.erf", "Erf", "Erf", NULL, NULL},
    {"math.floor", "Floor", "Floor", NULL, NULL},
    {"math.ceil", "Ceil", "Ceil", NULL, NULL},
    {"math.round", "Round", "Round", NULL, NULL},
    {"math.sign", "Sign", "Sign", NULL, NULL},
    {"math.reciprocal", "Reciprocal", "Reciprocal", NULL, NULL},
    {"math.l2_normalize", NULL, "Normalize", "axis", "axis"},
    {"math.log_sigmoid", NULL, "LogSigmoid", NULL, NULL},
    {"nn.leaky_relu", "LeakyRelu", "LeakyRelu", NULL, NULL},
    {"nn.softsign", "Softsign", "Softsign", NULL, NULL},
    {"nn.log_softmax", "LogSoftmax", "LogSoftmax", "axis", "axis"},
    {"math.divide_no_nan", "DivNoNan", "DivideNoNan", "y", NULL},
    {"math.floordiv", "FloorDiv", "FloorDivide", "y", NULL},
    {"math.floormod", "FloorMod", "Mod", "y", NULL},
    {"math.atan2", "Atan2", "Arctan2", "x", NULL},
    /* Keeps both operands, as a product does. */
    {"math.squared_difference", "SquaredDifference", "Multiply", "y", NULL},
    {"math.equal", "Equal", "Equal", "y", NULL},
    {"math.not_equal", "NotEqual", "NotEqual", "y", NULL},
    {"math.greater", "Greater", "Greater", "y", NULL},
    {"math.greater_equal", "GreaterEqual", "GreaterEqual", "y", NULL},
    {"math.less", "Less", "Less", "y", NULL},
    {"math.less_equal", "LessEqual", "LessEqual", "y", NULL},
    {"math.logical_and", "LogicalAnd", "LogicalAnd", "y", NULL},
    {"math.logical_or", "LogicalOr", "LogicalOr", "y", NULL},
    {"math.logical_not", "LogicalNot", "LogicalNot", NULL, NULL},
    {"where", "SelectV2", "Where", NULL, NULL},
    {"math.reduce_prod", "Prod", "Prod", "axis", "axis"},
    {"math.reduce_any", "Any", "Any", "axis", "axis"},
    {"math.reduce_all", "All", "All", "axis", "axis"},
    {"math.reduce_logsumexp", NULL, "Logsumexp", "axis", "axis"},
    {"math.argmax", "ArgMax", "Argmax", "axis", "axis"},
    {"math.argmin", "ArgMin", "Argmin", "axis", "axis"},
    {"math.cumsum", "Cumsum", "Cumsum", "axis", "axis"},
    {"math.cumprod", "Cumprod", "Cumprod", "axis", "axis"},
    {"math.add_n", "AddN", "Add", NULL, NULL},
    {"einsum", NULL, "Einsum", NULL, NULL},
    {"compat.v1.shape", "Shape", "Shape", NULL, NULL},
    {"unstack", NULL, "Unstack", "axis", "axis"},
    {"split", NULL, "Split", "num_or_size_splits", "indices_or_sections"},
    {"repeat", NULL, "Repeat", "repeats", "repeats"},
    {"reverse", "ReverseV2", "Flip", "axis", "axis"},
    {"compat.v1.pad", "Pad", "Pad", "paddings", "pad_width"},
    {"pad", NULL, "Pad", "paddings", "pad_width"},
    {"compat.v1.gather", "GatherV2", "Take", "indices", NULL},
    {"one_hot", "OneHot", "OneHot", "depth", "num_classes"},
    {"broadcast_to", "BroadcastTo", "BroadcastTo", "shape", "shape"},
    {"image.resize", NULL, "Resize", "size", "size"},
    {"nn.depth_to_space", "DepthToSpace", "DepthToSpace", "block_size", "block_size"},
    {"nn.space_to_depth", "SpaceToDepth", "SpaceToDepth", "block_size", "block_size"},
    {"nn.max_pool2d", NULL, "MaxPool", "ksize", "pool_size"},
    {"nn.avg_pool2d", NULL, "AveragePool", "ksize", "pool_size"},
    {"__operators__.getitem", NULL, "GetItem", "slice_spec", NULL},
};

const struct keras_function *keras_function_find(const char *function, const char *node_op)
{
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        const struct keras_function *f = &FUNCTIONS[i];
        if ((function && f->function && strcmp(function, f->function) == 0) ||
            (node_op && f->node_op && strcmp(node_op, f->node_op) == 0))
            return f;
    }
    return NULL;
}
