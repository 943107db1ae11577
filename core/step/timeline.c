#include "core/step/timeline.h"

#include <string.h>

#define NEVER UINT32_MAX

struct storage {
    uint64_t bytes;       /* of all copies, rounded */
    uint64_t true_bytes;  /* of all copies, not rounded */
    uint64_t turn_bytes;  /* of one copy: the largest tensor that looks at it */
    uint32_t first, last; /* op that makes it, op that reads it last */
    uint32_t layer;
    uint8_t class;      /* enum lt_memory_class */
    uint8_t pass;       /* enum pass that makes it */
    uint32_t over;      /* it takes the memory of this storage, which ends where it begins; NEVER: its own */
    bool outlives_pass; /* read in a later one */
    bool resident;      /* variables and inputs: counted apart */
    bool held;          /* the allocator has handed it out */
    bool result;        /* of a layer's call, where those stay until the model's call ends */
};

struct timeline {
    const struct lt_step *step;
    struct storage *storage;
    uint32_t *of; /* storage of each tensor; NEVER: none yet */
    uint32_t storage_count;
    uint32_t call_end; /* the op after which results of layers need no longer stay; NEVER: they do not */
};

/* The passes that a tensor may be handed on between: the forward pass, what of it runs again, gradients and updates. */
enum pass { PASS_FORWARD, PASS_AGAIN, PASS_GRADIENT };

static enum pass pass_of(const struct lt_step_op *op)
{
    return op->phase == LT_PHASE_FORWARD ? PASS_FORWARD : lt_is_replay(op) ? PASS_AGAIN : PASS_GRADIENT;
}

static bool is_alias(const struct lt_step_op *op, enum pass pass)
{
    if (op->kind != LT_STEP_OP || pass == PASS_GRADIENT || op->in_count < 1 || op->out_count < 1)
        return false;
    return op->op->kind == LT_OP_ALIAS || op->op->kind == LT_OP_STOP_GRADIENT;
}

static bool is_gradient(uint8_t role)
{
    return role == LT_ROLE_VARIABLE_GRADIENT;
}

/* The storage of a tensor that op i meets first; `pass`: the one that makes it. */
static uint32_t storage_new(struct timeline *t, uint32_t i, const struct lt_tensor_info *info, enum pass pass)
{
    const bool input = info->role == LT_ROLE_INPUT;
    t->storage[t->storage_count] = (struct storage){
        .first = i,
        .layer = info->layer,
        .over = NEVER,
        .class = is_gradient(info->role) ? LT_MEMORY_GRADIENTS : LT_MEMORY_TRANSIENT,
        .pass = (uint8_t)(input ? PASS_FORWARD : pass),
        .resident = input || info->role == LT_ROLE_VARIABLE,
    };
    return t->storage_count++;
}

/* What a turn of a loop leaves is what the next one finds: the result of a state op lies where its next value will. */
static void tie_state(struct timeline *t, uint32_t i)
{
    const struct lt_step_op *op = &t->step->op[i];
    if (op->kind != LT_STEP_OP || op->op->kind != LT_OP_STATE || op->op->dim[0] == LT_NO_TENSOR)
        return;
    lt_tensor state = t->step->operand[op->operand];
    uint32_t *next = &t->of[op->op->dim[0]];
    if (*next == NEVER)
        *next = storage_new(t, i, lt_step_info(t->step, state), pass_of(op));
    t->of[state] = *next;
}

/* A storage that lives on outside its loop exists once per turn. */
static uint64_t copies_of(const struct lt_step *step, const struct lt_tensor_info *info, bool outlives)
{
    return outlives && !is_gradient(info->role) ? step->lowered.program.region[info->region].times : 1;
}

