#include "tui/panes.h"

#include "tui/layout.h"

enum {
    TINY_ROWS = 8,
    TINY_COLS = 30,
    WIDE_COLS = 108,
    WIDE_ROWS = 20, /* of the part between totals and bar */
};

static int totals_rows(int rows, int cols)
{
    int most = rows >= 20 ? 5 : rows >= 13 ? 4 : 3;
    return rows >= 24 && cols < WIDE_COLS ? 6 : most;
}

/* Layers at the left, with the timeline below; set-up and the selected layer at the right. */
static void split_wide(struct panes *panes, const struct panes_wish *wish)
{
    static const struct part columns[] = {{.min = 60, .max = LAYOUT_ANY, .share = 3},
                                          {.min = 44, .max = 72, .share = 1}};
    static const struct part right[] = {{.min = 8, .max = LAYOUT_ANY, .share = 1},
                                        {.min = 10, .max = LAYOUT_ANY, .share = 1}};
    struct rect column[2], rows[2];
    layout_cols(panes->main, columns, 2, 1, column);
    layout_rows(column[1], right, 2, 0, rows);
    panes->pane[PANE_SETUP] = rows[0];
    panes->pane[PANE_LAYER] = rows[1];
    panes->pane[PANE_LAYERS] = column[0];
    if (!wish->timeline && wish->focus != PANE_MEMORY)
        return;
    static const struct part left[] = {{.min = 8, .max = LAYOUT_ANY, .share = 1},
                                       {.min = 10, .max = LAYOUT_ANY, .share = 1}};
    layout_rows(column[0], left, 2, 0, rows);
    panes->pane[PANE_LAYERS] = rows[0];
    panes->pane[PANE_MEMORY] = rows[1];
}

/* The layers above, what was opened of one of them below; or one pane alone. */
static void split_narrow(struct panes *panes, const struct panes_wish *wish)
{
    bool on_layers = wish->focus == PANE_LAYERS || wish->focus == PANE_LAYER;
    if (!on_layers || !wish->detail || panes->main.rows < PANES_SPLIT_ROWS) {
        panes->pane[wish->focus] = panes->main;
        return;
    }
    static const struct part parts[] = {{.min = 6, .max = LAYOUT_ANY, .share = 2}, {.min = 8, .max = 16, .share = 3}};
    struct rect rows[2];
    layout_rows(panes->main, parts, 2, 0, rows);
    panes->pane[PANE_LAYERS] = rows[0];
    panes->pane[PANE_LAYER] = rows[1];
}

struct panes panes_make(int rows, int cols, const struct panes_wish *wish)
{
    struct panes panes = {.rows = rows, .cols = cols};
    panes.bar = (struct rect){rows - 1, 0, 1, cols};
    panes.tiny = rows < TINY_ROWS || cols < TINY_COLS;
    if (panes.tiny) {
        panes.totals = (struct rect){0, 0, rows > 1 ? rows - 1 : 1, cols};
        panes.main = panes.totals;
        return panes;
    }
    panes.totals = (struct rect){0, 0, totals_rows(rows, cols), cols};
    panes.main = (struct rect){panes.totals.rows, 0, rows - 1 - panes.totals.rows, cols};
    panes.wide = cols >= WIDE_COLS && panes.main.rows >= WIDE_ROWS && !wish->zoomed;
    if (panes.wide)
        split_wide(&panes, wish);
    else if (wish->zoomed)
        panes.pane[wish->focus] = panes.main;
    else
        split_narrow(&panes, wish);
    return panes;
}
