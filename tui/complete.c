#include "tui/complete.h"

#include <dirent.h>
#include <string.h>

#include "core/hardware/builtin.h"
#include "core/model/optimizer.h"
#include "tui/command.h"
#include "tui/model_file.h"

/* One completion being made. */
struct completer {
    const struct app *app;
    struct candidates *out;
    const char *word; /* what stands there already */
    bool anywhere;    /* nothing begins so: the value may hold it anywhere */
};

/* NAME=PART of a value, such as device=h100, or the beginning of anything. */
static bool fits(const struct completer *c, const char *text)
{
    size_t length = strlen(c->word), name = strcspn(c->word, "=");
    if (!c->anywhere)
        return !strncmp(text, c->word, length);
    return name < length && !strncmp(text, c->word, name + 1) && strstr(text + name, c->word + name + 1);
}

static void offer(struct completer *c, const char *text)
{
    struct candidates *out = c->out;
    if (!text || out->count == COMPLETIONS || !fits(c, text))
        return;
    for (int i = 0; i < out->count; i++) {
        if (!strcmp(out->text[i], text))
            return;
    }
    const char *copy = lt_strdup(&out->arena, text);
    if (copy)
        out->text[out->count++] = copy;
}

static void offer_commands(struct completer *c)
{
    for (int i = 0; i < command_count; i++)
        offer(c, commands[i].name);
}

static void offer_layers(struct completer *c, const char *before, const char *after)
{
    for (uint32_t i = 0; i < c->app->session.document->layer_count; i++) {
        struct lt_arena *arena = &c->out->arena;
        const char *path = lt_layer_path(arena, c->app->session.document, i);
        offer(c, path ? lt_format(arena, "%s%s%s", before, path, after) : NULL);
    }
}

static void offer_classes(struct completer *c)
{
    for (int family = 0; family < lt_kind_family_count; family++) {
        if (family == LT_FAMILY_OPERATION)
            continue;
        for (const struct lt_kind *kind = lt_kind_families[family]; kind->name; kind++)
            offer(c, kind->name);
    }
}

static void offer_devices(struct completer *c, const char *name)
{
    const struct lt_device_row *rows;
    uint32_t count;
    struct lt_problems problems = {.arena = &c->out->arena};
    if (lt_database_list(c->app->options->database, &rows, &count, &problems))
        return;
    for (uint32_t i = 0; i < count; i++)
        offer(c, lt_format(&c->out->arena, "%s=%s", name, rows[i].id));
}

/* NAME= with each of the values that the field lists. */
static void offer_values(struct completer *c, const char *name)
{
    const struct form *form = &c->app->setup_form;
    int at = form_find(form, name);
    if (at < 0 && !strncmp(name, "layers.", 7))
        form = &c->app->layer_form, at = form_find(form, name);
    if (at < 0)
        return;
    const struct lt_field *field = form->entry[at].field;
    if (!strcmp(name, "device") || !strcmp(name, "cpu"))
        offer_devices(c, name);
    else if (field->type == LT_FIELD_BOOL) {
        offer(c, lt_format(&c->out->arena, "%s=true", name));
        offer(c, lt_format(&c->out->arena, "%s=false", name));
    }
    for (int i = 0; field->type == LT_FIELD_CHOICE && field->choices[i]; i++)
        offer(c, lt_format(&c->out->arena, "%s=%s", name, field->choices[i]));
}

/* Fields of the set-up; the selected layer's own keys; any layer's path once `layers.` is there. */
static void offer_settings(struct completer *c, bool assigned)
{
    const char *equals = strchr(c->word, '=');
    if (equals) {
        const char *name = lt_strndup(&c->out->arena, c->word, (size_t)(equals - c->word));
        if (name)
            offer_values(c, name);
        return;
    }
    const struct form *forms[] = {&c->app->setup_form, &c->app->layer_form};
    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < forms[f]->count; i++) {
            const char *target = forms[f]->entry[i].target;
            if (target && (f == 0 || !strncmp(c->word, "layers.", 7)))
                offer(c, assigned ? lt_format(&c->out->arena, "%s=", target) : target);
        }
    }
    if (!strncmp(c->word, "layers.", 7))
        offer_layers(c, "layers.", ".");
    else if (assigned)
        offer(c, "layers.");
}

static void offer_files(struct completer *c, bool samples)
{
    const char *slash = strrchr(c->word, '/');
    struct lt_arena *arena = &c->out->arena;
    const char *folder = slash ? lt_strndup(arena, c->word, (size_t)(slash - c->word) + 1) : "";
    for (size_t i = 0; samples && i < lt_builtin_samples_count; i++)
        offer(c, lt_format(arena, MODEL_FILE_SAMPLE "%s", lt_builtin_samples[i].name));
    DIR *directory = folder ? opendir(*folder ? folder : ".") : NULL;
    for (const struct dirent *entry; directory && (entry = readdir(directory));) {
        if (entry->d_name[0] != '.')
            offer(c, lt_format(arena, "%s%s", folder, entry->d_name));
    }
    if (directory)
        closedir(directory);
}

static void offer_arguments(struct completer *c, const struct command *command)
{
    bool picks = !strcmp(command->name, "pick");
    switch (command->completion) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_SETTING:
        offer_settings(c, !picks);
        break;
    case COMPLETE_LAYER:
        offer_layers(c, "", "");
        break;
    case COMPLETE_CLASS:
        offer_classes(c);
        offer_layers(c, "", "");
        break;
    case COMPLETE_FILE:
        offer_files(c, !strncmp(command->name, "edit", 4));
        break;
    }
}

void complete(const struct app *app, const char *line, struct candidates *out)
{
    *out = (struct candidates){0};
    const char *blank = strrchr(line, ' ');
    const char *start = line + strspn(line, " ");
    struct completer c = {.app = app, .out = out, .word = blank ? blank + 1 : line};
    out->at = (size_t)(c.word - line);
    if (c.word <= start) {
        offer_commands(&c);
        return;
    }
    const struct command *command = command_find(start, strcspn(start, " "));
    for (int i = 0; command && !out->count && i < 2; i++) {
        c.anywhere = i > 0;
        offer_arguments(&c, command);
    }
}

void candidates_free(struct candidates *candidates)
{
    lt_arena_free(&candidates->arena);
    candidates->count = 0;
}
