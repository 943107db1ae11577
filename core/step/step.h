/* The lowered program of one whole step: forward pass, loss, backward pass, update, in the order of execution, with the
 * traffic of each op. Everything about memory and time is read off it. It knows the framework's rules, not the device.
 */
#ifndef LT_STEP_STEP_H
#define LT_STEP_STEP_H

#include "core/model/optimizer.h"
#include "core/model/walk.h"
#include "core/step/estimate.h"
#include "core/step/lowering/lowering.h"

/* Which of an op's GEMMs or convolutions: with respect to what. */
enum lt_path { LT_PATH_FORWARD, LT_PATH_OPERAND, LT_PATH_KERNEL, LT_PATH_OTHER };

enum lt_step_kind {
    LT_STEP_OP,       /* a lowered op, in the forward pass or again in the backward pass, or a part of its gradient */
    LT_STEP_SUM,      /* gradients of one tensor added up */
    LT_STEP_REDUCE,   /* a gradient summed over broadcast axes */
    LT_STEP_GRADIENT, /* work on one gradient before its variable is updated: summed over steps, unscaled */
    LT_STEP_UPDATE    /* of one variable */
};

struct lt_step_op {
    const struct lt_op *op;        /* the lowered op; NULL for sums and updates */
    const struct lt_lowering *row; /* NULL likewise */
    uint8_t kind, phase, path;     /* enum lt_step_kind, lt_phase, lt_path */
    uint8_t dtype;                 /* it computes in */
    uint8_t kernels;
    uint32_t every; /* it runs in one of so many steps; 1: in each */
    uint16_t in_count, out_count;
    uint32_t operand; /* inputs, then results, in the step's operands */
    uint32_t layer;   /* LT_NO_LAYER: none */
    uint32_t region;
    uint32_t priced_as;     /* the first op that costs the same on any device */
    uint64_t bytes;         /* read and written in one turn */
    uint64_t scratch_bytes; /* temporaries while it runs */
    double seconds;         /* all turns, launches apart; filled by the time stage */
    uint8_t bound;
};

/* Forward ops [first, end) that the backward pass runs again before their gradients. */
struct lt_segment {
    uint32_t first, end;
};

struct lt_step {
    struct lt_arena *arena;
    struct lt_builder lowered; /* forward ops; all tensors and regions of the step */
    const struct lt_framework_lowering *lowering;
    struct lt_lowering_rows rows;         /* of that lowering */
    const struct lt_optimizer *optimizer; /* NULL: no training */
    const struct lt_setup *setup;
    bool loss_scaling; /* gradients are checked as a whole before any update */
    struct lt_step_op *op;
    lt_tensor *operand;
    uint32_t op_count, op_capacity, operand_count, operand_capacity;
    bool *flows;                /* per tensor of the forward pass: a gradient is wanted for it */
    struct lt_segment *segment; /* apart from each other, in order */
    uint32_t segment_count;
    enum lt_status status;
};

/* Appends an op; NULL after a failure (sticky in step->status). */
struct lt_step_op *lt_step_add(struct lt_step *step, enum lt_step_kind kind, enum lt_phase phase, uint32_t layer,
                               uint32_t region, const lt_tensor *in, int in_count, const lt_tensor *out, int out_count);

/* A tensor made in the step, charged to a layer. */
lt_tensor lt_step_tensor(struct lt_step *step, enum lt_role role, uint64_t elements, enum lt_dtype dtype,
                         uint32_t layer, uint32_t region);

static inline struct lt_tensor_info *lt_step_info(const struct lt_step *step, lt_tensor x)
{
    return &step->lowered.program.tensor[x];
}
static inline uint64_t lt_step_bytes(const struct lt_step *step, lt_tensor x)
{
    return lt_step_info(step, x)->bytes;
}

/* The loss of every model output, as ops at the end of the lowered program. *label_bytes receives what y_true takes.
 * An output with no known shape has none. */
void lt_losses_emit(struct lt_builder *lowered, const struct lt_framework_lowering *lowering,
                    const struct lt_setup *setup, const struct lt_walked *walked, uint64_t *label_bytes);

/* Between two kernels of the step. */
double lt_step_gap_seconds(const struct lt_step *step, const struct lt_machine *machine);

/* What starting the kernels of one op takes, in all its turns. */
static inline double lt_step_launch_seconds(const struct lt_step *step, const struct lt_step_op *op, double gap_seconds)
{
    return op->kernels * gap_seconds * (double)step->lowered.program.region[op->region].times / op->every;
}

/* An op of the forward pass that runs again in the backward pass. */
static inline bool lt_is_replay(const struct lt_step_op *op)
{
    return op->kind == LT_STEP_OP && op->phase == LT_PHASE_BACKWARD && op->path == LT_PATH_FORWARD;
}

/* What most of the time goes to; LT_BOUND_NONE where there is none. */
enum lt_bound lt_longest_bound(const double seconds[LT_BOUND_COUNT]);

/* The three parts in order. Backward and update only in training. */
void lt_step_forward(struct lt_step *step);
void lt_step_backward(struct lt_step *step);

/* Between the two: fills step->segment as the set-up's recompute asks. */
void lt_step_segments(struct lt_step *step, const struct lt_document *document);

/* Appends the ops of a segment once more, in the backward pass. `again`, per tensor of the forward pass, receives the
 * new tensor where there was one made. */
void lt_step_replay(struct lt_step *step, const struct lt_segment *segment, lt_tensor *again);

/* Takes out what ran again for nothing: no gradient reads its results. After the backward pass. */
void lt_step_prune_replays(struct lt_step *step);

/* Merges ops that the lowering's compiler runs as one kernel; after the parts above. */
void lt_step_fuse(struct lt_step *step);

#endif
