#include "core/step/pool.h"

#include "core/step/conv_trial.h"
#include "core/step/replay.h"

enum lt_status lt_pool_make(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t resident_bytes,
                            uint64_t batch, const struct lt_machine *machine, struct lt_pool *out)
{
    const struct lt_allocator *allocator = &machine->allocator;
    *out = (struct lt_pool){timeline->peak_bytes, timeline->peak_bytes, step->lowering->compiled};
    if (machine->device->kind == LT_DEVICE_CPU)
        return LT_OK;
    out->trial_bytes = lt_conv_trial_peak(step, timeline, batch, allocator->trial_bytes);
    return lt_replay(allocator, resident_bytes, timeline, step->arena, &out->taken_bytes);
}

bool lt_pool_same(const struct lt_machine *a, const struct lt_machine *b)
{
    const struct lt_allocator *x = &a->allocator, *y = &b->allocator;
    return (a->device->kind == LT_DEVICE_CPU) == (b->device->kind == LT_DEVICE_CPU) &&
           a->parallel.devices == b->parallel.devices && /* some keep what they exchange */
           x->round_bytes == y->round_bytes && x->small_request_bytes == y->small_request_bytes &&
           x->small_segment_bytes == y->small_segment_bytes && x->large_request_bytes == y->large_request_bytes &&
           x->large_segment_bytes == y->large_segment_bytes && x->huge_round_bytes == y->huge_round_bytes &&
           x->split_waste_bytes == y->split_waste_bytes && x->trial_bytes == y->trial_bytes;
}
