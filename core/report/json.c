#include "core/report/report.h"

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/data/json.h"
#include "core/model/optimizer.h"

#include <math.h>
#include <string.h>

/* What the writers of sections share. */
struct json {
    struct lt_arena *arena;
    const struct lt_report *report;
    const struct lt_estimate *e;
};

static struct lt_tree *map(struct json *j, struct lt_tree *parent, const char *key)
{
    return lt_tree_new(j->arena, LT_TREE_MAP, parent, key);
}

/* Foreign text, made safe; null where there is none. */
static void text(struct json *j, struct lt_tree *parent, const char *key, const char *value)
{
    if (value)
        lt_tree_add_text(j->arena, parent, key, lt_safe_text(j->arena, value));
    else
        lt_tree_new(j->arena, LT_TREE_NULL, parent, key);
}

/* Counts and bytes; LT_HUGE has no number and is null. */
static void count(struct json *j, struct lt_tree *parent, const char *key, uint64_t value)
{
    if (value <= INT64_MAX)
        lt_tree_add_int(j->arena, parent, key, (int64_t)value);
    else
        lt_tree_new(j->arena, LT_TREE_NULL, parent, key);
}

/* 0 stands for not known. */
static void known(struct json *j, struct lt_tree *parent, const char *key, uint64_t value)
{
    count(j, parent, key, value ? value : LT_HUGE);
}

static void number(struct json *j, struct lt_tree *parent, const char *key, double value)
{
    if (isfinite(value) && value == floor(value) && fabs(value) < 9e15)
        lt_tree_add_int(j->arena, parent, key, (int64_t)value);
    else
        lt_tree_add_number(j->arena, parent, key, value);
}

static void figure(struct json *j, struct lt_tree *parent, const char *key, struct lt_figure value)
{
    struct lt_tree *node = map(j, parent, key);
    number(j, node, "value", value.value);
    number(j, node, "low", value.low);
    number(j, node, "high", value.high);
    text(j, node, "standing", lt_standing_name(value.standing));
}

static void byte_figure(struct json *j, struct lt_tree *parent, const char *key, struct lt_figure value)
{
    value.value = floor(value.value);
    value.low = floor(value.low);
    value.high = ceil(value.high);
    figure(j, parent, key, value);
}

static void model(struct json *j, struct lt_tree *root)
{
    const struct lt_document *d = j->e->document;
    struct lt_tree *node = map(j, root, "model");
    text(j, node, "name", d->name);
    text(j, node, "file", d->origin.file);
    text(j, node, "format", lt_format_name(d->origin.format));
    text(j, node, "writer", d->origin.writer);
    text(j, node, "backend", d->origin.backend);
    count(j, node, "layers", j->e->layers);
    count(j, node, "parameters", j->e->parameters);
    count(j, node, "trainable_parameters", j->e->trainable_parameters);
    count(j, node, "non_trainable_parameters", j->e->non_trainable_parameters);
    count(j, node, "weight_bytes", j->e->weight_bytes);
    number(j, node, "forward_flops", j->e->forward_flops);
    lt_tree_add_bool(j->arena, node, "complete", j->e->complete);
}

static void setup(struct json *j, struct lt_tree *root)
{
    const struct lt_setup *s = &j->e->document->setup;
    struct lt_tree *node = map(j, root, "setup");
    for (int i = 0; i < LT_SETUP_COUNT; i++)
        lt_field_write(&lt_setup_fields[i], &s->value[i], j->arena, node);
    const struct lt_optimizer *optimizer = j->e->optimizer;
    for (int i = 0; optimizer && i < optimizer->option_count; i++) {
        struct lt_field field = optimizer->option[i];
        struct lt_value value = lt_optimizer_option(s, optimizer, field.name, j->arena);
        field.name = lt_format(j->arena, "optimizer.%s", optimizer->option[i].name);
        lt_field_write(&field, &value, j->arena, node);
    }
    for (int i = 0; i < s->input_count; i++) {
        struct lt_field field = {.type = LT_FIELD_INTS};
        field.name = lt_format(j->arena, "input.%s", lt_safe_text(j->arena, s->input[i].name));
        lt_field_write(&field, &s->input[i].value, j->arena, node);
    }
}

static void optimizer(struct json *j, struct lt_tree *root)
{
    struct lt_tree *node = map(j, root, "optimizer");
    text(j, node, "name", j->e->optimizer_name);
    count(j, node, "elements", j->e->optimizer_elements);
    count(j, node, "scalars", j->e->optimizer_scalars);
    count(j, node, "bytes", j->e->optimizer_bytes);
}

