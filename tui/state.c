#include "tui/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/text.h"

/* ---- messages ---- */

void app_say(struct app *app, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(app->message, sizeof app->message, format, args);
    va_end(args);
    app->message_role = role;
}

void app_say_refused(struct app *app)
{
    const struct lt_problems *problems = &app->session.refused;
    for (uint32_t i = 0; i < problems->count; i++) {
        const struct lt_problem *problem = &problems->item[i];
        if (problem->severity < LT_WARNING)
            continue;
        app_say(app, ROLE_ERROR, "%s%s%s", problem->message, problem->hint ? "; " : "",
                problem->hint ? problem->hint : "");
        return;
    }
    app_say(app, ROLE_ERROR, "This did not work");
}

void app_ask(struct app *app, const struct answer *answers, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(app->question.text, sizeof app->question.text, format, args);
    va_end(args);
    app_leave(app);
    app->question.answer = answers;
    app->mode = MODE_QUESTION;
}

void app_leave(struct app *app)
{
    app->mode = MODE_PANES;
    app->completion = -1;
}

void app_read(struct app *app, const char *title, void (*fill)(const struct app *app, struct reading *reading))
{
    lt_arena_clear(&app->reading.arena);
    app->reading.title = title;
    app->reading.text = (struct scroll_text){0};
    fill(app, &app->reading);
    app_leave(app);
    app->mode = MODE_TEXT;
}

/* ---- edits ---- */

/* The first error of the figures; NULL: none. */
static const struct lt_problem *first_error(const struct app *app)
{
    const struct lt_problems *problems = session_problems(&app->session);
    for (uint32_t i = 0; problems && i < problems->count; i++)
        if (problems->item[i].severity == LT_ERROR)
            return &problems->item[i];
    return NULL;
}

bool app_edit(struct app *app, const char *line)
{
    if (session_edit(&app->session, line)) {
        app_say_refused(app);
        return false;
    }
    const struct lt_problem *error = first_error(app);
    if (app->session.refused.count)
        app_say_refused(app);
    else if (error)
        app_say(app, ROLE_BAD, "%s: %s", error->place.path ? error->place.path : line, error->message);
    else
        app_say(app, ROLE_TEXT, "%s", line);
    app_refresh(app);
    return true;
}

static void offer_recovery(struct app *app, bool clash)
{
    static const struct answer answers[] = {{'y', "recover", "recover yes", false},
                                            {'n', "forget", "recover no", false},
                                            {K_ESC, "later", "back", false},
                                            {0}};
    uint32_t edits = app->session.journal.found_edits;
    if (clash)
        app_say(app, ROLE_WARN, "The file is open elsewhere: this session keeps no journal");
    else if (edits)
        app_ask(app, answers, "%u edit%s of an interrupted session.", edits, edits == 1 ? "" : "s");
}

static void start_on(struct app *app)
{
    app->layer = app->session.document->graph.node_count ? app->session.document->graph.node[0].layer : LT_NO_LAYER;
    app->moment_at = -1;
    app->outline_stale = true;
    app->search[0] = '\0';
    app_refresh(app);
}

/* What a person should know of a file that was just opened. */
static void say_opened(struct app *app, const struct lt_problems *problems)
{
    const struct lt_estimate *e = session_now(&app->session);
    uint32_t wrong = problems ? problems->total[LT_ERROR] + problems->total[LT_WARNING] : 0;
    if (wrong)
        app_say(app, ROLE_WARN, "%u problem%s while reading: %s", wrong, wrong == 1 ? "" : "s",
                problems->count ? problems->item[0].message : "");
    else if (e && !e->complete)
        app_say(app, ROLE_WARN, "Something in this model is not known: totals are lower bounds; ! lists it");
}

void app_take(struct app *app, struct lt_document *document)
{
    bool clash;
    journal_end(&app->session.journal); /* its file may be the one that is opened */
    struct session last = app->session;
    if (session_open(&app->session, app->options, document, &clash)) {
        app->session = last; /* where its figures point to */
        lt_document_free(document);
        app_say(app, ROLE_ERROR, "Memory ended");
        return;
    }
    app->built = 0;
    app->session.generation += last.generation;
    app_leave(app);
    start_on(app);
    say_opened(app, &last.refused);
    offer_recovery(app, clash);
    session_close(&last, false);
}

/* ---- layers ---- */

const struct lt_layer_row *app_row(const struct app *app, uint32_t layer)
{
    const struct lt_estimate *e = session_now(&app->session);
    return e && layer < e->row_count ? &e->row[layer] : NULL;
}

const char *app_name(const struct app *app, uint32_t layer)
{
    bool known = app->name && layer < app->session.document->layer_count && app->name[layer];
    return known ? app->name[layer] : "?";
}