/* Views share the storage of what they look at; what no op makes (variables) is there for the gradient pass too. */
static void span_storages(struct timeline *t)
{
    const struct lt_step *step = t->step;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *operand = step->operand + op->operand;
        const enum pass pass = pass_of(op);
        const bool alias = is_alias(op, pass);
        tie_state(t, i);
        for (int k = 0; k < op->in_count + op->out_count; k++) {
            const struct lt_tensor_info *info = lt_step_info(step, operand[k]);
            const bool made_here = k >= op->in_count;
            uint32_t *of = &t->of[operand[k]];
            if (*of == NEVER)
                *of =
                    made_here && alias ? t->of[operand[0]] : storage_new(t, i, info, made_here ? pass : PASS_GRADIENT);
            struct storage *s = &t->storage[*of];
            s->last = i;
            s->outlives_pass |= !made_here && pass > s->pass;
            bool outlives = info->region && (s->outlives_pass || op->region != info->region);
            s->turn_bytes = lt_max(s->turn_bytes, info->bytes);
            s->true_bytes = lt_max(s->true_bytes, lt_mul(s->turn_bytes, copies_of(step, info, outlives)));
        }
    }
}

/* Results of layers live until the last of them is there. */
static void hold_results(struct timeline *t)
{
    const struct lt_step *step = t->step;
    t->call_end = NEVER;
    for (uint32_t i = 0; i < step->op_count && step->lowering->results_stay; i++) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *out = step->operand + op->operand + op->in_count;
        for (int k = 0; k < op->out_count && op->phase == LT_PHASE_FORWARD; k++)
            if (lt_step_info(step, out[k])->result) {
                t->storage[t->of[out[k]]].result = true;
                t->call_end = i;
            }
    }
    for (uint32_t i = 0; i < t->storage_count && t->call_end != NEVER; i++)
        if (t->storage[i].result && t->storage[i].last < t->call_end)
            t->storage[i].last = t->call_end;
}

/* An elementwise op writes over its operand where nobody needs that any more. */
static void reuse_in_place(struct timeline *t)
{
    const struct lt_step *step = t->step;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        if (op->kind != LT_STEP_OP || !(op->row->flags & LT_IN_PLACE) || !op->in_count || !op->out_count)
            continue;
        const lt_tensor *operand = step->operand + op->operand;
        uint32_t from = t->of[operand[0]], to = t->of[operand[op->in_count]];
        struct storage *a = &t->storage[from], *b = &t->storage[to];
        if (a->last != i || a->resident || b->first != i || a->true_bytes != b->true_bytes || from == to)
            continue;
        b->over = from;
        a->last = i - 1; /* a was made by an earlier op, so i > 0 */
    }
}

static void classify(struct timeline *t, uint64_t unit, struct lt_timeline *out)
{
    for (uint32_t i = 0; i < t->storage_count; i++) {
        struct storage *s = &t->storage[i];
        s->bytes = s->true_bytes ? lt_round_up(s->true_bytes, unit) : 0;
        if (s->pass != PASS_FORWARD || !s->outlives_pass)
            continue;
        s->class = LT_MEMORY_KEPT;
        out->kept_bytes = lt_add(out->kept_bytes, s->true_bytes);
        if (s->layer != LT_NO_LAYER)
            out->layer_kept_bytes[s->layer] = lt_add(out->layer_kept_bytes[s->layer], s->true_bytes);
    }
}

/* Live bytes while the ops are walked through, and what was asked of the allocator so far. */
struct walking {
    const struct timeline *timeline;
    uint64_t live;
    struct lt_request *request;
    uint32_t request_count;
};

static void request(struct walking *w, uint32_t storage, bool frees, uint64_t bytes)
{
    w->request[w->request_count++] = (struct lt_request){storage, frees, bytes};
}

static void take(struct walking *w, struct storage *s)
{
    if (s->held || s->resident)
        return;
    s->held = true;
    request(w, (uint32_t)(s - w->timeline->storage), false, s->bytes);
    w->live = lt_add(w->live, s->bytes);
}

static void give_back(struct walking *w, struct storage *s)
{
    if (!s->held || w->live == LT_HUGE)
        return;
    s->held = false;
    request(w, (uint32_t)(s - w->timeline->storage), true, s->bytes);
    w->live -= s->bytes;
}

static void use_scratch(struct walking *w, uint64_t bytes)
{
    if (!bytes)
        return;
    request(w, w->timeline->storage_count, false, bytes);
    request(w, w->timeline->storage_count, true, bytes);
}

