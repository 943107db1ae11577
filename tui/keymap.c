#include "tui/keymap.h"

/* Order is the order in the bar: what is most used first. */
const struct binding bindings[] = {
    /* of a pane */
    {SCOPE_LAYERS, K_ENTER, "open", "open"},
    {SCOPE_LAYERS, '/', "search", "find"},
    {SCOPE_LAYERS, 's', "sort next", "sort"},
    {SCOPE_FORMS, K_ENTER, "enter", "edit"},
    {SCOPE_FORMS, '+', "step +", "more"},
    {SCOPE_FORMS, '-', "step -", "less"},
    {SCOPE_FORMS, K_SPACE, "cycle", "next"},
    {SCOPE_FORMS, 'e', "enter", NULL},
    {SCOPE_FORMS, '=', "step +", NULL},
    {SCOPE_LAYERS, K_SPACE, "open", NULL},
    {SCOPE_LAYERS, 'S', "reverse", NULL},
    {SCOPE_LAYERS, 'I', "reverse", NULL},
    {SCOPE_LAYERS, K_F1 + 5, "sort next", NULL},
    {SCOPE_LAYERS, 'n', "find next", NULL},
    {SCOPE_LAYERS, 'N', "find previous", NULL},
    {SCOPE_LAYERS, '+', "batch double", NULL},
    {SCOPE_LAYERS, '-', "batch halve", NULL},
    {SCOPE_FORMS | SCOPE_MEMORY, '/', "search", NULL},
    {SCOPE_FORMS | SCOPE_MEMORY, K_ESC, "back", NULL},
    {SCOPE_MEMORY, K_LEFT, "left", "before"},
    {SCOPE_MEMORY, K_RIGHT, "right", "after"},
    {SCOPE_MEMORY, K_ENTER, "open", "go to layer"},
    {SCOPE_LAYERS, K_ESC, "back", NULL},

    /* what if */
    {SCOPE_PANES, 'b', "batch halve", "halve"},
    {SCOPE_PANES, 'B', "batch double", "double batch"},
    {SCOPE_PANES, '[', "batch halve", NULL},
    {SCOPE_PANES, ']', "batch double", NULL},
    {SCOPE_PANES, 'p', "precision next", "precision"},
    {SCOPE_PANES, 'd', "pick device", "device"},
    {SCOPE_PANES, 'o', "pick optimizer", "optimizer"},
    {SCOPE_PANES, 'r', "pick recompute", "recompute"},
    {SCOPE_PANES, 'P', "pick precision", NULL},
    {SCOPE_PANES, 'D', "pick dataset", NULL},
    {SCOPE_PANES, 'm', "mode", NULL},
    {SCOPE_PANES, 'u', "undo", "undo"},
    {SCOPE_PANES, K_CTRL | 'r', "redo", NULL},

    /* everywhere */
    {SCOPE_PANES, '?', "help", "help"},
    {SCOPE_PANES, 'q', "quit", "quit"},
    {SCOPE_PANES, K_TAB, "pane next", "pane"},
    {SCOPE_PANES, 't', "timeline", "timeline"},
    {SCOPE_PANES, 'i', "detail", "detail"},
    {SCOPE_PANES, 'z', "zoom", "zoom"},
    {SCOPE_PANES, ':', "command", "command"},
    {SCOPE_PANES, K_CTRL | 's', "write", "save"},
    {SCOPE_PANES, 'f', "about", "file"},
    {SCOPE_PANES, '!', "problems", "problems"},
    {SCOPE_PANES, K_TAB | K_SHIFT, "pane previous", NULL},
    {SCOPE_PANES, '1', "pane 1", NULL},
    {SCOPE_PANES, '2', "pane 2", NULL},
    {SCOPE_PANES, '3', "pane 3", NULL},
    {SCOPE_PANES, '4', "pane 4", NULL},
    {SCOPE_PANES, 'O', "edit", NULL},
    {SCOPE_PANES, 'M', "mouse", NULL},
    {SCOPE_PANES, K_F1, "help", NULL},
    {SCOPE_PANES, K_F1 + 9, "quit", NULL},
    {SCOPE_PANES, K_CTRL | 'c', "quit", NULL},
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_CTRL | 'l', "redraw", NULL},
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_CTRL | 'z', "suspend", NULL},

    /* moving */
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_UP, "up", NULL},
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_DOWN, "down", NULL},
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_PAGE_UP, "page-up", NULL},
    {SCOPE_PANES | SCOPE_PICKER | SCOPE_TEXT, K_PAGE_DOWN, "page-down", NULL},
    {SCOPE_PANES | SCOPE_TEXT, K_HOME, "home", NULL},
    {SCOPE_PANES | SCOPE_TEXT, K_END, "end", NULL},
    {SCOPE_PANES, K_LEFT, "left", NULL},
    {SCOPE_PANES, K_RIGHT, "right", NULL},
    {SCOPE_PANES | SCOPE_TEXT, 'k', "up", NULL},
    {SCOPE_PANES | SCOPE_TEXT, 'j', "down", NULL},
    {SCOPE_PANES, 'h', "left", NULL},
    {SCOPE_PANES, 'l', "right", NULL},
    {SCOPE_PANES | SCOPE_TEXT, 'g', "home", NULL},
    {SCOPE_PANES | SCOPE_TEXT, 'G', "end", NULL},
    {SCOPE_PANES | SCOPE_TEXT, K_CTRL | 'b', "page-up", NULL},
    {SCOPE_PANES | SCOPE_TEXT, K_CTRL | 'f', "page-down", NULL},

    /* lists to choose from, and texts */
    {SCOPE_PICKER, K_ENTER, "enter", "choose"},
    {SCOPE_PICKER | SCOPE_TEXT, K_ESC, "back", "back"},
    {SCOPE_PICKER | SCOPE_TEXT, K_CTRL | 'c', "back", NULL},
    {SCOPE_PICKER, K_CTRL | 'p', "up", NULL},
    {SCOPE_PICKER, K_CTRL | 'n', "down", NULL},
    {SCOPE_TEXT, K_SPACE, "page-down", "page"},
    {SCOPE_TEXT, 'q', "back", NULL},
    {SCOPE_TEXT, '?', "back", NULL},
    {SCOPE_TEXT, K_ENTER, "back", NULL},
};
const int binding_count = sizeof bindings / sizeof *bindings;

const struct binding *keymap_find(unsigned scope, int32_t key)
{
    for (int i = 0; i < binding_count; i++) {
        if ((bindings[i].scopes & scope) && bindings[i].key == key)
            return &bindings[i];
    }
    return NULL;
}
