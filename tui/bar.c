#include "tui/bar.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static double amount(double value)
{
    return value > 0 ? value : 0; /* NaN too */
}

static double sum_of(const struct bar *bar)
{
    double sum = 0;
    for (int i = 0; i < bar->count; i++)
        sum += amount(bar->segment[i].value);
    return sum;
}

/* The value at the right end; 0 where there is nothing to draw. */
static double scale_of(const struct bar *bar)
{
    double sum = sum_of(bar);
    return bar->scale > sum ? bar->scale : sum;
}

/* The position of a value in eighths of a cell, 0..8 * cols. */
static int eighths(double value, double scale, int cols)
{
    if (!(scale > 0) || isinf(scale))
        return 0;
    double at = value / scale * 8 * cols;
    return at >= 8.0 * cols ? 8 * cols : (int)lround(at);
}

/* A cell for each segment above 0 that got none, from the segment that has the most. */
static void give_each_one(const struct bar *bar, int *cells)
{
    for (int i = 0; i < bar->count; i++) {
        if (cells[i] || amount(bar->segment[i].value) <= 0)
            continue;
        int largest = 0;
        for (int j = 1; j < bar->count; j++)
            largest = cells[j] > cells[largest] ? j : largest;
        if (cells[largest] < 2)
            return;
        cells[largest]--;
        cells[i]++;
    }
}

int bar_cells(const struct bar *bar, int cols, int *cells)
{
    assert(bar->count <= BAR_SEGMENTS);
    double scale = scale_of(bar), end = 0;
    int before = 0;
    for (int i = 0; i < bar->count; i++) {
        end += amount(bar->segment[i].value);
        int after = (eighths(end, scale, cols > 0 ? cols : 0) + 4) / 8;
        cells[i] = after - before;
        before = after;
    }
    give_each_one(bar, cells);
    return before;
}

int bar_limit_col(const struct bar *bar, int cols)
{
    double scale = scale_of(bar);
    if (!(bar->limit > 0) || !(bar->limit < scale) || cols < 1)
        return -1;
    int col = eighths(bar->limit, scale, cols) / 8;
    return col < cols ? col : cols - 1;
}

/* The end of the bar to an eighth of a cell, as a block in the colour of the cell before it. A segment of one cell
 * keeps its letter instead. */
static void draw_end(struct frame *frame, struct rect row, const struct bar *bar, const int *cells, int used)
{
    int end = eighths(sum_of(bar), scale_of(bar), row.cols);
    int col = end / 8, last = bar->count - 1;
    while (last > 0 && !cells[last])
        last--;
    const struct cell *before = col > 0 ? frame_cell(frame, row.row, row.col + col - 1) : NULL;
    if (!before || end % 8 == 0 || (col < used && cells[last] < 2))
        return;
    enum role role = (enum role)(before->role | ROLE_FLAT);
    frame_glyph(frame, row, 0, col, role, (enum glyph)(GLYPH_LEFT_1 + end % 8 - 1));
}

void bar_draw(struct frame *frame, struct rect row, const struct bar *bar)
{
    int cells[BAR_SEGMENTS] = {0};
    int used = bar_cells(bar, row.cols, cells);
    int limit = bar_limit_col(bar, row.cols);
    int col = 0;
    for (int i = 0; i < bar->count; i++) {
        for (int end = col + cells[i]; col < end; col++) {
            enum role role = limit >= 0 && col > limit ? ROLE_BAR_OVER : bar->segment[i].role;
            frame_put(frame, row, 0, col, role, bar->segment[i].letter);
        }
    }
    frame_run(frame, row, 0, used, row.cols - used, ROLE_BAR_FREE, GLYPH_FREE);
    if (frame->glyphs && frame->glyphs->unicode)
        draw_end(frame, row, bar, cells, used);
    if (limit >= 0)
        frame_glyph(frame, row, 0, limit, ROLE_BAR_LIMIT, GLYPH_LIMIT);
}
