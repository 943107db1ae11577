#include "core/step/estimate.h"

#include "core/base/checked.h"
#include "core/step/device_memory.h"
#include "core/step/disk.h"
#include "core/step/host.h"
#include "core/step/rows.h"
#include "core/step/step_time.h"
#include "core/step/update.h"

#include <string.h>

/* What the stages up to the timeline make, and what they hand on. */
struct lt_prepared {
    const struct lt_document *document;
    struct lt_machine like; /* the machine it was made for: another one's allocator must be of the same kind */
    struct lt_arena *arena;
    struct lt_problems *problems;
    struct lt_estimate estimate; /* all of it that no machine changes */
    struct lt_binding binding;
    struct lt_walked walked;
    struct lt_builder logical;
    struct lt_step step;
    struct lt_timeline timeline;
    struct lt_pool pool;
    uint64_t input_bytes, label_bytes; /* of the batch */
};

/* --- stage 1: shapes, variables and the logical program ----------------------------------------------------------- */

static void set_up(struct lt_prepared *e)
{
    const struct lt_setup *setup = &e->document->setup;
    const char *mode = lt_setup_text(setup, LT_SET_MODE), *optimizer = lt_setup_text(setup, LT_SET_OPTIMIZER);
    struct lt_estimate *out = &e->estimate;
    *out = (struct lt_estimate){
        .document = e->document,
        .batch = (uint64_t)lt_setup_int(setup, LT_SET_BATCH),
        .training = !mode || strcmp(mode, "inference") != 0,
    };
    e->binding = (struct lt_binding){out->batch, out->training, lt_setup_policy(setup), 1};
    out->optimizer = out->training && optimizer ? lt_optimizer_find(optimizer) : NULL;
    out->optimizer_name = out->optimizer ? out->optimizer->name : NULL;
    if (out->optimizer)
        out->optimizer_state = lt_optimizer_state_of(setup, out->optimizer);
    out->loss_scaling = out->optimizer && lt_optimizer_scales_loss(setup, out->optimizer, e->binding.precision);
}

/* A model whose file fixes the batch runs that one. */
static void fixed_batch(struct lt_prepared *e)
{
    if (e->walked.batch == e->estimate.batch)
        return;
    struct lt_place place = {.file = e->document->origin.file, .path = "batch"};
    lt_problem_add(e->problems, LT_NOTE, place, "make the first axis of batch_shape null for another one",
                   "the model is built for a batch of %llu, which is used instead of %llu",
                   (unsigned long long)e->walked.batch, (unsigned long long)e->estimate.batch);
    e->estimate.batch = e->walked.batch;
}

static enum lt_status make_logical(struct lt_prepared *e)
{
    lt_builder_init(&e->logical, e->arena);
    enum lt_status status = lt_walk(e->document, &e->binding, e->arena, &e->logical, &e->walked);
    if (!status)
        status = lt_rows_make(e->document, &e->walked, e->arena, &e->estimate, e->problems);
    for (int i = 0; i < e->walked.in_count && !status; i++)
        e->input_bytes = lt_add(e->input_bytes, lt_shape_bytes(&e->walked.in[i]));
    e->estimate.complete = e->walked.complete;
    fixed_batch(e);
    return status;
}

/* --- stage 2: the lowered program of the step --------------------------------------------------------------------- */

static enum lt_status make_step(struct lt_prepared *e)
{
    struct lt_step *step = &e->step;
    *step = (struct lt_step){
        .arena = e->arena,
        .lowering = lt_lowering_choose(&e->document->setup, e->document, &e->logical.program,
                                       e->like.device->kind != LT_DEVICE_CPU),
        .optimizer = e->estimate.optimizer,
        .setup = &e->document->setup,
        .loss_scaling = e->estimate.loss_scaling,
    };
    const struct lt_policy *policy = e->binding.precision;
    step->rows = lt_lowering_rows_of(step->lowering);
    enum lt_status status = lt_lower(&e->logical, &step->rows, &step->lowered);
    if (!status && step->lowering->autocasts && policy->compute != policy->variable && lt_is_half(policy->compute))
        status = lt_autocast(&step->lowered, policy->compute);
    if (status)
        return status;
    if (step->optimizer)
        lt_losses_emit(&step->lowered, step->lowering, step->setup, &e->walked, &e->label_bytes);
    lt_step_forward(step);
    if (step->optimizer && !step->status)
        lt_step_segments(step, e->document);
    if (step->optimizer && !step->status)
        lt_step_backward(step);
    lt_step_prune_replays(step);
    lt_step_fuse(step);
    e->estimate.op_count = step->op_count;
    for (uint32_t i = 0; i < step->op_count; i++)
        e->estimate.kernel_count += step->op[i].kernels;
    return step->lowered.status ? step->lowered.status : step->status;
}

