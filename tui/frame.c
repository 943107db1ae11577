#include "tui/frame.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* Sums of coordinates that cannot wrap: nobody has a screen that wide. */
static int add(int a, int b)
{
    int sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT32_MIN : INT32_MAX;
    return sum;
}

static int subtract(int a, int b)
{
    int difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a < 0 ? INT32_MIN : INT32_MAX;
    return difference;
}

/* ---- sizes ---- */

bool frame_resize(struct frame *frame, int rows, int cols, const struct glyph_set *glyphs)
{
    rows = clamp(rows, 1, FRAME_LIMIT);
    cols = clamp(cols, 1, FRAME_LIMIT);
    frame->glyphs = glyphs;
    if (rows != frame->rows || cols != frame->cols) {
        free(frame->cell);
        frame->cell = calloc((size_t)rows * (size_t)cols, sizeof *frame->cell);
        if (!frame->cell) {
            frame->rows = frame->cols = 0;
            return false;
        }
        frame->rows = rows;
        frame->cols = cols;
    }
    frame_erase(frame);
    return true;
}

void frame_free(struct frame *frame)
{
    free(frame->cell);
    *frame = (struct frame){0};
}

void frame_erase(struct frame *frame)
{
    frame_fill(frame, frame_rect(frame), ROLE_TEXT);
    frame->cursor_row = most(frame->rows - 1, 0);
    frame->cursor_col = most(frame->cols - 1, 0);
    frame->cursor_shown = false;
}

struct rect frame_rect(const struct frame *frame)
{
    return (struct rect){0, 0, frame->rows, frame->cols};
}

struct rect rect_clip(struct rect inner, struct rect outer)
{
    int row = most(inner.row, outer.row);
    int col = most(inner.col, outer.col);
    int end_row = least(add(inner.row, inner.rows), add(outer.row, outer.rows));
    int end_col = least(add(inner.col, inner.cols), add(outer.col, outer.cols));
    if (end_row <= row || end_col <= col)
        return (struct rect){outer.row, outer.col, 0, 0};
    return (struct rect){row, col, end_row - row, end_col - col};
}

struct rect rect_row(struct rect rect, int row)
{
    if (row < 0 || row >= rect.rows)
        return (struct rect){rect.row, rect.col, 0, 0};
    return (struct rect){rect.row + row, rect.col, 1, rect.cols};
}

bool rect_contains(struct rect rect, int row, int col)
{
    return row >= rect.row && row < add(rect.row, rect.rows) && col >= rect.col && col < add(rect.col, rect.cols);
}

/* ---- cells ---- */

/* The part of one row of the frame that a call may write: absolute row, columns from start to before end. */
struct span {
    int row, start, end;
};

static struct span span_of(const struct frame *frame, struct rect rect, int row)
{
    struct rect visible = rect_clip(rect, frame_rect(frame));
    int at = add(rect.row, row);
    if (at < visible.row || at >= visible.row + visible.rows)
        return (struct span){0, 0, 0};
    return (struct span){at, visible.col, visible.col + visible.cols};
}

static struct cell *cell_at(struct frame *frame, int row, int col)
{
    return &frame->cell[(size_t)row * (size_t)frame->cols + (size_t)col];
}

static void set_cell(struct frame *frame, int row, int col, enum role role, int32_t code)
{
    *cell_at(frame, row, col) = (struct cell){code, 0, (uint8_t)role};
}

/* Half of a two-column character cannot stay: the other half, about to lose it, becomes a blank. */
static void break_wide(struct frame *frame, int row, int col)
{
    struct cell *cell = cell_at(frame, row, col);
    if (cell->code == CELL_TAIL)
        cell[-1].code = ' ';
    if (col + 1 < frame->cols && cell[1].code == CELL_TAIL)
        cell[1].code = ' ';
}

/* Puts a character of `width` columns at an absolute column if it lies within the span as a whole; of a two-column
 * character that is cut in half by an edge, blanks stay. */
static void put(struct frame *frame, struct span span, int col, enum role role, int32_t code, int width)
{
    for (int i = 0; i < width; i++) {
        int at = add(col, i);
        if (at < span.start || at >= span.end)
            continue;
        break_wide(frame, span.row, at);
        set_cell(frame, span.row, at, role, ' ');
    }
    if (col < span.start || add(col, width) > span.end)
        return;
    cell_at(frame, span.row, col)->code = code;
    if (width == 2)
        cell_at(frame, span.row, col + 1)->code = CELL_TAIL;
}

static void put_mark(struct frame *frame, struct span span, int col, int32_t mark)
{
    if (col > span.start && col <= span.end) {
        struct cell *cell = cell_at(frame, span.row, col - 1);
        if (cell->code == CELL_TAIL)
            cell--;
        cell->mark = mark;
    }
}

/* What a character of foreign text becomes in this frame. */
static int32_t shown_code(const struct frame *frame, int32_t code)
{
    if (code >= 0x20 && code < 0x7F)
        return code;
    if (!lt_is_visible(code))
        return '?';
    return frame->glyphs && frame->glyphs->unicode ? code : glyph_to_ascii(code);
}

/* ---- text ---- */

/* Draws text from an absolute column on until `stop`; returns the column after the text. */
static int draw_text(struct frame *frame, struct span span, int col, enum role role, const char *text)
{
    bool unicode = frame->glyphs && frame->glyphs->unicode;
    for (int32_t code; (code = lt_utf8_next(&text)) != 0;) {
        int width = lt_is_visible(code) ? lt_char_width(code) : 1;
        if (width == 0) {
            if (unicode)
                put_mark(frame, span, col, code);
            continue;
        }
        int32_t shown = shown_code(frame, code);
        for (int done = 0; done < width; done += unicode ? width : 1)
            put(frame, span, add(col, done), role, shown, unicode ? width : 1);
        col = add(col, width);
    }
    return col;
}

