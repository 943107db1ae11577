/* What all tests of the core begin with. */
#ifndef LT_TESTS_CORE_TEST_H
#define LT_TESTS_CORE_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/status.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Compares the first problem with `file:line:column: severity: message; hint`. */
static inline void assert_problem(const struct lt_problems *problems, const char *expected)
{
    struct lt_arena arena = LT_ARENA_INIT;
    assert_true(problems->count > 0);
    assert_string_equal(lt_problem_text(&arena, &problems->item[0]), expected);
    lt_arena_free(&arena);
}

/* A problem's message holds `part`. */
static inline void assert_said(const struct lt_problems *problems, const char *part)
{
    for (uint32_t i = 0; i < problems->count; i++)
        if (strstr(problems->item[i].message, part))
            return;
    fail_msg("\"%s\" is not in: %s", part, problems->count ? problems->item[0].message : "no problem at all");
}

#endif