static void shapes(struct json *j, struct lt_tree *node, const struct lt_layer_row *row)
{
    struct lt_tree *list = lt_tree_new(j->arena, LT_TREE_LIST, node, "outputs");
    for (int i = 0; row->out && i < row->out_count; i++) {
        if (row->out[i].rank < 0) {
            lt_tree_new(j->arena, LT_TREE_NULL, list, NULL);
            continue;
        }
        struct lt_tree *shape = lt_tree_new(j->arena, LT_TREE_LIST, list, NULL);
        for (int axis = 0; axis < row->out[i].rank; axis++)
            if (row->open && (row->open[i] & (1u << axis)))
                lt_tree_new(j->arena, LT_TREE_NULL, shape, NULL);
            else
                lt_tree_add_int(j->arena, shape, NULL, row->out[i].dim[axis]);
    }
}

static void layers(struct json *j, struct lt_tree *root)
{
    const struct lt_document *d = j->e->document;
    struct lt_tree *list = lt_tree_new(j->arena, LT_TREE_LIST, root, "layers");
    for (uint32_t i = 0; i < j->e->row_count; i++) {
        const struct lt_layer_row *row = &j->e->row[i];
        if (!row->listed)
            continue;
        struct lt_tree *node = map(j, list, NULL);
        text(j, node, "path", lt_layer_path(j->arena, d, i));
        text(j, node, "class", d->layer[i].class_name ? d->layer[i].class_name : d->layer[i].kind->name);
        lt_tree_add_bool(j->arena, node, "nested", row->nested);
        count(j, node, "calls", row->calls);
        shapes(j, node, row);
        count(j, node, "parameters", row->parameters);
        count(j, node, "trainable_parameters", row->trainable_parameters);
        count(j, node, "non_trainable_parameters", row->non_trainable_parameters);
        count(j, node, "weight_bytes", row->weight_bytes);
        count(j, node, "gradient_bytes", row->gradient_bytes);
        count(j, node, "optimizer_bytes", row->optimizer_bytes);
        count(j, node, "kept_bytes", row->kept_bytes);
        count(j, node, "peak_bytes", row->peak_bytes);
        number(j, node, "forward_flops", row->forward_flops);
        number(j, node, "backward_flops", row->backward_flops);
        number(j, node, "seconds", row->seconds);
        text(j, node, "bound", lt_bound_names[row->bound]);
        text(j, node, "standing", lt_standing_name((enum lt_standing)row->standing));
    }
}

static const char *path_of(struct json *j, uint32_t layer)
{
    return layer < j->e->row_count ? lt_layer_path(j->arena, j->e->document, layer) : NULL;
}

static void peak_at(struct json *j, struct lt_tree *node)
{
    const struct lt_device_memory *memory = &j->e->device_memory;
    struct lt_tree *at = map(j, node, "peak_at");
    text(j, at, "layer", path_of(j, memory->peak_layer));
    text(j, at, "phase", lt_phase_names[memory->peak_phase]);
}

/* The most that is alive while a layer runs in one phase, in the order of execution. */
static void timeline(struct json *j, struct lt_tree *node)
{
    const struct lt_device_memory *memory = &j->e->device_memory;
    struct lt_tree *list = lt_tree_new(j->arena, LT_TREE_LIST, node, "timeline");
    const struct lt_moment *moment = memory->moment;
    for (uint32_t i = 0, end; i < memory->moment_count; i = end) {
        uint64_t bytes = 0;
        for (end = i; end < memory->moment_count; end++) {
            if (moment[end].layer != moment[i].layer || moment[end].phase != moment[i].phase)
                break;
            bytes = moment[end].bytes > bytes ? moment[end].bytes : bytes;
        }
        struct lt_tree *entry = map(j, list, NULL);
        text(j, entry, "layer", path_of(j, moment[i].layer));
        text(j, entry, "phase", lt_phase_names[moment[i].phase]);
        count(j, entry, "bytes", bytes);
    }
}

static void device_memory(struct json *j, struct lt_tree *root)
{
    const struct lt_device_memory *memory = &j->e->device_memory;
    struct lt_tree *node = map(j, root, "device_memory");
    count(j, node, "kept_bytes", memory->kept_bytes);
    byte_figure(j, node, "peak_bytes", memory->peak_bytes);
    peak_at(j, node);
    struct lt_tree *classes = map(j, node, "classes");
    for (int i = 0; i < LT_MEMORY_CLASS_COUNT; i++)
        count(j, classes, lt_memory_class_names[i], memory->classes[i]);
    byte_figure(j, node, "needed_bytes", memory->needed_bytes);
    count(j, node, "shown_bytes", memory->shown_bytes);
    known(j, node, "capacity_bytes", memory->capacity_bytes);
    known(j, node, "usable_bytes", memory->usable_bytes);
    text(j, node, "verdict", lt_verdict_names[memory->verdict]);
    known(j, node, "largest_batch", j->report->largest_batch);
    timeline(j, node);
}

