/* Layers whose work is one matrix product with a kernel. */
#include "core/model/kinds/kernel.h"

/* ------------------------------------------------------------------------------------------------- Dense */

enum { DENSE_UNITS, DENSE_ACTIVATION, DENSE_BIAS, DENSE_LORA_RANK, DENSE_LORA_ALPHA, DENSE_QUANTIZATION };

static const struct lt_field DENSE_FIELDS[] = {
    {.name = "units", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Size of the result's last axis"},
    LT_FIELD_ACTIVATION_OF("linear"),
    LT_FIELD_USE_BIAS,
    LT_FIELD_LORA_RANK,
    LT_FIELD_LORA_ALPHA,
    LT_FIELD_QUANTIZATION,
};

static enum lt_status dense_shape(struct lt_call *call)
{
    int64_t units = lt_config_int(call, DENSE_UNITS);
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_call_fail(call, "%s needs an input with features behind the batch", call->layer->kind->name);
    if (units < 1)
        return lt_call_fail(call, "units is not given");
    struct lt_shape out = call->in[0];
    out.dim[out.rank - 1] = units;
    enum lt_status status = lt_call_shape(call, out.rank, out.dim);
    return status ? status : lt_call_activated(call, DENSE_ACTIVATION, out.rank - 1);
}

static struct lt_kernel dense_kernel(const struct lt_call *call)
{
    const struct lt_shape *in = &call->in[0];
    int64_t units = lt_config_int(call, DENSE_UNITS), features = in->dim[in->rank - 1];
    return (struct lt_kernel){
        .name = "kernel",
        .rank = 2,
        .dim = {features, units},
        .inputs = features,
        .outputs = units,
        .lora_rank = lt_config_int(call, DENSE_LORA_RANK),
        .quantizable = true,
    };
}

static void dense_variables(const struct lt_call *call, struct lt_variables *out)
{
    const struct lt_kernel kernel = dense_kernel(call);
    lt_kernel_variables(call, &kernel, out);
    if (lt_config_bool(call, DENSE_BIAS))
        lt_variable_add(call, out, "bias", true, 1, &kernel.outputs);
    lt_kernel_adapters(call, &kernel, out);
}

static void dense_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_kernel kernel = dense_kernel(call);
    bool has_bias = lt_config_bool(call, DENSE_BIAS);
    uint64_t features = (uint64_t)kernel.inputs, units = (uint64_t)kernel.outputs;
    uint64_t rows = features ? lt_shape_elements(&call->in[0]) / features : 0;
    lt_tensor y = lt_kernel_matmul(call, b, &kernel, has_bias, lt_input(b, 0), 1, rows, units, features);
    y = lt_bias(b, y, has_bias ? lt_weight(b, lt_kernel_variable_count(call, &kernel)) : LT_NO_TENSOR);
    lt_output(b, 0, lt_activate(b, y, lt_config(call, DENSE_ACTIVATION)));
}

/* ------------------------------------------------------------------------------------------ TernaryDense */

enum { TERNARY_UNITS, TERNARY_ACTIVATION, TERNARY_BIAS };

static const struct lt_field TERNARY_FIELDS[] = {
    {.name = "units", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Size of the result's last axis"},
    LT_FIELD_ACTIVATION_OF("linear"),
    LT_FIELD_USE_BIAS,
    {.name = "threshold",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .help = "Weights of a smaller magnitude become zero; none: chosen from the kernel"},
};

static void ternary_variables(const struct lt_call *call, struct lt_variables *out)
{
    const struct lt_shape *in = &call->in[0];
    int64_t dim[] = {in->dim[in->rank - 1], lt_config_int(call, TERNARY_UNITS)};
    lt_variable_add(call, out, "kernel", true, 2, dim);
    if (lt_config_bool(call, TERNARY_BIAS))
        lt_variable_add(call, out, "bias", true, 1, &dim[1]);
}

/* The kernel is rounded to -1, 0 and 1 in every call. */
static void ternary_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_shape *in = &call->in[0];
    uint64_t units = (uint64_t)lt_config_int(call, TERNARY_UNITS), features = (uint64_t)in->dim[in->rank - 1];
    uint64_t rows = features ? lt_shape_elements(in) / features : 0;
    lt_tensor kernel = lt_map(b, LT_OP_CLIP, lt_weight(b, 0));
    lt_tensor y = lt_matmul(b, lt_input(b, 0), kernel, 1, rows, units, features);
    y = lt_bias(b, y, lt_config_bool(call, TERNARY_BIAS) ? lt_weight(b, 1) : LT_NO_TENSOR);
    lt_output(b, 0, lt_activate(b, y, lt_config(call, TERNARY_ACTIVATION)));
}

/* ------------------------------------------------------------------------------------------- EinsumDense */

