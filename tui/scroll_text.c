#include "tui/scroll_text.h"

#include <stdio.h>

#include "core/base/text.h"

/* The longest start of `text` that fits into `cols` columns, ended at a word where there is one. Sets *next to where
 * the following row starts. Returns its length in bytes; more than 0 for a text that is not empty, even in no columns.
 */
static size_t fit(const char *text, int cols, const char **next)
{
    const char *at = text, *word = NULL;
    int width = 0;
    while (*at) {
        const char *end = at;
        int32_t code = lt_utf8_next(&end);
        int wide = code > 0 ? lt_char_width(code) : 1;
        if (*at == ' ')
            word = at;
        if (width + wide > cols && at != text)
            break;
        width += wide;
        at = end;
    }
    if (*at && word && word > text)
        at = word;
    size_t length = (size_t)(at - text);
    while (*at == ' ')
        at++;
    *next = at;
    return length;
}

static int label_cols(const struct scroll_text *text, int cols)
{
    int widest = 0, most = cols / 3;
    if (text->label_cols)
        return text->label_cols < most ? text->label_cols : most;
    for (int i = 0; i < text->count; i++) {
        int width = text->line[i].label ? lt_text_width(text->line[i].label) + 2 : 0;
        widest = width > widest ? width : widest;
    }
    return widest < most ? widest : most;
}

/* Goes through all rows of the text and draws those in view; without a frame it only counts. */
static int walk(const struct scroll_text *text, int cols, struct frame *frame, struct rect rect)
{
    int labels = label_cols(text, cols), row = 0;
    for (int i = 0; i < text->count; i++) {
        const struct text_line *line = &text->line[i];
        const char *rest = line->text ? line->text : "";
        int indent = line->label ? labels : 0;
        int first = row;
        do {
            char piece[1024];
            const char *start = rest;
            size_t length = fit(start, cols - indent, &rest);
            if (frame && row >= text->top && row < text->top + text->rows) {
                snprintf(piece, sizeof piece, "%.*s", (int)length, start);
                frame_text(frame, rect, row - text->top, indent, line->role, piece);
                if (row == first && line->label && labels > 1)
                    frame_text_fit(frame, rect, row - text->top, 0, labels - 1, line->label_role, line->label);
            }
            row++;
        } while (*rest);
    }
    return row;
}

static void clamp_top(struct scroll_text *text, int top)
{
    int highest = text->total - text->rows;
    top = top < highest ? top : highest;
    text->top = top > 0 ? top : 0;
}

void scroll_text_layout(struct scroll_text *text, int rows, int cols)
{
    text->rows = rows > 1 ? rows : 1;
    text->total = walk(text, cols, NULL, (struct rect){0});
    clamp_top(text, text->top);
}

bool scroll_text_go(struct scroll_text *text, enum list_motion motion)
{
    int before = text->top;
    switch (motion) {
    case LIST_UP:
        clamp_top(text, text->top - 1);
        break;
    case LIST_DOWN:
        clamp_top(text, text->top + 1);
        break;
    case LIST_PAGE_UP:
        clamp_top(text, text->top - text->rows);
        break;
    case LIST_PAGE_DOWN:
        clamp_top(text, text->top + text->rows);
        break;
    case LIST_HOME:
        clamp_top(text, 0);
        break;
    case LIST_END:
        clamp_top(text, text->total);
        break;
    }
    return text->top != before;
}

void scroll_text_draw(const struct scroll_text *text, struct frame *frame, struct rect rect)
{
    walk(text, rect.cols, frame, rect);
}

char *scroll_text_position(const struct scroll_text *text, char *out)
{
    int end = text->top + text->rows < text->total ? text->top + text->rows : text->total;
    out[0] = '\0';
    if (text->total > text->rows)
        snprintf(out, SCROLL_TEXT_POSITION, "%d-%d of %d", text->top + 1, end, text->total);
    return out;
}
