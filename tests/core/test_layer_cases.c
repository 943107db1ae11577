/* Every class of the families that hold one kernel or none, against real Keras: shapes, variables, counts, and a
 * program that sets every output. Data: tests/reference/layers.json. */
#include "tests/core/layer_reference.h"

#define ROWS(family, at_least, ...)                                                                                    \
    static void family(void **state)                                                                                   \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        static const char *const classes[] = {__VA_ARGS__, NULL};                                                      \
        check_rows(classes, at_least);                                                                                 \
    }

ROWS(core, 37, "Dense", "EinsumDense", "TernaryDense", "Embedding", "ReversibleEmbedding", "Identity", "Lambda",
     "Masking")
ROWS(activations, 42, "Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax")
ROWS(convolution, 194, "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
     "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
ROWS(pooling, 83, "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D",
     "AveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D",
     "GlobalAveragePooling2D", "GlobalAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D",
     "AdaptiveMaxPooling3D", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D")
ROWS(normalization, 34, "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization",
     "UnitNormalization")
ROWS(regularization, 9, "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
     "GaussianDropout", "GaussianNoise", "ActivityRegularization")
ROWS(reshaping, 45, "Flatten", "Reshape", "Permute", "RepeatVector", "Cropping1D", "Cropping2D", "Cropping3D",
     "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "UpSampling1D", "UpSampling2D", "UpSampling3D")
ROWS(merging, 34, "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
ROWS(preprocessing, 45, "Rescaling", "Normalization", "CategoryEncoding", "Discretization", "Hashing", "HashedCrossing",
     "IntegerLookup", "StringLookup", "TextVectorization", "MelSpectrogram", "STFTSpectrogram")
ROWS(images, 33, "Resizing", "CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
     "RandomZoom", "RandomShear", "RandomPerspective", "RandomElasticTransform", "RandomBrightness", "RandomContrast",
     "RandomHue", "RandomSaturation", "RandomSharpness", "RandomPosterization", "RandomInvert",
     "RandomColorDegeneration", "RandomColorJitter", "RandomGrayscale", "RandomGaussianBlur", "RandomErasing",
     "Solarization", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "MaxNumBoundingBoxes", "CutMix",
     "MixUp", "AugMix", "RandAugment")

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core),      cmocka_unit_test(activations),   cmocka_unit_test(convolution),
        cmocka_unit_test(pooling),   cmocka_unit_test(normalization), cmocka_unit_test(regularization),
        cmocka_unit_test(reshaping), cmocka_unit_test(merging),       cmocka_unit_test(preprocessing),
        cmocka_unit_test(images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
