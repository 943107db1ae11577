/* Kept bytes against what PyTorch and XLA were measured to keep: tests/reference/kept_torch.json and kept_jax.json,
 * whose rows name the models of kept_layers.json or model files. */
#include "tests/core/estimating.h"

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/formats/keras.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double kept_at(struct estimating *t, const char *const *setup, int batch)
{
    char size[32];
    snprintf(size, sizeof size, "batch=%d", batch);
    assert_int_equal(lt_set(t->document, size, &t->problems), LT_OK);
    assert_int_equal(estimating_run(t, setup), LT_OK);
    return (double)t->estimate.device_memory.kept_bytes;
}

static double loss_bytes(const struct estimating *t)
{
    double loss = 0;
    for (uint32_t i = 0; i < t->estimate.row_count; i++)
        if (t->estimate.row[i].calls && t->estimate.row[i].out)
            loss = 4.0 * (double)lt_shape_elements(&t->estimate.row[i].out[0]);
    return loss / (double)t->estimate.batch;
}

static void open_model(struct estimating *t, const char *model)
{
    char path[256];
    snprintf(path, sizeof path, "tests/reference/applications/%s.keras", model);
    FILE *there = fopen(path, "r");
    if (there)
        fclose(there);
    else
        snprintf(path, sizeof path, "samples/%s.keras", model);
    estimating_open(t, path);
}

static void open_case(struct estimating *t, const struct lt_tree *cases, const char *name)
{
    *t = (struct estimating){0};
    t->problems.arena = &t->text;
    t->database = lt_database_open(NULL, 0, &t->problems);
    for (const struct lt_tree *row = cases->child; row; row = row->next)
        if (strcmp(lt_tree_text(lt_tree_get(row, "name"), ""), name) == 0)
            t->document = lt_keras_read(name, lt_tree_get(row, "model"), &t->problems);
    assert_non_null(t->document);
}

/* Predicted over measured bytes of a sample, less 1. */
static double error_of(const struct lt_tree *row, const struct lt_tree *cases, const char *framework)
{
    const char *name = lt_tree_text(lt_tree_get(row, "name"), ""),
               *model = lt_tree_text(lt_tree_get(row, "model"), NULL);
    const char *policy = lt_tree_text(lt_tree_get(row, "policy"), "");
    char uses[64], keras[64], precision[64];
    snprintf(uses, sizeof uses, "framework=%s", framework);
    snprintf(keras, sizeof keras, "keras=%s", lt_tree_text(lt_tree_get(row, "keras"), "3"));
    snprintf(precision, sizeof precision, "precision=%s", policy);
    const char *const setup[] = {
        uses, keras, "optimizer=sgd", "device=intel-xeon-e5-2680-v3", model ? precision : "loss=mean_squared_error",
        NULL};
    struct estimating t;
    if (model)
        open_model(&t, model);
    else
        open_case(&t, cases, lt_tree_text(lt_tree_get(row, "case"), name));
    double low = kept_at(&t, setup, 2), sample = (kept_at(&t, setup, 6) - low) / 4;
    if (!model)
        sample -= loss_bytes(&t);
    estimating_close(&t);
    double measured = lt_tree_number(lt_tree_get(row, "sample_bytes"), 0);
    double error = measured > 0 ? sample / measured - 1 : sample > 0;
    if (fabs(error) > 0.03 && getenv("LT_SHOW"))
        print_message("%+7.1f %%  %.0f, measured %.0f  %s\n", error * 100, sample, measured, name);
    return error;
}

static const struct lt_tree *rows_of(struct lt_arena *arena, struct lt_problems *problems, const char *file)
{
    const char *text;
    size_t bytes;
    assert_int_equal(lt_file_read(arena, file, 16 << 20, &text, &bytes, problems), LT_OK);
    return lt_tree_get(lt_json_read(arena, file, text, bytes, LT_JSON_MODEL, problems), "rows");
}

