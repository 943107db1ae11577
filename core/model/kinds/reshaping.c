/* Layers that move, cut and repeat values. Keras 3's layers/reshaping. `parameter` is the number of spatial axes. */
#include "core/model/kinds/kinds.h"

static void copy_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_map_to(b, LT_OP_COPY, lt_input(b, 0), lt_shape_elements(call->out)));
}

static void alias_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_alias(b, lt_input(b, 0)));
}

/* ----------------------------------------------------------------------------------------------- Flatten */

static const struct lt_field FLATTEN_FIELDS[] = {LT_FIELD_DATA_FORMAT};

static enum lt_status flatten_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank < 1)
        return lt_call_fail(call, "Flatten needs an input with a batch");
    uint64_t elements = lt_shape_elements_from(&call->in[0], 1);
    int64_t dim[] = {call->in[0].dim[0], elements > INT64_MAX ? INT64_MAX : (int64_t)elements};
    return lt_call_shape(call, 2, dim);
}

/* channels_first is brought into the other order first. */
static void flatten_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor x = lt_input(b, 0);
    if (lt_channels_first(call, 0) && call->in[0].rank > 2)
        x = lt_map(b, LT_OP_COPY, x);
    lt_output(b, 0, lt_alias(b, x));
}

/* ----------------------------------------------------------------------------------------------- Reshape */

static const struct lt_field RESHAPE_FIELDS[] = {
    {.name = "target_shape",
     .type = LT_FIELD_INTS,
     .low = -1,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "The result's shape without the batch; -1 for the axis that takes the rest"},
};

static enum lt_status reshape_shape(struct lt_call *call)
{
    const struct lt_value *target = lt_config(call, 0);
    if (call->in_count < 1 || call->in[0].rank < 1)
        return lt_call_fail(call, "Reshape needs an input with a batch");
    if (target->type != LT_VALUE_INTS || target->count >= LT_MAX_RANK)
        return lt_call_fail(call, "target_shape is not given or has more than %d axes", LT_MAX_RANK - 1);
    struct lt_shape out = {.rank = (int8_t)(target->count + 1), .dim = {call->in[0].dim[0]}};
    uint64_t have = lt_shape_elements_from(&call->in[0], 1), known = 1;
    int open = 0;
    for (uint32_t i = 0; i < target->count; i++) {
        bool rest = target->ints[i] < 0;
        if (rest)
            open = open ? LT_MAX_RANK : (int)i + 1;
        out.dim[i + 1] = rest ? 1 : target->ints[i];
        known = lt_mul(known, (uint64_t)out.dim[i + 1]);
    }
    if (open && open < LT_MAX_RANK && known && have % known == 0 && have / known < INT64_MAX) {
        out.dim[open] = (int64_t)(have / known);
    } else if (open || have != known) {
        char *from = lt_shape_text(call->arena, &call->in[0], false), *to = lt_shape_text(call->arena, &out, false);
        return open >= LT_MAX_RANK
                   ? lt_call_fail(call, "target_shape has more than one open axis")
                   : lt_call_fail(call, "%s has another number of elements than %s", from ? from : "?", to ? to : "?");
    }
    return lt_call_shape(call, out.rank, out.dim);
}

/* ----------------------------------------------------------------------------------- Permute, RepeatVector */

static const struct lt_field PERMUTE_FIELDS[] = {
    {.name = "dims",
     .type = LT_FIELD_INTS,
     .low = 1,
     .high = LT_MAX_RANK,
     .help = "Which axis comes next, counted from 1 without the batch"},
};

static enum lt_status permute_shape(struct lt_call *call)
{
    const struct lt_value *dims = lt_config(call, 0);
    if (dims->type != LT_VALUE_INTS || call->in_count < 1 || (int)dims->count != call->in[0].rank - 1)
        return lt_call_fail(call, "dims must name each axis of the input but the batch");
    int64_t dim[LT_MAX_RANK] = {call->in[0].dim[0]};
    unsigned seen = 0;
    for (uint32_t i = 0; i < dims->count; i++) {
        if (dims->ints[i] < 1 || dims->ints[i] > dims->count || seen & 1u << dims->ints[i])
            return lt_call_fail(call, "dims must name each axis of the input but the batch once");
        seen |= 1u << dims->ints[i];
        dim[i + 1] = call->in[0].dim[dims->ints[i]];
    }
    return lt_call_shape(call, call->in[0].rank, dim);
}

