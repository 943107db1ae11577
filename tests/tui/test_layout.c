#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tui/layout.h"

/* A screen as programs have it: a title, bars, a table beside details, a bottom line. */
static const struct part rows[] = {
    {1, 1, 0, 0},
    {2, 4, 1, 2},
    {3, LAYOUT_ANY, 5, 1},
    {1, 1, 0, 3},
};
static const struct part cols[] = {{20, LAYOUT_ANY, 2, 0}, {15, 60, 1, 1}, {10, 10, 0, 2}};
enum { ROWS = sizeof rows / sizeof *rows, COLS = sizeof cols / sizeof *cols };

static void assert_inside(struct rect inner, struct rect outer)
{
    assert_true(inner.rows >= 0 && inner.cols >= 0);
    if (inner.rows && inner.cols) {
        assert_true(inner.row >= outer.row && inner.row + inner.rows <= outer.row + outer.rows);
        assert_true(inner.col >= outer.col && inner.col + inner.cols <= outer.col + outer.cols);
    }
}

static void test_every_size(void **state)
{
    (void)state;
    for (int height = 1; height <= 60; height++) {
        for (int width = 1; width <= 200; width++) {
            struct rect screen = {3, 5, height, width}, row[ROWS], col[COLS];
            layout_rows(screen, rows, ROWS, 0, row);
            int sum = 0;
            for (int i = 0; i < ROWS; i++) {
                assert_inside(row[i], screen);
                assert_true(row[i].rows == 0 || row[i].row == screen.row + sum); /* in order, no overlap, no hole */
                assert_true(row[i].rows == 0 || row[i].rows >= rows[i].min);
                assert_true(row[i].rows <= rows[i].max);
                sum += row[i].rows;
            }
            assert_int_equal(sum, row[2].rows ? height : sum);
            assert_true(sum <= height && row[0].rows == 1);
            layout_cols(row[2], cols, COLS, 1, col);
            int end = row[2].col;
            for (int i = 0; i < COLS && row[2].rows; i++) {
                assert_inside(col[i], row[2]);
                assert_true(col[i].cols == 0 || col[i].col == end);
                end += col[i].cols ? col[i].cols + 1 : 0;
            }
            assert_int_equal(col[0].cols > 0, 1); /* the last to go */
            if (row[2].rows)
                assert_int_equal(end - 1, row[2].col + width);
        }
    }
}

/* The lengths alone. */
static void split(int total, const struct part *parts, int count, int *out)
{
    struct rect rect[LAYOUT_PARTS];
    layout_cols((struct rect){0, 0, 1, total}, parts, count, 0, rect);
    for (int i = 0; i < count; i++)
        out[i] = rect[i].cols;
}

static void test_shares(void **state)
{
    (void)state;
    static const struct part parts[] = {{2, LAYOUT_ANY, 1, 0}, {2, 5, 1, 0}, {2, LAYOUT_ANY, 2, 0}};
    int out[3];
    split(6, parts, 3, out);
    assert_int_equal(out[0] * 100 + out[1] * 10 + out[2], 222);
    split(10, parts, 3, out);
    assert_int_equal(out[0] * 100 + out[1] * 10 + out[2], 334);
    split(30, parts, 3, out); /* the second is full at 5, the others share the rest one to two */
    assert_int_equal(out[1], 5);
    assert_int_equal(out[0] + out[2], 25);
    assert_in_range(out[0], 8, 10);
}

static void test_drop_order(void **state)
{
    (void)state;
    static const struct part parts[] = {{4, 4, 0, 1}, {4, 4, 0, 9}, {4, 4, 0, 1}, {4, 4, 0, 0}};
    int out[4];
    split(15, parts, 4, out);
    assert_true(out[0] && !out[1] && out[2] && out[3]);
    split(11, parts, 4, out);
    assert_true(out[0] && !out[1] && !out[2] && out[3]);
    split(7, parts, 4, out);
    assert_true(!out[0] && !out[1] && !out[2] && out[3] == 4);
    split(3, parts, 4, out);
    assert_true(!out[0] && !out[1] && !out[2] && out[3] == 3);
    split(0, parts, 4, out);
    assert_int_equal(out[0] + out[1] + out[2] + out[3], 0);
}

static void test_random_parts(void **state)
{
    (void)state;
    srand(3);
    for (int i = 0; i < 50000; i++) {
        struct part parts[LAYOUT_PARTS];
        int count = 1 + rand() % LAYOUT_PARTS, total = rand() % 300, out[LAYOUT_PARTS], sum = 0;
        bool open = false;
        for (int j = 0; j < count; j++) {
            int min = rand() % 20;
            parts[j] = (struct part){min, rand() % 3 ? min + rand() % 20 : LAYOUT_ANY, rand() % 4, rand() % 5};
        }
        split(total, parts, count, out);
        int shown = 0;
        for (int j = 0; j < count; j++) {
            sum += out[j];
            shown += out[j] > 0;
            assert_true(out[j] >= 0 && out[j] <= parts[j].max);
            open = open || (out[j] >= parts[j].min && out[j] > 0 && out[j] < parts[j].max && parts[j].share);
        }
        assert_true(sum <= total);
        for (int j = 0; j < count; j++)
            assert_true(!out[j] || out[j] >= parts[j].min || shown == 1);
        if (open)
            assert_int_equal(sum, total);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_drop_order),
        cmocka_unit_test(test_random_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
