/* Opening, saving and recovering, played in a folder of its own. */
#include "tests/tui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/data/file.h"

static const char MODEL[] = "layertop: 1\n"
                            "model:\n"
                            "  name: one\n"
                            "  sequential: true\n"
                            "  layers:\n"
                            "    - {class: InputLayer, name: start, shape: [8]}\n"
                            "    - {class: Dense, name: only, units: 4}\n"
                            "setup: {batch: 32, framework: tensorflow}\n";

static char folder[] = "/tmp/layertop-files-XXXXXX", state_dir[64];

static void write_file(const char *name, const char *text)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    assert_int_equal(lt_file_write(name, text, strlen(text), &problems), LT_OK);
    lt_arena_free(&arena);
}

static bool holds(const char *name, const char *part)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text;
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, name, 1 << 20, &text, &bytes, &problems), LT_OK);
    bool found = strstr(text, part) != NULL;
    lt_arena_free(&arena);
    return found;
}

/* A session with a journal that ends with `quit`, or as if the connection had been lost. */
static void play(const char *model, const char *story)
{
    struct screen s;
    screen_open_in(&s, state_dir, model, NULL, &glyph_ascii);
    screen_play(&s, story);
    screen_close(&s);
}

static int clean_up(void **state)
{
    (void)state;
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s/* && rmdir %s", folder, folder);
    return chdir("/") || system(command);
}

static int begin(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    int failed = system(command);
    write_file("one.yaml", MODEL);
    return failed;
}

static void another_file_is_opened(void **state)
{
    (void)state;
    play("one.yaml",
         "@expect one.yaml\n:edit sample:mnist-cnn.yaml\n@expect conv2\nB\n@expect batch 256\n"
         "u\n@expect batch 128\n:edit one.yaml\n@expect only\np p\n@expect mixed_bfloat16\n!\n@expect wrong\n"
         "esc\n:quit!\n");
}

static void the_same_file_is_opened_again(void **state)
{
    (void)state;
    play("one.yaml", "B\n@expect batch 64\n:edit! one.yaml\n@absent elsewhere\n@expect batch 32\n"
                     "B\n@expect batch 64\n@absent interrupted\n:quit!\n");
}

static void what_cannot_be_opened_leaves_all_as_it_was(void **state)
{
    (void)state;
    play("one.yaml", "B\n:edit! nothing.yaml\n@expect no such file\n@expect batch 64\nu\n@expect batch 32\n:quit!\n");
}

static void changes_are_saved_before_another_file_is_opened(void **state)
{
    (void)state;
    play("one.yaml", "B\n:edit sample:mnist-cnn\n@expect save first\ns\n@expect conv2\nq\n");
    assert_true(holds("one.yaml", "batch: 64"));
    /* A sample needs a name first; nothing is opened behind the back of who gives it up. */
    play("sample:mnist-cnn", "B\n:edit one.yaml\ns\n@expect :write mnist-cnn.yaml\nesc\n@expect batch 256\n:quit!\n");
}

static void saving_under_its_own_name_goes_on_with_its_journal(void **state)
{
    (void)state;
    play("one.yaml", "B\nctrl-s\n@expect Saved as one.yaml\nB\n@expect batch 128\n");
    assert_true(holds("one.yaml", "batch: 64"));
    play("one.yaml", "@expect batch 64\n@expect 1 edit of an interrupted session\ny\n@expect batch 128\n"
                     ":w\n@expect Saved as one.yaml\nq\n");
    assert_true(holds("one.yaml", "batch: 128"));
    play("one.yaml", "@expect batch 128\n@absent interrupted\nq\n");
}

static void what_was_found_outlives_another_file(void **state)
{
    (void)state;
    play("one.yaml", "B\n");
    play("one.yaml", "@expect 1 edit\nesc\n:edit sample:mnist-cnn\n@expect conv2\nq\n");
    play("one.yaml", "@expect 1 edit\ny\n@expect batch 64\n:quit!\n");
}

static void a_sample_is_never_taken_for_a_file_of_its_name(void **state)
{
    (void)state;
    write_file("mnist-mlp.yaml", MODEL);
    play("mnist-mlp", "@expect sample:mnist-mlp\nB\nctrl-s\nenter\n@expect a file of that name exists\n"
                      ":write other.yaml\n@expect Saved as other.yaml\nq\n");
    assert_true(holds("mnist-mlp.yaml", "name: one"));
    play("mnist-mlp.yaml", "@expect only\nq\n");
    play("sample:mnist-mlp.yaml", "@absent only\nq\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(another_file_is_opened, begin),
        cmocka_unit_test_setup(the_same_file_is_opened_again, begin),
        cmocka_unit_test_setup(what_cannot_be_opened_leaves_all_as_it_was, begin),
        cmocka_unit_test_setup(changes_are_saved_before_another_file_is_opened, begin),
        cmocka_unit_test_setup(saving_under_its_own_name_goes_on_with_its_journal, begin),
        cmocka_unit_test_setup(what_was_found_outlives_another_file, begin),
        cmocka_unit_test_setup(a_sample_is_never_taken_for_a_file_of_its_name, begin),
    };
    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    snprintf(state_dir, sizeof state_dir, "%s/state", folder);
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
