/* Convolutions: plain, transposed, depthwise and separable, over one to three axes.
 * Keras 3's layers/convolutional/base_*.py. A kind's `parameter` is its number of spatial axes. */
#include "core/model/kinds/kernel.h"
#include "core/model/kinds/window.h"

/* The first eight fields are the same in every class, so that one function reads them; the first is the depth
 * multiplier where there are no filters. */
enum { FILTERS, KERNEL, STRIDES, PADDING, FORMAT, DILATION, ACTIVATION, BIAS };
enum { CONV_GROUPS = BIAS + 1, CONV_LORA_RANK, CONV_LORA_ALPHA };
enum { TRANSPOSE_OUTPUT_PADDING = BIAS + 1 };
enum { SEPARABLE_MULTIPLIER = BIAS + 1 };

#define FIELD_FILTERS                                                                                                  \
    {                                                                                                                  \
        .name = "filters", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Channels of the result"      \
    }
#define FIELD_MULTIPLIER                                                                                               \
    {                                                                                                                  \
        .name = "depth_multiplier", .type = LT_FIELD_INT, .initial = "1", .low = 1, .high = 65536,                     \
        .help = "Channels that each channel of the input becomes"                                                      \
    }
#define FIELDS_OF_ALL(first, paddings)                                                                                 \
    first, {.name = "kernel_size", .type = LT_FIELD_INTS, .low = 1, .high = 65536, .help = "Size of the window"},      \
        {.name = "strides",                                                                                            \
         .type = LT_FIELD_INTS,                                                                                        \
         .initial = "1",                                                                                               \
         .low = 1,                                                                                                     \
         .high = 65536,                                                                                                \
         .help = "Steps of the window"},                                                                               \
        {.name = "padding",                                                                                            \
         .type = LT_FIELD_CHOICE,                                                                                      \
         .initial = "valid",                                                                                           \
         .choices = paddings,                                                                                          \
         .help = "What happens at the border: no padding, the input's size is kept, or only the past is seen"},        \
        LT_FIELD_DATA_FORMAT,                                                                                          \
        {.name = "dilation_rate",                                                                                      \
         .type = LT_FIELD_INTS,                                                                                        \
         .initial = "1",                                                                                               \
         .low = 1,                                                                                                     \
         .high = 65536,                                                                                                \
         .help = "Distance between the window's points"},                                                              \
        LT_FIELD_ACTIVATION_OF("linear"), LT_FIELD_USE_BIAS

#define CONV_FIELDS(paddings)                                                                                          \
    FIELDS_OF_ALL(FIELD_FILTERS, paddings),                                                                            \
        {.name = "groups",                                                                                             \
         .type = LT_FIELD_INT,                                                                                         \
         .initial = "1",                                                                                               \
         .low = 1,                                                                                                     \
         .high = LT_DIM_LIMIT,                                                                                         \
         .help = "Groups of channels that are convolved apart"},                                                       \
        LT_FIELD_LORA_RANK, LT_FIELD_LORA_ALPHA

static const struct lt_field CONV1D_FIELDS[] = {CONV_FIELDS(lt_causal_paddings)};
static const struct lt_field CONV_FIELDS_ND[] = {CONV_FIELDS(lt_window_paddings)};
static const struct lt_field TRANSPOSE_FIELDS[] = {
    FIELDS_OF_ALL(FIELD_FILTERS, lt_window_paddings),
    {.name = "output_padding",
     .type = LT_FIELD_INTS,
     .low = 0,
     .high = 65536,
     .optional = true,
     .help = "Added to one side of the result, where several sizes are possible"},
};
static const struct lt_field DEPTHWISE_FIELDS[] = {FIELDS_OF_ALL(FIELD_MULTIPLIER, lt_window_paddings)};
static const struct lt_field SEPARABLE_FIELDS[] = {FIELDS_OF_ALL(FIELD_FILTERS, lt_causal_paddings), FIELD_MULTIPLIER};

static enum lt_padding padding_of(const struct lt_call *call)
{
    const char *name = lt_config_text(call, PADDING);
    if (!name || strcmp(name, "valid") == 0)
        return LT_PADDING_VALID;
    return strcmp(name, "same") == 0 ? LT_PADDING_SAME : LT_PADDING_CAUSAL;
}

/* The window of the config over the input, without its positions. */
static enum lt_status read_window(struct lt_call *call, struct lt_window *window)
{
    int axes = call->layer->kind->parameter;
    enum lt_status status = lt_window_input(call, axes, lt_channels_first(call, FORMAT), window);
    if (!status)
        status = lt_config_ints(call, KERNEL, axes, 0, window->kernel);
    if (!status)
        status = lt_config_ints(call, STRIDES, axes, 1, window->stride);
    if (!status)
        status = lt_config_ints(call, DILATION, axes, 1, window->dilation);
    if (status)
        return status;
    window->padding = padding_of(call);
    if (window->kernel[0] < 1)
        return lt_call_fail(call, "kernel_size is not given");
    if (lt_config_int(call, FILTERS) < 1)
        return lt_call_fail(call, "%s is not given", call->layer->kind->config[FILTERS].name);
    return LT_OK;
}

/* The same for calls whose shape was found: nothing can fail but memory. */
static struct lt_window window_of(const struct lt_call *call)
{
    struct lt_call again = *call;
    struct lt_window window = {0};
    if (read_window(&again, &window) == LT_OK)
        lt_window_fit(&again, &window);
    return window;
}

/* The activation acts on the last axis, whatever that is. */
static enum lt_status result_of(struct lt_call *call, const struct lt_window *window, int64_t channels)
{
    enum lt_status status = lt_window_result(call, window, channels);
    return status ? status : lt_call_activated(call, ACTIVATION, window->axes + 1);
}

static void add_bias(const struct lt_call *call, int64_t channels, struct lt_variables *out)
{
    if (lt_config_bool(call, BIAS))
        lt_variable_add(call, out, "bias", true, 1, &channels);
}

/* Adds kernel_size followed by two channel counts. */
static struct lt_kernel kernel_of(const struct lt_window *window, const char *name, int64_t a, int64_t c)
{
    struct lt_kernel kernel = {.name = name, .rank = window->axes + 2};
    memcpy(kernel.dim, window->kernel, (size_t)window->axes * sizeof *kernel.dim);
    kernel.dim[window->axes] = a;
    kernel.dim[window->axes + 1] = c;
    return kernel;
}

/* Bias and activation, and the result. */
static void finish(const struct lt_call *call, struct lt_builder *b, lt_tensor y, int bias)
{
    y = lt_bias(b, y, lt_config_bool(call, BIAS) ? lt_weight(b, bias) : LT_NO_TENSOR);
    lt_output(b, 0, lt_activate(b, y, lt_config(call, ACTIVATION)));
}

static struct lt_conv conv_of(const struct lt_window *window, int64_t out_channels, int64_t groups)
{
    return (struct lt_conv){
        .batch = (uint64_t)window->batch,
        .in_channels = (uint64_t)window->channels,
        .out_channels = (uint64_t)out_channels,
        .groups = (uint64_t)groups,
        .in_pixels = lt_window_product(window->in, window->axes),
        .out_pixels = lt_window_product(window->out, window->axes),
        .taps = lt_window_product(window->kernel, window->axes),
        .stride = lt_window_product(window->stride, window->axes),
    };
}

/* Causal padding is a copy before the convolution. */
static lt_tensor padded_input(struct lt_builder *b, struct lt_window *window)
{
    lt_tensor x = lt_input(b, 0);
    if (window->padding != LT_PADDING_CAUSAL)
        return x;
    window->in[0] += (window->kernel[0] - 1) * window->dilation[0];
    uint64_t elements = lt_mul((uint64_t)window->in[0], lt_mul((uint64_t)window->batch, (uint64_t)window->channels));
    return lt_map_to(b, LT_OP_COPY, x, elements);
}

/* ------------------------------------------------------------------------------------------------- plain */

static enum lt_status conv_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = read_window(call, &window);
    if (!status)
        status = lt_window_fit(call, &window);
    if (status)
        return status;
    int64_t groups = lt_config_int(call, CONV_GROUPS), filters = lt_config_int(call, FILTERS);
    if (groups < 1 || window.channels % groups || filters % groups)
        return lt_call_fail(call, "%lld groups do not divide %lld channels and %lld filters", (long long)groups,
                            (long long)window.channels, (long long)filters);
    return result_of(call, &window, filters);
}

