/* Pooling: windows, whole axes, and windows that adapt to a given result. Keras 3's layers/pooling/base_*.py.
 * A kind's `parameter` is its number of spatial axes, its `variant` says what is taken: max or average. */
#include "core/model/kinds/window.h"

enum { POOL_SIZE, POOL_STRIDES, POOL_PADDING, POOL_FORMAT };

static const struct lt_field POOL_FIELDS[] = {
    {.name = "pool_size", .type = LT_FIELD_INTS, .initial = "2", .low = 1, .high = 65536, .help = "Size of the window"},
    {.name = "strides",
     .type = LT_FIELD_INTS,
     .low = 1,
     .high = 65536,
     .optional = true,
     .help = "Steps of the window; none: its size"},
    {.name = "padding",
     .type = LT_FIELD_CHOICE,
     .initial = "valid",
     .choices = lt_window_paddings,
     .help = "What happens at the border: windows that stand over are left out, or kept"},
    LT_FIELD_DATA_FORMAT,
};

static bool takes_max(const struct lt_call *call)
{
    return strcmp(call->layer->kind->variant, "max") == 0;
}

static enum lt_status pool_window(struct lt_call *call, struct lt_window *window)
{
    int axes = call->layer->kind->parameter;
    enum lt_status status = lt_window_input(call, axes, lt_channels_first(call, POOL_FORMAT), window);
    if (!status)
        status = lt_config_ints(call, POOL_SIZE, axes, 2, window->kernel);
    if (!status)
        status = lt_config_ints(call, POOL_STRIDES, axes, 0, window->stride);
    for (int i = 0; !status && i < axes; i++)
        if (window->stride[i] < 1)
            window->stride[i] = window->kernel[i];
    const char *padding = lt_config_text(call, POOL_PADDING);
    window->padding = padding && strcmp(padding, "same") == 0 ? LT_PADDING_SAME : LT_PADDING_VALID;
    return status ? status : lt_window_fit(call, window);
}

static enum lt_status pool_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status = pool_window(call, &window);
    return status ? status : lt_window_result(call, &window, window.channels);
}

static void pool_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call again = *call;
    struct lt_window window = {0};
    if (pool_window(&again, &window) != LT_OK)
        return;
    enum lt_op_kind kind = takes_max(call) ? LT_OP_MAX_POOL : LT_OP_AVERAGE_POOL;
    lt_output(b, 0, lt_map_to(b, kind, lt_input(b, 0), lt_shape_elements(call->out)));
    lt_last_op(b)->dim[0] = lt_window_product(window.kernel, window.axes);
}

/* ------------------------------------------------------------------------------------------------ global */

enum { GLOBAL_FORMAT, GLOBAL_KEEPDIMS };

