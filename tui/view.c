#include "tui/view.h"

#include <stdio.h>

#include "core/base/text.h"

void piece_add(struct pieces *pieces, enum role role, int drop, const char *format, ...)
{
    if (pieces->count == PIECES)
        return;
    struct piece *piece = &pieces->item[pieces->count];
    va_list args;
    va_start(args, format);
    vsnprintf(piece->text, sizeof piece->text, format, args);
    va_end(args);
    piece->role = role;
    piece->drop = drop;
    pieces->count += piece->text[0] != '\0';
}

enum { PIECE_GAP = 2 };

/* The pieces that are drawn as a set of bits. */
static unsigned fitting(const struct pieces *pieces, int cols)
{
    unsigned kept = (1u << pieces->count) - 1;
    for (;;) {
        int width = -PIECE_GAP, worst = -1;
        for (int i = 0; i < pieces->count; i++) {
            if (!(kept & 1u << i))
                continue;
            width += lt_text_width(pieces->item[i].text) + PIECE_GAP;
            if (pieces->item[i].drop && (worst < 0 || pieces->item[i].drop >= pieces->item[worst].drop))
                worst = i;
        }
        if (width <= cols || worst < 0)
            return kept;
        kept &= ~(1u << worst);
    }
}

int pieces_draw(const struct pieces *pieces, struct frame *frame, struct rect rect, int row, int col, int cols)
{
    unsigned kept = fitting(pieces, cols);
    int end = col + cols, at = col;
    for (int i = 0; i < pieces->count && at < end; i++) {
        const struct piece *piece = &pieces->item[i];
        if (!(kept & 1u << i))
            continue;
        int width = lt_text_width(piece->text), room = end - at;
        frame_text_fit(frame, rect, row, at, width < room ? width : room, piece->role, piece->text);
        at += width + PIECE_GAP;
    }
    return at - PIECE_GAP;
}

static const char *const titles[PANE_COUNT] = {"Layers", "Set-up", "Layer", "Memory"};

enum { TABS_NAMED = 56 };

/* In a narrow screen the first pane's title names all panes, so that they can be found. Returns the column behind. */
static int draw_tabs(const struct app *app, struct frame *frame, struct rect row)
{
    int col = 0;
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        bool focus = pane == (int)app->wish.focus, shown = app->panes.pane[pane].rows > 0;
        enum role role = focus ? ROLE_TITLE_FOCUS : shown ? ROLE_TITLE : ROLE_DIM;
        bool named = focus || row.cols >= TABS_NAMED;
        col = frame_printf(frame, row, 0, col, role, " %d%s%s ", pane + 1, named ? " " : "", named ? titles[pane] : "");
    }
    return col;
}

/* What stands behind a title, as far as there is room: what the pane shows next to it, figures at the right end. */
static void draw_note(struct frame *frame, struct rect row, int from, bool right, const char *note)
{
    int width = lt_text_width(note), room = row.cols - from - 4;
    width = width < room ? width : room;
    if (width < 3)
        return;
    int at = right ? row.cols - width - 1 : from + 2;
    frame_put(frame, row, 0, at - 1, ROLE_DIM, ' ');
    frame_text_fit(frame, row, 0, at, width, ROLE_DIM, note);
    frame_put(frame, row, 0, at + width, ROLE_DIM, ' ');
}

struct rect view_body(const struct app *app, enum pane pane)
{
    struct rect rect = app->panes.pane[pane];
    return rect.rows > 1 ? (struct rect){rect.row + 1, rect.col, rect.rows - 1, rect.cols} : (struct rect){0};
}

struct rect view_title(const struct app *app, struct frame *frame, enum pane pane, const char *note)
{
    struct rect row = rect_row(app->panes.pane[pane], 0);
    bool focus = pane == app->wish.focus, first = row.row == app->panes.main.row;
    int col;
    if (!app->panes.wide && first) {
        col = draw_tabs(app, frame, row);
    } else {
        enum role role = focus ? ROLE_TITLE_FOCUS : ROLE_TITLE;
        frame_run(frame, row, 0, 0, row.cols, ROLE_BORDER, GLYPH_HLINE);
        col = frame_printf(frame, row, 0, 1, role, " %d %s ", pane + 1, titles[pane]);
    }
    if (note && note[0])
        draw_note(frame, row, col, pane != PANE_LAYER, note);
    return view_body(app, pane);
}

/* ---- all of it ---- */

void app_layout(struct app *app, int rows, int cols)
{
    app_refresh(app);
    app->panes = panes_make(rows, cols, &app->wish);
    layers_layout(app);
    forms_layout(app);
    picker_layout(app);
    reading_layout(app);
    if (app->panes.pane[PANE_MEMORY].rows)
        advised_refresh(&app->advised, &app->session);
    bar_layout(app);
}

static void draw_panes(const struct app *app, struct frame *frame)
{
    view_layers(app, frame);
    view_setup(app, frame);
    view_layer(app, frame);
    view_memory(app, frame);
    struct rect right = app->panes.pane[PANE_SETUP];
    if (app->panes.wide) {
        struct rect main = app->panes.main;
        for (int row = 0; row < main.rows; row++)
            frame_glyph(frame, main, row, right.col - 1, ROLE_BORDER, GLYPH_VLINE);
    }
}

void app_draw(const struct app *app, struct frame *frame)
{
    view_totals(app, frame, app->panes.totals);
    if (!app->panes.tiny && app->mode == MODE_PICKER)
        view_picker(app, frame);
    else if (app->mode == MODE_TEXT)
        view_reading(app, frame);
    else if (!app->panes.tiny)
        draw_panes(app, frame);
    view_bar(app, frame);
}
