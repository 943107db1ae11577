#include "core/step/estimate.h"

#include "core/base/checked.h"
#include "core/step/host.h"
#include "core/step/rows.h"
#include "core/step/time/laws.h"

#include <math.h>
#include <string.h>

/* The state of one estimate between its stages. */
struct estimating {
    const struct lt_document *document;
    const struct lt_machine *machine;
    struct lt_arena *arena;
    struct lt_estimate *out;
    struct lt_problems *problems;
    struct lt_binding binding;
    struct lt_walked walked;
    struct lt_builder logical;
    struct lt_step step;
    struct lt_timeline timeline;
    uint64_t input_bytes, label_bytes; /* of the batch */
};

static const struct lt_framework_lowering *lowering_of(const struct lt_machine *machine)
{
    return machine->device->kind == LT_DEVICE_CPU ? &lt_lowering_tensorflow : &lt_lowering_tensorflow_gpu;
}

/* --- stage 1: shapes, variables and the logical program ----------------------------------------------------------- */

static void set_up(struct estimating *e)
{
    const struct lt_setup *setup = &e->document->setup;
    const char *mode = lt_setup_text(setup, LT_SET_MODE), *precision = lt_setup_text(setup, LT_SET_PRECISION);
    const char *optimizer = lt_setup_text(setup, LT_SET_OPTIMIZER);
    int policy = precision ? lt_policy_find(precision) : 0;
    struct lt_estimate *out = e->out;
    *out = (struct lt_estimate){
        .document = e->document,
        .machine = e->machine,
        .batch = (uint64_t)lt_setup_int(setup, LT_SET_BATCH),
        .training = !mode || strcmp(mode, "inference") != 0,
    };
    e->binding = (struct lt_binding){out->batch, out->training, &lt_policies[policy < 0 ? 0 : policy], 1};
    out->optimizer = out->training && optimizer ? lt_optimizer_find(optimizer) : NULL;
    out->optimizer_name = out->optimizer ? out->optimizer->name : NULL;
    if (out->optimizer)
        out->optimizer_state = lt_optimizer_state_of(setup, out->optimizer);
    out->loss_scaling = out->optimizer && e->binding.precision->loss_scaling;
}

/* A model whose file fixes the batch runs that one. */
static void fixed_batch(struct estimating *e)
{
    if (e->walked.batch == e->out->batch)
        return;
    struct lt_place place = {.file = e->document->origin.file, .path = "batch"};
    lt_problem_add(e->problems, LT_NOTE, place, "make the first axis of batch_shape null for another one",
                   "the model is built for a batch of %llu, which is used instead of %llu",
                   (unsigned long long)e->walked.batch, (unsigned long long)e->out->batch);
    e->out->batch = e->walked.batch;
}

static enum lt_status make_logical(struct estimating *e)
{
    lt_builder_init(&e->logical, e->arena);
    enum lt_status status = lt_walk(e->document, &e->binding, e->arena, &e->logical, &e->walked);
    if (!status)
        status = lt_rows_make(e->document, &e->walked, e->arena, e->out, e->problems);
    for (int i = 0; i < e->walked.in_count && !status; i++)
        e->input_bytes = lt_add(e->input_bytes, lt_shape_bytes(&e->walked.in[i]));
    e->out->complete = e->walked.complete;
    fixed_batch(e);
    return status;
}

/* --- stage 2: the lowered program of the step --------------------------------------------------------------------- */

static enum lt_status make_step(struct estimating *e)
{
    struct lt_step *step = &e->step;
    *step = (struct lt_step){
        .arena = e->arena,
        .lowering = lowering_of(e->machine),
        .optimizer = e->out->optimizer,
        .setup = &e->document->setup,
        .loss_scaling = e->out->loss_scaling,
    };
    enum lt_status status = lt_lower(&e->logical, step->lowering, &step->lowered);
    if (status)
        return status;
    if (step->optimizer)
        lt_losses_emit(&step->lowered, step->lowering, step->setup, &e->walked, &e->label_bytes);
    lt_step_forward(step);
    if (step->optimizer && !step->status)
        lt_step_backward(step, &e->walked);
    e->out->op_count = step->op_count;
    for (uint32_t i = 0; i < step->op_count; i++)
        e->out->kernel_count += step->op[i].kernels;
    return step->lowered.status ? step->lowered.status : step->status;
}

/* --- stage 3: memory ---------------------------------------------------------------------------------------------- */

