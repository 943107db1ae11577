/* When each storage is alive, and what that adds up to: live bytes after each op, the peak, what it is made of.
 * Kept tensors are a set: two ops that keep one storage count once. */
#ifndef LT_STEP_TIMELINE_H
#define LT_STEP_TIMELINE_H

#include "core/base/checked.h"
#include "core/step/step.h"

/* Alive during the whole step, whatever the ops do. */
struct lt_resident {
    uint64_t weight_bytes, optimizer_bytes, input_bytes; /* input: x and y of the batch */
    uint64_t gradient_bytes;                             /* that stay from step to step */
};

static inline uint64_t lt_resident_bytes(const struct lt_resident *r)
{
    return lt_add(lt_add(r->weight_bytes, r->optimizer_bytes), lt_add(r->input_bytes, r->gradient_bytes));
}

/* The allocator is asked for a storage or for an op's scratch, or gets it back. */
struct lt_request {
    uint32_t storage;
    bool frees;
    uint64_t bytes; /* rounded as the allocator does */
};

struct lt_timeline {
    const struct lt_moment *moment; /* one per op of the step */
    uint32_t moment_count;
    uint64_t resident_bytes; /* alive during the whole step */
    uint64_t peak_bytes;     /* rounded as the allocator does */
    uint32_t peak_moment;
    const struct lt_request *request; /* in order; what outlives the step is never given back */
    uint32_t request_count, storage_count;
    uint64_t classes[LT_MEMORY_CLASS_COUNT]; /* at the peak; pool and context are 0 */
    uint64_t *layer_kept_bytes;              /* per document layer: kept tensors that it made */
    uint64_t *layer_peak_bytes;              /* per document layer: what it made that is alive at the peak */
    uint64_t kept_bytes;                     /* the sum over the layers */
};

/* round_bytes: the allocator's unit. Arrays live in the step's arena. */
enum lt_status lt_timeline_make(const struct lt_step *step, const struct lt_resident *resident, uint32_t layer_count,
                                uint64_t round_bytes, struct lt_timeline *out);

#endif
