/* Layers that the user describes: an unknown class becomes complete, wrong descriptions are told with line and column.
 */
#include "tests/core/estimating.h"

#include <stdlib.h>
#include <string.h>

#define MODEL                                                                                                          \
    "model:\n"                                                                                                         \
    "  layers:\n"                                                                                                      \
    "    - {class: InputLayer, name: in, shape: [6]}\n"                                                                \
    "    - {class: Scale, name: scale, features: 5}\n"                                                                 \
    "    - {class: Dense, name: head, units: 2}\n"

#define DESCRIPTION                                                                                                    \
    "layertop: 1\n"                                                                                                    \
    "custom:\n"                                                                                                        \
    "  - class: Scale\n"                                                                                               \
    "    arguments: {features: 3}\n"                                                                                   \
    "    output: x[:-1], features\n"                                                                                   \
    "    variables:\n"                                                                                                 \
    "      - {name: factor, shape: \"x[-1], features\"}\n"                                                             \
    "      - {name: moved, shape: features, trainable: false}\n"                                                       \
    "    flops: 2 * elements(x) * features\n"                                                                          \
    "    kept_bytes: 4 * elements(x) + 2 * batch\n"

static void open_native(struct estimating *t, const char *text)
{
    estimating_begin(t);
    estimating_take(t, "model.yaml", lt_open_text("model.yaml", text, strlen(text), &t->problems));
}

static const struct lt_layer_row *row_named(const struct estimating *t, const char *name)
{
    return &t->estimate.row[lt_document_find_layer(t->document, name)];
}

static void test_complete(void **state)
{
    (void)state;
    static const char *const SETUP[] = {"batch=10", NULL};
    struct estimating t;
    open_native(&t, DESCRIPTION MODEL);
    assert_int_equal(estimating_run(&t, SETUP), LT_OK);
    assert_int_equal(t.problems.count, 0);
    assert_true(t.estimate.complete);
    assert_int_equal(t.estimate.parameters, 6 * 5 + 5 + 5 * 2 + 2);
    assert_int_equal(t.estimate.non_trainable_parameters, 5);
    const struct lt_layer_row *row = row_named(&t, "scale");
    assert_int_equal(row->out[0].dim[1], 5);
    assert_int_equal((int)row->forward_flops, 2 * 10 * 6 * 5);
    assert_int_equal(row->kept_bytes, (4 * 60 + 2 * 10) + 10 * 5 * 4); /* its own, and the Dense's operand */
    assert_int_equal(lt_set(t.document, "layers.scale.features=7", &t.problems), LT_OK);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(t.estimate.parameters, 6 * 7 + 7 + 7 * 2 + 2);
    estimating_close(&t);
}

/* What is saved describes itself; a copy lives on without the original. */
static void test_saved_and_copied(void **state)
{
    (void)state;
    struct estimating t, again;
    struct lt_buffer text = {0};
    open_native(&t, DESCRIPTION MODEL);
    struct lt_document *copy = lt_document_clone(t.document);
    lt_document_free(t.document);
    t.document = copy;
    assert_int_equal(lt_write_native(copy, &text), LT_OK);
    open_native(&again, text.text);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(estimating_run(&again, NULL), LT_OK);
    assert_true(again.estimate.complete && t.estimate.complete);
    assert_int_equal(again.estimate.parameters, t.estimate.parameters);
    lt_buffer_free(&text);
    estimating_close(&t);
    estimating_close(&again);
}

/* A Keras file with a file of the user's beside it. */
static void test_layer_file(void **state)
{
    (void)state;
    static const char PATH[] = "tests/reference/graphs/custom_layer.keras";
    struct estimating t;
    struct lt_layer_files files = {0};
    char path[] = "/tmp/layertop-layers-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, DESCRIPTION, sizeof DESCRIPTION - 1), sizeof DESCRIPTION - 1);
    close(fd);
    estimating_begin(&t);
    assert_int_equal(lt_layer_files_read(&files, path, &t.problems), LT_OK);
    unlink(path);
    estimating_take(&t, PATH, lt_open_with(PATH, &files, &t.problems));
    lt_layer_files_free(&files);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_true(t.estimate.complete);
    assert_int_equal(t.estimate.parameters, 6 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2);
    estimating_close(&t);
}

/* The first problem of a description whose line 5 on is `rest`. */
static void assert_refused(const char *rest, const char *expected)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text =
        lt_format(&arena, "layertop: 1\ncustom:\n  - class: Scale\n    arguments: {features: 3}\n%s" MODEL, rest);
    assert_null(lt_open_text("m.yaml", text, strlen(text), &problems));
    assert_problem(&problems, expected);
    lt_arena_free(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused(
        "    output: x[:-1], feature\n",
        "m.yaml:5:21: error: there is no name feature; x, y, batch, parameters and the arguments have names");
    assert_refused("    flops: \"2 * (x[0]\"\n",
                   "m.yaml:5:22: error: ) is missing; x, y, batch, parameters and the arguments have names");
    assert_refused("    kept_bytes: [1]\n", "m.yaml:5:17: error: this must be an expression; such as x[:-1], units");
    assert_refused("    output: y[0]\n",
                   "m.yaml:5:13: error: there is no name y; x, y, batch, parameters and the arguments have names");
    assert_refused("    flop: 1\n",
                   "m.yaml:5:11: error: there is no such key of a described layer; did you mean flops?");
    assert_refused("    variables: [{shape: 3}]\n",
                   "m.yaml:5:17: error: the variable has no name; {name: kernel, shape: \"x[-1], units\"}");
    assert_refused("    variables: [{name: a, dtype: float31}]\n",
                   "m.yaml:5:34: error: there is no such number format; such as float32");
}

/* What only the numbers show is a problem of the layer, and the rest of the model goes on. */
static void test_fails_at_run(void **state)
{
    (void)state;
    struct estimating t;
    open_native(&t, "layertop: 1\ncustom:\n  - class: Scale\n    arguments: {features: 3}\n"
                    "    output: x[0], 60 // (features - 5)\n" MODEL);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_false(t.estimate.complete);
    assert_problem(&t.problems, "model.yaml: scale: error: the description says \"x[0], 60 // (features - 5)\": this "
                                "divides by zero");
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete), cmocka_unit_test(test_saved_and_copied), cmocka_unit_test(test_layer_file),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_fails_at_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
