/* What the allocator's pool comes to in one step: the stretch of device memory it takes, and the most of it in use. */
#ifndef LT_STEP_POOL_H
#define LT_STEP_POOL_H

#include "core/step/timeline.h"

struct lt_pool {
    uint64_t taken_bytes; /* from the driver, by replay; LT_HUGE where a request is */
    /* The most in use while convolutions are tried; the timeline's peak where nothing needs more. */
    uint64_t trial_bytes;
    bool compiled; /* the step is one program of a compiler */
};

/* On a CPU, which has no pool, both are the timeline's peak. resident_bytes: alive during the whole step. Scratch goes
 * into the step's arena. LT_NO_MEMORY. */
enum lt_status lt_pool_make(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t resident_bytes,
                            uint64_t batch, const struct lt_machine *machine, struct lt_pool *out);

/* Whether the pool of one machine is that of the other: both have the same kind of allocator. */
bool lt_pool_same(const struct lt_machine *a, const struct lt_machine *b);

#endif
