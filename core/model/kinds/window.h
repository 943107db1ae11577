/* Windows that slide over the spatial axes of an input: what convolutions and pooling share. */
#ifndef LT_MODEL_WINDOW_H
#define LT_MODEL_WINDOW_H

#include "core/model/kinds/kinds.h"

enum { LT_SPATIAL = 3 };

struct lt_window {
    int axes;
    bool channels_first;
    enum lt_padding padding;
    int64_t batch, channels;
    int64_t in[LT_SPATIAL], kernel[LT_SPATIAL], stride[LT_SPATIAL], dilation[LT_SPATIAL], out[LT_SPATIAL];
};

/* Reads the input of `axes` spatial axes; kernel, strides and dilation are 1. */
enum lt_status lt_window_input(struct lt_call *call, int axes, bool channels_first, struct lt_window *window);

/* Fills `out`; where the window does not fit, the problem says so. */
enum lt_status lt_window_fit(struct lt_call *call, struct lt_window *window);

/* The one result: out[] with `channels`. */
enum lt_status lt_window_result(struct lt_call *call, const struct lt_window *window, int64_t channels);

/* The product of `axes` sizes. */
uint64_t lt_window_product(const int64_t *size, int axes);

#endif
