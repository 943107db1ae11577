#include "core/model/kind.h"

#include "core/base/checked.h"
#include "core/model/kinds/kinds.h"

#include <string.h>

const char *const lt_family_names[LT_FAMILY_COUNT] = {
    [LT_FAMILY_CORE] = "core",
    [LT_FAMILY_ACTIVATION] = "activation",
    [LT_FAMILY_CONVOLUTION] = "convolution",
    [LT_FAMILY_POOLING] = "pooling",
    [LT_FAMILY_RECURRENT] = "recurrent",
    [LT_FAMILY_NORMALIZATION] = "normalization",
    [LT_FAMILY_REGULARIZATION] = "regularization",
    [LT_FAMILY_RESHAPING] = "reshaping",
    [LT_FAMILY_MERGING] = "merging",
    [LT_FAMILY_ATTENTION] = "attention",
    [LT_FAMILY_PREPROCESSING] = "preprocessing",
    [LT_FAMILY_OPERATION] = "operation",
    [LT_FAMILY_MODEL] = "model",
    [LT_FAMILY_UNKNOWN] = "unknown",
};

const struct lt_kind *const lt_kind_families[] = {
    kinds_core,      kinds_dense,         kinds_activations,    kinds_convolution, kinds_pooling,
    kinds_recurrent, kinds_normalization, kinds_regularization, kinds_reshaping,   kinds_merging,
    kinds_attention, kinds_transformer,   kinds_positions,      kinds_wrappers,    kinds_preprocessing,
    kinds_images,    kinds_legacy,        kinds_operations,
};
const int lt_kind_family_count = sizeof lt_kind_families / sizeof *lt_kind_families;

/* ------------------------------------------------------------------------------------------------ lookup */

/* keras.src.ops.numpy, keras.ops, keras.src.activations.activations; but keras.src.layers.activations.relu is a layer.
 */
static bool is_operation(const char *module)
{
    return module && !strstr(module, "layers") && (strstr(module, ".ops") || strstr(module, ".activations"));
}

static bool has_name(const struct lt_kind *kind, const char *name)
{
    if (kind->name[0] == name[0] && strcmp(kind->name, name) == 0)
        return true;
    for (const char *const *alias = kind->alias; alias && *alias; alias++)
        if (strcmp(*alias, name) == 0)
            return true;
    return false;
}

const struct lt_kind *lt_kind_find(const char *module, const char *class_name)
{
    bool operation = is_operation(module);
    if (!class_name)
        return NULL;
    for (int i = 0; i < lt_kind_family_count; i++)
        for (const struct lt_kind *kind = lt_kind_families[i]; kind->name; kind++)
            if ((kind->family == LT_FAMILY_OPERATION) == operation && has_name(kind, class_name))
                return kind;
    if (has_name(&lt_kind_input, class_name))
        return &lt_kind_input;
    return has_name(&lt_kind_model, class_name) ? &lt_kind_model : NULL;
}

/* ------------------------------------------------------------------------------------------------ config */

const struct lt_value *lt_config(const struct lt_call *call, int index)
{
    return &call->layer->config[index];
}

int64_t lt_config_int(const struct lt_call *call, int index)
{
    const struct lt_value *value = lt_config(call, index);
    if (value->type == LT_VALUE_INTS)
        return value->count ? value->ints[0] : 0;
    return value->type == LT_VALUE_INT ? value->integer : 0;
}

double lt_config_float(const struct lt_call *call, int index)
{
    const struct lt_value *value = lt_config(call, index);
    if (value->type == LT_VALUE_INT)
        return (double)value->integer;
    return value->type == LT_VALUE_FLOAT ? value->number : 0;
}

bool lt_config_bool(const struct lt_call *call, int index)
{
    const struct lt_value *value = lt_config(call, index);
    return value->type == LT_VALUE_BOOL && value->boolean;
}

const char *lt_config_text(const struct lt_call *call, int index)
{
    const struct lt_value *value = lt_config(call, index);
    return value->type == LT_VALUE_TEXT ? value->text : NULL;
}

