/* The backward pass, derived from the forward ops: nothing here knows a layer kind. */
#include "core/base/checked.h"
#include "core/step/step.h"
#include "core/step/update.h"

#include <string.h>

/* Gradients that arrived for a tensor and are not yet added up, the last one first. Nearly all tensors have one. */
struct partial {
    lt_tensor gradient; /* LT_NO_TENSOR: none */
    struct partial *before;
};

struct backward {
    struct lt_step *step;
    struct partial *partial; /* per tensor of the forward pass */
    uint32_t *first_use;     /* per tensor: the forward op that takes it first; UINT32_MAX: none */
    uint32_t *made_by;       /* per tensor: the forward op that makes it; UINT32_MAX: none */
    bool *materialised;      /* per tensor: it lies in memory whatever a compiler fuses */
    uint32_t *segment;       /* per forward op: 1 + its segment of recomputation; 0: none */
    lt_tensor *again;        /* per tensor: what was computed again in its place; LT_NO_TENSOR: nothing */
    uint32_t now;            /* the forward op whose gradient is made */
    struct lt_updates updates;
};

static void arrive(struct backward *w, lt_tensor x, lt_tensor gradient)
{
    struct partial *last = &w->partial[x], *before = NULL;
    if (last->gradient != LT_NO_TENSOR) {
        before = lt_alloc_raw(w->step->arena, 1, sizeof *before);
        if (!before) {
            w->step->status = LT_NO_MEMORY;
            return;
        }
        *before = *last;
    }
    *last = (struct partial){gradient, before};
}

static void forget(struct backward *w, lt_tensor x)
{
    w->partial[x] = (struct partial){LT_NO_TENSOR, NULL};
}

/* All that arrived for x as one tensor; LT_NO_TENSOR where nothing did. */
static lt_tensor total(struct backward *w, lt_tensor x)
{
    struct lt_step *step = w->step;
    const struct partial *p = &w->partial[x];
    if (!p->before)
        return p->gradient;
    lt_tensor in[64];
    int count = 0;
    for (; p && count < 64; p = p->before)
        in[count++] = p->gradient;
    const struct lt_tensor_info info = *lt_step_info(step, in[0]);
    lt_tensor sum = lt_step_tensor(step, (enum lt_role)info.role, info.elements, (enum lt_dtype)info.dtype, info.layer,
                                   info.region);
    struct lt_step_op *op =
        lt_step_add(step, LT_STEP_SUM, LT_PHASE_BACKWARD, info.layer, info.region, in, count, &sum, 1);
    if (op) {
        op->dtype = info.dtype;
        op->bytes = lt_mul(lt_step_bytes(step, sum), (uint64_t)count + 1);
    }
    forget(w, x);
    arrive(w, x, sum);
    return sum;
}

static lt_tensor new_gradient(struct backward *w, lt_tensor of, const struct lt_op *op)
{
    const struct lt_tensor_info info = *lt_step_info(w->step, of);
    bool variable = info.role == LT_ROLE_VARIABLE;
    return lt_step_tensor(w->step, variable ? LT_ROLE_VARIABLE_GRADIENT : LT_ROLE_GRADIENT, info.elements,
                          (enum lt_dtype)info.dtype, op->layer, info.region);
}

enum { MAX_READ = 16 };

/* The tensor that a gradient reads for x: x itself, or what was computed again in its place. */
static lt_tensor current(const struct backward *w, lt_tensor x)
{
    return w->again[x] == LT_NO_TENSOR ? x : w->again[x];
}

/* Adds what has to be kept for x: x itself, or, where a compiler computes it again from its operands, those. Matrix
 * products read their operands as they stand in memory, so what is made for one is there anyway; so is what comes from
 * another segment of recomputation than `segment`. */
static void read_kept(const struct backward *w, lt_tensor x, uint32_t segment, int depth, lt_tensor *in, int *in_count)
{
    const struct lt_step *step = w->step;
    uint32_t at = w->made_by[x];
    const struct lt_step_op *maker = at == UINT32_MAX || w->segment[at] != segment ? NULL : &step->op[at];
    bool again = maker && depth < MAX_READ && (maker->row->flags & LT_RECOMPUTED) && !maker->region &&
                 !w->materialised[x] && *in_count + maker->in_count <= MAX_READ;
    for (int i = 0; again && i < maker->in_count; i++)
        read_kept(w, step->operand[maker->operand + (uint32_t)i], segment, depth + 1, in, in_count);
    if (again)
        return;
    x = current(w, x);
    for (int i = 0; i < *in_count; i++)
        if (in[i] == x)
            return;
    if (*in_count < MAX_READ)
        in[(*in_count)++] = x;
}

