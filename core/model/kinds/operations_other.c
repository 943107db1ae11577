/* Images, signals and linear algebra. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

/* Where rows, columns and channels of images (batch, rows, columns, channels), or of one image, stand. */
struct image {
    struct lt_shape out;
    int rows, columns, channels;
};

static bool image_read(const struct lt_call *call, struct image *image)
{
    const char *format = lt_op_text(call, "data_format", -1);
    bool first = format && strcmp(format, "channels_first") == 0;
    if (call->in_count < 1 || (call->in[0].rank != 4 && call->in[0].rank != 3))
        return false;
    int base = call->in[0].rank - 3;
    image->out = call->in[0];
    image->rows = base + (first ? 1 : 0);
    image->columns = base + (first ? 2 : 1);
    image->channels = base + (first ? 0 : 2);
    return true;
}

LT_RULE_SHAPE(resize)
{
    struct image image;
    int64_t size[LT_MAX_RANK];
    if (!image_read(call, &image) || lt_op_ints(call, "size", -1, size) != 2)
        return lt_op_unknown(call);
    image.out.dim[image.rows] = size[0];
    image.out.dim[image.columns] = size[1];
    return lt_op_result(call, &image.out);
}

LT_RULE_OPS(resize)
{
    const char *how = lt_op_text(call, "interpolation", -1);
    lt_op_emit(call, b, how && strcmp(how, "nearest") == 0 ? LT_OP_RESIZE_NEAREST : LT_OP_RESIZE);
}

LT_RULE_SHAPE(gray)
{
    struct image image;
    if (!image_read(call, &image))
        return lt_op_unknown(call);
    image.out.dim[image.channels] = 1;
    return lt_op_result(call, &image.out);
}

/* Each position of a window becomes a pixel with the window's elements as channels. */
LT_RULE_SHAPE(patches)
{
    struct image image;
    int64_t size[LT_MAX_RANK], stride[LT_MAX_RANK], dilation[LT_MAX_RANK];
    int sizes = lt_op_ints(call, "size", -1, size), strides = lt_op_ints(call, "strides", -1, stride);
    int dilations = lt_op_ints(call, "dilation_rate", -1, dilation);
    const char *padding = lt_op_text(call, "padding", -1);
    if (!image_read(call, &image) || sizes < 1 || sizes > 2)
        return lt_op_unknown(call);
    int axis[] = {image.rows, image.columns};
    for (int i = 0; i < 2; i++) {
        int64_t k = size[sizes == 1 ? 0 : i], s = strides < 1 ? k : stride[strides == 1 ? 0 : i];
        int64_t d = dilations < 1 ? 1 : dilation[dilations == 1 ? 0 : i];
        enum lt_padding pad = padding && strcmp(padding, "same") == 0 ? LT_PADDING_SAME : LT_PADDING_VALID;
        int64_t to = lt_window_positions(image.out.dim[axis[i]], k, s, d, pad);
        if (to < 1)
            return lt_call_fail(call, "a patch of %lld does not fit the image", (long long)k);
        image.out.dim[axis[i]] = to;
        image.out.dim[image.channels] *= k;
    }
    return lt_op_result(call, &image.out);
}

/* An axis from what is cut or added before and after it, or from its wanted length. */
static int64_t framed(const struct lt_call *call, int64_t n, const char *before, const char *after, const char *target,
                      int sign)
{
    int64_t wanted = lt_op_int(call, target, -1, LT_NO_DIM);
    int64_t first = lt_op_int(call, before, -1, 0), last = lt_op_int(call, after, -1, 0);
    return wanted != LT_NO_DIM ? wanted : n + sign * (first + last);
}

LT_RULE_SHAPE(pad_images)
{
    struct image image;
    if (!image_read(call, &image))
        return lt_op_unknown(call);
    int64_t *rows = &image.out.dim[image.rows], *columns = &image.out.dim[image.columns];
    *rows = framed(call, *rows, "top_padding", "bottom_padding", "target_height", 1);
    *columns = framed(call, *columns, "left_padding", "right_padding", "target_width", 1);
    return lt_op_result(call, &image.out);
}

LT_RULE_SHAPE(crop_images)
{
    struct image image;
    if (!image_read(call, &image))
        return lt_op_unknown(call);
    int64_t *rows = &image.out.dim[image.rows], *columns = &image.out.dim[image.columns];
    *rows = framed(call, *rows, "top_cropping", "bottom_cropping", "target_height", -1);
    *columns = framed(call, *columns, "left_cropping", "right_cropping", "target_width", -1);
    return lt_op_result(call, &image.out);
}

