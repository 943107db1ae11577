/* Which key runs which command line where: the one table that the keyboard, the bottom bar and help share. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "tui/key.h"
#include "tui/panes.h"

enum scope {
    SCOPE_LAYERS = 1 << PANE_LAYERS,
    SCOPE_SETUP = 1 << PANE_SETUP,
    SCOPE_LAYER = 1 << PANE_LAYER,
    SCOPE_MEMORY = 1 << PANE_MEMORY,
    SCOPE_PICKER = 1 << PANE_COUNT,
    SCOPE_TEXT = 2 << PANE_COUNT,
    SCOPE_FORMS = SCOPE_SETUP | SCOPE_LAYER,
    SCOPE_PANES = SCOPE_LAYERS | SCOPE_FORMS | SCOPE_MEMORY,
};

struct binding {
    unsigned scopes;
    int32_t key;
    const char *line; /* of the command language */
    const char *bar;  /* its label in the bottom bar; NULL: not shown there */
};

extern const struct binding bindings[];
extern const int binding_count;

/* NULL: the key does nothing there. */
const struct binding *keymap_find(unsigned scope, int32_t key);

#endif
