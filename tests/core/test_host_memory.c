/* Host memory of training on a CPU against what was measured: tests/reference/cpu_memory.json. Compared is what lies
 * above the imported process, in the main process or, where workers are processes, in all of them. */
#include "tests/core/estimating.h"
#include "tests/core/reference.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_SETTINGS = 24 };
/* The most that the mean error may be. XLA's code for convolutions and loops takes more than is counted. */
static const struct {
    const char *name;
    double limit;
} frameworks[] = {{"tensorflow", 0.105}, {"torch", 0.115}, {"jax", 0.125}};
enum { FRAMEWORKS = sizeof frameworks / sizeof *frameworks };

struct outcome {
    double error; /* of what lies above the imported process, signed, as a share */
    bool inside;  /* the measured peak lies in the interval */
};

/* The row's set-up as assignments, on a CPU. */
static void settings(struct lt_arena *arena, const struct lt_tree *row, const char *set[MOST_SETTINGS])
{
    int count = 0;
    set[count++] = "device=intel-xeon-e5-2680-v3";
    for (const struct lt_tree *field = row_value(row, "setup")->child; field; field = field->next) {
        const char *text = lt_tree_text(field, NULL);
        assert_true(count < MOST_SETTINGS - 1);
        set[count++] = text ? lt_format(arena, "%s=%s", field->key, text)
                            : lt_format(arena, "%s=%g", field->key, lt_tree_number(field, NAN));
    }
    set[count] = NULL;
}

static struct outcome compare(const struct lt_tree *row)
{
    struct estimating t;
    const char *set[MOST_SETTINGS];
    const struct lt_tree *tree = lt_tree_get(row, "tree_bytes");
    double peak = tree ? lt_tree_number(tree, 0) : lt_tree_number(row_value(row, "peak_bytes"), 0);
    double above = peak - lt_tree_number(row_value(row, "imported_bytes"), 0);
    estimating_open(&t, row_text(row, "model"));
    settings(&t.text, row, set);
    assert_int_equal(estimating_run(&t, set), LT_OK);
    const struct lt_host_memory *host = &t.estimate.host_memory;
    /* Plain rows import torchvision too: the interval is asked with the imports that the model counts. */
    double framework = (double)host->classes[LT_HOST_FRAMEWORK], shown = framework + above;
    double predicted = host->peak_bytes.value - framework;
    struct outcome outcome = {predicted / above - 1, shown >= host->peak_bytes.low && shown <= host->peak_bytes.high};
    if (getenv("VERBOSE"))
        print_message("%+6.1f %%  %s%s\n", outcome.error * 100, row_name(row), outcome.inside ? "" : "  (outside)");
    estimating_close(&t);
    return outcome;
}

static void peaks_are_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "cpu_memory", 36);
    double sum[FRAMEWORKS] = {0};
    int count[FRAMEWORKS] = {0}, inside = 0, all = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        const char *framework = lt_tree_text(lt_tree_get(row_value(row, "setup"), "framework"), "");
        struct outcome outcome = compare(row);
        inside += outcome.inside;
        all++;
        for (int i = 0; i < FRAMEWORKS; i++) {
            if (strcmp(framework, frameworks[i].name))
                continue;
            sum[i] += fabs(outcome.error);
            count[i]++;
        }
    }
    for (int i = 0; i < FRAMEWORKS; i++) {
        assert_true(count[i] > 0);
        double mean = sum[i] / count[i];
        print_message("%s: %d rows, mean error %.1f %%\n", frameworks[i].name, count[i], mean * 100);
        if (mean > frameworks[i].limit)
            fail_msg("%s: mean error %.1f %% of what lies above the imported process", frameworks[i].name, mean * 100);
    }
    print_message("%d of %d rows inside the interval\n", inside, all);
    assert_in_range(inside * 100, 88 * all, 100 * all);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(peaks_are_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
