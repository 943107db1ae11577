#include "core/whatif/solve.h"

#include "core/base/checked.h"
#include "core/step/verdict.h"

struct solving {
    struct lt_document document; /* shallow: only its batch differs */
    const struct lt_machine *machine;
    struct lt_arena arena;
};

static bool fits(struct solving *s, uint64_t batch, double *needed_bytes, double *room_bytes)
{
    struct lt_problems ignored = {.arena = &s->arena};
    struct lt_estimate estimate;
    lt_arena_clear(&s->arena);
    s->document.setup.value[LT_SET_BATCH].integer = (int64_t)batch;
    if (lt_estimate(&s->document, s->machine, &s->arena, &estimate, &ignored))
        return false;
    bool cpu = s->machine->device->kind == LT_DEVICE_CPU;
    *needed_bytes = lt_sure_bytes(cpu ? &estimate.host_memory.peak_bytes : &estimate.device_memory.needed_bytes);
    *room_bytes = cpu ? (double)estimate.host_memory.capacity_bytes : (double)estimate.device_memory.usable_bytes;
    return estimate.device_memory.verdict == LT_FITS;
}

/* Where the line through two estimates meets the room, kept between the known ends. */
static uint64_t guess(uint64_t low, uint64_t high, double slope, double fixed, double room)
{
    double at = slope > 0 ? (room - fixed) / slope : 0;
    if (at > (double)low && at < (double)high && (uint64_t)at > low)
        return (uint64_t)at;
    return low + (high - low) / 2;
}

uint64_t lt_largest_batch(const struct lt_document *document, const struct lt_machine *machine)
{
    struct solving s = {.document = *document, .machine = machine};
    uint64_t low = 0, high = (uint64_t)lt_setup_fields[LT_SET_BATCH].high + 1;
    double first = 0, room = 0, needed = 0, slope = 0;
    if (fits(&s, 1, &first, &room)) {
        low = 1;
        fits(&s, 9, &needed, &room);
        slope = (needed - first) / 8;
        for (int turn = 0; high - low > 1; turn++) {
            /* The line is nearly straight: try it, then the batch above it, then halve. */
            uint64_t at = turn % 2 == 0 ? guess(low, high, slope, first - slope, room) : lt_min(low + 1, high - 1);
            if (turn > 8)
                at = low + (high - low) / 2;
            bool ok = fits(&s, at, &needed, &room);
            if (at > 1)
                slope = (needed - first) / (double)(at - 1);
            *(ok ? &low : &high) = at;
        }
    }
    lt_arena_free(&s.arena);
    return low;
}
