/* Layers that prepare and vary images. Keras 3's layers/preprocessing/image_preprocessing. Their work has no gradient;
 * the random ones act in training only. Most keep the input's shape and differ in their config alone. */
#include "core/model/kinds/kinds.h"

static const char *const FILL_MODES[] = {"constant", "nearest", "reflect", "wrap", "edge", NULL};
static const char *const FLIPS[] = {"horizontal", "vertical", "horizontal_and_vertical", NULL};

/* A number or a pair of numbers; kept as it is. */
#define RANGE(key, text)                                                                                               \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_TREE, .optional = true, .help = text                                             \
    }
#define NUMBER(key, value, text)                                                                                       \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_FLOAT, .initial = value, .help = text, .optional = true                          \
    }
#define COUNT(key, value, text)                                                                                        \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_INT, .initial = value, .low = 0, .high = LT_DIM_LIMIT, .help = text              \
    }
#define SIZE(key, text)                                                                                                \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = text                                \
    }
#define FLAG(key, value, text)                                                                                         \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_BOOL, .initial = value, .help = text                                             \
    }
#define FORMAT                                                                                                         \
    {                                                                                                                  \
        .name = "data_format", .type = LT_FIELD_CHOICE, .initial = "channels_last", .choices = lt_data_formats,        \
        .help = "Where the channels stand: behind the spatial axes or before them"                                     \
    }
#define VALUES     RANGE("value_range", "The smallest and the largest value of a pixel")
#define FACTOR     RANGE("factor", "How strong the change is: a number or its limits")
#define FILL_VALUE NUMBER("fill_value", "0.0", "What fills the outside with the mode constant")
#define FILL_MODE                                                                                                      \
    {                                                                                                                  \
        .name = "fill_mode", .type = LT_FIELD_CHOICE, .initial = "reflect", .choices = FILL_MODES,                     \
        .help = "What fills the outside"                                                                               \
    }
#define INTERPOLATION                                                                                                  \
    {                                                                                                                  \
        .name = "interpolation", .type = LT_FIELD_CHOICE, .initial = "bilinear", .choices = lt_interpolations,         \
        .help = "How values between pixels are found"                                                                  \
    }
#define FIELDS(name, ...) static const struct lt_field name[] = {FORMAT, __VA_ARGS__}

FIELDS(CROP_FIELDS, SIZE("height", "Height of the result"), SIZE("width", "Width of the result"), LT_FIELD_SEED);
FIELDS(RESIZE_FIELDS, SIZE("height", "Height of the result"), SIZE("width", "Width of the result"), INTERPOLATION,
       FLAG("crop_to_aspect_ratio", "false", "Whether the image is cut so that it is not distorted"),
       FLAG("pad_to_aspect_ratio", "false", "Whether the image is padded so that it is not distorted"), FILL_MODE,
       FILL_VALUE, FLAG("antialias", "false", "Whether the image is smoothed before it is made smaller"));
FIELDS(FLIP_FIELDS, LT_FIELD_SEED,
       {.name = "mode",
        .type = LT_FIELD_CHOICE,
        .initial = "horizontal_and_vertical",
        .choices = FLIPS,
        .help = "The directions that are mirrored"});
FIELDS(ROTATION_FIELDS, FACTOR, FILL_MODE, FILL_VALUE, INTERPOLATION, LT_FIELD_SEED);
FIELDS(SHIFT_FIELDS, RANGE("height_factor", "How far vertically"), RANGE("width_factor", "How far horizontally"),
       FILL_MODE, INTERPOLATION, LT_FIELD_SEED, FILL_VALUE);
FIELDS(SHEAR_FIELDS, RANGE("x_factor", "How far horizontally"), RANGE("y_factor", "How far vertically"), FILL_MODE,
       INTERPOLATION, LT_FIELD_SEED, FILL_VALUE);
FIELDS(PERSPECTIVE_FIELDS, FACTOR, NUMBER("scale", "1.0", "How far the corners move"), INTERPOLATION, FILL_VALUE,
       LT_FIELD_SEED);
FIELDS(ELASTIC_FIELDS, FACTOR, RANGE("scale", "Strength of the distortion"), INTERPOLATION, FILL_MODE, FILL_VALUE,
       VALUES, LT_FIELD_SEED);
