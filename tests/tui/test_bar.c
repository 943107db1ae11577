#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "tui/bar.h"
#include "tui/spark.h"

static void assert_bar(const struct bar *bar, int cols, const struct glyph_set *glyphs, const char *expected)
{
    struct frame f = {0};
    struct lt_buffer out = {0};
    assert_true(frame_resize(&f, 1, cols, glyphs));
    bar_draw(&f, frame_rect(&f), bar);
    frame_dump(&f, &out);
    frame_dump_roles(&f, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
    frame_free(&f);
}

static const struct bar_segment three[] = {
    {20, 'w', ROLE_BAR_WEIGHTS}, {20, 'g', ROLE_BAR_GRADIENTS}, {15, 'k', ROLE_BAR_KEPT}};

static void test_pictures(void **state)
{
    (void)state;
    struct bar bar = {three, 3, 100, 0};
    assert_bar(&bar, 20, &glyph_ascii, "wwwwggggkkk.........\nWWWWGGGGKKKfffffffff\n");
    bar = (struct bar){three, 3, 110, 0}; /* ends in the middle of a cell */
    assert_bar(&bar, 20, &glyph_ascii, "wwwwgggkkk..........\nWWWWGGGKKKffffffffff\n");
    bar = (struct bar){three, 3, 105, 0}; /* 55 of 105 in 20 cells: 10 and four eighths */
    assert_bar(&bar, 20, &glyph_unicode, "wwwwggggkk▌·········\nWWWWGGGGKKKfffffffff\n");
    bar = (struct bar){three, 3, 100, 40}; /* the limit is in the middle, what lies beyond stands out */
    assert_bar(&bar, 20, &glyph_ascii, "wwwwgggg|kk.........\nWWWWGGGGL!!fffffffff\n");
    bar = (struct bar){three, 3, 0, 0};
    assert_bar(&bar, 11, &glyph_unicode, "wwwwggggkkk\nWWWWGGGGKKK\n");
}

static void test_small_parts_are_seen(void **state)
{
    (void)state;
    static const struct bar_segment parts[] = {
        {1000, 'a', ROLE_BAR_KEPT}, {1, 'b', ROLE_BAR_POOL}, {0, 'c', ROLE_BAR_INPUTS}, {NAN, 'd', ROLE_BAR_CONTEXT}};
    assert_bar(&(struct bar){parts, 4, 1001, 0}, 10, &glyph_ascii, "aaaaaaaaab\nKKKKKKKKKP\n");
}

static void test_cells_add_up(void **state)
{
    (void)state;
    srand(6);
    for (int i = 0; i < 50000; i++) {
        struct bar_segment segment[BAR_SEGMENTS];
        int cells[BAR_SEGMENTS], count = rand() % (BAR_SEGMENTS + 1), cols = rand() % 100, above = 0, sum = 0;
        double total = 0;
        for (int j = 0; j < count; j++) {
            static const double scales[] = {0, 1, 1e-300, 1e300, -1};
            segment[j] = (struct bar_segment){rand() % 1000 * scales[rand() % 5], 'x', ROLE_BAR_KEPT};
            above += segment[j].value > 0;
            total += segment[j].value > 0 ? segment[j].value : 0;
        }
        struct bar bar = {segment, count, rand() % 2 ? total * (1 + rand() % 3) : 0, total * (rand() % 100) / 50};
        int used = bar_cells(&bar, cols, cells), limit = bar_limit_col(&bar, cols);
        for (int j = 0; j < count; j++) {
            sum += cells[j];
            assert_true(cells[j] >= 0);
            assert_true(cells[j] == 0 || segment[j].value > 0);
            assert_true(segment[j].value <= 0 || cells[j] > 0 || used < 2 * above);
        }
        assert_int_equal(sum, used);
        assert_in_range(used, 0, cols);
        assert_true(limit >= -1 && limit < (cols ? cols : 1));
    }
}

static void assert_spark(const struct spark *spark, int rows, int cols, const struct glyph_set *glyphs,
                         const char *expected)
{
    struct frame f = {0};
    struct lt_buffer out = {0};
    assert_true(frame_resize(&f, rows, cols, glyphs));
    spark_draw(&f, frame_rect(&f), spark);
    frame_dump(&f, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
    frame_free(&f);
}

static void test_spark_starts_at_zero(void **state)
{
    (void)state;
    static const double values[] = {5, 10, 2.5, NAN, 0, 10};
    struct spark spark = {values, 6, -1, 0, 0, NULL};
    assert_spark(&spark, 2, 9, &glyph_unicode, "10  █   █\n 0 ██▄? █\n");
    assert_spark(&spark, 2, 9, &glyph_ascii, "10  #   #\n 0 ##.? #\n");
    assert_spark(&spark, 1, 2, &glyph_unicode, "██\n"); /* no room for the axis; each column its greatest value */
}

static void test_spark_limit(void **state)
{
    (void)state;
    static const double values[] = {5, 10};
    struct spark spark = {values, 2, 0, 5, 0, NULL};
    assert_spark(&spark, 4, 7, &glyph_ascii, "10   ##\n     ##\n   ####\n 0 ####\n");
    spark.limit = 20; /* part of the scale */
    assert_true(fabs(spark_top(&spark) - 20) < 1e-12);
    assert_spark(&spark, 4, 7, &glyph_ascii, "20 ----\n\n     ##\n 0 ####\n");
}

static void test_spark_top(void **state)
{
    (void)state;
    static const double cases[][2] = {{0, 1}, {1, 1},  {1.01, 2},    {2.2, 2.5},
                                      {3, 5}, {7, 10}, {0.03, 0.05}, {9e9, 1e10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spark spark = {cases[i], 1, -1, 0, 0, NULL};
        assert_true(fabs(spark_top(&spark) - cases[i][1]) <= 1e-9 * cases[i][1]);
    }
}

/* In every size no peak is lost. */
static void test_spark_every_size(void **state)
{
    (void)state;
    double values[150];
    srand(7);
    for (int count = 1; count <= 150; count += 7) {
        for (int i = 0; i < count; i++)
            values[i] = i == count / 2 ? 100 : rand() % 50;
        for (int cols = 1; cols <= 120; cols++) {
            struct frame f = {0};
            struct spark spark = {values, count, -1, 0, 0, NULL};
            struct rect rect = {0, 0, 1 + cols % 5, cols};
            assert_true(frame_resize(&f, rect.rows, cols, &glyph_unicode));
            spark_draw(&f, rect, &spark);
            int full = 0;
            for (int col = 0; col < cols; col++)
                full += frame_cell(&f, 0, col)->code == glyph_unicode.code[GLYPH_FULL];
            assert_true(full >= 1);
            frame_free(&f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),         cmocka_unit_test(test_small_parts_are_seen),
        cmocka_unit_test(test_cells_add_up),     cmocka_unit_test(test_spark_starts_at_zero),
        cmocka_unit_test(test_spark_limit),      cmocka_unit_test(test_spark_top),
        cmocka_unit_test(test_spark_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
