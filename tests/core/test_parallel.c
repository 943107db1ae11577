/* Several devices: the all-reduce by measured curves and by the ring formula, and what it does to a step. */
#include "tests/core/estimating.h"

#include <math.h>
#include <string.h>

static void run(struct estimating *t, const char *a, const char *b, const char *c)
{
    assert_int_equal(estimating_run(t, (const char *const[]){a, b, c, NULL}), LT_OK);
}

/* 8 A100 over NVSwitch reach 235 GB/s of bus bandwidth with 16 GiB (stas00/ml-engineering, all_reduce_bench). */
static void a_measured_curve(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    run(&t, "device=nvidia-a100-sxm4-80gb", "devices=8", NULL);
    double bytes = 16.0 * (1 << 30), seconds = lt_all_reduce_seconds(&t.machine.parallel, bytes);
    assert_true(fabs(seconds / (2 * 7.0 / 8 * bytes / 235e9) - 1) < 0.01);
    assert_int_equal(t.machine.parallel.standing, LT_MODEL);
    estimating_close(&t);
}

/* Two cards on PCIe 4.0 x16: 2 hops and the bytes once over a quarter of 31.5 GB/s. */
static void a_ring(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    run(&t, "device=nvidia-rtx-3090", "devices=2", NULL);
    double seconds = lt_all_reduce_seconds(&t.machine.parallel, 1e9);
    assert_true(fabs(seconds - (2 * 10e-6 + 1e9 / (31.508e9 / 4))) < 1e-5);
    assert_int_equal(t.machine.parallel.standing, LT_ASSUMED);
    /* All but the last bucket hides behind a long backward pass. */
    double last = lt_all_reduce_seconds(&t.machine.parallel, 25 * 1048576.0);
    assert_true(fabs(lt_exposed_seconds(&t.machine.parallel, 1e9, 0.7, 10) - last) < 1e-12);
    assert_true(fabs(lt_exposed_seconds(&t.machine.parallel, 1e9, 0, 10) - seconds) < 1e-12);
    estimating_close(&t);
}

static void a_step_on_several(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/resnet50.keras");
    run(&t, "device=nvidia-a100-sxm4-80gb", "framework=torch", "samples=64000");
    struct lt_estimate one = t.estimate;
    run(&t, "devices=8", NULL, NULL);
    struct lt_estimate eight = t.estimate;
    assert_true(eight.time.communication_seconds > 0);
    assert_true(fabs(eight.time.step_seconds.value - one.time.step_seconds.value - eight.time.communication_seconds) <
                1e-12);
    assert_true(fabs(eight.time.samples_per_s * eight.time.step_seconds.value - 8.0 * (double)eight.batch) < 1e-6);
    assert_int_equal(one.time.steps_per_epoch, 8 * eight.time.steps_per_epoch);
    /* DistributedDataParallel's buckets hold a copy of all gradients; NCCL lies outside the pool. */
    const uint64_t *a = one.device_memory.classes, *b = eight.device_memory.classes;
    assert_int_equal(b[LT_MEMORY_GRADIENTS], a[LT_MEMORY_GRADIENTS] + 4 * one.trainable_parameters);
    assert_true(b[LT_MEMORY_CONTEXT] - a[LT_MEMORY_CONTEXT] == 688000000);
    run(&t, "accumulate=4", NULL, NULL);
    assert_true(fabs(4 * t.estimate.time.communication_seconds - eight.time.communication_seconds) < 1e-12);
    run(&t, "mode=inference", NULL, NULL);
    assert_true(t.estimate.time.communication_seconds == 0.0);
    estimating_close(&t);
}

static void an_unknown_link(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    run(&t, "device=intel-xeon-e5-2620-v3", "devices=2", NULL);
    assert_true(isnan(t.estimate.time.communication_seconds));
    assert_int_equal(t.estimate.time.step_seconds.standing, LT_UNKNOWN);
    assert_true(strstr(t.problems.item[t.problems.count - 1].message, "is not known"));
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measured_curve),
        cmocka_unit_test(a_ring),
        cmocka_unit_test(a_step_on_several),
        cmocka_unit_test(an_unknown_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
