/* A search says of each machine what an estimate of its own says, and works out once what machines have in common. */
#include "core/whatif/search.h"
#include "tests/core/estimating.h"

#include <string.h>

static void assert_same_figures(const struct lt_estimate *a, const struct lt_estimate *b)
{
    assert_memory_equal(&a->time, &b->time, sizeof a->time);
    assert_memory_equal(&a->host_memory, &b->host_memory, sizeof a->host_memory);
    assert_memory_equal(&a->device_memory.peak_bytes, &b->device_memory.peak_bytes, sizeof(struct lt_figure));
    assert_memory_equal(&a->device_memory.needed_bytes, &b->device_memory.needed_bytes, sizeof(struct lt_figure));
    assert_memory_equal(a->device_memory.classes, b->device_memory.classes, sizeof a->device_memory.classes);
    assert_int_equal(a->device_memory.verdict, b->device_memory.verdict);
    assert_int_equal(a->row_count, b->row_count);
    for (uint32_t i = 0; i < a->row_count; i++) {
        assert_int_equal(a->row[i].kept_bytes, b->row[i].kept_bytes);
        assert_int_equal(a->row[i].bound, b->row[i].bound);
        assert_memory_equal(&a->row[i].seconds, &b->row[i].seconds, sizeof(double));
        assert_memory_equal(&a->row[i].backward_flops, &b->row[i].backward_flops, sizeof(double));
    }
}

/* Every device in turn, and how often something had to be worked out for a kind of them. */
static int search_all(struct estimating *t, const char *framework, int *devices)
{
    const struct lt_device_row *rows;
    uint32_t count;
    struct lt_search search = {0};
    int prepared_count = 0;
    assert_int_equal(lt_set(t->document, framework, &t->problems), LT_OK);
    assert_int_equal(lt_database_list(t->database, &rows, &count, &t->problems), LT_OK);
    lt_search_start(&search, t->document);
    for (uint32_t i = 0; i < count; i++) {
        char device[128];
        struct lt_estimate found;
        snprintf(device, sizeof device, "device=%s", rows[i].id);
        assert_int_equal(estimating_run(t, (const char *const[]){device, NULL}), LT_OK);
        prepared_count += !search.prepared || !lt_is_prepared(search.prepared, &t->machine);
        assert_int_equal(lt_search_on(&search, &t->machine, &found), LT_OK);
        assert_same_figures(&found, &t->estimate);
    }
    *devices = (int)count;
    lt_search_free(&search);
    return prepared_count;
}

static void a_search_says_what_estimates_say(void **state)
{
    (void)state;
    static const char *const frameworks[] = {"framework=tensorflow", "framework=jax", "framework=torch"};
    struct estimating t;
    estimating_model(&t, "mnist-cnn");
    for (int i = 0; i < 3; i++) {
        int devices, prepared = search_all(&t, frameworks[i], &devices);
        assert_true(devices > 300);
        print_message("%s: %d devices, prepared %d times\n", frameworks[i], devices, prepared);
        assert_in_range(prepared, 2, 10); /* accelerators, CPUs, and where the list changes between them */
    }
    estimating_close(&t);
}

/* One more machine costs a tenth of an estimate's memory: its rows and their bounds. */
static void one_more_machine_asks_for_little(void **state)
{
    (void)state;
    struct estimating t;
    struct lt_search search = {0};
    struct lt_estimate found;
    estimating_model(&t, "resnet50");
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    lt_search_start(&search, t.document);
    assert_int_equal(lt_search_on(&search, &t.machine, &found), LT_OK);
    const size_t common = search.common.used_bytes;
    assert_int_equal(lt_search_on(&search, &t.machine, &found), LT_OK);
    assert_int_equal(search.common.used_bytes, common);
    assert_true(search.single.used_bytes * 10 < t.results.used_bytes);
    lt_search_free(&search);
    estimating_close(&t);
}

/* Another batch is another document. */
static void a_new_start_forgets(void **state)
{
    (void)state;
    struct estimating t;
    struct lt_search search = {0};
    struct lt_estimate found;
    estimating_model(&t, "mnist-cnn");
    for (int64_t batch = 8; batch <= 32; batch *= 2) {
        t.document->setup.value[LT_SET_BATCH].integer = batch;
        assert_int_equal(estimating_run(&t, NULL), LT_OK);
        lt_search_start(&search, t.document);
        assert_int_equal(lt_search_on(&search, &t.machine, &found), LT_OK);
        assert_int_equal(found.batch, batch);
        assert_same_figures(&found, &t.estimate);
    }
    lt_search_free(&search);
    estimating_close(&t);
}

static void every_request_may_fail(void **state)
{
    (void)state;
    struct estimating t;
    estimating_model(&t, "mnist-mlp");
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    enum lt_status status = LT_NO_MEMORY;
    for (int64_t fail = 1; fail < 100000 && status == LT_NO_MEMORY; fail++) {
        struct lt_search search = {.common = {.fail_in = fail}};
        struct lt_estimate found;
        lt_search_start(&search, t.document);
        status = lt_search_on(&search, &t.machine, &found);
        assert_true(status == LT_OK || status == LT_NO_MEMORY);
        lt_search_free(&search);
    }
    assert_int_equal(status, LT_OK);
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_says_what_estimates_say),
        cmocka_unit_test(one_more_machine_asks_for_little),
        cmocka_unit_test(a_new_start_forgets),
        cmocka_unit_test(every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
