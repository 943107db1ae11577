/* The kernel of a dense, convolution or embedding layer: as it is stored under each policy, with LoRA's adapters, and
 * as the layer's ops see it. */
#ifndef LT_MODEL_KERNEL_H
#define LT_MODEL_KERNEL_H

#include "core/model/kinds/kinds.h"

struct lt_kernel {
    const char *name; /* "kernel", "embeddings" */
    int rank;
    int64_t dim[LT_MAX_RANK];
    int64_t inputs, outputs; /* the kernel as a matrix */
    int64_t lora_rank;       /* 0: none */
    bool quantizable;        /* this class of layer has a quantized form */
    bool by_row;             /* scaled per row (embeddings) instead of per output */
};

#define LT_FIELD_LORA_RANK                                                                                             \
    {                                                                                                                  \
        .name = "lora_rank", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .optional = true,                   \
        .help = "Rank of the low-rank adapters that are trained in the kernel's place"                                 \
    }
#define LT_FIELD_LORA_ALPHA                                                                                            \
    {                                                                                                                  \
        .name = "lora_alpha", .type = LT_FIELD_FLOAT, .optional = true, .help = "Scale of the low-rank adapters"       \
    }
#define LT_FIELD_QUANTIZATION                                                                                          \
    {                                                                                                                  \
        .name = "quantization_config", .type = LT_FIELD_TREE, .optional = true,                                        \
        .help = "How the layer is quantized where its policy does not say all"                                         \
    }

/* How the layer stores the kernel; enum lt_quantization. */
unsigned lt_kernel_quantization(const struct lt_call *call, const struct lt_kernel *kernel);

/* Adds the kernel and what its quantization needs; the bias follows, then the adapters. */
void lt_kernel_variables(const struct lt_call *call, const struct lt_kernel *kernel, struct lt_variables *out);
void lt_kernel_adapters(const struct lt_call *call, const struct lt_kernel *kernel, struct lt_variables *out);

/* The way back of a table of embeddings that is not tied to it (reversible_embedding.py): the table turned round,
 * behind the table's own variables, and what its quantization needs. */
void lt_kernel_reverse_variables(const struct lt_call *call, const struct lt_kernel *table, struct lt_variables *out);
lt_tensor lt_kernel_reverse_weight(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *table);

/* How many variables lt_kernel_variables adds: the index of the bias. */
int lt_kernel_variable_count(const struct lt_call *call, const struct lt_kernel *kernel);

/* The kernel in the compute dtype, adapters added; `has_bias` tells where they stand. */
lt_tensor lt_kernel_weight(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                           bool has_bias);

/* x (batch x m x inputs) times the kernel, in the arithmetic of the quantization. n * batch are the outputs. */
lt_tensor lt_kernel_matmul(const struct lt_call *call, struct lt_builder *b, const struct lt_kernel *kernel,
                           bool has_bias, lt_tensor x, uint64_t batch, uint64_t m, uint64_t n, uint64_t k);

#endif
