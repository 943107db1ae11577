/* Where everything stands on a screen of any size: numbers in, rectangles out. It knows no content. */
#ifndef TUI_PANES_H
#define TUI_PANES_H

#include "tui/frame.h"

enum pane { PANE_LAYERS, PANE_SETUP, PANE_LAYER, PANE_MEMORY, PANE_COUNT };

/* What the user wants to see. */
struct panes_wish {
    enum pane focus;
    bool zoomed, detail, timeline;
};

enum { PANES_SPLIT_ROWS = 14 }; /* of the main part: from here on the layer stands below the table */

struct panes {
    int rows, cols;
    bool tiny;                    /* totals as text, and nothing else */
    bool wide;                    /* several panes side by side, each with a title of its own */
    struct rect totals;           /* 3 to 6 rows; in a tiny screen all but the last */
    struct rect main;             /* between totals and bar: pickers and texts fill it */
    struct rect pane[PANE_COUNT]; /* the first row is the title; empty: not in view */
    struct rect bar;              /* the last row: keys, messages, prompts */
};

/* The pane in focus is always in view unless the screen is tiny. No two parts overlap, none leaves the screen. */
struct panes panes_make(int rows, int cols, const struct panes_wish *wish);

#endif
