#include "core/model/assign.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/optimizer.h"

const char *lt_nearest_hint(struct lt_arena *arena, const char *name, const char *const *names, int count)
{
    int there = 0;
    while (there < count && names[there])
        there++;
    int nearest = lt_nearest(name, names, there);
    if (nearest < 0)
        return NULL;
    const char *safe = lt_safe_text(arena, names[nearest]);
    return safe ? lt_format(arena, "did you mean %s?", safe) : NULL;
}

enum lt_status lt_source_read(const struct lt_source *source, const struct lt_field *field, struct lt_arena *arena,
                              struct lt_value *value, struct lt_problems *problems)
{
    const struct lt_tree *tree = source->tree;
    enum lt_status status;
    if (tree && tree->type == LT_TREE_INT && field->type == LT_FIELD_CHOICE) {
        const char *text = lt_format(problems->arena, "%" PRId64, tree->integer);
        if (!text)
            return LT_NO_MEMORY;
        status = lt_field_parse(field, arena, text, value, source->place, problems);
    } else if (tree) {
        status = lt_field_read(field, arena, tree, value, source->place.file, problems);
    } else {
        status = lt_field_parse(field, arena, source->text, value, source->place, problems);
    }
    if (status == LT_OK)
        value->given = true;
    return status;
}

static int find_named(const struct lt_named *named, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(named[i].name, name) == 0)
            return i;
    return -1;
}

/* The list with `name` set to `value`, as a new list. */
static enum lt_status set_named(struct lt_arena *arena, struct lt_named **named, uint16_t *count, const char *name,
                                struct lt_value value)
{
    int at = find_named(*named, *count, name);
    uint16_t length = (uint16_t)(at < 0 ? *count + 1 : *count);
    if (length == 0)
        return LT_TOO_LARGE;
    struct lt_named *list = lt_grow(arena, *named, *count, length, sizeof *list);
    if (!list)
        return LT_NO_MEMORY;
    if (at < 0) {
        at = *count;
        list[at].name = lt_strdup(arena, name);
        if (!list[at].name)
            return LT_NO_MEMORY;
    }
    list[at].value = value;
    *named = list;
    *count = length;
    return LT_OK;
}

static enum lt_status unknown_name(const char *what, const char *name, const char *const *names, int count,
                                   const struct lt_source *source, struct lt_problems *problems)
{
    const char *hint = lt_nearest_hint(problems->arena, name, names, count);
    const char *safe = lt_safe_text(problems->arena, name);
    lt_problem_add(problems, LT_ERROR, source->place, hint, "there is no %s %s", what, safe ? safe : "?");
    return LT_NOT_FOUND;
}

/* --- options of the optimizer ------------------------------------------------------------------------------- */

static const char *const *option_names(struct lt_arena *arena, const struct lt_optimizer *optimizer, int *count)
{
    *count = optimizer->option_count + lt_optimizer_base_option_count;
    const char **names = lt_alloc_array(arena, (size_t)*count, sizeof *names);
    for (int i = 0; names && i < *count; i++)
        names[i] = i < optimizer->option_count ? optimizer->option[i].name
                                               : lt_optimizer_base_options[i - optimizer->option_count].name;
    return names;
}

static enum lt_status assign_option(struct lt_setup *setup, struct lt_arena *arena, const char *option,
                                    const struct lt_source *source, struct lt_problems *problems)
{
    const struct lt_optimizer *optimizer = lt_optimizer_find(lt_setup_text(setup, LT_SET_OPTIMIZER));
    const struct lt_field *field = optimizer ? lt_optimizer_field(optimizer, option) : NULL;
    if (!field) {
        int count = 0;
        const char *const *names = optimizer ? option_names(problems->arena, optimizer, &count) : NULL;
        const char *what = lt_format(problems->arena, "option of %s called", optimizer ? optimizer->name : "optimizer");
        return unknown_name(what ? what : "option", option, names, names ? count : 0, source, problems);
    }
    struct lt_value value = {0};
    enum lt_status status = lt_source_read(source, field, arena, &value, problems);
    return status ? status : set_named(arena, &setup->option, &setup->option_count, option, value);
}

/* Leaves only the options that the optimizer has. */
static enum lt_status drop_foreign_options(struct lt_setup *setup, struct lt_arena *arena)
{
    const struct lt_optimizer *optimizer = lt_optimizer_find(lt_setup_text(setup, LT_SET_OPTIMIZER));
    if (!optimizer || !setup->option_count)
        return LT_OK;
    struct lt_named *kept = lt_alloc_array(arena, setup->option_count, sizeof *kept);
    if (!kept)
        return LT_NO_MEMORY;
    uint16_t count = 0;
    for (uint16_t i = 0; i < setup->option_count; i++)
        if (lt_optimizer_field(optimizer, setup->option[i].name))
            kept[count++] = setup->option[i];
    setup->option = kept;
    setup->option_count = count;
    return LT_OK;
}

