/* The screens as people see them, at five sizes and with both sets of signs: tests/golden. `make golden` writes them
 * anew, to be looked at with git diff. */
#include "tests/tui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/file.h"

static const struct size {
    int cols, rows;
} sizes[] = {{40, 10}, {60, 15}, {80, 24}, {120, 40}, {200, 60}};

/* What is looked at, and the keys that lead there. */
static const struct scene {
    const char *name, *model, *keys;
} scenes[] = {
    {"layers", "samples/resnet50.keras", ":set batch=256\n"},
    {"changed", "samples/resnet50.keras", ":set batch=256\np\n"},
    {"setup", "samples/mnist-cnn.yaml", "2 down\n"},
    {"layer", "samples/mnist-cnn.yaml", "down enter\n"},
    {"memory", "samples/resnet50.keras", "4\n"},
    {"advice", "samples/resnet50.keras", ":set batch=2048\n4\n"},
    {"devices", "samples/mnist-cnn.yaml", "d\n@type h100\n"},
    {"help", "samples/mnist-mlp.yaml", "?\n"},
    {"trouble", "samples/mnist-cnn.yaml", ":set layers.conv2.kernel_size=40\n"},
};

static char *picture(const struct scene *scene, struct size size, const struct glyph_set *glyphs)
{
    char line[64];
    struct screen s;
    screen_open(&s, scene->model, NULL, glyphs);
    snprintf(line, sizeof line, "@size %dx%d\n", size.cols, size.rows);
    screen_play(&s, line);
    screen_play(&s, scene->keys);
    screen_play(&s, "@dump\n@roles\n");
    char *text = strdup(s.script.dumped.text);
    screen_close(&s);
    assert_non_null(text);
    return text;
}

static void compare(const struct scene *scene, struct size size, const struct glyph_set *glyphs, const char *signs)
{
    char path[256];
    snprintf(path, sizeof path, "tests/golden/%s-%dx%d-%s.txt", scene->name, size.cols, size.rows, signs);
    char *now = picture(scene, size, glyphs);
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *mode = getenv("LT_GOLDEN"), *expected;
    size_t bytes;
    if (mode && strcmp(mode, "write") == 0) {
        assert_int_equal(lt_file_write(path, now, strlen(now), &problems), LT_OK);
    } else {
        assert_int_equal(lt_file_read(&arena, path, 1 << 20, &expected, &bytes, &problems), LT_OK);
        if (strcmp(now, expected) != 0)
            fail_msg("%s differs; it is now:\n%s", path, now);
    }
    lt_arena_free(&arena);
    free(now);
}

static void screens_are_as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            compare(&scenes[i], sizes[k], &glyph_ascii, "ascii");
            compare(&scenes[i], sizes[k], &glyph_unicode, "unicode");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(screens_are_as_expected)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
