/* Values: equality and copies, also where memory ends. */
#include "core/model/value.h"
#include "tests/core/test.h"

static const int64_t ints[] = {3, LT_NO_DIM};

static void test_equal(void **state)
{
    (void)state;
    const struct lt_tree one = {.type = LT_TREE_INT, .integer = 1}, other = {.type = LT_TREE_INT, .integer = 1};
    const struct lt_value values[] = {
        {.type = LT_VALUE_NULL},
        {.type = LT_VALUE_BOOL, .boolean = true},
        {.type = LT_VALUE_INT, .integer = 1},
        {.type = LT_VALUE_FLOAT, .number = 1},
        {.type = LT_VALUE_TEXT, .text = "1"},
        {.type = LT_VALUE_INTS, .count = 2, .ints = ints},
        {.type = LT_VALUE_INTS, .count = 1, .ints = ints},
        {.type = LT_VALUE_TREE, .tree = &one},
    };
    for (size_t i = 0; i < COUNT(values); i++)
        for (size_t j = 0; j < COUNT(values); j++)
            assert_int_equal(lt_value_equal(&values[i], &values[j]), i == j);
    assert_true(lt_value_equal(&values[7], &(struct lt_value){.type = LT_VALUE_TREE, .tree = &other}));
    assert_true(lt_value_equal(&(struct lt_value){.given = true}, &(struct lt_value){.given = false}));
}

static void test_copy(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_tree *list = lt_tree_new(&arena, LT_TREE_LIST, NULL, NULL);
    lt_tree_add_text(&arena, list, NULL, "x");
    const struct lt_value values[] = {
        {.type = LT_VALUE_TEXT, .given = true, .text = "relu"},
        {.type = LT_VALUE_INTS, .count = 2, .ints = ints},
        {.type = LT_VALUE_INTS, .count = 0, .ints = NULL},
        {.type = LT_VALUE_TREE, .tree = list},
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        struct lt_value copy = lt_value_copy(&arena, &values[i]);
        assert_true(lt_value_equal(&copy, &values[i]));
        assert_int_equal(copy.given, values[i].given);
        assert_ptr_not_equal(copy.text, values[i].text);
        struct lt_arena short_of = {.fail_in = 1};
        copy = lt_value_copy(&short_of, &values[i]);
        assert_int_equal(copy.type, LT_VALUE_NULL);
        assert_true(short_of.failed);
        lt_arena_free(&short_of);
    }
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_equal), cmocka_unit_test(test_copy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
