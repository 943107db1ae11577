/* Layers that Keras 3 does not have any more. Sources: Keras 1.2.2's layers/core.py; tf_keras's
 * layers/locally_connected/ and layers/preprocessing/image_preprocessing.py. */
#include "core/model/kinds/window.h"

/* -------------------------------------------------------------------------------- locally connected layers */

/* A convolution whose kernel is another one at each position. A kind's `parameter` is its number of spatial axes. */

enum { LC_FILTERS, LC_KERNEL, LC_STRIDES, LC_PADDING, LC_FORMAT, LC_ACTIVATION, LC_BIAS, LC_IMPLEMENTATION };

static const struct lt_field LOCALLY_FIELDS[] = {
    {.name = "filters", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Channels of the result"},
    {.name = "kernel_size", .type = LT_FIELD_INTS, .low = 1, .high = 65536, .help = "Size of the window"},
    {.name = "strides", .type = LT_FIELD_INTS, .initial = "1", .low = 1, .high = 65536, .help = "Steps of the window"},
    {.name = "padding",
     .type = LT_FIELD_CHOICE,
     .initial = "valid",
     .choices = lt_window_paddings,
     .help = "What happens at the border"},
    LT_FIELD_DATA_FORMAT,
    LT_FIELD_ACTIVATION_OF("linear"),
    LT_FIELD_USE_BIAS,
    {.name = "implementation",
     .type = LT_FIELD_INT,
     .initial = "1",
     .low = 1,
     .high = 3,
     .help = "How the kernels are stored: 1 position by position, 2 as one dense matrix, 3 as a sparse one"},
};

static enum lt_status locally_window(struct lt_call *call, struct lt_window *window)
{
    int axes = call->layer->kind->parameter;
    const char *padding = lt_config_text(call, LC_PADDING);
    enum lt_status status = lt_window_input(call, axes, lt_channels_first(call, LC_FORMAT), window);
    if (!status)
        status = lt_config_ints(call, LC_KERNEL, axes, 0, window->kernel);
    if (!status)
        status = lt_config_ints(call, LC_STRIDES, axes, 1, window->stride);
    if (status)
        return status;
    if (window->kernel[0] < 1 || lt_config_int(call, LC_FILTERS) < 1)
        return lt_call_fail(call, "filters or kernel_size is not given");
    window->padding = padding && strcmp(padding, "same") == 0 ? LT_PADDING_SAME : LT_PADDING_VALID;
    return lt_window_fit(call, window);
}

static enum lt_status locally_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = locally_window(call, &window);
    return status ? status : lt_window_result(call, &window, lt_config_int(call, LC_FILTERS));
}

/* Pairs of an input and an output position along all axes: padding adds none. */
static uint64_t position_pairs(const struct lt_window *window)
{
    uint64_t all = 1;
    for (int i = 0; i < window->axes; i++) {
        int64_t padded = (window->out[i] - 1) * window->stride[i] + window->kernel[i] - window->in[i], pairs = 0;
        int64_t before = window->padding == LT_PADDING_SAME && padded > 0 ? padded / 2 : 0;
        for (int64_t out = 0; out < window->out[i]; out++) {
            int64_t first = out * window->stride[i] - before, end = first + window->kernel[i];
            pairs += (end < window->in[i] ? end : window->in[i]) - (first > 0 ? first : 0);
        }
        all = lt_mul(all, (uint64_t)pairs);
    }
    return all;
}

static void locally_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call again = *call;
    struct lt_window w;
    if (locally_window(&again, &w) != LT_OK)
        return;
    int64_t filters = lt_config_int(call, LC_FILTERS), taps = (int64_t)lt_window_product(w.kernel, w.axes);
    int64_t from = (int64_t)lt_window_product(w.in, w.axes), to = (int64_t)lt_window_product(w.out, w.axes);
    switch (lt_config_int(call, LC_IMPLEMENTATION)) {
    case 2:
        lt_variable_add(call, out, "kernel", true, 4, (int64_t[]){from, w.channels, to, filters});
        break;
    case 3:
        lt_variable_add(call, out, "kernel", true, 1,
                        (int64_t[]){(int64_t)lt_mul(position_pairs(&w), (uint64_t)(w.channels * filters))});
        break;
    default:
        lt_variable_add(call, out, "kernel", true, 3, (int64_t[]){to, taps * w.channels, filters});
    }
    if (lt_config_bool(call, LC_BIAS))
        lt_variable_add(call, out, "bias", true, 2, (int64_t[]){to, filters});
}

