#include "core/model/edit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/change.h"
#include "core/model/policy.h"

static const struct lt_place nowhere = {0};

enum lt_status lt_edit_refuse(struct lt_editor *e, const char *hint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = lt_vformat(e->problems->arena, format, args);
    va_end(args);
    if (!message || e->arena->failed)
        return LT_NO_MEMORY;
    lt_problem_add(e->problems, LT_ERROR, nowhere, hint, "%s", message);
    return LT_INVALID;
}

static const char *safe(struct lt_editor *e, const char *text)
{
    const char *shown = lt_safe_text(e->problems->arena, text);
    return shown ? shown : "?";
}

/* --- layers ------------------------------------------------------------------------------------------------------ */

static const char *nearest_path(struct lt_editor *e, const char *path)
{
    const struct lt_document *document = e->document;
    const char **names = lt_alloc_array(e->problems->arena, document->layer_count, sizeof *names);
    int count = 0;
    for (uint32_t i = 0; names && i < document->layer_count; i++) {
        names[count] = lt_layer_path(e->problems->arena, document, i);
        count += names[count] != NULL;
    }
    return lt_nearest_hint(e->problems->arena, path, names, count);
}

uint32_t lt_edit_find(struct lt_editor *e, const char *path)
{
    if (strncmp(path, "layers.", 7) == 0)
        path += 7;
    uint32_t index = lt_document_find_layer(e->document, path);
    if (index == LT_NO_LAYER)
        lt_edit_refuse(e, nearest_path(e, path), "there is no one layer %s", safe(e, path));
    return index;
}

enum lt_status lt_edit_copy_layer(struct lt_editor *e, const struct lt_layer *from, struct lt_layer *copy)
{
    uint8_t count = from->kind->config_count;
    *copy = *from;
    if (count)
        copy->config = lt_grow(e->arena, from->config, count, count, sizeof *copy->config);
    return copy->config || !count ? LT_OK : LT_NO_MEMORY;
}

static bool name_taken(const struct lt_document *document, uint32_t index, uint32_t parent, const char *name)
{
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *layer = &document->layer[i];
        if (i != index && layer->parent == parent && layer->name && strcmp(layer->name, name) == 0)
            return true;
    }
    return false;
}

/* The size that the user gave to an input follows its name. */
static enum lt_status rename_input(struct lt_editor *e, const char *from, const char *to)
{
    const struct lt_setup *setup = &e->document->setup;
    for (uint16_t i = 0; from && i < setup->input_count; i++) {
        if (strcmp(setup->input[i].name, from) != 0)
            continue;
        struct lt_named *list = lt_grow(e->arena, setup->input, setup->input_count, setup->input_count, sizeof *list);
        if (!list)
            return LT_NO_MEMORY;
        list[i].name = to;
        e->change.parts |= LT_CHANGE_SETUP;
        e->change.setup = *setup;
        e->change.setup.input = list;
    }
    return LT_OK;
}

static enum lt_status set_name(struct lt_editor *e, uint32_t index, struct lt_layer *layer, const char *value)
{
    if (!*value || strchr(value, '/'))
        return lt_edit_refuse(e, "text without a slash", "\"%s\" is no name for a layer", safe(e, value));
    if (name_taken(e->document, index, layer->parent, value))
        return lt_edit_refuse(e, NULL, "another layer is called %s", safe(e, value));
    const char *from = layer->name;
    layer->name = lt_strdup(e->arena, value);
    if (!layer->name)
        return LT_NO_MEMORY;
    bool is_input = layer->kind == &lt_kind_input && layer->parent == LT_NO_LAYER;
    return is_input ? rename_input(e, from, layer->name) : LT_OK;
}

static enum lt_status set_policy(struct lt_editor *e, struct lt_layer *layer, const char *value)
{
    int policy = strcmp(value, "inherit") == 0 ? -1 : lt_policy_find(value);
    if (policy < 0 && strcmp(value, "inherit") != 0) {
        const char *hint = lt_nearest_hint(e->problems->arena, value, lt_policy_names, lt_policy_name_count);
        return lt_edit_refuse(e, hint ? hint : "inherit, or a policy such as float32", "there is no precision %s",
                              safe(e, value));
    }
    layer->policy = (int16_t)policy;
    return LT_OK;
}

static enum lt_status set_trainable(struct lt_editor *e, struct lt_layer *layer, const char *value)
{
    static const struct lt_field field = {.name = "trainable", .type = LT_FIELD_BOOL};
    struct lt_value trainable = {0};
    enum lt_status status = lt_field_parse(&field, e->arena, value, &trainable, nowhere, e->problems);
    if (status == LT_OK)
        layer->trainable = trainable.boolean;
    return status;
}

