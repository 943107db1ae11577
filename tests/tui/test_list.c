#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tui/list.h"

static void assert_valid(const struct list *list)
{
    assert_true(list->selected >= 0 && (list->selected < list->count || list->count == 0));
    assert_true(list->top >= 0 && (list->top == 0 || list->top + list->rows <= list->count));
    if (list->count)
        assert_true(list->selected >= list->top && list->selected < list->top + list->rows);
}

static void test_motions(void **state)
{
    (void)state;
    struct list list = {0};
    list_layout(&list, 10, 4);
    assert_false(list_go(&list, LIST_UP));
    assert_true(list_go(&list, LIST_PAGE_DOWN));
    assert_int_equal(list.selected, 4);
    assert_int_equal(list.top, 1);
    assert_true(list_go(&list, LIST_END));
    assert_int_equal(list.selected, 9);
    assert_int_equal(list.top, 6);
    assert_false(list_go(&list, LIST_DOWN));
    assert_true(list_go(&list, LIST_UP));
    assert_int_equal(list.top, 6); /* the view stays while the selection is in it */
    assert_true(list_go(&list, LIST_HOME));
    assert_int_equal(list.top, 0);
    assert_int_equal(list_at(&list, 3), 3);
    assert_int_equal(list_at(&list, 4), -1);
}

static void test_data_and_size_change(void **state)
{
    (void)state;
    struct list list = {0};
    list_layout(&list, 100, 10);
    list_go(&list, LIST_END);
    list_layout(&list, 100, 30); /* grown: no gap below */
    assert_int_equal(list.top, 70);
    list_layout(&list, 5, 30);
    assert_int_equal(list.selected, 4);
    assert_int_equal(list.top, 0);
    list_layout(&list, 0, 0);
    assert_int_equal(list.selected, 0);
    assert_false(list_go(&list, LIST_DOWN) || list_go(&list, LIST_END) || list_scroll(&list, 3));
    assert_int_equal(list_at(&list, 0), -1);
}

static void test_any_sequence_keeps_it_valid(void **state)
{
    (void)state;
    struct list list = {0};
    srand(4);
    list_layout(&list, 20, 5);
    for (int i = 0; i < 100000; i++) {
        switch (rand() % 4) {
        case 0:
            list_layout(&list, rand() % 30 - 2, rand() % 12 - 1);
            break;
        case 1:
            list_scroll(&list, rand() % 3 ? rand() % 21 - 10 : rand() - RAND_MAX / 2);
            break;
        case 2:
            list_select(&list, rand() - RAND_MAX / 2);
            break;
        default:
            list_go(&list, (enum list_motion)(rand() % 6));
            break;
        }
        assert_valid(&list);
    }
}

static const struct list_column columns[] = {
    {"Layer", false, {8, LAYOUT_ANY, 1, 0}},
    {"kind", false, {6, 6, 0, 3}},
    {"params", true, {7, 7, 0, 1}},
    {"time", true, {7, 7, 0, 2}},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void assert_rows(int cols, int sorted, const char *expected)
{
    struct frame f = {0};
    struct list_span spans[COLUMNS];
    assert_true(frame_resize(&f, 2, cols, &glyph_ascii));
    list_columns(cols, columns, COLUMNS, spans);
    list_header(&f, rect_row(frame_rect(&f), 0), columns, spans, COLUMNS, sorted, true);
    static const char *const cells[] = {"dense_1", "dense", "1.05 M", "12.3 ms"};
    for (int i = 0; i < COLUMNS; i++)
        list_cell(&f, rect_row(frame_rect(&f), 1), &columns[i], spans[i], ROLE_TEXT, cells[i]);
    struct lt_buffer out = {0};
    frame_dump(&f, &out);
    assert_string_equal(out.text, expected);
    lt_buffer_free(&out);
    frame_free(&f);
}

static void test_columns_give_way(void **state)
{
    (void)state;
    assert_rows(40, 0,
                "Layerv            kind    params    time\n"
                "dense_1           dense   1.05 M 12.3 ms\n");
    assert_rows(30, 2,
                "Layer          vparams    time\n"
                "dense_1         1.05 M 12.3 ms\n");
    assert_rows(20, 3,
                "Layer         params\n"
                "dense_1       1.05 M\n");
    assert_rows(6, 1,
                "Layer\n"
                "dense~\n");
}

static void test_scrollbar(void **state)
{
    (void)state;
    struct frame f = {0};
    struct list list = {0};
    struct lt_buffer out = {0};
    assert_true(frame_resize(&f, 4, 1, &glyph_ascii));
    list_layout(&list, 4, 4);
    list_scrollbar(&f, frame_rect(&f), 0, &list); /* all in view: none */
    frame_dump(&f, &out);
    list_layout(&list, 8, 4);
    list_scrollbar(&f, frame_rect(&f), 0, &list);
    frame_dump(&f, &out);
    list_go(&list, LIST_END);
    list_scrollbar(&f, frame_rect(&f), 0, &list);
    frame_dump(&f, &out);
    assert_string_equal(out.text, "\n\n\n\n#\n#\n|\n|\n|\n|\n#\n#\n");
    lt_buffer_free(&out);
    frame_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_motions),
        cmocka_unit_test(test_data_and_size_change),
        cmocka_unit_test(test_any_sequence_keeps_it_valid),
        cmocka_unit_test(test_columns_give_way),
        cmocka_unit_test(test_scrollbar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
