/* What differs between versions of a framework: tables of lowerings, state of optimizers. */
#include "tests/core/estimating.h"

#include <string.h>

static struct lt_estimate run(struct estimating *t, const char *framework, const char *keras, const char *version)
{
    const char *const setup[] = {framework, keras, version, "optimizer=sgd", "optimizer.momentum=0", NULL};
    assert_int_equal(estimating_run(t, setup), LT_OK);
    return t->estimate;
}

/* torch.nn.functional.scaled_dot_product_attention came with 2.0: before it the scores of BERT's heads were kept. */
static void attention_in_torch(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "tests/reference/recompute/transformer.keras");
    struct lt_estimate old = run(&t, "framework=torch", "keras=none", "framework_version=1.13.1");
    struct lt_estimate new = run(&t, "framework=torch", "keras=none", "framework_version=2.0");
    struct lt_estimate newest = run(&t, "framework=torch", "keras=none", "framework_version=");
    uint64_t scores = 16ull * 32 * 4 * 64 * 64 * 4; /* blocks, batch, heads, queries, keys, bytes */
    assert_true(old.device_memory.kept_bytes > new.device_memory.kept_bytes + scores / 2);
    assert_int_equal(new.device_memory.kept_bytes, newest.device_memory.kept_bytes);
    estimating_close(&t);
}

/* tf.nn.dropout kept its mask in the compute dtype before 2.10, then as truth values. */
static void dropout_in_tensorflow(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "tests/accuracy/models/vgg16-torch.yaml");
    assert_int_equal(estimating_run(&t, (const char *const[]){"device=intel-xeon-e5-2680-v3", NULL}), LT_OK);
    struct lt_estimate old = run(&t, "framework=tensorflow", "keras=2", "framework_version=2.9");
    struct lt_estimate new = run(&t, "framework=tensorflow", "keras=2", "framework_version=2.10");
    uint64_t dropped = 0;
    for (uint32_t i = 0; i < new.row_count; i++)
        if (t.document->layer[i].kind && strcmp(t.document->layer[i].kind->name, "Dropout") == 0)
            dropped += lt_shape_elements(&t.estimate.row[i].out[0]);
    assert_true(dropped > 0);
    assert_int_equal(old.device_memory.kept_bytes - new.device_memory.kept_bytes, 3 * dropped);
    estimating_close(&t);
}

/* tf.keras 2.11 rewrote the optimizers: SGD has its slot whatever the momentum. */
static void sgd_in_tf_keras(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    assert_int_equal(run(&t, "framework=tensorflow", "keras=2", "framework_version=2.10").optimizer_elements, 0);
    struct lt_estimate now = run(&t, "framework=tensorflow", "keras=2", "framework_version=2.15");
    assert_int_equal(now.optimizer_elements, now.trainable_parameters);
    assert_int_equal(run(&t, "framework=tensorflow", "keras=3", "framework_version=2.15").optimizer_elements, 0);
    estimating_close(&t);
}

static double seconds_on(struct estimating *t, const char *framework, const char *version, const char *precision)
{
    const char *const setup[] = {framework, "keras=none", version, precision, "device=nvidia-a100-sxm4-40gb", NULL};
    assert_int_equal(estimating_run(t, setup), LT_OK);
    return t->estimate.time.step_seconds.value;
}

static double step_seconds(struct estimating *t, const char *version, const char *precision)
{
    return seconds_on(t, "framework=tensorflow", version, precision);
}

/* Release notes of TensorFlow 2.4: TensorFloat-32 is used by default on Ampere. */
static void tf32_in_tensorflow(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "tests/reference/applications/VGG16.keras");
    double old = step_seconds(&t, "framework_version=2.3", "precision=float32");
    double new = step_seconds(&t, "framework_version=2.4", "precision=float32");
    assert_true(old > 1.15 * new);
    assert_true(step_seconds(&t, "framework_version=2.4", "precision=tf32") == new);
    assert_true(step_seconds(&t, "framework_version=2.3", "precision=tf32") == new);
    estimating_close(&t);
}

/* PyTorch 1.12: torch.backends.cuda.matmul.allow_tf32 is false, torch.backends.cudnn.allow_tf32 true. Keras's own
 * benchmark of SAM on an A100 shows it: 1,306 ms on PyTorch where TensorFlow takes 386. */
static void tf32_in_torch(void **state)
{
    (void)state;
    struct estimating products, convolutions;
    estimating_open(&products, "samples/bert-base.yaml");
    estimating_open(&convolutions, "tests/reference/applications/MobileNet.keras");
    double new = seconds_on(&products, "framework=torch", "framework_version=2.5", "precision=float32");
    double asked = seconds_on(&products, "framework=torch", "framework_version=2.5", "precision=tf32");
    double old = seconds_on(&products, "framework=torch", "framework_version=1.11", "precision=float32");
    assert_true(new > 1.5 * asked);
    assert_true(old == seconds_on(&products, "framework=torch", "framework_version=1.11", "precision=tf32"));
    new = seconds_on(&convolutions, "framework=torch", "framework_version=2.5", "precision=float32");
    asked = seconds_on(&convolutions, "framework=torch", "framework_version=2.5", "precision=tf32");
    assert_true(new < 1.05 * asked);
    estimating_close(&convolutions);
    estimating_close(&products);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_in_torch), cmocka_unit_test(dropout_in_tensorflow),
        cmocka_unit_test(sgd_in_tf_keras),    cmocka_unit_test(tf32_in_tensorflow),
        cmocka_unit_test(tf32_in_torch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
