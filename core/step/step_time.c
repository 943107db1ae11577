#include "core/step/step_time.h"

#include "core/base/checked.h"
#include "core/step/device_memory.h"
#include "core/step/feed.h"
#include "core/step/time/laws.h"
#include "core/step/update.h"

#include <math.h>
#include <string.h>

static uint64_t price_key(const struct lt_step_op *op)
{
    uint64_t h = op->bytes ^ ((uint64_t)op->path << 8 | (uint64_t)op->kind << 16 | op->dtype),
             odd = 0x9e3779b97f4a7c15u;
    for (int i = 0; op->op && i < LT_OP_DIMS; i++, odd += 0x3c6ef372fe94f82au)
        h += op->op->dim[i] * odd;
    h *= 0xbf58476d1ce4e5b9u;
    return h ^ h >> 29;
}

static bool same_price(const struct lt_step_op *a, const struct lt_step_op *b)
{
    if (a->bytes != b->bytes || a->path != b->path || a->kind != b->kind || a->dtype != b->dtype ||
        a->region != b->region || a->every != b->every || !a->op != !b->op)
        return false;
    return !a->op || (a->op->kind == b->op->kind && memcmp(a->op->dim, b->op->dim, sizeof a->op->dim) == 0);
}

enum lt_status lt_step_find_equal(struct lt_step *step)
{
    /* An open-addressing table over what the price depends on; an op of its own index is the first of its price. */
    uint32_t size = 256;
    while (size < step->op_count * 2)
        size *= 2;
    uint32_t *slot = lt_alloc_raw(step->arena, size, sizeof *slot);
    if (!slot)
        return LT_NO_MEMORY;
    memset(slot, 0xff, size * sizeof *slot);
    for (uint32_t i = 0; i < step->op_count; i++) {
        struct lt_step_op *op = &step->op[i];
        uint32_t at = (uint32_t)price_key(op) & (size - 1);
        while (slot[at] != UINT32_MAX && !same_price(&step->op[slot[at]], op))
            at = (at + 1) & (size - 1);
        if (slot[at] == UINT32_MAX)
            slot[at] = i;
        op->priced_as = slot[at];
    }
    return LT_OK;
}

/* The units that a device has for a step: a framework may run matrix products on others than convolutions. */
struct engines {
    struct lt_engine product, other;
};

static bool is_product(const struct lt_step_op *op)
{
    return op->op && (lt_ops[op->op->kind].op_class == LT_CLASS_GEMM || op->op->kind == LT_OP_ATTENTION);
}

static void price(const struct engines *engines, struct lt_step *step, uint32_t i)
{
    struct lt_step_op *op = &step->op[i];
    if (op->priced_as == i) {
        lt_price(is_product(op) ? &engines->product : &engines->other, step, op);
        return;
    }
    op->seconds = step->op[op->priced_as].seconds;
    op->bound = step->op[op->priced_as].bound;
}

/* What one step costs besides its ops: the call of the traced function, callbacks, metrics (Keras fit: measured 1.2 ms
 * on a 2-core EPYC at 2.5 GHz, 0.3 to 1 ms reported elsewhere). */
static const double STEP_HOST_SECONDS = 0.8e-3;
/* Measured over predicted of published rows, 5 % and 95 %, each a tenth further out for what was not among them (held
 * out by device 94 % of the rows are inside, by source 91 %, by family 84 %): devices with measured rates (567 rows),
 * others (97 rows), CPUs (4 rows: assumed). tests/accuracy/RESULTS.md. */
static const double SPREAD[][2] = {{0.60, 1.63}, {0.67, 1.91}, {0.5, 2.0}};

/* Gradients are summed over the devices once for each update. */
static double communication(const struct lt_step *step, const struct lt_estimate *out)
{
    if (!step->optimizer || out->machine->parallel.devices < 2)
        return 0;
    double whole = lt_exposed_seconds(&out->machine->parallel, (double)lt_gradient_bytes(step),
                                      (double)step->lowering->overlap, out->time.phase_seconds[LT_PHASE_BACKWARD]);
    return whole / lt_optimizer_accumulates(step->setup);
}