enum lt_status lt_config_ints(struct lt_call *call, int index, int count, int64_t fallback, int64_t *out)
{
    const struct lt_value *value = lt_config(call, index);
    bool list = value->type == LT_VALUE_INTS;
    if (list && value->count != 1 && value->count != (uint32_t)count)
        return lt_call_fail(call, "%s has %u numbers, but %d are needed", call->layer->kind->config[index].name,
                            value->count, count);
    for (int i = 0; i < count; i++)
        out[i] = list                          ? value->ints[value->count == 1 ? 0 : i]
                 : value->type == LT_VALUE_INT ? value->integer
                                               : fallback;
    return LT_OK;
}

/* ----------------------------------------------------------------------------------------------- results */

struct lt_shape *lt_call_out(struct lt_call *call, int count)
{
    call->out = lt_alloc_raw(call->arena, (size_t)count, sizeof *call->out);
    call->out_count = call->out ? (uint16_t)count : 0;
    for (int i = 0; i < call->out_count; i++)
        call->out[i] = (struct lt_shape){.rank = -1, .dtype = call->policy->compute};
    return call->out;
}

enum lt_status lt_call_shape(struct lt_call *call, int rank, const int64_t *dim)
{
    if (rank > LT_MAX_RANK)
        return lt_call_fail(call, "the result has %d axes; at most %d are supported", rank, LT_MAX_RANK);
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    out->rank = (int8_t)rank;
    for (int i = 0; i < rank; i++) {
        out->dim[i] = dim[i];
        if (dim[i] < 0 || dim[i] > INT64_C(1) << 40) {
            call->out_count = 0;
            return lt_call_fail(call, "axis %d of the result is %s", i, dim[i] < 0 ? "negative" : "too large");
        }
    }
    return LT_OK;
}

enum lt_status lt_call_same(struct lt_call *call)
{
    if (call->in_count < 1)
        return lt_call_fail(call, "%s needs an operand", call->layer->kind->name);
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    *out = call->in[0];
    if (lt_dtypes[out->dtype].floating)
        out->dtype = call->policy->compute;
    return LT_OK;
}

struct lt_shape *lt_call_report(struct lt_call *call)
{
    struct lt_shape *reported = lt_alloc_raw(call->arena, call->out_count, sizeof *reported);
    if (reported)
        memcpy(reported, call->out, call->out_count * sizeof *reported);
    call->reported = reported;
    return reported;
}

enum lt_status lt_call_activated(struct lt_call *call, int index, int axis)
{
    if (lt_activation_op(lt_config(call, index)) != LT_OP_GLU)
        return LT_OK;
    if (!lt_call_report(call))
        return LT_NO_MEMORY;
    call->out->dim[axis] /= 2;
    return LT_OK;
}

enum lt_status lt_call_fail(struct lt_call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    call->problem = lt_vformat(call->arena, format, args);
    va_end(args);
    return call->problem ? LT_INVALID : LT_NO_MEMORY;
}

/* --------------------------------------------------------------------------------------------- variables */

struct lt_variable *lt_variable_add(const struct lt_call *call, struct lt_variables *out, const char *name,
                                    bool trainable, int rank, const int64_t *dim)
{
    if (out->count == out->capacity) {
        uint32_t capacity = out->capacity ? out->capacity * 2 : 4;
        struct lt_variable *item = lt_grow(out->arena, out->item, out->count, capacity, sizeof *item);
        if (!item)
            return NULL;
        out->item = item;
        out->capacity = capacity;
    }
    struct lt_variable *variable = &out->item[out->count++];
    *variable = (struct lt_variable){
        .name = name,
        .rank = (int8_t)rank,
        .dtype = call->policy->variable,
        .trainable = trainable && (call->layer->trainable || (call->layer->kind->composite && call->keras_3)),
        .counted = true,
        .elements = 1,
    };
    for (int i = 0; i < rank && i < LT_MAX_RANK; i++) {
        variable->dim[i] = dim[i];
        variable->elements = lt_mul(variable->elements, dim[i] < 0 ? 0 : (uint64_t)dim[i]);
    }
    return variable;
}

/* ---------------------------------------------------------------------------------------------- children */

