/* A list of rows of which one is selected and some are in view, and the columns of a table. It holds numbers only: what
 * the rows are, the view knows and draws. Motions change the state; list_layout, before drawing, makes it valid for the
 * size; drawing changes nothing. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include "tui/frame.h"
#include "tui/layout.h"

/* All-zero is an empty list. With count > 0, 0 <= selected < count; with count 0 both are 0. */
struct list {
    int count, selected;
    int top;  /* first row in view */
    int rows; /* in view */
};

enum list_motion { LIST_UP, LIST_DOWN, LIST_PAGE_UP, LIST_PAGE_DOWN, LIST_HOME, LIST_END };

/* After the data or the size changed. The selected row is in view, and there is no gap at the end while rows are hidden
 * above. */
void list_layout(struct list *list, int count, int rows);

/* True where the selection moved. Moves stop at the ends. */
bool list_go(struct list *list, enum list_motion motion);
bool list_select(struct list *list, int index); /* clamped */

/* Moves the view, and the selection only as far as it must to stay in view (mouse wheel). */
bool list_scroll(struct list *list, int rows);

/* The index shown in `row` of the view (a click), or -1. */
int list_at(const struct list *list, int row);

/* The role of a row: selected, selected without the keys, or `normal`. */
enum role list_role(const struct list *list, int index, bool focused, enum role normal);

/* A scroll bar in column `col` of `rect`, as high as it; nothing where all rows are in view. */
void list_scrollbar(struct frame *frame, struct rect rect, int col, const struct list *list);

/* A column of a table; `size` says how wide it may be and when it is dropped. */
struct list_column {
    const char *title;
    bool right; /* numbers */
    struct part size;
};

/* Where each column of `columns` stands in `cols` columns with one blank between; 0 cols: dropped. */
struct list_span {
    int col, cols;
};
void list_columns(int cols, const struct list_column *columns, int count, struct list_span *out);

/* The titles, with a mark at column `sorted` (-1: none). */
void list_header(struct frame *frame, struct rect row, const struct list_column *columns, const struct list_span *spans,
                 int count, int sorted, bool descending);

/* One cell of a table: a number or a text according to the column; nothing where the column was dropped. */
void list_cell(struct frame *frame, struct rect row, const struct list_column *column, struct list_span span,
               enum role role, const char *text);

#endif
