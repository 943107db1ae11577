/* Kept bytes of whole models against what TensorFlow's graph was measured to keep: tests/reference/kept_models.json. */
#include "tests/core/estimating.h"

#include "core/data/file.h"
#include "core/data/json.h"

#include <math.h>
#include <string.h>

static double kept_at(struct estimating *t, const char *policy, int batch)
{
    char precision[64], size[32];
    snprintf(precision, sizeof precision, "precision=%s", policy);
    snprintf(size, sizeof size, "batch=%d", batch);
    assert_int_equal(estimating_run(t, (const char *const[]){precision, size, "optimizer=sgd",
                                                             "device=intel-xeon-e5-2680-v3", NULL}),
                     LT_OK);
    return (double)t->estimate.device_memory.kept_bytes;
}

/* The measured rows are slopes over the batch; half copies of kernels do not grow with it. */
static void check_row(const struct lt_tree *row)
{
    const char *name = lt_tree_text(lt_tree_get(row, "model"), ""),
               *policy = lt_tree_text(lt_tree_get(row, "policy"), "");
    double sample = lt_tree_number(lt_tree_get(row, "sample_bytes"), 0);
    double copies = lt_tree_number(lt_tree_get(row, "weight_copy_bytes"), 0);
    const struct lt_tree *with_loss = lt_tree_get(row, "with_loss");
    copies += lt_tree_number(lt_tree_get(row, "constant_bytes"), 0);
    if (with_loss)
        sample = lt_tree_number(lt_tree_get(with_loss, "sample_bytes"), 0);
    char path[256];
    snprintf(path, sizeof path, "tests/reference/applications/%s.keras", name);
    FILE *there = fopen(path, "r");
    if (there)
        fclose(there);
    else
        snprintf(path, sizeof path, "samples/%s.keras", name);
    struct estimating t;
    estimating_open(&t, path);
    double low = kept_at(&t, policy, 2), high = kept_at(&t, policy, 6);
    double slope = (high - low) / 4;
    double constant = low - 2 * slope;
    double error = slope / sample - 1;
    if (fabs(error) > 0.003)
        fail_msg("%s %s: %.0f bytes a sample, measured %.0f (%+.2f %%)", name, policy, slope, sample, error * 100);
    if (copies > 100000 && fabs(constant / copies - 1) > 0.02)
        fail_msg("%s %s: %.0f constant bytes, measured %.0f of half kernels and statistics", name, policy, constant,
                 copies);
    estimating_close(&t);
}

static void kept_bytes_are_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text, *file = "tests/reference/kept_models.json";
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, file, 16 << 20, &text, &bytes, &problems), LT_OK);
    const struct lt_tree *root = lt_json_read(&arena, file, text, bytes, LT_JSON_MODEL, &problems);
    const struct lt_tree *rows = lt_tree_get(root, "rows");
    assert_true(rows && rows->count >= 20);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_row(row);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_bytes_are_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
