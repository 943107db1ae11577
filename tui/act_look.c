/* Commands that show something else and change nothing of the document. */
#include "tui/command.h"

#include <stdio.h>
#include <string.h>

#include "tui/reading.h"

static void open_moment(struct app *app)
{
    const struct lt_estimate *e = session_now(&app->session);
    if (!e || !e->device_memory.moment_count)
        return;
    int at = app->moment_at < 0 ? (int)e->device_memory.peak_moment : app->moment_at;
    uint32_t layer = e->device_memory.moment[at].layer;
    if (layer == LT_NO_LAYER) {
        app_say(app, ROLE_TEXT, "This operation belongs to no layer");
        return;
    }
    app_select_layer(app, layer);
    app->wish.focus = PANE_LAYERS;
}

void act_open(struct app *app, const char *args)
{
    (void)args;
    if (app->wish.focus == PANE_MEMORY) {
        open_moment(app);
        return;
    }
    uint32_t at = (uint32_t)app->layers.selected;
    if (at >= app->outline.count)
        return;
    if (app->outline.row[at].nested) {
        act_fold(app, "");
    } else {
        app->wish.detail = true;
        app->wish.focus = PANE_LAYER;
    }
}

void act_fold(struct app *app, const char *args)
{
    struct outline *outline = &app->outline;
    uint32_t at = (uint32_t)app->layers.selected;
    bool all = !strcmp(args, "all"), none = !strcmp(args, "none");
    for (uint32_t i = 0; (all || none) && i < outline->layer_count; i++)
        outline_fold(outline, i, all);
    if (!all && !none && at < outline->count && outline->row[at].nested)
        outline_fold(outline, outline->row[at].layer, !outline->row[at].folded);
    app->outline_stale = true;
}

void act_detail(struct app *app, const char *args)
{
    (void)args;
    bool shown = app->panes.pane[PANE_LAYER].rows > 0;
    app->wish.detail = !shown;
    if (shown && app->wish.focus == PANE_LAYER)
        app->wish.focus = PANE_LAYERS;
    else if (!shown) /* below the table, where there is room */
        app->wish.focus = app->panes.main.rows < PANES_SPLIT_ROWS ? PANE_LAYER : PANE_LAYERS;
}

void act_timeline(struct app *app, const char *args)
{
    (void)args;
    bool shown = app->panes.pane[PANE_MEMORY].rows > 0;
    app->wish.timeline = !shown;
    if (shown && app->wish.focus == PANE_MEMORY)
        app->wish.focus = PANE_LAYERS;
    else if (!shown && !app->panes.wide)
        app->wish.focus = PANE_MEMORY;
}

/* ---- order ---- */

static void sort_by(struct app *app, enum outline_key key)
{
    app->outline.sort = key;
    app->outline.descending = key != OUTLINE_ORDER && key != OUTLINE_CLASS;
    app->outline_stale = true;
    app_say(app, ROLE_TEXT, "Sorted by %s; I turns it round", outline_key_names[key]);
}

void act_sort(struct app *app, const char *args)
{
    int key = (int)app->outline.sort;
    if (!args[0] || !strcmp(args, "next")) {
        do
            key = (key + 1) % OUTLINE_KEYS;
        while (!outline_sorts_by((enum outline_key)key) || (key && !app->span[key].cols));
        sort_by(app, (enum outline_key)key);
        return;
    }
    for (key = 0; key < OUTLINE_KEYS; key++) {
        if (outline_key_names[key] && !strcmp(outline_key_names[key], args)) {
            sort_by(app, (enum outline_key)key);
            return;
        }
    }
    app_say(app, ROLE_ERROR, "One of order, class, params, state, kept, flops, time");
}

void act_reverse(struct app *app, const char *args)
{
    (void)args;
    app->outline.descending = !app->outline.descending && app->outline.sort != OUTLINE_ORDER;
    app->outline_stale = true;
    if (app->outline.sort == OUTLINE_ORDER)
        app_say(app, ROLE_TEXT, "The layers stand in the order of their calls; s sorts them");
}

/* ---- search ---- */

void act_search(struct app *app, const char *args)
{
    (void)args;
    app_leave(app);
    app->mode = MODE_SEARCH;
    app->wish.focus = PANE_LAYERS;
    app->search_from = app->layers.selected;
    line_edit_start(&app->edit, "", &app->searches);
}

void act_find(struct app *app, const char *args)
{
    bool back = !strcmp(args, "previous"), next = !args[0] || !strcmp(args, "next");
    if (!back && !next)
        snprintf(app->search, sizeof app->search, "%s", args);
    if (!app->search[0]) {
        app_say(app, ROLE_TEXT, "Nothing was searched for yet; / searches");
        return;
    }
    int from = app->layers.selected + (back ? -1 : next ? 1 : 0);
    if (!app_find(app, app->search, from, back ? -1 : 1))
        app_say(app, ROLE_ERROR, "No layer matches %s", app->search);
}

/* ---- texts ---- */

void act_help(struct app *app, const char *args)
{
    (void)args;
    app_read(app, "Help", reading_help);
}

void act_problems(struct app *app, const char *args)
{
    (void)args;
    app_read(app, "Problems", reading_problems);
}

void act_about(struct app *app, const char *args)
{
    (void)args;
    app_read(app, "About this model", reading_about);
}

/* ---- the terminal ---- */

void act_mouse(struct app *app, const char *args)
{
    (void)args;
    app->mouse = !app->mouse;
    app_say(app, ROLE_TEXT,
            app->mouse ? "The mouse selects and scrolls; M leaves it to the terminal"
                       : "The mouse is left to the terminal; M takes it back");
}

void act_redraw(struct app *app, const char *args)
{
    (void)args;
    app->redraw = true;
}
