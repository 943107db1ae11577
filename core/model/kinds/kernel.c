/* Keras 3: layers/core/{dense,einsum_dense,embedding}.py (enable_lora, quantized_build, _int8_call, _float8_call). */
#include "core/model/kinds/kernel.h"

enum { INT4_BLOCK = 128, FLOAT8_HISTORY = 1024 };

unsigned lt_kernel_quantization(const struct lt_call *call, const struct lt_kernel *kernel)
{
    unsigned mode = call->policy->quantization;
    return !kernel->quantizable || (kernel->by_row && mode == LT_QUANTIZATION_FLOAT8) ? LT_QUANTIZATION_NONE : mode;
}

static void int8_variables(const struct lt_call *call, const struct lt_kernel *k, struct lt_variables *out)
{
    lt_variable_add_as(call, out, k->name, false, LT_INT8, k->rank, k->dim);
    int64_t scales = k->by_row ? k->inputs : k->outputs;
    lt_variable_add(call, out, lt_format(out->arena, "%s_scale", k->name), false, 1, &scales);
}

static int64_t int4_blocks(int64_t values)
{
    return (values + INT4_BLOCK - 1) / INT4_BLOCK;
}

/* Two values to a byte along the outputs, and a scale, a zero point for each block of 128 inputs; embeddings have their
 * blocks along a row. */
static void int4_variables(const struct lt_call *call, const struct lt_kernel *k, struct lt_variables *out)
{
    int64_t along = k->by_row ? k->outputs : k->inputs;
    int64_t blocks = int4_blocks(along);
    int64_t packed[] = {k->inputs, (k->outputs + 1) / 2};
    int64_t scale[] = {k->by_row ? k->inputs : blocks, k->by_row ? blocks : k->outputs};
    lt_variable_add_as(call, out, k->name, false, LT_INT8, 2, packed);
    lt_variable_add(call, out, lt_format(out->arena, "%s_scale", k->name), false, 2, scale);
    lt_variable_add_as(call, out, lt_format(out->arena, "%s_zero", k->name), false, LT_INT8, 2, scale);
    lt_variable_add_as(call, out, "g_idx", false, LT_FLOAT32, 1, &along);
}

/* The kernel is trained as it is; scales and histories of its casts are variables that Keras counts as trainable. */
static void float8_variables(const struct lt_call *call, const struct lt_kernel *k, struct lt_variables *out)
{
    static const char *const SCALE[] = {"inputs_scale", "kernel_scale", "outputs_grad_scale"};
    static const char *const HISTORY[] = {"inputs_amax_history", "kernel_amax_history", "outputs_grad_amax_history"};
    lt_variable_add(call, out, k->name, true, k->rank, k->dim);
    uint32_t first = out->count;
    for (int i = 0; i < 3; i++) {
        lt_variable_add_as(call, out, SCALE[i], true, LT_FLOAT32, 0, NULL);
        lt_variable_add_as(call, out, HISTORY[i], true, LT_FLOAT32, 1, (int64_t[]){FLOAT8_HISTORY});
    }
    for (uint32_t i = first; i < out->count; i++)
        out->item[i].overwritten = true;
}

void lt_kernel_variables(const struct lt_call *call, const struct lt_kernel *kernel, struct lt_variables *out)
{
    switch (lt_kernel_quantization(call, kernel)) {
    case LT_QUANTIZATION_INT8:
        int8_variables(call, kernel, out);
        break;
    case LT_QUANTIZATION_INT4:
        int4_variables(call, kernel, out);
        break;
    case LT_QUANTIZATION_FLOAT8:
        float8_variables(call, kernel, out);
        break;
    default:
        lt_variable_add(call, out, kernel->name, !kernel->lora_rank, kernel->rank, kernel->dim);
    }
}

int lt_kernel_variable_count(const struct lt_call *call, const struct lt_kernel *kernel)
{
    static const int COUNT[] = {
        [LT_QUANTIZATION_NONE] = 1,
        [LT_QUANTIZATION_INT8] = 2,
        [LT_QUANTIZATION_INT4] = 4,
        [LT_QUANTIZATION_FLOAT8] = 7,
    };
    return COUNT[lt_kernel_quantization(call, kernel)];
}

void lt_kernel_reverse_variables(const struct lt_call *call, const struct lt_kernel *table, struct lt_variables *out)
{
    static const char NAME[] = "reverse_embeddings", SCALE[] = "reverse_embeddings_scale";
    unsigned mode = lt_kernel_quantization(call, table);
    int64_t stored[] = {table->outputs, table->inputs}, scale[] = {int4_blocks(table->outputs), table->inputs};
    if (mode == LT_QUANTIZATION_INT8) {
        lt_variable_add_as(call, out, NAME, false, LT_INT8, 2, stored);
        lt_variable_add(call, out, SCALE, false, 1, &table->inputs);
    } else if (mode == LT_QUANTIZATION_INT4) {
        stored[0] = (table->outputs + 1) / 2;
        lt_variable_add_as(call, out, NAME, false, LT_INT8, 2, stored);
        lt_variable_add(call, out, SCALE, false, 2, scale);
        lt_variable_add(call, out, "reverse_embeddings_zero", false, 2, scale);
    } else
        lt_variable_add(call, out, NAME, true, 2, stored);
}

