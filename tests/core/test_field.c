/* Fields: what users type and files hold, what is written back, ranges, steps, and what is said where a value is wrong.
 */
#include "core/model/field.h"
#include "tests/core/kind_case.h"

static const char *const PADDINGS[] = {"valid", "same", NULL};

static const struct lt_field FIELD[] = {
    {.name = "units", .type = LT_FIELD_INT, .low = 1, .high = 65536},
    {.name = "use_bias", .type = LT_FIELD_BOOL, .initial = "true"},
    {.name = "rate", .type = LT_FIELD_FLOAT, .initial = "0.5", .low = 0, .high = 1},
    {.name = "padding", .type = LT_FIELD_CHOICE, .initial = "valid", .choices = PADDINGS},
    {.name = "kernel_size", .type = LT_FIELD_INTS, .initial = "3,3", .low = 1, .high = 1000},
    {.name = "target_shape", .type = LT_FIELD_INTS, .low = -1, .high = 1000, .optional = true},
    {.name = "activation", .type = LT_FIELD_ACTIVATION, .initial = "linear"},
    {.name = "memory", .type = LT_FIELD_BYTES, .low = 1, .high = 1125899906842624.0},
    {.name = "cropping", .type = LT_FIELD_PAIRS, .initial = "1", .low = 0, .high = 1000},
    {.name = "equation", .type = LT_FIELD_TEXT, .optional = true},
    {.name = "groups", .type = LT_FIELD_INT, .initial = "-1", .low = -1, .high = 16},
    {.name = "scale", .type = LT_FIELD_TREE, .optional = true},
};
enum { UNITS, USE_BIAS, RATE, PADDING, KERNEL, TARGET, ACTIVATION, MEMORY, CROPPING, EQUATION, GROUPS, SCALE };

/* Typed text, and how it is shown; NULL: it is refused. */
static void test_typed(void **state)
{
    (void)state;
    static const struct {
        int field;
        const char *typed, *shown;
    } row[] = {
        {UNITS, " 64 ", "64"},
        {UNITS, "1k", "1000"},
        {UNITS, "0", NULL},
        {UNITS, "1.5", NULL},
        {UNITS, "none", NULL},
        {UNITS, "", NULL},
        {UNITS, "99999999999999999999", NULL},
        {USE_BIAS, "off", "false"},
        {USE_BIAS, "TRUE", "true"},
        {USE_BIAS, "maybe", NULL},
        {RATE, "0.25", "0.25"},
        {RATE, "1.01", NULL},
        {RATE, "nan", NULL},
        {PADDING, "SAME", "same"},
        {PADDING, "wrong", NULL},
        {KERNEL, "5", "5"},
        {KERNEL, "(5, 3)", "5,3"},
        {KERNEL, "5x3", "5,3"},
        {KERNEL, "5,0", NULL},
        {KERNEL, "5,none", NULL},
        {TARGET, "none", "none"},
        {TARGET, "none,-1", "none,-1"},
        {ACTIVATION, "relu", "relu"},
        {ACTIVATION, "none", "linear"},
        {ACTIVATION, "rellu", NULL},
        {MEMORY, "80GiB", "80GiB"},
        {MEMORY, "1500", "1500B"},
        {CROPPING, "1,2,3,4", "1,2,3,4"},
        {EQUATION, "ab,bc->ac", "ab,bc->ac"},
        {GROUPS, "-1", "-1"},
        {SCALE, "1", NULL},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        const struct lt_field *field = &FIELD[row[i].field];
        struct lt_value value = {.type = LT_VALUE_BOOL, .boolean = true};
        enum lt_status status = lt_field_parse(field, &arena, row[i].typed, &value, (struct lt_place){0}, &problems);
        if ((status == LT_OK) != (row[i].shown != NULL))
            fail_msg("%s=%s: %s", field->name, row[i].typed, lt_status_name(status));
        if (row[i].shown) {
            assert_string_equal(lt_field_text(field, &value, &arena), row[i].shown);
            assert_true(value.given);
        } else {
            assert_int_equal(value.type, LT_VALUE_BOOL); /* untouched */
            assert_int_equal(problems.count, 1);
        }
        lt_arena_free(&arena);
    }
}

static void test_messages(void **state)
{
    (void)state;
    static const struct {
        int field;
        const char *typed, *problem;
    } row[] = {
        {UNITS, "0", "units: error: units: \"0\" is not a whole number in its range; 1 to 65536"},
        {PADDING, "full", "units: error: padding: \"full\" is not one of its choices; one of valid, same"},
        {USE_BIAS, "2", "units: error: use_bias: \"2\" is not true or false; true or false"},
        {MEMORY, "x\033", "units: error: memory: \"x\\x1B\" is not a size in its range; 1B to 1024TiB"},
        {SCALE, "1", "units: error: scale is a structure of the file and cannot be set as text"},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        struct lt_value value = {0};
        lt_field_parse(&FIELD[row[i].field], &arena, row[i].typed, &value, (struct lt_place){.file = "units"},
                       &problems);
        assert_problem(&problems, row[i].problem);
        lt_arena_free(&arena);
    }
}

