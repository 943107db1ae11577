/* Operations: result shapes and dtypes as Keras reports them (tests/reference/operations.json), and the work they emit.
 */
#include "tests/core/kind_case.h"

#include <stdio.h>

/* Cases whose results follow from values that the graph does not hold. */
static bool is_declared(const struct kind_case *c)
{
    for (int i = 0; i < c->call.out_count; i++)
        if (c->call.out[i].rank < 0)
            return true;
    return false;
}

static void describe(char *text, size_t size, const struct lt_shape *s)
{
    int used = snprintf(text, size, "%s(", lt_dtypes[s->dtype].name);
    for (int i = 0; i < s->rank; i++)
        used += snprintf(text + used, size - (size_t)used, "%lld ", (long long)s->dim[i]);
    snprintf(text + used, size - (size_t)used, ")");
}

/* Shape, dtype and work of one case; false, with the reason printed, where they differ. */
static bool agrees(const struct lt_tree *item, bool *declared)
{
    struct kind_case c;
    case_begin(&c, lt_tree_text(lt_tree_get(item, "module"), NULL), lt_tree_text(lt_tree_get(item, "class"), ""),
               lt_tree_get(item, "config"));
    c.node.arguments = lt_tree_get(item, "arguments");
    const struct lt_tree *inputs = lt_tree_get(item, "inputs"), *outputs = lt_tree_get(item, "outputs");
    struct lt_shape *in = case_shapes(&c.arena, inputs, lt_tree_get(item, "input_dtypes"), -1);
    struct lt_shape *out = case_shapes(&c.arena, outputs, lt_tree_get(item, "output_dtypes"), -1);
    c.node.declared_count = (uint16_t)outputs->count;
    enum lt_status status = case_call(&c, in, (int)inputs->count);
    *declared = status == LT_OK && is_declared(&c);
    bool same = status == LT_OK && c.call.out_count == outputs->count;
    if (!same)
        print_error("%s: status %s (%s), %d results instead of %u\n", c.layer[0].class_name, lt_status_name(status),
                    c.call.problem ? c.call.problem : "", c.call.out_count, outputs->count);
    for (uint32_t i = 0; same && !*declared && i < outputs->count; i++) {
        char expected[200], found[200];
        describe(expected, sizeof expected, &out[i]);
        describe(found, sizeof found, &c.call.out[i]);
        if (strcmp(expected, found) == 0)
            continue;
        print_error("%s: result %u is %s, in Keras %s\n", c.layer[0].class_name, i, found, expected);
        same = false;
    }
    if (same) {
        struct lt_builder b;
        c.call.out = out;
        case_ops(&c, &b);
    }
    case_end(&c);
    return same;
}

static void test_reference(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *list = case_file(&arena, "tests/reference/operations.json");
    int wrong = 0, unknown = 0;
    for (const struct lt_tree *item = list->child; item; item = item->next) {
        bool declared;
        wrong += !agrees(item, &declared);
        unknown += declared;
        if (declared)
            print_message("declared: %s\n", lt_tree_text(lt_tree_get(item, "class"), ""));
    }
    print_message("%u cases, %d wrong, %d by declaration\n", list->count, wrong, unknown);
    assert_int_equal(wrong, 0);
    assert_true(unknown <= 12);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
