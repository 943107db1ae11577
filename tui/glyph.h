/* The signs a screen is made of, in two sets of which one is chosen at start: Unicode and ASCII. Both hold every sign,
 * so that no view asks which one is in use. All signs are one column wide. */
#ifndef TUI_GLYPH_H
#define TUI_GLYPH_H

#include <stdbool.h>
#include <stdint.h>

enum glyph {
    GLYPH_BLANK,
    GLYPH_HLINE,
    GLYPH_VLINE,
    GLYPH_TREE_OPEN,   /* unfolded */
    GLYPH_TREE_CLOSED, /* folded */
    GLYPH_SORT_UP,     /* ascending */
    GLYPH_SORT_DOWN,   /* descending */
    GLYPH_ELLIPSIS,    /* text was cut here */
    GLYPH_CUT,         /* in every column of a number that does not fit */
    GLYPH_LIMIT,       /* the mark of a capacity on a bar */
    GLYPH_FREE,        /* an empty cell of a bar */
    GLYPH_SCROLL,      /* the track of a scroll bar */
    GLYPH_SCROLL_AT,   /* its handle */
    GLYPH_FULL,        /* a full block */
    GLYPH_LEFT_1, /* the left eighth of a cell, then 2 to 7 eighths; ASCII: blank below the half, full from it on */
    GLYPH_LEFT_7 = GLYPH_LEFT_1 + 6,
    GLYPH_LOWER_1, /* the lower eighth of a cell, then 2 to 7 eighths */
    GLYPH_LOWER_7 = GLYPH_LOWER_1 + 6,
    GLYPH_COUNT,
};

struct glyph_set {
    const char *name; /* "ascii", "unicode" */
    bool unicode;
    int32_t code[GLYPH_COUNT];
};

extern const struct glyph_set glyph_ascii, glyph_unicode;

/* Sets LC_CTYPE from the environment, and nothing else of the locale: numbers stay in the C locale. Where the named
 * locale is not installed but its name ends in UTF-8, as is common over ssh, C.UTF-8 stands in. Call it once at start.
 */
void glyph_set_locale(void);

/* Unicode where the locale's code set is UTF-8 and `ascii` was not asked for. */
const struct glyph_set *glyph_choose(bool ascii);

/* An ASCII character that stands for `code`: itself where it is ASCII, else a likeness (x for a multiplication sign,
 * u for the micro sign, - for dashes), else '?'. */
int32_t glyph_to_ascii(int32_t code);

#endif
