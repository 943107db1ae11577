/* Optimizers: the state that real Keras keeps for each, and each option that changes it, on one model
 * (tests/reference/optimizers.json and optimizer_models.json), and the work of an update. */
#include "tests/core/estimating.h"
#include "tests/core/reference.h"

#include <math.h>

static int64_t slot_elements(const struct lt_tree *row, const char *slot)
{
    return lt_tree_int(lt_tree_get(row_value(row, "slots"), slot), 0);
}

/* What `optimizer.variables` does not list of the optimizer inside a LossScaleOptimizer, though it exists: Nadam's
 * product of momenta, and Adafactor's two unused scalars for each of the nine vectors. And four scalars that we do not
 * count: here the policy alone says whether the loss is scaled. */
static void correct(const struct lt_tree *row, const struct lt_estimate *e, int64_t *elements, int64_t *scalars)
{
    if (strcmp(row_text(row, "class"), "LossScaleOptimizer") != 0)
        return;
    *elements += strcmp(e->optimizer_name, "adafactor") == 0 ? 2 * 9 : 0;
    *scalars += strcmp(e->optimizer_name, "nadam") == 0;
    *scalars -= e->loss_scaling ? 0 : 4;
}

/* The model of the row's policy, compiled with its optimizer, as a file describes both. */
static void check_row(const struct lt_tree *row, const struct lt_tree *models)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct estimating t;
    const struct lt_tree *plain = row_value(row_named(models, row_text(row, "policy")), "model");
    struct lt_tree *compiled = lt_tree_new(&arena, LT_TREE_MAP, NULL, NULL);
    lt_tree_copy(&arena, row_value(row, "optimizer"), lt_tree_new(&arena, LT_TREE_MAP, compiled, "compile_config"),
                 "optimizer");
    for (const struct lt_tree *key = plain->child; key; key = key->next)
        if (strcmp(key->key, "compile_config") != 0)
            lt_tree_copy(&arena, key, compiled, key->key);
    estimating_read(&t, row_name(row), compiled);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    const struct lt_estimate *e = &t.estimate;
    int64_t elements = row_int(row, "elements"), scalars = row_int(row, "scalars");
    correct(row, e, &elements, &scalars);
    if ((int64_t)e->optimizer_elements != elements || e->optimizer_scalars != scalars)
        fail_msg("%s: %llu elements and %u scalars, in Keras %lld and %lld", row_name(row),
                 (unsigned long long)e->optimizer_elements, e->optimizer_scalars, (long long)elements,
                 (long long)scalars);
    /* Adafactor's unused scalars are float32 whatever the variables are; the other scalars are too few to matter. */
    int64_t unused = slot_elements(row, "dummy"), listed = row_int(row, "elements") - unused;
    if (listed)
        assert_int_equal(e->optimizer_bytes, elements * ((row_int(row, "bytes") - 4 * unused) / listed));
    estimating_close(&t);
    lt_arena_free(&arena);
}

static void test_state_is_that_of_keras(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *models = reference_rows(&arena, "optimizer_models", 6);
    const struct lt_tree *rows = reference_rows(&arena, "optimizers", 95);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        if (!strstr(row_name(row), "exclude_layers")) /* no set-up can say that */
            check_row(row, models);
    lt_arena_free(&arena);
}

static const struct lt_setup *set(struct estimating *t, const char *assignment)
{
    assert_int_equal(lt_set(t->document, assignment, &t->problems), LT_OK);
    return &t->document->setup;
}

/* The set-up's own accumulation keeps the same slot as Keras's option. */
static void test_accumulation(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    assert_int_equal(estimating_run(&t, (const char *const[]){"optimizer=sgd", NULL}), LT_OK);
    assert_int_equal(t.estimate.optimizer_elements, 0);
    assert_int_equal(estimating_run(&t, (const char *const[]){"accumulate=4", NULL}), LT_OK);
    assert_int_equal(t.estimate.optimizer_elements, t.estimate.trainable_parameters);
    assert_false(lt_optimizer_early(&t.document->setup, lt_optimizer_find("sgd"), false));
    estimating_close(&t);
}

static bool does(const struct lt_setup *setup, const struct lt_optimizer *optimizer, double bytes, double flops)
{
    struct lt_update_work work = lt_optimizer_update_work(setup, optimizer);
    return fabs(work.bytes - bytes) < 1e-9 && fabs(work.flops - flops) < 1e-9;
}

/* Counted in the update formulas: SGD reads w and g and writes w; momentum is read and written too. */
static void test_work(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    const struct lt_optimizer *sgd = lt_optimizer_find("sgd"), *adam = lt_optimizer_find("adam"),
                              *adamw = lt_optimizer_find("adamw");
    const struct lt_setup *setup = set(&t, "optimizer=sgd");
    assert_true(does(setup, sgd, 12, 2));
    assert_true(lt_optimizer_early(setup, sgd, false));
    set(&t, "optimizer.momentum=0.9");
    setup = set(&t, "optimizer.nesterov=true");
    assert_true(does(setup, sgd, 20, 7));
    assert_false(lt_optimizer_early(setup, sgd, false));
    setup = set(&t, "optimizer=adamw");
    assert_true(does(setup, adamw, 36, 15));
    setup = set(&t, "optimizer=adam");
    assert_true(lt_optimizer_early(setup, adam, false));
    assert_false(lt_optimizer_early(setup, adam, true));
    estimating_close(&t);
}

/* An update every fourth step costs a quarter, adding up costs each; plain PyTorch adds to the gradients themselves. */
static void test_accumulated_steps(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/mnist-mlp.keras");
    const char *const adam[] = {"optimizer=adam", "framework=torch", "keras=none", "accumulate=1", NULL};
    assert_int_equal(estimating_run(&t, adam), LT_OK);
    double update = t.estimate.time.phase_seconds[LT_PHASE_UPDATE];
    uint64_t slots = t.estimate.optimizer_elements;
    assert_int_equal(estimating_run(&t, (const char *const[]){"accumulate=4", NULL}), LT_OK);
    double four = t.estimate.time.phase_seconds[LT_PHASE_UPDATE];
    assert_int_equal(estimating_run(&t, (const char *const[]){"accumulate=400", NULL}), LT_OK);
    double adding = t.estimate.time.phase_seconds[LT_PHASE_UPDATE];
    assert_true(fabs((four - adding) / (update / 4 - update / 400) - 1) < 1e-6);
    assert_true(adding > update / 400 * 1.01);
    assert_int_equal(t.estimate.optimizer_elements, slots);
    assert_true(t.estimate.device_memory.classes[LT_MEMORY_GRADIENTS] >= 4 * t.estimate.trainable_parameters);
    estimating_close(&t);
}

static void test_names(void **state)
{
    (void)state;
    assert_ptr_equal(lt_optimizer_find("Custom>Adam"), lt_optimizer_find("adam"));
    assert_ptr_equal(lt_optimizer_find("ScheduleFreeAdamW"), lt_optimizer_find("schedulefreeadamw"));
    assert_ptr_equal(lt_optimizer_find("RMSprop"), lt_optimizer_find("rmsprop"));
    assert_null(lt_optimizer_find("adamm"));
    assert_null(lt_optimizer_find(""));
    int names = 0;
    for (; lt_optimizer_names[names]; names++)
        assert_string_equal(lt_optimizer_names[names], lt_optimizers[names].name);
    assert_int_equal(names, lt_optimizer_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_is_that_of_keras),
        cmocka_unit_test(test_accumulation),
        cmocka_unit_test(test_accumulated_steps),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