static void host_memory(struct json *j, struct lt_tree *root)
{
    const struct lt_host_memory *memory = &j->e->host_memory;
    struct lt_tree *node = map(j, root, "host_memory");
    byte_figure(j, node, "peak_bytes", memory->peak_bytes);
    struct lt_tree *classes = map(j, node, "classes");
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++)
        count(j, classes, lt_host_class_names[i], memory->classes[i]);
    known(j, node, "capacity_bytes", memory->capacity_bytes);
    text(j, node, "verdict", lt_verdict_names[memory->verdict]);
}

static void disk(struct json *j, struct lt_tree *root)
{
    struct lt_tree *node = map(j, root, "disk");
    byte_figure(j, node, "dataset_bytes", j->e->disk.dataset_bytes);
    byte_figure(j, node, "checkpoint_bytes", j->e->disk.checkpoint_bytes);
}

static void step_time(struct json *j, struct lt_tree *root)
{
    const struct lt_step_time *time = &j->e->time;
    struct lt_tree *node = map(j, root, "time");
    figure(j, node, "step_seconds", time->step_seconds);
    struct lt_tree *phases = map(j, node, "phases");
    for (int i = 0; i < LT_PHASE_COUNT; i++)
        number(j, phases, lt_phase_names[i], time->phase_seconds[i]);
    number(j, phases, "communication", time->communication_seconds);
    number(j, phases, "input", time->input_seconds);
    number(j, phases, "host", time->host_seconds);
    text(j, node, "bound", lt_bound_names[time->bound]);
    number(j, node, "samples_per_s", time->samples_per_s);
    number(j, node, "epoch_seconds", time->epoch_seconds);
    number(j, node, "run_seconds", time->run_seconds);
    text(j, node, "epoch_standing", lt_standing_name(time->epoch_standing));
}

/* What would make it fit; empty where it fits. */
static void advice(struct json *j, struct lt_tree *root)
{
    struct lt_tree *list = lt_tree_new(j->arena, LT_TREE_LIST, root, "advice");
    for (int i = 0; i < j->report->advice_count; i++) {
        const struct lt_advice *way = &j->report->advice[i];
        struct lt_tree *node = map(j, list, NULL), *set = map(j, node, "set");
        for (int k = 0; k < way->change_count; k++) {
            const struct lt_field *field = &lt_setup_fields[way->change[k].field];
            lt_field_write(field, &way->change[k].value, j->arena, set);
        }
        byte_figure(j, node, "needed_bytes", way->needed_bytes);
        known(j, node, "usable_bytes", way->usable_bytes);
        number(j, node, "samples_per_s", 1 / way->seconds_per_sample);
        number(j, node, "time_ratio", way->time_ratio);
    }
}

static void problems(struct json *j, struct lt_tree *root)
{
    const struct lt_problems *all = j->report->problems;
    struct lt_tree *list = lt_tree_new(j->arena, LT_TREE_LIST, root, "problems");
    for (uint32_t i = 0; all && i < all->count; i++) {
        const struct lt_problem *p = &all->item[i];
        struct lt_tree *node = map(j, list, NULL);
        text(j, node, "file", p->place.file);
        known(j, node, "line", p->place.line);
        known(j, node, "column", p->place.column);
        text(j, node, "path", p->place.path);
        text(j, node, "severity", lt_severity_name(p->severity));
        text(j, node, "message", p->message);
        text(j, node, "hint", p->hint);
    }
}

const struct lt_tree *lt_report_tree(const struct lt_report *report, struct lt_arena *arena)
{
    struct json j = {arena, report, report->estimate};
    struct lt_tree *root = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    if (!root)
        return NULL;
    lt_tree_add_int(arena, root, "schema", 1);
    model(&j, root);
    setup(&j, root);
    optimizer(&j, root);
    layers(&j, root);
    device_memory(&j, root);
    host_memory(&j, root);
    disk(&j, root);
    step_time(&j, root);
    advice(&j, root);
    problems(&j, root);
    return arena->failed ? NULL : root;
}

enum lt_status lt_report_json(const struct lt_report *report, struct lt_buffer *out)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *root = lt_report_tree(report, &arena);
    enum lt_status status = root ? lt_json_write(out, root) : LT_NO_MEMORY;
    lt_arena_free(&arena);
    return status;
}
