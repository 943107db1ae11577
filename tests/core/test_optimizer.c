#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/optimizer.h"

/* The six variables of the model on which Keras 3.15.1 built each optimizer: 169,121 elements. */
static uint64_t elements_of(const struct lt_setup *setup, const struct lt_optimizer *optimizer,
                            const struct lt_variable *variable)
{
    struct lt_optimizer_state state = lt_optimizer_state_of(setup, optimizer);
    return lt_optimizer_elements(&state, variable);
}

static const struct lt_variable variables[] = {
    {.name = "embeddings", .rank = 2, .dim = {1000, 64}},
    {.name = "kernel", .rank = 4, .dim = {3, 3, 16, 32}},
    {.name = "bias", .rank = 1, .dim = {32}},
    {.name = "kernel", .rank = 2, .dim = {784, 128}},
    {.name = "bias", .rank = 1, .dim = {128}},
    {.name = "scale", .rank = 1, .dim = {1}},
};

struct row {
    const char *optimizer;
    const char *option[3], *value[3];
    uint64_t elements; /* slots and scalars, as Keras counts them */
};

/* Read in Keras 3.15.1: the optimizers package, built on the model above. */
static const struct row golden[] = {
    {"sgd", {0}, {0}, 2},
    {"sgd", {"momentum"}, {"0.9"}, 169123},
    {"sgd", {"momentum", "nesterov"}, {"0.9", "true"}, 169123},
    {"rmsprop", {0}, {0}, 169123},
    {"rmsprop", {"momentum"}, {"0.9"}, 338244},
    {"rmsprop", {"centered"}, {"true"}, 338244},
    {"rmsprop", {"momentum", "centered"}, {"0.9", "true"}, 507365},
    {"adam", {0}, {0}, 338244},
    {"adam", {"amsgrad"}, {"true"}, 507365},
    {"adam", {"use_ema"}, {"true"}, 507365},
    {"adam", {"gradient_accumulation_steps"}, {"4"}, 507365},
    {"adam", {"use_ema", "gradient_accumulation_steps", "amsgrad"}, {"true", "4", "true"}, 845607},
    {"adam", {"clipnorm", "weight_decay"}, {"1.0", "0.01"}, 338244},
    {"adamw", {0}, {0}, 338244},
    {"adamw", {"amsgrad"}, {"true"}, 507365},
    {"adadelta", {0}, {0}, 338244},
    {"adagrad", {0}, {0}, 169123},
    {"adamax", {0}, {0}, 338244},
    {"nadam", {0}, {0}, 338245},
    {"ftrl", {0}, {0}, 338244},
    {"lamb", {0}, {0}, 338244},
    {"lion", {0}, {0}, 169123},
    {"adafactor", {0}, {0}, 171537},
    {"muon", {0}, {0}, 237892},
    {"schedulefreeadamw", {0}, {0}, 338244},
};

static void set_up(struct lt_arena *arena, struct lt_setup *setup, struct lt_named *option, const struct row *row)
{
    struct lt_problems problems = {.arena = arena};
    const struct lt_optimizer *optimizer = lt_optimizer_find(row->optimizer);
    assert_non_null(optimizer);
    lt_setup_init(setup, arena);
    setup->option = option;
    for (int i = 0; i < 3 && row->option[i]; i++) {
        const struct lt_field *field = lt_optimizer_field(optimizer, row->option[i]);
        assert_non_null(field);
        option[i].name = row->option[i];
        assert_int_equal(lt_field_parse(field, arena, row->value[i], &option[i].value, (struct lt_place){0}, &problems),
                         LT_OK);
        setup->option_count++;
    }
}

static uint64_t count(const struct lt_setup *setup, const struct lt_optimizer *optimizer)
{
    uint64_t sum = lt_optimizer_scalars(setup, optimizer, false);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        sum += elements_of(setup, optimizer, &variables[i]);
    return sum;
}

static void test_elements_are_those_of_keras(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_named option[3] = {0};
        struct lt_setup setup;
        set_up(&arena, &setup, option, &golden[i]);
        assert_int_equal(count(&setup, lt_optimizer_find(golden[i].optimizer)), golden[i].elements);
        lt_arena_free(&arena);
    }
}

/* muon.py: with exclude_embeddings=False the embedding has one slot and no second. */
static void test_muon_may_take_embeddings(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_named option[3] = {0};
    struct lt_setup setup;
    set_up(&arena, &setup, option, &(struct row){"muon", {"exclude_embeddings"}, {"false"}, 0});
    assert_int_equal(count(&setup, lt_optimizer_find("muon")), 237892 - 64000);
    lt_arena_free(&arena);
}

/* LossScaleOptimizer: four scalars more (Adam on 20 weights: 42 becomes 46); a schedule: one less. */
static void test_scalars(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_named option[3] = {0};
    struct lt_setup setup;
    const struct lt_optimizer *adam = lt_optimizer_find("adam");
    set_up(&arena, &setup, option, &(struct row){"adam", {"learning_rate_schedule"}, {"false"}, 0});
    assert_int_equal(lt_optimizer_scalars(&setup, adam, false), 2);
    assert_int_equal(lt_optimizer_scalars(&setup, adam, true), 6);
    assert_int_equal(lt_optimizer_scalars(&setup, lt_optimizer_find("nadam"), false), 3);
    option[0].value.boolean = true;
    assert_int_equal(lt_optimizer_scalars(&setup, adam, false), 1);
    lt_arena_free(&arena);
}

/* The set-up's own accumulation keeps the same slot as Keras's option. */
static void test_accumulation(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_setup setup;
    lt_setup_init(&setup, &arena);
    const struct lt_optimizer *sgd = lt_optimizer_find("sgd");
    assert_true(lt_optimizer_early(&setup, sgd, false));
    assert_int_equal(elements_of(&setup, sgd, &variables[0]), 0);
    setup.value[LT_SET_ACCUMULATE].integer = 4;
    assert_int_equal(elements_of(&setup, sgd, &variables[0]), 64000);
    assert_false(lt_optimizer_early(&setup, sgd, false));
    lt_arena_free(&arena);
}

/* Counted in the update formulas: SGD reads w and g and writes w; momentum is read and written too. */
static void test_work(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_named option[3] = {0};
    struct lt_setup setup;
    const struct lt_optimizer *sgd = lt_optimizer_find("sgd");
    lt_setup_init(&setup, &arena);
    assert_true(lt_optimizer_bytes(&setup, sgd) == 12 && lt_optimizer_flops(&setup, sgd) == 2);
    set_up(&arena, &setup, option, &(struct row){"sgd", {"momentum", "nesterov"}, {"0.9", "true"}, 0});
    assert_true(lt_optimizer_bytes(&setup, sgd) == 20 && lt_optimizer_flops(&setup, sgd) == 7);
    assert_false(lt_optimizer_early(&setup, sgd, false));
    lt_setup_init(&setup, &arena);
    const struct lt_optimizer *adamw = lt_optimizer_find("adamw");
    assert_true(lt_optimizer_bytes(&setup, adamw) == 36 && lt_optimizer_flops(&setup, adamw) == 15);
    assert_true(lt_optimizer_early(&setup, lt_optimizer_find("adam"), false));
    assert_false(lt_optimizer_early(&setup, lt_optimizer_find("adam"), true));
    lt_arena_free(&arena);
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
        cmocka_unit_test(test_elements_are_those_of_keras),
        cmocka_unit_test(test_muon_may_take_embeddings),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_accumulation),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
