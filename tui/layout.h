/* Arithmetic that splits a length, or a rectangle, among parts that say how small and how large they may be. Numbers
 * in, rectangles out; it draws nothing and knows no view. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/frame.h"

enum { LAYOUT_ANY = FRAME_LIMIT, LAYOUT_PARTS = 32 };

/* One part: at least `min`, at most `max` (LAYOUT_ANY: no limit), and how it takes part in what is left over: in
 * proportion to `share`, 0: stays at its minimum. Where not even all minima fit, the parts with the highest `drop` go
 * first (get 0), the later of equals before the earlier; `drop` 0 goes last. A fixed part has min == max. */
struct part {
    int min, max, share, drop;
};

/* Sets out[i] for up to LAYOUT_PARTS parts. Each is 0 or min..max, the sum is never more than `total`, and is `total`
 * as long as a part with a share is below its max. A last part that does not fit with its minimum gets all of `total`.
 */
void layout_split(int total, const struct part *parts, int count, int *out);

/* The same for the rows, or the columns, of a rectangle: out[i] lie side by side in order, dropped parts are empty.
 * `gap`: columns or rows left free between two parts that are not empty. */
void layout_rows(struct rect rect, const struct part *parts, int count, int gap, struct rect *out);
void layout_cols(struct rect rect, const struct part *parts, int count, int gap, struct rect *out);

/* rows x cols in the middle of `rect`, smaller where it does not fit. */
struct rect layout_center(struct rect rect, int rows, int cols);

#endif