/* --- shapes of inputs ----------------------------------------------------------------------------------------- */

static const struct lt_layer *find_input(const struct lt_document *document, const char *name)
{
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *layer = &document->layer[i];
        if (layer->kind == &lt_kind_input && layer->parent == LT_NO_LAYER && layer->name &&
            strcmp(layer->name, name) == 0)
            return layer;
    }
    return NULL;
}

static enum lt_status unknown_input(const struct lt_document *document, const char *name,
                                    const struct lt_source *source, struct lt_problems *problems)
{
    const char **names = lt_alloc_array(problems->arena, document->layer_count, sizeof *names);
    int count = 0;
    for (uint32_t i = 0; names && i < document->layer_count; i++)
        if (document->layer[i].kind == &lt_kind_input && document->layer[i].parent == LT_NO_LAYER &&
            document->layer[i].name)
            names[count++] = document->layer[i].name;
    return unknown_name("input called", name, names, count, source, problems);
}

/* Whether `value` has as many axes as the file's shape behind its batch, and the sizes that it fixes. */
static bool input_fits(const struct lt_layer *input, const struct lt_value *value)
{
    int field = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
    const struct lt_value *shape = field < 0 ? NULL : &input->config[field];
    if (!shape || shape->type != LT_VALUE_INTS || shape->count == 0)
        return value->count < LT_MAX_RANK;
    if (value->count != shape->count - 1)
        return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (shape->ints[i + 1] != LT_NO_DIM && shape->ints[i + 1] != value->ints[i])
            return false;
    return true;
}

static char *input_text(const struct lt_layer *input, struct lt_arena *arena)
{
    int field = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
    if (field < 0)
        return NULL;
    char *shape = lt_field_text(&input->kind->config[field], &input->config[field], arena);
    return shape ? lt_format(arena, "the model says %s, batch first", shape) : NULL;
}

static enum lt_status assign_input(struct lt_setup *setup, const struct lt_document *document, const char *name,
                                   const struct lt_source *source, struct lt_problems *problems)
{
    static const struct lt_field field = {.name = "input", .type = LT_FIELD_INTS, .low = 1, .high = INT32_MAX};
    const struct lt_layer *input = find_input(document, name);
    if (!input)
        return unknown_input(document, name, source, problems);
    struct lt_value value = {0};
    enum lt_status status = lt_source_read(source, &field, document->arena, &value, problems);
    if (status)
        return status;
    if (value.type != LT_VALUE_INTS || !input_fits(input, &value)) {
        const char *safe = lt_safe_text(problems->arena, name);
        lt_problem_add(problems, LT_ERROR, source->place, input_text(input, problems->arena),
                       "this is no shape for input %s", safe ? safe : "?");
        return LT_INVALID;
    }
    return set_named(document->arena, &setup->input, &setup->input_count, name, value);
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static enum lt_status unknown_setting(const char *name, const struct lt_source *source, struct lt_problems *problems)
{
    const char *names[LT_SETUP_COUNT + 2];
    int count = 0;
    for (; count < LT_SETUP_COUNT; count++)
        names[count] = lt_setup_fields[count].name;
    names[count++] = "optimizer.NAME";
    names[count++] = "input.NAME";
    return unknown_name("setting", name, names, count, source, problems);
}

enum lt_status lt_setup_assign(struct lt_setup *setup, const struct lt_document *document, const char *name,
                               const struct lt_source *source, struct lt_problems *problems)
{
    struct lt_setup changed = *setup;
    enum lt_status status;
    int field = lt_field_find(lt_setup_fields, LT_SETUP_COUNT, name);
    if (field >= 0) {
        status = lt_source_read(source, &lt_setup_fields[field], document->arena, &changed.value[field], problems);
        if (!status && field == LT_SET_OPTIMIZER)
            status = drop_foreign_options(&changed, document->arena);
    } else if (strncmp(name, "optimizer.", 10) == 0) {
        status = assign_option(&changed, document->arena, name + 10, source, problems);
    } else if (strncmp(name, "input.", 6) == 0) {
        status = assign_input(&changed, document, name + 6, source, problems);
    } else {
        status = unknown_setting(name, source, problems);
    }
    if (status == LT_OK)
        *setup = changed;
    return status;
}
