#include "tui/list.h"

#include <assert.h>

#include "core/base/text.h"

static int clamp(int value, int low, int high)
{
    return value > high ? (high < low ? low : high) : value < low ? low : value;
}

static void show_selected(struct list *list)
{
    int highest = list->count - list->rows;
    list->top = clamp(list->top, list->selected - list->rows + 1, list->selected);
    list->top = clamp(list->top, 0, highest);
}

void list_layout(struct list *list, int count, int rows)
{
    list->count = count > 0 ? count : 0;
    list->rows = rows > 1 ? rows : 1;
    list->selected = clamp(list->selected, 0, list->count - 1);
    show_selected(list);
}

bool list_select(struct list *list, int index)
{
    int before = list->selected;
    list->selected = clamp(index, 0, list->count - 1);
    show_selected(list);
    return list->selected != before;
}

bool list_go(struct list *list, enum list_motion motion)
{
    int page = list->rows > 1 ? list->rows : 1;
    switch (motion) {
    case LIST_UP:
        return list_select(list, list->selected - 1);
    case LIST_DOWN:
        return list_select(list, list->selected + 1);
    case LIST_PAGE_UP:
        return list_select(list, list->selected - page);
    case LIST_PAGE_DOWN:
        return list_select(list, list->selected < list->count - page ? list->selected + page : list->count - 1);
    case LIST_HOME:
        return list_select(list, 0);
    case LIST_END:
        return list_select(list, list->count - 1);
    }
    return false;
}

bool list_scroll(struct list *list, int rows)
{
    int top = list->top, selected = list->selected;
    list->top = clamp(clamp(rows, -list->count, list->count) + top, 0, list->count - list->rows);
    list->selected = clamp(selected, list->top, list->top + list->rows - 1);
    list->selected = clamp(list->selected, 0, list->count - 1);
    return list->top != top || list->selected != selected;
}

int list_at(const struct list *list, int row)
{
    if (row < 0 || row >= list->rows || list->top + row >= list->count)
        return -1;
    return list->top + row;
}

enum role list_role(const struct list *list, int index, bool focused, enum role normal)
{
    if (index != list->selected)
        return normal;
    return focused ? ROLE_SELECTED : ROLE_SELECTED_IDLE;
}

void list_scrollbar(struct frame *frame, struct rect rect, int col, const struct list *list)
{
    if (list->count <= list->rows || rect.rows < 1)
        return;
    int64_t height = rect.rows, hidden = list->count - list->rows;
    int64_t handle = height * list->rows / list->count;
    handle = handle > 1 ? handle : 1;
    int64_t start = (height - handle) * list->top / hidden;
    for (int row = 0; row < rect.rows; row++) {
        bool at = row >= start && row < start + handle;
        frame_glyph(frame, rect, row, col, ROLE_BORDER, at ? GLYPH_SCROLL_AT : GLYPH_SCROLL);
    }
}

void list_columns(int cols, const struct list_column *columns, int count, struct list_span *out)
{
    assert(count <= LAYOUT_PARTS);
    struct part parts[LAYOUT_PARTS] = {0};
    struct rect rects[LAYOUT_PARTS];
    for (int i = 0; i < count; i++)
        parts[i] = columns[i].size;
    layout_cols((struct rect){0, 0, 1, cols > 0 ? cols : 0}, parts, count, 1, rects);
    for (int i = 0; i < count; i++)
        out[i] = (struct list_span){rects[i].col, rects[i].cols};
}

/* The title of the sorted column gives its last cells up to the mark, so that no column moves when the order changes.
 */
static void draw_sort_mark(struct frame *frame, struct rect row, const struct list_column *column,
                           struct list_span span, bool descending)
{
    int width = lt_text_width(column->title);
    int at = column->right ? span.cols - width - 1 : width;
    at = clamp(at, 0, span.cols - 1);
    if (column->right && width >= span.cols)
        at = span.cols - 1;
    frame_glyph(frame, row, 0, span.col + at, ROLE_HEADER, descending ? GLYPH_SORT_DOWN : GLYPH_SORT_UP);
}

void list_header(struct frame *frame, struct rect row, const struct list_column *columns, const struct list_span *spans,
                 int count, int sorted, bool descending)
{
    frame_fill(frame, row, ROLE_HEADER);
    for (int i = 0; i < count; i++) {
        if (!spans[i].cols)
            continue;
        int blank = spans[i].cols - lt_text_width(columns[i].title);
        int indent = columns[i].right && blank > 0 ? blank : 0;
        frame_text_fit(frame, row, 0, spans[i].col + indent, spans[i].cols - indent, ROLE_HEADER, columns[i].title);
        if (i == sorted)
            draw_sort_mark(frame, row, &columns[i], spans[i], descending);
    }
}

void list_cell(struct frame *frame, struct rect row, const struct list_column *column, struct list_span span,
               enum role role, const char *text)
{
    if (!span.cols)
        return;
    if (column->right)
        frame_number(frame, row, 0, span.col, span.cols, role, text);
    else
        frame_text_fit(frame, row, 0, span.col, span.cols, role, text);
}
