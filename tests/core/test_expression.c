/* Expressions that users write: what they give, and what is wrong with hostile ones, at the byte where it is wrong. */
#include "tests/core/test.h"

#include <string.h>

#include "core/model/expression.h"

static enum lt_status find(const void *context, const char *name, size_t length, struct lt_meaning *out)
{
    static const int64_t dims[] = {32, 7, LT_NO_DIM, 5};
    (void)context;
    if (length == 1 && name[0] == 'x') {
        *out = (struct lt_meaning){.list = dims, .count = 4};
        return LT_OK;
    }
    if (length == 5 && strncmp(name, "units", 5) == 0) {
        *out = (struct lt_meaning){.number = 12};
        return LT_OK;
    }
    if (length == 4 && strncmp(name, "text", 4) == 0)
        return LT_INVALID;
    return LT_NOT_FOUND;
}

static const struct lt_scope SCOPE = {.find = find}, NAMES = {.find = find, .names_only = true};

static void assert_number(const char *text, double expected)
{
    struct lt_expression_error error;
    double value = -1;
    if (lt_expression_number(text, &SCOPE, &value, &error) != LT_OK)
        fail_msg("%s: %s at %zu", text, error.message, error.at);
    assert_true(value >= expected && value <= expected);
}

static void assert_wrong(const char *text, size_t at, const char *message)
{
    struct lt_expression_error error = {0};
    double value;
    assert_int_equal(lt_expression_number(text, &SCOPE, &value, &error), LT_INVALID);
    assert_string_equal(error.message, message);
    assert_int_equal(error.at, at);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number("1 + 2 * 3 - 4 / 8", 6.5);
    assert_number("-(2 - 5) * - 2", -6);
    assert_number("7 // 2 + -7 // 2", -1);
    assert_number("-7 % 3", 2);
    assert_number("x[0] * x[-1]", 160);
    assert_number("rank(x) * units", 48);
    assert_number("elements(x)", 32 * 7 * 5);
    assert_number("min(3, units, 5) + max(1, 2) + ceil(1.2) + floor(1.8)", 8);
    assert_number("where(units >= 12, 1, 2) + where(1 == 2, 10, 20) + (3 != 4)", 22);
    assert_number("1e3 + .5", 1000.5);
}

static void test_shapes(void **state)
{
    (void)state;
    struct lt_expression_error error;
    struct lt_shape shape;
    assert_int_equal(lt_expression_shape("x[:2], units // 5", &SCOPE, &shape, &error), LT_OK);
    assert_int_equal(shape.rank, 3);
    assert_int_equal(shape.dim[1], 7);
    assert_int_equal(shape.dim[2], 2);
    assert_int_equal(lt_expression_shape("", &SCOPE, &shape, &error), LT_OK);
    assert_int_equal(shape.rank, 0);
    assert_int_equal(lt_expression_shape("x[-1:], x[5:], x[0]", &SCOPE, &shape, &error), LT_OK);
    assert_int_equal(shape.rank, 2);
    assert_int_equal(shape.dim[0], 5);
}

static void test_wrong_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } CASES[] = {
        {"units - 13", "an axis is negative"},
        {"units / 5", "this must be a whole number"},
        {"1e12 * 4", "an axis is too large"},
        {"1,2,3,4,5,6,7,8,9", "the shape has more than 8 axes"},
        {"x[0] x[1]", "a comma is missing"},
        {"units[:2]", "this is one number, not a list"},
        {"x[:2", "] is missing"},
        {"x[::2]", "this is no number, name or bracket"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct lt_expression_error error = {0};
        struct lt_shape shape;
        assert_int_equal(lt_expression_shape(CASES[i].text, &SCOPE, &shape, &error), LT_INVALID);
        assert_string_equal(error.message, CASES[i].message);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    assert_wrong("1 / (units - 12)", 2, "this divides by zero");
    assert_wrong("1 // 0", 2, "this divides by zero");
    assert_wrong("5 % 0", 2, "this divides by zero");
    assert_wrong("1e18 * 1e18", 5, "the result is too large");
    assert_wrong("1e999", 0, "the result is too large");
    assert_wrong("unit + 1", 0, "there is no name unit");
    assert_wrong("text * 2", 0, "text is not a number here");
    assert_wrong("2 * ", 4, "something is missing at the end");
    assert_wrong("", 0, "something is missing at the end");
    assert_wrong("(1", 2, ") is missing");
    assert_wrong("1 2", 2, "this is too much");
    assert_wrong("2units", 1, "this is no part of a number");
    assert_wrong("system(1)", 0, "there is no such function of so many arguments");
    assert_wrong("x[9]", 2, "there is no such element");
    assert_wrong("x[2]", 2, "this element is open");
    assert_wrong("x[0.5]", 2, "this must be a whole number");
    assert_wrong("x", 0, "this is a list: name[0], rank(name) or elements(name) is a number");
    assert_wrong("1;2", 1, "this is too much");
    assert_wrong("max(1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8)", 36, "these are too many arguments");
}

/* Neither deep nesting nor a long text reaches the stack's end. */
static void test_deep(void **state)
{
    (void)state;
    static const char *const OPEN[] = {"(", "-", "max(", "x[", "min(1,("};
    struct lt_expression_error error;
    double value;
    struct lt_shape shape;
    for (size_t i = 0; i < COUNT(OPEN); i++) {
        char text[LT_EXPRESSION_BYTES + 64] = "";
        for (size_t length = 0; length + strlen(OPEN[i]) < LT_EXPRESSION_BYTES; length += strlen(OPEN[i]))
            memcpy(text + length, OPEN[i], strlen(OPEN[i]) + 1);
        assert_int_equal(lt_expression_number(text, &SCOPE, &value, &error), LT_INVALID);
        assert_int_equal(lt_expression_shape(text, &SCOPE, &shape, &error), LT_INVALID);
    }
    char text[LT_EXPRESSION_BYTES + 64];
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_wrong(text, 0, "this is longer than 4096 bytes");
}

/* Without numbers only syntax and names count. */
static void test_names_only(void **state)
{
    (void)state;
    struct lt_expression_error error;
    double value;
    assert_int_equal(lt_expression_number("1 / (units - units) + x[77] + elements(x)", &NAMES, &value, &error), LT_OK);
    assert_int_equal(lt_expression_number("1 / unit", &NAMES, &value, &error), LT_INVALID);
    assert_int_equal(error.at, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_shapes), cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_deep),   cmocka_unit_test(test_names_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
