#include "tui/term.h"

#include <curses.h>
#include <term.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "core/data/file.h"
#include "tui/fallback.h"

enum { MODE_BYTES = 256, SEQUENCES = 32 };

/* Everything about the one terminal. `active` and what leave() reads are set before the first mode changes, so that a
 * signal may come at any time. */
static struct {
    volatile sig_atomic_t active;  /* our modes are set: leave() has something to do */
    volatile sig_atomic_t pending; /* TERM_RESIZED ... not yet taken */
    volatile sig_atomic_t wake_fd;
    pid_t owner; /* a child between fork and exec must not touch the terminal, however it ends */
    struct termios before, ours;
    char enter[MODE_BYTES], leave[MODE_BYTES]; /* bytes that set our modes, and that undo them */
    size_t enter_bytes, leave_bytes;
    SCREEN *screen;
    bool fallback, xterm_like, mouse, cursor_shown, forgotten;
    enum theme_depth depth;
    attr_t look[ROLE_COUNT], flat[ROLE_COUNT];
    struct key_sequence sequence[SEQUENCES];
    size_t sequences;
    struct frame last; /* what the screen shows */
} terminal = {.wake_fd = -1};

static const char MOUSE_ON[] = "\033[?1000h\033[?1002h\033[?1006h", MOUSE_OFF[] = "\033[?1006l\033[?1002l\033[?1000l";
static const char PASTE_ON[] = "\033[?2004h", PASTE_OFF[] = "\033[?2004l";

/* ---- leaving and entering ---- */

/* Gives the terminal back as it was. Async-signal-safe, and each step stands alone: one that fails stops no other. In
 * the background the terminal is not ours to touch, and a terminal that takes nothing more must not keep us from
 * ending. */
static void leave(void)
{
    if (!terminal.active || terminal.owner != getpid())
        return;
    terminal.active = 0;
    pid_t foreground = tcgetpgrp(STDIN_FILENO);
    if (foreground != -1 && foreground != getpgrp())
        return;
    struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&room, 1, 1000) > 0)
        lt_write_all(STDOUT_FILENO, terminal.leave, terminal.leave_bytes);
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void enter(void)
{
    terminal.active = 1;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.ours);
    lt_write_all(STDOUT_FILENO, terminal.enter, terminal.enter_bytes);
    if (terminal.mouse)
        lt_write_all(STDOUT_FILENO, MOUSE_ON, sizeof MOUSE_ON - 1);
    term_forget();
}

/* ---- signals ---- */

static const int deadly[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
static const int telling[] = {SIGWINCH, SIGTSTP, SIGCONT};
enum { DEADLY = sizeof deadly / sizeof *deadly, TELLING = sizeof telling / sizeof *telling };

static struct sigaction deadly_before[DEADLY], telling_before[TELLING];
static char handler_stack[1 << 16]; /* for a stack overflow; a constant, as SIGSTKSZ need not be one */

/* Restores the terminal and lets the signal do what it would have done without us: end the program, or call a handler
 * that was there before (a sanitizer's). A fault needs no raise: it comes again by itself, with its address. */
static void on_deadly(int number, siginfo_t *info, void *context)
{
    (void)context;
    int saved = errno;
    leave();
    for (int i = 0; i < DEADLY; i++) {
        if (deadly[i] == number)
            sigaction(number, &deadly_before[i], NULL);
    }
    bool fault = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
    if (!fault || info->si_code <= 0)
        raise(number);
    errno = saved;
}

static void on_telling(int number)
{
    int saved = errno;
    terminal.pending |= number == SIGWINCH ? TERM_RESIZED : number == SIGTSTP ? TERM_STOPPED : TERM_CONTINUED;
    /* A full pipe is as good as one more byte in it. */
    if (terminal.wake_fd >= 0 && write(terminal.wake_fd, "", 1) < 0)
        errno = saved;
    errno = saved;
}

static void catch_signals(void)
{
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = on_deadly, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < DEADLY; i++) {
        sigaction(deadly[i], &action, &deadly_before[i]);
        if (deadly_before[i].sa_handler == SIG_IGN) /* nohup: the end of the input ends the program all the same */
            sigaction(deadly[i], &deadly_before[i], NULL);
    }
    action = (struct sigaction){.sa_handler = on_telling, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < TELLING; i++)
        sigaction(telling[i], &action, &telling_before[i]);
}

