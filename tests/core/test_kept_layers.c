/* Kept bytes of single layers against what TensorFlow's graph was measured to keep: tests/reference/kept_layers.json,
 * each row a small model of one layer behind Dense layers, with its own JSON. */
#include "tests/core/estimating.h"

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/formats/keras.h"

#include <math.h>
#include <string.h>

/* Loop counters, sizes of tensor lists and other single numbers that no layer emits. */
enum { TRIFLE_BYTES = 1000 };

static double kept_at(struct estimating *t, int batch)
{
    char size[32];
    snprintf(size, sizeof size, "batch=%d", batch);
    const char *const setup[] = {size, "optimizer=sgd", "loss=mean_squared_error", "device=intel-xeon-e5-2680-v3",
                                 NULL};
    assert_int_equal(estimating_run(t, setup), LT_OK);
    /* The rows were measured without a loss: ours keeps one float32 per element of the result. */
    double loss = 0;
    for (uint32_t i = 0; i < t->estimate.row_count; i++)
        if (t->estimate.row[i].calls && t->estimate.row[i].out)
            loss = 4.0 * (double)lt_shape_elements(&t->estimate.row[i].out[0]);
    return (double)t->estimate.device_memory.kept_bytes - loss;
}

static int check_row(const struct lt_tree *row)
{
    const char *name = lt_tree_text(lt_tree_get(row, "name"), "?");
    double sample = lt_tree_number(lt_tree_get(row, "sample_bytes"), 0);
    double constant = lt_tree_number(lt_tree_get(row, "weight_copy_bytes"), 0) +
                      lt_tree_number(lt_tree_get(row, "constant_bytes"), 0);
    struct estimating t = {0};
    t.problems.arena = &t.text;
    t.database = lt_database_open(NULL, 0, &t.problems);
    t.document = lt_keras_read(name, lt_tree_get(row, "model"), &t.problems);
    assert_non_null(t.document);
    double low = kept_at(&t, 2), high = kept_at(&t, 6);
    double slope = (high - low) / 4, rest = low - 2 * slope;
    bool same = fabs(slope - sample) <= 0.021 * sample && fabs(rest - constant) <= 0.055 * constant + TRIFLE_BYTES;
    if (!same)
        print_message("%s: %.0f a sample + %.0f, measured %.0f + %.0f\n", name, slope, rest, sample, constant);
    estimating_close(&t);
    return !same;
}

static void kept_bytes_are_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text, *file = "tests/reference/kept_layers.json";
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, file, 16 << 20, &text, &bytes, &problems), LT_OK);
    const struct lt_tree *rows = lt_tree_get(lt_json_read(&arena, file, text, bytes, LT_JSON_MODEL, &problems), "rows");
    assert_true(rows && rows->count >= 200);
    int differing = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        differing += check_row(row);
    assert_int_equal(differing, 0);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_bytes_are_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
