/* The terminal machinery, driven through a real pseudo-terminal with a small program built on it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/pty/rig.h"

/* A shell's nap is no proof that nothing more comes; this much silence is taken for one. */
enum { QUIET_MS = 150 };

static const char *demo_path(void)
{
    const char *path = getenv("LT_DEMO");
    return path ? path : "build/tests/pty/demo";
}

static struct rig start(const struct rig_options *options)
{
    struct rig rig;
    const char *const argv[] = {demo_path(), NULL};
    assert_true(rig_start(&rig, argv, options));
    return rig;
}

static struct rig start_ready(const struct rig_options *options)
{
    struct rig rig = start(options);
    assert_true(rig_wait_text(&rig, "started"));
    assert_true(rig_wait_text(&rig, "q quit"));
    rig_wait_quiet(&rig, QUIET_MS);
    return rig;
}

static void assert_restored(const struct rig *rig)
{
    static const int modes[] = {1049, 1000, 1002, 1006, 2004};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        assert_false(rig_mode(rig, modes[i]));
    assert_true(rig_wrote(rig, "\033[?1049h"));
    assert_true(rig_mode(rig, 25) || !rig_wrote(rig, "\033[?25l"));
    assert_true(rig_same_termios(rig));
}

static void test_draws_and_quits(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    assert_true(rig_shows(&rig, "demo 24x80 frame 1"));
    assert_true(rig_shows(&rig, "  0 block_0.conv"));
    assert_true(rig_shows(&rig, "─層 layers─"));
    assert_true(rig_mode(&rig, 1049) && rig_mode(&rig, 2004) && rig_mode(&rig, 1006));
    rig_key(&rig, "q");
    assert_true(rig_wait_end(&rig));
    assert_true(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 0);
    assert_restored(&rig);
    rig_stop(&rig);
}

/* DESIGN's budgets in bytes. */
static void test_bytes(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    size_t first = rig.raw.length;
    rig_key(&rig, "down");
    assert_true(rig_wait_text(&rig, "key down"));
    rig_wait_quiet(&rig, QUIET_MS);
    size_t before = rig.raw.length;
    rig_key(&rig, "down");
    assert_true(rig_wait_bytes(&rig, before + 1));
    rig_wait_quiet(&rig, QUIET_MS);
    size_t move = rig.raw.length - before;
    print_message("first frame %zu bytes, cursor move %zu bytes\n", first, move);
    assert_in_range(first, 1, 4096);
    assert_in_range(move, 1, 200);
    rig_stop(&rig);
}

static void expect_restored_after(int number, const char *key)
{
    struct rig rig = start_ready(&(struct rig_options){0});
    if (key)
        rig_key(&rig, key);
    else
        rig_signal(&rig, number);
    assert_true(rig_wait_end(&rig));
    assert_true(WIFSIGNALED(rig.status) || (WIFEXITED(rig.status) && rig_wrote(&rig, "Sanitizer")));
    if (WIFSIGNALED(rig.status))
        assert_int_equal(WTERMSIG(rig.status), number);
    assert_restored(&rig);
    rig_stop(&rig);
}

static void test_signals_restore(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_restored_after(numbers[i], NULL);
}

static void test_faults_restore(void **state)
{
    (void)state;
    expect_restored_after(SIGSEGV, "X");
    expect_restored_after(SIGSEGV, "O"); /* stack overflow */
    expect_restored_after(SIGABRT, "A");
}

static void test_suspend_resize_resume(void **state)
{
    (void)state;
    static const char *const how[] = {"key", "signal"};
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        struct rig rig = start_ready(&(struct rig_options){0});
        if (i == 0)
            rig_key(&rig, "ctrl-z");
        else
            rig_signal(&rig, SIGTSTP);
        assert_true(rig_wait_stopped(&rig));
        rig_wait_quiet(&rig, QUIET_MS);
        assert_restored(&rig);
        rig_resize(&rig, 30, 100);
        rig_continue(&rig);
        assert_true(rig_wait_text(&rig, "demo 30x100"));
        rig_wait_quiet(&rig, QUIET_MS);
        assert_true(rig_mode(&rig, 1049) && rig_mode(&rig, 1006));
        assert_false(rig_same_termios(&rig));
        rig_key(&rig, "down");
        assert_true(rig_wait_text(&rig, "key down"));
        rig_key(&rig, "q");
        assert_true(rig_wait_end(&rig));
        assert_restored(&rig);
        rig_stop(&rig);
    }
}