enum { EINSUM_EQUATION, EINSUM_OUTPUT, EINSUM_ACTIVATION, EINSUM_BIAS_AXES, EINSUM_LORA_RANK, EINSUM_LORA_ALPHA };

static const struct lt_field EINSUM_FIELDS[] = {
    {.name = "equation", .type = LT_FIELD_TEXT, .help = "The product as an einsum equation: abc,cd->abd"},
    {.name = "output_shape",
     .type = LT_FIELD_INTS,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "The result's shape without the batch; none where the input says it"},
    LT_FIELD_ACTIVATION_OF("linear"),
    {.name = "bias_axes", .type = LT_FIELD_TEXT, .optional = true, .help = "The equation's letters that the bias has"},
    LT_FIELD_LORA_RANK,
    LT_FIELD_LORA_ALPHA,
    LT_FIELD_QUANTIZATION,
};

enum { IN = 1, KERNEL = 2, OUT = 4 };

/* An equation taken apart: one text of letters for each tensor, the axes of an ellipsis as the digits 0 to 7. */
struct einsum {
    char in[LT_MAX_RANK + 1], kernel[LT_MAX_RANK + 1], out[LT_MAX_RANK + 1];
    int64_t size[128]; /* by letter; 0: not known */
};

/* Copies one term; an ellipsis becomes the digits of its axes. False: it has too many axes or other characters. */
static bool term(char *to, const char *from, size_t length, int elided)
{
    int count = 0;
    for (size_t i = 0; i < length; i++) {
        bool letter = (from[i] >= 'a' && from[i] <= 'z') || (from[i] >= 'A' && from[i] <= 'Z');
        if (letter && count < LT_MAX_RANK) {
            to[count++] = from[i];
        } else if (i + 3 <= length && strncmp(from + i, "...", 3) == 0 && count + elided <= LT_MAX_RANK) {
            for (int axis = 0; axis < elided; axis++)
                to[count++] = (char)('0' + axis);
            i += 2;
        } else {
            return false;
        }
    }
    to[count] = '\0';
    return true;
}

/* Which letters of the result output_shape sizes: all but the batch; with an ellipsis those at its other end. */
static void sizes_from_config(const struct lt_call *call, struct einsum *e, bool elided_left)
{
    const struct lt_value *shape = lt_config(call, EINSUM_OUTPUT);
    char letters[LT_MAX_RANK + 1];
    int count = 0, given = shape->type == LT_VALUE_INTS ? (int)shape->count : 0;
    for (const char *c = e->out; *c; c++)
        if (*c > '9')
            letters[count++] = *c;
    int shift = elided_left ? count - given : 1;
    for (int i = 0; i < given; i++)
        if (i + shift >= 0 && i + shift < count && shape->ints[i] > 0 && !e->size[(int)letters[i + shift]])
            e->size[(int)letters[i + shift]] = shape->ints[i];
}

static enum lt_status einsum_read(struct lt_call *call, struct einsum *e)
{
    *e = (struct einsum){{0}, {0}, {0}, {0}};
    const char *equation = lt_config_text(call, EINSUM_EQUATION);
    const char *comma = equation ? strchr(equation, ',') : NULL, *arrow = comma ? strstr(comma, "->") : NULL;
    if (!arrow || call->in_count < 1)
        return lt_call_fail(call, "the equation must read like abc,cd->abd");
    const struct lt_shape *in = &call->in[0];
    const char *dots = strstr(equation, "...");
    bool elided_in = dots && dots < comma;
    int elided = elided_in ? in->rank - ((int)(comma - equation) - 3) : 0;
    if (elided < 0 || !term(e->in, equation, (size_t)(comma - equation), elided) ||
        !term(e->kernel, comma + 1, (size_t)(arrow - comma - 1), elided) ||
        !term(e->out, arrow + 2, strlen(arrow + 2), elided) || (int)strlen(e->in) != in->rank)
        return lt_call_fail(call, "the equation %s does not fit an input with %d axes", equation, in->rank);
    for (int i = 0; i < in->rank; i++)
        e->size[(int)e->in[i]] = in->dim[i];
    sizes_from_config(call, e, elided_in && dots == equation);
    for (const char *c = e->kernel; *c; c++)
        if (!e->size[(int)*c])
            return lt_call_fail(call, "output_shape does not say the size of axis %c of %s", *c, equation);
    for (const char *c = e->out; *c; c++)
        if (!e->size[(int)*c])
            return lt_call_fail(call, "axis %c of %s stands in no operand", *c, equation);
    return LT_OK;
}

