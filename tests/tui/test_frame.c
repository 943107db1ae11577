#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "tui/frame.h"

static void assert_dump(const struct frame *frame, const char *expected)
{
    struct lt_buffer out = {0};
    frame_dump(frame, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
}

static void assert_roles(const struct frame *frame, const char *expected)
{
    struct lt_buffer out = {0};
    frame_dump_roles(frame, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
}

static struct frame frame_of(int rows, int cols, const struct glyph_set *glyphs)
{
    struct frame frame = {0};
    assert_true(frame_resize(&frame, rows, cols, glyphs));
    return frame;
}

static void test_text_is_clipped_to_its_rectangle(void **state)
{
    (void)state;
    struct frame f = frame_of(3, 10, &glyph_unicode);
    struct rect r = {1, 2, 1, 5};
    assert_int_equal(frame_text(&f, r, 0, 1, ROLE_TITLE, "abcdefgh"), 9);
    assert_int_equal(frame_text(&f, r, 1, 0, ROLE_TITLE, "below"), 5);
    assert_int_equal(frame_text(&f, r, -1, 0, ROLE_TITLE, "above"), 5);
    assert_dump(&f, "\n   abcd\n\n");
    assert_roles(&f, "\n...tttt\n\n");
    frame_text(&f, r, 0, -2, ROLE_TEXT, "12345");
    assert_dump(&f, "\n  345cd\n\n");
    frame_free(&f);
}

static void test_wide_characters_stay_whole(void **state)
{
    (void)state;
    struct frame f = frame_of(1, 6, &glyph_unicode);
    struct rect r = frame_rect(&f);
    frame_text(&f, r, 0, 0, ROLE_TEXT, "層層層");
    assert_dump(&f, "層層層\n");
    frame_text(&f, r, 0, 1, ROLE_TEXT, "x"); /* over the right half of the first */
    assert_dump(&f, " x層層\n");
    frame_text(&f, r, 0, 2, ROLE_TEXT, "y"); /* over the left half of the second */
    assert_dump(&f, " xy 層\n");
    frame_text(&f, r, 0, 5, ROLE_TEXT, "層"); /* only half of it would fit */
    assert_dump(&f, " xy\n");
    frame_text(&f, r, 0, 0, ROLE_TEXT, "e\xCC\x81!"); /* e and a combining acute accent */
    assert_dump(&f, "e\xCC\x81!y\n");
    frame_free(&f);
}

static void test_ascii_frames_hold_only_ascii(void **state)
{
    (void)state;
    struct frame f = frame_of(2, 20, &glyph_ascii);
    frame_text(&f, frame_rect(&f), 0, 0, ROLE_TEXT, "12 × 5 µs – 層\xCC\x81…é");
    assert_dump(&f, "12 x 5 us - ??~?\n\n");
    frame_free(&f);
}

static void test_harmful_text_is_harmless(void **state)
{
    (void)state;
    struct frame f = frame_of(1, 20, &glyph_unicode);
    frame_text(&f, frame_rect(&f), 0, 0, ROLE_TEXT,
               "a\033[2Jb\x80\xE2\x80\xAE"
               "c\x7F\xC2\x9B");
    assert_dump(&f, "a?[2Jb??c??\n");
    frame_free(&f);
}

static void test_numbers_are_whole_or_not_there(void **state)
{
    (void)state;
    struct frame f = frame_of(3, 12, &glyph_unicode);
    struct rect r = frame_rect(&f);
    frame_number(&f, r, 0, 0, 8, ROLE_TEXT, "59.1 GiB");
    frame_number(&f, r, 1, 0, 7, ROLE_TEXT, "59.1 GiB");
    frame_number(&f, r, 2, 8, 8, ROLE_TEXT, "1"); /* its field runs out of the frame: it might have stood there */
    assert_dump(&f, "59.1 GiB\n#######\n        ####\n");
    frame_text_fit(&f, r, 1, 0, 7, ROLE_TEXT, "convolution");
    assert_dump(&f, "59.1 GiB\nconvol…\n        ####\n");
    frame_text_fit(&f, r, 1, 0, 7, ROLE_TEXT, "conv");
    assert_dump(&f, "59.1 GiB\nconv\n        ####\n");
    frame_free(&f);
}

static int pick(void)
{
    static const int extremes[] = {INT_MIN, INT_MIN + 1, -1001, -3, -1, 0, 1, 2, 5, 1001, INT_MAX - 1, INT_MAX};
    return rand() % 3 ? rand() % 40 - 10 : extremes[(size_t)rand() % (sizeof extremes / sizeof *extremes)];
}

static struct rect any_rect(void)
{
    struct rect r = {pick(), pick(), pick(), pick()};
    r.rows = r.rows < 0 ? 0 : r.rows;
    r.cols = r.cols < 0 ? 0 : r.cols;
    return r;
}

static void draw_anything(struct frame *f, struct rect r)
{
    static const char *const texts[] = {"", "a", "層層", "e\xCC\x81", "\xFF\xC3", "a longer text of some words"};
    const char *text = texts[rand() % 6];
    int row = pick(), col = pick(), cols = pick();
    switch (rand() % 8) {
    case 0:
        frame_text(f, r, row, col, ROLE_GOOD, text);
        break;
    case 1:
        frame_text_fit(f, r, row, col, cols, ROLE_GOOD, text);
        break;
    case 2:
        frame_number(f, r, row, col, cols, ROLE_GOOD, text);
        break;
    case 3:
        frame_put(f, r, row, col, ROLE_GOOD, 0x5C64);
        break;
    case 4:
        frame_run(f, r, row, col, cols, ROLE_GOOD, GLYPH_HLINE);
        break;
    case 5:
        frame_fill(f, r, ROLE_GOOD);
        break;
    case 6:
        frame_paint(f, r, row, col, cols, ROLE_GOOD);
        break;
    default:
        frame_cursor(f, r, row, col, true);
        break;
    }
}

/* Whatever the arguments, no cell outside the rectangle gets the role that is drawn with, tails follow their heads, and
 * the cursor is inside. */
static void test_nothing_is_drawn_outside(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct frame f = frame_of(1 + rand() % 12, 1 + rand() % 20, rand() % 2 ? &glyph_unicode : &glyph_ascii);
        struct rect r = any_rect();
        draw_anything(&f, r);
        for (int row = 0; row < f.rows; row++) {
            for (int col = 0; col < f.cols; col++) {
                const struct cell *cell = frame_cell(&f, row, col);
                assert_true(cell->role == ROLE_TEXT || rect_contains(r, row, col));
                assert_true(cell->code != 0);
                if (cell->code == CELL_TAIL)
                    assert_true(col > 0 && lt_char_width(cell[-1].code) == 2);
            }
        }
        assert_true(rect_contains(frame_rect(&f), f.cursor_row, f.cursor_col));
        frame_free(&f);
    }
}

static void test_empty_frame_takes_no_drawing(void **state)
{
    (void)state;
    struct frame f = {0};
    srand(2);
    for (int i = 0; i < 1000; i++)
        draw_anything(&f, any_rect());
    frame_erase(&f);
    assert_null(frame_cell(&f, 0, 0));
}

static void test_rectangles(void **state)
{
    (void)state;
    struct rect r = rect_clip((struct rect){-2, -2, 5, 5}, (struct rect){0, 0, 10, 2});
    assert_memory_equal(&r, (&(struct rect){0, 0, 3, 2}), sizeof r);
    assert_int_equal(rect_row(r, 3).rows, 0);
    assert_int_equal(rect_row(r, 2).row, 2);
}

static void test_roles_and_styles(void **state)
{
    (void)state;
    bool seen[128] = {false};
    for (int i = 0; i < ROLE_COUNT; i++) {
        unsigned char letter = (unsigned char)theme_role_letter((enum role)i);
        assert_in_range(letter, '!', '~');
        assert_false(seen[letter]);
        seen[letter] = true;
        for (int depth = 0; depth < THEME_DEPTHS; depth++) {
            struct style style = theme_style((enum role)i, (enum theme_depth)depth);
            static const int colors[] = {0, 8, 16, 256};
            assert_in_range(style.foreground + 1, 0, colors[depth]);
            assert_int_equal(style.background, -1);
        }
    }
    assert_int_equal(theme_style(ROLE_BAR_KEPT | ROLE_FLAT, THEME_256).attributes & STYLE_REVERSE, 0);
    /* What matters most differs without colour too. */
    assert_int_not_equal(theme_style(ROLE_SELECTED, THEME_MONO).attributes, 0);
    assert_int_not_equal(theme_style(ROLE_ERROR, THEME_MONO).attributes, 0);
    assert_int_not_equal(theme_style(ROLE_CHANGED, THEME_MONO).attributes, 0);
}

static void test_colour_is_chosen(void **state)
{
    (void)state;
    assert_int_equal(theme_choose(false, NULL, 256), THEME_256);
    assert_int_equal(theme_choose(false, "", 88), THEME_16);
    assert_int_equal(theme_choose(false, NULL, 8), THEME_8);
    assert_int_equal(theme_choose(false, NULL, -1), THEME_MONO);
    assert_int_equal(theme_choose(false, "1", 256), THEME_MONO);
    assert_int_equal(theme_choose(true, NULL, 256), THEME_MONO);
}

static void test_signs_are_one_column_wide(void **state)
{
    (void)state;
    for (int i = 0; i < GLYPH_COUNT; i++) {
        assert_in_range(glyph_ascii.code[i], ' ', '~');
        assert_true(glyph_unicode.code[i] >= ' ');
        assert_int_equal(lt_char_width(glyph_unicode.code[i]), 1);
        assert_true(lt_is_visible(glyph_unicode.code[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_clipped_to_its_rectangle),
        cmocka_unit_test(test_wide_characters_stay_whole),
        cmocka_unit_test(test_ascii_frames_hold_only_ascii),
        cmocka_unit_test(test_harmful_text_is_harmless),
        cmocka_unit_test(test_numbers_are_whole_or_not_there),
        cmocka_unit_test(test_nothing_is_drawn_outside),
        cmocka_unit_test(test_empty_frame_takes_no_drawing),
        cmocka_unit_test(test_rectangles),
        cmocka_unit_test(test_roles_and_styles),
        cmocka_unit_test(test_colour_is_chosen),
        cmocka_unit_test(test_signs_are_one_column_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
