/* From gradients to variables: what every step does to a gradient, and the update of its variable every so many steps.
 * It knows the optimizer's and the framework's tables, not how a gradient came about. */
#ifndef LT_STEP_UPDATE_H
#define LT_STEP_UPDATE_H

#include "core/step/step.h"

/* How a step updates its variables. */
struct lt_updates {
    struct lt_step *step;
    bool late;                       /* all gradients first, then all updates */
    bool stay;                       /* gradients are added to those that stay, as they arrive */
    bool fused;                      /* what options add is no kernel of its own */
    uint32_t every;                  /* steps for one update */
    struct lt_update_work each, one; /* of each step; of one update */
    uint64_t scratch_at_once;        /* temporaries of all variables together */
    double scratch;                  /* and of each, in its size */
};
struct lt_updates lt_updates_of(struct lt_step *step);

/* A variable's gradient is complete: true where the variable is updated at once, which uses the gradient up. Then, when
 * all are complete, once more for each that is left. `gradient` may be LT_NO_TENSOR: there is none. */
bool lt_update_arrived(struct lt_updates *updates, lt_tensor variable, lt_tensor gradient);
void lt_update_last(struct lt_updates *updates, lt_tensor variable, lt_tensor gradient);

/* Bytes of all gradients of variables; and of those, and of their copies for an all-reduce over so many devices, that
 * are there when a step begins. */
uint64_t lt_gradient_bytes(const struct lt_step *step);
uint64_t lt_resident_gradient_bytes(const struct lt_step *step, uint32_t devices);

#endif
