/* Numbers for people and for files, the same under every locale. */
#include "tests/core/random.h"
#include "tests/core/test.h"

#include "core/base/checked.h"
#include "core/base/decimal.h"
#include "core/base/units.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double value;
    enum lt_unit unit;
    const char *text;
} SHOWN[] = {
    {25636712, LT_UNIT_COUNT, "25.6 M"},
    {2.41 * (1 << 30), LT_UNIT_BYTES, "2.41 GiB"},
    {0.0921, LT_UNIT_SECONDS, "92.1 ms"},
    {3.86e9, LT_UNIT_FLOPS, "3.86 GFLOP"},
    {2783, LT_UNIT_PER_SECOND, "2,780 /s"},
    {1.555e12, LT_UNIT_BYTES_PER_S, "1.56 TB/s"}, /* NVIDIA A100 40 GB */
    {312e12, LT_UNIT_FLOPS_PER_S, "312 TFLOP/s"},
    {1.25, LT_UNIT_SECONDS, "1.25 s"},
    {250, LT_UNIT_SECONDS, "4 min 10 s"},
    {11520, LT_UNIT_SECONDS, "3 h 12 min"},
    {3.14e23, LT_UNIT_FLOPS, "314 ZFLOP"}, /* the training of GPT-3 */
    {0, LT_UNIT_NONE, "0"},
    {0, LT_UNIT_BYTES, "0 B"},
    {0, LT_UNIT_COUNT, "0"},
    {0, LT_UNIT_SECONDS, "0 s"},
    {512, LT_UNIT_BYTES, "512 B"},
    {7, LT_UNIT_COUNT, "7"},
    {0.85, LT_UNIT_NONE, "0.850"},
    {0.0123, LT_UNIT_NONE, "0.0123"},
    {1e-7, LT_UNIT_NONE, "1.00e-7"},
    {9.996e-8, LT_UNIT_NONE, "1.00e-7"},
    {5e-324, LT_UNIT_NONE, "<1e-99"},
    {3e-10, LT_UNIT_SECONDS, "0.300 ns"},
    {1.5e-6, LT_UNIT_SECONDS, "1.50 us"},
    {-1.5e6, LT_UNIT_COUNT, "-1.50 M"},
    {-250, LT_UNIT_SECONDS, "-4 min 10 s"},
    /* Rounding up must reach the next prefix or unit whole: never 1000 k, 1024 MiB, 60.0 s or 60 min. */
    {999499, LT_UNIT_COUNT, "999 k"},
    {999500, LT_UNIT_COUNT, "1.00 M"},
    {9.995, LT_UNIT_NONE, "10.0"},
    {99.95, LT_UNIT_NONE, "100"},
    {999.6, LT_UNIT_NONE, "1,000"},
    {9996, LT_UNIT_PER_SECOND, "10,000 /s"},
    {999600, LT_UNIT_PER_SECOND, "1.00 M/s"},
    {1023.4 * (1 << 20), LT_UNIT_BYTES, "1023 MiB"},
    {1023.6 * (1 << 20), LT_UNIT_BYTES, "1.00 GiB"},
    {0.9996, LT_UNIT_SECONDS, "1.00 s"},
    {59.96, LT_UNIT_SECONDS, "1 min 0 s"},
    {119.6, LT_UNIT_SECONDS, "2 min 0 s"},
    {3599.6, LT_UNIT_SECONDS, "1 h 0 min"},
    {86399, LT_UNIT_SECONDS, "1 d 0 h"},
    {2.59e9, LT_UNIT_SECONDS, "82.1 years"},
    {(double)LT_HUGE, LT_UNIT_BYTES, "too large"},
    {(double)LT_HUGE, LT_UNIT_COUNT, "too large"},
    {1e30, LT_UNIT_FLOPS, "too large"},
    {INFINITY, LT_UNIT_SECONDS, "too large"},
    {NAN, LT_UNIT_SECONDS, "?"},
};

static void numbers_are_shown_with_three_digits(void **state)
{
    (void)state;
    char out[LT_NUMBER_TEXT];
    for (size_t i = 0; i < COUNT(SHOWN); i++)
        assert_string_equal(lt_number(out, SHOWN[i].value, SHOWN[i].unit), SHOWN[i].text);
}

/* No value of any size overruns the text, and more is never shown as less than a thousandth part off. */
static void numbers_of_all_sizes_fit(void **state)
{
    (void)state;
    for (int unit = LT_UNIT_NONE; unit <= LT_UNIT_FLOPS_PER_S; unit++)
        for (double value = 1e-320; value < 1e300; value *= 1.37)
            for (int sign = -1; sign <= 1; sign += 2) {
                struct {
                    char text[LT_NUMBER_TEXT];
                    char guard;
                } out = {.guard = 'G'};
                lt_number(out.text, sign * value, (enum lt_unit)unit);
                assert_int_equal(out.guard, 'G');
                assert_true(strlen(out.text) < LT_NUMBER_TEXT);
            }
}

/* What is shown with a unit reads back as the value it shows, to three digits. */
static void what_is_shown_reads_back(void **state)
{
    (void)state;
    static const enum lt_unit UNIT[] = {LT_UNIT_BYTES, LT_UNIT_COUNT, LT_UNIT_FLOPS, LT_UNIT_BYTES_PER_S,
                                        LT_UNIT_FLOPS_PER_S};
    for (size_t i = 0; i < COUNT(UNIT); i++)
        for (double value = 1e-3; value < 1e19; value *= 1.7) {
            char text[LT_NUMBER_TEXT];
            double read;
            assert_true(lt_parse_number(lt_number(text, value, UNIT[i]), UNIT[i], &read));
            assert_true(fabs(read / value - 1) <= 0.005);
        }
}