static void release_signals(void)
{
    for (int i = 0; i < DEADLY; i++)
        sigaction(deadly[i], &deadly_before[i], NULL);
    for (int i = 0; i < TELLING; i++)
        sigaction(telling[i], &telling_before[i], NULL);
}

void term_wake_fd(int fd)
{
    terminal.wake_fd = fd;
}

/* Takes the bits that are set, with signals held so that none is lost between reading and clearing. */
int term_take_signals(void)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int taken = terminal.pending;
    terminal.pending = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (taken & TERM_CONTINUED)
        enter();
    if (taken & TERM_RESIZED)
        term_forget();
    return taken;
}

void term_suspend(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
    leave();
    sigaction(SIGTSTP, &plain, &ours);
    kill(0, SIGTSTP); /* the whole group, as the terminal's driver does */
    sigaction(SIGTSTP, &ours, NULL);
    terminal.pending &= ~(TERM_CONTINUED | TERM_STOPPED);
    enter();
}

/* ---- what the terminal can do ---- */

/* A string capability, or NULL. */
static const char *capability(const char *name)
{
    const char *value = tigetstr((NCURSES_CONST char *)name);
    return value && value != (const char *)-1 && value[0] ? value : NULL;
}

/* Appends without padding: delays mean nothing to a terminal of today, and tputs is not safe in a handler. */
static void append(char *out, size_t *count, const char *bytes)
{
    if (!bytes)
        return;
    while (*bytes && *count < MODE_BYTES - 1) {
        const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
        if (end)
            bytes = end + 1;
        else
            out[(*count)++] = *bytes++;
    }
}

static void prepare_modes(void)
{
    char *in = terminal.enter, *out = terminal.leave;
    size_t *in_count = &terminal.enter_bytes, *out_count = &terminal.leave_bytes;
    *in_count = *out_count = 0;
    append(in, in_count, capability("smcup"));
    append(in, in_count, capability("smkx"));
    /* First what ends a sequence that was cut off in the middle. */
    if (terminal.xterm_like) {
        append(in, in_count, PASTE_ON);
        append(out, out_count, "\033\\");
        append(out, out_count, MOUSE_OFF);
        append(out, out_count, PASTE_OFF);
    }
    append(out, out_count, capability("sgr0"));
    append(out, out_count, capability("op"));
    append(out, out_count, capability("cnorm"));
    append(out, out_count, capability("rmkx"));
    if (capability("rmcup")) {
        append(out, out_count, capability("rmcup"));
        return;
    }
    int rows, cols;
    term_size(&rows, &cols);
    append(out, out_count, tiparm(capability("cup"), rows - 1, 0));
    append(out, out_count, "\r\n");
}

static void prepare_keys(void)
{
    static const struct {
        const char *name;
        int32_t key;
    } table[] = {
        {"kbs", K_BACKSPACE}, {"kcuu1", K_UP},   {"kcud1", K_DOWN},         {"kcub1", K_LEFT},    {"kcuf1", K_RIGHT},
        {"khome", K_HOME},    {"kend", K_END},   {"kpp", K_PAGE_UP},        {"knp", K_PAGE_DOWN}, {"kich1", K_INSERT},
        {"kdch1", K_DELETE},  {"kent", K_ENTER}, {"kcbt", K_TAB | K_SHIFT}, {"kf1", K_F1},        {"kf2", K_F1 + 1},
        {"kf3", K_F1 + 2},    {"kf4", K_F1 + 3}, {"kf5", K_F1 + 4},         {"kf6", K_F1 + 5},    {"kf7", K_F1 + 6},
        {"kf8", K_F1 + 7},    {"kf9", K_F1 + 8}, {"kf10", K_F1 + 9},        {"kf11", K_F1 + 10},  {"kf12", K_F12},
    };
    terminal.sequences = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table && terminal.sequences < SEQUENCES; i++) {
        const char *bytes = capability(table[i].name);
        /* Single bytes are characters and controls to us, but for the backspace key, whose byte is a matter of taste.
         */
        if (bytes && (bytes[1] || table[i].key == K_BACKSPACE))
            terminal.sequence[terminal.sequences++] = (struct key_sequence){bytes, table[i].key};
    }
}

static attr_t attributes(struct style style, short pair)
{
    attr_t look = terminal.depth == THEME_MONO ? 0 : (attr_t)COLOR_PAIR(pair);
    look |= style.attributes & STYLE_BOLD ? A_BOLD : 0;
    look |= style.attributes & STYLE_DIM ? A_DIM : 0;
    look |= style.attributes & STYLE_UNDERLINE ? A_UNDERLINE : 0;
    look |= style.attributes & STYLE_REVERSE ? A_REVERSE : 0;
    return look;
}

