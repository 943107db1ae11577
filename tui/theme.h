/* What text means (its role) and how each meaning looks in 0, 8, 16 or 256 colours. Views name roles only; the terminal
 * asks for the style. Colour is never alone: a mark, a letter or an attribute carries the same meaning, good and bad
 * are blue and orange, and the background stays the terminal's own. It knows no terminal library. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum role {
    ROLE_TEXT,
    ROLE_DIM,         /* less important: units, hints, disabled entries */
    ROLE_TITLE,       /* names of panes */
    ROLE_TITLE_FOCUS, /* name of the pane that has the keys */
    ROLE_HEADER,      /* column titles */
    ROLE_BORDER,
    ROLE_SELECTED,      /* the row under the cursor, in the pane that has the keys */
    ROLE_SELECTED_IDLE, /* the same in the other panes */
    ROLE_CHANGED,       /* differs since the last edit, or from its default */
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_ERROR,     /* a message that something went wrong */
    ROLE_KEY,       /* a key in the bottom bar or in help */
    ROLE_KEY_LABEL, /* what it does */
    ROLE_PROMPT,    /* ":" and "/" and questions */
    ROLE_INPUT,     /* text being typed */
    ROLE_BAR_WEIGHTS,
    ROLE_BAR_GRADIENTS,
    ROLE_BAR_OPTIMIZER,
    ROLE_BAR_KEPT,
    ROLE_BAR_TRANSIENT,
    ROLE_BAR_WORKSPACE,
    ROLE_BAR_INPUTS,
    ROLE_BAR_POOL,
    ROLE_BAR_CONTEXT,
    ROLE_BAR_FREE,
    ROLE_BAR_LIMIT, /* the mark of a capacity */
    ROLE_BAR_OVER,  /* what lies beyond it */
    ROLE_PLOT,      /* columns of a chart */
    ROLE_PLOT_MARK, /* the current one */
    ROLE_AXIS,
    ROLE_COUNT,
};

/* Or-ed to a role: its colour as ink, never reversed or underlined, for the block that ends a bar. */
enum { ROLE_FLAT = 0x80 };

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_UNDERLINE = 4, STYLE_REVERSE = 8 };

struct style {
    int16_t foreground, background; /* palette index; -1: the terminal's own */
    uint8_t attributes;             /* STYLE_... */
};

enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_DEPTHS };

/* `role` may carry ROLE_FLAT, here and below. */
struct style theme_style(enum role role, enum theme_depth depth);

/* `plain`: no colour was asked for. `no_color` is the value of that variable or NULL; as its convention says, an empty
 * one counts as not set. `colors` is what the terminal claims (terminfo's), -1 for none. */
enum theme_depth theme_choose(bool plain, const char *no_color, int colors);

/* A letter for each role, for dumps; letters are distinct, ROLE_TEXT's is '.'. */
char theme_role_letter(enum role role);

#endif
