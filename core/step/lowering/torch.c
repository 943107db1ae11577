/* PyTorch, eager: what autograd saves, under Keras 3 on its torch backend and in plain PyTorch.
 *
 * Measured with saved-tensor hooks (tests/reference/kept_torch.json: PyTorch 2.15, Keras 3.15.1, CPU). Under Keras
 * images are N, H, W, C, and convolutions and pooling work on a contiguous N, C, H, W copy, which is what they keep
 * (keras/src/backend/torch/nn.py). Every op has a result of its own: nothing is done in place. */
#include "core/base/checked.h"
#include "core/step/lowering/table.h"

static const struct lt_lowering_case KERAS[] = {
    {LT_OP_BIAS_ADD, NULL, {.pass = 3, KERNELS(1, 1)}},
    {LT_OP_ADD, NULL, {.pass = 3, KERNELS(1, 0)}},
    {LT_OP_SUBTRACT, NULL, {.pass = 1, KERNELS(1, 1)}},
    {LT_OP_SCALE, NULL, {KERNELS(1, 1)}},
    {LT_OP_NEGATE, NULL, {KERNELS(1, 1)}},

    {LT_OP_CONV, NULL, {.extra = {{1, LT_OF_IN, LT_SAME}, {1, LT_OF_IN1, LT_SAME}}, KERNELS(3, 2)}},
    {LT_OP_CONV_TRANSPOSE, NULL, {.keep = {LT_IN1}, EXTRA(1, LT_OF_IN, LT_SAME), KERNELS(3, 2)}},
    {LT_OP_DEPTHWISE_CONV, NULL, {.extra = {{1, LT_OF_IN, LT_SAME}, {1, LT_OF_IN1, LT_SAME}}, KERNELS(3, 2)}},
    {LT_OP_GATHER, NULL, {EXTRA(1, LT_OF_IN1, LT_INT64), KERNELS(1, 2)}},

    {LT_OP_RELU, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_RELU6, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_RELU_MAX, NULL, {EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(2, 2)}},
    {LT_OP_RELU_THRESHOLD, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_ELU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_ELU_ALPHA, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SELU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_CELU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SIGMOID, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_LOG_SIGMOID, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(1, 1)}},
    {LT_OP_HARD_SIGMOID, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_SILU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_TANH, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_TANH, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_SILU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_GELU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_GELU_TANH, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_GLU, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_MISH, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 4)}},
    {LT_OP_SOFTSIGN, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_SAME), KERNELS(3, 4)}},
    {LT_OP_SOFT_SHRINK, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_HARD_SHRINK, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_THRESHOLD, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_SPARSEMAX, NULL, {EXTRA(3.375F, LT_OF_OUT, LT_SAME), KERNELS(12, 12)}},
    {LT_OP_EXP, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_SQRT, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_RSQRT, NULL, {KEEP(LT_OUT), KERNELS(1, 1)}},
    {LT_OP_SOFTMAX, NULL, {KEEP(LT_OUT), KERNELS(1, 1), PASSES(2, 3)}},
    {LT_OP_LOG_SOFTMAX, NULL, {KEEP(LT_OUT), KERNELS(1, 1), PASSES(2, 3)}},

    /* A CPU keeps the factor, a GPU's fused kernel a mask of one byte: see GPU. */
    {LT_OP_DROPOUT, NULL, {EXTRA(1, LT_OF_DIM0, LT_SAME), KERNELS(2, 1)}},

    {LT_OP_BATCH_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32,
      KEEP(LT_IN0),
      .extra = {{1, LT_OF_OUT, LT_FLOAT32}, {6, LT_OF_DIM0, LT_FLOAT32}},
      KERNELS(8, 12),
      PASSES(8, 11),
      SCRATCH(1, 2)}},
    {LT_OP_LAYER_NORM,
     NULL,
     {.flags = LT_IN_FLOAT32, KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 2), PASSES(2, 5)}},
    {LT_OP_UNIT_NORM, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_SAME), KERNELS(5, 8), PASSES(5, 8)}},

    {LT_OP_MAX_POOL, NULL, {.extra = {{1, LT_OF_IN, LT_SAME}, {1, LT_OF_OUT, LT_INT64}}, KERNELS(3, 2)}},
    {LT_OP_AVERAGE_POOL, NULL, {EXTRA(1, LT_OF_IN, LT_SAME), KERNELS(3, 2)}},
    {LT_OP_ADAPTIVE_AVERAGE_POOL, NULL, {EXTRA(1, LT_OF_IN, LT_SAME), KERNELS(3, 2)}},
    {LT_OP_ADAPTIVE_MAX_POOL, NULL, {.extra = {{1, LT_OF_IN, LT_SAME}, {1, LT_OF_OUT, LT_INT64}}, KERNELS(3, 2)}},
    {LT_OP_RESIZE, NULL, {KERNELS(1, 1)}},

    /* scaled_dot_product_attention by a flash kernel: its operands, its result, one float for each query. */
    {LT_OP_ATTENTION,
     NULL,
     {.keep = {LT_IN0 | LT_IN1 | LT_IN2 | LT_OUT, LT_IN0 | LT_IN1 | LT_IN2 | LT_OUT, LT_IN0 | LT_IN1 | LT_IN2 | LT_OUT},
      EXTRA(1, LT_OF_QUERIES, LT_FLOAT32),
      KERNELS(1, 2)}},
};

