#define _GNU_SOURCE
#include "tests/pty/rig.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <utmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tui/frame.h"

/* ---- the leader ---- */

struct report {
    char kind; /* P: pid, S: stopped, E: ended */
    int value;
};

static void tell(int fd, char kind, int value)
{
    struct report report = {.kind = kind, .value = value};
    if (write(fd, &report, sizeof report) != (ssize_t)sizeof report)
        _exit(1);
}

static void reset_signals(bool ignore_hangup)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    if (ignore_hangup)
        signal(SIGHUP, SIG_IGN);
}

static void set_environment(const struct rig_options *options)
{
    const char *path = getenv("PATH"), *sanitizer = getenv("ASAN_OPTIONS");
    char *kept = path ? strdup(path) : NULL, *asan = sanitizer ? strdup(sanitizer) : NULL;
    clearenv();
    setenv("PATH", kept ? kept : "/bin", 1);
    if (asan)
        setenv("ASAN_OPTIONS", asan, 1);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (const char *const *entry = options->env; entry && *entry; entry++)
        putenv((char *)*entry);
}

/* What a shell does for a job in the foreground. */
static void lead(const char *const *argv, const struct rig_options *options, int reports, int orders)
{
    int gate[2];
    reset_signals(options->ignore_hangup);
    if (pipe(gate) != 0)
        _exit(1);
    pid_t program = fork();
    if (program == 0) {
        char byte;
        setpgid(0, 0);
        if (read(gate[0], &byte, 1) != 1) /* not before the terminal is ours */
            _exit(1);
        close(gate[0]);
        close(gate[1]);
        close(reports);
        close(orders);
        set_environment(options);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    setpgid(program, program);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, program);
    tell(reports, 'P', program);
    if (write(gate[1], "", 1) != 1)
        _exit(1);
    int status;
    while (waitpid(program, &status, WUNTRACED) == program && WIFSTOPPED(status)) {
        char order;
        tcsetpgrp(STDIN_FILENO, getpgrp());
        tell(reports, 'S', WSTOPSIG(status));
        if (read(orders, &order, 1) != 1)
            break;
        tcsetpgrp(STDIN_FILENO, program);
        kill(-program, SIGCONT);
    }
    tell(reports, 'E', status);
    char last;
    _exit(read(orders, &last, 1) == 0 ? 0 : 1); /* keeps the terminal open until the test has looked at it */
}

/* ---- start and stop ---- */

static void start_screen(struct rig *rig)
{
    rig->vt = vterm_new(rig->rows, rig->cols);
    vterm_set_utf8(rig->vt, 1);
    rig->screen = vterm_obtain_screen(rig->vt);
    vterm_screen_enable_altscreen(rig->screen, 1);
    vterm_screen_reset(rig->screen, 1);
}

static void take_report(struct rig *rig)
{
    struct report report;
    if (read(rig->reports, &report, sizeof report) != (ssize_t)sizeof report) {
        rig->ended = true;
        rig->status = -1;
        return;
    }
    if (report.kind == 'P')
        rig->program = report.value;
    if (report.kind == 'S')
        rig->stopped = true;
    if (report.kind == 'E') {
        rig->ended = true;
        rig->status = report.value;
    }
}

bool rig_start(struct rig *rig, const char *const *argv, const struct rig_options *options)
{
    int reports[2], orders[2];
    *rig = (struct rig){.rows = options->rows ? options->rows : 24, .cols = options->cols ? options->cols : 80};
    struct winsize size = {.ws_row = (unsigned short)rig->rows, .ws_col = (unsigned short)rig->cols};
    if (pipe2(reports, O_CLOEXEC) != 0 || pipe2(orders, O_CLOEXEC) != 0)
        return false;
    int terminal; /* its state is read before there is a program that could change it */
    if (openpty(&rig->fd, &terminal, NULL, NULL, &size) != 0)
        return false;
    tcgetattr(terminal, &rig->before);
    rig->leader = fork();
    if (rig->leader < 0)
        return false;
    if (rig->leader == 0) {
        close(rig->fd);
        login_tty(terminal);
        close(reports[0]);
        close(orders[1]);
        lead(argv, options, reports[1], orders[0]);
    }
    close(terminal);
    close(reports[1]);
    close(orders[0]);
    fcntl(rig->fd, F_SETFD, FD_CLOEXEC);
    rig->reports = reports[0];
    rig->orders = orders[1];
    start_screen(rig);
    take_report(rig);
    return rig->program > 0;
}