static const struct lt_field REPEAT_FIELDS[] = {
    {.name = "n", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "How often the vector is repeated"},
};

static enum lt_status repeat_shape(struct lt_call *call)
{
    enum lt_status status = lt_expect_rank(call, 2);
    if (status)
        return status;
    int64_t times = lt_config_int(call, 0);
    if (times < 1)
        return lt_call_fail(call, "n is not given");
    return lt_call_shape(call, 3, (int64_t[]){call->in[0].dim[0], times, call->in[0].dim[1]});
}

/* ---------------------------------------------------------------------------------- Cropping, ZeroPadding */

enum { BORDER, BORDER_FORMAT };

#define FIELDS_BORDER(key, text)                                                                                       \
    {.name = key, .type = LT_FIELD_PAIRS, .initial = "1", .low = 0, .high = LT_DIM_LIMIT, .help = text},               \
        LT_FIELD_DATA_FORMAT

static const struct lt_field CROPPING_FIELDS[] = {
    FIELDS_BORDER("cropping", "How much is cut off before and after, for each axis"),
};
static const struct lt_field PADDING_FIELDS[] = {
    FIELDS_BORDER("padding", "How many zeros are added before and after, for each axis"),
};

/* Both sides of spatial axis i together: one number stands for all, one per axis for both its sides. */
static int64_t border(const struct lt_value *value, int axes, int i)
{
    if (value->type != LT_VALUE_INTS)
        return -1;
    if (value->count == 1)
        return 2 * value->ints[0];
    if ((int)value->count == 2 * axes)
        return value->ints[2 * i] + value->ints[2 * i + 1];
    return (int)value->count == axes ? 2 * value->ints[i] : -1;
}

/* `variant` says whether the border is cut off or added. */
static enum lt_status border_shape(struct lt_call *call)
{
    int axes = call->layer->kind->parameter;
    enum lt_status status = lt_expect_rank(call, axes + 2);
    if (status)
        return status;
    bool crop = strcmp(call->layer->kind->variant, "crop") == 0;
    int first = lt_channels_first(call, BORDER_FORMAT) ? 2 : 1;
    struct lt_shape out = call->in[0];
    for (int i = 0; i < axes; i++) {
        int64_t both = border(lt_config(call, BORDER), axes, i), size = out.dim[first + i];
        if (both < 0)
            return lt_call_fail(call, "%s needs one number, one per axis, or two per axis",
                                call->layer->kind->config[BORDER].name);
        if (crop && both >= size)
            return lt_call_fail(call, "nothing is left of spatial axis %d: %lld are cut from %lld", i, (long long)both,
                                (long long)size);
        out.dim[first + i] = crop ? size - both : size + both;
    }
    return lt_call_shape(call, out.rank, out.dim);
}

/* -------------------------------------------------------------------------------------------- UpSampling */

enum { UP_SIZE, UP_FORMAT, UP_INTERPOLATION };

#define FIELD_SIZE                                                                                                     \
    {                                                                                                                  \
        .name = "size", .type = LT_FIELD_INTS, .initial = "2", .low = 1, .high = 65536,                                \
        .help = "How often each value is repeated"                                                                     \
    }

static const struct lt_field UP1_FIELDS[] = {FIELD_SIZE};
static const struct lt_field UP2_FIELDS[] = {
    FIELD_SIZE,
    LT_FIELD_DATA_FORMAT,
    {.name = "interpolation",
     .type = LT_FIELD_CHOICE,
     .initial = "nearest",
     .choices = lt_interpolations,
     .help = "How the values between are found"},
};
static const struct lt_field UP3_FIELDS[] = {FIELD_SIZE, LT_FIELD_DATA_FORMAT};

