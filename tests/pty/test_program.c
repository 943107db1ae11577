/* The program itself in a terminal: what it writes for a frame, a move and an edit, that it sleeps when nothing
 * happens, and that a lost connection loses no edit. Counts, never times. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/pty/rig.h"

enum { QUIET_MS = 150 };

static char state_dir[] = "/tmp/layertop-state-XXXXXX";
static char state_variable[64];

static void start(struct rig *rig, int rows, int cols)
{
    const char *const argv[] = {getenv("LT_PROGRAM"), "resnet50", "--set", "device=nvidia-a100-sxm4-80gb", NULL};
    const char *const env[] = {state_variable, NULL};
    struct rig_options options = {.rows = rows, .cols = cols, .env = env};
    assert_non_null(argv[0]);
    assert_true(rig_start(rig, argv, &options));
    assert_true(rig_wait_text(rig, "resnet50"));
    rig_wait_quiet(rig, QUIET_MS);
}

/* What a key makes it write: something, and not more than the budget. */
static void expect_bytes(struct rig *rig, const char *key, size_t budget)
{
    size_t before = rig->raw.length;
    rig_key(rig, key);
    assert_true(rig_wait_bytes(rig, before + 1));
    rig_wait_quiet(rig, QUIET_MS);
    size_t bytes = rig->raw.length - before;
    if (bytes > budget)
        fail_msg("%s: %zu bytes, budget %zu", key, bytes, budget);
}

/* Every story begins without a journal. */
static int forget(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s/*", state_dir);
    return system(command);
}

static void a_frame_a_move_and_an_edit_are_small(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig, 24, 80);
    assert_true(rig_shows(&rig, "help"));
    if (rig.raw.length > 4096)
        fail_msg("first frame: %zu bytes, budget 4096", rig.raw.length);
    for (int i = 0; i < 6; i++)
        expect_bytes(&rig, "down", 200);
    expect_bytes(&rig, "p", 1024);
    expect_bytes(&rig, "B", 1024);
    rig_key(&rig, "i"); /* the detail pane, below a table that scrolls from here on */
    assert_true(rig_wait_text(&rig, "standing"));
    rig_wait_quiet(&rig, QUIET_MS);
    for (int i = 0; i < 20; i++)
        expect_bytes(&rig, "down", 500);
    rig_stop(&rig);
}

static void it_sleeps_when_nothing_happens(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig, 24, 80);
    size_t before = rig.raw.length;
    long switches = rig_switches(&rig);
    assert_true(switches >= 0);
    rig_pump(&rig, 1000);
    assert_int_equal(rig.raw.length, before);
    assert_int_equal(rig_switches(&rig), switches);
    rig_stop(&rig);
}

static void a_lost_connection_loses_no_edit(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig, 24, 80);
    rig_key(&rig, "B");
    assert_true(rig_wait_text(&rig, "batch 64"));
    rig_key(&rig, "p");
    assert_true(rig_wait_text(&rig, "mixed_float16"));
    rig_signal(&rig, SIGHUP);
    assert_true(rig_wait_end(&rig));
    assert_true(rig_same_termios(&rig));
    rig_stop(&rig);
    start(&rig, 24, 80);
    assert_true(rig_wait_text(&rig, "interrupted session"));
    assert_true(rig_shows(&rig, "batch 32"));
    rig_key(&rig, "y");
    assert_true(rig_wait_text(&rig, "batch 64"));
    assert_true(rig_wait_text(&rig, "mixed_float16"));
    rig_stop(&rig);
}

static void it_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    struct rig rig;
    start(&rig, 10, 40);
    rig_resize(&rig, 40, 120);
    assert_true(rig_wait_text(&rig, "Set-up"));
    rig_key(&rig, "q");
    assert_true(rig_wait_end(&rig));
    assert_int_equal(rig.status, 0);
    assert_true(rig_same_termios(&rig));
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_frame_a_move_and_an_edit_are_small, forget),
        cmocka_unit_test_setup(it_sleeps_when_nothing_happens, forget),
        cmocka_unit_test_setup(it_leaves_the_terminal_as_it_was, forget),
        cmocka_unit_test_setup(a_lost_connection_loses_no_edit, forget),
    };
    if (!mkdtemp(state_dir))
        return 1;
    snprintf(state_variable, sizeof state_variable, "XDG_STATE_HOME=%s", state_dir);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", state_dir);
    return system(command) ? failed + 1 : failed;
}