int frame_text(struct frame *frame, struct rect rect, int row, int col, enum role role, const char *text)
{
    struct span span = span_of(frame, rect, row);
    return subtract(draw_text(frame, span, add(rect.col, col), role, text), rect.col);
}

int frame_printf(struct frame *frame, struct rect rect, int row, int col, enum role role, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return frame_text(frame, rect, row, col, role, text);
}

/* The span of a field within the rectangle; empty where nothing of it is inside. */
static struct span field_of(const struct frame *frame, struct rect rect, int row, int col, int cols)
{
    struct span span = span_of(frame, rect, row);
    int start = add(rect.col, col);
    span.start = most(span.start, start);
    span.end = least(span.end, add(start, most(cols, 0)));
    return span;
}

void frame_text_fit(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role, const char *text)
{
    struct span span = field_of(frame, rect, row, col, cols);
    if (span.start >= span.end)
        return;
    int end = draw_text(frame, span, add(rect.col, col), role, text);
    if (end > span.end)
        put(frame, span, span.end - 1, role, frame->glyphs->code[GLYPH_ELLIPSIS], 1);
    for (int at = most(end, span.start); at < span.end; at++)
        put(frame, span, at, role, ' ', 1);
}

void frame_number(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role, const char *text)
{
    struct span span = field_of(frame, rect, row, col, cols);
    int width = lt_text_width(text);
    bool whole = span.end - span.start == cols && width <= cols;
    for (int at = span.start; at < span.end; at++)
        put(frame, span, at, role, whole ? ' ' : frame->glyphs->code[GLYPH_CUT], 1);
    if (whole)
        draw_text(frame, span, span.end - width, role, text);
}

/* ---- signs ---- */

void frame_put(struct frame *frame, struct rect rect, int row, int col, enum role role, int32_t code)
{
    int32_t shown = shown_code(frame, code);
    put(frame, span_of(frame, rect, row), add(rect.col, col), role, shown, lt_char_width(shown) == 2 ? 2 : 1);
}

void frame_glyph(struct frame *frame, struct rect rect, int row, int col, enum role role, enum glyph glyph)
{
    frame_run(frame, rect, row, col, 1, role, glyph);
}

void frame_run(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role, enum glyph glyph)
{
    struct span span = field_of(frame, rect, row, col, cols);
    for (int at = span.start; at < span.end; at++)
        put(frame, span, at, role, frame->glyphs->code[glyph], 1);
}

void frame_fill(struct frame *frame, struct rect rect, enum role role)
{
    struct rect visible = rect_clip(rect, frame_rect(frame));
    for (int row = 0; row < visible.rows; row++)
        frame_run(frame, visible, row, 0, visible.cols, role, GLYPH_BLANK);
}

void frame_paint(struct frame *frame, struct rect rect, int row, int col, int cols, enum role role)
{
    struct span span = field_of(frame, rect, row, col, cols);
    for (int at = span.start; at < span.end; at++)
        cell_at(frame, span.row, at)->role = (uint8_t)role;
}

void frame_cursor(struct frame *frame, struct rect rect, int row, int col, bool shown)
{
    struct rect visible = rect_clip(rect, frame_rect(frame));
    if (!visible.rows)
        return;
    frame->cursor_row = clamp(add(rect.row, row), visible.row, visible.row + visible.rows - 1);
    frame->cursor_col = clamp(add(rect.col, col), visible.col, visible.col + visible.cols - 1);
    frame->cursor_shown = shown;
}

/* ---- reading ---- */

const struct cell *frame_cell(const struct frame *frame, int row, int col)
{
    if (!rect_contains(frame_rect(frame), row, col))
        return NULL;
    return &frame->cell[(size_t)row * (size_t)frame->cols + (size_t)col];
}

void frame_utf8(int32_t code, struct lt_buffer *out)
{
    uint32_t c = (uint32_t)code;
    char bytes[4];
    size_t count = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = count - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(lead[count] | c);
    lt_buffer_add(out, bytes, count);
}

static void dump_text_cell(const struct cell *cell, struct lt_buffer *out)
{
    if (cell->code == CELL_TAIL)
        return;
    frame_utf8(cell->code, out);
    if (cell->mark)
        frame_utf8(cell->mark, out);
}

static void dump_role_cell(const struct cell *cell, struct lt_buffer *out)
{
    char letter = theme_role_letter((enum role)cell->role);
    lt_buffer_add(out, &letter, 1);
}

static bool is_blank(const struct cell *cell)
{
    return cell->code == ' ';
}

static bool is_plain(const struct cell *cell)
{
    return cell->role == ROLE_TEXT;
}

static void dump(const struct frame *frame, struct lt_buffer *out, bool (*trim)(const struct cell *),
                 void (*write)(const struct cell *, struct lt_buffer *))
{
    for (int row = 0; row < frame->rows; row++) {
        int end = frame->cols;
        while (end > 0 && trim(frame_cell(frame, row, end - 1)))
            end--;
        for (int col = 0; col < end; col++)
            write(frame_cell(frame, row, col), out);
        lt_buffer_add(out, "\n", 1);
    }
}

void frame_dump(const struct frame *frame, struct lt_buffer *out)
{
    dump(frame, out, is_blank, dump_text_cell);
}

void frame_dump_roles(const struct frame *frame, struct lt_buffer *out)
{
    dump(frame, out, is_plain, dump_role_cell);
}
