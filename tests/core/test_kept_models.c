/* Kept bytes of whole models against what TensorFlow's graph was measured to keep: tests/reference/kept_models.json. */
#include "tests/core/kept.h"
#include "tests/core/reference.h"

#include <math.h>

/* Half copies of kernels and statistics below this are not compared. */
enum { TRIFLE_BYTES = 100000 };

static void check_row(const struct lt_tree *row)
{
    const char *name = row_name(row);
    const struct lt_tree *with_loss = lt_tree_get(row, "with_loss");
    double sample = lt_tree_number(row_value(with_loss ? with_loss : row, "sample_bytes"), 0);
    double constant =
        lt_tree_number(row_value(row, "weight_copy_bytes"), 0) + lt_tree_number(row_value(row, "constant_bytes"), 0);
    struct estimating t;
    estimating_model(&t, row_text(row, "model"));
    struct kept kept = kept_of(&t, (const char *const[]){lt_format(&t.text, "precision=%s", row_text(row, "policy")),
                                                         "optimizer=sgd", "device=intel-xeon-e5-2680-v3", NULL});
    double error = kept.sample_bytes / sample - 1;
    if (fabs(error) > 0.003)
        fail_msg("%s: %.0f bytes a sample, measured %.0f (%+.2f %%)", name, kept.sample_bytes, sample, error * 100);
    if (constant > TRIFLE_BYTES && fabs(kept.constant_bytes / constant - 1) > 0.02)
        fail_msg("%s: %.0f constant bytes, measured %.0f of half kernels and statistics", name, kept.constant_bytes,
                 constant);
    estimating_close(&t);
}

static void kept_bytes_are_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "kept_models", 24);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_row(row);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_bytes_are_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
