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

/* Splits the rows, or the columns, of a rectangle among up to LAYOUT_PARTS parts: out[i] lie side by side in order,
 * dropped parts are empty. Each is 0 or min..max long, the sum is never more than there is, and is that as long as a
 * part with a share is below its max. A last part that does not fit with its minimum gets all of it. `gap`: columns or
 * rows left free between two parts that are not empty. */
void layout_rows(struct rect rect, const struct part *parts, int count, int gap, struct rect *out);
void layout_cols(struct rect rect, const struct part *parts, int count, int gap, struct rect *out);

#endif
