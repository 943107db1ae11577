/* Whole models against real Keras: the forty of keras.applications, graphs with a difficulty each, the samples. Totals,
 * and per layer class, output shape, parameters and multiply-accumulates. Data: tests/reference/{applications,graphs,
 * samples}.json. */
#include "tests/core/estimating.h"
#include "tests/core/reference.h"

/* Columns of a layer's row. */
enum { PATH, CLASS, OUTPUT, TRAINABLE, NON_TRAINABLE, MACS };

static void estimate(struct estimating *t)
{
    assert_int_equal(estimating_run(t, NULL), LT_OK);
    assert_int_equal(lt_estimate_open_axes(&t->estimate, &t->results), LT_OK);
}

/* `want` has null for an axis that is open. */
static void assert_shape(const char *where, const struct lt_layer_row *row, uint32_t output, const struct lt_tree *want)
{
    assert_true(row->out && output < row->out_count);
    assert_int_equal(row->out[output].rank, want->count);
    for (uint32_t axis = 0; axis < want->count; axis++) {
        int64_t size = row->open[output] >> axis & 1 ? -1 : row->out[output].dim[axis];
        if (size != lt_tree_int(lt_tree_at(want, axis), -1))
            fail_msg("%s: axis %u of output %u is %lld", where, axis, output, (long long)size);
    }
}

/* Class and parameters of a layer, found by its path; the rest is for the caller. */
static const struct lt_layer_row *assert_layer(const struct estimating *t, const char *name, const struct lt_tree *want)
{
    const char *path = lt_tree_text(lt_tree_at(want, PATH), "");
    uint32_t layer = lt_document_find_layer(t->document, path);
    if (layer == LT_NO_LAYER)
        fail_msg("%s: no layer %s", name, path);
    const struct lt_layer_row *row = &t->estimate.row[layer];
    assert_string_equal(t->document->layer[layer].class_name, lt_tree_text(lt_tree_at(want, CLASS), ""));
    if (t->document->layer[layer].kind == &lt_kind_unknown)
        return row; /* its parameters are not in the file's description */
    if ((int64_t)row->trainable_parameters != lt_tree_int(lt_tree_at(want, TRAINABLE), -1) ||
        (int64_t)row->non_trainable_parameters != lt_tree_int(lt_tree_at(want, NON_TRAINABLE), -1))
        fail_msg("%s: %s has %llu + %llu parameters", name, path, (unsigned long long)row->trainable_parameters,
                 (unsigned long long)row->non_trainable_parameters);
    return row;
}

static uint32_t listed_layers(const struct estimating *t)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->estimate.row_count; i++)
        count += t->estimate.row[i].listed && !t->document->layer[i].implied;
    return count;
}

static bool is_nested(const struct lt_tree *want)
{
    return strchr(lt_tree_text(lt_tree_at(want, PATH), ""), '/') != NULL;
}

static void assert_totals(const struct estimating *t, const struct lt_tree *row)
{
    assert_true(t->estimate.complete);
    assert_int_equal(t->estimate.parameters, row_int(row, "total"));
    assert_int_equal(t->estimate.trainable_parameters, row_int(row, "trainable"));
    assert_int_equal(t->estimate.non_trainable_parameters, row_int(row, "non_trainable"));
}

/* --- keras.applications ------------------------------------------------------------------------------------------- */

static void check_application(const struct lt_tree *row)
{
    const char *name = row_name(row);
    struct estimating t;
    estimating_model(&t, name);
    estimate(&t);
    assert_int_equal(t.problems.count, 0);
    assert_totals(&t, row);
    assert_true(t.estimate.forward_flops == 2.0 * (double)row_int(row, "macs"));
    const struct lt_tree *layers = row_value(row, "layers");
    uint32_t top = 0;
    for (const struct lt_tree *want = layers->child; want; want = want->next) {
        const struct lt_layer_row *found = assert_layer(&t, name, want);
        top += !is_nested(want);
        assert_shape(name, found, 0, lt_tree_at(want, OUTPUT));
        double macs = found->forward_flops / 2 / (double)t.estimate.batch;
        if (macs != lt_tree_number(lt_tree_at(want, MACS), -1))
            fail_msg("%s: %s has %.0f multiply-accumulates", name, lt_tree_text(lt_tree_at(want, PATH), ""), macs);
    }
    assert_int_equal(t.estimate.layers, top);
    estimating_close(&t);
}

