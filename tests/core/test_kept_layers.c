/* Kept bytes of single layers against what TensorFlow's graph was measured to keep: tests/reference/kept_layers.json,
 * each row a small model of one layer behind Dense layers, with its own JSON. */
#include "tests/core/kept.h"
#include "tests/core/reference.h"

#include <math.h>

/* Loop counters, sizes of tensor lists and other single numbers that no layer emits. */
enum { TRIFLE_BYTES = 1000 };

static bool row_agrees(const struct lt_tree *row)
{
    const char *const setup[] = {"optimizer=sgd", "loss=mean_squared_error", "device=intel-xeon-e5-2680-v3", NULL};
    double sample = lt_tree_number(row_value(row, "sample_bytes"), 0);
    double constant =
        lt_tree_number(row_value(row, "weight_copy_bytes"), 0) + lt_tree_number(row_value(row, "constant_bytes"), 0);
    struct estimating t;
    estimating_read(&t, row_name(row), row_value(row, "model"));
    struct kept kept = kept_of(&t, setup);
    kept.sample_bytes -= kept_by_loss(&t);
    estimating_close(&t);
    bool same = fabs(kept.sample_bytes - sample) <= 0.021 * sample &&
                fabs(kept.constant_bytes - constant) <= 0.055 * constant + TRIFLE_BYTES;
    if (!same)
        print_error("%s: %.0f a sample + %.0f, measured %.0f + %.0f\n", row_name(row), kept.sample_bytes,
                    kept.constant_bytes, sample, constant);
    return same;
}

static void kept_bytes_are_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "kept_layers", 231);
    int wrong = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        wrong += !row_agrees(row);
    assert_int_equal(wrong, 0);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_bytes_are_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
