/* Waits for keys and signals, hands keys on as events, and has a frame drawn when something changed and no
 * input is waiting. Without work it sleeps: no timers, no output. It knows nothing of what is shown. */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/frame.h"
#include "tui/key.h"

enum { LOOP_RESIZE_QUIET_MS = 40 };

/* What the program does at each turn; `state` is handed back to it. NULL members are skipped. */
struct loop_client {
    void *state;
    void (*event)(void *state, const struct event *event);
    void (*draw)(void *state, struct frame *frame); /* an erased frame of the terminal's size */
    bool (*work)(void *state); /* a slice of some milliseconds of long work; false: nothing left. Only called after
                                  loop_work, and while no key is waiting */
};

struct loop {
    const struct loop_client *client;
    struct frame frame;
    const struct glyph_set *glyphs;
    struct key_decoder decoder;
    int wake[2];       /* self-pipe: read end, write end */
    int64_t escape_ms; /* when an unfinished key sequence is given up; -1: none */
    int64_t resize_ms; /* when a resize is taken over; -1: none is pending */
    bool dirty, working, ended, quit;
    unsigned frames; /* drawn since the start */
};

/* After term_open. False: the system refused, or no memory; nothing is left open then. */
bool loop_open(struct loop *loop, const struct loop_client *client, const struct glyph_set *glyphs);

/* Runs until loop_quit or the end of the input; true in the first case. */
bool loop_run(struct loop *loop);
void loop_close(struct loop *loop);

/* To be called from the client's functions. */
void loop_quit(struct loop *loop);
void loop_dirty(struct loop *loop);   /* draw a frame before sleeping; events mark it by themselves */
void loop_work(struct loop *loop);    /* call `work` until it says that nothing is left */
void loop_suspend(struct loop *loop); /* ctrl-z */

#endif
