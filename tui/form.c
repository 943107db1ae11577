#include "tui/form.h"

#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"
#include "core/model/dataset.h"
#include "core/model/optimizer.h"
#include "core/model/policy.h"

static struct form_entry *add(struct form *form, const char *label)
{
    if (form->count == FORM_ENTRIES)
        return NULL;
    struct form_entry *entry = &form->entry[form->count++];
    const char *safe = lt_safe_text(&form->arena, label);
    *entry = (struct form_entry){.label = safe ? safe : "?", .text = "", .origin = ""};
    return entry;
}

/* NULL: there is no room or no memory. */
static struct form_entry *add_field(struct form *form, const struct lt_field *field, const char *target,
                                    struct lt_value value)
{
    struct form_entry *entry = target ? add(form, target) : NULL;
    if (!entry)
        return NULL;
    const char *text = lt_field_text(field, &value, &form->arena);
    entry->field = field;
    entry->target = target;
    entry->value = value;
    entry->text = text ? text : "?";
    return entry;
}

/* ---- the set-up ---- */

static bool recomputes(const struct lt_setup *setup, const char *how)
{
    const char *recompute = lt_setup_text(setup, LT_SET_RECOMPUTE);
    return recompute && !strcmp(recompute, how) && !strcmp(lt_setup_text(setup, LT_SET_MODE), "training");
}

/* Fields that other values leave without effect. */
static bool is_idle(const struct lt_setup *setup, int field)
{
    const char *feed = lt_setup_text(setup, LT_SET_FEED), *dataset = lt_setup_text(setup, LT_SET_DATASET);
    bool piped = feed && !strcmp(feed, "tf.data"), numpy = feed && !strcmp(feed, "numpy");
    bool training = !strcmp(lt_setup_text(setup, LT_SET_MODE), "training");
    switch (field) {
    case LT_SET_SAMPLES:
    case LT_SET_VALIDATION_SAMPLES:
        return dataset && strcmp(dataset, "custom") != 0;
    case LT_SET_CACHE:
    case LT_SET_SHUFFLE:
        return !piped;
    case LT_SET_WORKERS:
        return numpy;
    case LT_SET_WORKER_START:
        return !feed || (strcmp(feed, "pydataset") != 0 && strcmp(feed, "dataloader") != 0);
    case LT_SET_OPTIMIZER:
    case LT_SET_LOSS:
    case LT_SET_ACCUMULATE:
    case LT_SET_RECOMPUTE:
    case LT_SET_EPOCHS:
        return !training;
    case LT_SET_RECOMPUTE_ABOVE:
        return !recomputes(setup, "larger_than");
    case LT_SET_RECOMPUTE_LAYERS:
        return !recomputes(setup, "list_of_layers");
    default:
        return false;
    }
}

static const char *origin_of(const struct lt_value *now, const struct lt_value *opened)
{
    if (!opened || !lt_value_equal(now, opened))
        return "changed";
    return now->given ? "given" : "default";
}

static const struct lt_value *named(const struct lt_named *list, uint16_t count, const char *name)
{
    for (uint16_t i = 0; i < count; i++) {
        if (!strcmp(list[i].name, name))
            return &list[i].value;
    }
    return NULL;
}

static void add_option(struct form *form, const struct lt_setup *setup, const struct lt_setup *opened,
                       const struct lt_optimizer *optimizer, const struct lt_field *field)
{
    const char *target = lt_format(&form->arena, "optimizer.%s", field->name);
    struct lt_value value = lt_optimizer_option(setup, optimizer, field->name, &form->arena);
    struct form_entry *entry = add_field(form, field, target, value);
    if (!entry)
        return;
    const struct lt_value *now = named(setup->option, setup->option_count, field->name);
    const struct lt_value *then = named(opened->option, opened->option_count, field->name);
    entry->origin = now ? origin_of(now, then) : then ? "changed" : "default";
}

