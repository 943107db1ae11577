/* What is typed: commands, searches, values, and the filter of a list. It reads keys, not the terminal. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/state.h"

/* A key, or pasted text, in one of the modes that type. */
void prompt_key(struct app *app, int32_t key);
void prompt_paste(struct app *app, const char *text, size_t bytes);

/* A key as the answer to a question; others are ignored. */
void prompt_answer(struct app *app, int32_t key);

#endif
