/* The terminal: start, draw a frame, read keys, stop, and leave it as it was found however the program ends. The only
 * part that knows curses. There is one terminal per process, so it has no handle. It knows nothing of what is shown. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/frame.h"
#include "tui/key.h"

enum term_status {
    TERM_OK,
    TERM_NOT_A_TERMINAL, /* input or output is a file or a pipe */
    TERM_DUMB,           /* cannot place the cursor */
    TERM_FAILED,         /* the system refused */
};

struct term_options {
    const char *type;     /* value of TERM; NULL or unknown: a built-in xterm-256color */
    const char *no_color; /* value of NO_COLOR, or NULL */
    bool plain;           /* no colour was asked for */
    const struct glyph_set *glyphs;
    bool mouse;
};

/* Takes over standard input and output. From here to term_close every catchable deadly signal restores the terminal and
 * then ends the program as it would have without. On failure nothing was changed. */
enum term_status term_open(const struct term_options *options);

/* One sentence for a status, never NULL. */
const char *term_status_text(enum term_status status);

void term_close(void);

/* The size now, asked from the system: 1..FRAME_LIMIT each. */
void term_size(int *rows, int *cols);

/* Writes the cells that differ from the last frame. The frame should have the terminal's size; what is outside is left
 * out. */
void term_draw(const struct frame *frame);

/* Forgets what is on the screen: the next term_draw writes all of it (ctrl-l). */
void term_forget(void);

/* Reads what has arrived, waiting where nothing has. False: the input has ended, and so should the program. */
bool term_read(struct key_decoder *decoder);

/* The terminal's own key sequences, for a decoder. */
const struct key_sequence *term_sequences(size_t *count);

/* File descriptors to poll: for keys, and for room to write. */
int term_input_fd(void);
int term_output_fd(void);

/* Mouse reports on or off; off leaves selecting text to the terminal. */
void term_mouse(bool on);

/* Gives the terminal back to the shell and stops, as ctrl-z does elsewhere; returns when continued, with everything to
 * draw anew. */
void term_suspend(void);

/* Signals that term_take_signals tells of also write a byte to this descriptor (non-blocking), for poll. -1: none. */
void term_wake_fd(int fd);

enum { TERM_RESIZED = 1, TERM_STOPPED = 2, TERM_CONTINUED = 4 };

/* What has arrived since the last call, TERM_... or-ed. TERM_STOPPED asks for term_suspend; after TERM_CONTINUED the
 * modes have been set again. After TERM_RESIZED all is to be drawn anew, also where it was smaller and is back again:
 * the terminal has dropped cells. */
int term_take_signals(void);

#endif
