/* Problems: in order, limited per severity, counted beyond the limit, and never lost for want of memory. */
#include "tests/core/test.h"

#include <string.h>

static const struct lt_place PLACE = {.file = "a.yaml", .line = 3, .column = 7};

static void a_problem_is_one_line(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    lt_problem_add(&problems, LT_ERROR, PLACE, "a number above 0", "units is %d", -1);
    assert_problem(&problems, "a.yaml:3:7: error: units is -1; a number above 0");
    assert_true(lt_has_errors(&problems));
    lt_arena_free(&arena);
}

static void a_path_stands_for_a_line(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    lt_problem_add(&problems, LT_NOTE, (struct lt_place){.file = "m.json", .path = "config.units"}, NULL, "odd");
    assert_problem(&problems, "m.json: config.units: note: odd");
    assert_false(lt_has_errors(&problems));
    struct lt_problem bare = {.message = "odd", .severity = LT_WARNING};
    assert_string_equal(lt_problem_text(&arena, &bare), "warning: odd");
    lt_arena_free(&arena);
}

static void each_severity_has_its_own_limit(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    for (int i = 0; i < 1000; i++)
        lt_problem_add(&problems, LT_WARNING, PLACE, NULL, "warning %d", i);
    lt_problem_add(&problems, LT_ERROR, PLACE, NULL, "the error");
    assert_int_equal(problems.count, LT_PROBLEM_LIMIT + 1);
    assert_int_equal(problems.total[LT_WARNING], 1000);
    assert_int_equal(problems.total[LT_ERROR], 1);
    assert_string_equal(problems.item[LT_PROBLEM_LIMIT].message, "the error");
    lt_arena_free(&arena);
}

static void text_of_a_problem_is_copied(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    char file[] = "first", hint[] = "hint";
    lt_problem_add(&problems, LT_ERROR, (struct lt_place){.file = file}, hint, "message");
    file[0] = hint[0] = 'X';
    assert_problem(&problems, "first: error: message; hint");
    lt_arena_free(&arena);
}

static void of_a_long_text_the_beginning_is_kept(void **state)
{
    (void)state;
    static char text[100000];
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xBC", 2);
    lt_problem_add(&problems, LT_ERROR, (struct lt_place){.path = text}, text, "x%s", text);
    const struct lt_problem *problem = &problems.item[0];
    assert_int_equal(strlen(problem->message), 999 + 3); /* x, whole characters and the dots */
    assert_int_equal(strlen(problem->hint), 1000 + 3);
    assert_int_equal(strlen(problem->place.path), 1000 + 3);
    assert_string_equal(problem->message + 997, "\xC3\xBC...");
    assert_true(arena.used_bytes < 8192);
    lt_arena_free(&arena);
}

static void without_memory_an_error_still_counts(void **state)
{
    (void)state;
    for (int64_t fail_in = 1; fail_in < 6; fail_in++) {
        struct lt_arena arena = {.fail_in = fail_in};
        struct lt_problems problems = {.arena = &arena};
        lt_problem_add(&problems, LT_ERROR, PLACE, "hint", "message");
        assert_true(lt_has_errors(&problems));
        if (problems.count)
            assert_non_null(problems.item[0].message);
        lt_arena_free(&arena);
    }
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < LT_STATUS_COUNT; i++)
        assert_non_null(lt_status_name((enum lt_status)i));
    assert_string_equal(lt_status_name(LT_OK), "ok");
    assert_string_equal(lt_status_name((enum lt_status)99), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_is_one_line),
        cmocka_unit_test(a_path_stands_for_a_line),
        cmocka_unit_test(each_severity_has_its_own_limit),
        cmocka_unit_test(text_of_a_problem_is_copied),
        cmocka_unit_test(of_a_long_text_the_beginning_is_kept),
        cmocka_unit_test(without_memory_an_error_still_counts),
        cmocka_unit_test(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