static void prepare_looks(const struct term_options *options)
{
    terminal.depth = theme_choose(options->plain, options->no_color, tigetnum((char *)"colors"));
    if (terminal.depth != THEME_MONO && start_color() == ERR)
        terminal.depth = THEME_MONO;
    if (terminal.depth != THEME_MONO)
        use_default_colors();
    for (int i = 0; i < ROLE_COUNT; i++) {
        struct style style = theme_style((enum role)i, terminal.depth);
        /* A pair for each colour, not for each role: from one role to another of the same colour nothing is written. */
        short pair = (short)(style.foreground + 1 < COLOR_PAIRS ? style.foreground + 1 : 0);
        if (pair && terminal.depth != THEME_MONO)
            init_pair(pair, style.foreground, style.background);
        terminal.look[i] = attributes(style, pair);
        terminal.flat[i] = attributes(theme_style((enum role)(i | ROLE_FLAT), terminal.depth), pair);
    }
}

/* ---- open and close ---- */

const char *term_status_text(enum term_status status)
{
    static const char *const text[] = {
        [TERM_OK] = "the terminal is ready",
        [TERM_NOT_A_TERMINAL] = "input and output are not both a terminal",
        [TERM_DUMB] = "this terminal cannot place its cursor",
        [TERM_FAILED] = "the system refused to set up the terminal",
    };
    return text[status];
}

enum ability { TYPE_UNKNOWN, TYPE_DUMB, TYPE_USABLE };

static enum ability ability_of(const char *type)
{
    int error;
    if (!type || !type[0] || setupterm(type, STDOUT_FILENO, &error) != OK)
        return TYPE_UNKNOWN;
    enum ability found = capability("cup") ? TYPE_USABLE : TYPE_DUMB;
    del_curterm(cur_term);
    return found;
}

/* newterm, with the built-in description where the type is not known. The variable stands only while curses reads it.
 */
static SCREEN *new_screen(const char *type)
{
    if (!terminal.fallback)
        return newterm(type, stdout, stdin);
    const char *variable = getenv("TERMINFO");
    char *kept = variable ? strdup(variable) : NULL;
    setenv("TERMINFO", FALLBACK_TERMINFO, 1);
    SCREEN *screen = newterm(FALLBACK_TYPE, stdout, stdin);
    if (kept)
        setenv("TERMINFO", kept, 1);
    else
        unsetenv("TERMINFO");
    free(kept);
    return screen;
}

/* By name too, since without a terminfo database no type is known. */
static bool is_dumb(const char *type)
{
    return type && (!strcmp(type, "dumb") || !strcmp(type, "unknown"));
}

/* The size curses starts with may come from LINES and COLUMNS; term_draw sets the real one. */
static bool start_curses(const char *type)
{
    terminal.screen = new_screen(type);
    if (!terminal.screen)
        return false;
    raw();
    noecho();
    nonl();
    terminal.xterm_like = capability("kmous") != NULL;
    return tcgetattr(STDIN_FILENO, &terminal.ours) == 0;
}

enum term_status term_open(const struct term_options *options)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return TERM_NOT_A_TERMINAL;
    enum ability ability = is_dumb(options->type) ? TYPE_DUMB : ability_of(options->type);
    if (ability == TYPE_DUMB)
        return TERM_DUMB;
    terminal.fallback = ability == TYPE_UNKNOWN;
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0)
        return TERM_FAILED;
    static bool registered;
    if (!registered && atexit(term_close) != 0)
        return TERM_FAILED;
    registered = true;
    terminal.leave_bytes = 0; /* known only after newterm; until then a signal resets the modes of the driver */
    terminal.owner = getpid();
    terminal.active = 1;
    catch_signals();
    if (!start_curses(options->type)) {
        term_close();
        return TERM_FAILED;
    }
    prepare_modes();
    prepare_keys();
    prepare_looks(options);
    terminal.mouse = options->mouse && terminal.xterm_like;
    terminal.cursor_shown = true;
    enter();
    return TERM_OK;
}

void term_close(void)
{
    if (!terminal.screen && !terminal.active)
        return;
    leave();
    release_signals();
    if (terminal.screen)
        delscreen(terminal.screen);
    terminal.screen = NULL;
    terminal.wake_fd = -1;
    frame_free(&terminal.last);
}

