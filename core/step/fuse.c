/* What a compiler makes of chains of elementwise ops: one kernel that reads its external inputs once and writes what
 * others need once. An op joins the first op that reads its result, where both may fuse, in the same phase and region;
 * a kernel holds at most one norm, softmax or reduction. Linear in the ops of the step. */
#include "core/base/checked.h"
#include "core/step/step.h"

#include <string.h>

#define NONE UINT32_MAX

struct fusing {
    struct lt_step *step;
    struct lt_step_op *op;        /* the fused ops */
    lt_tensor *operand;           /* and theirs */
    uint32_t *into, *root, *next; /* per op: what it joins, the kernel it ends in, the next op of that kernel */
    uint32_t *reader, *maker;     /* per tensor: the first op that reads it, the one that makes it */
    uint32_t *seen;               /* per tensor: the kernel that has it among its inputs */
    bool *outside;                /* per tensor: another kernel reads it, or nobody */
    bool *heavy;                  /* per op: its kernel holds a norm, softmax or reduction */
    uint32_t operand_count;
};

static bool is_heavy(const struct lt_step_op *op)
{
    if (op->kind != LT_STEP_OP)
        return op->kind == LT_STEP_REDUCE;
    uint8_t op_class = lt_ops[op->op->kind].op_class;
    return op_class == LT_CLASS_NORM || op_class == LT_CLASS_SOFTMAX || op_class == LT_CLASS_REDUCE;
}

static bool may_fuse(const struct lt_step *step, const struct lt_step_op *op)
{
    if (op->kind == LT_STEP_SUM || op->kind == LT_STEP_REDUCE)
        return true;
    return op->kind == LT_STEP_OP && (step->lowering->fused_classes >> lt_ops[op->op->kind].op_class & 1u);
}

static const lt_tensor *operands(const struct fusing *f, uint32_t op)
{
    return f->step->operand + f->step->op[op].operand;
}

static void find_readers(struct fusing *f)
{
    for (uint32_t i = f->step->op_count; i-- > 0;) {
        const struct lt_step_op *op = &f->step->op[i];
        for (int k = 0; k < op->in_count; k++)
            f->reader[operands(f, i)[k]] = i;
        for (int k = 0; k < op->out_count; k++)
            f->maker[operands(f, i)[op->in_count + k]] = i;
    }
}

static void join(struct fusing *f)
{
    struct lt_step *step = f->step;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        f->heavy[i] |= is_heavy(op);
        uint32_t first = NONE;
        for (int k = 0; k < op->out_count && may_fuse(step, op); k++) {
            uint32_t reader = f->reader[operands(f, i)[op->in_count + k]];
            first = reader < first ? reader : first;
        }
        if (first == NONE)
            continue;
        const struct lt_step_op *to = &step->op[first];
        bool fits = may_fuse(step, to) && to->phase == op->phase && to->region == op->region;
        if (!fits || (f->heavy[i] && (f->heavy[first] || is_heavy(to))))
            continue;
        f->into[i] = first;
        f->heavy[first] |= f->heavy[i];
    }
    for (uint32_t i = step->op_count; i-- > 0;) {
        f->root[i] = f->into[i] == NONE ? i : f->root[f->into[i]];
        if (f->root[i] == i)
            continue;
        f->next[i] = f->next[f->root[i]];
        f->next[f->root[i]] = i;
    }
}

static void find_outside(struct fusing *f)
{
    for (uint32_t i = 0; i < f->step->op_count; i++) {
        const struct lt_step_op *op = &f->step->op[i];
        for (int k = 0; k < op->in_count; k++) {
            lt_tensor x = operands(f, i)[k];
            f->outside[x] |= f->maker[x] == NONE || f->root[f->maker[x]] != f->root[i];
        }
        for (int k = 0; k < op->out_count; k++) {
            lt_tensor x = operands(f, i)[op->in_count + k];
            f->outside[x] |= f->reader[x] == NONE;
        }
    }
}

/* Inputs, or results, of one op of a kernel that the outside has a part in. */
static uint16_t gather(struct fusing *f, uint32_t op, uint32_t kernel, bool results)
{
    uint16_t count = 0;
    const struct lt_step_op *o = &f->step->op[op];
    int from = results ? o->in_count : 0, to = results ? o->in_count + o->out_count : o->in_count;
    for (int k = from; k < to; k++) {
        lt_tensor x = operands(f, op)[k];
        bool inner = f->maker[x] != NONE && f->root[f->maker[x]] == kernel;
        if (results ? !f->outside[x] : inner || f->seen[x] == kernel)
            continue;
        if (!results)
            f->seen[x] = kernel;
        f->operand[f->operand_count++] = x;
        count++;
    }
    return count;
}

