/* Solving: the largest batch is the last that fits. */
#include "core/whatif/solve.h"
#include "tests/core/estimating.h"

static enum lt_verdict verdict_at(struct estimating *t, uint64_t batch)
{
    struct lt_estimate estimate;
    char assignment[32];
    snprintf(assignment, sizeof assignment, "batch=%llu", (unsigned long long)batch);
    assert_int_equal(lt_set(t->document, assignment, &t->problems), LT_OK);
    lt_arena_clear(&t->results);
    assert_int_equal(lt_estimate(t->document, &t->machine, &t->results, &estimate, &t->problems), LT_OK);
    return estimate.device_memory.verdict;
}

static void test_largest_fits_and_one_more_does_not(void **state)
{
    (void)state;
    static const struct {
        const char *model, *setup[4];
    } row[] = {
        {"resnet50", {"device=nvidia-t4"}},
        {"resnet50", {"device=nvidia-t4", "mode=inference"}},
        {"resnet50", {"device=nvidia-h100-sxm5-80gb", "framework=jax", "precision=mixed_bfloat16"}},
        {"lstm-text", {"device=nvidia-v100-sxm2-16gb", "framework=torch"}},
        {"mnist-cnn", {"device=apple-m1-max-gpu32"}},
        {"NASNetMobile", {"device=nvidia-rtx-3090", "precision=mixed_float16"}},
        {"mobilenetv2", {"device=intel-core-i7-8700k", "ram=16GiB"}},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct estimating t;
        estimating_model(&t, row[i].model);
        assert_int_equal(estimating_run(&t, row[i].setup), LT_OK);
        int64_t before = lt_setup_int(&t.document->setup, LT_SET_BATCH);
        uint64_t largest = lt_largest_batch(t.document, &t.machine);
        assert_int_equal(lt_setup_int(&t.document->setup, LT_SET_BATCH), before);
        if (largest < 2 || verdict_at(&t, largest) != LT_FITS || verdict_at(&t, largest + 1) == LT_FITS)
            fail_msg("%s, %s: %llu", row[i].model, row[i].setup[0], (unsigned long long)largest);
        estimating_close(&t);
    }
}

/* Nothing fits, and nothing is known. */
static void test_none(void **state)
{
    (void)state;
    struct estimating t;
    estimating_model(&t, "resnet50");
    assert_int_equal(estimating_run(&t, (const char *const[]){"device=intel-core-i7-8700k", "ram=1GiB", NULL}), LT_OK);
    assert_int_equal(lt_largest_batch(t.document, &t.machine), 0);
    struct lt_device unknown = *t.machine.device;
    unknown.kind = LT_DEVICE_GPU;
    unknown.memory_bytes = 0;
    t.machine.device = &unknown;
    assert_int_equal(lt_largest_batch(t.document, &t.machine), 0);
    estimating_close(&t);
}

/* Where even the largest value of the field fits, that is the answer. */
static void test_end_of_the_field(void **state)
{
    (void)state;
    struct estimating t;
    estimating_model(&t, "mnist-mlp");
    assert_int_equal(estimating_run(&t, (const char *const[]){"mode=inference", NULL}), LT_OK);
    struct lt_device vast = *t.machine.device;
    vast.memory_bytes = (uint64_t)1 << 60;
    t.machine.device = &vast;
    assert_int_equal(lt_largest_batch(t.document, &t.machine), (uint64_t)lt_setup_fields[LT_SET_BATCH].high);
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_largest_fits_and_one_more_does_not),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_end_of_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