/* The mean error of the rows under one generation of Keras, and how many of them are more than 3 % off. */
static void check(const char *framework, const char *file, const char *keras, const char *policy, double most)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const struct lt_tree *cases = rows_of(&arena, &problems, "tests/reference/kept_layers.json");
    const struct lt_tree *rows = rows_of(&arena, &problems, file);
    double sum = 0;
    int count = 0, off = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        if (strcmp(lt_tree_text(lt_tree_get(row, "keras"), "3"), keras) != 0 ||
            strcmp(lt_tree_text(lt_tree_get(row, "policy"), ""), policy) != 0)
            continue;
        double error = fabs(error_of(row, cases, framework));
        sum += error;
        off += error > 0.03;
        count++;
    }
    print_message("%s, keras %s, %s: mean error %.2f %% of %d rows, %d of them more than 3 %% off\n", framework, keras,
                  policy, 100 * sum / count, count, off);
    assert_true(count > 20 && sum / count < most);
    lt_arena_free(&arena);
}

static void torch_under_keras(void **state)
{
    (void)state;
    check("torch", "tests/reference/kept_torch.json", "3", "float32", 0.03);
}

static void torch_under_keras_in_half(void **state)
{
    (void)state;
    check("torch", "tests/reference/kept_torch.json", "3", "mixed_bfloat16", 0.03);
}

static void plain_torch(void **state)
{
    (void)state;
    check("torch", "tests/reference/kept_torch.json", "none", "float32", 0.03);
}

static void jax_after_xla(void **state)
{
    (void)state;
    check("jax", "tests/reference/kept_jax.json", "3", "float32", 0.03);
}

static uint32_t kernels_of(struct estimating *t, const char *framework, const char *execution)
{
    assert_int_equal(
        estimating_run(t, (const char *const[]){framework, "keras=3", execution, "device=nvidia-a100-sxm4-80gb", NULL}),
        LT_OK);
    return t->estimate.op_count;
}

/* Keras 3 on TensorFlow compiles on a GPU, but not around a recurrent layer of cuDNN's. */
static void auto_is_what_keras_chooses(void **state)
{
    (void)state;
    struct estimating cnn, lstm;
    estimating_open(&cnn, "samples/resnet50.keras");
    estimating_open(&lstm, "samples/lstm-text.keras");
    uint32_t graph = kernels_of(&cnn, "framework=tensorflow", "execution=graph");
    assert_int_equal(kernels_of(&cnn, "framework=tensorflow", "execution=auto"),
                     kernels_of(&cnn, "framework=tensorflow", "execution=compiled"));
    assert_true(kernels_of(&cnn, "framework=tensorflow", "execution=auto") < graph);
    assert_int_equal(kernels_of(&lstm, "framework=tensorflow", "execution=auto"),
                     kernels_of(&lstm, "framework=tensorflow", "execution=graph"));
    assert_int_equal(kernels_of(&cnn, "framework=jax", "execution=graph"),
                     kernels_of(&cnn, "framework=jax", "execution=compiled"));
    estimating_close(&cnn);
    estimating_close(&lstm);
}

static void every_request_of_a_compiled_step_may_fail(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-cnn.keras");
    assert_int_equal(estimating_run(&t, (const char *const[]){"framework=jax", "device=nvidia-a100-sxm4-80gb", NULL}),
                     LT_OK);
    enum lt_status status = LT_NO_MEMORY;
    int64_t fail = 1;
    for (; fail < 100000 && status == LT_NO_MEMORY; fail++) {
        struct lt_arena results = {.fail_in = fail};
        status = lt_estimate(t.document, &t.machine, &results, &t.estimate, &t.problems);
        lt_arena_free(&results);
    }
    assert_int_equal(status, LT_OK);
    assert_true(fail > 10);
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torch_under_keras),
        cmocka_unit_test(torch_under_keras_in_half),
        cmocka_unit_test(plain_torch),
        cmocka_unit_test(jax_after_xla),
        cmocka_unit_test(auto_is_what_keras_chooses),
        cmocka_unit_test(every_request_of_a_compiled_step_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