FIELDS(COLOR_FIELDS, FACTOR, VALUES, LT_FIELD_SEED);
FIELDS(GRAYSCALE_FIELDS, FACTOR, LT_FIELD_SEED);
FIELDS(JITTER_FIELDS, VALUES, RANGE("brightness_factor", "Change of brightness"),
       RANGE("contrast_factor", "Change of contrast"), RANGE("saturation_factor", "Change of saturation"),
       RANGE("hue_factor", "Change of hue"), LT_FIELD_SEED);
FIELDS(BLUR_FIELDS, FACTOR, RANGE("kernel_size", "Size of the window"), RANGE("sigma", "Width of the blur"), VALUES,
       LT_FIELD_SEED);
FIELDS(ERASING_FIELDS, FACTOR, RANGE("scale", "Share of the image that is erased"),
       RANGE("fill_value", "What takes the place; none: random values"), VALUES, LT_FIELD_SEED);
FIELDS(SOLARIZATION_FIELDS, VALUES, RANGE("addition_factor", "What is added first"),
       RANGE("threshold_factor", "From where values are inverted"), LT_FIELD_SEED);
FIELDS(CONTRAST_FIELDS, VALUES);
FIELDS(EQUALIZATION_FIELDS, COUNT("bins", "256", "Levels of the histogram"), VALUES);
FIELDS(ADAPTIVE_FIELDS, VALUES, NUMBER("clip_limit", "4.0", "Limit of the contrast"),
       RANGE("tile_grid_size", "Tiles of the image"));
FIELDS(BOXES_FIELDS, COUNT("max_number", "0", "Most bounding boxes of an image"));
FIELDS(MIX_FIELDS, NUMBER("alpha", "0.2", "Parameter of the distribution of the shares"), LT_FIELD_SEED);
FIELDS(AUGMIX_FIELDS, VALUES, COUNT("num_chains", "3", "Chains that are mixed"),
       COUNT("chain_depth", "3", "Changes in a chain"), FACTOR,
       NUMBER("alpha", "1.0", "Parameter of the distribution of the shares"),
       FLAG("all_ops", "true", "Whether all changes may be drawn"), INTERPOLATION, LT_FIELD_SEED);
FIELDS(RANDAUGMENT_FIELDS, VALUES, COUNT("num_ops", "2", "Changes of an image"), FACTOR, INTERPOLATION, LT_FIELD_SEED);

static enum lt_status image_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank < 3 || call->in[0].rank > 4)
        return lt_call_fail(call, "%s needs images: height, width and channels", call->layer->kind->name);
    return lt_call_same(call);
}

enum { SIZE_FORMAT, SIZE_HEIGHT, SIZE_WIDTH, SIZE_INTERPOLATION };

static enum lt_status sized_shape(struct lt_call *call)
{
    enum lt_status status = image_shape(call);
    if (status)
        return status;
    int64_t height = lt_config_int(call, SIZE_HEIGHT), width = lt_config_int(call, SIZE_WIDTH);
    if (height < 1 || width < 1)
        return lt_call_fail(call, "height or width is not given");
    struct lt_shape *out = call->out;
    int first = out->rank - (lt_channels_first(call, SIZE_FORMAT) ? 2 : 3);
    out->dim[first] = height;
    out->dim[first + 1] = width;
    return LT_OK;
}

/* Larger than the image means resized. */
static void crop_ops(const struct lt_call *call, struct lt_builder *b)
{
    uint64_t from = lt_shape_elements(&call->in[0]), to = lt_shape_elements(call->out);
    lt_output(b, 0, lt_map_to(b, to > from ? LT_OP_RESIZE : LT_OP_COPY, lt_input(b, 0), to));
}

static void resize_ops(const struct lt_call *call, struct lt_builder *b)
{
    const char *interpolation = lt_config_text(call, SIZE_INTERPOLATION);
    bool nearest = interpolation && strcmp(interpolation, "nearest") == 0;
    lt_output(
        b, 0,
        lt_map_to(b, nearest ? LT_OP_RESIZE_NEAREST : LT_OP_RESIZE, lt_input(b, 0), lt_shape_elements(call->out)));
}

/* Each random layer holds as many seed generators as `parameter` says; composites hold those of their parts. */
static void seeds(const struct lt_call *call, struct lt_variables *out)
{
    for (int i = 0; i < call->layer->kind->parameter; i++)
        lt_variable_seed(call, out);
}