static void test_applications(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "applications", 40);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_application(row);
    lt_arena_free(&arena);
}

/* --- graphs ------------------------------------------------------------------------------------------------------- */

/* Keras forgets that a composite layer is frozen when it makes its parts, and would train them; its summary of the
 * layer, like ours, says that they are not. */
static bool keras_thaws(const char *name)
{
    return strcmp(name, "frozen_composites") == 0;
}

static void check_graph(struct estimating *t, const struct lt_tree *row)
{
    const char *name = row_name(row);
    const struct lt_tree *layers = row_value(row, "layers");
    bool built = lt_tree_bool(row_value(row, "built"), false);
    estimate(t);
    if (!built || strcmp(name, "custom_layer") == 0)
        assert_false(t->estimate.complete);
    else if (keras_thaws(name))
        assert_int_equal(t->estimate.parameters, row_int(row, "total"));
    else
        assert_totals(t, row);
    assert_int_equal(listed_layers(t), layers->count);
    for (const struct lt_tree *want = layers->child; want && built; want = want->next) {
        const struct lt_layer_row *found = assert_layer(t, name, want);
        const struct lt_tree *calls = lt_tree_at(want, OUTPUT), *outputs = lt_tree_at(calls, 0);
        if (!strchr(lt_tree_text(lt_tree_at(want, PATH), ""),
                    '/')) /* inside a model, Keras counts calls of its graph */
            assert_int_equal(found->calls, calls->count);
        assert_int_equal(found->out_count, outputs->count);
        for (uint32_t i = 0; i < outputs->count; i++)
            assert_shape(name, found, i, lt_tree_at(outputs, i));
    }
    if (!built)
        return;
    assert_int_equal(t->document->graph.in_count, row_value(row, "inputs")->count);
    assert_int_equal(t->document->graph.out_count, row_value(row, "outputs")->count);
    if (t->document->origin.weight_elements)
        assert_int_equal(t->document->origin.weight_elements, row_int(row, "total"));
    if (row_value(row, "optimizer")->type != LT_TREE_TEXT)
        return;
    if (t->document->origin.optimizer_elements)
        assert_int_equal(t->document->origin.optimizer_elements, row_int(row, "optimizer_elements"));
    assert_ptr_equal(t->estimate.optimizer, lt_optimizer_find(row_text(row, "optimizer")));
    assert_int_equal(t->estimate.loss_scaling, lt_tree_bool(row_value(row, "loss_scaling"), false));
    assert_int_equal(t->estimate.optimizer_elements + t->estimate.optimizer_scalars,
                     row_int(row, "optimizer_elements"));
}

/* From the archive, and from what to_json() wrote. */
static void test_graphs(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "graphs", 28);
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        struct estimating t;
        estimating_open(&t, lt_format(&arena, "tests/reference/graphs/%s.keras", row_name(row)));
        check_graph(&t, row);
        estimating_close(&t);
        estimating_read(&t, row_name(row), row_value(row, "json"));
        check_graph(&t, row);
        estimating_close(&t);
    }
    lt_arena_free(&arena);
}

/* --- samples ------------------------------------------------------------------------------------------------------ */

static void check_sample(const struct lt_tree *row)
{
    struct estimating t;
    estimating_model(&t, row_name(row));
    const struct lt_setup *setup = &t.document->setup;
    const struct lt_layer *last = &t.document->layer[t.document->graph.node[t.document->graph.out[0].node].layer];
    estimate(&t);
    assert_totals(&t, row);
    assert_int_equal(t.estimate.layers, row_int(row, "layers"));
    assert_string_equal(lt_setup_text(setup, LT_SET_PRECISION), row_text(row, "policy"));
    assert_string_equal(lt_setup_text(setup, LT_SET_LOSS), row_text(row, "loss"));
    assert_shape(row_name(row), &t.estimate.row[0], 0, row_value(row, "input"));
    assert_shape(row_name(row), &t.estimate.row[last - t.document->layer], 0, row_value(row, "output"));
    assert_string_equal(t.estimate.optimizer_name, "adam");
    assert_int_equal(t.estimate.loss_scaling, strcmp(row_text(row, "optimizer"), "LossScaleOptimizer") == 0);
    assert_int_equal(t.estimate.optimizer_elements + t.estimate.optimizer_scalars, row_int(row, "optimizer_elements"));
    estimating_close(&t);
}

static void test_samples(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "samples", 6);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_sample(row);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applications),
        cmocka_unit_test(test_graphs),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
