/* The layer table. */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "tui/show.h"

static const struct list_column columns[OUTLINE_KEYS] = {
    [OUTLINE_ORDER] = {"Layer", false, {.min = 14, .max = 48, .share = 8}},
    [OUTLINE_CLASS] = {"Class", false, {.min = 9, .max = 22, .share = 2, .drop = 6}},
    [OUTLINE_SHAPE] = {"Output", false, {.min = 10, .max = 20, .share = 1, .drop = 4}},
    [OUTLINE_PARAMETERS] = {"Params", true, {.min = 7, .max = 7, .drop = 3}},
    [OUTLINE_STATE] = {"State", true, {.min = 8, .max = 8, .drop = 8}},
    [OUTLINE_KEPT] = {"Kept", true, {.min = 8, .max = 8, .drop = 1}},
    [OUTLINE_FLOPS] = {"Work", true, {.min = 10, .max = 10, .drop = 9}},
    [OUTLINE_TIME] = {"Time", true, {.min = 8, .max = 8, .drop = 2}},
    [OUTLINE_BOUND] = {"Bound", false, {.min = 7, .max = 7, .drop = 5}},
};

enum { MARKS = 1 }; /* columns before the first, for what is wrong with a layer */

void layers_layout(struct app *app)
{
    struct rect rect = app->panes.pane[PANE_LAYERS];
    struct list_span span[OUTLINE_KEYS];
    list_layout(&app->layers, (int)app->outline.count, rect.rows ? rect.rows - 2 : app->layers.rows);
    list_columns(rect.cols - MARKS - 2, columns, OUTLINE_KEYS, span);
    for (int i = 0; i < OUTLINE_KEYS; i++)
        app->span[i] = (struct list_span){span[i].col + MARKS, rect.cols ? span[i].cols : 0};
}

/* What a layer's row says before any figure: a mark, and the role of the whole row. */
static int32_t mark_of(const struct app *app, uint32_t layer, const struct lt_layer_row *row, enum role *role)
{
    *role = ROLE_TEXT;
    if (row && row->problem) {
        *role = ROLE_BAD;
        return '!';
    }
    if (row && row->blocked) {
        *role = ROLE_DIM;
        return '~';
    }
    if (app->session.document->layer[layer].kind == &lt_kind_unknown) {
        *role = ROLE_WARN;
        return '?';
    }
    return row && row->standing == LT_UNKNOWN && row->nested ? '?' : ' ';
}

static void put_number(char *out, double value, enum lt_unit unit, bool known)
{
    if (known)
        lt_number(out, value, unit);
    else
        strcpy(out, "?");
}

static void text_of(const struct app *app, uint32_t layer, enum outline_key key, char *out)
{
    const struct lt_layer_row *row = app_row(app, layer);
    bool known = row && !row->problem && !row->blocked;
    *out = '\0';
    if (!row)
        return;
    switch (key) {
    case OUTLINE_SHAPE:
        show_output(out, row);
        break;
    case OUTLINE_PARAMETERS:
        put_number(out, (double)row->parameters, LT_UNIT_COUNT, known);
        break;
    case OUTLINE_STATE:
        put_number(out, (double)outline_state_bytes(row), LT_UNIT_BYTES, known);
        break;
    case OUTLINE_KEPT:
        put_number(out, (double)row->kept_bytes, LT_UNIT_BYTES, known);
        break;
    case OUTLINE_FLOPS:
        put_number(out, row->forward_flops + row->backward_flops, LT_UNIT_FLOPS, known);
        break;
    case OUTLINE_TIME:
        if (known)
            show_duration(out, row->seconds);
        else
            strcpy(out, "?");
        break;
    case OUTLINE_BOUND:
        snprintf(out, SHOW_TEXT, "%s", known && row->bound ? lt_bound_names[row->bound] : "");
        break;
    default:
        break;
    }
}

static void draw_name(const struct app *app, struct frame *frame, struct rect line, const struct outline_row *at,
                      enum role role, bool selected)
{
    struct list_span span = app->span[OUTLINE_ORDER];
    int indent = at->depth * 2 < span.cols / 2 ? at->depth * 2 : span.cols / 2;
    const char *name = app_name(app, at->layer);
    frame_run(frame, line, 0, span.col, indent, role, GLYPH_BLANK);
    if (at->nested) {
        frame_glyph(frame, line, 0, span.col + indent, role, at->folded ? GLYPH_TREE_CLOSED : GLYPH_TREE_OPEN);
        indent += 2;
    }
    frame_text_fit(frame, line, 0, span.col + indent, span.cols - indent, role, name);
    if (selected)
        frame_paint(frame, line, 0, span.col, span.cols, role);
}

static void draw_row(const struct app *app, struct frame *frame, struct rect line, int index)
{
    const struct outline_row *at = &app->outline.row[index];
    const struct lt_layer_row *row = app_row(app, at->layer);
    bool focused = app->wish.focus == PANE_LAYERS && app->mode != MODE_VALUE;
    bool selected = index == app->layers.selected;
    enum role role;
    int32_t mark = mark_of(app, at->layer, row, &role);
    const char *class_name = app->session.document->layer[at->layer].class_name;
    frame_put(frame, line, 0, 0, role, mark);
    draw_name(app, frame, line, at, list_role(&app->layers, index, focused, role), selected);
    list_cell(frame, line, &columns[OUTLINE_CLASS], app->span[OUTLINE_CLASS], role, class_name ? class_name : "");
    for (int key = OUTLINE_SHAPE; key < OUTLINE_KEYS; key++) {
        char text[SHOW_TEXT];
        text_of(app, at->layer, (enum outline_key)key, text);
        list_cell(frame, line, &columns[key], app->span[key], role == ROLE_TEXT && *text == '0' ? ROLE_DIM : role,
                  text);
    }
    if (selected && focused)
        frame_cursor(frame, line, 0, app->span[OUTLINE_ORDER].col, true);
}

void view_layers(const struct app *app, struct frame *frame)
{
    if (!app->panes.pane[PANE_LAYERS].rows)
        return;
    char position[64];
    snprintf(position, sizeof position, "%d/%d", app->layers.count ? app->layers.selected + 1 : 0, app->layers.count);
    struct rect rect = view_title(app, frame, PANE_LAYERS, position);
    bool sorted = app->outline.sort != OUTLINE_ORDER;
    list_header(frame, rect_row(rect, 0), columns, app->span, OUTLINE_KEYS, sorted ? (int)app->outline.sort : -1,
                app->outline.descending);
    struct rect body = {rect.row + 1, rect.col, rect.rows - 1, rect.cols};
    for (int i = 0; i < app->layers.rows && app->layers.top + i < app->layers.count; i++)
        draw_row(app, frame, rect_row(body, i), app->layers.top + i);
    list_scrollbar(frame, body, body.cols - 1, &app->layers);
}