/* Keras's CUDA path alone differs in this. */
static const struct lt_lowering_case GPU[] = {
    {LT_OP_DROPOUT, NULL, {EXTRA(1, LT_OF_DIM0, LT_BOOL), KERNELS(1, 1)}},
};

static const struct lt_lowering_case PLAIN[] = {
    {LT_OP_CONV, NULL, {.keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)}},
    {LT_OP_CONV_TRANSPOSE, NULL, {.keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)}},
    {LT_OP_DEPTHWISE_CONV, NULL, {.keep = {LT_IN1, LT_IN0}, KERNELS(1, 1)}},
    {LT_OP_GATHER, NULL, {.keep = {LT_IN1}, KERNELS(1, 2)}},
    {LT_OP_MISH, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_BATCH_NORM, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 1), PASSES(3, 5)}},
    {LT_OP_BATCH_NORM_FROZEN, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 1), PASSES(2, 3)}},
    {LT_OP_LAYER_NORM, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(1, 2), PASSES(2, 5)}},
    {LT_OP_GROUP_NORM, NULL, {KEEP(LT_IN0), EXTRA(2, LT_OF_DIM0, LT_FLOAT32), KERNELS(2, 3), PASSES(3, 5)}},
    {LT_OP_MAX_POOL, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_INT64), KERNELS(1, 1)}},
    {LT_OP_ADAPTIVE_MAX_POOL, NULL, {KEEP(LT_IN0), EXTRA(1, LT_OF_OUT, LT_INT64), KERNELS(1, 1)}},
    {LT_OP_AVERAGE_POOL, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
    {LT_OP_ADAPTIVE_AVERAGE_POOL, NULL, {KEEP(LT_IN0), KERNELS(1, 1)}},
};

/* Under Keras no look through a softmax at its logits: divided, clipped and its logarithm. A logarithm of the softmax
 * in plain PyTorch. */
static const struct lt_loss_kept LOSSES[] = {
    {"sparse_categorical_crossentropy", 4, 12},
    {"categorical_crossentropy", 4, 12},
    {"binary_crossentropy", 4, 4},
};

static const struct lt_loop_style LOOP = {.casts_outside = true, .gates_are_views = true};

/* One kernel for all of an attention; `copies`: its operands and its result are copied, since Keras has the heads
 * behind the sequence. */
static void attend(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out, bool copies)
{
    lt_tensor operand[3];
    for (int i = 0; i < 3; i++)
        operand[i] = lt_map(b, copies ? LT_OP_COPY : LT_OP_ALIAS, in[i]);
    uint64_t elements = lt_mul(lt_mul(op->dim[0], op->dim[1]), lt_mul(op->dim[2], op->dim[5]));
    lt_tensor mixed = lt_emit(b, LT_OP_ATTENTION, operand, 3, elements, (enum lt_dtype)b->program.tensor[in[0]].dtype);
    struct lt_op *made = lt_last_op(b);
    for (int i = 0; i < 6; i++)
        made->dim[i] = op->dim[i];
    made->flops = 2.0 * (double)op->dim[0] * (double)op->dim[1] * (double)op->dim[2] * (double)op->dim[3] *
                  (double)(op->dim[4] + op->dim[5]);
    out[0] = lt_map(b, copies ? LT_OP_COPY : LT_OP_ALIAS, mixed);
}

