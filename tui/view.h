/* The views: each draws one part of the state into its rectangle and changes nothing. Their layouts, which do change
 * the state, come before: sizes, scroll positions, columns. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/state.h"

/* One word or phrase of a line; pieces with the highest `drop` go first where the line is too short, 0 never. */
struct piece {
    char text[160];
    enum role role;
    int drop;
};

enum { PIECES = 16 };
struct pieces {
    struct piece item[PIECES];
    int count;
};

void piece_add(struct pieces *pieces, enum role role, int drop, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Left to right with two blanks between them, in `cols` columns. Returns the column behind the last. */
int pieces_draw(const struct pieces *pieces, struct frame *frame, struct rect rect, int row, int col, int cols);

/* A pane below its title; empty where it is not in view. */
struct rect view_body(const struct app *app, enum pane pane);
/* The title of a pane in its first row, with a note (may be NULL) behind it. Returns the body. */
struct rect view_title(const struct app *app, struct frame *frame, enum pane pane, const char *note);

void view_totals(const struct app *app, struct frame *frame, struct rect rect);
void view_verdict(const struct app *app, struct pieces *pieces);
enum role verdict_role(enum lt_verdict verdict);

void layers_layout(struct app *app);
void view_layers(const struct app *app, struct frame *frame);

void forms_layout(struct app *app);
void view_setup(const struct app *app, struct frame *frame);
void view_layer(const struct app *app, struct frame *frame);

void view_memory(const struct app *app, struct frame *frame);

void picker_layout(struct app *app);
void view_picker(const struct app *app, struct frame *frame);

void reading_layout(struct app *app);
void view_reading(const struct app *app, struct frame *frame);

void bar_layout(struct app *app);
void view_bar(const struct app *app, struct frame *frame);

#endif