static enum lt_status unknown_key(struct lt_editor *e, const struct lt_layer *layer, const char *key)
{
    const struct lt_kind *kind = layer->kind;
    const char **names = lt_alloc_array(e->problems->arena, kind->config_count + 3u, sizeof *names);
    if (!names)
        return LT_NO_MEMORY;
    int count = 0;
    for (int i = 0; i < kind->config_count; i++)
        names[count++] = kind->config[i].name;
    names[count++] = "name";
    names[count++] = "trainable";
    names[count++] = "precision";
    return lt_edit_refuse(e, lt_nearest_hint(e->problems->arena, key, names, count), "%s has no %s",
                          safe(e, layer->class_name), safe(e, key));
}

enum lt_status lt_edit_key(struct lt_editor *e, uint32_t index, struct lt_layer *layer, const char *key,
                           const char *value)
{
    int field = lt_field_find(layer->kind->config, layer->kind->config_count, key);
    if (field >= 0) {
        struct lt_source source = {.text = value};
        return lt_source_read(&source, &layer->kind->config[field], e->arena, &layer->config[field], e->problems);
    }
    if (strcmp(key, "name") == 0)
        return set_name(e, index, layer, value);
    if (strcmp(key, "trainable") == 0)
        return set_trainable(e, layer, value);
    if (strcmp(key, "precision") == 0)
        return set_policy(e, layer, value);
    return unknown_key(e, layer, key);
}

enum lt_status lt_edit_keys(struct lt_editor *e, uint32_t index, struct lt_layer *layer, char *text)
{
    char *rest = text, *word;
    while ((word = strtok_r(rest, " \t", &rest))) {
        char *equals = strchr(word, '=');
        if (!equals)
            return lt_edit_refuse(e, "KEY=VALUE", "\"%s\" sets nothing", safe(e, word));
        *equals = '\0';
        enum lt_status status = lt_edit_key(e, index, layer, word, equals + 1);
        if (status)
            return status;
    }
    return LT_OK;
}

static const char *nearest_class(struct lt_editor *e, const char *name)
{
    enum { MOST = 1024 };
    const char **names = lt_alloc_array(e->problems->arena, MOST, sizeof *names);
    int count = 0;
    for (int family = 0; names && family < lt_kind_family_count; family++)
        for (const struct lt_kind *kind = lt_kind_families[family]; kind->name && count < MOST; kind++)
            names[count++] = kind->name;
    return lt_nearest_hint(e->problems->arena, name, names, count);
}

/* Wrappers are nothing without the layer inside them, which a line cannot give. */
static bool stands_alone(const struct lt_kind *kind)
{
    static const char *const wrappers[] = {"Wrapper", "TimeDistributed",       "Bidirectional",
                                           "RNN",     "SpectralNormalization", NULL};
    for (const char *const *name = wrappers; *name; name++)
        if (strcmp(kind->name, *name) == 0)
            return false;
    return kind != &lt_kind_input && kind->family != LT_FAMILY_MODEL && kind->family != LT_FAMILY_UNKNOWN;
}

const struct lt_kind *lt_edit_kind(struct lt_editor *e, const char *class_name)
{
    const struct lt_kind *kind = lt_kind_find(NULL, class_name);
    if (!kind) {
        lt_edit_refuse(e, nearest_class(e, class_name), "there is no class %s", safe(e, class_name));
    } else if (!stands_alone(kind)) {
        lt_edit_refuse(e, NULL, "%s cannot be put in as a single layer", kind->name);
        kind = NULL;
    }
    return kind;
}

/* --- commands ---------------------------------------------------------------------------------------------------- */

/* Begins a change of one layer. */
static enum lt_status change_layer(struct lt_editor *e, uint32_t index)
{
    e->change.parts |= LT_CHANGE_LAYER;
    e->change.index = index;
    return lt_edit_copy_layer(e, &e->document->layer[index], &e->change.layer);
}

static enum lt_status edit_layer_key(struct lt_editor *e, char *target, const char *value)
{
    char *dot = strrchr(target, '.');
    if (!dot)
        return lt_edit_refuse(e, "layers.PATH.KEY=VALUE", "\"%s\" names no key of a layer", safe(e, target));
    *dot = '\0';
    uint32_t index = lt_edit_find(e, target);
    if (index == LT_NO_LAYER)
        return LT_NOT_FOUND;
    enum lt_status status = change_layer(e, index);
    return status ? status : lt_edit_key(e, index, &e->change.layer, dot + 1, value);
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    return text;
}

static enum lt_status edit_set(struct lt_editor *e, char *args)
{
    char *equals = strchr(args, '=');
    if (!equals)
        return lt_edit_refuse(e, "set NAME=VALUE", "\"%s\" sets nothing", safe(e, args));
    *equals = '\0';
    char *name = trim(args), *value = trim(equals + 1);
    if (strncmp(name, "layers.", 7) == 0)
        return edit_layer_key(e, name + 7, value);
    struct lt_source source = {.text = value};
    e->change.parts = LT_CHANGE_SETUP;
    e->change.setup = e->document->setup;
    return lt_setup_assign(&e->change.setup, e->document, name, &source, e->problems);
}

