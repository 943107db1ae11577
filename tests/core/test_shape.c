/* Shapes: sizes, axes, broadcasting, windows. Lengths of windows are those of real Keras 3.15.1 (layers.json). */
#include "core/base/checked.h"
#include "core/model/shape.h"
#include "tests/core/test.h"

#define SHAPE(count, ...) ((struct lt_shape){.rank = count, .dim = {__VA_ARGS__}})

static void test_sizes(void **state)
{
    (void)state;
    struct lt_shape s = SHAPE(4, 2, 28, 28, 3), scalar = {.rank = 0}, unknown = LT_SHAPE_UNKNOWN;
    s.dtype = LT_FLOAT16;
    assert_int_equal(lt_shape_elements(&s), 4704);
    assert_int_equal(lt_shape_elements_from(&s, 1), 2352);
    assert_int_equal(lt_shape_bytes(&s), 9408);
    assert_int_equal(lt_shape_elements(&scalar), 1);
    assert_int_equal(lt_shape_elements(&unknown), 0);
    struct lt_shape huge = SHAPE(3, INT64_MAX, INT64_MAX, 2);
    assert_true(lt_shape_elements(&huge) == LT_HUGE);
    assert_int_equal(lt_shape_axis(&s, -1), 3);
    assert_int_equal(lt_shape_axis(&s, 3), 3);
    assert_int_equal(lt_shape_axis(&s, 4), -1);
    assert_int_equal(lt_shape_axis(&s, -5), -1);
}

static void test_broadcast(void **state)
{
    (void)state;
    struct lt_shape out, a = SHAPE(3, 8, 1, 5), b = SHAPE(2, 4, 1), c = SHAPE(2, 4, 3), expected = SHAPE(3, 8, 4, 5);
    assert_true(lt_shape_broadcast(&a, &b, &out));
    assert_true(lt_shape_equal(&out, &expected));
    assert_true(lt_shape_broadcast(&b, &a, &out));
    assert_true(lt_shape_equal(&out, &expected));
    assert_false(lt_shape_broadcast(&a, &c, &out));
    assert_true(lt_shape_equal(&out, &expected));
    struct lt_shape unknown = LT_SHAPE_UNKNOWN;
    assert_false(lt_shape_broadcast(&a, &unknown, &out));
}

static void test_windows(void **state)
{
    (void)state;
    assert_int_equal(lt_window_positions(20, 4, 3, 1, LT_PADDING_VALID), 6);
    assert_int_equal(lt_window_positions(20, 4, 1, 2, LT_PADDING_VALID), 14);
    assert_int_equal(lt_window_positions(20, 4, 3, 1, LT_PADDING_SAME), 7);
    assert_int_equal(lt_window_positions(20, 4, 3, 1, LT_PADDING_CAUSAL), 7);
    assert_int_equal(lt_window_positions(3, 5, 1, 1, LT_PADDING_VALID), 0);
    assert_true(lt_window_positions(3, INT64_MAX, 1, INT64_MAX, LT_PADDING_VALID) <= 0);
    assert_true(lt_window_positions(INT64_MAX, 1, 1, 1, LT_PADDING_SAME) <= 0);
}

static void test_transposed(void **state)
{
    (void)state;
    static const struct {
        int64_t n, kernel, stride, dilation, padding, extra, length;
    } row[] = {
        {10, 4, 1, 1, LT_PADDING_VALID, LT_NO_DIM, 13}, {10, 4, 2, 1, LT_PADDING_VALID, LT_NO_DIM, 22},
        {7, 2, 3, 1, LT_PADDING_VALID, LT_NO_DIM, 21},  {7, 3, 2, 1, LT_PADDING_VALID, 1, 16},
        {7, 3, 1, 2, LT_PADDING_VALID, LT_NO_DIM, 11},  {10, 4, 3, 1, LT_PADDING_VALID, 2, 33},
        {7, 3, 2, 1, LT_PADDING_SAME, LT_NO_DIM, 14},   {7, 3, 2, 1, LT_PADDING_SAME, 0, 13},
        {10, 4, 3, 1, LT_PADDING_SAME, 2, 29},
    };
    for (size_t i = 0; i < COUNT(row); i++)
        assert_int_equal(lt_window_transposed(row[i].n, row[i].kernel, row[i].stride, row[i].dilation,
                                              (enum lt_padding)row[i].padding, row[i].extra),
                         row[i].length);
    assert_true(lt_window_transposed(INT64_MAX, 3, INT64_MAX, 1, LT_PADDING_SAME, LT_NO_DIM) <= 0);
}

static void test_text(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape s = SHAPE(4, 32, 224, 224, 64), open = SHAPE(2, 32, LT_NO_DIM), unknown = LT_SHAPE_UNKNOWN;
    assert_string_equal(lt_shape_text(&arena, &s, true), "(32, 224, 224, 64)");
    assert_string_equal(lt_shape_text(&arena, &s, false), "(224, 224, 64)");
    assert_string_equal(lt_shape_text(&arena, &open, false), "(?)");
    assert_string_equal(lt_shape_text(&arena, &unknown, true), "?");
    struct lt_shape longest = SHAPE(8, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, 0);
    assert_non_null(lt_shape_text(&arena, &longest, true));
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_broadcast), cmocka_unit_test(test_windows),
        cmocka_unit_test(test_transposed), cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
