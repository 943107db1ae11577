/* Operations: result shapes and dtypes as Keras reports them (tests/reference/operations.json), and the work they emit.
 */
#include "tests/core/kind_case.h"
#include "tests/core/reference.h"

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
static bool agrees(const struct lt_tree *row, bool *declared)
{
    struct kind_case c;
    case_begin(&c, row_text(row, "module"), row_text(row, "class"), row_value(row, "config"));
    c.node.arguments = row_value(row, "arguments");
    const struct lt_tree *inputs = row_value(row, "inputs"), *outputs = row_value(row, "outputs");
    struct lt_shape *in = case_shapes(&c.arena, inputs, row_value(row, "input_dtypes"), -1);
    struct lt_shape *out = case_shapes(&c.arena, outputs, row_value(row, "output_dtypes"), -1);
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
    const struct lt_tree *rows = reference_rows(&arena, "operations", 386);
    int wrong = 0, unknown = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        bool declared;
        wrong += !agrees(row, &declared);
        unknown += declared;
        if (declared)
            print_message("declared: %s\n", row_text(row, "class"));
    }
    print_message("%u cases, %d wrong, %d by declaration\n", rows->count, wrong, unknown);
    assert_int_equal(wrong, 0);
    assert_true(unknown <= 12);
    lt_arena_free(&arena);
}

/* Every class of keras.ops has an entry, and none but those, keras.activations' two, and tf.shape. */
static void test_names(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "operation_names", 336);
    int entries = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        const struct lt_kind *kind = lt_kind_find("keras.src.ops.numpy", row_name(row));
        if (!kind || kind->family != LT_FAMILY_OPERATION)
            fail_msg("no operation %s", row_name(row));
    }
    for (int f = 0; f < lt_kind_family_count; f++)
        for (const struct lt_kind *kind = lt_kind_families[f]; kind->name; kind++)
            entries += kind->family == LT_FAMILY_OPERATION;
    assert_int_equal(entries, rows->count + 1);
    /* The same name is a layer in another module. */
    assert_int_not_equal(lt_kind_find("keras.layers", "Add")->family, LT_FAMILY_OPERATION);
    assert_int_equal(lt_kind_find("keras.src.activations.activations", "ReLU")->family, LT_FAMILY_OPERATION);
    lt_arena_free(&arena);
}

static const char numpy_module[] = "keras.src.ops.numpy";
static const struct lt_shape pair[] = {{.rank = 3, .dim = {7, 5, 6}}, {.rank = 2, .dim = {6, 4}}};

/* One op of the call, by its class and its arguments. */
static struct lt_op emitted(const char *module, const char *class_name, const char *config, const char *arguments,
                            int in_count)
{
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, module, class_name, case_json(&arena, config));
    c.node.arguments = case_json(&arena, arguments);
    assert_int_equal(case_call(&c, pair, in_count), LT_OK);
    case_ops(&c, &b);
    assert_int_equal(b.program.op_count, 1);
    struct lt_op op = b.program.op[0];
    case_end(&c);
    lt_arena_free(&arena);
    return op;
}

#define X "{\"class_name\": \"__keras_tensor__\"}"

/* What a gradient needs differs: a sum with a constant keeps nothing, a product of two tensors both. */
static void test_work(void **state)
{
    (void)state;
    static const char one[] = "{\"args\": [" X ", 2]}", reversed[] = "{\"args\": [2.0, " X "]}",
                      both[] = "{\"args\": [" X ", " X "]}";
    assert_int_equal(emitted(numpy_module, "Add", "{}", one, 1).kind, LT_OP_SCALE);
    assert_int_equal(emitted(numpy_module, "Divide", "{}", one, 1).kind, LT_OP_SCALE);
    assert_int_equal(emitted(numpy_module, "Divide", "{}", reversed, 1).kind, LT_OP_SIN);
    assert_int_equal(emitted(numpy_module, "Greater", "{}", one, 1).kind, LT_OP_COMPARE);
    assert_int_equal(emitted(numpy_module, "Reshape", "{\"newshape\": [7, -1]}", one, 1).kind, LT_OP_ALIAS);
    assert_int_equal(emitted("keras.src.ops.nn", "Gelu", "{\"approximate\": false}", one, 1).kind, LT_OP_GELU);
    assert_int_equal(emitted("keras.src.ops.nn", "Gelu", "{\"approximate\": true}", one, 1).kind, LT_OP_GELU_TANH);
    assert_int_equal(emitted("keras.src.activations.activations", "ReLU", "{\"max_value\": 6}", one, 1).kind,
                     LT_OP_RELU6);
    assert_int_equal(emitted("keras.src.ops.core", "StopGradient", "{}", one, 1).kind, LT_OP_STOP_GRADIENT);
    struct lt_op product = emitted(numpy_module, "Matmul", "{}", both, 2);
    assert_int_equal(product.kind, LT_OP_MATMUL);
    assert_true(product.flops == 2.0 * 7 * 5 * 6 * 4);
    assert_int_equal(product.dim[1], 35); /* a kernel has no batch: one product of all rows */
}

static void test_refused(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape in[] = {{.rank = 2, .dim = {7, 5}}, {.rank = 2, .dim = {7, 4}}};
    static const struct {
        const char *class_name, *config, *problem;
    } cases[] = {
        {"Add", "{}", "(7, 5) and (7, 4) cannot be broadcast together"},
        {"Matmul", "{}", "(7, 5) and (7, 4) cannot be multiplied"},
        {"Concatenate", "{\"axis\": 0}", "operand 1 does not fit to the others outside axis 0"},
        {"Reshape", "{\"newshape\": [-1, 4]}", "35 elements do not fit the new shape"},
        {"Sum", "{\"axis\": 2}", "there is no axis 2 among 2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        case_begin(&c, numpy_module, cases[i].class_name, case_json(&arena, cases[i].config));
        assert_int_equal(case_call(&c, in, 2), LT_INVALID);
        assert_string_equal(c.call.problem, cases[i].problem);
        case_end(&c);
    }
    lt_arena_free(&arena);
}

static void test_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *both = case_json(&arena, "{\"args\": [" X ", " X "]}");
    case_memory(numpy_module, "Matmul", case_json(&arena, "{}"), both, pair, 2);
    case_memory(numpy_module, "Split", case_json(&arena, "{\"indices_or_sections\": 3, \"axis\": -1}"), both, pair, 1);
    case_memory(numpy_module, "Stack", case_json(&arena, "{\"axis\": 1}"), both, pair, 1);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_names),  cmocka_unit_test(test_work),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
