/* Keys from a file instead of a keyboard, frames into a file instead of a terminal: for tests, demonstrations and
 * reports of faults. A script is made of lines:
 *
 *   down down enter    names of keys, as help shows them
 *   :set batch=64      a line as typed behind `:`, with Enter
 *   @type TEXT         each character as a key
 *   @size 80x24        the screen has this size from now on
 *   @dump              writes the screen as text; @roles: the letters of its roles
 *   @expect TEXT       the screen shows TEXT, else the script ends with EXIT_CHECK; @absent TEXT: the opposite
 *   # a comment */
#ifndef TUI_SCRIPT_H
#define TUI_SCRIPT_H

#include "tui/state.h"

/* A script being performed. */
struct script {
    struct app *app;
    const char *name;             /* of its file, for problems */
    struct lt_problems *problems; /* why it stopped before its end */
    struct frame frame;
    struct lt_buffer dumped; /* the frames asked for */
    const struct glyph_set *glyphs;
    int rows, cols, line;
    int status; /* EXIT_OK, EXIT_CHECK: an expectation was not met, EXIT_DATA: a line cannot be understood */
};

/* `script` is set up by the caller: app, name, problems, glyphs, rows, cols. Stops at the first trouble and when the
 * program ends. */
void script_run(struct script *script, const char *text);
void script_free(struct script *script);

/* The state as a frame, after all waiting work. */
bool script_draw(struct script *script);

#endif
