#include "core/step/update.h"

#include "core/base/checked.h"

uint64_t lt_gradient_bytes(const struct lt_step *step)
{
    uint64_t sum = 0;
    for (uint32_t x = 0; x < step->lowered.program.tensor_count; x++)
        if (lt_step_info(step, x)->role == LT_ROLE_VARIABLE && step->flows[x])
            sum = lt_add(sum, lt_step_bytes(step, x));
    return sum;
}

static double temporaries(const struct lt_step *step)
{
    const struct lt_framework_lowering *lowering = step->lowering;
    if (step->optimizer->adds_scaled && lowering->update_in_place)
        return 0;
    return lowering->update_temporaries < 0 ? (double)step->optimizer->temporaries
                                            : (double)lowering->update_temporaries;
}

static bool gradients_stay(const struct lt_step *step)
{
    return step->optimizer && step->lowering->gradients_stay && lt_optimizer_accumulates(step->setup) > 1;
}

struct lt_updates lt_updates_of(struct lt_step *step)
{
    const struct lt_framework_lowering *lowering = step->lowering;
    const struct lt_setup *setup = step->setup;
    bool averages = lt_optimizer_option_on(setup, step->optimizer, "use_ema") && lowering->averages_at_once;
    struct lt_updates updates = {
        .step = step,
        .late = lowering->updates_late || !lt_optimizer_early(setup, step->optimizer, step->loss_scaling),
        .stay = gradients_stay(step),
        .fused = lowering->compiled || lowering->update_at_once,
        .every = lt_optimizer_accumulates(setup),
        .each = lt_optimizer_step_work(setup, step->loss_scaling),
        .one = lt_optimizer_update_work(setup, step->optimizer),
        .scratch = temporaries(step),
    };
    uint64_t all = averages || lowering->update_at_once ? lt_gradient_bytes(step) : 0;
    updates.scratch_at_once = averages ? all : 0;
    if (lowering->update_at_once) {
        updates.scratch_at_once = lt_add(updates.scratch_at_once, (uint64_t)(updates.scratch * (double)all));
        updates.scratch = 0;
    }
    return updates;
}

/* Work of so many bytes per float32 element on a variable or its gradient. */
static struct lt_step_op *add(const struct lt_updates *u, enum lt_step_kind kind, lt_tensor variable,
                              lt_tensor gradient, struct lt_update_work work, int kernels)
{
    struct lt_step *step = u->step;
    const struct lt_tensor_info info = *lt_step_info(step, variable);
    struct lt_step_op *op =
        lt_step_add(step, kind, LT_PHASE_UPDATE, info.layer, 0, &gradient, gradient == LT_NO_TENSOR ? 0 : 1, NULL, 0);
    if (!op)
        return NULL;
    op->dtype = info.dtype;
    op->bytes = (uint64_t)(work.bytes / 4 * (double)lt_step_bytes(step, variable));
    op->kernels = (uint8_t)kernels;
    return op;
}

static void step_work(const struct lt_updates *u, lt_tensor variable, lt_tensor gradient)
{
    if (u->each.passes)
        add(u, LT_STEP_GRADIENT, variable, gradient, u->each, u->fused ? 1 : u->each.passes);
}

static void update(const struct lt_updates *u, lt_tensor variable, lt_tensor gradient)
{
    int kernels = u->step->lowering->update_kernels + (u->fused ? 0 : u->one.passes);
    struct lt_step_op *op = add(u, LT_STEP_UPDATE, variable, gradient, u->one, kernels);
    if (!op)
        return;
    op->every = u->every;
    op->scratch_bytes = lt_add(u->scratch_at_once, (uint64_t)(u->scratch * (double)lt_step_bytes(u->step, variable)));
}

bool lt_update_arrived(struct lt_updates *u, lt_tensor variable, lt_tensor gradient)
{
    if (gradient == LT_NO_TENSOR || (u->late && !u->stay))
        return false;
    step_work(u, variable, gradient);
    if (!u->stay)
        update(u, variable, gradient);
    return !u->stay;
}

void lt_update_last(struct lt_updates *u, lt_tensor variable, lt_tensor gradient)
{
    if (gradient == LT_NO_TENSOR || !u->late)
        return;
    if (!u->stay)
        step_work(u, variable, gradient);
    update(u, variable, u->stay ? LT_NO_TENSOR : gradient);
}

uint64_t lt_resident_gradient_bytes(const struct lt_step *step, uint32_t devices)
{
    uint64_t copies = 0;
    if (!step->optimizer)
        return 0;
    copies += gradients_stay(step);
    copies += step->lowering->gradient_buckets && devices > 1;
    return copies ? lt_mul(copies, lt_gradient_bytes(step)) : 0;
}
