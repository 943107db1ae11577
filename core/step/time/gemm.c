#include "core/step/time/laws.h"

#include <math.h>

/* The fixed parts of a tile, in steps of k: storing the result at the memory's rate, latency of the loads, start and
 * end. */
struct unit_law {
    double epilogue, latency, fixed;
};
static const struct unit_law SIMT = {0.45, 0, 2.4};
static const struct unit_law TENSOR = {2.07, 0.11, 151};
static const double PIPELINED_EPILOGUE = 1.35;
static const double SPLIT_SECONDS = 2e-6;

/* Narrow matrices leave lanes of the vector units and of the register tile (about 6 x 16) unused. */
static double cpu_gemm(double rate, double batch, double m, double n, double k)
{
    double lanes = ceil(n / 16) * 16 / n, rows = ceil(m / 6) * 6 / m;
    return 2 * batch * m * n * k * lanes * fmin(rows, 2) / rate;
}

struct gemm {
    double m, n, k, batch;
    double units, unit_rate; /* and FLOP/s of one */
    double epilogue, bytes, bytes_per_s;
    const struct unit_law *law;
    const double *feed; /* per tile */
};

/* The result cut into tiles of one size. */
struct tiling {
    double tiles;         /* of all matrices of the batch */
    double flops;         /* of one tile and one step of k */
    double flops_per_s;   /* of one unit */
    double loads_at_once; /* a larger tile hides more of the latency of its loads */
};

static struct tiling tiling_of(const struct gemm *g, int tile)
{
    double tm = lt_tiles[tile].m, tn = lt_tiles[tile].n;
    return (struct tiling){ceil(g->m / tm) * ceil(g->n / tn) * g->batch, 2 * tm * tn, g->unit_rate * g->feed[tile],
                           fmax(1, tm * tn / 4096)};
}

/* The tiles take turns on the units; each walks its share of k, then stores. */
static double tiling_seconds(const struct gemm *g, const struct tiling *t, double split)
{
    double turns = ceil(t->tiles * split / g->units), depth = ceil(g->k / split);
    double steps = turns * (depth + g->epilogue) + g->law->latency * depth / t->loads_at_once + g->law->fixed;
    return steps * t->flops / t->flops_per_s;
}

/* The best of all tiles and splits of k, whose parts are added up at the end. */
static double best_tiling(const struct gemm *g)
{
    double best = INFINITY, work = 2 * g->batch * g->m * g->n * g->k / (g->units * g->unit_rate);
    for (int i = 0; i < LT_TILE_COUNT; i++) {
        if (work >= best * g->feed[i])
            continue; /* even with all units busy all the time it is no better */
        struct tiling t = tiling_of(g, i);
        best = fmin(best, tiling_seconds(g, &t, 1));
        for (double s = 2; s <= 64 && t.tiles * s < 2 * g->units && g->k / s >= 64; s *= 2) {
            double adding = s * g->m * g->n * g->batch * 2 * g->bytes / g->bytes_per_s + SPLIT_SECONDS;
            best = fmin(best, tiling_seconds(g, &t, s) + adding);
        }
    }
    return best;
}

double lt_gemm_seconds(const struct lt_engine *e, enum lt_dtype dtype, double batch, double m, double n, double k)
{
    enum lt_unit_kind unit;
    double rate = lt_engine_rate(e, dtype, &unit);
    double bytes = lt_dtypes[dtype].bits / 8.0;
    double stream = lt_engine_stream(e, bytes * batch * (m * k + k * n + m * n), 1);
    if (m <= 0 || n <= 0 || k <= 0 || batch <= 0)
        return 0;
    if (unit == LT_UNIT_CPU)
        return fmax(cpu_gemm(rate, batch, m, n, k), stream);
    bool tensor = unit == LT_UNIT_TENSOR;
    const struct unit_law *law = tensor ? &TENSOR : &SIMT;
    double ka = tensor && e->pipelined ? PIPELINED_EPILOGUE : law->epilogue;
    const double *feed = !tensor ? e->simt_feed : lt_is_half(dtype) ? e->tensor_feed[0] : e->tensor_feed[1];
    struct gemm g = {
        m,   n,   k, batch, e->units, rate / e->units, ka * bytes * rate / (2 * e->bytes_per_s), bytes, e->bytes_per_s,
        law, feed};
    /* Tensor units read eight halves at once; other shapes are padded. */
    double aligned = tensor && lt_is_half(dtype) && (fmod(n, 8) != 0 || fmod(k, 8) != 0) ? 2 : 1;
    return fmax(aligned * best_tiling(&g), stream);
}