static void finish(const struct lt_step *step_ops, const struct lt_engine *engine, uint64_t input_bytes, double device,
                   double gaps, struct lt_estimate *out)
{
    struct lt_step_time *time = &out->time;
    const struct lt_setup *setup = &out->document->setup;
    double link = out->machine->device->host_link_bytes_per_s;
    time->input_seconds = link > 0 ? (double)input_bytes / (0.85 * link) : 0;
    time->host_seconds = STEP_HOST_SECONDS;
    time->communication_seconds = communication(step_ops, out);
    bool known = !isnan(time->communication_seconds);
    double waiting = known ? time->communication_seconds : 0;
    double step = fmax(device + gaps + waiting, time->input_seconds) + time->host_seconds;
    const double *spread = SPREAD[engine->cpu ? 2 : engine->standing == LT_MODEL ? 0 : 1];
    const struct lt_parallel *parallel = &out->machine->parallel;
    enum lt_standing standing = lt_worse(lt_estimate_standing(out), engine->standing);
    if (out->training && parallel->devices > 1)
        standing = lt_worse(standing, known ? parallel->standing : LT_UNKNOWN);
    time->step_seconds = (struct lt_figure){step, step * spread[0], step * spread[1], standing};
    double by_bound[LT_BOUND_COUNT] = {0};
    for (uint32_t i = 0; i < step_ops->op_count; i++)
        by_bound[step_ops->op[i].bound] += step_ops->op[i].seconds;
    by_bound[LT_BOUND_LAUNCH] = gaps;
    by_bound[LT_BOUND_HOST] = time->host_seconds;
    by_bound[LT_BOUND_COMMUNICATION] = waiting;
    by_bound[LT_BOUND_INPUT] = time->input_seconds > device + gaps + waiting ? time->input_seconds : 0;
    time->bound = lt_longest_bound(by_bound);
    time->epoch_standing = standing;
    uint64_t samples = lt_samples_of(setup, &time->epoch_standing);
    uint64_t together = lt_mul(out->batch, parallel->devices);
    time->samples_per_s = step > 0 ? (double)together / step : 0;
    time->steps_per_epoch = together ? lt_ceil_div(samples, together) : 0;
    time->epoch_seconds = step * (double)time->steps_per_epoch;
    time->run_seconds = time->epoch_seconds * (out->training ? (double)lt_setup_int(setup, LT_SET_EPOCHS) : 1);
}

/* Frameworks run float32 work on TF32 units where there are any: TensorFlow from 2.4 on (its release notes), PyTorch
 * since 1.12 its convolutions alone (notes/cuda: torch.backends.cuda.matmul.allow_tf32 is false by default). */
static struct engines engines_of(const struct lt_setup *setup, const struct lt_device *device)
{
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK);
    bool tensorflow = framework && strcmp(framework, "tensorflow") == 0;
    bool torch = framework && strcmp(framework, "torch") == 0;
    bool wanted = lt_setup_policy(setup)->tf32;
    bool none = tensorflow && lt_setup_before(setup, 2, 4),
         convolutions_alone = torch && !lt_setup_before(setup, 1, 12);
    return (struct engines){.product = lt_engine_make(device, wanted || !(none || convolutions_alone)),
                            .other = lt_engine_make(device, wanted || !none)};
}

void lt_step_time_make(struct lt_step *step, uint64_t input_bytes, struct lt_estimate *out)
{
    const struct engines engines = engines_of(&out->document->setup, out->machine->device);
    double device = 0, gaps = 0, gap = lt_step_gap_seconds(step, out->machine);
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        price(&engines, step, i);
        double launches = lt_step_launch_seconds(step, op, gap);
        device += op->seconds;
        gaps += launches;
        out->time.phase_seconds[op->phase] += op->seconds + launches;
    }
    finish(step, &engines.other, input_bytes, device, gaps, out);
}
