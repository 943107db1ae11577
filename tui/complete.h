/* Completion of the `:` line from the tables: commands, fields, values, layers, classes, files. */
#ifndef TUI_COMPLETE_H
#define TUI_COMPLETE_H

#include "tui/state.h"

enum { COMPLETIONS = 256 };

/* What the last word of a line may be. */
struct candidates {
    struct lt_arena arena;
    const char *text[COMPLETIONS]; /* in the order of their tables */
    int count;
    size_t at; /* where in the line the word begins */
};

void complete(const struct app *app, const char *line, struct candidates *out);
void candidates_free(struct candidates *candidates);

#endif
