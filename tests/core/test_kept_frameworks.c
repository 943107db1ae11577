/* Kept bytes against what PyTorch and XLA were measured to keep: tests/reference/kept_torch.json and kept_jax.json,
 * whose rows name the models of kept_layers.json or model files. */
#include "tests/core/kept.h"
#include "tests/core/reference.h"

#include <math.h>
#include <stdlib.h>

/* Which Keras a row was measured under, "none" is plain framework code. */
static const char *keras_of(const struct lt_tree *row)
{
    return lt_tree_text(lt_tree_get(row, "keras"), "3");
}

/* Predicted over measured bytes of a sample, less 1. */
static double error_of(const struct lt_tree *row, const struct lt_tree *cases, const char *framework)
{
    const char *name = row_name(row), *model = lt_tree_text(lt_tree_get(row, "model"), NULL);
    struct estimating t;
    if (model)
        estimating_model(&t, model);
    else
        estimating_read(&t, name, row_value(row_named(cases, lt_tree_text(lt_tree_get(row, "case"), name)), "model"));
    const char *uses = lt_format(&t.text, "framework=%s", framework),
               *keras = lt_format(&t.text, "keras=%s", keras_of(row)),
               *own = model ? lt_format(&t.text, "precision=%s", row_text(row, "policy")) : "loss=mean_squared_error";
    double sample =
        kept_of(&t, (const char *const[]){uses, keras, "optimizer=sgd", "device=intel-xeon-e5-2680-v3", own, NULL})
            .sample_bytes;
    if (!model)
        sample -= kept_by_loss(&t);
    estimating_close(&t);
    double measured = lt_tree_number(row_value(row, "sample_bytes"), 0);
    double error = measured > 0 ? sample / measured - 1 : sample > 0;
    if (fabs(error) > 0.03 && getenv("LT_SHOW"))
        print_message("%+7.1f %%  %.0f, measured %.0f  %s\n", error * 100, sample, measured, name);
    return error;
}

/* The mean error of the rows of one generation of Keras and one policy, and how many of them are more than 3 % off. */
static void check(const char *framework, const char *data, const char *keras, const char *policy, int at_least)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *cases = reference_rows(&arena, "kept_layers", 231);
    const struct lt_tree *rows = reference_rows(&arena, data, 231);
    double sum = 0;
    int count = 0, off = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        if (strcmp(keras_of(row), keras) != 0 || strcmp(row_text(row, "policy"), policy) != 0)
            continue;
        double error = fabs(error_of(row, cases, framework));
        sum += error;
        off += error > 0.03;
        count++;
    }
    print_message("%s, keras %s, %s: mean error %.2f %% of %d rows, %d of them more than 3 %% off\n", framework, keras,
                  policy, 100 * sum / count, count, off);
    assert_true(count >= at_least && sum / count < 0.03);
    lt_arena_free(&arena);
}

static void torch_under_keras(void **state)
{
    (void)state;
    check("torch", "kept_torch", "3", "float32", 122);
}

static void torch_under_keras_in_half(void **state)
{
    (void)state;
    check("torch", "kept_torch", "3", "mixed_bfloat16", 118);
}

static void plain_torch(void **state)
{
    (void)state;
    check("torch", "kept_torch", "none", "float32", 64);
}

static void plain_torch_with_autocast(void **state)
{
    (void)state;
    check("torch", "kept_torch", "none", "mixed_bfloat16", 57);
}

static void jax_after_xla(void **state)
{
    (void)state;
    check("jax", "kept_jax", "3", "float32", 116);
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
        cmocka_unit_test(plain_torch_with_autocast),
        cmocka_unit_test(jax_after_xla),
        cmocka_unit_test(auto_is_what_keras_chooses),
        cmocka_unit_test(every_request_of_a_compiled_step_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