static void image_ops(const struct lt_call *call, struct lt_builder *b)
{
    bool random = call->layer->kind->parameter > 0;
    lt_tensor x = lt_input(b, 0);
    lt_output(b, 0, random && !call->training ? x : lt_map(b, LT_OP_PREPROCESS, x));
}

#define IMAGE(class_name, fields, seed_count, text)                                                                    \
    {                                                                                                                  \
        .name = class_name, .module = "keras.layers", .family = LT_FAMILY_PREPROCESSING, .help = text,                 \
        LT_FIELDS(fields), .parameter = seed_count, .shape = image_shape, .variables = seeds, .ops = image_ops         \
    }
#define SIZED(class_name, fields, seed_count, run, text)                                                               \
    {                                                                                                                  \
        .name = class_name, .module = "keras.layers", .family = LT_FAMILY_PREPROCESSING, .help = text,                 \
        LT_FIELDS(fields), .parameter = seed_count, .shape = sized_shape, .variables = seeds, .ops = run               \
    }

const struct lt_kind kinds_images[] = {
    SIZED("Resizing", RESIZE_FIELDS, 0, resize_ops, "Images resized"),
    SIZED("CenterCrop", CROP_FIELDS, 0, crop_ops, "The middle of images"),
    SIZED("RandomCrop", CROP_FIELDS, 1, crop_ops, "A random part of images"),
    IMAGE("RandomFlip", FLIP_FIELDS, 1, "Images mirrored at random"),
    IMAGE("RandomRotation", ROTATION_FIELDS, 1, "Images rotated at random"),
    IMAGE("RandomTranslation", SHIFT_FIELDS, 1, "Images moved at random"),
    IMAGE("RandomZoom", SHIFT_FIELDS, 1, "Images enlarged at random"),
    IMAGE("RandomShear", SHEAR_FIELDS, 1, "Images sheared at random"),
    IMAGE("RandomPerspective", PERSPECTIVE_FIELDS, 1, "Images seen from random angles"),
    IMAGE("RandomElasticTransform", ELASTIC_FIELDS, 1, "Images distorted at random"),
    IMAGE("RandomBrightness", COLOR_FIELDS, 1, "Random brightness"),
    IMAGE("RandomContrast", COLOR_FIELDS, 1, "Random contrast"),
    IMAGE("RandomHue", COLOR_FIELDS, 1, "Random hue"),
    IMAGE("RandomSaturation", COLOR_FIELDS, 1, "Random saturation"),
    IMAGE("RandomSharpness", COLOR_FIELDS, 1, "Random sharpness"),
    IMAGE("RandomPosterization", COLOR_FIELDS, 1, "Fewer bits for a color"),
    IMAGE("RandomInvert", COLOR_FIELDS, 1, "Colors inverted at random"),
    IMAGE("RandomColorDegeneration", COLOR_FIELDS, 1, "Colors weakened at random"),
    IMAGE("RandomColorJitter", JITTER_FIELDS, 1, "Random brightness, contrast, saturation and hue"),
    IMAGE("RandomGrayscale", GRAYSCALE_FIELDS, 1, "Images without color at random"),
    IMAGE("RandomGaussianBlur", BLUR_FIELDS, 1, "Images blurred at random"),
    IMAGE("RandomErasing", ERASING_FIELDS, 1, "Random parts erased"),
    IMAGE("Solarization", SOLARIZATION_FIELDS, 1, "Bright values inverted"),
    IMAGE("AutoContrast", CONTRAST_FIELDS, 0, "Values stretched to the whole range"),
    IMAGE("Equalization", EQUALIZATION_FIELDS, 0, "Values spread evenly"),
    IMAGE("ContrastLimitedAdaptiveHistogramEqualization", ADAPTIVE_FIELDS, 0, "Values spread evenly, tile by tile"),
    IMAGE("MaxNumBoundingBoxes", BOXES_FIELDS, 0, "At most a number of bounding boxes"),
    IMAGE("CutMix", GRAYSCALE_FIELDS, 1, "Parts of other images pasted in"),
    IMAGE("MixUp", MIX_FIELDS, 1, "Images mixed with others"),
    IMAGE("AugMix", AUGMIX_FIELDS, 10, "Several chains of random changes mixed"),
    IMAGE("RandAugment", RANDAUGMENT_FIELDS, 10, "Random changes of random kinds"),
    {.name = NULL},
};
