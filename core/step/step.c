#include "core/step/step.h"

#include <string.h>

static bool make_room(struct lt_step *step, void **array, uint32_t count, uint32_t *capacity, uint32_t more,
                      size_t size)
{
    if (step->status)
        return false;
    /* A step has some three times the ops of its forward pass. */
    uint32_t wanted = *capacity ? *capacity * 2 : 64 + 4 * step->lowered.program.op_count;
    while (wanted < count + more)
        wanted *= 2;
    void *grown = lt_alloc_raw(step->arena, wanted, size);
    if (!grown) {
        step->status = LT_NO_MEMORY;
        return false;
    }
    if (count)
        memcpy(grown, *array, count * size);
    *array = grown;
    *capacity = wanted;
    return true;
}

/* Room for `more` entries in one of the step's arrays; sets its status where there is none. */
#define HAS_ROOM(step, name, more)                                                                                     \
    ((!(step)->status && (step)->name##_count + (more) <= (step)->name##_capacity) ||                                  \
     make_room(step, (void **)&(step)->name, (step)->name##_count, &(step)->name##_capacity, more,                     \
               sizeof *(step)->name))

struct lt_step_op *lt_step_add(struct lt_step *step, enum lt_step_kind kind, enum lt_phase phase, uint32_t layer,
                               uint32_t region, const lt_tensor *in, int in_count, const lt_tensor *out, int out_count)
{
    uint32_t operands = (uint32_t)(in_count + out_count);
    if (!HAS_ROOM(step, op, 1) || !HAS_ROOM(step, operand, operands))
        return NULL;
    struct lt_step_op *op = &step->op[step->op_count++];
    *op = (struct lt_step_op){
        .kind = (uint8_t)kind,
        .phase = (uint8_t)phase,
        .kernels = 1,
        .every = 1,
        .in_count = (uint16_t)in_count,
        .out_count = (uint16_t)out_count,
        .operand = step->operand_count,
        .layer = layer,
        .region = region,
    };
    lt_tensor *operand = step->operand + step->operand_count;
    for (int i = 0; i < in_count; i++)
        *operand++ = in[i];
    for (int i = 0; i < out_count; i++)
        *operand++ = out[i];
    step->operand_count += operands;
    return op;
}

lt_tensor lt_step_tensor(struct lt_step *step, enum lt_role role, uint64_t elements, enum lt_dtype dtype,
                         uint32_t layer, uint32_t region)
{
    lt_tensor x = lt_tensor_add(&step->lowered, role, elements, dtype);
    if (x == LT_NO_TENSOR) {
        if (!step->status)
            step->status = step->lowered.status;
        return x;
    }
    lt_step_info(step, x)->layer = layer;
    lt_step_info(step, x)->region = region;
    return x;
}

double lt_step_gap_seconds(const struct lt_step *step, const struct lt_machine *machine)
{
    return step->lowering->compiled ? machine->compiled_gap_seconds : machine->kernel_gap_seconds;
}

enum lt_bound lt_longest_bound(const double seconds[LT_BOUND_COUNT])
{
    int longest = LT_BOUND_NONE;
    for (int i = 1; i < LT_BOUND_COUNT; i++)
        if (seconds[i] > (longest == LT_BOUND_NONE ? 0 : seconds[longest]))
            longest = i;
    return (enum lt_bound)longest;
}
