/* Programs that XLA compiles: JAX, and TensorFlow with jit_compile.
 *
 * XLA computes cheap elementwise results again in the backward pass; it does not compute matrix products, convolutions
 * nor exponentials twice. So what is kept are the operands of products, the products that a non-linear function takes,
 * and every result of exp, erf, tanh and logistic. Measured per layer in tests/reference/kept_jax.json (JAX 0.10, XLA
 * for a CPU); a GPU's fusions were not measured. Chains of elementwise ops are one kernel (core/step/fuse.c). */
#include "core/step/lowering/table.h"

#define FUSED                                                                                                          \
    (1u << LT_CLASS_MAP | 1u << LT_CLASS_COPY | 1u << LT_CLASS_NORM | 1u << LT_CLASS_SOFTMAX | 1u << LT_CLASS_REDUCE)

/* Loops over time apart: see IN_LOOPS. The rows that are not here are TensorFlow's. */
#define RECOMPUTED .flags = LT_RECOMPUTED
static const struct lt_lowering_case SPECIAL[] = {
    {LT_OP_ALIAS, NULL, {RECOMPUTED, .pass = 1}},
    {LT_OP_CAST, NULL, {RECOMPUTED, KERNELS(1, 1)}},
    {LT_OP_BIAS_ADD, NULL, {RECOMPUTED, .pass = 3, KERNELS(1, 1)}},
    {LT_OP_ADD, NULL, {RECOMPUTED, .pass = 3, KERNELS(1, 0)}},
    {LT_OP_SUBTRACT, NULL, {RECOMPUTED, .pass = 1, KERNELS(1, 1)}},
    {LT_OP_SCALE, NULL, {RECOMPUTED, KERNELS(1, 1)}},
    {LT_OP_NEGATE, NULL, {RECOMPUTED, KERNELS(1, 1)}},
    {LT_OP_SQUARE, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_ABS, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_CLIP, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},

    {LT_OP_RELU, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_RELU6, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_RELU_MAX, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_RELU_THRESHOLD, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_LEAKY_RELU, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_PRELU, NULL, {.keep = {LT_IN0 | LT_IN1, LT_IN0}, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 2)}},
    {LT_OP_ELU, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_ELU_ALPHA, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_SELU, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_CELU, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_LOG_SIGMOID, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_HARD_SIGMOID, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_SILU, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_TANH, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SILU, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_GELU, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_GELU_TANH, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_GLU, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_MISH, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_SOFTPLUS, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_SOFTSIGN, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SQUAREPLUS, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_SOFT_SHRINK, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_SHRINK, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_THRESHOLD, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SPARSE_PLUS, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SPARSE_SIGMOID, NULL, {RECOMPUTED, KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SPARSEMAX, NULL, {KEEP(LT_IN0), EXTRA(3, LT_OF_OUT, LT_SAME), KERNELS(6, 6)}},
    {LT_OP_SOFTMAX, NULL, {KEEP(LT_OUT), KERNELS(2, 2), PASSES(4, 5)}},
    {LT_OP_LOG_SOFTMAX, NULL, {KEEP(LT_OUT), KERNELS(2, 2), PASSES(4, 5)}},

    /* The random numbers and the mask made of them, 4 bytes each. */
    {LT_OP_DROPOUT, NULL, {EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(2, 1)}},
    {LT_OP_ALPHA_DROPOUT, NULL, {EXTRA(2, LT_OF_OUT, LT_FLOAT32), KERNELS(2, 1)}},
    {LT_OP_GAUSSIAN_DROPOUT, NULL, {EXTRA(4, LT_OF_OUT, LT_FLOAT32), KERNELS(2, 1)}},
    {LT_OP_MAXIMUM, NULL, {.keep = {LT_IN0 | LT_IN1, LT_IN0 | LT_IN1}, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},

    {LT_OP_BATCH_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32 | LT_RECOMPUTED,
      KEEP(LT_IN0),
      EXTRA(2, LT_OF_DIM0, LT_FLOAT32),
      KERNELS(2, 2),
      PASSES(3, 5)}},
    {LT_OP_BATCH_NORM_FROZEN,
     NULL,
     {.flags = LT_IN_FLOAT32 | LT_RECOMPUTED, EXTRA(1, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 1), PASSES(2, 2)}},
    {LT_OP_LAYER_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32,
      KEEP(LT_IN0),
      .extra = {{2, LT_OF_OUT, LT_FLOAT32}, {3, LT_OF_DIM0, LT_FLOAT32}},
      KERNELS(2, 3),
      PASSES(3.5F, 7)}},
    {LT_OP_RMS_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32,
      KEEP(LT_IN0),
      .extra = {{1, LT_OF_OUT, LT_FLOAT32}, {2, LT_OF_DIM0, LT_FLOAT32}},
      KERNELS(2, 3),
      PASSES(3.5F, 7)}},
    {LT_OP_GROUP_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32, KEEP(LT_IN0), EXTRA(5, LT_OF_DIM0, LT_FLOAT32), KERNELS(2, 3), PASSES(3.5F, 7)}},
    {LT_OP_UNIT_NORM, NULL, {KEEP(LT_IN0), EXTRA(3, LT_OF_DIM0, LT_SAME), KERNELS(2, 2), PASSES(3, 5)}},

    /* The gradient of a maximum searches its window again. */
    {LT_OP_MAX_POOL, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_RESIZE, NULL, {.flags = LT_IN_FLOAT32, KERNELS(1, 1)}},
};

/* What lax.scan stacks for the backward pass is fixed before XLA sees it: a function's result and its derivative. */
static bool in_loop(const struct lt_op *op)
{
    return op->region != 0 && !(op->flags & LT_OP_UNROLLED);
}
static const struct lt_lowering_case IN_LOOPS[] = {
    {LT_OP_SIGMOID, in_loop, {KEEP(LT_OUT), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_TANH, in_loop, {KEEP(LT_OUT), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
};

/* No look through a softmax at its logits (keras/src/backend/jax/nn.py): two floats a class. */
static const struct lt_loss_kept JAX_LOSSES[] = {
    {"sparse_categorical_crossentropy", 4, 8},
    {"categorical_crossentropy", 4, 8},
    {"binary_crossentropy", 4, 8},
};

/* XLA combines all-reduces: 0 to 0.3 of the backward pass hides them. */
#define COMPILED .compiled = true, .update_kernels = 1, .overlap = 0.15F, .fused_classes = FUSED
#define JAX      COMPILED, .loss = JAX_LOSSES, .loss_count = LT_COUNT_OF(JAX_LOSSES), .updates_late = true

const struct lt_framework_lowering lt_lowering_tensorflow_xla = {
    COMPILED,
    .base = &lt_lowering_tensorflow,
    .special = SPECIAL,
    .special_count = LT_COUNT_OF(SPECIAL),
    .expand = lt_tensorflow_expand_xla,
    .loss_sees_logits = true,
};

/* XLA for a CPU drops the barrier that keeps jax.checkpoint's second run apart from the first, and merges their matrix
 * products (tests/reference/recompute_jax.json). */
const struct lt_framework_lowering lt_lowering_jax = {
    JAX,
    .merges_products = true,
    .base = &lt_lowering_tensorflow_xla,
    .special = IN_LOOPS,
    .special_count = LT_COUNT_OF(IN_LOOPS),
    .expand = lt_jax_expand,
};

const struct lt_framework_lowering lt_lowering_jax_gpu = {
    JAX,
    .base = &lt_lowering_jax,
    .expand = lt_jax_expand_gpu,
};
