#include "tui/reading.h"

#include <string.h>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/optimizer.h"
#include "tui/classes.h"
#include "tui/command.h"
#include "tui/keymap.h"

static void put(struct reading *reading, enum role role, const char *label, const char *text)
{
    struct scroll_text *out = &reading->text;
    if (out->count % 64 == 0) {
        struct text_line *larger =
            lt_grow(&reading->arena, out->line, (size_t)out->count, (size_t)out->count + 64, sizeof *larger);
        if (!larger)
            return;
        out->line = larger;
    }
    struct text_line *line = (struct text_line *)&out->line[out->count++];
    *line = (struct text_line){text, role, label, ROLE_KEY};
}

static void heading(struct reading *reading, const char *text)
{
    if (reading->text.count)
        put(reading, ROLE_TEXT, NULL, NULL);
    put(reading, ROLE_TITLE, NULL, text);
}

/* ---- help ---- */

static unsigned scope_of(enum pane pane)
{
    return 1u << pane;
}

/* A key that works in this scope, under the heading of all panes (`shared`) or of the scope itself. */
static bool belongs(const struct binding *binding, unsigned scope, bool shared)
{
    bool everywhere = (binding->scopes & SCOPE_PANES) == SCOPE_PANES;
    return keymap_find(scope, binding->key) == binding && everywhere == shared;
}

/* All keys for the same line in one label: "+ =". */
static const char *keys_of(struct reading *reading, unsigned scope, bool shared, const char *line)
{
    const char *keys = NULL;
    for (int i = 0; i < binding_count; i++) {
        char name[KEY_TEXT];
        if (!belongs(&bindings[i], scope, shared) || strcmp(bindings[i].line, line) != 0)
            continue;
        key_format(bindings[i].key, name);
        keys = keys ? lt_format(&reading->arena, "%s %s", keys, name) : lt_strdup(&reading->arena, name);
    }
    return keys;
}

static bool is_first(int index, unsigned scope, bool shared)
{
    for (int i = 0; i < index; i++) {
        if (belongs(&bindings[i], scope, shared) && !strcmp(bindings[i].line, bindings[index].line))
            return false;
    }
    return true;
}

/* The keys that mean the same in all panes, or those that this pane has for itself. */
static void put_keys(struct reading *reading, unsigned scope, bool shared)
{
    for (int i = 0; i < binding_count; i++) {
        const struct binding *binding = &bindings[i];
        if (!belongs(binding, scope, shared) || !is_first(i, scope, shared))
            continue;
        const struct command *command = command_find(binding->line, strcspn(binding->line, " "));
        const char *keys = keys_of(reading, scope, shared, binding->line);
        const char *args = strchr(binding->line, ' ');
        const char *text = command && args ? lt_format(&reading->arena, "%s: %s", binding->line, command->help)
                           : command       ? command->help
                                           : "";
        if (keys)
            put(reading, ROLE_TEXT, keys, text);
    }
}

static void put_signs(struct reading *reading)
{
    static const char *const signs[][2] = {
        {"~", "assumed: rests on a guess that can be changed, such as the size of an open input"},
        {"≥", "at least: a part is not known, such as a layer of a class that is not in the catalogue"},
        {"25-30", "behind a figure: an interval that is meant to hold the truth nine times out of ten"},
        {"+2.4", "behind a total: what the last edit changed"},
        {"!", "at a layer: its shapes do not fit; the reason stands in the layer's pane"},
        {"?", "at a layer: not known; its figures are missing from the totals"},
        {"~ (dim)", "at a layer: a layer before it has a problem, so nothing can be said of it"},
        {"fits", "the whole interval of what the step needs is below what the device has"},
        {"tight", "the likely value is below it, the upper end is not"},
    };
    heading(reading, "Signs");
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        put(reading, ROLE_TEXT, signs[i][0], signs[i][1]);
}

static void put_letters(struct reading *reading)
{
    heading(reading, "Letters of the memory bars");
    for (int i = 0; i < LT_MEMORY_CLASS_COUNT; i++) {
        const char *label = lt_format(&reading->arena, "%c", device_classes[i].letter);
        put(reading, ROLE_TEXT, label,
            lt_format(&reading->arena, "%s: %s", lt_memory_class_names[i], device_classes[i].help));
    }
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++) {
        const char *label = lt_format(&reading->arena, "%c", host_classes[i].letter);
        put(reading, ROLE_TEXT, label,
            lt_format(&reading->arena, "%s (host): %s", lt_host_class_names[i], host_classes[i].help));
    }
}

static void put_commands(struct reading *reading)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        heading(reading, lt_format(&reading->arena, "Commands: %s", command_group_names[group]));
        for (int i = 0; i < command_count; i++) {
            const struct command *command = &commands[i];
            if ((int)command->group != group)
                continue;
            const char *label = command->alias ? lt_format(&reading->arena, ":%s :%s", command->name, command->alias)
                                               : lt_format(&reading->arena, ":%s", command->name);
            put(reading, ROLE_TEXT, label,
                command->args[0] ? lt_format(&reading->arena, "%s. %s", command->args, command->help) : command->help);
        }
    }
}