void rig_stop(struct rig *rig)
{
    if (!rig->ended)
        kill(rig->program, SIGKILL);
    while (!rig->ended)
        rig_pump(rig, 100);
    close(rig->orders);
    rig_close(rig);
    waitpid(rig->leader, NULL, 0);
    close(rig->reports);
    vterm_free(rig->vt);
    lt_buffer_free(&rig->raw);
}

void rig_close(struct rig *rig)
{
    if (!rig->closed)
        close(rig->fd);
    rig->closed = true;
}

/* ---- in and out ---- */

static void write_input(struct rig *rig, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t done = write(rig->fd, bytes, count);
        if (done <= 0)
            return;
        bytes += done;
        count -= (size_t)done;
    }
}

static void flush_replies(struct rig *rig)
{
    char bytes[256];
    size_t count;
    while ((count = vterm_output_read(rig->vt, bytes, sizeof bytes)) > 0)
        write_input(rig, bytes, count);
}

size_t rig_pump(struct rig *rig, int milliseconds)
{
    struct pollfd fds[] = {{.fd = rig->closed ? -1 : rig->fd, .events = POLLIN},
                           {.fd = rig->ended ? -1 : rig->reports, .events = POLLIN}};
    if (poll(fds, 2, milliseconds) <= 0)
        return 0;
    size_t total = 0;
    if (fds[0].revents & POLLIN) {
        char bytes[65536];
        ssize_t count = read(rig->fd, bytes, sizeof bytes);
        if (count > 0) {
            vterm_input_write(rig->vt, bytes, (size_t)count);
            lt_buffer_add(&rig->raw, bytes, (size_t)count);
            flush_replies(rig);
            total = (size_t)count;
        }
    }
    if (!total && fds[1].revents) /* what was written before the end is read before it */
        take_report(rig);
    return total;
}

static long elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

#define WAIT_FOR(condition)                                                                                            \
    struct timespec start;                                                                                             \
    clock_gettime(CLOCK_MONOTONIC, &start);                                                                            \
    while (!(condition) && elapsed_ms(&start) < RIG_LIMIT_MS)                                                          \
        rig_pump(rig, 100);                                                                                            \
    return (condition)

bool rig_wait_text(struct rig *rig, const char *text)
{
    WAIT_FOR(rig_shows(rig, text));
}

bool rig_wait_bytes(struct rig *rig, size_t count)
{
    WAIT_FOR(rig->raw.length >= count);
}

bool rig_wait_end(struct rig *rig)
{
    WAIT_FOR(rig->ended);
}

bool rig_wait_stopped(struct rig *rig)
{
    WAIT_FOR(rig->stopped);
}

void rig_wait_quiet(struct rig *rig, int milliseconds)
{
    while (rig_pump(rig, milliseconds) > 0)
        continue;
}

void rig_continue(struct rig *rig)
{
    rig->stopped = false;
    if (write(rig->orders, "c", 1) != 1)
        rig->ended = true;
}

void rig_send(struct rig *rig, const char *bytes)
{
    write_input(rig, bytes, strlen(bytes));
}