static void add_options(struct form *form, const struct lt_document *document, const struct lt_setup *opened)
{
    const struct lt_setup *setup = &document->setup;
    const char *name = lt_setup_text(setup, LT_SET_OPTIMIZER);
    const struct lt_optimizer *optimizer = name ? lt_optimizer_find(name) : NULL;
    if (!optimizer || is_idle(setup, LT_SET_OPTIMIZER))
        return;
    for (int i = 0; i < optimizer->option_count; i++)
        add_option(form, setup, opened, optimizer, &optimizer->option[i]);
    for (int i = 0; i < lt_optimizer_base_option_count; i++)
        add_option(form, setup, opened, optimizer, &lt_optimizer_base_options[i]);
}

/* ---- open inputs ---- */

static bool is_open(const struct lt_layer *layer)
{
    int field = lt_field_find(layer->kind->config, layer->kind->config_count, "batch_shape");
    const struct lt_value *shape = field < 0 ? NULL : &layer->config[field];
    for (uint32_t i = 1; shape && shape->type == LT_VALUE_INTS && i < shape->count; i++) {
        if (shape->ints[i] == LT_NO_DIM)
            return true;
    }
    return false;
}

/* The shape that the estimate took for an input of open size. */
static struct lt_value bound_shape(struct form *form, const struct lt_estimate *estimate, uint32_t layer)
{
    const struct lt_shape *shape = estimate && layer < estimate->row_count ? estimate->row[layer].out : NULL;
    int count = shape && shape->rank > 0 ? shape->rank - 1 : 0;
    int64_t *ints = count ? lt_alloc_array(&form->arena, (size_t)count, sizeof *ints) : NULL;
    if (!ints)
        return (struct lt_value){0};
    memcpy(ints, shape->dim + 1, (size_t)count * sizeof *ints);
    return (struct lt_value){.type = LT_VALUE_INTS, .count = (uint32_t)count, .ints = ints};
}

static void add_inputs(struct form *form, const struct lt_document *document, const struct lt_setup *opened,
                       const struct lt_estimate *estimate)
{
    static const struct lt_field field = {.name = "input",
                                          .type = LT_FIELD_INTS,
                                          .low = 1,
                                          .high = INT32_MAX,
                                          .help =
                                              "The shape of an input that the model leaves open, without the batch"};
    const struct lt_setup *setup = &document->setup;
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *layer = &document->layer[i];
        if (layer->kind != &lt_kind_input || layer->parent != LT_NO_LAYER || !layer->name || !is_open(layer))
            continue;
        const struct lt_value *now = named(setup->input, setup->input_count, layer->name);
        const struct lt_value *then = named(opened->input, opened->input_count, layer->name);
        struct form_entry *entry = add_field(form, &field, lt_format(&form->arena, "input.%s", layer->name),
                                             now ? *now : bound_shape(form, estimate, i));
        if (entry)
            entry->origin = now ? origin_of(now, then) : "assumed";
    }
}

static void clear(struct form *form)
{
    lt_arena_clear(&form->arena);
    form->count = 0;
}

void form_of_setup(struct form *form, const struct lt_document *document, const struct lt_setup *opened,
                   const struct lt_estimate *estimate)
{
    const struct lt_setup *setup = &document->setup;
    clear(form);
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        const char *group = lt_setup_group((enum lt_setup_field)i);
        if (!i || strcmp(group, lt_setup_group((enum lt_setup_field)(i - 1))) != 0)
            add(form, group);
        struct form_entry *entry = add_field(form, &lt_setup_fields[i], lt_setup_fields[i].name, setup->value[i]);
        if (!entry)
            return;
        entry->origin = origin_of(&setup->value[i], &opened->value[i]);
        entry->idle = is_idle(setup, i);
        if (i == LT_SET_OPTIMIZER)
            add_options(form, document, opened);
        if (i == LT_SET_SEQ_LEN)
            add_inputs(form, document, opened, estimate);
    }
}

