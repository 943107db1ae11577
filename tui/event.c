/* Events to commands: which table, prompt or list a key or a click belongs to. */
#include "tui/command.h"
#include "tui/keymap.h"
#include "tui/prompt.h"

unsigned app_scope(const struct app *app)
{
    return app->mode == MODE_PICKER ? SCOPE_PICKER : app->mode == MODE_TEXT ? SCOPE_TEXT : 1u << app->wish.focus;
}

static void on_key(struct app *app, int32_t key)
{
    app->message[0] = '\0';
    if (app->mode == MODE_QUESTION) {
        prompt_answer(app, key);
        return;
    }
    bool bound = app->mode == MODE_PANES || app->mode == MODE_TEXT || app->mode == MODE_PICKER;
    const struct binding *binding = bound ? keymap_find(app_scope(app), key) : NULL;
    if (binding)
        command_run(app, binding->line);
    else if (app->mode != MODE_PANES && app->mode != MODE_TEXT)
        prompt_key(app, key);
}

/* ---- mouse ---- */

static void click_bar(struct app *app, int col)
{
    for (int i = 0; i < app->bar_count; i++) {
        if (col >= app->bar[i].col && col < app->bar[i].col + app->bar[i].cols) {
            on_key(app, app->bar[i].key);
            return;
        }
    }
}

static void click_header(struct app *app, int col)
{
    for (int key = 0; key < OUTLINE_KEYS; key++) {
        struct list_span span = app->span[key];
        if (!span.cols || col < span.col || col >= span.col + span.cols || !outline_sorts_by((enum outline_key)key))
            continue;
        if ((int)app->outline.sort == key)
            act_reverse(app, "");
        else
            act_sort(app, outline_key_names[key]);
        return;
    }
}

/* A click selects; on what is selected already it opens. */
static void click_row(struct app *app, struct list *list, int row)
{
    int index = list_at(list, row);
    if (index < 0)
        return;
    struct form *form = app_form(app, NULL);
    bool again = list->selected == index;
    if (form && !form->entry[index].field)
        return;
    list_select(list, index);
    if (!form)
        app->layer = app->outline.row[index].layer;
    if (again)
        command_run(app, form ? "enter" : "open");
}

static void click_pane(struct app *app, enum pane pane, int row, int col)
{
    struct rect rect = app->panes.pane[pane];
    struct list *list;
    app->wish.focus = pane;
    if (pane == PANE_LAYERS && row == rect.row + 1)
        click_header(app, col - rect.col);
    else if (pane == PANE_LAYERS)
        click_row(app, &app->layers, row - rect.row - 2);
    else if (app_form(app, &list))
        click_row(app, list, row - app->form_top[pane]);
}

static void on_click(struct app *app, int row, int col)
{
    app->message[0] = '\0';
    if (rect_contains(app->panes.bar, row, col)) {
        click_bar(app, col);
        return;
    }
    if (app->mode == MODE_PICKER) {
        int at = list_at(&app->picker.list, row - app->panes.main.row - 3);
        bool again = at == app->picker.list.selected;
        if (at >= 0)
            list_select(&app->picker.list, at);
        if (at >= 0 && again)
            command_run(app, "enter");
        return;
    }
    for (int pane = 0; app->mode == MODE_PANES && pane < PANE_COUNT; pane++) {
        if (rect_contains(app->panes.pane[pane], row, col)) {
            click_pane(app, (enum pane)pane, row, col);
            return;
        }
    }
}

static void on_wheel(struct app *app, int step)
{
    enum { WHEEL_ROWS = 3 };
    struct list *list = NULL;
    const struct form *form;
    if (app->mode == MODE_PICKER)
        list_scroll(&app->picker.list, step * WHEEL_ROWS);
    else if (app->mode == MODE_TEXT)
        for (int i = 0; i < WHEEL_ROWS; i++)
            scroll_text_go(&app->reading.text, step > 0 ? LIST_DOWN : LIST_UP);
    else if (app->mode == MODE_PANES && (form = app_form(app, &list))) {
        list_scroll(list, step * WHEEL_ROWS);
        form_skip_heading(form, list, step < 0);
    } else if (app->mode == MODE_PANES && app->wish.focus == PANE_LAYERS &&
               list_scroll(&app->layers, step * WHEEL_ROWS))
        app->layer = app->outline.row[app->layers.selected].layer;
}

static void on_mouse(struct app *app, const struct event *event)
{
    if (!app->mouse)
        return;
    if (event->action == MOUSE_PRESS && event->button == 1)
        on_click(app, event->row, event->col);
    else if (event->action == MOUSE_WHEEL_UP || event->action == MOUSE_WHEEL_DOWN)
        on_wheel(app, event->action == MOUSE_WHEEL_DOWN ? 1 : -1);
}

void app_event(struct app *app, const struct event *event)
{
    if (event->kind == EVENT_KEY)
        on_key(app, event->key);
    else if (event->kind == EVENT_MOUSE)
        on_mouse(app, event);
    else if (event->kind == EVENT_PASTE && app->mode != MODE_PANES && app->mode != MODE_TEXT &&
             app->mode != MODE_QUESTION)
        prompt_paste(app, event->text, event->text_bytes);
    app_refresh(app);
}

bool app_work(struct app *app)
{
    return app->mode == MODE_PICKER && picker_work(&app->picker, &app->session);
}
