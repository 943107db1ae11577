/* The data tree: values with fallbacks, places, building, copies. */
#include "tests/core/test.h"

#include "core/data/tree.h"

#include <math.h>

/* {config: {layers: [{config: {units: 64, rate: 0.5, name: d, "a\n": 1}}, null]}, flag: true, old: 1.0} */
static struct lt_tree *sample(struct lt_arena *arena)
{
    struct lt_tree *root = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    struct lt_tree *config = lt_tree_new(arena, LT_TREE_MAP, root, "config");
    struct lt_tree *layers = lt_tree_new(arena, LT_TREE_LIST, config, "layers");
    struct lt_tree *layer = lt_tree_new(arena, LT_TREE_MAP, layers, NULL);
    struct lt_tree *inner = lt_tree_new(arena, LT_TREE_MAP, layer, "config");
    lt_tree_add_int(arena, inner, "units", 64);
    lt_tree_add_number(arena, inner, "rate", 0.5);
    lt_tree_add_text(arena, inner, "name", "d");
    lt_tree_add_int(arena, inner, "a\n", 1);
    lt_tree_new(arena, LT_TREE_NULL, layers, NULL);
    lt_tree_add_bool(arena, root, "flag", true);
    lt_tree_add_number(arena, root, "old", 1.0);
    return root;
}

static const struct lt_tree *inner_config(const struct lt_tree *root)
{
    const struct lt_tree *layers = lt_tree_get(lt_tree_get(root, "config"), "layers");
    return lt_tree_get(lt_tree_at(layers, 0), "config");
}

static void values_have_fallbacks(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *root = sample(&arena), *config = inner_config(root);
    assert_int_equal(lt_tree_int(lt_tree_get(config, "units"), 7), 64);
    assert_true(lt_tree_number(lt_tree_get(config, "units"), 7) == 64);
    assert_true(lt_tree_number(lt_tree_get(config, "rate"), 7) == 0.5);
    assert_int_equal(lt_tree_int(lt_tree_get(config, "rate"), 7), 7);
    assert_int_equal(lt_tree_int(lt_tree_get(root, "old"), 7), 1);
    assert_string_equal(lt_tree_text(lt_tree_get(config, "name"), "x"), "d");
    assert_string_equal(lt_tree_text(lt_tree_get(config, "units"), "x"), "x");
    assert_null(lt_tree_text(NULL, NULL));
    assert_true(lt_tree_bool(lt_tree_get(root, "flag"), false));
    assert_true(lt_tree_bool(lt_tree_get(config, "units"), true));
    assert_int_equal(lt_tree_int(NULL, -3), -3);
    lt_arena_free(&arena);
}

static void numbers_beyond_an_integer_fall_back(void **state)
{
    (void)state;
    static const double BAD[] = {9223372036854775808.0, -1e19, 1e300, INFINITY, -INFINITY, NAN, 0.5};
    struct lt_tree node = {.type = LT_TREE_FLOAT};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        node.number = BAD[i];
        assert_int_equal(lt_tree_int(&node, 7), 7);
    }
    node.number = -9223372036854775808.0;
    assert_true(lt_tree_int(&node, 7) == INT64_MIN);
}

static void missing_children_are_null(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *root = sample(&arena);
    assert_null(lt_tree_get(root, "nothing"));
    assert_null(lt_tree_get(NULL, "x"));
    assert_null(lt_tree_get(lt_tree_get(root, "flag"), "x"));
    assert_null(lt_tree_at(root, 0));
    assert_null(lt_tree_at(NULL, 0));
    const struct lt_tree *layers = lt_tree_get(lt_tree_get(root, "config"), "layers");
    assert_int_equal(lt_tree_at(layers, 1)->type, LT_TREE_NULL);
    assert_null(lt_tree_at(layers, 2));
    assert_null(lt_tree_at(layers, UINT32_MAX));
    lt_arena_free(&arena);
}

