#include "core/model/shape.h"

#include "core/base/checked.h"

uint64_t lt_shape_elements_from(const struct lt_shape *shape, int first)
{
    if (shape->rank < 0)
        return 0;
    uint64_t elements = 1;
    for (int i = first; i < shape->rank; i++)
        elements = lt_mul(elements, shape->dim[i] < 0 ? 0 : (uint64_t)shape->dim[i]);
    return elements;
}

uint64_t lt_shape_bytes(const struct lt_shape *shape)
{
    return lt_dtype_bytes((enum lt_dtype)shape->dtype, lt_shape_elements(shape));
}

bool lt_shape_equal(const struct lt_shape *a, const struct lt_shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

int lt_shape_axis(const struct lt_shape *shape, int64_t axis)
{
    if (axis < -shape->rank || axis >= shape->rank)
        return -1;
    return (int)(axis < 0 ? axis + shape->rank : axis);
}

/* The dimension that stands `back` places before the end; 1 where the shape is shorter. */
static int64_t dim_from_end(const struct lt_shape *shape, int back)
{
    return back <= shape->rank ? shape->dim[shape->rank - back] : 1;
}

bool lt_shape_broadcast(const struct lt_shape *a, const struct lt_shape *b, struct lt_shape *out)
{
    if (a->rank < 0 || b->rank < 0)
        return false;
    struct lt_shape both = {.rank = a->rank > b->rank ? a->rank : b->rank, .dtype = a->dtype};
    for (int back = 1; back <= both.rank; back++) {
        int64_t x = dim_from_end(a, back), y = dim_from_end(b, back);
        if (x != y && x != 1 && y != 1)
            return false;
        both.dim[both.rank - back] = x == 1 ? y : x;
    }
    *out = both;
    return true;
}

/* No window that fits is as wide; what is wider does not fit either, and cannot overflow. */
static const int64_t WIDEST = INT64_C(1) << 40;

static int64_t spread(int64_t kernel, int64_t dilation)
{
    if (kernel < 1 || dilation < 1)
        return 0;
    int64_t width;
    if (__builtin_mul_overflow(kernel - 1, dilation, &width) || width >= WIDEST)
        return WIDEST;
    return width + 1;
}

int64_t lt_window_positions(int64_t n, int64_t kernel, int64_t stride, int64_t dilation, enum lt_padding padding)
{
    int64_t width = spread(kernel, dilation);
    if (n < 1 || n > WIDEST || width < 1 || stride < 1)
        return 0;
    if (padding != LT_PADDING_VALID)
        return (n - 1) / stride + 1;
    return width > n ? 0 : (n - width) / stride + 1;
}

int64_t lt_window_transposed(int64_t n, int64_t kernel, int64_t stride, int64_t dilation, enum lt_padding padding,
                             int64_t output_padding)
{
    int64_t width = spread(kernel, dilation);
    if (n < 1 || width < 1 || stride < 1 || stride > WIDEST || n > WIDEST / stride)
        return 0;
    bool same = padding != LT_PADDING_VALID;
    if (output_padding == LT_NO_DIM)
        return same ? n * stride : (n - 1) * stride + width + (stride > width ? stride - width : 0);
    if (output_padding < 0 || output_padding > WIDEST)
        return 0;
    return (n - 1) * stride + width + output_padding - (same ? width / 2 * 2 : 0);
}

char *lt_shape_text(struct lt_arena *arena, const struct lt_shape *shape, bool with_batch)
{
    if (shape->rank < 0)
        return lt_strdup(arena, "?");
    char text[LT_MAX_RANK * 22 + 4]; /* 20 digits, a comma and a space for each */
    size_t length = 0;
    text[length++] = '(';
    for (int i = with_batch ? 0 : 1; i < shape->rank; i++) {
        if (length > 1)
            text[length++] = ',', text[length++] = ' ';
        uint64_t value = shape->dim[i] < 0 ? 0 : (uint64_t)shape->dim[i];
        char digits[20];
        size_t count = 0;
        do
            digits[count++] = (char)('0' + value % 10);
        while (value /= 10);
        if (shape->dim[i] < 0)
            text[length++] = '?';
        else
            while (count)
                text[length++] = digits[--count];
    }
    text[length++] = ')';
    return lt_strndup(arena, text, length);
}
