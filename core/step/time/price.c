#include "core/step/time/laws.h"

#include "core/base/checked.h"

#include <math.h>

/* Share of the stream bandwidth that each kind of memory-bound work reaches; on a CPU all pass at the stream's rate but
 * those with strided access. */
static const double SHARE[] = {
    [LT_CLASS_NONE] = 1,        [LT_CLASS_GEMM] = 1,      [LT_CLASS_CONV] = 0.9,     [LT_CLASS_MAP] = 1,
    [LT_CLASS_COPY] = 0.99,     [LT_CLASS_NORM] = 0.675,  [LT_CLASS_SOFTMAX] = 0.61, [LT_CLASS_POOL] = 0.19,
    [LT_CLASS_REDUCE] = 0.5,    [LT_CLASS_GATHER] = 0.48, [LT_CLASS_OPAQUE] = 1,     [LT_CLASS_COMPOSITE] = 1,
    [LT_CLASS_DEPTHWISE] = 1.1,
};
static const double UPDATE_SHARE = 0.51, DEPTHWISE_KERNEL_SHARE = 0.1, CPU_POOL_SHARE = 0.5;

/* Step of a fused recurrent kernel: a synchronisation of the whole device. */
static const double RECURRENT_STEP_SECONDS = 20e-6;

double lt_recurrent_seconds(const struct lt_engine *e, enum lt_dtype dtype, const uint64_t d[LT_OP_DIMS],
                            enum lt_path path)
{
    double batch = (double)d[0], steps = (double)d[1], features = (double)d[2], units = (double)d[3],
           gates = (double)d[4];
    double weights = units * gates * units * lt_dtypes[dtype].bits / 8.0;
    double step = fmax(lt_gemm_seconds(e, dtype, 1, batch, gates * units, units), lt_engine_stream(e, weights, 1.5));
    double whole =
        steps * (RECURRENT_STEP_SECONDS + step) + lt_gemm_seconds(e, dtype, 1, batch * steps, gates * units, features);
    return path == LT_PATH_FORWARD ? whole : 1.5 * whole;
}

/* Attention as one kernel, which never writes the scores: its two products, in the backward pass two and a half times
 * as many (Dao, FlashAttention-2). */
static double attention(const struct lt_engine *e, const struct lt_step_op *op)
{
    const uint64_t *d = op->op->dim;
    double heads = (double)d[0] * (double)d[1], queries = (double)d[2], keys = (double)d[3];
    enum lt_dtype dtype = (enum lt_dtype)op->dtype;
    double whole = lt_gemm_seconds(e, dtype, heads, queries, keys, (double)d[4]) +
                   lt_gemm_seconds(e, dtype, heads, queries, (double)d[5], keys);
    return op->path == LT_PATH_FORWARD ? whole : 2.5 * whole;
}

static double gemm(const struct lt_engine *e, const struct lt_step_op *op)
{
    const uint64_t *d = op->op->dim;
    double batch = (double)d[0], m = (double)d[1], n = (double)d[2], k = (double)d[3];
    switch (op->path) {
    case LT_PATH_OPERAND:
        return lt_gemm_seconds(e, (enum lt_dtype)op->dtype, batch, m, k, n);
    case LT_PATH_KERNEL:
        return lt_gemm_seconds(e, (enum lt_dtype)op->dtype, batch, k, n, m);
    default:
        return lt_gemm_seconds(e, (enum lt_dtype)op->dtype, batch, m, n, k);
    }
}

static double share_of(const struct lt_engine *e, const struct lt_step_op *op)
{
    if (op->kind == LT_STEP_UPDATE || op->kind == LT_STEP_GRADIENT)
        return UPDATE_SHARE;
    if (op->kind == LT_STEP_SUM)
        return 1;
    if (op->kind == LT_STEP_REDUCE)
        return SHARE[LT_CLASS_REDUCE];
    uint8_t op_class = lt_ops[op->op->kind].op_class;
    if (op_class == LT_CLASS_DEPTHWISE && op->path == LT_PATH_KERNEL)
        return DEPTHWISE_KERNEL_SHARE;
    return e->cpu && op_class == LT_CLASS_POOL ? CPU_POOL_SHARE : SHARE[op_class];
}

void lt_price(const struct lt_engine *e, const struct lt_step *step, struct lt_step_op *op)
{
    double turns = (double)step->lowered.program.region[op->region].times / op->every;
    double bytes = op->bytes == LT_HUGE ? INFINITY : (double)op->bytes;
    double stream = lt_engine_stream(e, bytes, share_of(e, op));
    uint8_t op_class = op->kind == LT_STEP_OP ? lt_ops[op->op->kind].op_class : LT_CLASS_MAP;
    double work = 0;
    if (op_class == LT_CLASS_GEMM)
        work = gemm(e, op);
    else if (op_class == LT_CLASS_CONV)
        work = lt_conv_seconds(e, (enum lt_dtype)op->dtype, op->op->dim, (enum lt_path)op->path, bytes);
    else if (op->kind == LT_STEP_OP && lt_is_recurrent(op->op))
        work = lt_recurrent_seconds(e, (enum lt_dtype)op->dtype, op->op->dim, (enum lt_path)op->path);
    else if (op->kind == LT_STEP_OP && op->op->kind == LT_OP_ATTENTION)
        work = attention(e, op);
    else if (op_class == LT_CLASS_OPAQUE && op->kind == LT_STEP_OP) /* of a layer that the user described */
        work = op->op->flops / e->simt_flops_per_s;
    else if (op_class == LT_CLASS_DEPTHWISE && e->cpu)
        work = op->op->flops / e->simt_flops_per_s * 4; /* one row of taps fills few lanes */
    op->seconds = turns * fmax(work, stream);
    op->bound = work > stream * 1.0001 ? LT_BOUND_COMPUTE : op->bytes ? LT_BOUND_MEMORY : LT_BOUND_NONE;
}