static void walk(struct walking *w, struct lt_moment *moment, struct lt_timeline *out)
{
    const struct timeline *t = w->timeline;
    const struct lt_step *step = t->step;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *operand = step->operand + op->operand;
        for (int k = op->in_count; k < op->in_count + op->out_count; k++) {
            struct storage *s = &t->storage[t->of[operand[k]]];
            if (s->first != i)
                continue;
            if (s->over != NEVER)
                give_back(w, &t->storage[s->over]);
            take(w, s);
        }
        use_scratch(w, op->scratch_bytes);
        uint64_t now = lt_add(w->live, op->scratch_bytes);
        moment[i] = (struct lt_moment){now, op->layer, op->phase};
        if (now > out->peak_bytes) {
            out->peak_bytes = now;
            out->peak_moment = i;
        }
        for (int k = 0; k < op->in_count + op->out_count; k++) {
            struct storage *s = &t->storage[t->of[operand[k]]];
            if (s->last == i)
                give_back(w, s);
        }
        for (uint32_t k = 0; i == t->call_end && k < t->storage_count; k++)
            if (t->storage[k].result && t->storage[k].last == i)
                give_back(w, &t->storage[k]);
    }
}

static void compose(const struct timeline *t, const struct lt_resident *resident, struct lt_timeline *out)
{
    uint32_t at = out->peak_moment;
    out->classes[LT_MEMORY_WEIGHTS] = resident->weight_bytes;
    out->classes[LT_MEMORY_OPTIMIZER] = resident->optimizer_bytes;
    out->classes[LT_MEMORY_INPUTS] = resident->input_bytes;
    out->classes[LT_MEMORY_GRADIENTS] = resident->gradient_bytes;
    if (!t->step->op_count)
        return;
    out->classes[LT_MEMORY_WORKSPACE] = t->step->op[at].scratch_bytes;
    for (uint32_t i = 0; i < t->storage_count; i++) {
        const struct storage *s = &t->storage[i];
        if (s->resident || s->first > at || s->last < at)
            continue;
        out->classes[s->class] = lt_add(out->classes[s->class], s->bytes);
        if (s->layer != LT_NO_LAYER)
            out->layer_peak_bytes[s->layer] = lt_add(out->layer_peak_bytes[s->layer], s->bytes);
    }
}

enum lt_status lt_timeline_make(const struct lt_step *step, const struct lt_resident *resident, uint32_t layer_count,
                                uint64_t round_bytes, struct lt_timeline *out)
{
    struct lt_arena *arena = step->arena;
    *out = (struct lt_timeline){0};
    const uint32_t tensors = step->lowered.program.tensor_count;
    struct timeline t = {.step = step};
    t.of = lt_alloc_raw(arena, tensors + 1u, sizeof *t.of);
    t.storage = lt_alloc_raw(arena, tensors + 1u, sizeof *t.storage);
    struct lt_moment *moment = lt_alloc_raw(arena, step->op_count + 1u, sizeof *moment);
    out->layer_kept_bytes = lt_alloc_array(arena, layer_count + 1u, sizeof *out->layer_kept_bytes);
    out->layer_peak_bytes = lt_alloc_array(arena, layer_count + 1u, sizeof *out->layer_peak_bytes);
    if (!t.of || !t.storage || !moment || !out->layer_kept_bytes || !out->layer_peak_bytes)
        return LT_NO_MEMORY;
    memset(t.of, 0xff, tensors * sizeof *t.of);
    span_storages(&t);
    hold_results(&t);
    reuse_in_place(&t);
    classify(&t, round_bytes, out);
    uint64_t base = lt_resident_bytes(resident);
    out->resident_bytes = out->peak_bytes = base;
    struct walking walking = {
        &t, base, lt_alloc_raw(arena, (t.storage_count + (size_t)step->op_count) * 2 + 1, sizeof(struct lt_request)),
        0};
    if (!walking.request)
        return LT_NO_MEMORY;
    walk(&walking, moment, out);
    out->request = walking.request;
    out->request_count = walking.request_count;
    out->storage_count = t.storage_count + 1; /* and the scratch of an op */
    compose(&t, resident, out);
    out->moment = moment;
    out->moment_count = step->op_count;
    return LT_OK;
}
