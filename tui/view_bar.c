/* The last row: what the keys do here, or what was said, asked or is being typed. */
#include "tui/view.h"

#include <string.h>

#include "core/base/text.h"
#include "tui/complete.h"
#include "tui/keymap.h"

static int32_t prompt_sign(const struct app *app)
{
    return app->mode == MODE_COMMAND ? ':' : '/';
}

static bool is_typing(const struct app *app)
{
    return app->mode == MODE_COMMAND || app->mode == MODE_SEARCH;
}

/* A labelled key where there is room for it whole. */
static void add_item(struct app *app, int32_t key, const char *label, int *col)
{
    char name[KEY_TEXT];
    int cols = lt_text_width(key_format(key, name)) + 1 + lt_text_width(label);
    if (app->bar_count == BAR_ITEMS || *col + cols > app->panes.cols - 1)
        return;
    app->bar[app->bar_count++] = (struct bar_item){key, label, *col, cols};
    *col += cols + 2;
}

/* All answers must be in view: where they leave no room, the question stands in the row above. */
static bool is_asked_above(const struct app *app)
{
    int cols = 1 + lt_text_width(app->question.text);
    for (const struct answer *answer = app->question.answer; answer->key; answer++) {
        char name[KEY_TEXT];
        cols += 2 + lt_text_width(key_format(answer->key, name)) + 1 + lt_text_width(answer->label);
    }
    return cols > app->panes.cols - 1;
}

void bar_layout(struct app *app)
{
    int col = 1;
    app->bar_count = 0;
    if (is_typing(app))
        line_edit_layout(&app->edit, app->panes.cols - 2);
    if (app->mode == MODE_QUESTION) {
        col += is_asked_above(app) ? 0 : lt_text_width(app->question.text) + 2;
        for (const struct answer *answer = app->question.answer; answer->key; answer++)
            add_item(app, answer->key, answer->label, &col);
        return;
    }
    if (is_typing(app) || app->mode == MODE_VALUE || app->message[0])
        return; /* something else stands there: a click must not find a key that is not in view */
    /* Help and the way out first: they must be in view at any width. */
    static const char *const first[] = {"help", "quit"};
    for (int i = 0; i < 2 && app->mode == MODE_PANES; i++) {
        for (int k = 0; k < binding_count; k++) {
            if (bindings[k].bar && !strcmp(bindings[k].line, first[i]) && (bindings[k].scopes & app_scope(app)))
                add_item(app, bindings[k].key, bindings[k].bar, &col);
        }
    }
    for (int i = 0; i < binding_count; i++) {
        const struct binding *binding = &bindings[i];
        bool placed = !strcmp(binding->line, "help") || !strcmp(binding->line, "quit");
        if (binding->bar && !placed && (binding->scopes & app_scope(app)))
            add_item(app, binding->key, binding->bar, &col);
    }
}

static void draw_items(const struct app *app, struct frame *frame, struct rect row)
{
    for (int i = 0; i < app->bar_count; i++) {
        char name[KEY_TEXT];
        int col = frame_text(frame, row, 0, app->bar[i].col, ROLE_KEY, key_format(app->bar[i].key, name));
        frame_text(frame, row, 0, col + 1, ROLE_KEY_LABEL, app->bar[i].label);
    }
}

/* While a command is typed: what could stand there, in the row above. */
static void draw_candidates(const struct app *app, struct frame *frame)
{
    struct candidates candidates;
    struct pieces line = {0};
    const char *typed = app->completion < 0 ? app->edit.text : app->completed;
    complete(app, typed, &candidates);
    int first = app->completion > 6 ? app->completion - 6 : 0;
    for (int i = first; i < candidates.count && line.count < PIECES; i++)
        piece_add(&line, i == app->completion ? ROLE_SELECTED : ROLE_DIM, i - first + 1, "%s", candidates.text[i]);
    struct rect row = {app->panes.bar.row - 1, 0, 1, app->panes.cols};
    if (candidates.count && row.row > 0) {
        frame_fill(frame, row, ROLE_TEXT);
        pieces_draw(&line, frame, row, 0, 1, row.cols - 2);
    }
    candidates_free(&candidates);
}

/* Typing a value: what the field is, and what may stand there. */
static void draw_field_help(const struct app *app, struct frame *frame, struct rect row)
{
    const struct form_entry *entry = app_entry(app);
    struct lt_arena arena = LT_ARENA_INIT;
    const char *range = entry ? lt_field_range(entry->field, &arena) : NULL;
    struct pieces line = {0};
    if (entry) {
        piece_add(&line, ROLE_PROMPT, 0, "%s:", entry->label);
        piece_add(&line, ROLE_TEXT, 2, "%s", entry->field->help ? entry->field->help : "");
        piece_add(&line, ROLE_DIM, 1, "%s", range ? range : "");
    }
    pieces_draw(&line, frame, row, 0, 1, row.cols - 2);
    lt_arena_free(&arena);
}

void view_bar(const struct app *app, struct frame *frame)
{
    struct rect row = app->panes.bar;
    if (app->panes.rows < 2 && app->mode == MODE_PANES && !app->message[0])
        return;
    if (is_typing(app)) {
        if (app->mode == MODE_COMMAND)
            draw_candidates(app, frame);
        frame_fill(frame, row, ROLE_TEXT);
        frame_put(frame, row, 0, 0, ROLE_PROMPT, prompt_sign(app));
        line_edit_draw(&app->edit, frame, (struct rect){row.row, 1, 1, row.cols - 1}, ROLE_TEXT, true);
        if (app->message[0])
            frame_text(frame, row, 0, lt_text_width(app->edit.text) + 4, app->message_role, app->message);
    } else if (app->mode == MODE_QUESTION) {
        struct rect text = {row.row - is_asked_above(app), 0, 1, row.cols};
        frame_fill(frame, text, ROLE_TEXT);
        frame_text_fit(frame, text, 0, 1, text.cols - 2, ROLE_PROMPT, app->question.text);
        draw_items(app, frame, row);
    } else if (app->message[0]) {
        frame_text_fit(frame, row, 0, 1, row.cols - 2, app->message_role, app->message);
    } else if (app->mode == MODE_VALUE) {
        draw_field_help(app, frame, row);
    } else {
        draw_items(app, frame, row);
    }
}