/* SIGSTOP cannot be caught; the modes are set anew when the program goes on. */
static void test_stop_and_continue(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    rig_signal(&rig, SIGSTOP);
    assert_true(rig_wait_stopped(&rig));
    tcsetattr(rig.fd, TCSANOW, &rig.before); /* as a shell would */
    rig_resize(&rig, 20, 60);
    size_t before = rig.raw.length;
    rig_continue(&rig);
    assert_true(rig_wait_text(&rig, "demo 20x60"));
    rig_wait_quiet(&rig, QUIET_MS);
    assert_non_null(strstr(rig.raw.text + before, "\033[?1049h"));
    assert_false(rig_same_termios(&rig));
    rig_stop(&rig);
}

static void test_resize_storm(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    for (int i = 0; i < 200; i++) {
        rig_resize(&rig, 20 + i % 30, 60 + i % 50);
        rig_pump(&rig, 1);
    }
    rig_resize(&rig, 33, 91);
    assert_true(rig_wait_text(&rig, "demo 33x91"));
    rig_wait_quiet(&rig, QUIET_MS);
    unsigned frames = 0;
    struct lt_buffer screen = rig_dump(&rig);
    assert_int_equal(sscanf(screen.text, "demo 33x91 frame %u", &frames), 1);
    lt_buffer_free(&screen);
    print_message("201 resizes: %u frames\n", frames - 1);
    assert_in_range(frames, 2, 1 + 3);
    rig_stop(&rig);
}

/* Smaller and back again before anyone looks: the terminal has dropped cells although the size is the same. */
static void test_shrunk_and_back(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    struct lt_buffer before = rig_dump(&rig);
    size_t bytes = rig.raw.length;
    rig_resize(&rig, 10, 40);
    rig_resize(&rig, 24, 80);
    assert_true(rig_wait_bytes(&rig, bytes + 1));
    rig_wait_quiet(&rig, QUIET_MS);
    struct lt_buffer after = rig_dump(&rig);
    const char *body = strchr(before.text, '\n'); /* the first line counts frames */
    assert_non_null(strstr(after.text, body));
    lt_buffer_free(&before);
    lt_buffer_free(&after);
    rig_stop(&rig);
}

/* Sizes that change while a frame is on its way, each followed by silence: none is missed. */
static void test_no_resize_missed(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    for (int i = 0; i < 40; i++) {
        char want[32];
        int rows = 10 + i % 20, cols = 50 + i % 37;
        rig_key(&rig, i % 2 ? "down" : "up");
        rig_resize(&rig, rows, cols);
        snprintf(want, sizeof want, "demo %dx%d ", rows, cols);
        assert_true(rig_wait_text(&rig, want));
    }
    rig_stop(&rig);
}

static void test_sizes_down_to_one(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    static const int sizes[][2] = {{1, 1}, {1, 80}, {60, 1}, {2, 2}, {3, 5}, {1, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        rig_resize(&rig, sizes[i][0], sizes[i][1]);
        rig_key(&rig, "down");
        rig_wait_quiet(&rig, QUIET_MS);
        assert_false(rig.ended);
    }
    rig_resize(&rig, 24, 80);
    assert_true(rig_wait_text(&rig, "demo 24x80"));
    rig_stop(&rig);
}

static void test_idle_is_silent(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    size_t bytes = rig.raw.length;
    long switches = rig_switches(&rig);
    rig_pump(&rig, 1000);
    assert_int_equal(rig.raw.length - bytes, 0);
    assert_true(switches >= 0);
    assert_int_equal(rig_switches(&rig), switches);
    rig_stop(&rig);
}

static void test_unknown_terminals(void **state)
{
    (void)state;
    static const char *const none[] = {"TERM=xterm-nobody-knows", NULL};
    static const char *const bare[] = {"TERMINFO=/nonexistent", "TERMINFO_DIRS=/nonexistent", "HOME=/nonexistent",
                                       "TERM=xterm-nobody-knows", NULL};
    static const char *const unset[] = {"TERM=", NULL};
    const char *const *const environments[] = {none, bare, unset};
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        struct rig rig = start_ready(&(struct rig_options){.env = environments[i]});
        assert_true(rig_shows(&rig, "  0 block_0.conv"));
        rig_key(&rig, "down");
        assert_true(rig_wait_text(&rig, "key down"));
        rig_key(&rig, "q");
        assert_true(rig_wait_end(&rig));
        assert_restored(&rig);
        rig_stop(&rig);
    }
}