enum lt_status lt_child_call(const struct lt_call *call, int i, const struct lt_shape *in, int in_count,
                             struct lt_call *child)
{
    uint32_t index = call->layer->child[i];
    const struct lt_layer *layer = &call->layers[index];
    *child = (struct lt_call){
        .arena = call->arena,
        .layers = call->layers,
        .index = index,
        .layer = layer,
        .in = in,
        .in_count = (uint16_t)in_count,
        .masked = call->masked,
        .training = call->training,
        .keras_3 = call->keras_3,
        .open_steps = call->open_steps,
        .stretch = call->stretch,
        .precision = call->precision,
        .policy = layer->policy < 0 ? call->precision : &lt_policies[layer->policy],
    };
    if (!layer->kind->shape)
        return lt_call_fail(child, "%s inside a wrapper has no shape rule", layer->kind->name);
    return layer->kind->shape(child);
}

void lt_child_variables(const struct lt_call *child, const char *prefix, struct lt_variables *out)
{
    uint32_t first = out->count;
    if (!child->layer->kind->variables)
        return;
    child->layer->kind->variables(child, out);
    for (uint32_t i = first; i < out->count; i++) {
        const char *name = lt_format(out->arena, "%s/%s", prefix, out->item[i].name);
        out->item[i].name = name ? name : out->item[i].name;
    }
}

void lt_child_ops(const struct lt_call *child, struct lt_builder *b, int first, const lt_tensor *in, lt_tensor *out)
{
    if (b->status)
        return;
    const struct lt_builder outer = *b;
    b->call = child;
    b->in = in;
    b->out = out;
    b->variable = outer.variable + (lt_tensor)first;
    child->layer->kind->ops(child, b);
    b->call = outer.call;
    b->in = outer.in;
    b->out = outer.out;
    b->variable = outer.variable;
}

/* ------------------------------------------------------------------------------- what the families share */

const char *const lt_data_formats[] = {"channels_last", "channels_first", NULL};
const char *const lt_window_paddings[] = {"valid", "same", NULL};
const char *const lt_causal_paddings[] = {"valid", "same", "causal", NULL};
const char *const lt_interpolations[] = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area", NULL};

enum lt_status lt_shape_same(struct lt_call *call)
{
    return lt_call_same(call);
}

bool lt_call_keyword(const struct lt_call *call, const char *name)
{
    const struct lt_tree *arguments = call->node ? call->node->arguments : NULL;
    return lt_tree_bool(lt_tree_get(lt_tree_get(arguments, "kwargs"), name), false);
}

bool lt_channels_first(const struct lt_call *call, int index)
{
    const char *format = lt_config_text(call, index);
    return format && strcmp(format, "channels_first") == 0;
}

void lt_variable_add_as(const struct lt_call *call, struct lt_variables *out, const char *name, bool trainable,
                        enum lt_dtype dtype, int rank, const int64_t *dim)
{
    struct lt_variable *variable = lt_variable_add(call, out, name, trainable, rank, dim);
    if (variable)
        variable->dtype = (uint8_t)dtype;
}

/* int64 is TensorFlow's; JAX has uint32. Either way a few bytes. */
void lt_variable_seed(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_variable *variable = lt_variable_add(call, out, "seed_generator_state", false, 1, (int64_t[]){2});
    if (variable) {
        variable->dtype = LT_INT64;
        variable->counted = false;
    }
}

void lt_opaque(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count, sizeof *in);
    if (!in) {
        b->status = LT_NO_MEMORY;
        return;
    }
    for (int i = 0; i < call->in_count; i++)
        in[i] = lt_input(b, i);
    for (int i = 0; i < call->out_count; i++)
        lt_output(b, i,
                  lt_emit(b, LT_OP_OPAQUE, in, call->in_count, lt_shape_elements(&call->out[i]),
                          (enum lt_dtype)call->out[i].dtype));
}

enum lt_status lt_expect_rank(struct lt_call *call, int rank)
{
    if (call->in_count < 1)
        return lt_call_fail(call, "%s needs an operand", call->layer->kind->name);
    if (call->in[0].rank == rank)
        return LT_OK;
    char *shape = lt_shape_text(call->arena, &call->in[0], false);
    return lt_call_fail(call, "%s needs %d axes besides the batch, but the input is %s", call->layer->kind->name,
                        rank - 1, shape ? shape : "?");
}
