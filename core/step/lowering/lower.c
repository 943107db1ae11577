#include "core/step/lowering/lowering.h"

#include "core/model/kind.h"

struct lowering {
    const struct lt_builder *from;
    const struct lt_lowering_rows *rows;
    struct lt_builder *to;
};

/* The first case for the op, else the row of the table that the bases end on. */
static const struct lt_lowering *find_row(const struct lt_framework_lowering *lowering, const struct lt_op *op)
{
    for (;; lowering = lowering->base) {
        for (int i = 0; i < lowering->special_count; i++) {
            const struct lt_lowering_case *special = &lowering->special[i];
            if (special->op == op->kind && (!special->when || special->when(op)))
                return &special->row;
        }
        if (lowering->row)
            return &lowering->row[op->kind];
    }
}

struct lt_lowering_rows lt_lowering_rows_of(const struct lt_framework_lowering *lowering)
{
    struct lt_lowering_rows rows = {.lowering = lowering};
    bool known[LT_OP_COUNT] = {false};
    for (;; lowering = lowering->base) {
        for (int i = 0; i < lowering->special_count; i++) {
            const struct lt_lowering_case *special = &lowering->special[i];
            if (!known[special->op] && !special->when)
                rows.row[special->op] = &special->row;
            known[special->op] = true;
        }
        for (int kind = 0; kind < LT_OP_COUNT && lowering->row; kind++)
            if (!known[kind])
                rows.row[kind] = &lowering->row[kind];
        if (lowering->row)
            return rows;
    }
}

const struct lt_lowering *lt_lowering_row(const struct lt_lowering_rows *rows, const struct lt_op *op)
{
    const struct lt_lowering *row = rows->row[op->kind];
    return row ? row : find_row(rows->lowering, op);
}

static enum lt_dtype dtype_of(const struct lt_builder *b, lt_tensor x)
{
    return (enum lt_dtype)b->program.tensor[x].dtype;
}

/* An op that computes in float32 between half tensors: the operand cast, the result cast back. */
static void copy_in_float32(struct lt_builder *to, const struct lt_op *op, const lt_tensor *in, lt_tensor old)
{
    lt_tensor wide[LT_OP_DIMS];
    int count = op->in_count < LT_OP_DIMS ? op->in_count : LT_OP_DIMS;
    for (int i = 0; i < count; i++)
        wide[i] = lt_is_half(dtype_of(to, in[i])) ? lt_cast(to, in[i], LT_FLOAT32) : in[i];
    lt_op_copy(to, op, wide);
    lt_last_op(to)->flags |= LT_OP_WIDENED;
    lt_tensor result = lt_tensor_add(to, LT_ROLE_ACTIVATION, to->program.tensor[old].elements, LT_FLOAT32);
    if (result == LT_NO_TENSOR)
        return;
    lt_op_gives(to, 0, result);
    lt_op_add(to, LT_OP_CAST, &result, 1, 1);
    lt_op_gives(to, 0, old);
}

static void lower_op(struct lowering *l, const struct lt_op *op)
{
    struct lt_builder *to = l->to;
    const lt_tensor *operand = l->from->program.operand + op->operand;
    const lt_tensor *old = operand + op->in_count;
    lt_tensor made[4] = {LT_NO_TENSOR, LT_NO_TENSOR, LT_NO_TENSOR, LT_NO_TENSOR};
    if (op->out_count <= 4 && l->rows->lowering->expand(to, op, operand, made)) {
        for (int i = 0; i < op->out_count; i++) {
            lt_op_add(to, LT_OP_ALIAS, &made[i], 1, 1);
            lt_op_gives(to, 0, old[i]);
        }
        return;
    }
    const struct lt_lowering *row = lt_lowering_row(l->rows, op);
    if ((row->flags & LT_IN_FLOAT32) && op->out_count == 1 && lt_is_half(dtype_of(to, old[0]))) {
        copy_in_float32(to, op, operand, old[0]);
        return;
    }
    lt_op_copy(to, op, operand);
    for (int i = 0; i < op->out_count; i++)
        lt_op_gives(to, i, old[i]);
}

enum lt_status lt_lower(const struct lt_builder *from, const struct lt_lowering_rows *rows, struct lt_builder *to)
{
    struct lowering l = {from, rows, to};
    /* Tensors and regions go on in the same lists, ops and operands start anew. */
    *to = (struct lt_builder){
        .arena = from->arena,
        .program = {.tensor = from->program.tensor,
                    .tensor_count = from->program.tensor_count,
                    .region = from->program.region,
                    .region_count = from->program.region_count},
        .tensor_capacity = from->tensor_capacity,
        .region_capacity = from->region_capacity,
        .expected = 2 * from->program.op_count,
        .status = from->status,
    };
    struct lt_call call = {0};
    to->call = &call;
    for (uint32_t i = 0; i < from->program.op_count && !to->status; i++) {
        const struct lt_op *op = &from->program.op[i];
        call.index = op->layer;
        to->region = op->region;
        uint32_t first = to->program.op_count;
        lower_op(&l, op);
        for (uint32_t k = first; k < to->program.op_count; k++) {
            to->program.op[k].call = op->call;
            to->program.op[k].flags |= op->flags & LT_OP_ACTIVATION;
        }
    }
    for (uint32_t i = 0; i < to->program.op_count; i++)
        if (to->program.region[to->program.op[i].region].unrolled)
            to->program.op[i].flags |= LT_OP_UNROLLED;
    to->call = NULL;
    to->region = 0;
    return to->status;
}
