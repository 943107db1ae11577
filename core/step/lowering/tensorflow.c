/* TensorFlow 2.16 and later under Keras 3, graph execution (a traced tf.function without XLA).
 *
 * Which tensors a gradient needs: tensorflow/python/ops/nn_grad.py, the list of unneeded inputs in
 * tensorflow/python/eager/pywrap_gradient_exclusions.cc, and the sources of the Keras layers; every row that has a
 * layer in tests/reference/kept_layers.json was measured there with Keras 3.15.1 and TensorFlow 2.21. Passes over the
 * data and kernels: tests/reference/README.md, "time". */
#include "core/step/lowering/table.h"

static const struct lt_lowering ROWS[LT_OP_COUNT] = {
    ROW(INPUT, .pass = 1),
    ROW(ALIAS, .pass = 1),
    ROW(STATE, .pass = 0),
    ROW(STOP_GRADIENT, .flags = LT_NO_GRADIENT),
    ROW(CAST, KERNELS(1, 1)),

    ROW(MATMUL, .keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)),
    ROW(CONV, .keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)),
    ROW(CONV_TRANSPOSE, .keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)),
    ROW(DEPTHWISE_CONV, .keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)),
    ROW(BIAS_ADD, .flags = LT_IN_PLACE, .pass = 3, KERNELS(1, 1)),
    /* The gradient is a list of slices that Keras's optimizers make dense. */
    ROW(GATHER, .keep = {LT_IN1}, KERNELS(1, 2)),

    ROW(RELU, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(RELU6, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(RELU_MAX, EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(3, 3)),
    ROW(RELU_THRESHOLD, KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 2)),
    ROW(LEAKY_RELU, KEEP(LT_IN0), KERNELS(1, 1)),
    ROW(PRELU, .keep = {LT_IN1}, EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(5, 7)),
    ROW(ELU, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(ELU_ALPHA, KEEP(LT_OUT), EXTRA(1, LT_OF_OUT, LT_BOOL), KERNELS(4, 4)),
    ROW(SELU, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(CELU, KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(6, 6)),
    ROW(SIGMOID, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(LOG_SIGMOID, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 3)),
    ROW(HARD_SIGMOID, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 2)),
    ROW(HARD_SILU, KEEP(LT_IN0), EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(4, 5)),
    ROW(TANH, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(TANH_SHRINK, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(2, 3)),
    ROW(HARD_TANH, KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(2, 4)),
    ROW(SILU, KEEP(LT_IN0), KERNELS(2, 6)),
    ROW(GELU, EXTRA(3, LT_OF_OUT, LT_SAME), KERNELS(4, 8)),
    ROW(GELU_TANH, KEEP(LT_IN0), EXTRA(3, LT_OF_OUT, LT_SAME), KERNELS(8, 12)),
    ROW(GLU, EXTRA(2, LT_OF_OUT, LT_SAME), KERNELS(3, 5)),
    ROW(MISH, KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 5)),
    ROW(SOFTPLUS, KEEP(LT_IN0), KERNELS(1, 1)),
    ROW(SOFTSIGN, KEEP(LT_IN0), KERNELS(1, 1)),
    ROW(SQUAREPLUS, KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(5, 6)),
    ROW(SOFT_SHRINK, EXTRA(2, LT_OF_OUT, LT_BOOL), KERNELS(6, 4)),
    ROW(HARD_SHRINK, EXTRA(1, LT_OF_OUT, LT_BOOL), KERNELS(3, 2)),
    ROW(THRESHOLD, EXTRA(1, LT_OF_OUT, LT_BOOL), KERNELS(2, 2)),
    ROW(SPARSE_PLUS, .extra = {{1, LT_OF_OUT, LT_SAME}, {2, LT_OF_OUT, LT_BOOL}}, KERNELS(7, 7)),
    ROW(SPARSE_SIGMOID, EXTRA(2, LT_OF_OUT, LT_BOOL), KERNELS(5, 4)),
    ROW(SPARSEMAX, .extra = {{2, LT_OF_OUT, LT_SAME}, {1, LT_OF_OUT, LT_BOOL}}, KERNELS(12, 12)),
    ROW(EXP, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(LOG, KEEP(LT_IN0), KERNELS(1, 2)),
    ROW(SQRT, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(RSQRT, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(SQUARE, KEEP(LT_IN0), KERNELS(1, 2)),
    ROW(ABS, KEEP(LT_IN0), KERNELS(1, 2)),
    ROW(NEGATE, .flags = LT_IN_PLACE, KERNELS(1, 1)),
    ROW(SIN, KEEP(LT_IN0), KERNELS(1, 2)),
    ROW(CLIP, KEEP(LT_IN0), KERNELS(1, 3)),
    ROW(SCALE, .flags = LT_IN_PLACE, KERNELS(2, 1)),
    ROW(COMPARE, .flags = LT_NO_GRADIENT, KERNELS(1, 0)),
    ROW(SOFTMAX, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 3)),
    ROW(LOG_SOFTMAX, KEEP(LT_OUT), .flags = LT_IN_PLACE, KERNELS(1, 3)),
    ROW(DROPOUT, EXTRA(1, LT_OF_DIM0, LT_BOOL), KERNELS(4, 2), SCRATCH(1, 0)),
    ROW(ALPHA_DROPOUT, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(6, 2), SCRATCH(1, 0)),
    ROW(GAUSSIAN_DROPOUT, EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 1), SCRATCH(1, 0)),
    ROW(GAUSSIAN_NOISE, .pass = 1, KERNELS(3, 0), SCRATCH(1, 0)),
    ROW(ACTIVITY_PENALTY, KEEP(LT_IN0), KERNELS(3, 3)),

    ROW(ADD, .flags = LT_IN_PLACE, .pass = 3, KERNELS(1, 0)),
    ROW(SUBTRACT, .flags = LT_IN_PLACE, .pass = 1, KERNELS(1, 1)),
    ROW(MULTIPLY, .keep = {LT_IN1, LT_IN0}, KERNELS(1, 2)),
    ROW(DIVIDE, .keep = {LT_IN1, LT_IN0 | LT_IN1}, KERNELS(1, 4)),
    ROW(POWER, .keep = {LT_IN0 | LT_IN1, LT_IN0 | LT_IN1 | LT_OUT}, KERNELS(1, 6)),
    ROW(MAXIMUM, .keep = {LT_IN0 | LT_IN1, LT_IN0 | LT_IN1}, KERNELS(1, 3)),
    ROW(WHERE, .keep = {0, LT_IN0, LT_IN0}, KERNELS(1, 2)),

    /* Keras 3 computes moments and tf.nn.batch_normalization, all in float32. */
    ROW(BATCH_NORM, KEEP(LT_IN0), .flags = LT_IN_FLOAT32, EXTRA(3, LT_OF_DIM0, LT_FLOAT32), KERNELS(8, 12),
        PASSES(7, 11), SCRATCH(1, 3)),
    ROW(BATCH_NORM_FROZEN, .flags = LT_IN_FLOAT32, EXTRA(1, LT_OF_DIM0, LT_FLOAT32), KERNELS(4, 2), PASSES(4, 2)),
    ROW(LAYER_NORM, KEEP(LT_IN0), .flags = LT_IN_FLOAT32,
        .extra = {{1, LT_OF_OUT, LT_FLOAT32}, {3, LT_OF_DIM0, LT_FLOAT32}}, KERNELS(9, 14), PASSES(9, 14),
        SCRATCH(1, 2)),
    ROW(GROUP_NORM, KEEP(LT_IN0), .flags = LT_IN_FLOAT32, EXTRA(5, LT_OF_DIM0, LT_FLOAT32), KERNELS(9, 12),
        PASSES(7, 11), SCRATCH(1, 3)),
    ROW(RMS_NORM, KEEP(LT_IN0), .flags = LT_IN_FLOAT32,
        .extra = {{1, LT_OF_OUT, LT_FLOAT32}, {1, LT_OF_DIM0, LT_FLOAT32}}, KERNELS(6, 10), PASSES(7, 10),
        SCRATCH(1, 2)),
    ROW(UNIT_NORM, KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_SAME), KERNELS(5, 8), PASSES(5, 8), SCRATCH(1, 2)),

    ROW(MAX_POOL, KEEP(LT_IN0 | LT_OUT), KERNELS(1, 1)),
    ROW(AVERAGE_POOL, KERNELS(1, 1)),
    ROW(ADAPTIVE_AVERAGE_POOL, KERNELS(6, 6)),
    ROW(ADAPTIVE_MAX_POOL, KEEP(LT_IN0 | LT_OUT), KERNELS(6, 6)),
    ROW(REDUCE_MEAN, KERNELS(1, 2)),
    ROW(REDUCE_MAX, KEEP(LT_IN0 | LT_OUT), KERNELS(1, 4)),
    ROW(REDUCE_VARIANCE, KEEP(LT_IN0), KERNELS(4, 5)),
    ROW(RESIZE_NEAREST, KERNELS(1, 1)),
    ROW(RESIZE, KEEP(LT_IN0), .flags = LT_IN_FLOAT32, KERNELS(1, 1)),

    ROW(COPY, KERNELS(1, 1)),
    ROW(CONCAT, KERNELS(1, 1)),
    /* cuDNN's fused recurrent kernels: operand, result and a reserve that it sizes itself. */
    ROW(SIMPLE_RNN, .keep = {LT_IN1, LT_IN0 | LT_OUT, LT_IN0 | LT_OUT}, KERNELS(2, 3)),
    ROW(LSTM, .keep = {LT_IN0 | LT_IN1 | LT_OUT, LT_IN0 | LT_OUT, LT_IN0 | LT_OUT}, EXTRA(6, LT_OF_SEQUENCE, LT_SAME),
        KERNELS(4, 6)),
    ROW(GRU, .keep = {LT_IN0 | LT_IN1 | LT_OUT, LT_IN0 | LT_OUT, LT_IN0 | LT_OUT}, EXTRA(5, LT_OF_SEQUENCE, LT_SAME),
        KERNELS(4, 6)),
    ROW(LOSS, EXTRA(1, LT_OF_DIM0, LT_BOOL), KERNELS(6, 4)),
    ROW(PREPROCESS, .flags = LT_NO_GRADIENT, KERNELS(8, 0), PASSES(10, 0)),
    /* Nothing is known of it: its result stands for what it keeps. */
    ROW(OPAQUE, KEEP(LT_OUT), KERNELS(1, 2)),
};

/* No scale and no offset. */
static bool is_plain(const struct lt_op *op)
{
    return !op->dim[2];
}
static bool is_unscaled(const struct lt_op *op)
{
    return op->dim[2] < 2 * op->dim[0];
}
static bool is_widened(const struct lt_op *op)
{
    return op->flags & LT_OP_WIDENED;
}

static const struct lt_lowering_case SPECIAL[] = {
    /* A layer norm without scale and offset has no product of them to keep. */
    {LT_OP_LAYER_NORM,
     is_plain,
     {KEEP(LT_IN0), .flags = LT_IN_FLOAT32, EXTRA(3, LT_OF_DIM0, LT_FLOAT32), KERNELS(7, 10), PASSES(7, 10),
      SCRATCH(1, 2)}},
    /* Without scale the inverse deviation is not multiplied by gamma: one number less per channel. */
    {LT_OP_BATCH_NORM,
     is_unscaled,
     {KEEP(LT_IN0), .flags = LT_IN_FLOAT32, EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(7, 11), PASSES(7, 11),
      SCRATCH(1, 3)}},
    /* A resize of half images is done in float32 and clipped back to their range: the result before and after the clip,
     * and the half operand, whose shape the gradient reads. */
    {LT_OP_RESIZE,
     is_widened,
     {.flags = LT_IN_FLOAT32, .extra = {{2, LT_OF_OUT, LT_FLOAT32}, {0.5F, LT_OF_IN, LT_FLOAT32}}, KERNELS(3, 3)}},
};

/* Keras 3 composes an update; Keras 2 has one kernel for it. */
#define KERAS_3 .loss_sees_logits = true, .update_temporaries = -1, .averages_at_once = true, .update_kernels = 8
#define KERAS_2 .loss_sees_logits = true, .update_kernels = 1

const struct lt_framework_lowering lt_lowering_tensorflow = {
    .row = ROWS,
    .special = SPECIAL,
    .special_count = LT_COUNT_OF(SPECIAL),
    .expand = lt_tensorflow_expand,
    KERAS_3,
};

const struct lt_framework_lowering lt_lowering_tensorflow_gpu = {
    .base = &lt_lowering_tensorflow,
    .expand = lt_tensorflow_expand_gpu,
    KERAS_3,
};

/* tf.keras 2 and TensorFlow without Keras: FusedBatchNormV3 in the compute dtype, one kernel each way, keeps x, the
 * mean and the variance (tensorflow/python/ops/nn_impl.py); one kernel updates a variable (ResourceApplyAdam and its
 * like) without temporaries. */
static const struct lt_lowering_case SPECIAL_2[] = {
    {LT_OP_BATCH_NORM, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 1), PASSES(3, 5)}},
    {LT_OP_BATCH_NORM_FROZEN, NULL, {EXTRA(1, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 1), PASSES(2, 3)}},
};