static struct lt_kernel conv_kernel(const struct lt_call *call, const struct lt_window *window)
{
    int64_t groups = lt_config_int(call, CONV_GROUPS);
    struct lt_kernel kernel =
        kernel_of(window, "kernel", groups > 0 ? window->channels / groups : 0, lt_config_int(call, FILTERS));
    kernel.lora_rank = lt_config_int(call, CONV_LORA_RANK);
    return kernel;
}

static void conv_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_window window = window_of(call);
    const struct lt_kernel kernel = conv_kernel(call, &window);
    lt_kernel_variables(call, &kernel, out);
    add_bias(call, lt_config_int(call, FILTERS), out);
    lt_kernel_adapters(call, &kernel, out);
}

static void conv_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_window window = window_of(call);
    const struct lt_kernel kernel = conv_kernel(call, &window);
    lt_tensor x = padded_input(b, &window);
    const struct lt_conv conv = conv_of(&window, lt_config_int(call, FILTERS), lt_config_int(call, CONV_GROUPS));
    lt_tensor weight = lt_kernel_weight(call, b, &kernel, lt_config_bool(call, BIAS));
    finish(call, b, lt_convolve(b, LT_OP_CONV, x, weight, &conv), 1);
}

/* -------------------------------------------------------------------------------------------- transposed */