/* What files hold, and what is written back; NULL: refused. */
static void test_files(void **state)
{
    (void)state;
    static const struct {
        int field;
        const char *read, *shown;
    } row[] = {
        {UNITS, "64", "64"},
        {UNITS, "64.0", "64"},
        {UNITS, "\"many\"", NULL},
        {UNITS, "null", NULL},
        {UNITS, "true", NULL},
        {UNITS, "[64]", NULL},
        {USE_BIAS, "1", "true"},
        {USE_BIAS, "2", NULL},
        {USE_BIAS, "null", "true"},
        {RATE, "1", "1.0"},
        {RATE, "2", NULL},
        {PADDING, "\"same\"", "same"},
        {PADDING, "3", NULL},
        {KERNEL, "[3, 5]", "3,5"},
        {KERNEL, "3", "3"},
        {KERNEL, "[[3, 5]]", NULL},
        {KERNEL, "[null]", NULL},
        {TARGET, "[null, 4]", "none,4"},
        {TARGET, "null", "none"},
        {ACTIVATION, "\"mine\"", "mine"},
        {ACTIVATION, "{\"class_name\": \"ReLU\", \"config\": {}}", "ReLU"},
        {ACTIVATION, "7", NULL},
        {CROPPING, "[[1, 2], [3, 4]]", "1,2,3,4"},
        {CROPPING, "[1, 2]", "1,2"},
        {SCALE, "[1, 0.5, {\"a\": \"b\"}]", "[1, 0.5, {a: b}]"},
        {EQUATION, "\"ab\"", "ab"},
        {EQUATION, "[]", NULL},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        const struct lt_field *field = &FIELD[row[i].field];
        struct lt_value value = {0}, again = {0};
        enum lt_status status = lt_field_read(field, &arena, case_json(&arena, row[i].read), &value, "f", &problems);
        if ((status == LT_OK) != (row[i].shown != NULL))
            fail_msg("%s=%s: %s", field->name, row[i].read, lt_status_name(status));
        if (row[i].shown) {
            assert_string_equal(lt_field_text(field, &value, &arena), row[i].shown);
            struct lt_tree *map = lt_tree_new(&arena, LT_TREE_MAP, NULL, NULL);
            lt_field_write(field, &value, &arena, map);
            assert_int_equal(lt_field_read(field, &arena, lt_tree_get(map, field->name), &again, "f", &problems),
                             LT_OK);
            assert_true(lt_value_equal(&value, &again));
        } else {
            assert_int_equal(problems.count, 1);
        }
        lt_arena_free(&arena);
    }
}

static void test_steps(void **state)
{
    (void)state;
    static const struct {
        int field;
        const char *from;
        int step;
        const char *to;
    } row[] = {
        {UNITS, "64", 1, "128"},        {UNITS, "64", -1, "32"},   {UNITS, "1", -1, NULL},
        {UNITS, "60000", 1, "65536"},   {UNITS, "65536", 1, NULL}, {USE_BIAS, "true", 1, "false"},
        {RATE, "0.5", 1, "0.6"},        {RATE, "1", 1, NULL},      {PADDING, "valid", 1, "same"},
        {PADDING, "valid", -1, "same"}, {KERNEL, "3,4", 1, "6,8"}, {GROUPS, "3", 1, "4"},
        {GROUPS, "16", 1, NULL},        {GROUPS, "-1", -1, NULL},  {ACTIVATION, "linear", 1, "relu"},
        {EQUATION, "ab", 1, NULL},      {TARGET, "none", 1, NULL},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        const struct lt_field *field = &FIELD[row[i].field];
        struct lt_value value, next;
        assert_int_equal(lt_field_parse(field, &arena, row[i].from, &value, (struct lt_place){0}, NULL), LT_OK);
        bool moved = lt_field_step(field, &arena, &value, row[i].step, &next);
        if (moved != (row[i].to != NULL))
            fail_msg("%s %s %+d", field->name, row[i].from, row[i].step);
        if (moved)
            assert_string_equal(lt_field_text(field, &next, &arena), row[i].to);
        lt_arena_free(&arena);
    }
}

static void test_defaults_and_ranges(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_value value = lt_field_default(&FIELD[KERNEL], &arena);
    assert_int_equal(value.type, LT_VALUE_INTS);
    assert_int_equal(value.count, 2);
    assert_false(value.given);
    assert_int_equal(lt_field_default(&FIELD[UNITS], &arena).type, LT_VALUE_NULL);
    assert_string_equal(lt_field_range(&FIELD[RATE], &arena), "0 to 1");
    assert_string_equal(lt_field_range(&FIELD[PADDING], &arena), "one of valid, same");
    assert_null(lt_field_range(&FIELD[EQUATION], &arena));
    assert_int_equal(lt_field_find(FIELD, COUNT(FIELD), "rate"), RATE);
    assert_int_equal(lt_field_find(FIELD, COUNT(FIELD), "none"), -1);
    lt_arena_free(&arena);
}

/* Each request for memory fails once: no crash, and a status that says so. */
static void test_no_memory(void **state)
{
    (void)state;
    static const char *const typed[] = {"64", "on", "0.5", "same", "3,3", "4", "relu", "1KiB", "1,2", "text", "1"};
    for (int f = 0; f < (int)COUNT(typed); f++)
        for (int64_t fail = 1;; fail++) {
            struct lt_arena arena = {.fail_in = fail};
            struct lt_problems problems = {.arena = &arena};
            struct lt_value value = {0}, next;
            enum lt_status status =
                lt_field_parse(&FIELD[f], &arena, typed[f], &value, (struct lt_place){0}, &problems);
            bool failed = arena.failed;
            assert_int_equal(status, failed ? LT_NO_MEMORY : LT_OK);
            if (!failed) {
                lt_field_step(&FIELD[f], &arena, &value, 1, &next);
                assert_true(lt_field_text(&FIELD[f], &value, &arena) || arena.failed);
                failed = arena.failed;
            }
            lt_arena_free(&arena);
            if (!failed)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_defaults_and_ranges),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