void reading_help(const struct app *app, struct reading *reading)
{
    static const char *const titles[PANE_COUNT] = {"Keys of the layer table", "Keys of the set-up",
                                                   "Keys of the selected layer", "Keys of the memory pane"};
    enum pane focus = app->wish.focus;
    reading->text.label_cols = 18;
    heading(reading, titles[focus]);
    put_keys(reading, scope_of(focus), false);
    heading(reading, "Keys everywhere");
    put_keys(reading, scope_of(focus), true);
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        if (pane == (int)focus)
            continue;
        heading(reading, titles[pane]);
        put_keys(reading, scope_of((enum pane)pane), false);
    }
    heading(reading, "Keys of a list to choose from (typing filters it)");
    put_keys(reading, SCOPE_PICKER, false);
    heading(reading, "Keys of a text such as this one");
    put_keys(reading, SCOPE_TEXT, false);
    put_signs(reading);
    put_letters(reading);
    put_commands(reading);
}

/* ---- problems ---- */

void reading_problems(const struct app *app, struct reading *reading)
{
    const struct lt_problems *problems = session_problems(&app->session);
    const char *trouble = session_trouble(&app->session);
    static const enum role roles[] = {[LT_NOTE] = ROLE_TEXT, [LT_WARNING] = ROLE_WARN, [LT_ERROR] = ROLE_BAD};
    if (trouble)
        put(reading, ROLE_BAD, NULL, lt_format(&reading->arena, "No figures: %s", trouble));
    for (uint32_t i = 0; i < problems->count; i++) {
        const char *text = lt_problem_text(&reading->arena, &problems->item[i]);
        put(reading, roles[problems->item[i].severity], NULL, text);
    }
    uint32_t all = 0;
    for (int i = 0; i <= LT_ERROR; i++)
        all += problems->total[i];
    if (all > problems->count)
        put(reading, ROLE_DIM, NULL, lt_format(&reading->arena, "and %u more", all - problems->count));
    if (!reading->text.count)
        put(reading, ROLE_GOOD, NULL, "Nothing is wrong with this model.");
}

/* ---- about the file ---- */

static void fact(struct reading *reading, const char *label, const char *text)
{
    const char *safe = text ? lt_safe_text_n(&reading->arena, text, strlen(text)) : NULL;
    if (safe)
        put(reading, ROLE_TEXT, label, safe);
}

static void put_notes(struct reading *reading, const char *notes)
{
    heading(reading, "Notes");
    while (notes && *notes) {
        size_t length = strcspn(notes, "\n");
        put(reading, ROLE_TEXT, NULL, lt_safe_text_n(&reading->arena, notes, length));
        notes += length + (notes[length] == '\n');
    }
}

/* What the file said of the training, so that nobody takes it for a default of this program. */
static void put_taken(const struct app *app, struct reading *reading)
{
    const struct lt_setup *setup = &app->session.opened;
    heading(reading, "Taken over from the file");
    int before = reading->text.count;
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        if (setup->value[i].given)
            fact(reading, lt_setup_fields[i].name,
                 lt_field_text(&lt_setup_fields[i], &setup->value[i], &reading->arena));
    }
    const char *name = lt_setup_text(setup, LT_SET_OPTIMIZER);
    const struct lt_optimizer *optimizer = name ? lt_optimizer_find(name) : NULL;
    for (int i = 0; optimizer && i < setup->option_count; i++) {
        const struct lt_field *field = lt_optimizer_field(optimizer, setup->option[i].name);
        if (field)
            fact(reading, lt_format(&reading->arena, "optimizer.%s", field->name),
                 lt_field_text(field, &setup->option[i].value, &reading->arena));
    }
    if (reading->text.count == before)
        put(reading, ROLE_TEXT, NULL, "Nothing: the file holds the model alone.");
}

void reading_about(const struct app *app, struct reading *reading)
{
    const struct lt_document *document = app->session.document;
    const struct lt_origin *origin = &document->origin;
    const struct lt_estimate *e = session_now(&app->session);
    char number[LT_NUMBER_TEXT];
    fact(reading, "title", origin->title);
    fact(reading, "model", document->name);
    fact(reading, "file", app->session.file);
    fact(reading, "format", lt_format_name(origin->format));
    fact(reading, "written by", origin->writer);
    fact(reading, "backend", origin->backend);
    if (e) {
        fact(reading, "layers", lt_grouped(number, e->layers));
        fact(reading, "parameters", lt_grouped(number, e->parameters));
        fact(reading, "trainable", lt_grouped(number, e->trainable_parameters));
        fact(reading, "forward", lt_number(number, e->forward_flops, LT_UNIT_FLOPS));
        fact(reading, "", "per sample, two for each multiply-add");
    }
    put_taken(app, reading);
    if (origin->notes)
        put_notes(reading, origin->notes);
}