/* --- stage 3: memory ---------------------------------------------------------------------------------------------- */

static uint64_t batch_bytes(const struct lt_prepared *e)
{
    return lt_add(e->input_bytes, e->label_bytes);
}

static uint64_t sample_bytes(const struct lt_prepared *e)
{
    return e->estimate.batch ? batch_bytes(e) / e->estimate.batch : 0;
}

static enum lt_status make_memory(struct lt_prepared *e)
{
    struct lt_estimate *out = &e->estimate;
    lt_rows_total(&e->walked, out);
    lt_disk_make(&e->walked, sample_bytes(e), out);
    struct lt_resident resident = {out->weight_bytes, out->optimizer_bytes, batch_bytes(e),
                                   lt_resident_gradient_bytes(&e->step, e->like.parallel.devices)};
    enum lt_status status =
        lt_timeline_make(&e->step, &resident, out->row_count, e->like.allocator.round_bytes, &e->timeline);
    if (!status)
        status = lt_pool_make(&e->step, &e->timeline, lt_resident_bytes(&resident), out->batch, &e->like, &e->pool);
    return status;
}

enum lt_status lt_prepare(const struct lt_document *document, const struct lt_machine *machine, struct lt_arena *arena,
                          struct lt_prepared **out, struct lt_problems *problems)
{
    struct lt_prepared *e = *out = lt_alloc(arena, sizeof *e);
    if (!e)
        return LT_NO_MEMORY;
    e->document = document;
    e->like = *machine;
    e->arena = arena;
    e->problems = problems;
    set_up(e);
    enum lt_status status = make_logical(e);
    if (!status)
        status = make_step(e);
    if (!status)
        status = make_memory(e);
    if (!status)
        status = lt_step_find_equal(&e->step);
    return !status && arena->failed ? LT_NO_MEMORY : status;
}

bool lt_is_prepared(const struct lt_prepared *e, const struct lt_machine *machine)
{
    return lt_pool_same(&e->like, machine);
}

/* --- stage 4: one machine ----------------------------------------------------------------------------------------- */

enum lt_status lt_estimate_on(struct lt_prepared *e, const struct lt_machine *machine, struct lt_arena *arena,
                              struct lt_estimate *out)
{
    *out = e->estimate;
    out->machine = machine;
    out->row = lt_alloc_raw(arena, out->row_count + 1u, sizeof *out->row);
    if (!out->row)
        return LT_NO_MEMORY;
    memcpy(out->row, e->estimate.row, out->row_count * sizeof *out->row);
    lt_host_memory_make(&e->step, &e->timeline, sample_bytes(e), out);
    lt_device_memory_make(&e->timeline, &e->pool, out);
    lt_step_time_make(&e->step, e->input_bytes, out);
    enum lt_status status = lt_rows_charge(&e->step, &e->timeline, lt_step_gap_seconds(&e->step, machine), arena, out);
    if (!status)
        lt_rows_sum(e->document, out);
    return status;
}

enum lt_status lt_estimate(const struct lt_document *document, const struct lt_machine *machine, struct lt_arena *arena,
                           struct lt_estimate *out, struct lt_problems *problems)
{
    struct lt_prepared *prepared;
    enum lt_status status = lt_prepare(document, machine, arena, &prepared, problems);
    return status ? status : lt_estimate_on(prepared, machine, arena, out);
}
