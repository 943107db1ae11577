/* Commands that move: within a pane and between panes. */
#include "tui/command.h"

#include <string.h>

static void go_moment(struct app *app, enum list_motion motion)
{
    int at = app->moment_at, last = app->moment_count - 1, page = last / 10 + 1;
    const struct lt_estimate *e = session_now(&app->session);
    if (!e || last < 0)
        return;
    if (at < 0)
        at = (int)e->device_memory.peak_moment;
    switch (motion) {
    case LIST_UP:
        at--;
        break;
    case LIST_DOWN:
        at++;
        break;
    case LIST_PAGE_UP:
        at -= page;
        break;
    case LIST_PAGE_DOWN:
        at += page;
        break;
    case LIST_HOME:
        at = 0;
        break;
    case LIST_END:
        at = last;
        break;
    }
    app->moment_at = at < 0 ? 0 : at > last ? last : at;
}

static void go(struct app *app, enum list_motion motion)
{
    struct list *list;
    struct form *form = app_form(app, &list);
    if (app->mode == MODE_PICKER) {
        list_go(&app->picker.list, motion);
    } else if (app->mode == MODE_TEXT) {
        scroll_text_go(&app->reading.text, motion);
    } else if (form) {
        list_go(list, motion);
        form_skip_heading(form, list, motion == LIST_UP || motion == LIST_PAGE_UP || motion == LIST_HOME);
    } else if (app->wish.focus == PANE_MEMORY) {
        go_moment(app, motion);
    } else if (list_go(&app->layers, motion)) {
        app->layer = app->outline.row[app->layers.selected].layer;
    }
}

void act_up(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_UP);
}

void act_down(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_DOWN);
}

void act_page_up(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_PAGE_UP);
}

void act_page_down(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_PAGE_DOWN);
}

void act_home(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_HOME);
}

void act_end(struct app *app, const char *args)
{
    (void)args;
    go(app, LIST_END);
}

static const struct outline_row *selected_row(const struct app *app)
{
    uint32_t at = (uint32_t)app->layers.selected;
    return at < app->outline.count ? &app->outline.row[at] : NULL;
}

void act_left(struct app *app, const char *args)
{
    (void)args;
    const struct outline_row *row = selected_row(app);
    if (app->wish.focus == PANE_MEMORY) {
        go_moment(app, LIST_UP);
    } else if (app->wish.focus == PANE_LAYERS && row && row->nested && !row->folded) {
        outline_fold(&app->outline, row->layer, true);
        app->outline_stale = true;
    } else if (app->wish.focus == PANE_LAYERS && row && row->depth) {
        app_select_layer(app, app->session.document->layer[row->layer].parent);
    }
}

void act_right(struct app *app, const char *args)
{
    (void)args;
    const struct outline_row *row = selected_row(app);
    if (app->wish.focus == PANE_MEMORY) {
        go_moment(app, LIST_DOWN);
    } else if (app->wish.focus == PANE_LAYERS && row && row->folded) {
        outline_fold(&app->outline, row->layer, false);
        app->outline_stale = true;
    }
}

void act_pane(struct app *app, const char *args)
{
    int pane = (int)app->wish.focus;
    if (!strcmp(args, "next"))
        pane = (pane + 1) % PANE_COUNT;
    else if (!strcmp(args, "previous"))
        pane = (pane + PANE_COUNT - 1) % PANE_COUNT;
    else if (args[0] >= '1' && args[0] < '1' + PANE_COUNT && !args[1])
        pane = args[0] - '1';
    else
        app_say(app, ROLE_ERROR, "next, previous, or a number from 1 to %d", PANE_COUNT);
    app_leave(app);
    app->wish.focus = (enum pane)pane;
}

void act_zoom(struct app *app, const char *args)
{
    (void)args;
    app->wish.zoomed = !app->wish.zoomed;
}

/* One step out: of a list or a text, of a zoom, to the layers, and at last the detail goes. */
void act_back(struct app *app, const char *args)
{
    (void)args;
    if (app->mode != MODE_PANES)
        app_leave(app);
    else if (app->wish.zoomed)
        app->wish.zoomed = false;
    else if (app->wish.focus == PANE_MEMORY && app->moment_at >= 0)
        app->moment_at = -1;
    else if (app->wish.focus != PANE_LAYERS)
        app->wish.focus = PANE_LAYERS;
    else if (app->search[0])
        app->search[0] = '\0';
    else
        app->wish.detail = app->wish.timeline = false;
}