static enum lt_status up_shape(struct lt_call *call)
{
    int axes = call->layer->kind->parameter;
    int64_t size[3];
    enum lt_status status = lt_expect_rank(call, axes + 2);
    if (!status)
        status = lt_config_ints(call, UP_SIZE, axes, 2, size);
    if (status)
        return status;
    struct lt_shape out = call->in[0];
    int first = axes > 1 && lt_channels_first(call, UP_FORMAT) ? 2 : 1;
    for (int i = 0; i < axes; i++)
        if (__builtin_mul_overflow(out.dim[first + i], size[i], &out.dim[first + i]))
            return lt_call_fail(call, "the result is too large");
    return lt_call_shape(call, out.rank, out.dim);
}

static void up2_ops(const struct lt_call *call, struct lt_builder *b)
{
    const char *interpolation = lt_config_text(call, UP_INTERPOLATION);
    bool nearest = !interpolation || strcmp(interpolation, "nearest") == 0;
    lt_output(
        b, 0,
        lt_map_to(b, nearest ? LT_OP_RESIZE_NEAREST : LT_OP_RESIZE, lt_input(b, 0), lt_shape_elements(call->out)));
}

/* ------------------------------------------------------------------------------------------------- table */

#define RESHAPING(class_name, text)                                                                                    \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_RESHAPING, .help = text
#define CROPPING(class_name, axes, text)                                                                               \
    {                                                                                                                  \
        RESHAPING(class_name, text), .parameter = axes, .variant = "crop", LT_FIELDS(CROPPING_FIELDS),                 \
                                     .shape = border_shape, .ops = copy_ops                                            \
    }
#define ZERO_PADDING(class_name, axes, text)                                                                           \
    {                                                                                                                  \
        RESHAPING(class_name, text), .parameter = axes, .variant = "pad", LT_FIELDS(PADDING_FIELDS),                   \
                                     .shape = border_shape, .ops = copy_ops                                            \
    }

const struct lt_kind kinds_reshaping[] = {
    {RESHAPING("Flatten", "All axes but the batch in one"), LT_FIELDS(FLATTEN_FIELDS), .shape = flatten_shape,
     .ops = flatten_ops},
    {RESHAPING("Reshape", "The same values in another shape"), LT_FIELDS(RESHAPE_FIELDS), .shape = reshape_shape,
     .ops = alias_ops},
    {RESHAPING("Permute", "The axes in another order"), LT_FIELDS(PERMUTE_FIELDS), .shape = permute_shape,
     .ops = copy_ops},
    {RESHAPING("RepeatVector", "A vector repeated as the steps of a sequence"), LT_FIELDS(REPEAT_FIELDS),
     .shape = repeat_shape, .ops = copy_ops},
    CROPPING("Cropping1D", 1, "Cuts steps off both ends of a sequence"),
    CROPPING("Cropping2D", 2, "Cuts a border off an image"),
    CROPPING("Cropping3D", 3, "Cuts a border off a volume"),
    ZERO_PADDING("ZeroPadding1D", 1, "Adds zeros at both ends of a sequence"),
    ZERO_PADDING("ZeroPadding2D", 2, "Adds a border of zeros to an image"),
    ZERO_PADDING("ZeroPadding3D", 3, "Adds a border of zeros to a volume"),
    {RESHAPING("UpSampling1D", "Repeats the steps of a sequence"), .parameter = 1, LT_FIELDS(UP1_FIELDS),
     .shape = up_shape, .ops = copy_ops},
    {RESHAPING("UpSampling2D", "Enlarges an image by whole factors"), .parameter = 2, LT_FIELDS(UP2_FIELDS),
     .shape = up_shape, .ops = up2_ops},
    {RESHAPING("UpSampling3D", "Enlarges a volume by whole factors"), .parameter = 3, LT_FIELDS(UP3_FIELDS),
     .shape = up_shape, .ops = copy_ops},
    {.name = NULL},
};
