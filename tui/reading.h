/* The texts that are read in a pane of their own, made from the tables and the state. */
#ifndef TUI_READING_H
#define TUI_READING_H

#include "tui/state.h"

void reading_help(const struct app *app, struct reading *reading);
void reading_problems(const struct app *app, struct reading *reading);
void reading_about(const struct app *app, struct reading *reading);

#endif
