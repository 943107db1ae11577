/* What optimizer options, accumulation and loss scaling need at the peak of a step, against real training steps of
 * eight equal dense layers: tests/reference/updates_tensorflow.json, updates_torch.json. */
#include "tests/core/estimating.h"
#include "tests/core/reference.h"

#include <math.h>
#include <stdlib.h>

static const double WEIGHTS = 4.0 * 2048 * 2048 * 8;

static void estimate_row(struct estimating *t, const struct lt_tree *row, const char *framework)
{
    char words[5][64];
    snprintf(words[0], sizeof words[0], "framework=%s", framework);
    snprintf(words[1], sizeof words[1], "keras=%s", row_text(row, "keras"));
    snprintf(words[2], sizeof words[2], "precision=%s", row_text(row, "policy"));
    snprintf(words[3], sizeof words[3], "optimizer=%s", row_text(row, "optimizer"));
    estimating_open(t, "tests/reference/updates/dense.keras");
    const char *const setup[] = {
        words[0], words[1], words[2], words[3], "batch=8", "device=intel-xeon-e5-2680-v3", "loss=mean_squared_error",
        NULL};
    for (const char *const *word = setup; *word; word++)
        assert_int_equal(lt_set(t->document, *word, &t->problems), LT_OK);
    for (const struct lt_tree *option = row_value(row, "options")->child; option; option = option->next) {
        const char *value =
            option->type == LT_TREE_BOOL ? "true" : lt_format(&t->text, "%g", lt_tree_number(option, 1));
        const char *word = lt_format(&t->text, "optimizer.%s=%s", option->key, value);
        assert_int_equal(lt_set(t->document, word, &t->problems), LT_OK);
    }
    assert_int_equal(estimating_run(t, NULL), LT_OK);
}

/* The largest error of what a step needs in all, less 1; *sum receives the errors' sizes added up. */
static double worst_error(const char *file, const char *framework, uint32_t count, double *sum)
{
    struct lt_arena arena = LT_ARENA_INIT;
    double worst = 0;
    for (const struct lt_tree *row = reference_rows(&arena, file, count)->child; row; row = row->next) {
        struct estimating t;
        estimate_row(&t, row, framework);
        const struct lt_device_memory *memory = &t.estimate.device_memory;
        double peak = (memory->peak_bytes.value - (double)memory->classes[LT_MEMORY_INPUTS]) / WEIGHTS;
        double measured =
            lt_tree_number(row_value(row, "rest_weights"), 0) + lt_tree_number(row_value(row, "peak_weights"), 0);
        double error = peak / measured - 1;
        if (getenv("LT_SHOW"))
            print_message("%s %s: %.2f weights, measured %.2f (%+.1f %%)\n", framework, row_name(row), peak, measured,
                          error * 100);
        worst = fmax(worst, fabs(error));
        *sum += fabs(error);
        estimating_close(&t);
    }
    lt_arena_free(&arena);
    return worst;
}

/* Worst: SGD's gradients, which the executor frees a little later than as soon as it could. */
static void tensorflow_needs_what_was_measured(void **state)
{
    (void)state;
    double sum = 0;
    assert_true(worst_error("updates_tensorflow", "tensorflow", 13, &sum) < 0.10);
    assert_true(sum / 13 < 0.03);
}

/* Worst: Adam under loss scaling, which makes a second list of gradients that SGD does not. */
static void torch_needs_what_was_measured(void **state)
{
    (void)state;
    double sum = 0;
    assert_true(worst_error("updates_torch", "torch", 18, &sum) < 0.13);
    assert_true(sum / 18 < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensorflow_needs_what_was_measured),
        cmocka_unit_test(torch_needs_what_was_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
