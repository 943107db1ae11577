#include "core/step/device_memory.h"

#include "core/base/checked.h"

#include <string.h>

/* Rounding and holes of the allocator take a few percent; kernels may ask for scratch of their own. */
static const double SCRATCH_BYTES = 256.0 * 1024 * 1024;

/* What a process can use of a device: a nominal size is 1.5 to 3.5 % more than it sees (facts of 30 cards), and the
 * framework leaves a reserve for context and libraries. */
static void usable(const struct lt_machine *machine, struct lt_device_memory *memory)
{
    const struct lt_device *device = machine->device;
    bool cpu = device->kind == LT_DEVICE_CPU;
    memory->capacity_bytes = cpu ? machine->ram_bytes : device->memory_bytes;
    uint64_t seen = memory->capacity_bytes;
    if (device->memory_nominal && !cpu)
        seen -= seen / 40;
    memory->usable_bytes = seen > machine->reserved_bytes ? seen - machine->reserved_bytes : 0;
}

static enum lt_verdict verdict(const struct lt_device_memory *memory)
{
    double room = (double)memory->usable_bytes;
    if (!memory->usable_bytes || memory->needed_bytes.standing == LT_UNKNOWN)
        return memory->usable_bytes && memory->needed_bytes.value > room ? LT_DOES_NOT_FIT : LT_VERDICT_UNKNOWN;
    if (memory->needed_bytes.high <= room)
        return LT_FITS;
    return memory->needed_bytes.value <= room ? LT_TIGHT : LT_DOES_NOT_FIT;
}

enum lt_standing lt_estimate_standing(const struct lt_estimate *out)
{
    enum lt_standing worst = LT_MODEL;
    for (uint32_t i = 0; i < out->row_count; i++)
        worst = lt_worse(worst, (enum lt_standing)out->row[i].standing);
    return out->complete ? worst : LT_UNKNOWN;
}

void lt_device_memory_make(const struct lt_timeline *t, struct lt_estimate *out)
{
    struct lt_device_memory *memory = &out->device_memory;
    bool cpu = out->machine->device->kind == LT_DEVICE_CPU;
    memcpy(memory->classes, t->classes, sizeof memory->classes);
    memory->kept_bytes = t->kept_bytes;
    memory->moment = t->moment;
    memory->moment_count = t->moment_count;
    memory->peak_moment = t->peak_moment;
    memory->peak_layer = t->moment_count ? t->moment[t->peak_moment].layer : LT_NO_LAYER;
    memory->peak_phase = t->moment_count ? t->moment[t->peak_moment].phase : LT_PHASE_FORWARD;
    double peak = (double)t->peak_bytes, scratch = cpu ? 0 : SCRATCH_BYTES;
    enum lt_standing standing = lt_estimate_standing(out);
    memory->peak_bytes = (struct lt_figure){peak, peak * 0.93, peak * 1.12, standing};
    memory->needed_bytes = (struct lt_figure){peak * 1.03, peak * 0.95, peak * 1.15 + scratch, standing};
    usable(out->machine, memory);
    if (!cpu && t->peak_bytes < memory->usable_bytes)
        memory->classes[LT_MEMORY_POOL] = memory->usable_bytes - t->peak_bytes;
    memory->classes[LT_MEMORY_CONTEXT] = out->machine->reserved_bytes;
    for (int i = 0; i < LT_MEMORY_CLASS_COUNT; i++)
        memory->shown_bytes = lt_add(memory->shown_bytes, memory->classes[i]);
    memory->verdict = cpu ? out->host_memory.verdict : verdict(memory);
}
