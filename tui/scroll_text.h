/* Text that is longer than its pane: help, explanations, problems. Wraps at words, scrolls by rows, says where it is.
 * The lines are borrowed; it knows nothing of what they say. */
#ifndef TUI_SCROLL_TEXT_H
#define TUI_SCROLL_TEXT_H

#include "tui/frame.h"
#include "tui/list.h"

/* One paragraph. Where `label` is set it stands in the left column in its own role (keys in help) and the text is
 * wrapped beside it. */
struct text_line {
    const char *text; /* NULL: an empty row */
    enum role role;
    const char *label; /* NULL: none */
    enum role label_role;
};

/* All-zero is an empty text. */
struct scroll_text {
    const struct text_line *line;
    int count;
    int label_cols;       /* width of the left column, blank included; 0: as the widest label, at most a third */
    int top, rows, total; /* in wrapped rows; set by scroll_text_layout */
};

/* Counts the rows in this size and clamps the position. */
void scroll_text_layout(struct scroll_text *text, int rows, int cols);

/* LIST_UP and LIST_DOWN move by one row. True where it moved. */
bool scroll_text_go(struct scroll_text *text, enum list_motion motion);

/* Draws within `rect`, of the size given to scroll_text_layout. */
void scroll_text_draw(const struct scroll_text *text, struct frame *frame, struct rect rect);

enum { SCROLL_TEXT_POSITION = 48 };

/* "12-30 of 88", or "" where all is in view. Returns out[SCROLL_TEXT_POSITION]. */
char *scroll_text_position(const struct scroll_text *text, char *out);

#endif