static void total_rows(struct lt_estimate *out)
{
    for (uint32_t i = 0; i < out->row_count; i++) {
        const struct lt_layer_row *row = &out->row[i];
        if (!row->listed || row->nested)
            continue;
        out->parameters = lt_add(out->parameters, row->parameters);
        out->trainable_parameters = lt_add(out->trainable_parameters, row->trainable_parameters);
        out->non_trainable_parameters = lt_add(out->non_trainable_parameters, row->non_trainable_parameters);
        out->weight_bytes = lt_add(out->weight_bytes, row->weight_bytes);
        out->optimizer_bytes = lt_add(out->optimizer_bytes, row->optimizer_bytes);
        out->forward_flops += row->forward_flops;
    }
    out->forward_flops /= out->batch ? (double)out->batch : 1;
}

static void count_optimizer(struct estimating *e)
{
    struct lt_estimate *out = e->out;
    if (!out->optimizer)
        return;
    for (uint32_t i = 0; i < e->document->layer_count; i++) {
        const struct lt_variables *variables = &e->walked.layer[i].variables;
        for (uint32_t k = 0; k < variables->count; k++)
            if (variables->item[k].trainable && variables->item[k].counted)
                out->optimizer_elements =
                    lt_add(out->optimizer_elements, lt_optimizer_elements(&out->optimizer_state, &variables->item[k]));
    }
    out->optimizer_scalars = lt_optimizer_scalars(&e->document->setup, out->optimizer, out->loss_scaling);
}

/* What a process can use of a device: a nominal size is 1.5 to 3.5 % more than it sees (facts of 30 cards), and the
 * framework leaves a reserve for context and libraries. */
static void usable(const struct lt_machine *machine, struct lt_device_memory *memory)
{
    const struct lt_device *device = machine->device;
    bool cpu = device->kind == LT_DEVICE_CPU;
    memory->capacity_bytes = cpu ? machine->ram_bytes : device->memory_bytes;
    uint64_t seen = memory->capacity_bytes;
    if (device->memory_nominal && !cpu)
        seen -= seen / 40;
    memory->usable_bytes = seen > machine->reserved_bytes ? seen - machine->reserved_bytes : 0;
}

static enum lt_verdict verdict(const struct lt_device_memory *memory)
{
    double room = (double)memory->usable_bytes;
    if (!memory->usable_bytes || memory->needed_bytes.standing == LT_UNKNOWN)
        return memory->usable_bytes && memory->needed_bytes.value > room ? LT_DOES_NOT_FIT : LT_VERDICT_UNKNOWN;
    if (memory->needed_bytes.high <= room)
        return LT_FITS;
    return memory->needed_bytes.value <= room ? LT_TIGHT : LT_DOES_NOT_FIT;
}

static enum lt_standing standing_of(const struct lt_estimate *out)
{
    enum lt_standing worst = LT_MODEL;
    for (uint32_t i = 0; i < out->row_count; i++)
        worst = lt_worse(worst, (enum lt_standing)out->row[i].standing);
    return out->complete ? worst : LT_UNKNOWN;
}

static enum lt_status make_memory(struct estimating *e)
{
    struct lt_estimate *out = e->out;
    struct lt_device_memory *memory = &out->device_memory;
    bool cpu = e->machine->device->kind == LT_DEVICE_CPU;
    struct lt_resident resident = {out->weight_bytes, out->optimizer_bytes, lt_add(e->input_bytes, e->label_bytes)};
    enum lt_status status =
        lt_timeline_make(&e->step, &resident, out->row_count, e->machine->allocator_unit_bytes, &e->timeline);
    if (status)
        return status;
    const struct lt_timeline *t = &e->timeline;
    memcpy(memory->classes, t->classes, sizeof memory->classes);
    memory->kept_bytes = t->kept_bytes;
    memory->moment = t->moment;
    memory->moment_count = t->moment_count;
    memory->peak_moment = t->peak_moment;
    memory->peak_layer = t->moment_count ? t->moment[t->peak_moment].layer : LT_NO_LAYER;
    memory->peak_phase = t->moment_count ? t->moment[t->peak_moment].phase : LT_PHASE_FORWARD;
    double peak = (double)t->peak_bytes;
    enum lt_standing standing = standing_of(out);
    memory->peak_bytes = (struct lt_figure){peak, peak * 0.93, peak * 1.12, standing};
    usable(e->machine, memory);
    /* Rounding and holes of the allocator take a few percent; kernels may ask for scratch. */
    double scratch = cpu ? 0 : 256.0 * 1024 * 1024;
    memory->needed_bytes = (struct lt_figure){peak * 1.03, peak * 0.95, peak * 1.15 + scratch, standing};
    if (!cpu && t->peak_bytes < memory->usable_bytes)
        memory->classes[LT_MEMORY_POOL] = memory->usable_bytes - t->peak_bytes;
    memory->classes[LT_MEMORY_CONTEXT] = e->machine->reserved_bytes;
    for (int i = 0; i < LT_MEMORY_CLASS_COUNT; i++)
        memory->shown_bytes = lt_add(memory->shown_bytes, memory->classes[i]);
    uint64_t sample_bytes = out->batch ? lt_add(e->input_bytes, e->label_bytes) / out->batch : 0;
    lt_host_memory_make(t, sample_bytes, out);
    memory->verdict = cpu ? out->host_memory.verdict : verdict(memory);
    return LT_OK;
}

