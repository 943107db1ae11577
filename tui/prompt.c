#include "tui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "tui/command.h"
#include "tui/complete.h"

/* ---- search ---- */

/* While it is typed the table goes to the first match from where the search began. */
static void search_now(struct app *app)
{
    snprintf(app->search, sizeof app->search, "%.*s", SEARCH_BYTES - 1, app->edit.text);
    if (app->search[0] && !app_find(app, app->search, app->search_from, 1))
        app_say(app, ROLE_WARN, "No layer matches %s", app->search);
}

static void end_search(struct app *app, bool accepted)
{
    if (accepted) {
        line_history_add(&app->searches, app->edit.text);
    } else {
        app->search[0] = '\0';
        if (app->search_from < (int)app->outline.count)
            app_select_layer(app, app->outline.row[app->search_from].layer);
    }
    app_leave(app);
}

/* ---- commands ---- */

static void run_command(struct app *app)
{
    char line[LINE_EDIT_BYTES];
    snprintf(line, sizeof line, "%s", app->edit.text);
    line_history_add(&app->commands, line);
    app_leave(app);
    command_run(app, line);
}

/* The candidates' common beginning, as long as it is longer than what stands there; then each in turn. */
static void complete_line(struct app *app, int step)
{
    struct candidates candidates;
    if (app->completion < 0)
        memcpy(app->completed, app->edit.text, sizeof app->completed);
    complete(app, app->completed, &candidates);
    if (!candidates.count) {
        app_say(app, ROLE_DIM, "Nothing to complete");
        candidates_free(&candidates);
        return;
    }
    char line[LINE_EDIT_BYTES];
    size_t common = strlen(candidates.text[0]);
    for (int i = 1; i < candidates.count; i++) {
        size_t same = 0;
        while (same < common && candidates.text[0][same] == candidates.text[i][same])
            same++;
        common = same;
    }
    bool longer = app->completion < 0 && candidates.count > 1 && common > strlen(app->completed + candidates.at);
    if (longer) {
        snprintf(line, sizeof line, "%.*s%.*s", (int)candidates.at, app->completed, (int)common, candidates.text[0]);
    } else {
        int first = step > 0 ? 0 : candidates.count - 1;
        app->completion = app->completion < 0 ? first : (app->completion + step + candidates.count) % candidates.count;
        snprintf(line, sizeof line, "%.*s%s", (int)candidates.at, app->completed, candidates.text[app->completion]);
    }
    line_edit_start(&app->edit, line, &app->commands);
    if (candidates.count == 1)
        app->completion = -1;
    candidates_free(&candidates);
}

/* ---- values ---- */

/* A refused value stays to be corrected; the reason stands in the bottom line. */
static void accept_value(struct app *app)
{
    const struct form_entry *entry = app_entry(app);
    struct lt_arena arena = LT_ARENA_INIT;
    const char *line = entry ? form_line(entry, &arena, app->edit.text) : NULL;
    if (!entry || !strcmp(entry->text, app->edit.text))
        app_leave(app);
    else if (line && app_edit(app, line))
        app_leave(app);
    lt_arena_free(&arena);
}

/* ---- keys ---- */

static void accepted(struct app *app)
{
    if (app->mode == MODE_SEARCH)
        end_search(app, true);
    else if (app->mode == MODE_COMMAND)
        run_command(app);
    else if (app->mode == MODE_VALUE)
        accept_value(app);
}

static void cancelled(struct app *app)
{
    if (app->mode == MODE_SEARCH)
        end_search(app, false);
    else
        app_leave(app);
}

static void changed(struct app *app)
{
    if (app->mode == MODE_SEARCH)
        search_now(app);
    else if (app->mode == MODE_PICKER)
        picker_filter(&app->picker);
    else
        app->completion = -1;
}

static struct line_edit *typed_in(struct app *app)
{
    return app->mode == MODE_PICKER ? &app->picker.filter : &app->edit;
}

void prompt_key(struct app *app, int32_t key)
{
    struct line_edit *edit = typed_in(app);
    if (app->mode == MODE_COMMAND && (key == K_TAB || key == (K_TAB | K_SHIFT))) {
        complete_line(app, key == K_TAB ? 1 : -1);
        return;
    }
    if (app->mode == MODE_COMMAND && key == K_BACKSPACE && !edit->bytes) {
        app_leave(app);
        return;
    }
    switch (line_edit_key(edit, key)) {
    case LINE_ACCEPTED:
        accepted(app);
        break;
    case LINE_CANCELLED:
        cancelled(app);
        break;
    case LINE_CHANGED:
        changed(app);
        break;
    case LINE_IGNORED:
    case LINE_MOVED:
        break;
    }
}

void prompt_paste(struct app *app, const char *text, size_t bytes)
{
    if (line_edit_insert(typed_in(app), text, bytes) == LINE_CHANGED)
        changed(app);
}

void prompt_answer(struct app *app, int32_t key)
{
    for (const struct answer *answer = app->question.answer; answer->key; answer++) {
        if (answer->key != key && !(answer->key == K_ESC && key == (K_CTRL | 'c')))
            continue;
        char line[LINE_EDIT_BYTES];
        snprintf(line, sizeof line, "%s", answer->line ? answer->line : app->pending);
        app_leave(app);
        if (strcmp(line, "back") != 0)
            command_run(app, line);
        if (answer->first && session_is_saved(&app->session))
            command_run(app, app->pending);
        return;
    }
}
