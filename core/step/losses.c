/* The loss ops. Keras casts y_pred to float32 first; a crossentropy on TensorFlow looks through the softmax or sigmoid
 * that made y_pred and takes its operand, unless that cast stands between them (keras/src/losses/loss.py). */
#include "core/base/checked.h"
#include "core/model/loss.h"
#include "core/step/step.h"

#include <string.h>

/* The op of the lowered program that makes x; NULL: none. */
static const struct lt_op *maker(const struct lt_builder *b, lt_tensor x)
{
    uint32_t op = b->program.tensor[x].op;
    return op < b->program.op_count ? &b->program.op[op] : NULL;
}

static const struct lt_op *maker_behind_aliases(const struct lt_builder *b, lt_tensor x)
{
    const struct lt_op *op = maker(b, x);
    while (op && op->kind == LT_OP_ALIAS && op->in_count == 1)
        op = maker(b, b->program.operand[op->operand]);
    return op;
}

/* The loss that `auto` stands for: what fits the activation of the output. */
static const struct lt_loss *loss_of(const struct lt_setup *setup, const struct lt_op *activation)
{
    const char *name = lt_setup_text(setup, LT_SET_LOSS);
    const struct lt_loss *loss = name ? lt_loss_find(name) : NULL;
    if (loss)
        return loss;
    return lt_loss_suited(activation ? (enum lt_op_kind)activation->kind : LT_OP_ALIAS);
}

/* Bytes kept per element of y_pred, from logits or from probabilities. */
static uint8_t kept_by(const struct lt_framework_lowering *lowering, const struct lt_loss *loss, bool logits)
{
    for (int i = 0; i < lowering->loss_count; i++)
        if (strcmp(lowering->loss[i].loss, loss->name) == 0)
            return logits ? lowering->loss[i].logits : lowering->loss[i].probabilities;
    return logits || !loss->crossentropy ? loss->kept_logits : loss->kept_probabilities;
}

static uint64_t loss_emit(struct lt_builder *b, const struct lt_framework_lowering *lowering,
                          const struct lt_setup *setup, lt_tensor y_pred, const struct lt_shape *shape)
{
    const struct lt_op *activation = maker_behind_aliases(b, y_pred);
    const struct lt_loss *loss = loss_of(setup, activation);
    uint64_t elements = lt_elements(b, y_pred);
    if (!loss || elements == 0)
        return 0;
    bool half = lt_is_half((enum lt_dtype)b->program.tensor[y_pred].dtype);
    bool activated = activation && (activation->kind == LT_OP_SOFTMAX || activation->kind == LT_OP_SIGMOID);
    bool logits = loss->crossentropy && lowering->loss_sees_logits && activated && !half;
    lt_tensor x = logits ? b->program.operand[activation->operand] : lt_cast(b, y_pred, LT_FLOAT32);
    lt_tensor value = lt_emit(b, LT_OP_LOSS, &x, 1, 1, LT_FLOAT32);
    (void)value;
    lt_last_op(b)->dim[0] = lt_mul(elements, kept_by(lowering, loss, logits));
    int64_t classes = shape->rank > 0 ? shape->dim[shape->rank - 1] : 1;
    return loss->sparse && classes > 0 ? lt_mul(elements / (uint64_t)classes, 4) : lt_mul(elements, 4);
}

void lt_losses_emit(struct lt_builder *b, const struct lt_framework_lowering *lowering, const struct lt_setup *setup,
                    const struct lt_walked *walked, uint64_t *label_bytes)
{
    struct lt_call call = {0};
    *label_bytes = 0;
    for (int i = 0; i < walked->out_count && !b->status; i++) {
        if (walked->out[i].rank < 0 || walked->out_tensor[i] == LT_NO_TENSOR)
            continue;
        call.index = b->program.tensor[walked->out_tensor[i]].layer;
        b->call = &call;
        *label_bytes = lt_add(*label_bytes, loss_emit(b, lowering, setup, walked->out_tensor[i], &walked->out[i]));
    }
    b->call = NULL;
}