static enum lt_status transpose_window(struct lt_call *call, struct lt_window *window)
{
    int64_t added[LT_SPATIAL];
    enum lt_status status = read_window(call, window);
    if (!status)
        status = lt_config_ints(call, TRANSPOSE_OUTPUT_PADDING, window->axes, LT_NO_DIM, added);
    for (int i = 0; !status && i < window->axes; i++) {
        window->out[i] = lt_window_transposed(window->in[i], window->kernel[i], window->stride[i], window->dilation[i],
                                              window->padding, added[i]);
        if (window->out[i] < 1)
            return lt_call_fail(call, "spatial axis %d of the result has no elements", i);
    }
    return status;
}

static enum lt_status transpose_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = transpose_window(call, &window);
    return status ? status : result_of(call, &window, lt_config_int(call, FILTERS));
}

static void transpose_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call again = *call;
    struct lt_window window = {0};
    if (transpose_window(&again, &window) != LT_OK)
        return;
    int64_t filters = lt_config_int(call, FILTERS);
    const struct lt_kernel kernel = kernel_of(&window, "kernel", filters, window.channels);
    lt_kernel_variables(call, &kernel, out);
    add_bias(call, filters, out);
}

static void transpose_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call again = *call;
    struct lt_window window = {0};
    if (transpose_window(&again, &window) != LT_OK)
        return;
    const struct lt_conv conv = conv_of(&window, lt_config_int(call, FILTERS), 1);
    finish(call, b, lt_convolve(b, LT_OP_CONV_TRANSPOSE, lt_input(b, 0), lt_weight(b, 0), &conv), 1);
}

/* --------------------------------------------------------------------------------------------- depthwise */

static enum lt_status depthwise_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = read_window(call, &window);
    if (!status)
        status = lt_window_fit(call, &window);
    return status ? status : result_of(call, &window, window.channels * lt_config_int(call, FILTERS));
}

static void depthwise_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_window window = window_of(call);
    int64_t multiplier = lt_config_int(call, FILTERS);
    const struct lt_kernel kernel = kernel_of(&window, "kernel", window.channels, multiplier);
    lt_variable_add(call, out, kernel.name, true, kernel.rank, kernel.dim);
    add_bias(call, window.channels * multiplier, out);
}

static void depthwise_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_window window = window_of(call);
    const struct lt_conv conv = conv_of(&window, window.channels * lt_config_int(call, FILTERS), window.channels);
    finish(call, b, lt_convolve(b, LT_OP_DEPTHWISE_CONV, lt_input(b, 0), lt_weight(b, 0), &conv), 1);
}

/* --------------------------------------------------------------------------------------------- separable */

static enum lt_status separable_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = read_window(call, &window);
    if (!status)
        status = lt_window_fit(call, &window);
    return status ? status : result_of(call, &window, lt_config_int(call, FILTERS));
}

