#include "core/step/device_memory.h"

#include "core/base/checked.h"
#include "core/step/verdict.h"

#include <string.h>

/* Scratch that kernels may ask for of their own accord (cuBLAS 8 to 32 MiB, convolutions 0 to 250 MB). */
static const double SCRATCH_BYTES = 256.0 * 1024 * 1024;

/* What a step can still do with, in peaks. Short of memory, XLA computes again rather than keep (HloRematerialization):
 * JAX ran a step whose peak is predicted at 1.08 times its pool. */
static const double SMALLEST = 0.95, SMALLEST_COMPILED = 0.85;

enum lt_standing lt_estimate_standing(const struct lt_estimate *out)
{
    enum lt_standing worst = LT_MODEL;
    for (uint32_t i = 0; i < out->row_count; i++)
        worst = lt_worse(worst, (enum lt_standing)out->row[i].standing);
    return out->complete ? worst : LT_UNKNOWN;
}

static uint64_t less(uint64_t from, uint64_t taken)
{
    return from > taken ? from - taken : 0;
}

/* What the pool can have of a device: a nominal size is 1.5 to 3.5 % more than a process sees (facts of 30 cards); the
 * context comes first, then the framework leaves a reserve or takes its share. */
static void usable(const struct lt_machine *machine, struct lt_device_memory *memory)
{
    const struct lt_device *device = machine->device;
    const struct lt_allocator *allocator = &machine->allocator;
    bool cpu = device->kind == LT_DEVICE_CPU;
    memory->capacity_bytes = cpu ? machine->ram_bytes : device->memory_bytes;
    uint64_t seen = memory->capacity_bytes;
    if (device->memory_nominal && !cpu)
        seen -= seen / 40;
    uint64_t left = less(seen, lt_add(allocator->context_bytes, allocator->left_bytes));
    double share = allocator->preallocated_share > 0 ? allocator->preallocated_share : 1;
    memory->usable_bytes = (uint64_t)((double)left * share);
}

/* What the framework takes of the device beside the tensors in use: pool and context. */
static void outside(const struct lt_machine *machine, uint64_t in_use, uint64_t taken, struct lt_device_memory *memory)
{
    bool at_once = machine->allocator.preallocated_share > 0;
    memory->classes[LT_MEMORY_POOL] = less(at_once ? memory->usable_bytes : taken, in_use);
    memory->classes[LT_MEMORY_CONTEXT] = machine->allocator.context_bytes;
}

void lt_device_memory_make(const struct lt_timeline *t, const struct lt_pool *pool, struct lt_estimate *out)
{
    struct lt_device_memory *memory = &out->device_memory;
    const struct lt_machine *machine = out->machine;
    bool cpu = machine->device->kind == LT_DEVICE_CPU;
    memcpy(memory->classes, t->classes, sizeof memory->classes);
    memory->kept_bytes = t->kept_bytes;
    memory->moment = t->moment;
    memory->moment_count = t->moment_count;
    memory->peak_moment = t->peak_moment;
    memory->peak_layer = t->moment_count ? t->moment[t->peak_moment].layer : LT_NO_LAYER;
    memory->peak_phase = t->moment_count ? t->moment[t->peak_moment].phase : LT_PHASE_FORWARD;
    usable(machine, memory);
    /* A trial that finds no room is passed over. */
    uint64_t taken = pool->taken_bytes;
    uint64_t in_use = lt_max(t->peak_bytes, lt_min(pool->trial_bytes, memory->usable_bytes));
    double peak = (double)t->peak_bytes, high = (double)in_use,
           need = (peak + (double)taken) / 2; /* short of memory, idle pieces are given back */
    double smallest = pool->compiled ? SMALLEST_COMPILED : SMALLEST;
    enum lt_standing standing = lt_estimate_standing(out);
    memory->peak_bytes = (struct lt_figure){high, peak * 0.93, high * 1.12, standing};
    memory->needed_bytes = (struct lt_figure){need, peak * smallest, need * 1.1 + (cpu ? 0 : SCRATCH_BYTES), standing};
    memory->classes[LT_MEMORY_WORKSPACE] = lt_add(memory->classes[LT_MEMORY_WORKSPACE], in_use - t->peak_bytes);
    outside(machine, in_use, taken, memory);
    for (int i = 0; i < LT_MEMORY_CLASS_COUNT; i++)
        memory->shown_bytes = lt_add(memory->shown_bytes, memory->classes[i]);
    memory->verdict = cpu ? out->host_memory.verdict : lt_verdict_of(&memory->needed_bytes, memory->usable_bytes);
}
