/* Shapes of tensors, concrete and with the batch, and the arithmetic of windows and broadcasting on them. */
#ifndef LT_MODEL_SHAPE_H
#define LT_MODEL_SHAPE_H

#include "core/base/arena.h"
#include "core/base/dtype.h"
#include "core/model/value.h"

enum { LT_MAX_RANK = 8 };

struct lt_shape {
    int8_t rank;   /* -1: not known */
    uint8_t dtype; /* enum lt_dtype */
    int64_t dim[LT_MAX_RANK];
};

#define LT_SHAPE_UNKNOWN ((struct lt_shape){.rank = -1})

/* The product of all dimensions from axis `first` on; 1 for none. LT_HUGE where it does not fit, 0 for unknown rank. */
uint64_t lt_shape_elements_from(const struct lt_shape *shape, int first);
static inline uint64_t lt_shape_elements(const struct lt_shape *shape)
{
    return lt_shape_elements_from(shape, 0);
}
uint64_t lt_shape_bytes(const struct lt_shape *shape);

bool lt_shape_equal(const struct lt_shape *a,
                    const struct lt_shape *b); /* ranks and dimensions; dtype does not count */

/* axis -1 is the last; returns -1 where there is no such axis. */
int lt_shape_axis(const struct lt_shape *shape, int64_t axis);

/* numpy's broadcasting; false where the shapes do not fit. The dtype is a's. */
bool lt_shape_broadcast(const struct lt_shape *a, const struct lt_shape *b, struct lt_shape *out);

enum lt_padding { LT_PADDING_VALID, LT_PADDING_SAME, LT_PADDING_CAUSAL };

/* Positions of a window over n elements (Keras: valid floor((n - k_eff) / s) + 1, same and causal ceil(n / s)).
 * 0 or less where the window does not fit. */
int64_t lt_window_positions(int64_t n, int64_t kernel, int64_t stride, int64_t dilation, enum lt_padding padding);

/* Length that a transposed window makes of n. output_padding LT_NO_DIM: none given. Keras 3's
 * backend/common/backend_utils.py. */
int64_t lt_window_transposed(int64_t n, int64_t kernel, int64_t stride, int64_t dilation, enum lt_padding padding,
                             int64_t output_padding);

/* (224, 224, 64); with_batch false leaves out the first axis. NULL where memory ends. */
char *lt_shape_text(struct lt_arena *arena, const struct lt_shape *shape, bool with_batch);

#endif
