#include "core/step/estimate.h"

#include "core/model/walk.h"

/* Axes that differ from those of a walk with other sizes. Where that walk found no shape, an open size met one that the
 * file fixes, and is not open any more: only the batch is. */
static const uint8_t *differing(struct lt_arena *arena, const struct lt_layer_row *row,
                                const struct lt_walked_layer *other)
{
    uint8_t *open = lt_alloc(arena, row->out_count + 1u);
    for (int i = 0; open && i < row->out_count; i++) {
        const struct lt_shape *a = &row->out[i],
                              *b = other->reported && i < other->out_count ? &other->reported[i] : NULL;
        bool comparable = b && b->rank == a->rank;
        for (int axis = 0; axis < a->rank; axis++)
            if (comparable ? b->dim[axis] != a->dim[axis] : axis == 0)
                open[i] |= (uint8_t)(1u << axis);
    }
    return open;
}

enum lt_status lt_estimate_open_axes(struct lt_estimate *estimate, struct lt_arena *arena)
{
    const struct lt_policy *precision = lt_setup_policy(&estimate->document->setup);
    struct lt_binding other = {estimate->batch + 1, estimate->training, precision, 2};
    struct lt_walked walked;
    enum lt_status status = lt_walk(estimate->document, &other, arena, NULL, &walked);
    for (uint32_t i = 0; i < estimate->row_count && !status; i++) {
        struct lt_layer_row *row = &estimate->row[i];
        row->open = row->out ? differing(arena, row, &walked.layer[i]) : NULL;
        if (row->out && !row->open)
            status = LT_NO_MEMORY;
    }
    return status;
}