/* Fields that both classes have keep what was given. */
static enum lt_status carry_over(struct lt_editor *e, const struct lt_layer *from, struct lt_layer *to)
{
    uint8_t count = to->kind->config_count;
    to->config = count ? lt_alloc_array(e->arena, count, sizeof *to->config) : NULL;
    if (count && !to->config)
        return LT_NO_MEMORY;
    for (int i = 0; i < count; i++) {
        const struct lt_field *field = &to->kind->config[i];
        int same = lt_field_find(from->kind->config, from->kind->config_count, field->name);
        bool kept = same >= 0 && from->config[same].given && from->kind->config[same].type == field->type;
        to->config[i] = kept ? from->config[same] : lt_field_default(field, e->arena);
    }
    return LT_OK;
}

/* PATH with CLASS [KEY=VALUE …] */
static enum lt_status edit_replace(struct lt_editor *e, char *args)
{
    char *with = strstr(args, " with ");
    if (!with)
        return lt_edit_refuse(e, "replace layers.PATH with CLASS [KEY=VALUE ...]", "this replaces nothing");
    *with = '\0';
    uint32_t index = lt_edit_find(e, trim(args));
    if (index == LT_NO_LAYER)
        return LT_NOT_FOUND;
    const struct lt_layer *from = &e->document->layer[index];
    if (from->inner || from->child_count || from->kind == &lt_kind_input)
        return lt_edit_refuse(e, NULL, "an input, a model or a wrapper cannot be replaced");
    char *rest = with + strlen(" with ");
    char *class_name = strtok_r(rest, " \t", &rest);
    const struct lt_kind *kind = class_name ? lt_edit_kind(e, class_name) : NULL;
    if (!kind)
        return LT_NOT_FOUND;
    e->change.parts = LT_CHANGE_LAYER;
    e->change.index = index;
    struct lt_layer *to = &e->change.layer;
    *to = (struct lt_layer){.kind = kind,
                            .name = from->name,
                            .class_name = kind->name,
                            .parent = from->parent,
                            .policy = from->policy,
                            .trainable = from->trainable};
    enum lt_status status = carry_over(e, from, to);
    return status ? status : lt_edit_keys(e, index, to, rest);
}

static const struct command {
    const char *name;
    enum lt_status (*run)(struct lt_editor *e, char *args);
} commands[] = {
    {"set", edit_set},          {"remove", lt_edit_remove}, {"insert", lt_edit_insert},
    {"rewire", lt_edit_rewire}, {"replace", edit_replace},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static enum lt_status unknown_command(struct lt_editor *e, const char *word)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *hint = lt_nearest_hint(e->problems->arena, word, names, COMMANDS);
    return lt_edit_refuse(e, hint ? hint : "set, remove, insert, rewire or replace", "there is no edit %s",
                          safe(e, word));
}

static enum lt_status work_out(struct lt_editor *e, char *line)
{
    char *word = trim(line);
    char *args = word + strcspn(word, " \t");
    if (*args)
        *args++ = '\0';
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].run(e, trim(args));
    return unknown_command(e, word);
}

void lt_change_swap(struct lt_document *document, struct lt_change *change)
{
    if (change->parts & LT_CHANGE_SETUP) {
        struct lt_setup setup = document->setup;
        document->setup = change->setup;
        change->setup = setup;
    }
    if (change->parts & LT_CHANGE_LAYER) {
        struct lt_layer layer = document->layer[change->index];
        document->layer[change->index] = change->layer;
        change->layer = layer;
    }
    if (change->parts & LT_CHANGE_STRUCTURE) {
        struct lt_change other = *change;
        other.structure.layer = document->layer;
        other.structure.layer_count = document->layer_count;
        other.structure.layer_capacity = document->layer_capacity;
        other.structure.graph = document->graph;
        document->layer = change->structure.layer;
        document->layer_count = change->structure.layer_count;
        document->layer_capacity = change->structure.layer_capacity;
        document->graph = change->structure.graph;
        *change = other;
    }
}

enum lt_status lt_edit(struct lt_document *document, struct lt_history *history, const char *line,
                       struct lt_problems *problems)
{
    struct lt_editor e = {.document = document, .arena = document->arena, .problems = problems};
    char *copy = strdup(line);
    enum lt_status status = copy ? work_out(&e, copy) : LT_NO_MEMORY;
    free(copy);
    if (document->arena->failed) {
        /* The edit that this spoiled is gone and the document is whole: the next one may try again. */
        document->arena->failed = false;
        return LT_NO_MEMORY;
    }
    if (status)
        return status;
    lt_change_swap(document, &e.change); /* the change is now the way back */
    status = history ? lt_history_add(history, line, &e.change) : LT_OK;
    if (status)
        lt_change_swap(document, &e.change);
    return status;
}

enum lt_status lt_set(struct lt_document *document, const char *assignment, struct lt_problems *problems)
{
    char *line = malloc(strlen(assignment) + sizeof "set ");
    if (!line)
        return LT_NO_MEMORY;
    strcpy(line, "set ");
    strcat(line, assignment);
    enum lt_status status = lt_edit(document, NULL, line, problems);
    free(line);
    return status;
}