/* Of very different abilities; all are in the small database that every Debian has. */
static void test_known_terminals(void **state)
{
    (void)state;
    static const char *const types[] = {"TERM=xterm",           "TERM=linux", "TERM=vt100",        "TERM=vt220",
                                        "TERM=screen-256color", "TERM=rxvt",  "TERM=tmux-256color"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *const env[] = {types[i], NULL};
        struct rig rig = start_ready(&(struct rig_options){.env = env});
        assert_true(rig_shows(&rig, "│  0 block_0.conv"));
        rig_key(&rig, "down");
        assert_true(rig_wait_text(&rig, "key down"));
        rig_key(&rig, "q");
        assert_true(rig_wait_end(&rig));
        assert_true(rig_same_termios(&rig));
        assert_false(rig_mode(&rig, 1049) || rig_mode(&rig, 1000) || rig_mode(&rig, 2004));
        rig_stop(&rig);
    }
}

/* A shell may have exported the size of another day. */
static void test_size_is_the_terminals(void **state)
{
    (void)state;
    static const char *const stale[] = {"LINES=5", "COLUMNS=20", NULL};
    struct rig rig = start_ready(&(struct rig_options){.env = stale, .rows = 30, .cols = 90});
    assert_true(rig_shows(&rig, "demo 30x90 frame 1"));
    rig_resize(&rig, 31, 91);
    assert_true(rig_wait_text(&rig, "demo 31x91 frame 2"));
    rig_stop(&rig);
}

/* A child inherits the handlers, but the terminal is not its own. */
static void test_crashing_child_leaves_the_terminal_alone(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    rig_key(&rig, "c");
    assert_true(rig_wait_text(&rig, "child gone"));
    assert_true(rig_mode(&rig, 1049) && rig_mode(&rig, 1006));
    assert_false(rig_same_termios(&rig));
    rig_key(&rig, "down");
    assert_true(rig_wait_text(&rig, "key down"));
    rig_stop(&rig);
}

static void test_dumb_is_refused(void **state)
{
    (void)state;
    static const char *const dumb[] = {"TERM=dumb", NULL};
    static const char *const bare[] = {"TERM=dumb", "TERMINFO=/nonexistent", NULL};
    const char *const *const environments[] = {dumb, bare};
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        struct rig rig = start(&(struct rig_options){.env = environments[i]});
        assert_true(rig_wait_end(&rig));
        assert_true(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 2);
        rig_wait_quiet(&rig, QUIET_MS);
        assert_true(rig_shows(&rig, "cannot place its cursor"));
        assert_false(rig_wrote(&rig, "\033"));
        assert_true(rig_same_termios(&rig));
        rig_stop(&rig);
    }
}

/* Whether some SGR sequence sets a colour: a parameter 30-38, 40-48, 90-97 or 100-107. */
static bool wrote_color(const struct rig *rig)
{
    for (const char *at = rig->raw.text; (at = strstr(at, "\033[")) != NULL;) {
        at += 2;
        const char *end = at + strspn(at, "0123456789;");
        for (const char *p = at; *end == 'm' && p < end; p++) {
            int number = (int)strtol(p, NULL, 10);
            if ((number >= 30 && number <= 38) || (number >= 40 && number <= 48) || (number >= 90 && number <= 107))
                return true;
            p += strcspn(p, ";m");
        }
    }
    return false;
}

static void test_no_color(void **state)
{
    (void)state;
    static const char *const wanted[] = {"NO_COLOR=1", NULL};
    struct rig plain = start_ready(&(struct rig_options){.env = wanted});
    assert_false(wrote_color(&plain));
    assert_true(rig_cell(&plain, 3, 1).attrs.reverse);
    rig_stop(&plain);
    struct rig colored = start_ready(&(struct rig_options){0});
    assert_true(wrote_color(&colored));
    rig_stop(&colored);
}

