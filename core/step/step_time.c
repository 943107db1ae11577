#include "core/step/step_time.h"

#include "core/base/checked.h"
#include "core/step/device_memory.h"
#include "core/step/host.h"
#include "core/step/time/laws.h"

#include <math.h>
#include <string.h>

/* Equal ops are priced once: an open-addressing table over what the price depends on. */
struct memo {
    const struct lt_step_op **slot;
    uint32_t size;
};

static uint64_t price_key(const struct lt_step_op *op)
{
    uint64_t h = op->bytes * 0x9e3779b97f4a7c15u ^ ((uint64_t)op->path << 8 | (uint64_t)op->kind << 16 | op->dtype);
    if (op->op)
        for (int i = 0; i < LT_OP_DIMS; i++)
            h = (h ^ op->op->dim[i] ^ op->op->kind) * 0xbf58476d1ce4e5b9u;
    return h ^ h >> 29;
}

static bool same_price(const struct lt_step_op *a, const struct lt_step_op *b)
{
    if (a->bytes != b->bytes || a->path != b->path || a->kind != b->kind || a->dtype != b->dtype ||
        a->region != b->region || !a->op != !b->op)
        return false;
    return !a->op || (a->op->kind == b->op->kind && memcmp(a->op->dim, b->op->dim, sizeof a->op->dim) == 0);
}

static void price(const struct lt_engine *engine, struct lt_step *step, struct memo *memo, struct lt_step_op *op)
{
    uint32_t at = memo->size ? (uint32_t)price_key(op) & (memo->size - 1) : 0;
    while (memo->size && memo->slot[at] && !same_price(memo->slot[at], op))
        at = (at + 1) & (memo->size - 1);
    if (memo->size && memo->slot[at]) {
        op->seconds = memo->slot[at]->seconds;
        op->bound = memo->slot[at]->bound;
        return;
    }
    lt_price(engine, step, op);
    if (memo->size)
        memo->slot[at] = op;
}

/* What one step costs besides its ops: the call of the traced function, callbacks, metrics (Keras fit: measured 1.2 ms
 * on a 2-core EPYC at 2.5 GHz, 0.3 to 1 ms reported elsewhere). */
static const double STEP_HOST_SECONDS = 0.8e-3;
/* Measured over predicted of published rows, 5 % and 95 %: for devices with measured rates (408 rows: 0.63 and 1.52),
 * for others (90 rows: 0.73 and 1.75), and for CPUs (few rows; tests/accuracy/RESULTS.md). */
static const double SPREAD[][2] = {{0.63, 1.52}, {0.70, 1.80}, {0.5, 2.0}};

static void finish(const struct lt_step *step_ops, const struct lt_engine *engine, uint64_t input_bytes, double device,
                   double gaps, struct lt_estimate *out)
{
    struct lt_step_time *time = &out->time;
    const struct lt_setup *setup = &out->document->setup;
    double link = out->machine->device->host_link_bytes_per_s;
    time->input_seconds = link > 0 ? (double)input_bytes / (0.85 * link) : 0;
    time->host_seconds = STEP_HOST_SECONDS;
    double step = fmax(device + gaps, time->input_seconds) + time->host_seconds;
    const double *spread = SPREAD[engine->cpu ? 2 : engine->standing == LT_MODEL ? 0 : 1];
    enum lt_standing standing = lt_worse(lt_estimate_standing(out), engine->standing);
    time->step_seconds = (struct lt_figure){step, step * spread[0], step * spread[1], standing};
    double by_bound[LT_BOUND_COUNT] = {0};
    for (uint32_t i = 0; i < step_ops->op_count; i++)
        by_bound[step_ops->op[i].bound] += step_ops->op[i].seconds;
    by_bound[LT_BOUND_LAUNCH] = gaps;
    by_bound[LT_BOUND_HOST] = time->host_seconds;
    by_bound[LT_BOUND_INPUT] = time->input_seconds > device + gaps ? time->input_seconds : 0;
    time->bound = lt_longest_bound(by_bound);
    time->epoch_standing = standing;
    uint64_t samples = lt_samples_of(setup, &time->epoch_standing);
    time->samples_per_s = step > 0 ? (double)out->batch / step : 0;
    time->steps_per_epoch = out->batch ? lt_ceil_div(samples, out->batch) : 0;
    time->epoch_seconds = step * (double)time->steps_per_epoch;
    time->run_seconds = time->epoch_seconds * (out->training ? (double)lt_setup_int(setup, LT_SET_EPOCHS) : 1);
}

enum lt_status lt_step_time_make(struct lt_step *step, uint64_t input_bytes, struct lt_estimate *out)
{
    struct lt_engine engine = lt_engine_make(out->machine->device);
    struct memo memo = {.size = 256};
    while (memo.size < step->op_count * 2)
        memo.size *= 2;
    memo.slot = lt_alloc_array(step->arena, memo.size, sizeof(struct lt_step_op *));
    if (!memo.slot)
        return LT_NO_MEMORY;
    double device = 0, gaps = 0, gap = lt_step_gap_seconds(step, out->machine);
    for (uint32_t i = 0; i < step->op_count; i++) {
        struct lt_step_op *op = &step->op[i];
        price(&engine, step, &memo, op);
        double launches = lt_step_launch_seconds(step, op, gap);
        device += op->seconds;
        gaps += launches;
        out->time.phase_seconds[op->phase] += op->seconds + launches;
    }
    finish(step, &engine, input_bytes, device, gaps, out);
    return LT_OK;
}