void app_select_layer(struct app *app, uint32_t layer)
{
    int row = outline_find(&app->outline, app->session.document, layer);
    if (row < 0)
        return;
    app->layer = app->outline.row[row].layer;
    list_select(&app->layers, row);
}

static bool holds(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (; *text; text++) {
        if (!strncasecmp(text, part, length))
            return true;
    }
    return false;
}

bool app_find(struct app *app, const char *text, int from, int step)
{
    int count = (int)app->outline.count;
    for (int i = 0; i < count; i++) {
        int at = ((from + i * step) % count + count) % count;
        uint32_t layer = app->outline.row[at].layer;
        const char *class_name = app->session.document->layer[layer].class_name;
        if (!holds(app_name(app, layer), text) && !holds(class_name ? class_name : "", text))
            continue;
        app->layer = layer;
        list_select(&app->layers, at);
        return true;
    }
    return false;
}

/* ---- forms ---- */

struct form *app_form(struct app *app, struct list **list)
{
    bool setup = app->wish.focus == PANE_SETUP, layer = app->wish.focus == PANE_LAYER;
    if (list)
        *list = setup ? &app->setup_list : &app->layer_list;
    return setup ? &app->setup_form : layer ? &app->layer_form : NULL;
}

const struct form_entry *app_entry(const struct app *app)
{
    bool setup = app->wish.focus == PANE_SETUP, layer = app->wish.focus == PANE_LAYER;
    const struct form *form = setup ? &app->setup_form : &app->layer_form;
    int at = setup ? app->setup_list.selected : app->layer_list.selected;
    return (setup || layer) && at < form->count ? &form->entry[at] : NULL;
}

/* ---- keeping up with the session ---- */

static void name_layers(struct app *app)
{
    const struct lt_document *document = app->session.document;
    lt_arena_clear(&app->names_arena);
    app->name = lt_alloc_array(&app->names_arena, document->layer_count + 1u, sizeof *app->name);
    for (uint32_t i = 0; app->name && i < document->layer_count; i++)
        app->name[i] = lt_safe_text(&app->names_arena, document->layer[i].name ? document->layer[i].name : "");
}

static void take_moments(struct app *app)
{
    const struct lt_estimate *e = session_now(&app->session);
    int count = e ? (int)e->device_memory.moment_count : 0;
    double *moment = realloc(app->moment, ((size_t)count + 1) * sizeof *moment);
    app->moment_count = moment ? count : 0;
    app->moment = moment ? moment : app->moment;
    for (int i = 0; i < app->moment_count; i++)
        app->moment[i] = (double)e->device_memory.moment[i].bytes;
    if (app->moment_at >= app->moment_count)
        app->moment_at = -1;
}

static void rebuild_outline(struct app *app)
{
    outline_build(&app->outline, app->session.document, session_now(&app->session));
    list_layout(&app->layers, (int)app->outline.count, app->layers.rows);
    app_select_layer(app, app->layer);
    app->layer = app->outline.count ? app->outline.row[app->layers.selected].layer : LT_NO_LAYER;
    app->outline_stale = false;
}

static void take_form(const struct form *form, struct list *list)
{
    list_layout(list, form->count, list->rows);
    form_skip_heading(form, list, false);
}

void app_refresh(struct app *app)
{
    bool changed = app->built != app->session.generation;
    if (changed) {
        name_layers(app);
        take_moments(app);
        form_of_setup(&app->setup_form, app->session.document, &app->session.opened, session_now(&app->session));
        take_form(&app->setup_form, &app->setup_list);
        app->built = app->session.generation;
    }
    if (changed || app->outline_stale)
        rebuild_outline(app);
    if (changed || app->built_layer != app->layer) {
        form_of_layer(&app->layer_form, app->session.document, app->layer);
        if (app->built_layer != app->layer)
            app->layer_list = (struct list){.rows = app->layer_list.rows};
        take_form(&app->layer_form, &app->layer_list);
        app->built_layer = app->layer;
    }
}

/* ---- start and end ---- */

enum lt_status app_open(struct app *app, const struct app_options *options)
{
    bool clash;
    *app = (struct app){.options = options, .mouse = !options->no_mouse, .layer = LT_NO_LAYER, .completion = -1};
    enum lt_status status = session_open(&app->session, options, options->document, &clash);
    if (status)
        return status;
    app->built_layer = LT_NO_LAYER;
    start_on(app);
    say_opened(app, options->problems);
    offer_recovery(app, clash);
    return LT_OK;
}

void app_close(struct app *app)
{
    session_close(&app->session, !app->quit);
    picker_close(&app->picker);
    advised_close(&app->advised);
    lt_arena_free(&app->reading.arena);
    lt_arena_free(&app->names_arena);
    form_free(&app->setup_form);
    form_free(&app->layer_form);
    outline_free(&app->outline);
    line_history_free(&app->commands);
    line_history_free(&app->searches);
    free(app->moment);
}