static void locally_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call again = *call;
    struct lt_window w;
    if (locally_window(&again, &w) != LT_OK)
        return;
    uint64_t batch = (uint64_t)w.batch, filters = (uint64_t)lt_config_int(call, LC_FILTERS);
    uint64_t from = lt_window_product(w.in, w.axes), to = lt_window_product(w.out, w.axes);
    uint64_t depth = lt_mul(lt_window_product(w.kernel, w.axes), (uint64_t)w.channels);
    lt_tensor x = lt_input(b, 0), y;
    if (lt_config_int(call, LC_IMPLEMENTATION) == 1)
        y = lt_matmul(b, lt_map_to(b, LT_OP_COPY, x, lt_mul(lt_mul(batch, to), depth)), lt_weight(b, 0), to, batch,
                      filters, depth);
    else
        y = lt_matmul(b, x, lt_weight(b, 0), 1, batch, lt_mul(to, filters), lt_mul(from, (uint64_t)w.channels));
    y = lt_bias(b, y, lt_config_bool(call, LC_BIAS) ? lt_weight(b, 1) : LT_NO_TENSOR);
    lt_output(b, 0, lt_activate(b, y, lt_config(call, LC_ACTIVATION)));
}

/* ------------------------------------------------------------------------------ images of random sizes */

static const struct lt_field STRETCH_FIELDS[] = {
    {.name = "factor", .type = LT_FIELD_TREE, .help = "How much the size may change"},
    {.name = "interpolation",
     .type = LT_FIELD_CHOICE,
     .initial = "bilinear",
     .choices = lt_interpolations,
     .help = "How values between the points are found"},
    LT_FIELD_SEED,
};

/* The size is open; on average it is the image's. `parameter`: the axis, counted from the end. */
static enum lt_status stretched_shape(struct lt_call *call)
{
    enum lt_status status = lt_call_same(call);
    if (status)
        return status;
    if (call->out->rank < 3)
        return lt_call_fail(call, "%s needs images", call->layer->kind->name);
    call->guessed = true;
    call->out->dim[call->out->rank - call->layer->kind->parameter] *= call->stretch;
    return LT_OK;
}

static void stretched_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_map_to(b, LT_OP_RESIZE, lt_input(b, 0), lt_shape_elements(call->out)));
}

/* --------------------------------------------------------------------------------------------- Keras 1 */

static const struct lt_field HIGHWAY_FIELDS[] = {
    LT_FIELD_ACTIVATION_OF("linear"),
    LT_FIELD_USE_BIAS,
};

/* Its gate has a kernel and a bias of its own. */
static void highway_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t features = call->in[0].dim[call->in[0].rank - 1];
    lt_variable_add(call, out, "W", true, 2, (int64_t[]){features, features});
    lt_variable_add(call, out, "W_carry", true, 2, (int64_t[]){features, features});
    if (!lt_config_bool(call, 1))
        return;
    lt_variable_add(call, out, "b", true, 1, &features);
    lt_variable_add(call, out, "b_carry", true, 1, &features);
}

static void highway_ops(const struct lt_call *call, struct lt_builder *b)
{
    bool bias = lt_config_bool(call, 1);
    uint64_t features = (uint64_t)call->in[0].dim[call->in[0].rank - 1], elements = lt_shape_elements(call->out);
    uint64_t rows = features ? elements / features : 0;
    lt_tensor x = lt_input(b, 0);
    lt_tensor gate = lt_matmul(b, x, lt_weight(b, 1), 1, rows, features, features);
    gate = lt_map(b, LT_OP_SIGMOID, lt_bias(b, gate, bias ? lt_weight(b, 3) : LT_NO_TENSOR));
    lt_tensor y = lt_matmul(b, x, lt_weight(b, 0), 1, rows, features, features);
    y = lt_activate(b, lt_bias(b, y, bias ? lt_weight(b, 2) : LT_NO_TENSOR), lt_config(call, 0));
    lt_tensor rest = lt_map(b, LT_OP_SCALE, gate); /* 1 - gate */
    lt_output(b, 0,
              lt_combine(b, LT_OP_ADD, lt_combine(b, LT_OP_MULTIPLY, y, gate, elements),
                         lt_combine(b, LT_OP_MULTIPLY, x, rest, elements), elements));
}