static const struct lt_field GLOBAL_FIELDS[] = {
    LT_FIELD_DATA_FORMAT,
    {.name = "keepdims", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the axes stay, with the size 1"},
};

static enum lt_status global_shape(struct lt_call *call)
{
    struct lt_window window;
    enum lt_status status =
        lt_window_input(call, call->layer->kind->parameter, lt_channels_first(call, GLOBAL_FORMAT), &window);
    if (status)
        return status;
    if (!lt_config_bool(call, GLOBAL_KEEPDIMS))
        return lt_call_shape(call, 2, (int64_t[]){window.batch, window.channels});
    for (int i = 0; i < window.axes; i++)
        window.out[i] = 1;
    return lt_window_result(call, &window, window.channels);
}

static void global_ops(const struct lt_call *call, struct lt_builder *b)
{
    enum lt_op_kind kind = takes_max(call) ? LT_OP_REDUCE_MAX : LT_OP_REDUCE_MEAN;
    lt_output(b, 0, lt_map_to(b, kind, lt_input(b, 0), lt_shape_elements(call->out)));
}

/* ---------------------------------------------------------------------------------------------- adaptive */

enum { ADAPTIVE_SIZE, ADAPTIVE_FORMAT };

static const struct lt_field ADAPTIVE_FIELDS[] = {
    {.name = "output_size",
     .type = LT_FIELD_INTS,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Size of the result's spatial axes"},
    LT_FIELD_DATA_FORMAT,
};

static enum lt_status adaptive_shape(struct lt_call *call)
{
    struct lt_window window;
    int axes = call->layer->kind->parameter;
    enum lt_status status = lt_window_input(call, axes, lt_channels_first(call, ADAPTIVE_FORMAT), &window);
    if (!status)
        status = lt_config_ints(call, ADAPTIVE_SIZE, axes, 0, window.out);
    if (status)
        return status;
    if (window.out[0] < 1)
        return lt_call_fail(call, "output_size is not given");
    return lt_window_result(call, &window, window.channels);
}

static void adaptive_ops(const struct lt_call *call, struct lt_builder *b)
{
    enum lt_op_kind kind = takes_max(call) ? LT_OP_ADAPTIVE_MAX_POOL : LT_OP_ADAPTIVE_AVERAGE_POOL;
    lt_output(b, 0, lt_map_to(b, kind, lt_input(b, 0), lt_shape_elements(call->out)));
    uint64_t in = lt_shape_elements(call->in), out = lt_shape_elements(call->out);
    lt_last_op(b)->dim[0] = out ? lt_ceil_div(in, out) : 0;
}

/* ------------------------------------------------------------------------------------------------- table */

#define POOL(class_name, short_name, what, axes, text)                                                                 \
    {                                                                                                                  \
        .name = class_name, .alias = LT_ALIAS(short_name), .module = "keras.layers", .family = LT_FAMILY_POOLING,      \
        .variant = what, .parameter = axes, .help = text, LT_FIELDS(POOL_FIELDS), .shape = pool_shape, .ops = pool_ops \
    }
#define GLOBAL(class_name, short_name, what, axes, text)                                                               \
    {                                                                                                                  \
        .name = class_name, .alias = LT_ALIAS(short_name), .module = "keras.layers", .family = LT_FAMILY_POOLING,      \
        .variant = what, .parameter = axes, .help = text, LT_FIELDS(GLOBAL_FIELDS), .shape = global_shape,             \
        .ops = global_ops                                                                                              \
    }
#define ADAPTIVE(class_name, what, axes, text)                                                                         \
    {                                                                                                                  \
        .name = class_name, .module = "keras.layers", .family = LT_FAMILY_POOLING, .variant = what, .parameter = axes, \
        .help = text, LT_FIELDS(ADAPTIVE_FIELDS), .shape = adaptive_shape, .ops = adaptive_ops                         \
    }

const struct lt_kind kinds_pooling[] = {
    POOL("MaxPooling1D", "MaxPool1D", "max", 1, "The largest value of each window of a sequence"),
    POOL("MaxPooling2D", "MaxPool2D", "max", 2, "The largest value of each window of an image"),
    POOL("MaxPooling3D", "MaxPool3D", "max", 3, "The largest value of each window of a volume"),
    POOL("AveragePooling1D", "AvgPool1D", "average", 1, "The mean of each window of a sequence"),
    POOL("AveragePooling2D", "AvgPool2D", "average", 2, "The mean of each window of an image"),
    POOL("AveragePooling3D", "AvgPool3D", "average", 3, "The mean of each window of a volume"),
    GLOBAL("GlobalMaxPooling1D", "GlobalMaxPool1D", "max", 1, "The largest value of each channel of a sequence"),
    GLOBAL("GlobalMaxPooling2D", "GlobalMaxPool2D", "max", 2, "The largest value of each channel of an image"),
    GLOBAL("GlobalMaxPooling3D", "GlobalMaxPool3D", "max", 3, "The largest value of each channel of a volume"),
    GLOBAL("GlobalAveragePooling1D", "GlobalAvgPool1D", "average", 1, "The mean of each channel of a sequence"),
    GLOBAL("GlobalAveragePooling2D", "GlobalAvgPool2D", "average", 2, "The mean of each channel of an image"),
    GLOBAL("GlobalAveragePooling3D", "GlobalAvgPool3D", "average", 3, "The mean of each channel of a volume"),
    ADAPTIVE("AdaptiveMaxPooling1D", "max", 1, "The largest values of as many parts of a sequence as asked for"),
    ADAPTIVE("AdaptiveMaxPooling2D", "max", 2, "The largest values of as many parts of an image as asked for"),
    ADAPTIVE("AdaptiveMaxPooling3D", "max", 3, "The largest values of as many parts of a volume as asked for"),
    ADAPTIVE("AdaptiveAveragePooling1D", "average", 1, "The means of as many parts of a sequence as asked for"),
    ADAPTIVE("AdaptiveAveragePooling2D", "average", 2, "The means of as many parts of an image as asked for"),
    ADAPTIVE("AdaptiveAveragePooling3D", "average", 3, "The means of as many parts of a volume as asked for"),
    {.name = NULL},
};
