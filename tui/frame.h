/* A plain grid of cells that views draw into: a character and a role per cell. It knows no terminal and no colours;
 * the same frame goes to the screen and, as text, into the golden tests.
 *
 * Every drawing call takes the rectangle that it may touch; rows and columns count from that rectangle's top left and
 * may lie outside it. What lies outside the rectangle or the frame is not drawn: no argument can write elsewhere. Text
 * is UTF-8 that lt_safe_text made safe; controls, invisible characters and invalid bytes that come
 * nevertheless come out as '?'. In a frame of the ASCII
 * set every cell is ASCII (glyph_to_ascii). */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buffer.h"
#include "tui/glyph.h"
#include "tui/theme.h"

struct rect {
    int row, col, rows, cols; /* rows and cols >= 0 */
};

enum { CELL_TAIL = -1 }; /* the right half of the two-column character before it */

struct cell {
    int32_t code; /* code point, or CELL_TAIL; never 0 */
    int32_t mark; /* one combining character on top, or 0 */
    uint8_t role; /* enum role */
};

struct frame {
    int rows, cols;
    struct cell *cell; /* rows * cols, row by row */
    const struct glyph_set *glyphs;
    int cursor_row, cursor_col; /* where the terminal's cursor is parked */
    bool cursor_shown;          /* false: hidden, though still parked */
};

enum { FRAME_LIMIT = 1000 }; /* rows and columns are clamped to this */

/* All-zero is an empty frame of 0 x 0. Sets the size, at least 1 x 1, and blanks everything. False where memory ends;
 * the frame is then 0 x 0, on which drawing does nothing. */
bool frame_resize(struct frame *frame, int rows, int cols, const struct glyph_set *glyphs);
void frame_free(struct frame *frame);

/* Blanks everything; the cursor is hidden and parked at the bottom right. */
void frame_erase(struct frame *frame);

struct rect frame_rect(const struct frame *frame);

/* The part that both have; 0 rows or columns where there is none. */
struct rect rect_clip(struct rect inner, struct rect outer);

/* Row `row` of `rect` as a rectangle of its own; empty where it is outside. */
struct rect rect_row(struct rect rect, int row);

bool rect_contains(struct rect rect, int row, int col); /* absolute row and column */

/* Text from (row, col) on. Returns the column after it, counted as if the rectangle were wide enough, so that calls can
 * be chained; text that runs out of the rectangle is clipped without a mark. */
int frame_text(struct frame *frame, struct rect rect, int row, int col, enum role role, const char *text);
int frame_printf(struct frame *frame, struct rect rect, int row, int col, enum role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Text in a field of `cols` columns, blanks after it. What does not fit ends in GLYPH_ELLIPSIS. */
void frame_text_fit(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role,
                    const char *text);

/* Text at the right end of a field of `cols` columns, blanks before it. A text that does not fit into the field, or a
 * field that does not fit into the rectangle, becomes GLYPH_CUT in every column: part of a number is a wrong number. */
void frame_number(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role, const char *text);

/* One character or sign; `code` is a code point. */
void frame_put(struct frame *frame, struct rect rect, int row, int col, enum role role, int32_t code);
void frame_glyph(struct frame *frame, struct rect rect, int row, int col, enum role role, enum glyph glyph);

/* The same sign in `cols` columns. */
void frame_run(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role, enum glyph glyph);

/* Blanks the rectangle. */
void frame_fill(struct frame *frame, struct rect rect, enum role role);

/* Changes the role of `cols` cells and leaves their text: selections, matches. */
void frame_paint(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role);

/* Parks the visible cursor at a cell (for the line editor, and on the selection for screen readers). */
void frame_cursor(struct frame *frame, struct rect rect, int row, int col, bool shown);

/* Appends one code point as UTF-8. */
void frame_utf8(int32_t code, struct lt_buffer *out);

/* NULL outside. */
const struct cell *frame_cell(const struct frame *frame, int row, int col);

/* The frame as text, one line per row, blanks at the ends of lines left out. */
void frame_dump(const struct frame *frame, struct lt_buffer *out);

/* The same shape with the letter of each cell's role (theme_role_letter); trailing '.' left out. */
void frame_dump_roles(const struct frame *frame, struct lt_buffer *out);

#endif
