#include "core/step/time/laws.h"

#include <math.h>

/* Share of the matrix law that each pass of an implicit GEMM reaches. */
static const double EFFICIENCY[2][3] = {
    {1.15, 0.79, 0.92}, /* SIMT: forward, operand, kernel */
    {0.97, 1.02, 0.71}, /* tensor units */
};
static const double STRIDED_OPERAND = 0.65, GROUPED = 1.66;
enum { SMALLEST_WINOGRAD_CHANNELS = 16 };

struct conv {
    double groups, m, n, k, taps, stride, pixels, channels;
};

static struct conv dims(const uint64_t d[LT_OP_DIMS])
{
    return (struct conv){(double)d[0], (double)d[1], (double)d[2], (double)d[3],
                         (double)d[4], (double)d[5], (double)d[6], (double)d[7]};
}

static double implicit_gemm(const struct lt_engine *e, enum lt_dtype dtype, const struct conv *c, enum lt_path path)
{
    double depth = c->k / c->taps; /* channels of one group */
    switch (path) {
    case LT_PATH_OPERAND:
        return lt_gemm_seconds(e, dtype, c->groups, c->pixels, depth, c->n * c->taps / c->stride);
    case LT_PATH_KERNEL:
        return lt_gemm_seconds(e, dtype, c->groups, c->k, c->n, c->m);
    default:
        return lt_gemm_seconds(e, dtype, c->groups, c->m, c->n, c->k);
    }
}

/* Winograd F(4x4, 3x3), not fused: 36 matrix products of a ninth of the tiles, and the transforms' traffic. */
static double winograd(const struct lt_engine *e, const struct conv *c)
{
    double tiles = c->m / 16, channels = c->k / c->taps;
    double products = lt_gemm_seconds(e, LT_FLOAT32, 36, tiles, c->n, channels) / 1.05;
    double transforms = 4 * (c->m * c->n + c->pixels * channels + 36 * (channels + c->n) * tiles);
    return products + transforms / (0.9 * e->bytes_per_s);
}

double lt_conv_seconds(const struct lt_engine *e, enum lt_dtype dtype, const uint64_t dim[LT_OP_DIMS],
                       enum lt_path path, double bytes)
{
    struct conv c = dims(dim);
    enum lt_unit_kind unit;
    lt_engine_rate(e, dtype, &unit);
    double floor = lt_engine_stream(e, bytes, 0.9);
    if (c.taps <= 0 || c.m <= 0)
        return floor;
    double matrix = implicit_gemm(e, dtype, &c, path);
    if (unit == LT_UNIT_CPU)
        return fmax(matrix, floor);
    double efficiency = EFFICIENCY[unit == LT_UNIT_TENSOR][path == LT_PATH_OTHER ? 0 : path];
    if (path == LT_PATH_OPERAND && c.stride > 1)
        efficiency *= STRIDED_OPERAND * (c.taps > 1 ? 1.5 : 1);
    if (c.groups > 1)
        efficiency *= GROUPED;
    double seconds = matrix / efficiency;
    bool eligible = unit == LT_UNIT_SIMT && dtype == LT_FLOAT32 && c.taps == 9 && c.stride == 1 && c.groups == 1 &&
                    fmin(c.k / c.taps, c.n) >= SMALLEST_WINOGRAD_CHANNELS;
    if (eligible)
        seconds = fmin(seconds, winograd(e, &c));
    return fmax(seconds, floor);
}
