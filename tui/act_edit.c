/* Commands that change the document. All of them end in one line of the command language. */
#include "tui/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "WORD ARGS" as an edit. */
static void edit_with(struct app *app, const char *word, const char *args)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const char *line = lt_format(&arena, "%s %s", word, args);
    if (line)
        app_edit(app, line);
    lt_arena_free(&arena);
}

void act_set(struct app *app, const char *args)
{
    edit_with(app, "set", args);
}

void act_remove(struct app *app, const char *args)
{
    edit_with(app, "remove", args);
}

void act_insert(struct app *app, const char *args)
{
    edit_with(app, "insert", args);
}

void act_rewire(struct app *app, const char *args)
{
    edit_with(app, "rewire", args);
}

void act_replace(struct app *app, const char *args)
{
    edit_with(app, "replace", args);
}

/* ---- lists to choose from ---- */

enum { FEW_CHOICES = 3 }; /* up to here Enter goes through them */

static int count_choices(const struct form_entry *entry)
{
    int count = 0;
    if (entry->field && entry->field->type == LT_FIELD_CHOICE) {
        while (entry->field->choices[count])
            count++;
    }
    return count;
}

static bool is_target(const struct form_entry *entry, const char *target)
{
    return entry->target && !strcmp(entry->target, target);
}

/* False: the entry's values are not listed anywhere. */
static bool pick_entry(struct app *app, const struct form_entry *entry)
{
    bool good;
    if (is_target(entry, "device") || is_target(entry, "cpu"))
        good = picker_open_devices(&app->picker, &app->session, entry->target, entry->text, is_target(entry, "cpu"));
    else if (count_choices(entry))
        good = picker_open_choices(&app->picker, entry->target, entry->field->help, entry->field->choices, entry->text,
                                   form_find(&app->setup_form, entry->target) >= 0);
    else
        return false;
    app_leave(app);
    if (good)
        app->mode = MODE_PICKER;
    else
        app_say(app, ROLE_ERROR, "There is nothing to choose from");
    return true;
}

void act_pick(struct app *app, const char *args)
{
    app_refresh(app);
    int at = form_find(&app->setup_form, args);
    if (at < 0)
        app_say(app, ROLE_ERROR, "pick FIELD: device, optimizer, precision, dataset ...");
    else if (!pick_entry(app, &app->setup_form.entry[at]))
        app_say(app, ROLE_ERROR, "%s has no list to choose from; set %s=VALUE", args, args);
}

static void accept_pick(struct app *app)
{
    const struct picker_item *item = picker_selected(&app->picker);
    struct lt_arena arena = LT_ARENA_INIT;
    if (!item)
        return;
    const char *line = app->picker.field ? lt_format(&arena, "set %s=%s", app->picker.field, item->id)
                                         : lt_format(&arena, "edit %s", item->id);
    app_leave(app);
    if (line)
        command_run(app, line);
    lt_arena_free(&arena);
}

/* ---- values in forms ---- */

static void start_typing(struct app *app, const struct form_entry *entry)
{
    app_leave(app);
    app->mode = MODE_VALUE;
    line_edit_start(&app->edit, entry->text, NULL);
}

void act_enter(struct app *app, const char *args)
{
    if (app->mode == MODE_PICKER) {
        accept_pick(app);
        return;
    }
    const struct form_entry *entry = app_entry(app);
    if (!entry || !entry->field) {
        app_say(app, ROLE_TEXT, "Nothing here can be edited");
        return;
    }
    int choices = count_choices(entry);
    if (entry->field->type == LT_FIELD_BOOL || (choices && choices <= FEW_CHOICES))
        act_cycle(app, args);
    else if (!pick_entry(app, entry))
        start_typing(app, entry);
}

static void say_range(struct app *app, const struct form_entry *entry)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const char *range = lt_field_range(entry->field, &arena);
    app_say(app, ROLE_WARN, "%s goes no further%s%s", entry->label, range ? ": " : "", range ? range : "");
    lt_arena_free(&arena);
}

static void step_entry(struct app *app, int step)
{
    const struct form_entry *entry = app_entry(app);
    if (!entry || !entry->field)
        return;
    struct lt_arena arena = LT_ARENA_INIT;
    const char *line = form_step(entry, &arena, step);
    if (line)
        app_edit(app, line);
    else if (entry->field->type == LT_FIELD_TEXT || entry->value.type == LT_VALUE_NULL)
        app_say(app, ROLE_TEXT, "%s is typed: Enter", entry->label);
    else
        say_range(app, entry);
    lt_arena_free(&arena);
}

void act_step(struct app *app, const char *args)
{
    step_entry(app, args[0] == '-' ? -1 : 1);
}

void act_cycle(struct app *app, const char *args)
{
    (void)args;
    step_entry(app, 1);
}

/* ---- what if ---- */

/* Twice or half the batch, within its range. */
static void scale_batch(struct app *app, bool halve)
{
    const struct lt_field *field = &lt_setup_fields[LT_SET_BATCH];
    int64_t batch = lt_setup_int(&app->session.document->setup, LT_SET_BATCH);
    int64_t wanted = halve ? batch / 2 : batch * 2;
    char value[32];
    snprintf(value, sizeof value, "batch=%" PRId64, wanted);
    if ((double)wanted < field->low)
        app_say(app, ROLE_WARN, "The batch is one sample already");
    else if ((double)wanted > field->high)
        app_say(app, ROLE_WARN, "The batch is at most %.0f", field->high);
    else
        act_set(app, value);
}

void act_batch(struct app *app, const char *args)
{
    struct lt_arena arena = LT_ARENA_INIT;
    bool halve = !strcmp(args, "halve");
    const char *value = lt_format(&arena, "batch=%s", args);
    if (halve || !strcmp(args, "double"))
        scale_batch(app, halve);
    else if (value)
        act_set(app, value);
    lt_arena_free(&arena);
}

void act_precision(struct app *app, const char *args)
{
    static const char *const common[] = {"float32", "mixed_float16", "mixed_bfloat16"};
    enum { COMMON = sizeof common / sizeof *common };
    const char *now = lt_setup_text(&app->session.document->setup, LT_SET_PRECISION);
    const char *wanted = args;
    if (!args[0] || !strcmp(args, "next")) {
        wanted = common[0];
        for (int i = 0; now && i < COMMON; i++) {
            if (!strcmp(now, common[i]))
                wanted = common[(i + 1) % COMMON];
        }
    }
    struct lt_arena arena = LT_ARENA_INIT;
    const char *line = lt_format(&arena, "set precision=%s", wanted);
    if (line)
        app_edit(app, line);
    lt_arena_free(&arena);
}

void act_mode(struct app *app, const char *args)
{
    (void)args;
    const char *mode = lt_setup_text(&app->session.document->setup, LT_SET_MODE);
    edit_with(app, "set", mode && !strcmp(mode, "training") ? "mode=inference" : "mode=training");
}

/* ---- history ---- */

void act_undo(struct app *app, const char *args)
{
    (void)args;
    const char *line;
    if (session_undo(&app->session, &line))
        app_say(app, ROLE_TEXT, "Nothing to undo");
    else
        app_say(app, ROLE_TEXT, "Undone; ctrl-r repeats it");
}

void act_redo(struct app *app, const char *args)
{
    (void)args;
    const char *line;
    if (session_redo(&app->session, &line))
        app_say(app, ROLE_TEXT, "Nothing to redo");
    else
        app_say(app, ROLE_TEXT, "%s", line);
}