/* Complex numbers are a pair of tensors: real and imaginary part. */
static enum lt_status pair(struct lt_call *call, const struct lt_shape *part)
{
    return lt_op_results(call, (struct lt_shape[]){*part, *part}, 2);
}

LT_RULE_SHAPE(fft)
{
    return call->in_count ? pair(call, &call->in[0]) : lt_op_unknown(call);
}

LT_RULE_SHAPE(rfft)
{
    if (call->in_count < 1 || call->in[0].rank < 1)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.dim[out.rank - 1] = lt_op_int(call, "fft_length", -1, out.dim[out.rank - 1]) / 2 + 1;
    return pair(call, &out);
}

LT_RULE_SHAPE(irfft)
{
    if (call->in_count < 1 || call->in[0].rank < 1)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.dim[out.rank - 1] = lt_op_int(call, "fft_length", -1, 2 * (out.dim[out.rank - 1] - 1));
    return lt_op_result(call, &out);
}

/* Windows of sequence_length every sequence_stride; `center` pads half a transform at both ends. */
static bool frames(const struct lt_call *call, int64_t padded, struct lt_shape *out)
{
    int64_t length = lt_op_int(call, "sequence_length", -1, 0), stride = lt_op_int(call, "sequence_stride", -1, 0);
    if (call->in_count < 1 || call->in[0].rank < 1 || call->in[0].rank == LT_MAX_RANK || length < 1 || stride < 1)
        return false;
    *out = call->in[0];
    int64_t n = out->dim[out->rank - 1] + padded;
    out->dim[out->rank - 1] = n < length ? 0 : 1 + (n - length) / stride;
    out->dim[out->rank++] = length;
    return true;
}

LT_RULE_SHAPE(sequences)
{
    struct lt_shape out;
    return frames(call, 0, &out) ? lt_op_result(call, &out) : lt_op_unknown(call);
}

LT_RULE_SHAPE(stft)
{
    struct lt_shape out;
    int64_t length = lt_op_int(call, "fft_length", -1, 0);
    int64_t window = lt_op_int(call, "sequence_length", -1, 0);
    int64_t padded = lt_op_bool(call, "center", true) ? length / 2 * 2 : 0;
    /* The window is widened to the length of the transform before frames are cut. */
    if (length < window || !frames(call, padded - (length - window), &out))
        return lt_op_unknown(call);
    out.dim[out.rank - 1] = length / 2 + 1;
    return pair(call, &out);
}

/* Matrices are the last two axes. kind->variant of `determinant`: "sign" gives the sign besides. */

LT_RULE_SHAPE(determinant)
{
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_op_unknown(call);
    struct lt_shape out = call->in[0];
    out.rank = (int8_t)(out.rank - 2);
    return call->layer->kind->variant ? pair(call, &out) : lt_op_result(call, &out);
}

LT_RULE_SHAPE(solve)
{
    return call->in_count == 2 ? lt_op_result(call, &call->in[1]) : lt_op_unknown(call);
}

LT_RULE_SHAPE(svd)
{
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_op_unknown(call);
    struct lt_shape u = call->in[0], s = u, v = u;
    int last = u.rank - 1;
    int64_t m = u.dim[last - 1], n = u.dim[last], least = m < n ? m : n;
    bool full = lt_op_bool(call, "full_matrices", true);
    s.rank--;
    s.dim[last - 1] = least;
    u.dim[last] = full ? m : least;
    v.dim[last - 1] = full ? n : least;
    return lt_op_bool(call, "compute_uv", true) ? lt_op_results(call, (struct lt_shape[]){u, s, v}, 3)
                                                : lt_op_result(call, &s);
}

LT_RULE_SHAPE(qr)
{
    const char *mode = lt_op_text(call, "mode", -1);
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_op_unknown(call);
    struct lt_shape q = call->in[0], r = q;
    int last = q.rank - 1;
    int64_t m = q.dim[last - 1], n = q.dim[last], size = mode && strcmp(mode, "complete") == 0 ? m : m < n ? m : n;
    q.dim[last] = size;
    r.dim[last - 1] = size;
    return lt_op_results(call, (struct lt_shape[]){q, r}, 2);
}

/* Eigenvalues and eigenvectors. */
LT_RULE_SHAPE(eigen)
{
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_op_unknown(call);
    struct lt_shape values = call->in[0];
    values.rank--;
    return lt_op_results(call, (struct lt_shape[]){values, call->in[0]}, 2);
}
