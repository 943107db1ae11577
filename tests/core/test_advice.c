/* What would make it fit: each way is taken through the ordinary edits and estimated anew. */
#include "tests/core/estimating.h"

#include "core/whatif/advice.h"

#include <math.h>

static const struct lt_this_machine HERE = {"nvidia-a100-sxm4-80gb", (uint64_t)64 << 30};

static int advise(struct estimating *t, struct lt_advice advice[LT_ADVICE_MOST])
{
    return lt_advise(t->document, &t->estimate, t->database, &HERE, advice);
}

static const struct lt_change *changed(const struct lt_advice *way, enum lt_setup_field field)
{
    for (int i = 0; i < way->change_count; i++)
        if (way->change[i].field == field)
            return &way->change[i];
    return NULL;
}

/* Another document with these changes fits, as was said, and takes the time that was said. */
static void take(const char *path, const char *const *setup, double seconds_per_sample, const struct lt_advice *way)
{
    struct estimating t;
    estimating_open(&t, path);
    for (; *setup; setup++)
        assert_int_equal(lt_set(t.document, *setup, &t.problems), LT_OK);
    for (int i = 0; i < way->change_count; i++) {
        const struct lt_field *field = &lt_setup_fields[way->change[i].field];
        const char *value = lt_field_text(field, &way->change[i].value, &t.text);
        assert_int_equal(lt_set(t.document, lt_format(&t.text, "%s=%s", field->name, value), &t.problems), LT_OK);
    }
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(t.estimate.device_memory.verdict, LT_FITS);
    assert_true(fabs(t.estimate.device_memory.needed_bytes.value - way->needed_bytes.value) < 1);
    assert_true(fabs(1 / t.estimate.time.samples_per_s / seconds_per_sample / way->time_ratio - 1) < 1e-9);
    estimating_close(&t);
}

static void every_way_fits(void **state)
{
    (void)state;
    const char *const path = "samples/resnet50.keras";
    const char *const setup[] = {"batch=1024", "device=nvidia-t4", "framework=torch", NULL};
    struct estimating t;
    struct lt_advice advice[LT_ADVICE_MOST];
    bool same_batch = false, narrower = false, other_device = false;
    estimating_open(&t, path);
    assert_int_equal(estimating_run(&t, setup), LT_OK);
    assert_int_equal(t.estimate.device_memory.verdict, LT_DOES_NOT_FIT);
    int count = advise(&t, advice);
    assert_true(count >= 3);
    for (int i = 0; i < count; i++) {
        const struct lt_change *batch = changed(&advice[i], LT_SET_BATCH),
                               *accumulate = changed(&advice[i], LT_SET_ACCUMULATE);
        take(path, setup, 1 / t.estimate.time.samples_per_s, &advice[i]);
        assert_true(i == 0 || advice[i].time_ratio >= advice[i - 1].time_ratio);
        if (batch)
            assert_int_equal(batch->value.integer * accumulate->value.integer, 1024);
        same_batch |= batch && advice[i].change_count == 2;
        narrower |= changed(&advice[i], LT_SET_PRECISION) != NULL;
        other_device |= changed(&advice[i], LT_SET_DEVICE) != NULL;
    }
    assert_true(same_batch && narrower && other_device);
    estimating_close(&t);
}

static void what_fits_needs_none(void **state)
{
    (void)state;
    struct estimating t;
    struct lt_advice advice[LT_ADVICE_MOST];
    estimating_open(&t, "samples/resnet50.keras");
    assert_int_equal(estimating_run(&t, (const char *const[]){"batch=8", NULL}), LT_OK);
    assert_int_equal(advise(&t, advice), 0);
    estimating_close(&t);
}

/* Nothing is accumulated and nothing computed again where nothing is trained. */
static void inference_has_smaller_batches_alone(void **state)
{
    (void)state;
    struct estimating t;
    struct lt_advice advice[LT_ADVICE_MOST];
    estimating_open(&t, "samples/resnet50.keras");
    const char *const setup[] = {"batch=8192", "device=nvidia-v100-sxm2-16gb", "mode=inference", NULL};
    assert_int_equal(estimating_run(&t, setup), LT_OK);
    int count = advise(&t, advice);
    assert_true(count > 0);
    for (int i = 0; i < count; i++)
        assert_true(!changed(&advice[i], LT_SET_ACCUMULATE) && !changed(&advice[i], LT_SET_RECOMPUTE) &&
                    !changed(&advice[i], LT_SET_OPTIMIZER));
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_fits),
        cmocka_unit_test(what_fits_needs_none),
        cmocka_unit_test(inference_has_smaller_batches_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