static uint64_t own_bytes(const struct fusing *f, const lt_tensor *x, int count)
{
    uint64_t sum = 0;
    for (int k = 0; k < count; k++)
        sum = lt_add(sum, lt_step_bytes(f->step, x[k]));
    return sum;
}

/* The kernel that op `last` ends. A norm passes over its operand more than once, fused or not. */
static struct lt_step_op fused(struct fusing *f, uint32_t last)
{
    struct lt_step_op kernel = f->step->op[last];
    uint64_t more = 0;
    kernel.operand = f->operand_count;
    kernel.in_count = kernel.out_count = 0;
    for (uint32_t i = last; i != NONE; i = f->next[i])
        kernel.in_count = (uint16_t)(kernel.in_count + gather(f, i, last, false));
    for (uint32_t i = last; i != NONE; i = f->next[i]) {
        const struct lt_step_op *op = &f->step->op[i];
        kernel.out_count = (uint16_t)(kernel.out_count + gather(f, i, last, true));
        kernel.scratch_bytes = lt_max(kernel.scratch_bytes, op->scratch_bytes);
        if (!is_heavy(op))
            continue;
        uint64_t own = own_bytes(f, operands(f, i), op->in_count + op->out_count);
        more = op->bytes > own ? op->bytes - own : 0;
        kernel.op = op->op;
        kernel.row = op->row;
        kernel.kind = op->kind;
        kernel.path = op->path;
        kernel.kernels = op->kernels;
    }
    kernel.kernels = f->heavy[last] ? kernel.kernels : 1;
    kernel.bytes = lt_add(own_bytes(f, f->operand + kernel.operand, kernel.in_count + kernel.out_count), more);
    return kernel;
}

static void rebuild(struct fusing *f)
{
    struct lt_step *step = f->step;
    uint32_t count = 0;
    for (uint32_t i = 0; i < step->op_count; i++) {
        if (f->root[i] != i)
            continue;
        struct lt_step_op op = step->op[i];
        if (f->next[i] != NONE) {
            op = fused(f, i);
        } else {
            uint32_t operand_count = (uint32_t)(op.in_count + op.out_count);
            memcpy(f->operand + f->operand_count, operands(f, i), operand_count * sizeof *f->operand);
            op.operand = f->operand_count;
            f->operand_count += operand_count;
        }
        f->op[count++] = op;
    }
    step->op = f->op;
    step->op_count = step->op_capacity = count;
    step->operand = f->operand;
    step->operand_count = step->operand_capacity = f->operand_count;
}

static uint32_t *all_none(struct lt_arena *arena, uint32_t count)
{
    uint32_t *list = lt_alloc_raw(arena, count + 1u, sizeof *list);
    if (list)
        memset(list, 0xff, (count + 1u) * sizeof *list);
    return list;
}

void lt_step_fuse(struct lt_step *step)
{
    struct lt_arena *arena = step->arena;
    uint32_t ops = step->op_count, tensors = step->lowered.program.tensor_count;
    if (!step->lowering->fused_classes || step->status)
        return;
    struct fusing f = {
        .step = step,
        .op = lt_alloc_raw(arena, ops + 1u, sizeof *f.op),
        .operand = lt_alloc_raw(arena, step->operand_count + 1u, sizeof *f.operand),
        .into = all_none(arena, ops),
        .root = all_none(arena, ops),
        .next = all_none(arena, ops),
        .reader = all_none(arena, tensors),
        .maker = all_none(arena, tensors),
        .seen = all_none(arena, tensors),
        .outside = lt_alloc(arena, tensors + 1u),
        .heavy = lt_alloc(arena, ops + 1u),
    };
    if (!f.op || !f.operand || !f.into || !f.root || !f.next || !f.reader || !f.maker || !f.seen || !f.outside ||
        !f.heavy) {
        step->status = LT_NO_MEMORY;
        return;
    }
    find_readers(&f);
    join(&f);
    find_outside(&f);
    rebuild(&f);
}