enum { MAXOUT_UNITS, MAXOUT_FEATURES, MAXOUT_BIAS };

static const struct lt_field MAXOUT_FIELDS[] = {
    {.name = "units", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Size of the result"},
    {.name = "nb_feature",
     .type = LT_FIELD_INT,
     .initial = "4",
     .low = 1,
     .high = 65536,
     .help = "Dense layers of which the largest result is taken"},
    LT_FIELD_USE_BIAS,
};

static enum lt_status maxout_shape(struct lt_call *call)
{
    enum lt_status status = lt_expect_rank(call, 2);
    return status ? status : lt_call_shape(call, 2, (int64_t[]){call->in[0].dim[0], lt_config_int(call, MAXOUT_UNITS)});
}

static void maxout_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t units = lt_config_int(call, MAXOUT_UNITS), features = lt_config_int(call, MAXOUT_FEATURES);
    lt_variable_add(call, out, "W", true, 3, (int64_t[]){features, call->in[0].dim[1], units});
    if (lt_config_bool(call, MAXOUT_BIAS))
        lt_variable_add(call, out, "b", true, 2, (int64_t[]){features, units});
}

static void maxout_ops(const struct lt_call *call, struct lt_builder *b)
{
    uint64_t units = (uint64_t)lt_config_int(call, MAXOUT_UNITS);
    uint64_t features = (uint64_t)lt_config_int(call, MAXOUT_FEATURES);
    lt_tensor y = lt_matmul(b, lt_input(b, 0), lt_weight(b, 0), 1, (uint64_t)call->in[0].dim[0],
                            lt_mul(units, features), (uint64_t)call->in[0].dim[1]);
    y = lt_bias(b, y, lt_config_bool(call, MAXOUT_BIAS) ? lt_weight(b, 1) : LT_NO_TENSOR);
    lt_output(b, 0, lt_map_to(b, LT_OP_REDUCE_MAX, y, lt_shape_elements(call->out)));
}

/* ------------------------------------------------------------------------------------------------- table */

#define OLD(class_name, of_family, text) .name = class_name, .module = "keras.layers", .family = of_family, .help = text
#define LOCALLY(class_name, axes, text)                                                                                \
    {                                                                                                                  \
        OLD(class_name, LT_FAMILY_CONVOLUTION, text), LT_FIELDS(LOCALLY_FIELDS),                                       \
            .parameter = axes, .shape = locally_shape, .variables = locally_variables, .ops = locally_ops              \
    }
#define STRETCHED(class_name, axis, text)                                                                              \
    {                                                                                                                  \
        OLD(class_name, LT_FAMILY_PREPROCESSING, text), LT_FIELDS(STRETCH_FIELDS),                                     \
            .parameter = axis, .shape = stretched_shape, .ops = stretched_ops                                          \
    }

const struct lt_kind kinds_legacy[] = {
    LOCALLY("LocallyConnected1D", 1, "Keras 2's convolution over a sequence, with another kernel at each position"),
    LOCALLY("LocallyConnected2D", 2, "Keras 2's convolution over an image, with another kernel at each position"),
    STRETCHED("RandomHeight", 3, "Keras 2's images of random height"),
    STRETCHED("RandomWidth", 2, "Keras 2's images of random width"),
    {OLD("Highway", LT_FAMILY_CORE, "Keras 1's dense layer that a gate mixes with its input"),
     LT_FIELDS(HIGHWAY_FIELDS), .shape = lt_shape_same, .variables = highway_variables, .ops = highway_ops},
    {OLD("MaxoutDense", LT_FAMILY_CORE, "Keras 1's largest of several dense layers"), LT_FIELDS(MAXOUT_FIELDS),
     .shape = maxout_shape, .variables = maxout_variables, .ops = maxout_ops},
    {.name = NULL},
};