void lt_kernel_adapters(const struct lt_call *call, const struct lt_kernel *kernel, struct lt_variables *out)
{
    if (!kernel->lora_rank)
        return;
    int64_t a[LT_MAX_RANK], b[] = {kernel->lora_rank, kernel->dim[kernel->rank - 1]};
    memcpy(a, kernel->dim, sizeof a);
    a[kernel->rank - 1] = kernel->lora_rank;
    /* In float32 whatever the policy: enable_lora() says so. */
    lt_variable_add_as(call, out, lt_format(out->arena, "lora_%s_a", kernel->name), true, LT_FLOAT32, kernel->rank, a);
    lt_variable_add_as(call, out, lt_format(out->arena, "lora_%s_b", kernel->name), true, LT_FLOAT32, 2, b);
}

/* kernel + alpha / rank * A B, made anew in every call. */
static lt_tensor add_adapters(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                              bool has_bias, lt_tensor weight)
{
    int first = lt_kernel_variable_count(call, kernel) + has_bias;
    uint64_t elements = lt_elements(b, weight), columns = (uint64_t)kernel->dim[kernel->rank - 1];
    lt_tensor product = lt_matmul(b, lt_weight(b, first), lt_weight(b, first + 1), 1, elements / columns, columns,
                                  (uint64_t)kernel->lora_rank);
    return lt_combine(b, LT_OP_ADD, weight, lt_map(b, LT_OP_SCALE, product), elements);
}

/* The variable at `index`; of a quantized kernel, times the scale behind it. */
static lt_tensor dequantized(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                             int index)
{
    unsigned mode = lt_kernel_quantization(call, kernel);
    lt_tensor weight = lt_weight(b, index);
    if (mode != LT_QUANTIZATION_INT8 && mode != LT_QUANTIZATION_INT4)
        return weight;
    uint64_t elements = lt_mul((uint64_t)kernel->inputs, (uint64_t)kernel->outputs);
    weight = lt_emit(b, LT_OP_CAST, &weight, 1, elements, (enum lt_dtype)call->policy->compute);
    return lt_combine(b, LT_OP_MULTIPLY, weight, lt_weight(b, index + 1), elements);
}

lt_tensor lt_kernel_reverse_weight(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *table)
{
    return dequantized(call, b, table, lt_kernel_variable_count(call, table));
}

lt_tensor lt_kernel_weight(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                           bool has_bias)
{
    lt_tensor weight = dequantized(call, b, kernel, 0);
    return kernel->lora_rank ? add_adapters(call, b, kernel, has_bias, weight) : weight;
}

static lt_tensor matmul_as(struct lt_builder *b, lt_tensor x, lt_tensor y, const uint64_t dim[4], enum lt_dtype dtype)
{
    uint64_t elements = lt_mul(dim[0], lt_mul(dim[1], dim[2]));
    lt_tensor out = lt_emit(b, LT_OP_MATMUL, (lt_tensor[]){x, y}, 2, elements, dtype);
    struct lt_op *op = lt_last_op(b);
    memcpy(op->dim, dim, 4 * sizeof *dim);
    op->flops = 2.0 * (double)elements * (double)dim[3];
    return out;
}

/* The input is quantized per row by its largest magnitude, the int32 product scaled back. */
static lt_tensor int8_matmul(const struct lt_call *call, struct lt_builder *b, lt_tensor x, const uint64_t dim[4])
{
    uint64_t rows = lt_mul(dim[0], dim[1]), elements = lt_mul(rows, dim[2]);
    lt_tensor largest = lt_map_to(b, LT_OP_REDUCE_MAX, lt_map(b, LT_OP_ABS, x), rows);
    lt_tensor scaled = lt_combine(b, LT_OP_MULTIPLY, x, largest, lt_elements(b, x));
    lt_tensor product = matmul_as(b, lt_cast(b, scaled, LT_INT8), lt_weight(b, 0), dim, LT_INT32);
    lt_tensor y = lt_cast(b, product, (enum lt_dtype)call->policy->compute);
    return lt_combine(b, LT_OP_MULTIPLY, lt_combine(b, LT_OP_MULTIPLY, y, largest, elements), lt_weight(b, 1),
                      elements);
}

lt_tensor lt_kernel_matmul(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                           bool has_bias, lt_tensor x, uint64_t batch, uint64_t m, uint64_t n, uint64_t k)
{
    const uint64_t dim[4] = {batch, m, n, k};
    unsigned mode = lt_kernel_quantization(call, kernel);
    if (mode == LT_QUANTIZATION_INT8 && !kernel->lora_rank)
        return int8_matmul(call, b, x, dim);
    lt_tensor weight = lt_kernel_weight(call, b, kernel, has_bias);
    if (mode != LT_QUANTIZATION_FLOAT8)
        return lt_matmul(b, x, weight, batch, m, n, k);
    return matmul_as(b, lt_cast(b, x, LT_FLOAT8_E4M3FN), lt_cast(b, weight, LT_FLOAT8_E4M3FN), dim,
                     (enum lt_dtype)call->policy->compute);
}