static int within(int value, int other)
{
    int size = value > 0 ? value : other;
    return size < 1 ? 1 : size > FRAME_LIMIT ? FRAME_LIMIT : size;
}

void term_size(int *rows, int *cols)
{
    struct winsize size = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    /* A serial line knows no size: then what the description says, or what terminals were born with. */
    int usual_rows = tigetnum((char *)"lines"), usual_cols = tigetnum((char *)"cols");
    *rows = within(size.ws_row, usual_rows > 0 ? usual_rows : 24);
    *cols = within(size.ws_col, usual_cols > 0 ? usual_cols : 80);
}

/* ---- drawing ---- */

void term_forget(void)
{
    terminal.forgotten = true;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    if (a->code == CELL_TAIL && b->code == CELL_TAIL)
        return true;
    return a->code == b->code && a->mark == b->mark && a->role == b->role;
}

/* Where the C library thinks another width than we do, curses would lose its place: such a character becomes '?'. */
static void put_cell(int row, int col, const struct cell *cell, bool wide)
{
    wchar_t text[3] = {(wchar_t)cell->code, (wchar_t)cell->mark, 0};
    bool agreed = cell->code < 0x7F || wcwidth(text[0]) == (wide ? 2 : 1);
    if (!agreed) {
        text[0] = '?';
        text[1] = 0;
    }
    if (text[1] && wcwidth(text[1]) != 0)
        text[1] = 0;
    unsigned role = cell->role & ~(unsigned)ROLE_FLAT;
    attr_t look = cell->role & ROLE_FLAT ? terminal.flat[role] : terminal.look[role];
    cchar_t out;
    setcchar(&out, text, look & A_ATTRIBUTES & ~A_COLOR, (short)PAIR_NUMBER(look), NULL);
    mvadd_wch(row, col, &out);
    if (!agreed && wide)
        mvadd_wch(row, col + 1, &out);
}

/* Puts the cells that differ from the last frame, all of them where there is none of this size, into curses' window. */
static void put_cells(const struct frame *frame, bool all)
{
    for (int row = 0; row < frame->rows && row < LINES; row++) {
        for (int col = 0; col < frame->cols && col < COLS; col++) {
            const struct cell *cell = frame_cell(frame, row, col);
            const struct cell *next = frame_cell(frame, row, col + 1);
            if (cell->code != CELL_TAIL && (all || !same_cell(cell, frame_cell(&terminal.last, row, col))))
                put_cell(row, col, cell, next && next->code == CELL_TAIL);
        }
    }
}

static void remember(const struct frame *frame)
{
    if (terminal.last.rows != frame->rows || terminal.last.cols != frame->cols) {
        if (!frame_resize(&terminal.last, frame->rows, frame->cols, frame->glyphs))
            return;
    }
    memcpy(terminal.last.cell, frame->cell, (size_t)frame->rows * (size_t)frame->cols * sizeof *frame->cell);
}

void term_draw(const struct frame *frame)
{
    int rows, cols;
    term_size(&rows, &cols);
    if (rows != LINES || cols != COLS) {
        resize_term(rows, cols);
        term_forget();
    }
    bool all = terminal.forgotten || frame->rows != terminal.last.rows || frame->cols != terminal.last.cols;
    if (all)
        erase();
    if (terminal.forgotten)
        clearok(curscr, TRUE);
    terminal.forgotten = false;
    put_cells(frame, all);
    remember(frame);
    if (frame->cursor_shown != terminal.cursor_shown)
        curs_set(frame->cursor_shown);
    terminal.cursor_shown = frame->cursor_shown;
    move(frame->cursor_row < rows ? frame->cursor_row : rows - 1,
         frame->cursor_col < cols ? frame->cursor_col : cols - 1);
    refresh();
}

/* ---- input and mouse ---- */

bool term_read(struct key_decoder *decoder)
{
    char bytes[4096];
    ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    key_feed(decoder, bytes, (size_t)count);
    return count > 0;
}

const struct key_sequence *term_sequences(size_t *count)
{
    *count = terminal.sequences;
    return terminal.sequence;
}

int term_input_fd(void)
{
    return STDIN_FILENO;
}

int term_output_fd(void)
{
    return STDOUT_FILENO;
}

void term_mouse(bool on)
{
    on = on && terminal.xterm_like;
    if (on == terminal.mouse)
        return;
    terminal.mouse = on;
    lt_write_all(STDOUT_FILENO, on ? MOUSE_ON : MOUSE_OFF, on ? sizeof MOUSE_ON - 1 : sizeof MOUSE_OFF - 1);
}