void rig_key(struct rig *rig, const char *name)
{
    static const struct {
        const char *name;
        VTermKey key;
    } table[] = {
        {"up", VTERM_KEY_UP},       {"down", VTERM_KEY_DOWN},      {"left", VTERM_KEY_LEFT},
        {"right", VTERM_KEY_RIGHT}, {"home", VTERM_KEY_HOME},      {"end", VTERM_KEY_END},
        {"pgup", VTERM_KEY_PAGEUP}, {"pgdn", VTERM_KEY_PAGEDOWN},  {"enter", VTERM_KEY_ENTER},
        {"esc", VTERM_KEY_ESCAPE},  {"tab", VTERM_KEY_TAB},        {"backspace", VTERM_KEY_BACKSPACE},
        {"del", VTERM_KEY_DEL},     {"f1", VTERM_KEY_FUNCTION(1)}, {"f10", VTERM_KEY_FUNCTION(10)},
    };
    VTermModifier held = VTERM_MOD_NONE;
    if (!strncmp(name, "ctrl-", 5)) {
        held = VTERM_MOD_CTRL;
        name += 5;
    }
    size_t i = 0;
    while (i < sizeof table / sizeof *table && strcmp(table[i].name, name) != 0)
        i++;
    if (i < sizeof table / sizeof *table)
        vterm_keyboard_key(rig->vt, table[i].key, held);
    else
        vterm_keyboard_unichar(rig->vt, (unsigned char)name[0], held);
    flush_replies(rig);
}

void rig_resize(struct rig *rig, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    rig->rows = rows;
    rig->cols = cols;
    vterm_set_size(rig->vt, rows, cols);
    ioctl(rig->fd, TIOCSWINSZ, &size);
}

void rig_signal(struct rig *rig, int number)
{
    kill(rig->program, number);
}

/* ---- looking ---- */

VTermScreenCell rig_cell(struct rig *rig, int row, int col)
{
    VTermScreenCell cell = {0};
    vterm_screen_get_cell(rig->screen, (VTermPos){.row = row, .col = col}, &cell);
    return cell;
}

static void dump_row(struct rig *rig, int row, struct lt_buffer *out)
{
    size_t end = out->length;
    for (int col = 0; col < rig->cols;) {
        VTermScreenCell cell = rig_cell(rig, row, col);
        if (!cell.chars[0])
            lt_buffer_puts(out, " ");
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            frame_utf8((int32_t)cell.chars[i], out);
        if (cell.chars[0] && cell.chars[0] != ' ')
            end = out->length;
        col += cell.width > 1 ? cell.width : 1;
    }
    if (!out->failed)
        out->length = end;
    lt_buffer_puts(out, "\n");
}

struct lt_buffer rig_dump(struct rig *rig)
{
    struct lt_buffer out = {0};
    for (int row = 0; row < rig->rows; row++)
        dump_row(rig, row, &out);
    return out;
}

bool rig_shows(struct rig *rig, const char *text)
{
    struct lt_buffer screen = rig_dump(rig);
    bool found = screen.text && strstr(screen.text, text);
    lt_buffer_free(&screen);
    return found;
}

bool rig_wrote(const struct rig *rig, const char *bytes)
{
    return rig->raw.length && memmem(rig->raw.text, rig->raw.length, bytes, strlen(bytes));
}

bool rig_mode(const struct rig *rig, int mode)
{
    char on[32], off[32];
    int length = snprintf(on, sizeof on, "\033[?%dh", mode);
    snprintf(off, sizeof off, "\033[?%dl", mode);
    bool state = false;
    for (size_t i = 0; i + (size_t)length <= rig->raw.length; i++) {
        if (!memcmp(rig->raw.text + i, on, (size_t)length))
            state = true;
        if (!memcmp(rig->raw.text + i, off, (size_t)length))
            state = false;
    }
    return state;
}

bool rig_same_termios(const struct rig *rig)
{
    struct termios now;
    return tcgetattr(rig->fd, &now) == 0 && now.c_iflag == rig->before.c_iflag && now.c_oflag == rig->before.c_oflag &&
           now.c_cflag == rig->before.c_cflag && now.c_lflag == rig->before.c_lflag &&
           !memcmp(now.c_cc, rig->before.c_cc, sizeof now.c_cc);
}

long rig_switches(const struct rig *rig)
{
    char path[64], line[256];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)rig->program);
    FILE *file = fopen(path, "r");
    while (file && count < 0 && fgets(line, sizeof line, file)) {
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &count) != 1)
            count = -1;
    }
    if (file)
        fclose(file);
    return count;
}
