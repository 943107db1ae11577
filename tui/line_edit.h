/* A one-line editor for UTF-8 text, with an optional history: the `:` prompt, the search, and values in forms. It moves
 * by whole characters and scrolls sideways. It knows no terminal and not what the text means. */
#ifndef TUI_LINE_EDIT_H
#define TUI_LINE_EDIT_H

#include "tui/frame.h"

enum { LINE_EDIT_BYTES = 1024, LINE_HISTORY = 64 };

/* What was entered before, oldest first; all-zero is empty. Owns its text. */
struct line_history {
    char *item[LINE_HISTORY];
    int count;
};

/* All-zero is an empty line without history. */
struct line_edit {
    char text[LINE_EDIT_BYTES]; /* valid UTF-8, no controls, NUL-terminated */
    int bytes, cursor;          /* length, and the byte before which the cursor stands */
    int scroll;                 /* columns hidden at the left */
    const struct line_history *history;
    int recalled;                /* entries back in the history; 0: the line being typed */
    char typed[LINE_EDIT_BYTES]; /* that line, while an older one is shown */
};

enum line_result { LINE_IGNORED, LINE_MOVED, LINE_CHANGED, LINE_ACCEPTED, LINE_CANCELLED };

/* Starts with `text` (cut at LINE_EDIT_BYTES - 1), the cursor behind it. `history` may be NULL and is borrowed. */
void line_edit_start(struct line_edit *edit, const char *text, const struct line_history *history);

/* Arrows, home, end, ctrl-a, ctrl-e, ctrl-b, ctrl-f; backspace, delete, ctrl-h, ctrl-d, ctrl-w (word), ctrl-u (to the
 * start), ctrl-k (to the end); up, down, ctrl-p, ctrl-n (history); enter accepts, esc, ctrl-c and ctrl-g cancel.
 * LINE_IGNORED: not a key of an editor, the caller may use it. */
enum line_result line_edit_key(struct line_edit *edit, int32_t key);

/* Puts text in at the cursor; line ends and tabs become blanks, other controls, invisible characters and invalid bytes
 * are left out. What does not fit is left out, by whole characters. */
enum line_result line_edit_insert(struct line_edit *edit, const char *text, size_t bytes);

/* Makes the cursor visible in `cols` columns; then draws the text and, where `focused`, parks the shown cursor. */
void line_edit_layout(struct line_edit *edit, int cols);
void line_edit_draw(const struct line_edit *edit, struct frame *frame, struct rect row, enum role role, bool focused);

/* Appends; the same text as the last one is not kept twice, the oldest goes where it is full. False: memory ended. */
bool line_history_add(struct line_history *history, const char *text);
void line_history_free(struct line_history *history);

#endif