static void separable_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_window window = window_of(call), point = window;
    int64_t multiplier = lt_config_int(call, SEPARABLE_MULTIPLIER), filters = lt_config_int(call, FILTERS);
    for (int i = 0; i < window.axes; i++)
        point.kernel[i] = 1;
    const struct lt_kernel depthwise = kernel_of(&window, "depthwise_kernel", window.channels, multiplier);
    const struct lt_kernel pointwise = kernel_of(&point, "pointwise_kernel", window.channels * multiplier, filters);
    lt_variable_add(call, out, depthwise.name, true, depthwise.rank, depthwise.dim);
    lt_variable_add(call, out, pointwise.name, true, pointwise.rank, pointwise.dim);
    add_bias(call, filters, out);
}

/* A depthwise convolution, then a convolution with windows of one point. */
static void separable_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_window window = window_of(call);
    int64_t between = window.channels * lt_config_int(call, SEPARABLE_MULTIPLIER);
    lt_tensor x = padded_input(b, &window);
    const struct lt_conv depthwise = conv_of(&window, between, window.channels);
    struct lt_conv pointwise = depthwise;
    pointwise.in_channels = (uint64_t)between;
    pointwise.out_channels = (uint64_t)lt_config_int(call, FILTERS);
    pointwise.in_pixels = depthwise.out_pixels;
    pointwise.groups = pointwise.taps = pointwise.stride = 1;
    x = lt_convolve(b, LT_OP_DEPTHWISE_CONV, x, lt_weight(b, 0), &depthwise);
    finish(call, b, lt_convolve(b, LT_OP_CONV, x, lt_weight(b, 1), &pointwise), 2);
}

/* ------------------------------------------------------------------------------------------------- table */

#define CONV(class_name, axes, text)                                                                                   \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_CONVOLUTION, .parameter = axes, .help = text
#define PLAIN .shape = conv_shape, .variables = conv_variables, .ops = conv_ops
#define TRANSPOSE                                                                                                      \
    LT_FIELDS(TRANSPOSE_FIELDS), .shape = transpose_shape, .variables = transpose_variables, .ops = transpose_ops
#define DEPTHWISE                                                                                                      \
    LT_FIELDS(DEPTHWISE_FIELDS), .shape = depthwise_shape, .variables = depthwise_variables, .ops = depthwise_ops
#define SEPARABLE                                                                                                      \
    LT_FIELDS(SEPARABLE_FIELDS), .shape = separable_shape, .variables = separable_variables, .ops = separable_ops

const struct lt_kind kinds_convolution[] = {
    {CONV("Conv1D", 1, "A convolution over a sequence"), .alias = LT_ALIAS("Convolution1D"), LT_FIELDS(CONV1D_FIELDS),
     PLAIN},
    {CONV("Conv2D", 2, "A convolution over an image"), .alias = LT_ALIAS("Convolution2D"), LT_FIELDS(CONV_FIELDS_ND),
     PLAIN},
    {CONV("Conv3D", 3, "A convolution over a volume"), .alias = LT_ALIAS("Convolution3D"), LT_FIELDS(CONV_FIELDS_ND),
     PLAIN},
    {CONV("Conv1DTranspose", 1, "A transposed convolution, which lengthens a sequence"),
     .alias = LT_ALIAS("Convolution1DTranspose"), TRANSPOSE},
    {CONV("Conv2DTranspose", 2, "A transposed convolution, which enlarges an image"),
     .alias = LT_ALIAS("Convolution2DTranspose"), TRANSPOSE},
    {CONV("Conv3DTranspose", 3, "A transposed convolution, which enlarges a volume"),
     .alias = LT_ALIAS("Convolution3DTranspose"), TRANSPOSE},
    {CONV("DepthwiseConv1D", 1, "A convolution of each channel by itself"), DEPTHWISE},
    {CONV("DepthwiseConv2D", 2, "A convolution of each channel by itself"), DEPTHWISE},
    {CONV("SeparableConv1D", 1, "A depthwise convolution, then one that mixes the channels"),
     .alias = LT_ALIAS("SeparableConvolution1D"), SEPARABLE},
    {CONV("SeparableConv2D", 2, "A depthwise convolution, then one that mixes the channels"),
     .alias = LT_ALIAS("SeparableConvolution2D"), SEPARABLE},
    {.name = NULL},
};