static void test_c_locale_is_ascii(void **state)
{
    (void)state;
    static const char *const c[] = {"LC_ALL=C", NULL};
    struct rig rig = start_ready(&(struct rig_options){.env = c});
    for (size_t i = 0; i < rig.raw.length; i++)
        assert_true((unsigned char)rig.raw.text[i] < 0x80);
    assert_true(rig_shows(&rig, "-?? layers-"));
    rig_stop(&rig);
}

/* ssh carries the name of a locale to a machine that does not have it. */
static void test_missing_locale_is_still_unicode(void **state)
{
    (void)state;
    static const char *const missing[] = {"LC_ALL=xx_YY.UTF-8", NULL};
    struct rig rig = start_ready(&(struct rig_options){.env = missing});
    assert_true(rig_shows(&rig, "─層 layers─"));
    rig_stop(&rig);
}

static void test_end_of_input_ends(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){.ignore_hangup = true});
    rig_close(&rig);
    assert_true(rig_wait_end(&rig));
    assert_true(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 0);
    rig_stop(&rig);
}

static void test_input_kinds(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"\033[200~two\nlines\033[201~", "paste two"},
        {"\033[<0;5;7M", "mouse press 1 at 6,4"},
        {"\033[<65;5;7M", "mouse wheel-down 0 at 6,4"},
        {"\033", "key esc"},
        {"\033[1;5A", "key ctrl-up"},
        {"\xC3\xA9", "key é"},
        {"\033x", "key alt-x"},
        {"w", "worked"},
    };
    struct rig rig = start_ready(&(struct rig_options){0});
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        rig_send(&rig, pairs[i][0]);
        assert_true(rig_wait_text(&rig, pairs[i][1]));
    }
    rig_stop(&rig);
}

static void test_mouse_off(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    assert_true(rig_mode(&rig, 1000));
    rig_key(&rig, "m");
    assert_true(rig_wait_text(&rig, "key m"));
    assert_false(rig_mode(&rig, 1000) || rig_mode(&rig, 1002) || rig_mode(&rig, 1006));
    rig_stop(&rig);
}

/* A reader that stops reading: keys pile up, frames do not. */
static void test_slow_link_drops_frames(void **state)
{
    (void)state;
    struct rig rig = start_ready(&(struct rig_options){0});
    for (int i = 0; i < 400; i++) {
        rig_send(&rig, i % 2 ? "k" : "j");
        rig_send(&rig, "\014"); /* ctrl-l: a whole frame each */
    }
    rig_send(&rig, "?");
    assert_true(rig_wait_text(&rig, "key ?"));
    rig_wait_quiet(&rig, QUIET_MS);
    unsigned frames = 0;
    struct lt_buffer screen = rig_dump(&rig);
    assert_int_equal(sscanf(screen.text, "demo 24x80 frame %u", &frames), 1);
    lt_buffer_free(&screen);
    print_message("800 keys into a terminal that does not read: %u frames\n", frames - 1);
    assert_in_range(frames, 2, 40);
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_and_quits),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_signals_restore),
        cmocka_unit_test(test_faults_restore),
        cmocka_unit_test(test_suspend_resize_resume),
        cmocka_unit_test(test_stop_and_continue),
        cmocka_unit_test(test_resize_storm),
        cmocka_unit_test(test_shrunk_and_back),
        cmocka_unit_test(test_no_resize_missed),
        cmocka_unit_test(test_sizes_down_to_one),
        cmocka_unit_test(test_idle_is_silent),
        cmocka_unit_test(test_unknown_terminals),
        cmocka_unit_test(test_known_terminals),
        cmocka_unit_test(test_size_is_the_terminals),
        cmocka_unit_test(test_crashing_child_leaves_the_terminal_alone),
        cmocka_unit_test(test_dumb_is_refused),
        cmocka_unit_test(test_no_color),
        cmocka_unit_test(test_c_locale_is_ascii),
        cmocka_unit_test(test_missing_locale_is_still_unicode),
        cmocka_unit_test(test_end_of_input_ends),
        cmocka_unit_test(test_input_kinds),
        cmocka_unit_test(test_mouse_off),
        cmocka_unit_test(test_slow_link_drops_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