/* --- stage 4: time ------------------------------------------------------------------------------------------------ */

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
/* Measured over predicted of published rows: 5 % and 95 % for devices with measured rates, for others, and for CPUs. */
static const double SPREAD[][2] = {{0.79, 1.25}, {0.69, 1.25}, {0.5, 2.0}};

static void finish_time(struct estimating *e, const struct lt_engine *engine, double device, double gaps)
{
    struct lt_estimate *out = e->out;
    struct lt_step_time *time = &out->time;
    const struct lt_setup *setup = &e->document->setup;
    double link = e->machine->device->host_link_bytes_per_s;
    time->input_seconds = link > 0 ? (double)e->input_bytes / (0.85 * link) : 0;
    time->host_seconds = STEP_HOST_SECONDS;
    double step = fmax(device + gaps, time->input_seconds) + time->host_seconds;
    const double *spread = SPREAD[engine->cpu ? 2 : engine->standing == LT_MODEL ? 0 : 1];
    enum lt_standing standing = lt_worse(standing_of(out), engine->standing);
    time->step_seconds = (struct lt_figure){step, step * spread[0], step * spread[1], standing};
    double longest = 0, by_bound[LT_BOUND_COUNT] = {0};
    for (uint32_t i = 0; i < e->step.op_count; i++)
        by_bound[e->step.op[i].bound] += e->step.op[i].seconds;
    by_bound[LT_BOUND_LAUNCH] = gaps;
    by_bound[LT_BOUND_HOST] = time->host_seconds;
    by_bound[LT_BOUND_INPUT] = time->input_seconds > device + gaps ? time->input_seconds : 0;
    for (int i = 1; i < LT_BOUND_COUNT; i++)
        if (by_bound[i] > longest) {
            longest = by_bound[i];
            time->bound = (enum lt_bound)i;
        }
    enum lt_standing samples_standing = LT_EXACT;
    uint64_t samples = lt_samples_of(setup, &samples_standing);
    time->samples_per_s = step > 0 ? (double)out->batch / step : 0;
    time->steps_per_epoch = out->batch ? lt_ceil_div(samples, out->batch) : 0;
    time->epoch_seconds = step * (double)time->steps_per_epoch;
    time->run_seconds = time->epoch_seconds * (out->training ? (double)lt_setup_int(setup, LT_SET_EPOCHS) : 1);
}

static enum lt_status make_time(struct estimating *e)
{
    struct lt_step *step = &e->step;
    struct lt_engine engine = lt_engine_make(e->machine->device);
    struct memo memo = {.size = 256};
    while (memo.size < step->op_count * 2)
        memo.size *= 2;
    memo.slot = lt_alloc_array(e->arena, memo.size, sizeof(struct lt_step_op *));
    if (!memo.slot)
        return LT_NO_MEMORY;
    double device = 0, gaps = 0, gap = e->machine->kernel_gap_seconds;
    for (uint32_t i = 0; i < step->op_count; i++) {
        struct lt_step_op *op = &step->op[i];
        price(&engine, step, &memo, op);
        double launches = op->kernels * gap * (double)step->lowered.program.region[op->region].times;
        device += op->seconds;
        gaps += launches;
        e->out->time.phase_seconds[op->phase] += op->seconds + launches;
    }
    finish_time(e, &engine, device, gaps);
    return LT_OK;
}

enum lt_status lt_estimate(const struct lt_document *document, const struct lt_machine *machine, struct lt_arena *arena,
                           struct lt_estimate *out, struct lt_problems *problems)
{
    struct estimating *e = lt_alloc(arena, sizeof *e);
    if (!e)
        return LT_NO_MEMORY;
    *e =
        (struct estimating){.document = document, .machine = machine, .arena = arena, .out = out, .problems = problems};
    set_up(e);
    enum lt_status status = make_logical(e);
    if (!status)
        status = make_step(e);
    if (!status) {
        count_optimizer(e);
        total_rows(out);
        status = make_memory(e);
    }
    if (!status)
        status = make_time(e);
    if (status)
        return status;
    lt_rows_charge(&e->step, &e->timeline, machine->kernel_gap_seconds, out);
    out->forward_flops = 0;
    for (uint32_t i = 0; i < out->row_count; i++)
        if (out->row[i].listed && !out->row[i].nested)
            out->forward_flops += out->row[i].forward_flops;
    out->forward_flops /= out->batch ? (double)out->batch : 1;
    lt_rows_sum(document, out);
    return arena->failed ? LT_NO_MEMORY : LT_OK;
}
