/* A small column chart with an honest axis: it starts at 0 and says where it ends. For the memory timeline and sweeps.
 */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include "tui/frame.h"

enum { SPARK_LABEL = 32 };

struct spark {
    const double *value; /* count of them, >= 0; NaN: unknown, drawn as '?' on the axis */
    int count;
    int mark;     /* index of the current one, drawn in ROLE_PLOT_MARK; -1: none */
    double limit; /* a line across, part of the scale; 0: none. Columns above it have ROLE_BAR_OVER */
    double scale; /* unit in which the axis ends at a round number; 0: 1 */
    char *(*format)(char *out, double value); /* writes an axis label, NUL-terminated, into
 out[SPARK_LABEL] and returns it; NULL: %.3g */
};

/* The top of the axis: the least of 1, 2, 2.5, 5 times a power of ten that is not below any value nor the limit,
 * in units of `scale`; one unit where all are 0. */
double spark_top(const struct spark *spark);

/* Fills `rect`: labels of the axis at the left (top, and 0 at the bottom), the columns at the right of them. With more
 * values than columns each column shows the greatest of its values, so that no peak is lost; with fewer, columns get
 * wider. */
void spark_draw(struct frame *frame, struct rect rect, const struct spark *spark);

#endif
