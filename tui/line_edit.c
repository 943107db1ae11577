#include "tui/line_edit.h"
#include "tui/key.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

/* ---- characters ---- */

static bool is_tail_byte(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static int char_width_at(const char *text)
{
    int32_t code = lt_utf8_next(&text);
    return code > 0 ? lt_char_width(code) : 0;
}

/* The byte where the character before `at` starts; combining characters belong to the one they stand on. */
static int before(const struct line_edit *edit, int at)
{
    while (at > 0) {
        do
            at--;
        while (at > 0 && is_tail_byte(edit->text[at]));
        if (char_width_at(edit->text + at) > 0)
            break;
    }
    return at;
}

static int after(const struct line_edit *edit, int at)
{
    bool first = true;
    while (at < edit->bytes && (first || char_width_at(edit->text + at) == 0)) {
        do
            at++;
        while (at < edit->bytes && is_tail_byte(edit->text[at]));
        first = false;
    }
    return at;
}

static int word_before(const struct line_edit *edit, int at)
{
    while (at > 0 && edit->text[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text[at - 1] != ' ')
        at--;
    return at;
}

/* ---- changes ---- */

static enum line_result move_to(struct line_edit *edit, int at)
{
    edit->cursor = at;
    return LINE_MOVED;
}

static enum line_result remove_range(struct line_edit *edit, int from, int to)
{
    if (from >= to)
        return LINE_MOVED;
    memmove(edit->text + from, edit->text + to, (size_t)(edit->bytes - to) + 1);
    edit->bytes -= to - from;
    edit->cursor = from;
    return LINE_CHANGED;
}

static void set_text(struct line_edit *edit, const char *text)
{
    edit->bytes = edit->cursor = 0;
    edit->text[0] = '\0';
    line_edit_insert(edit, text, strlen(text));
}

/* Room for `bytes` at the cursor; false where the line is full. */
static bool insert_bytes(struct line_edit *edit, const char *text, int bytes)
{
    if (bytes >= LINE_EDIT_BYTES - edit->bytes)
        return false;
    char *at = edit->text + edit->cursor;
    memmove(at + bytes, at, (size_t)(edit->bytes - edit->cursor) + 1);
    memcpy(at, text, (size_t)bytes);
    edit->bytes += bytes;
    edit->cursor += bytes;
    return true;
}

enum line_result line_edit_insert(struct line_edit *edit, const char *text, size_t bytes)
{
    int length = edit->bytes;
    const char *end = text + bytes;
    while (text < end) {
        if (*text == '\n' || *text == '\t') {
            insert_bytes(edit, " ", 1);
            text++;
            continue;
        }
        /* A copy of one character, since the text need not end in a NUL. */
        char one[5] = {0};
        memcpy(one, text, (size_t)(end - text < 4 ? end - text : 4));
        const char *next = one;
        int32_t code = lt_utf8_next(&next);
        int size = code ? (int)(next - one) : 1;
        if (lt_is_visible(code) && !insert_bytes(edit, one, size))
            break;
        text += size;
    }
    return edit->bytes != length ? LINE_CHANGED : LINE_MOVED;
}

static enum line_result insert_code(struct line_edit *edit, int32_t key)
{
    struct lt_buffer utf8 = {0};
    frame_utf8(key, &utf8);
    enum line_result result = utf8.failed ? LINE_MOVED : line_edit_insert(edit, utf8.text, utf8.length);
    lt_buffer_free(&utf8);
    return result;
}

/* ---- history ---- */

static enum line_result recall(struct line_edit *edit, int back)
{
    int count = edit->history ? edit->history->count : 0;
    if (back < 0 || back > count)
        return LINE_MOVED;
    if (edit->recalled == 0)
        memcpy(edit->typed, edit->text, sizeof edit->typed);
    edit->recalled = back;
    if (back)
        set_text(edit, edit->history->item[count - back]);
    else {
        char typed[LINE_EDIT_BYTES];
        memcpy(typed, edit->typed, sizeof typed);
        set_text(edit, typed);
    }
    return LINE_CHANGED;
}

bool line_history_add(struct line_history *history, const char *text)
{
    if (!text[0] || (history->count && !strcmp(history->item[history->count - 1], text)))
        return true;
    size_t bytes = strlen(text) + 1;
    char *copy = malloc(bytes);
    if (!copy)
        return false;
    memcpy(copy, text, bytes);
    if (history->count == LINE_HISTORY) {
        free(history->item[0]);
        memmove(history->item, history->item + 1, (LINE_HISTORY - 1) * sizeof *history->item);
        history->count--;
    }
    history->item[history->count++] = copy;
    return true;
}

void line_history_free(struct line_history *history)
{
    for (int i = 0; i < history->count; i++)
        free(history->item[i]);
    *history = (struct line_history){0};
}

/* ---- keys ---- */

void line_edit_start(struct line_edit *edit, const char *text, const struct line_history *history)
{
    *edit = (struct line_edit){.history = history};
    set_text(edit, text);
}

static enum line_result edit_key(struct line_edit *edit, int32_t key)
{
    switch (key) {
    case K_BACKSPACE:
    case K_CTRL | 'h':
        return remove_range(edit, before(edit, edit->cursor), edit->cursor);
    case K_DELETE:
    case K_CTRL | 'd':
        return remove_range(edit, edit->cursor, after(edit, edit->cursor));
    case K_CTRL | 'w':
        return remove_range(edit, word_before(edit, edit->cursor), edit->cursor);
    case K_CTRL | 'u':
        return remove_range(edit, 0, edit->cursor);
    case K_CTRL | 'k':
        return remove_range(edit, edit->cursor, edit->bytes);
    default:
        return key_is_text(key) ? insert_code(edit, key) : LINE_IGNORED;
    }
}

enum line_result line_edit_key(struct line_edit *edit, int32_t key)
{
    switch (key) {
    case K_LEFT:
    case K_CTRL | 'b':
        return move_to(edit, before(edit, edit->cursor));
    case K_RIGHT:
    case K_CTRL | 'f':
        return move_to(edit, after(edit, edit->cursor));
    case K_HOME:
    case K_CTRL | 'a':
        return move_to(edit, 0);
    case K_END:
    case K_CTRL | 'e':
        return move_to(edit, edit->bytes);
    case K_UP:
    case K_CTRL | 'p':
        return recall(edit, edit->recalled + 1);
    case K_DOWN:
    case K_CTRL | 'n':
        return recall(edit, edit->recalled - 1);
    case K_ENTER:
        return LINE_ACCEPTED;
    case K_ESC:
    case K_CTRL | 'c':
    case K_CTRL | 'g':
        return LINE_CANCELLED;
    default:
        return edit_key(edit, key);
    }
}

/* ---- drawing ---- */

static int columns_to(const struct line_edit *edit, int byte)
{
    char head[LINE_EDIT_BYTES];
    memcpy(head, edit->text, (size_t)byte);
    head[byte] = '\0';
    return lt_text_width(head);
}

void line_edit_layout(struct line_edit *edit, int cols)
{
    int at = columns_to(edit, edit->cursor);
    /* The cursor may stand behind the last character, so one column more than the text. */
    int lowest = at - (cols > 1 ? cols : 1) + 1;
    int total = lt_text_width(edit->text) + 1 - cols;
    if (edit->scroll > total)
        edit->scroll = total > 0 ? total : 0;
    if (edit->scroll < lowest)
        edit->scroll = lowest;
    if (edit->scroll > at)
        edit->scroll = at;
}

void line_edit_draw(const struct line_edit *edit, struct frame *frame, struct rect row, enum role role, bool focused)
{
    frame_fill(frame, row, role);
    frame_text(frame, row, 0, -edit->scroll, role, edit->text);
    if (edit->scroll > 0)
        frame_glyph(frame, row, 0, 0, role, GLYPH_ELLIPSIS);
    if (focused)
        frame_cursor(frame, row, 0, columns_to(edit, edit->cursor) - edit->scroll, true);
}
