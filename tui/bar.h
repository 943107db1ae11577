/* A stacked bar in one row: segments in proportion, a letter in every cell so that colour is not needed, and the mark
 * of a limit. It knows nothing of what the segments are. */
#ifndef TUI_BAR_H
#define TUI_BAR_H

#include "tui/frame.h"

enum { BAR_SEGMENTS = 16 };

struct bar_segment {
    double value; /* >= 0, in the unit of the bar's scale; NaN and negative count as 0 */
    char letter;  /* printable ASCII */
    enum role role;
};

struct bar {
    const struct bar_segment *segment;
    int count;    /* up to BAR_SEGMENTS */
    double scale; /* the value at the right end; where the sum is more, or it is not above 0, the sum is the scale */
    double limit; /* marked where 0 < limit < the scale in use; cells beyond it have ROLE_BAR_OVER */
};

/* How many cells each segment takes in `cols` cells; a segment above 0 has at least one where there are cells enough,
 * and rounding never adds up: the ends of segments are rounded, not their lengths. Returns the sum, at most `cols`. */
int bar_cells(const struct bar *bar, int cols, int *cells);

/* The column of the limit mark in `cols` cells, -1 where there is none. */
int bar_limit_col(const struct bar *bar, int cols);

/* In the whole width of the row. The end of the last segment is drawn to an eighth of a cell in the Unicode set. */
void bar_draw(struct frame *frame, struct rect row, const struct bar *bar);

#endif
