/* What a device must have: pool, context, trials of convolutions, the verdict. */
#include "test.h"

#include "core/step/verdict.h"
#include "core/whatif/solve.h"
#include "estimating.h"
#include "native_text.h"

#include <math.h>

static void open_text(struct estimating *t, const char *text)
{
    *t = (struct estimating){0};
    t->problems.arena = &t->text;
    t->database = lt_database_open(NULL, 0, &t->problems);
    t->document = document_of(&t->text, text, &t->problems);
    if (!t->document)
        fail_msg("%s", t->problems.item[0].message);
}

#define CONVOLUTION                                                                                                    \
    "layertop: 1\nmodel:\n  layers:\n    - {class: InputLayer, name: in, shape: [28, 28, 512]}\n"                      \
    "    - {class: Conv2D, name: conv, filters: 512, kernel_size: 3, padding: same, use_bias: false}\n"
#define UNKNOWN                                                                                                        \
    "layertop: 1\nmodel:\n  layers:\n    - {class: InputLayer, name: in, shape: [16]}\n    - {class: Riddle, name: "   \
    "odd}\n"                                                                                                           \
    "    - {class: Dense, name: out, units: 4}\n"

static const struct lt_device_memory *run(struct estimating *t, const char *const *set)
{
    assert_int_equal(estimating_run(t, set), LT_OK);
    return &t->estimate.device_memory;
}

static uint64_t sum(const struct lt_device_memory *memory, int end)
{
    uint64_t bytes = 0;
    for (int i = 0; i < end; i++)
        bytes += memory->classes[i];
    return bytes;
}

/* Filters, input and output as 32 x 17 complex numbers, twice: 2 * 8 * 544 * (512 * 512 + 4 * 1024) bytes. */
static void a_trial_is_in_the_peak(void **state)
{
    (void)state;
    struct estimating t;
    open_text(&t, CONVOLUTION);
    const char *const graph[] = {"framework=tensorflow",
                                 "execution=graph",
                                 "mode=inference",
                                 "batch=4",
                                 "device=v100",
                                 "precision=mixed_float16",
                                 NULL};
    double without = run(&t, graph)->peak_bytes.value;
    const char *const single[] = {"precision=float32", NULL};
    const struct lt_device_memory *memory = run(&t, single);
    double scratch = 2.0 * 8 * 544 * (512 * 512 + 4 * 1024);
    double tensors = 4.0 * (512 * 512 * 9 + 2.0 * 4 * 28 * 28 * 512);
    assert_true(without < scratch);
    assert_true(fabs(memory->peak_bytes.value - scratch - tensors) < 4096);
    assert_true(memory->peak_bytes.low < tensors); /* nobody said that cuDNN has it */
    assert_true(memory->classes[LT_MEMORY_WORKSPACE] >= (uint64_t)scratch);
    assert_true(memory->needed_bytes.value < scratch); /* a trial that finds no room is passed over */
    const char *const elsewhere[] = {"framework=torch", "keras=none", NULL};
    assert_true(run(&t, elsewhere)->peak_bytes.value < scratch);
    estimating_close(&t);
}

static void what_each_framework_takes(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/resnet50.keras");
    const char *const tensorflow[] = {"device=nvidia-a100-sxm4-80gb", "batch=32", NULL};
    const char *const jax[] = {"framework=jax", NULL}, *const torch[] = {"framework=torch", NULL};

    const struct lt_device_memory *m = run(&t, tensorflow);
    uint64_t reserve = (uint64_t)1536 << 20, pool = m->usable_bytes;
    assert_int_equal(m->classes[LT_MEMORY_CONTEXT] + pool + reserve, m->capacity_bytes);
    assert_int_equal(sum(m, LT_MEMORY_CONTEXT), pool); /* the whole card but the reserve, at once */
    assert_int_equal(sum(m, LT_MEMORY_CLASS_COUNT), m->shown_bytes);

    m = run(&t, jax);
    double free_bytes = (double)(m->capacity_bytes - m->classes[LT_MEMORY_CONTEXT]);
    assert_true(fabs((double)m->usable_bytes - 0.75 * free_bytes) < 2);
    assert_int_equal(sum(m, LT_MEMORY_CONTEXT), m->usable_bytes);

    m = run(&t, torch);
    assert_int_equal(m->usable_bytes, m->capacity_bytes - m->classes[LT_MEMORY_CONTEXT]);
    assert_true(m->classes[LT_MEMORY_POOL] > 0);
    assert_true((double)sum(m, LT_MEMORY_CONTEXT) < 1.4 * m->peak_bytes.value); /* no more than it needs */
    assert_int_equal(sum(m, LT_MEMORY_POOL), (uint64_t)m->peak_bytes.value);
    estimating_close(&t);
}

static void an_unknown_layer_never_fits(void **state)
{
    (void)state;
    static const char *const devices[] = {"device=intel-xeon-e5-2620-v3", "device=nvidia-a100-sxm4-80gb"};
    struct estimating t;
    open_text(&t, UNKNOWN);
    for (size_t i = 0; i < COUNT(devices); i++) {
        const char *const set[] = {devices[i], NULL};
        const struct lt_device_memory *m = run(&t, set);
        assert_int_equal(m->verdict, LT_VERDICT_UNKNOWN);
        assert_int_equal(lt_largest_batch(t.document, &t.machine), 0);
    }
    estimating_close(&t);
}

static void verdicts(void **state)
{
    (void)state;
    static const struct {
        double value, low, high;
        enum lt_standing standing;
        uint64_t room;
        enum lt_verdict verdict;
    } row[] = {
        {100, 90, 110, LT_MODEL, 0, LT_VERDICT_UNKNOWN},
        {100, 90, 110, LT_MODEL, 89, LT_DOES_NOT_FIT},
        {100, 90, 110, LT_MODEL, 90, LT_TIGHT},
        {100, 90, 110, LT_MODEL, 110, LT_TIGHT},
        {100, 90, 110, LT_MODEL, 116, LT_TIGHT},
        {100, 90, 110, LT_MODEL, 117, LT_FITS},
        {100, 90, 110, LT_UNKNOWN, 1000, LT_VERDICT_UNKNOWN},
        {100, 90, 110, LT_UNKNOWN, 80, LT_DOES_NOT_FIT},
        {0, 0, 0, LT_EXACT, 1, LT_FITS},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_figure need = {row[i].value, row[i].low, row[i].high, row[i].standing};
        assert_int_equal(lt_verdict_of(&need, row[i].room), row[i].verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_is_in_the_peak),
        cmocka_unit_test(what_each_framework_takes),
        cmocka_unit_test(an_unknown_layer_never_fits),
        cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
