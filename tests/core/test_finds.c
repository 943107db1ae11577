/* What the fuzzer found (tests/reference/finds.json), against what Keras says: shapes, parameters, bytes of weights and
 * elements of the optimizer's state. */
#include "core/data/file.h"
#include "core/data/json.h"
#include "tests/core/estimating.h"

static struct lt_arena reference;
static const struct lt_tree *rows;

static int load(void **state)
{
    (void)state;
    struct lt_problems problems = {.arena = &reference};
    const char *text = NULL;
    size_t bytes = 0;
    if (lt_file_read(&reference, "tests/reference/finds.json", 1 << 20, &text, &bytes, &problems))
        return -1;
    rows = lt_tree_get(lt_json_read(&reference, "finds.json", text, bytes, LT_JSON_MODEL, &problems), "rows");
    return rows ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    lt_arena_free(&reference);
    return 0;
}

/* Keras's null is an axis that is open here too. */
static bool same_shape(const struct lt_shape *shape, uint8_t open, const struct lt_tree *want)
{
    if (shape->rank != (int)want->count)
        return false;
    for (int axis = 0; axis < shape->rank; axis++) {
        const struct lt_tree *size = lt_tree_at(want, (uint32_t)axis);
        bool is_open = (open >> axis) & 1;
        if (size->type == LT_TREE_NULL ? !is_open : is_open || shape->dim[axis] != lt_tree_int(size, -1))
            return false;
    }
    return true;
}

static void assert_layer(const struct estimating *t, const struct lt_tree *want, const char *find)
{
    const char *path = lt_tree_text(lt_tree_get(want, "path"), "");
    uint32_t index = lt_document_find_layer(t->document, path);
    if (index == LT_NO_LAYER)
        fail_msg("%s: no layer %s", find, path);
    const struct lt_layer_row *row = &t->estimate.row[index];
    const struct lt_tree *outputs = lt_tree_get(want, "outputs");
    assert_int_equal(row->out_count, outputs->count);
    for (uint32_t i = 0; i < outputs->count; i++)
        if (!same_shape(&row->out[i], row->open[i], lt_tree_at(outputs, i)))
            fail_msg("%s: %s: output %u differs", find, path, i);
    const struct lt_tree *trainable = lt_tree_get(want, "trainable");
    if (!trainable)
        return; /* an operation */
    assert_int_equal(row->trainable_parameters, lt_tree_int(trainable, -1));
    assert_int_equal(row->non_trainable_parameters, lt_tree_int(lt_tree_get(want, "non_trainable"), -1));
    uint64_t bytes = (uint64_t)lt_tree_int(lt_tree_get(want, "bytes"), -1), seed = 16;
    bool random_in_2 = !lt_setup_keras_3(&t->document->setup) && row->weight_bytes > bytes;
    if (random_in_2 ? (row->weight_bytes - bytes) % seed : row->weight_bytes != bytes)
        fail_msg("%s: %s: %llu bytes, Keras %llu", find, path, (unsigned long long)row->weight_bytes,
                 (unsigned long long)bytes);
}

static void check(const struct lt_tree *row)
{
    struct estimating t;
    const char *find = lt_tree_text(lt_tree_get(row, "name"), "");
    estimating_read(&t, find, lt_tree_get(row, "model"));
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(lt_estimate_open_axes(&t.estimate, &t.results), LT_OK);
    assert_true(t.estimate.complete);
    const struct lt_tree *layers = lt_tree_get(row, "layers"), *state = lt_tree_get(row, "state");
    for (const struct lt_tree *want = layers->child; want; want = want->next)
        assert_layer(&t, want, find);
    assert_int_equal(t.estimate.parameters, lt_tree_int(lt_tree_get(row, "total"), -1));
    assert_int_equal(t.estimate.trainable_parameters, lt_tree_int(lt_tree_get(row, "trainable"), -1));
    if (state->type == LT_TREE_INT)
        assert_int_equal(t.estimate.optimizer_elements + t.estimate.optimizer_scalars, state->integer);
    estimating_close(&t);
}

static void test_finds(void **state)
{
    (void)state;
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check(row);
    assert_true(rows->count >= 37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_finds)};
    return cmocka_run_group_tests(tests, load, unload);
}
