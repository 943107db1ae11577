#include "core/model/kinds/window.h"

enum lt_status lt_window_input(struct lt_call *call, int axes, bool channels_first, struct lt_window *window)
{
    enum lt_status status = lt_expect_rank(call, axes + 2);
    if (status)
        return status;
    const struct lt_shape *in = &call->in[0];
    *window = (struct lt_window){
        .axes = axes,
        .channels_first = channels_first,
        .batch = in->dim[0],
        .channels = in->dim[channels_first ? 1 : axes + 1],
    };
    for (int i = 0; i < axes; i++) {
        window->in[i] = in->dim[i + (channels_first ? 2 : 1)];
        window->kernel[i] = window->stride[i] = window->dilation[i] = 1;
    }
    return LT_OK;
}

/* 5x5; NULL where memory ends. */
static char *sizes_text(struct lt_arena *arena, const int64_t *size, int axes)
{
    char *text = lt_format(arena, "%lld", (long long)size[0]);
    for (int i = 1; text && i < axes; i++)
        text = lt_format(arena, "%sx%lld", text, (long long)size[i]);
    return text;
}

enum lt_status lt_window_fit(struct lt_call *call, struct lt_window *window)
{
    static const char *const PADDING[] = {"valid", "same", "causal"};
    bool fits = true;
    for (int i = 0; i < window->axes; i++) {
        window->out[i] = lt_window_positions(window->in[i], window->kernel[i], window->stride[i], window->dilation[i],
                                             window->padding);
        fits = fits && window->out[i] > 0;
    }
    if (fits)
        return LT_OK;
    bool dilated = lt_window_product(window->dilation, window->axes) > 1;
    char *kernel = sizes_text(call->arena, window->kernel, window->axes);
    char *in = sizes_text(call->arena, window->in, window->axes);
    char *dilation = dilated ? sizes_text(call->arena, window->dilation, window->axes) : NULL;
    if (!kernel || !in)
        return LT_NO_MEMORY;
    return lt_call_fail(call, "kernel %s%s%s does not fit the input %s with padding %s", kernel,
                        dilation ? " with dilation " : "", dilation ? dilation : "", in, PADDING[window->padding]);
}

enum lt_status lt_window_result(struct lt_call *call, const struct lt_window *window, int64_t channels)
{
    int64_t dim[LT_SPATIAL + 2] = {window->batch};
    dim[window->channels_first ? 1 : window->axes + 1] = channels;
    for (int i = 0; i < window->axes; i++)
        dim[i + (window->channels_first ? 2 : 1)] = window->out[i];
    return lt_call_shape(call, window->axes + 2, dim);
}

uint64_t lt_window_product(const int64_t *size, int axes)
{
    uint64_t product = 1;
    for (int i = 0; i < axes; i++)
        product = lt_mul(product, (uint64_t)size[i]);
    return product;
}