const struct lt_framework_lowering lt_lowering_tensorflow_2 = {
    .base = &lt_lowering_tensorflow,
    .special = SPECIAL_2,
    .special_count = LT_COUNT_OF(SPECIAL_2),
    .expand = lt_tensorflow_expand,
    KERAS_2,
};

const struct lt_framework_lowering lt_lowering_tensorflow_2_gpu = {
    .base = &lt_lowering_tensorflow_2,
    .expand = lt_tensorflow_expand_gpu,
    KERAS_2,
};

/* Before 2.10 tf.nn.dropout multiplied by the mask, cast to the compute dtype, which is kept so. */
static const struct lt_lowering_case SPECIAL_2_9[] = {
    {LT_OP_DROPOUT, NULL, {EXTRA(1, LT_OF_DIM0, LT_SAME), KERNELS(5, 1), SCRATCH(1, 0)}},
};

const struct lt_framework_lowering lt_lowering_tensorflow_2_9 = {
    .base = &lt_lowering_tensorflow_2,
    .special = SPECIAL_2_9,
    .special_count = LT_COUNT_OF(SPECIAL_2_9),
    .expand = lt_tensorflow_expand,
    KERAS_2,
};

const struct lt_framework_lowering lt_lowering_tensorflow_2_9_gpu = {
    .base = &lt_lowering_tensorflow_2_9,
    .expand = lt_tensorflow_expand_gpu,
    KERAS_2,
};