/* The product of the sizes of all axes that stand in exactly the tensors of `set`. */
static int64_t product(const struct einsum *e, unsigned set)
{
    uint64_t size = 1;
    for (int c = '0'; c < 128; c++) {
        unsigned where =
            (strchr(e->in, c) ? IN : 0u) | (strchr(e->kernel, c) ? KERNEL : 0u) | (strchr(e->out, c) ? OUT : 0u);
        if (where == set)
            size = lt_mul(size, (uint64_t)e->size[c]);
    }
    return size > INT64_MAX ? INT64_MAX : (int64_t)size;
}

/* Keras reports the axes of an ellipsis at the left, but the batch, in reverse order (einsum_dense.py,
 * _analyze_split_string: each is inserted before those found so far). */
static enum lt_status report_elided(struct lt_call *call, const struct einsum *e)
{
    int elided = (int)strspn(e->out, "01234567");
    if (elided < 3 || (!call->reported && !lt_call_report(call)))
        return elided < 3 ? LT_OK : LT_NO_MEMORY;
    for (int i = 1; i < elided; i++)
        call->reported[0].dim[i] = call->out->dim[elided - i];
    return LT_OK;
}

static enum lt_status einsum_shape(struct lt_call *call)
{
    struct einsum e;
    enum lt_status status = einsum_read(call, &e);
    if (status)
        return status;
    int64_t dim[LT_MAX_RANK];
    int rank = (int)strlen(e.out);
    for (int i = 0; i < rank; i++)
        dim[i] = e.size[(int)e.out[i]];
    status = lt_call_shape(call, rank, dim);
    if (!status && rank)
        status = lt_call_activated(call, EINSUM_ACTIVATION, rank - 1);
    return status ? status : report_elided(call, &e);
}

static struct lt_kernel einsum_kernel(const struct lt_call *call, struct einsum *e)
{
    struct lt_call again = *call;
    if (einsum_read(&again, e) != LT_OK)
        return (struct lt_kernel){.name = "kernel"};
    struct lt_kernel kernel = {
        .name = "kernel",
        .rank = (int)strlen(e->kernel),
        .inputs = product(e, IN | KERNEL),
        .outputs = product(e, KERNEL | OUT),
        .lora_rank = lt_config_int(call, EINSUM_LORA_RANK),
        .quantizable = true,
    };
    for (int i = 0; i < kernel.rank; i++)
        kernel.dim[i] = e->size[(int)e->kernel[i]];
    return kernel;
}

static void einsum_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct einsum e;
    const struct lt_kernel kernel = einsum_kernel(call, &e);
    if (!kernel.rank)
        return;
    lt_kernel_variables(call, &kernel, out);
    const char *axes = lt_config_text(call, EINSUM_BIAS_AXES);
    if (axes) {
        /* From the first axis that the bias has on; the others are 1. */
        const char *first = e.out + strcspn(e.out, axes);
        int64_t dim[LT_MAX_RANK];
        int rank = 0;
        for (const char *c = first; *c; c++)
            dim[rank++] = strchr(axes, *c) ? e.size[(int)*c] : 1;
        lt_variable_add(call, out, "bias", true, rank, dim);
    }
    lt_kernel_adapters(call, &kernel, out);
}

static void einsum_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct einsum e;
    const struct lt_kernel kernel = einsum_kernel(call, &e);
    bool has_bias = lt_config_text(call, EINSUM_BIAS_AXES);
    lt_tensor y = lt_kernel_matmul(call, b, &kernel, has_bias, lt_input(b, 0), (uint64_t)product(&e, IN | KERNEL | OUT),
                                   (uint64_t)product(&e, IN | OUT), (uint64_t)kernel.outputs, (uint64_t)kernel.inputs);
    y = lt_bias(b, y, has_bias ? lt_weight(b, lt_kernel_variable_count(call, &kernel)) : LT_NO_TENSOR);
    lt_output(b, 0, lt_activate(b, y, lt_config(call, EINSUM_ACTIVATION)));
}

/* ------------------------------------------------------------------------------------------------- table */

#define DENSE_KIND(class_name, text)                                                                                   \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_CORE, .help = text

const struct lt_kind kinds_dense[] = {
    {DENSE_KIND("Dense", "A matrix product with a kernel, over the last axis"), LT_FIELDS(DENSE_FIELDS),
     .shape = dense_shape, .variables = dense_variables, .ops = dense_ops},
    {DENSE_KIND("EinsumDense", "A product with a kernel over the axes of an einsum equation"), LT_FIELDS(EINSUM_FIELDS),
     .shape = einsum_shape, .variables = einsum_variables, .ops = einsum_ops},
    {DENSE_KIND("TernaryDense", "A dense layer whose kernel is rounded to -1, 0 and 1"), LT_FIELDS(TERNARY_FIELDS),
     .shape = dense_shape, .variables = ternary_variables, .ops = ternary_ops},
    {.name = NULL},
};