/* One op of the gradient of `op`: reads dY and what `keep` names, gives the gradients out[]. */
static void emit(struct backward *w, const struct lt_step_op *forward, enum lt_path path, const lt_tensor *dy,
                 int dy_count, unsigned keep, const lt_tensor *out, int out_count, int kernels, float passes)
{
    struct lt_step *step = w->step;
    const struct lt_op *op = forward->op;
    const lt_tensor *operand = step->operand + forward->operand;
    lt_tensor in[MAX_READ + 8];
    int in_count = 0;
    uint64_t largest = 0;
    bool as_it_is = path != LT_PATH_OTHER;
    uint32_t segment = w->segment[w->now];
    for (int i = 0; i < dy_count && in_count < 8; i++)
        in[in_count++] = dy[i];
    for (int i = 0; i < 3 && i < op->in_count; i++)
        if (keep & (1u << i))
            read_kept(w, operand[i], segment, as_it_is ? MAX_READ : 0, in, &in_count);
    if (keep & LT_OUT)
        read_kept(w, operand[op->in_count], segment, MAX_READ, in, &in_count);
    for (int i = op->out_count; i < forward->out_count; i++)
        in[in_count++] = current(w, operand[op->in_count + i]); /* what the op made for this */
    struct lt_step_op *made =
        lt_step_add(step, LT_STEP_OP, LT_PHASE_BACKWARD, op->layer, op->region, in, in_count, out, out_count);
    if (!made)
        return;
    made->op = op;
    made->row = forward->row;
    made->path = (uint8_t)path;
    made->dtype = forward->dtype;
    made->kernels = (uint8_t)kernels;
    for (int i = 0; i < in_count; i++) {
        made->bytes = lt_add(made->bytes, lt_step_bytes(step, in[i]));
        largest = lt_max(largest, lt_step_bytes(step, in[i]));
    }
    for (int i = 0; i < out_count; i++)
        made->bytes = lt_add(made->bytes, lt_step_bytes(step, out[i]));
    if (op->region && lt_ops[op->kind].op_class == LT_CLASS_COPY && dy_count)
        made->bytes = lt_mul(2, lt_step_bytes(step, dy[0])); /* one step's share of a longer tensor */
    if (passes > 0 && largest != LT_HUGE)
        made->bytes = (uint64_t)((double)passes * (double)largest);
    uint64_t unit = dy_count ? lt_step_bytes(step, dy[0]) : 0;
    made->scratch_bytes = (uint64_t)((double)forward->row->scratch[1] * (double)unit);
}

/* dY as it is, or summed over the axes along which the operand was broadcast. */
static void pass_on(struct backward *w, const struct lt_step_op *forward, lt_tensor dy, lt_tensor x)
{
    struct lt_step *step = w->step;
    uint64_t elements = lt_step_info(step, x)->elements;
    if (elements == lt_step_info(step, dy)->elements && lt_step_info(step, x)->role != LT_ROLE_VARIABLE) {
        arrive(w, x, dy);
        return;
    }
    lt_tensor dx = new_gradient(w, x, forward->op);
    struct lt_step_op *made =
        lt_step_add(step, LT_STEP_REDUCE, LT_PHASE_BACKWARD, forward->layer, forward->region, &dy, 1, &dx, 1);
    if (!made)
        return;
    made->dtype = forward->dtype;
    made->bytes = lt_add(lt_step_bytes(step, dy), lt_step_bytes(step, dx));
    arrive(w, x, dx);
}

static bool is_gemm(const struct lt_op *op)
{
    uint8_t op_class = lt_ops[op->kind].op_class;
    return op_class == LT_CLASS_GEMM || op_class == LT_CLASS_CONV || op_class == LT_CLASS_DEPTHWISE;
}

/* Matmul and convolution: a kernel of their own for each operand. */
static void gemm_gradients(struct backward *w, const struct lt_step_op *forward, const lt_tensor *dy)
{
    const struct lt_op *op = forward->op;
    for (int i = op->in_count - 1; i >= 0; i--) {
        lt_tensor x = w->step->operand[forward->operand + (uint32_t)i];
        if (!w->step->flows[x])
            continue;
        lt_tensor dx = new_gradient(w, x, op);
        emit(w, forward, i == 0 ? LT_PATH_OPERAND : LT_PATH_KERNEL, dy, 1, forward->row->keep[i], &dx, 1,
             forward->row->kernels[1], 0);
        arrive(w, x, dx);
    }
}

/* Everything else: one op for all operands whose gradient is not dY itself. */
static void other_gradients(struct backward *w, const struct lt_step_op *forward, const lt_tensor *dy, int dy_count)
{
    const struct lt_op *op = forward->op;
    const struct lt_lowering *row = forward->row;
    lt_tensor out[8];
    int out_count = 0;
    unsigned keep = 0;
    for (int i = 0; i < op->in_count; i++) {
        lt_tensor x = w->step->operand[forward->operand + (uint32_t)i];
        if (!w->step->flows[x])
            continue;
        if (i < 8 && (row->pass & (1u << i))) {
            pass_on(w, forward, dy[0], x);
            continue;
        }
        keep |= row->keep[i < 3 ? i : 0];
        lt_tensor dx = new_gradient(w, x, op);
        if (dx == LT_NO_TENSOR)
            return;
        arrive(w, x, dx);
        if (out_count < 8)
            out[out_count++] = dx;
    }
    if (out_count)
        emit(w, forward, LT_PATH_OTHER, dy, dy_count, keep, out, out_count, row->kernels[1], row->passes[1]);
}

