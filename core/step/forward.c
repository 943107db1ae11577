/* The forward pass: the lowered ops one by one, each with the tensors it makes for its own gradient, and what wants
 * one. */
#include "core/base/checked.h"
#include "core/step/step.h"

enum { MAX_EXTRA = 2 };

static uint64_t extra_elements(const struct lt_step *step, const struct lt_op *op, const struct lt_extra *extra)
{
    const lt_tensor *operand = step->lowered.program.operand + op->operand;
    uint64_t base = 0;
    switch (extra->of) {
    case LT_OF_OUT:
        base = lt_step_info(step, operand[op->in_count])->elements;
        break;
    case LT_OF_IN:
        base = op->in_count ? lt_step_info(step, operand[0])->elements : 0;
        break;
    case LT_OF_IN1:
        base = op->in_count > 1 ? lt_step_info(step, operand[1])->elements : 0;
        break;
    case LT_OF_DIM0:
        base = op->dim[0];
        break;
    case LT_OF_QUERIES:
        base = lt_mul(op->dim[0], lt_mul(op->dim[1], op->dim[2]));
        break;
    case LT_OF_SEQUENCE:
        base = lt_mul(op->dim[0], lt_mul(op->dim[1], op->dim[3]));
        break;
    }
    return base == LT_HUGE ? LT_HUGE : (uint64_t)((double)extra->count * (double)base);
}

/* A result wants a gradient if an operand does and the op lets it through. */
static bool flows_through(const struct lt_step *step, const struct lt_op *op, const struct lt_lowering *row)
{
    if (row->flags & LT_NO_GRADIENT)
        return false;
    const lt_tensor *operand = step->lowered.program.operand + op->operand;
    if (op->kind == LT_OP_STATE)
        return true; /* what a turn before made of trainable kernels */
    for (int i = 0; i < op->in_count; i++)
        if (step->flows[operand[i]])
            return true;
    return false;
}

static uint64_t traffic(const struct lt_step *step, const struct lt_step_op *op, float passes)
{
    const lt_tensor *operand = step->operand + op->operand;
    uint64_t sum = 0, largest = 0;
    for (int i = 0; i < op->in_count + op->out_count; i++) {
        uint64_t bytes = lt_step_bytes(step, operand[i]);
        sum = lt_add(sum, bytes);
        largest = lt_max(largest, bytes);
    }
    if (passes <= 0 || largest == LT_HUGE)
        return sum;
    return (uint64_t)((double)passes * (double)largest);
}

static void forward_op(struct lt_step *step, const struct lt_op *op, bool training)
{
    const struct lt_lowering *row = lt_lowering_row(&step->rows, op);
    const lt_tensor *operand = step->lowered.program.operand + op->operand;
    lt_tensor out[8 + MAX_EXTRA];
    int out_count = op->out_count < 8 ? op->out_count : 8;
    for (int i = 0; i < out_count; i++)
        out[i] = operand[op->in_count + i];
    uint8_t dtype = out_count ? lt_step_info(step, out[0])->dtype : LT_FLOAT32;
    bool flows = training && flows_through(step, op, row);
    for (int i = 0; i < out_count; i++)
        step->flows[out[i]] = flows && lt_dtypes[lt_step_info(step, out[i])->dtype].floating;
    for (int i = 0; i < MAX_EXTRA && flows && row->extra[i].count > 0; i++) {
        enum lt_dtype kept = row->extra[i].dtype == LT_SAME ? (enum lt_dtype)dtype : (enum lt_dtype)row->extra[i].dtype;
        out[out_count++] = lt_step_tensor(step, LT_ROLE_ACTIVATION, extra_elements(step, op, &row->extra[i]), kept,
                                          op->layer, op->region);
    }
    operand = step->lowered.program.operand + op->operand;
    struct lt_step_op *made =
        lt_step_add(step, LT_STEP_OP, LT_PHASE_FORWARD, op->layer, op->region, operand, op->in_count, out, out_count);
    if (!made)
        return;
    made->op = op;
    made->row = row;
    made->dtype = dtype;
    made->kernels = row->kernels[0];
    made->bytes = row->kernels[0] ? traffic(step, made, row->passes[0]) : 0;
    if (op->region && lt_ops[op->kind].op_class == LT_CLASS_COPY)
        made->bytes = lt_mul(2, lt_step_bytes(step, out[0])); /* one step's share of a longer tensor */
    made->scratch_bytes = (uint64_t)((double)row->scratch[0] * (double)(out_count ? lt_step_bytes(step, out[0]) : 0));
}

void lt_step_forward(struct lt_step *step)
{
    const struct lt_program *program = &step->lowered.program;
    bool training = step->optimizer != NULL;
    uint32_t op_count = program->op_count;
    step->flows = lt_alloc(step->arena, program->tensor_count + 1u);
    if (!step->flows) {
        step->status = LT_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < program->tensor_count; i++)
        step->flows[i] = training && program->tensor[i].role == LT_ROLE_VARIABLE && program->tensor[i].trainable &&
                         lt_dtypes[program->tensor[i].dtype].floating;
    for (uint32_t i = 0; i < op_count && !step->status; i++)
        forward_op(step, &step->lowered.program.op[i], training);
}
