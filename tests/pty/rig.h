/* Runs a program in a pseudo-terminal and reads its screen as a person would, through libvterm. Between the test and
 * the program stands a small leader, as a shell does, so that the program can be stopped and continued. Waiting ends as
 * soon as what is waited for is there; limits are generous and only mark failure. */
#ifndef TESTS_PTY_RIG_H
#define TESTS_PTY_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#include "core/base/buffer.h"

enum { RIG_LIMIT_MS = 20000 };

struct rig_options {
    int rows, cols;         /* 0: 24 x 80 */
    const char *const *env; /* NAME=VALUE, NULL at the end: on top of TERM=xterm-256color, LC_ALL=C.UTF-8 and PATH */
    bool ignore_hangup;     /* as under nohup */
};

struct rig {
    int fd;              /* master side */
    int reports, orders; /* from and to the leader */
    pid_t leader, program;
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols;
    struct lt_buffer raw; /* everything the program wrote */
    struct termios before;
    bool stopped, ended, closed;
    int status; /* as of waitpid, once ended */
};

/* False: the system refused. The program's signals all have their default action. */
bool rig_start(struct rig *rig, const char *const *argv, const struct rig_options *options);

/* Ends whatever still runs. */
void rig_stop(struct rig *rig);

/* Reads what there is, for at most this long; returns the bytes read, 0 where nothing came. */
size_t rig_pump(struct rig *rig, int milliseconds);

bool rig_wait_text(struct rig *rig, const char *text);
bool rig_wait_bytes(struct rig *rig, size_t count); /* until it wrote so many in all */
void rig_wait_quiet(struct rig *rig, int milliseconds);
bool rig_wait_end(struct rig *rig);
bool rig_wait_stopped(struct rig *rig);
void rig_continue(struct rig *rig); /* fg */

void rig_send(struct rig *rig, const char *bytes);
void rig_key(struct rig *rig, const char *name); /* "down", "pgdn", "ctrl-z", or one character */
void rig_resize(struct rig *rig, int rows, int cols);
void rig_signal(struct rig *rig, int number);
void rig_close(struct rig *rig); /* the connection drops */

bool rig_shows(struct rig *rig, const char *text);
VTermScreenCell rig_cell(struct rig *rig, int row, int col);

/* The screen as text, blanks at line ends left out; freed by the caller (lt_buffer_free). */
struct lt_buffer rig_dump(struct rig *rig);

bool rig_mode(const struct rig *rig, int mode); /* whether the private mode was last switched on; never seen: off */
bool rig_same_termios(const struct rig *rig);
bool rig_wrote(const struct rig *rig, const char *bytes);

/* How often the program went to sleep by itself; -1 where the system does not tell. */
long rig_switches(const struct rig *rig);

#endif
