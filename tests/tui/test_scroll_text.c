#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tui/scroll_text.h"

static const struct text_line help[] = {
    {"Moving", ROLE_TITLE, NULL, ROLE_TEXT},
    {"one row down", ROLE_TEXT, "j, down", ROLE_KEY},
    {"to the first row of the list", ROLE_TEXT, "g", ROLE_KEY},
    {NULL, ROLE_TEXT, NULL, ROLE_TEXT},
    {"averyveryverylongword end", ROLE_DIM, NULL, ROLE_TEXT},
};
enum { LINES = sizeof help / sizeof *help };

static void assert_text(struct scroll_text *text, int rows, int cols, const char *expected)
{
    struct frame f = {0};
    struct lt_buffer out = {0};
    assert_true(frame_resize(&f, rows, cols, &glyph_ascii));
    scroll_text_layout(text, rows, cols);
    scroll_text_draw(text, &f, frame_rect(&f));
    frame_dump(&f, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
    frame_free(&f);
}

static void test_wrapping(void **state)
{
    (void)state;
    struct scroll_text text = {.line = help, .count = LINES};
    assert_text(
        &text, 7, 40,
        "Moving\nj, down  one row down\ng        to the first row of the list\n\naveryveryverylongword end\n\n\n");
    text.label_cols = 5;
    assert_text(
        &text, 9, 20,
        "Moving\nj, ~ one row down\ng    to the first\n     row of the list\n\naveryveryverylongwor\nd end\n\n\n");
}

static void test_scrolling(void **state)
{
    (void)state;
    struct scroll_text text = {.line = help, .count = LINES};
    char position[SCROLL_TEXT_POSITION];
    assert_text(&text, 2, 40, "Moving\nj, down  one row down\n");
    assert_string_equal(scroll_text_position(&text, position), "1-2 of 5");
    assert_true(scroll_text_go(&text, LIST_PAGE_DOWN));
    assert_text(&text, 2, 40, "g        to the first row of the list\n\n");
    assert_true(scroll_text_go(&text, LIST_END));
    assert_string_equal(scroll_text_position(&text, position), "4-5 of 5");
    assert_false(scroll_text_go(&text, LIST_DOWN));
    assert_true(scroll_text_go(&text, LIST_UP));
    scroll_text_layout(&text, 9, 40); /* all fits: back to the start */
    assert_int_equal(text.top, 0);
    assert_string_equal(scroll_text_position(&text, position), "");
    assert_false(scroll_text_go(&text, LIST_HOME));
}

/* Every row of the text can be reached in every size. */
static void test_every_size(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 12; rows++) {
        for (int cols = 1; cols <= 60; cols++) {
            struct scroll_text text = {.line = help, .count = LINES};
            struct frame f = {0};
            assert_true(frame_resize(&f, rows, cols, &glyph_unicode));
            scroll_text_layout(&text, rows, cols);
            assert_true(text.total >= LINES);
            int steps = 0;
            do
                scroll_text_draw(&text, &f, frame_rect(&f));
            while (scroll_text_go(&text, LIST_DOWN) && ++steps);
            assert_int_equal(steps, text.total > rows ? text.total - rows : 0);
            frame_free(&f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
