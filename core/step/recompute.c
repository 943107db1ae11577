/* Recomputation in the backward pass: the forward ops of a segment run again before their gradients, which then read
 * the new tensors; so the old ones need not be kept, but for what the segment reads from outside. What ran again for
 * nothing is taken out afterwards, as a compiler does and as PyTorch does by stopping early. */
#include "core/step/step.h"

/* The state of a turn is what the turn before left: of a loop that runs again, its own. */
static void own_state(struct lt_step *step, struct lt_step_op *replay, const lt_tensor *again)
{
    struct lt_op *op = lt_alloc(step->arena, sizeof *op);
    if (!op) {
        step->status = LT_NO_MEMORY;
        return;
    }
    *op = *replay->op;
    if (op->dim[0] != LT_NO_TENSOR && again[op->dim[0]] != LT_NO_TENSOR)
        op->dim[0] = again[op->dim[0]];
    replay->op = op;
}

static bool is_product(const struct lt_op *op)
{
    uint8_t op_class = lt_ops[op->kind].op_class;
    return op_class == LT_CLASS_GEMM || op_class == LT_CLASS_CONV || op_class == LT_CLASS_DEPTHWISE;
}

static void replay_op(struct lt_step *step, uint32_t index, lt_tensor *again)
{
    const struct lt_step_op forward = step->op[index];
    if (step->lowering->merges_products && is_product(forward.op))
        return; /* its first result is kept instead */
    const lt_tensor *operand = step->operand + forward.operand;
    struct lt_step_op *op = lt_step_add(step, LT_STEP_OP, LT_PHASE_BACKWARD, forward.layer, forward.region, operand,
                                        forward.in_count, operand + forward.in_count, forward.out_count);
    if (!op)
        return;
    uint32_t own = op->operand;
    *op = forward;
    op->phase = LT_PHASE_BACKWARD;
    op->operand = own;
    lt_tensor *x = step->operand + own;
    for (int i = 0; i < op->in_count; i++, x++)
        *x = again[*x] == LT_NO_TENSOR ? *x : again[*x];
    for (int i = 0; i < op->out_count && !step->status; i++, x++) {
        const struct lt_tensor_info info = *lt_step_info(step, *x);
        again[*x] = lt_step_tensor(step, (enum lt_role)info.role, info.elements, (enum lt_dtype)info.dtype, info.layer,
                                   info.region);
        *x = again[*x];
    }
}

void lt_step_replay(struct lt_step *step, const struct lt_segment *segment, lt_tensor *again)
{
    uint32_t first = step->op_count;
    for (uint32_t i = segment->first; i < segment->end && !step->status; i++)
        replay_op(step, i, again);
    for (uint32_t i = first; i < step->op_count && !step->status; i++)
        if (step->op[i].op->kind == LT_OP_STATE)
            own_state(step, &step->op[i], again);
}

void lt_step_prune_replays(struct lt_step *step)
{
    if (!step->segment_count || step->status)
        return;
    bool *read = lt_alloc(step->arena, step->lowered.program.tensor_count + 1u);
    bool *needed = lt_alloc(step->arena, step->op_count + 1u);
    if (!read || !needed) {
        step->status = LT_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        if (lt_is_replay(op) && op->op->kind == LT_OP_STATE && op->op->dim[0] != LT_NO_TENSOR)
            read[op->op->dim[0]] = true; /* what a turn of a loop leaves is read by the next one */
    }
    for (uint32_t i = step->op_count; i-- > 0;) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *operand = step->operand + op->operand;
        needed[i] = !lt_is_replay(op);
        for (int k = 0; k < op->out_count; k++)
            needed[i] |= read[operand[op->in_count + k]];
        for (int k = 0; k < op->in_count; k++)
            read[operand[k]] |= needed[i];
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < step->op_count; i++)
        if (needed[i])
            step->op[count++] = step->op[i];
    step->op_count = count;
}
