/* What a compiler makes of chains of elementwise ops: one kernel that reads its external inputs once and writes what
 * others need once. An op joins the first op that reads its result, where both may fuse, in the same phase and region;
 * a kernel holds at most one norm, softmax or reduction. Linear in the ops of the step. */
#include "core/base/checked.h"
#include "core/step/step.h"

#include <string.h>

#define NONE UINT32_MAX

/* Of one op. */
struct link {
    uint32_t root, next; /* the op its kernel ends in; the next op of that kernel */
    bool fusible;
    bool heavy; /* its kernel holds a norm, softmax or reduction */
};

/* Of one tensor. */
struct use {
    uint32_t reader, maker; /* the first op that reads it, the one that makes it */
    uint32_t seen;          /* the kernel that has it among its inputs */
    bool outside;           /* another kernel reads it, or nobody does */
};

struct fusing {
    struct lt_step *step;
    struct lt_step_op *op; /* the fused ops */
    lt_tensor *operand;    /* those of the step, then those of the kernels of several ops */
    uint32_t operand_count;
    struct link *link; /* per op */
    struct use *use;   /* per tensor */
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

static void find_uses(struct fusing *f)
{
    for (uint32_t i = f->step->op_count; i-- > 0;) {
        const struct lt_step_op *op = &f->step->op[i];
        const lt_tensor *in = operands(f, i), *out = in + op->in_count;
        f->link[i] = (struct link){i, NONE, may_fuse(f->step, op), is_heavy(op)};
        for (int k = 0; k < op->in_count; k++) {
            f->use[in[k]].reader = i;
            f->use[in[k]].outside = false;
        }
        for (int k = 0; k < op->out_count; k++)
            f->use[out[k]].maker = i;
    }
}

/* The first op that reads a result of op i; NONE: nobody does. */
static uint32_t first_reader(const struct fusing *f, uint32_t i)
{
    const struct lt_step_op *op = &f->step->op[i];
    const lt_tensor *out = operands(f, i) + op->in_count;
    uint32_t first = NONE;
    for (int k = 0; k < op->out_count; k++)
        first = f->use[out[k]].reader < first ? f->use[out[k]].reader : first;
    return first;
}

/* First what each op joins, in `root`; then, from the end, the kernels that these chains end in. */
static void join(struct fusing *f)
{
    const struct lt_step *step = f->step;
    for (uint32_t i = 0; i < step->op_count; i++) {
        struct link *link = &f->link[i];
        uint32_t first = link->fusible ? first_reader(f, i) : NONE;
        if (first == NONE)
            continue;
        struct link *to = &f->link[first];
        bool fits = to->fusible && step->op[first].phase == step->op[i].phase &&
                    step->op[first].region == step->op[i].region && !(link->heavy && to->heavy);
        if (!fits)
            continue;
        link->root = first;
        to->heavy |= link->heavy;
    }
    for (uint32_t i = step->op_count; i-- > 0;) {
        struct link *link = &f->link[i];
        if (link->root == i)
            continue;
        link->root = f->link[link->root].root;
        link->next = f->link[link->root].next;
        f->link[link->root].next = i;
    }
}

static bool made_in(const struct fusing *f, lt_tensor x, uint32_t kernel)
{
    uint32_t maker = f->use[x].maker;
    return maker != NONE && f->link[maker].root == kernel;
}

static void find_outside(struct fusing *f)
{
    for (uint32_t i = 0; i < f->step->op_count; i++) {
        const uint32_t count = f->step->op[i].in_count, kernel = f->link[i].root;
        const lt_tensor *in = operands(f, i);
        for (uint32_t k = 0; k < count; k++)
            f->use[in[k]].outside |= !made_in(f, in[k], kernel);
    }
}

/* What one op of a kernel takes from outside, once for the kernel. */
static uint16_t gather_inputs(struct fusing *f, uint32_t op, uint32_t kernel)
{
    uint16_t count = 0;
    const lt_tensor *x = operands(f, op);
    for (int k = 0; k < f->step->op[op].in_count; k++) {
        if (f->use[x[k]].seen == kernel || made_in(f, x[k], kernel))
            continue;
        f->use[x[k]].seen = kernel;
        f->operand[f->operand_count++] = x[k];
        count++;
    }
    return count;
}

/* What others read of its results. */
static uint16_t gather_results(struct fusing *f, uint32_t op)
{
    uint16_t count = 0;
    const struct lt_step_op *o = &f->step->op[op];
    const lt_tensor *out = operands(f, op) + o->in_count;
    for (int k = 0; k < o->out_count; k++) {
        if (!f->use[out[k]].outside)
            continue;
        f->operand[f->operand_count++] = out[k];
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
    for (uint32_t i = last; i != NONE; i = f->link[i].next)
        kernel.in_count = (uint16_t)(kernel.in_count + gather_inputs(f, i, last));
    for (uint32_t i = last; i != NONE; i = f->link[i].next) {
        const struct lt_step_op *op = &f->step->op[i];
        kernel.out_count = (uint16_t)(kernel.out_count + gather_results(f, i));
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
    kernel.kernels = f->link[last].heavy ? kernel.kernels : 1;
    kernel.bytes = lt_add(own_bytes(f, f->operand + kernel.operand, kernel.in_count + kernel.out_count), more);
    return kernel;
}

static void rebuild(struct fusing *f)
{
    struct lt_step *step = f->step;
    uint32_t count = 0;
    for (uint32_t i = 0; i < step->op_count; i++) {
        if (f->link[i].root != i)
            continue;
        f->op[count++] = f->link[i].next == NONE ? step->op[i] : fused(f, i);
    }
    step->op = f->op;
    step->op_count = step->op_capacity = count;
    step->operand = f->operand;
    step->operand_count = step->operand_capacity = f->operand_count;
}

void lt_step_fuse(struct lt_step *step)
{
    struct lt_arena *arena = step->arena;
    uint32_t ops = step->op_count, tensors = step->lowered.program.tensor_count;
    if (!step->lowering->fused_classes || !ops || step->status)
        return;
    struct fusing f = {
        .step = step,
        .op = lt_alloc_raw(arena, ops + 1u, sizeof *f.op),
        .operand = lt_alloc_raw(arena, 2 * (size_t)step->operand_count + 1, sizeof *f.operand),
        .operand_count = step->operand_count,
        .link = lt_alloc_raw(arena, ops + 1u, sizeof *f.link),
        .use = lt_alloc_raw(arena, tensors + 1u, sizeof *f.use),
    };
    if (!f.op || !f.operand || !f.link || !f.use) {
        step->status = LT_NO_MEMORY;
        return;
    }
    for (uint32_t x = 0; x < tensors; x++)
        f.use[x] = (struct use){NONE, NONE, NONE, true};
    memcpy(f.operand, step->operand, step->operand_count * sizeof *f.operand);
    find_uses(&f);
    join(&f);
    find_outside(&f);
    rebuild(&f);
}