static void counts_are_grouped(void **state)
{
    (void)state;
    char out[LT_NUMBER_TEXT];
    assert_string_equal(lt_grouped(out, 0), "0");
    assert_string_equal(lt_grouped(out, 999), "999");
    assert_string_equal(lt_grouped(out, 1000), "1,000");
    assert_string_equal(lt_grouped(out, 25636712), "25,636,712");
    assert_string_equal(lt_grouped(out, LT_HUGE - 1), "18,446,744,073,709,551,614");
    assert_string_equal(lt_grouped(out, LT_HUGE), "too large");
}

static const struct {
    const char *text;
    enum lt_unit unit;
    double value;
} READ[] = {
    {"80GiB", LT_UNIT_BYTES, 80.0 * (1 << 30)},
    {"1.5 GB", LT_UNIT_BYTES, 1.5e9},
    {"512", LT_UNIT_BYTES, 512},
    {"512 B", LT_UNIT_BYTES, 512},
    {"64 kB", LT_UNIT_BYTES, 64e3},
    {"64KB", LT_UNIT_BYTES, 64e3},
    {"1e3 KiB", LT_UNIT_BYTES, 1024e3},
    {"0.2", LT_UNIT_SECONDS, 0.2},
    {"200ms", LT_UNIT_SECONDS, 0.2},
    {"5 \xC2\xB5s", LT_UNIT_SECONDS, 5e-6},
    {"5us", LT_UNIT_SECONDS, 5e-6},
    {"2 h", LT_UNIT_SECONDS, 7200},
    {"1e9", LT_UNIT_COUNT, 1e9},
    {"25.6M", LT_UNIT_COUNT, 25.6e6},
    {"7B", LT_UNIT_COUNT, 7e9},
    {"2E", LT_UNIT_COUNT, 2e18},
    {"312 TFLOP/s", LT_UNIT_FLOPS_PER_S, 312e12},
    {"19.5 TFLOPS", LT_UNIT_FLOPS_PER_S, 19.5e12},
    {"900GB/s", LT_UNIT_BYTES_PER_S, 900e9},
    {"-3.5e-2", LT_UNIT_NONE, -0.035},
    {"+.5", LT_UNIT_NONE, 0.5},
    {"5.", LT_UNIT_NONE, 5},
};

static void numbers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(READ); i++) {
        double value = NAN;
        if (!lt_parse_number(READ[i].text, READ[i].unit, &value) || fabs(value - READ[i].value) > 1e-12 * fabs(value))
            fail_msg("%s reads as %g", READ[i].text, value);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum lt_unit unit;
    } CASE[] = {
        {"", LT_UNIT_NONE},         {" ", LT_UNIT_NONE},        {".", LT_UNIT_NONE},         {"-", LT_UNIT_NONE},
        {"1,5", LT_UNIT_NONE},      {"1.5.2", LT_UNIT_NONE},    {"0x10", LT_UNIT_NONE},      {"inf", LT_UNIT_NONE},
        {"nan", LT_UNIT_NONE},      {"1e400", LT_UNIT_NONE},    {"1e308 GB", LT_UNIT_BYTES}, {"80G", LT_UNIT_BYTES},
        {"80 GiBs", LT_UNIT_BYTES}, {"80 Gib", LT_UNIT_BYTES},  {"5 GiB", LT_UNIT_COUNT},    {"5 s", LT_UNIT_BYTES},
        {"5 B", LT_UNIT_SECONDS},   {"5 kms", LT_UNIT_SECONDS}, {"5 5", LT_UNIT_NONE},       {"1e", LT_UNIT_NONE},
        {"--5", LT_UNIT_NONE},      {"5\n", LT_UNIT_NONE},
    };
    for (size_t i = 0; i < COUNT(CASE); i++) {
        double value = 42;
        if (lt_parse_number(CASE[i].text, CASE[i].unit, &value))
            fail_msg("'%s' reads as %g", CASE[i].text, value);
        assert_true(value == 42);
    }
}

static void decimals_are_shortest_and_exact(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } CASE[] = {
        {0.1, "0.1"},
        {1, "1.0"},
        {-0.0, "-0.0"},
        {1e20, "1e+20"},
        {1.0 / 3, "0.3333333333333333"},
        {1e-7, "1e-07"},
        {123456, "123456.0"},
        {0.001, "0.001"},
        {5e-324, "4.94065645841247e-324"},
    };
    char out[LT_DECIMAL_TEXT];
    for (size_t i = 0; i < COUNT(CASE); i++)
        assert_string_equal(lt_decimal(out, CASE[i].value), CASE[i].text);
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = random_bits(&seed);
        double value;
        char *end;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        assert_true(lt_strtod(lt_decimal(out, value), &end) == value);
        assert_int_equal(*end, '\0');
    }
}

/* German numbers have a decimal comma: nothing above may change under them. */
static void the_locale_has_no_say(void **state)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    assert_string_equal(localeconv()->decimal_point, ",");
    numbers_are_shown_with_three_digits(state);
    counts_are_grouped(state);
    numbers_are_read(state);
    what_is_no_number_is_refused(state);
    decimals_are_shortest_and_exact(state);
    assert_string_equal(localeconv()->decimal_point, ","); /* and the program keeps its locale */
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_shown_with_three_digits),
        cmocka_unit_test(numbers_of_all_sizes_fit),
        cmocka_unit_test(what_is_shown_reads_back),
        cmocka_unit_test(counts_are_grouped),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(decimals_are_shortest_and_exact),
        cmocka_unit_test(the_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