static bool expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out, bool fused,
                   bool copies)
{
    if (op->kind == LT_OP_ATTENTION && !b->status && !(op->flags & (LT_OP_DROPPED | LT_OP_SCORES)))
        attend(b, op, in, out, copies);
    else if (op->kind == LT_OP_ATTENTION)
        lt_expand_attention(b, op, in, out);
    else if (lt_is_recurrent(op) && !fused)
        lt_expand_recurrent(b, op, in, out, &LOOP);
    else
        return false;
    return true;
}

static bool keras_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, false, true);
}
static bool keras_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, lt_is_cudnn(op), true);
}
static bool plain_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, false, false);
}
static bool plain_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, lt_is_cudnn(op) || op->kind == LT_OP_SIMPLE_RNN, false);
}

/* Before 2.0 there is no scaled_dot_product_attention: attention is products with a softmax between them. */
static bool old_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    if (op->kind != LT_OP_ATTENTION)
        return plain_expand(b, op, in, out);
    lt_expand_attention(b, op, in, out);
    return true;
}
static bool old_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return op->kind == LT_OP_ATTENTION ? old_expand(b, op, in, out) : plain_expand_gpu(b, op, in, out);
}

/* Gradients stay until zero_grad. DistributedDataParallel copies them into buckets, whose all-reduces run behind 0.6 to
 * 0.8 of the backward pass. */
#define EAGER                                                                                                          \
    .loss = LOSSES, .loss_count = LT_COUNT_OF(LOSSES), .updates_late = true, .update_in_place = true, .overlap = 0.7F, \
    .gradient_buckets = true, .update_kernels = 1
/* Keras's optimizers for PyTorch are written with the _foreach_ functions, over all variables at once
 * (keras/src/backend/torch/optimizers); PyTorch's own are so on a GPU, where Adam has one temporary, the square roots,
 * and loop over the variables on a CPU, where it has three (tests/reference/updates_torch.json). */
#define KERAS_UPDATE .update_temporaries = -1, .update_at_once = true
/* A Functional model keeps the result of each call in a dictionary (keras/src/ops/function.py, run_through_graph). */
#define KERAS_CALL  .results_stay = true
#define LOOP_UPDATE .update_temporaries = 3
#define OLD_UPDATE  .update_temporaries = 2 /* PyTorch 1.13: torch_cpu_peaks.csv of tests/accuracy */
#define GPU_UPDATE  .update_temporaries = 1, .update_at_once = true

const struct lt_framework_lowering lt_lowering_torch = {
    EAGER,
    KERAS_UPDATE,
    KERAS_CALL,
    .base = &lt_lowering_tensorflow,
    .special = KERAS,
    .special_count = LT_COUNT_OF(KERAS),
    .expand = keras_expand,
};
const struct lt_framework_lowering lt_lowering_torch_gpu = {
    EAGER,
    KERAS_UPDATE,
    KERAS_CALL,
    .base = &lt_lowering_torch,
    .special = GPU,
    .special_count = LT_COUNT_OF(GPU),
    .expand = keras_expand_gpu,
};
const struct lt_framework_lowering lt_lowering_torch_plain = {
    EAGER,
    LOOP_UPDATE,
    .gradients_stay = true,
    .autocasts = true,
    .base = &lt_lowering_torch,
    .special = PLAIN,
    .special_count = LT_COUNT_OF(PLAIN),
    .expand = plain_expand,
    .loss_sees_logits = true,
};
const struct lt_framework_lowering lt_lowering_torch_plain_gpu = {
    EAGER,
    GPU_UPDATE,
    .gradients_stay = true,
    .autocasts = true,
    .base = &lt_lowering_torch_plain,
    .special = GPU,
    .special_count = LT_COUNT_OF(GPU),
    .expand = plain_expand_gpu,
    .loss_sees_logits = true,
};
const struct lt_framework_lowering lt_lowering_torch_1 = {
    EAGER,
    OLD_UPDATE,
    .gradients_stay = true,
    .autocasts = true,
    .base = &lt_lowering_torch_plain,
    .expand = old_expand,
    .loss_sees_logits = true,
};
/* The optimizers loop over the variables on a GPU too. */
const struct lt_framework_lowering lt_lowering_torch_1_gpu = {
    EAGER,
    OLD_UPDATE,
    .gradients_stay = true,
    .autocasts = true,
    .base = &lt_lowering_torch_plain_gpu,
    .expand = old_expand_gpu,
    .loss_sees_logits = true,
};
