/* Keras 3's constructors beyond the catalogue. Source: the signatures of Keras 3.15.1's classes. */
#include <string.h>

#include "core/formats/keras_write.h"

/* --- modules ------------------------------------------------------------------------------------------------------ */

/* Operations live in modules of their own, numpy if nowhere else. Each list of names begins and ends with a blank. */
static const struct {
    const char *module, *classes;
} OPERATIONS[] = {
    {"keras.src.ops.math",
     " Rsqrt Erf Erfc Erfinv Logsumexp TopK SegmentSum SegmentMax SegmentMin SegmentProd SegmentReduction FFT FFT2 "
     "IFFT2 RFFT IRFFT STFT ISTFT Logdet ExtractSequences InTopK CDist ViewAsComplex ViewAsReal "},
    {"keras.src.ops.nn",
     " Relu6 Sigmoid SparseSigmoid Softplus Softsign SoftShrink SparsePlus Silu Squareplus LogSigmoid LeakyRelu "
     "HardSigmoid HardSilu Selu Celu TanhShrink HardTanh HardShrink Threshold Relu Elu Gelu Glu Softmax LogSoftmax "
     "Sparsemax Moments Normalize OneHot MultiHot Conv DepthwiseConv ConvTranspose SeparableConv MaxPool AveragePool "
     "AdaptiveMaxPool AdaptiveAveragePool DotProductAttention BatchNorm LayerNorm RMSNorm BinaryCrossentropy "
     "CategoricalCrossentropy SparseCategoricalCrossentropy DepthToSpace SpaceToDepth Unfold Fold CTCLoss CTCDecode "
     "PSNR Polar "},
    {"keras.src.activations.activations", " Mish ReLU "},
    {"keras.src.ops.linalg", " Norm Cholesky CholeskyInverse Inv Det Solve SolveTriangular SVD Qr Eig Eigh LuFactor "
                             "Lstsq MatrixRank Pinv JVP "},
    {"keras.src.ops.core", " Slice Unstack SliceUpdate ScatterUpdate Scatter Cast SaturateCast ConvertToTensor "
                           "StopGradient Map Scan AssociativeScan Switch WhileLoop ForiLoop Cond VectorizedMap "},
    {"keras.src.ops.image", " Resize RGBToGrayscale RGBToHSV HSVToRGB ExtractPatches PadImages CropImages "
                            "AffineTransform PerspectiveTransform ElasticTransform GaussianBlur MapCoordinates "
                            "ScaleAndTranslate SobelEdges SSIM "},
    {"keras.src.ops.einops", " Rearrange "},
};

static bool lists(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(names, name); at; at = strstr(at + 1, name))
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

const char *keras_write_module(const struct lt_kind *kind)
{
    if (strcmp(kind->name, "LayerScale") == 0 || strcmp(kind->name, "StochasticDepth") == 0)
        return "keras.src.applications.convnext";
    if (strcmp(kind->name, "CustomScaleLayer") == 0)
        return "keras.src.applications.inception_resnet_v2";
    if (kind->family != LT_FAMILY_OPERATION)
        return kind->module;
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++)
        if (lists(OPERATIONS[i].classes, kind->name))
            return OPERATIONS[i].module;
    return "keras.src.ops.numpy";
}

const char *keras_write_class(const struct lt_kind *kind)
{
    return strcmp(kind->name, "GroupedQueryAttention") == 0 ? "GroupQueryAttention" : kind->name;
}

bool keras_write_has_class(const struct lt_kind *kind)
{
    return !lists(" TernaryDense ThresholdedReLU CuDNNLSTM CuDNNGRU ", kind->name);
}

/* --- arguments ---------------------------------------------------------------------------------------------------- */

/* The defaults are the same in every class that takes the argument. A star stands before the end of a name. */
static const struct {
    const char *key, *initial;
} ARGUMENTS[] = {
    {"bias_initializer", "zeros"},
    {"beta_initializer", "zeros"},
    {"alpha_initializer", "zeros"},
    {"moving_mean_initializer", "zeros"},
    {"gamma_initializer", "ones"},
    {"moving_variance_initializer", "ones"},
    {"kernel_initializer", "glorot_uniform"},
    {"depthwise_initializer", "glorot_uniform"},
    {"pointwise_initializer", "glorot_uniform"},
    {"recurrent_initializer", "orthogonal"},
    {"embeddings_initializer", "random_uniform"},
    {"*_regularizer", NULL},
    {"*_constraint", NULL},
    {"seed", NULL},
    {"arguments", NULL},
    {"mask", NULL},
    {"flash_attention", NULL},
    {"gptq_unpacked_column_size", NULL},
    {"use_cudnn", "auto"},
    {"salt", NULL},
    {"encoding", "utf-8"},
    {"oov_method", "floormod"},
    {"vocabulary_dtype", "int64"},
    {"fill_value", "-1"},
};

static bool matches(const char *pattern, const char *key)
{
    if (pattern[0] != '*')
        return strcmp(pattern, key) == 0;
    size_t length = strlen(key), end = strlen(pattern + 1);
    return length > end && strcmp(key + length - end, pattern + 1) == 0;
}

bool keras_argument_known(const struct lt_kind *kind, const char *key, const char **initial)
{
    *initial = NULL;
    if (kind->family == LT_FAMILY_OPERATION) /* what the reader found is the operation's own */
        return !lists(" function node_def constants ", key);
    for (size_t i = 0; i < sizeof ARGUMENTS / sizeof *ARGUMENTS; i++)
        if (matches(ARGUMENTS[i].key, key)) {
            *initial = ARGUMENTS[i].initial;
            return true;
        }
    return false;
}

static const char REQUIRED[] = " units filters kernel_size rate stddev axes num_heads key_dim num_query_heads head_dim "
                               "num_key_value_heads max_number projection_dim drop_path_rate init_values cropping ";

bool keras_argument_required(const struct lt_kind *kind, const char *key)
{
    bool average = strncmp(kind->name, "AveragePooling", 14) == 0 && strcmp(key, "pool_size") == 0;
    bool activation = strcmp(kind->name, "Activation") == 0 && strcmp(key, "activation") == 0;
    bool scaled = strcmp(kind->name, "CustomScaleLayer") == 0 && strcmp(key, "scale") == 0;
    return kind->family != LT_FAMILY_OPERATION && (average || activation || scaled || lists(REQUIRED, key));
}

/* --- layers inside ------------------------------------------------------------------------------------------------ */

const char *keras_child_key(const struct lt_kind *kind, int i, bool *list)
{
    *list = strcmp(kind->name, "StackedRNNCells") == 0 || strcmp(kind->name, "Pipeline") == 0;
    if (*list)
        return kind->name[0] == 'S' ? "cells" : "layers";
    if (strcmp(kind->name, "Bidirectional") == 0)
        return i == 0 ? "layer" : i == 1 ? "backward_layer" : NULL;
    if (i > 0)
        return NULL;
    return strcmp(kind->name, "RNN") == 0 ? "cell" : "layer";
}