static void backward_op(struct backward *w, uint32_t index)
{
    struct lt_step *step = w->step;
    uint32_t segment = w->segment[index];
    if (segment && index + 1 == step->segment[segment - 1].end)
        lt_step_replay(step, &step->segment[segment - 1], w->again);
    w->now = index;
    const struct lt_step_op forward = step->op[index];
    const struct lt_op *op = forward.op;
    lt_tensor dy[8];
    int dy_count = 0;
    if (!op->in_count)
        return; /* states and masks: nothing before them wants a gradient */
    for (int i = 0; i < op->out_count && dy_count < 8; i++) {
        lt_tensor y = step->operand[forward.operand + op->in_count + (uint32_t)i];
        lt_tensor gradient = step->flows[y] ? total(w, y) : LT_NO_TENSOR;
        if (gradient != LT_NO_TENSOR)
            dy[dy_count++] = gradient;
    }
    if (dy_count && is_gemm(op))
        gemm_gradients(w, &forward, dy);
    else if (dy_count)
        other_gradients(w, &forward, dy, dy_count);
    for (int i = 0; i < op->in_count; i++) {
        lt_tensor x = step->operand[forward.operand + (uint32_t)i];
        if (lt_step_info(step, x)->role == LT_ROLE_VARIABLE && step->flows[x] && w->first_use[x] == index &&
            lt_update_arrived(&w->updates, x, total(w, x)))
            forget(w, x);
    }
}

/* The gradient of each loss with respect to itself is one number. */
static void seed(struct backward *w, uint32_t forward_ops)
{
    for (uint32_t i = 0; i < forward_ops; i++) {
        const struct lt_step_op *forward = &w->step->op[i];
        if (forward->op->kind != LT_OP_LOSS)
            continue;
        lt_tensor y = w->step->operand[forward->operand + forward->in_count];
        if (w->step->flows[y])
            arrive(w, y, lt_step_tensor(w->step, LT_ROLE_GRADIENT, 1, LT_FLOAT32, forward->layer, 0));
    }
}

/* Who makes each tensor and takes it first. What a matrix product takes, and a sum of branches with several consumers,
 * lies in memory. */
static void find_uses(struct backward *w, uint32_t forward_ops, uint32_t tensors)
{
    const struct lt_step *step = w->step;
    memset(w->first_use, 0xff, tensors * sizeof *w->first_use);
    memset(w->made_by, 0xff, tensors * sizeof *w->made_by);
    for (uint32_t i = forward_ops; i-- > 0;) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *operand = step->operand + op->operand;
        for (int k = 0; k < op->in_count; k++) {
            bool again = w->first_use[operand[k]] != UINT32_MAX;
            w->materialised[operand[k]] |= again || is_gemm(op->op);
            w->first_use[operand[k]] = i;
        }
        for (int k = 0; k < op->out_count; k++)
            w->made_by[operand[op->in_count + k]] = i;
        if (op->op->kind == LT_OP_ALIAS && op->in_count) /* a view of what lies in memory */
            w->materialised[operand[0]] |= w->materialised[operand[op->in_count]];
    }
}

void lt_step_backward(struct lt_step *step)
{
    uint32_t forward_ops = step->op_count, tensors = step->lowered.program.tensor_count;
    struct backward w = {
        .step = step,
        .partial = lt_alloc_raw(step->arena, tensors, sizeof *w.partial),
        .first_use = lt_alloc_raw(step->arena, tensors, sizeof *w.first_use),
        .made_by = lt_alloc_raw(step->arena, tensors, sizeof *w.made_by),
        .materialised = lt_alloc(step->arena, tensors + 1u),
        .segment = lt_alloc_array(step->arena, forward_ops + 1u, sizeof *w.segment),
        .again = lt_alloc_raw(step->arena, tensors + 1u, sizeof *w.again),
        .updates = lt_updates_of(step),
    };
    if (!w.partial || !w.first_use || !w.made_by || !w.materialised || !w.segment || !w.again) {
        step->status = LT_NO_MEMORY;
        return;
    }
    for (uint32_t x = 0; x < tensors; x++)
        forget(&w, x);
    memset(w.again, 0xff, tensors * sizeof *w.again);
    for (uint32_t s = 0; s < step->segment_count; s++)
        for (uint32_t i = step->segment[s].first; i < step->segment[s].end; i++)
            w.segment[i] = s + 1;
    find_uses(&w, forward_ops, tensors);
    seed(&w, forward_ops);
    for (uint32_t i = forward_ops; i-- > 0 && !step->status;)
        backward_op(&w, i);
    for (uint32_t x = 0; x < tensors && !step->status; x++)
        if (lt_step_info(step, x)->role == LT_ROLE_VARIABLE && step->flows[x])
            lt_update_last(&w.updates, x, total(&w, x));
}