static void paths_lead_from_the_root(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *root = sample(&arena), *config = inner_config(root);
    assert_string_equal(lt_tree_path(&arena, root), "");
    assert_string_equal(lt_tree_path(&arena, lt_tree_get(config, "units")), "config.layers[0].config.units");
    assert_string_equal(lt_tree_path(&arena, lt_tree_get(config, "a\n")), "config.layers[0].config.a\\x0A");
    const struct lt_tree *layers = lt_tree_get(lt_tree_get(root, "config"), "layers");
    assert_string_equal(lt_tree_path(&arena, lt_tree_at(layers, 1)), "config.layers[1]");
    lt_arena_free(&arena);
}

static void a_place_is_a_line_or_a_path(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_tree *root = sample(&arena);
    struct lt_place place = lt_tree_place(&arena, "m.json", lt_tree_get(root, "flag"));
    assert_string_equal(place.path, "flag");
    assert_int_equal(place.line, 0);
    root->child->line = 3;
    root->child->column = 5;
    place = lt_tree_place(&arena, "m.yaml", root->child);
    assert_null(place.path);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 5);
    lt_arena_free(&arena);
}

static void a_copy_is_equal_and_separate(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT, other = LT_ARENA_INIT;
    struct lt_tree *root = sample(&arena);
    struct lt_tree *copy = lt_tree_copy(&other, root, NULL, NULL);
    assert_true(lt_tree_equal(root, copy));
    root->last->number = 2;
    assert_false(lt_tree_equal(root, copy));
    lt_arena_free(&arena);
    assert_string_equal(lt_tree_text(lt_tree_get(inner_config(copy), "name"), ""), "d");
    lt_arena_free(&other);
}

static void equality_is_of_values_and_order(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_tree *a = lt_tree_new(&arena, LT_TREE_MAP, NULL, NULL), *b = lt_tree_new(&arena, LT_TREE_MAP, NULL, NULL);
    lt_tree_add_int(&arena, a, "x", 1);
    lt_tree_add_int(&arena, a, "y", 2);
    lt_tree_add_int(&arena, b, "y", 2);
    lt_tree_add_int(&arena, b, "x", 1);
    assert_false(lt_tree_equal(a, b));
    struct lt_tree one = {.type = LT_TREE_INT, .integer = 1}, number = {.type = LT_TREE_FLOAT, .number = 1};
    assert_false(lt_tree_equal(&one, &number));
    number.number = NAN;
    assert_true(lt_tree_equal(&number, &number));
    assert_false(lt_tree_equal(&number, NULL));
    assert_true(lt_tree_equal(NULL, NULL));
    lt_arena_free(&arena);
}

/* However few requests succeed, building, copying and paths do not crash, and the arena says so. */
static void every_request_may_fail(void **state)
{
    (void)state;
    int64_t fail_in = 0;
    for (bool done = false; !done; fail_in++) {
        struct lt_arena arena = {.fail_in = fail_in + 1};
        struct lt_tree *root = sample(&arena);
        struct lt_tree *copy = lt_tree_copy(&arena, root, NULL, NULL);
        const struct lt_tree *leaf = lt_tree_get(inner_config(copy), "a\n");
        char *path = leaf ? lt_tree_path(&arena, leaf) : NULL;
        done = !arena.failed;
        if (done)
            assert_string_equal(path, "config.layers[0].config.a\\x0A");
        lt_arena_free(&arena);
    }
    assert_true(fail_in > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_fallbacks),           cmocka_unit_test(numbers_beyond_an_integer_fall_back),
        cmocka_unit_test(missing_children_are_null),       cmocka_unit_test(paths_lead_from_the_root),
        cmocka_unit_test(a_place_is_a_line_or_a_path),     cmocka_unit_test(a_copy_is_equal_and_separate),
        cmocka_unit_test(equality_is_of_values_and_order), cmocka_unit_test(every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