/* ---- a layer ---- */

/* What every layer has besides its kind's configuration. */
static void add_common(struct form *form, const struct lt_layer *layer, const char *path)
{
    static const struct lt_field name = {
        .name = "name", .type = LT_FIELD_TEXT, .help = "The layer's name; it must differ from its neighbours'"};
    static const struct lt_field trainable = {
        .name = "trainable", .type = LT_FIELD_BOOL, .help = "Whether training updates the layer's variables"};
    struct lt_field *precision = lt_alloc(&form->arena, sizeof *precision);
    const char **choices = lt_alloc_array(&form->arena, (size_t)lt_policy_name_count + 2, sizeof *choices);
    if (!precision || !choices)
        return;
    choices[0] = "inherit";
    memcpy(choices + 1, lt_policy_names, (size_t)lt_policy_name_count * sizeof *choices);
    *precision = (struct lt_field){.name = "precision",
                                   .type = LT_FIELD_CHOICE,
                                   .choices = choices,
                                   .help = "The layer's own dtype policy; inherit: the set-up's precision"};
    const char *policy = layer->policy < 0 ? "inherit" : lt_policies[layer->policy].name;
    struct lt_value text = {.type = LT_VALUE_TEXT, .given = true, .text = layer->name ? layer->name : ""};
    struct lt_value flag = {.type = LT_VALUE_BOOL, .given = !layer->trainable, .boolean = layer->trainable};
    struct lt_value own = {.type = LT_VALUE_TEXT, .given = layer->policy >= 0, .text = policy};
    add_field(form, &name, lt_format(&form->arena, "layers.%s.name", path), text);
    add_field(form, &trainable, lt_format(&form->arena, "layers.%s.trainable", path), flag);
    add_field(form, precision, lt_format(&form->arena, "layers.%s.precision", path), own);
}

void form_of_layer(struct form *form, const struct lt_document *document, uint32_t layer)
{
    clear(form);
    if (layer >= document->layer_count)
        return;
    const struct lt_layer *l = &document->layer[layer];
    const char *path = lt_layer_path(&form->arena, document, layer);
    for (int i = 0; path && i < l->kind->config_count; i++) {
        const struct lt_field *field = &l->kind->config[i];
        if (field->type != LT_FIELD_TREE)
            add_field(form, field, lt_format(&form->arena, "layers.%s.%s", path, field->name), l->config[i]);
    }
    if (path)
        add_common(form, l, path);
    for (int i = 0; i < form->count; i++) {
        form->entry[i].label = form->entry[i].field->name;
        form->entry[i].origin = form->entry[i].value.given ? "" : "default";
    }
}

void form_free(struct form *form)
{
    lt_arena_free(&form->arena);
    form->count = 0;
}

/* ---- lines ---- */

char *form_line(const struct form_entry *entry, struct lt_arena *arena, const char *value)
{
    return entry->target ? lt_format(arena, "set %s=%s", entry->target, value) : NULL;
}

char *form_step(const struct form_entry *entry, struct lt_arena *arena, int step)
{
    struct lt_value next;
    if (!entry->field || !lt_field_step(entry->field, arena, &entry->value, step, &next))
        return NULL;
    char *text = lt_field_text(entry->field, &next, arena);
    return text ? form_line(entry, arena, text) : NULL;
}

void form_skip_heading(const struct form *form, struct list *list, bool back)
{
    if (list->selected >= form->count || form->entry[list->selected].field)
        return;
    if (!list_go(list, back ? LIST_UP : LIST_DOWN))
        list_go(list, back ? LIST_DOWN : LIST_UP);
}

int form_find(const struct form *form, const char *target)
{
    for (int i = 0; i < form->count; i++) {
        if (form->entry[i].target && !strcmp(form->entry[i].target, target))
            return i;
    }
    return -1;
}
