/* Sums and products of bytes never wrap: too large is a value of its own, and stays so. */
#include "tests/core/test.h"

#include "core/base/checked.h"

static void sums(void **state)
{
    (void)state;
    assert_true(lt_add(2, 3) == 5);
    assert_true(lt_add(LT_HUGE - 1, 1) == LT_HUGE);
    assert_true(lt_add(LT_HUGE - 1, 2) == LT_HUGE);
    assert_true(lt_add(LT_HUGE, 0) == LT_HUGE);
    assert_true(lt_add(LT_HUGE, LT_HUGE) == LT_HUGE);
}

static void products(void **state)
{
    (void)state;
    assert_true(lt_mul(1ULL << 31, 1ULL << 32) == 1ULL << 63);
    assert_true(lt_mul(1ULL << 32, 1ULL << 32) == LT_HUGE);
    assert_true(lt_mul(LT_HUGE, 1) == LT_HUGE);
    assert_true(lt_mul(LT_HUGE, 2) == LT_HUGE);
    assert_true(lt_mul(0, LT_HUGE) == 0);
}

static void rounding(void **state)
{
    (void)state;
    assert_true(lt_ceil_div(0, 512) == 0);
    assert_true(lt_ceil_div(1, 512) == 1);
    assert_true(lt_ceil_div(512, 512) == 1);
    assert_true(lt_ceil_div(LT_HUGE, 2) == 1ULL << 63);
    assert_true(lt_round_up(0, 512) == 0);
    assert_true(lt_round_up(513, 512) == 1024);
    assert_true(lt_round_up(LT_HUGE - 1, 512) == LT_HUGE);
}

static void extremes(void **state)
{
    (void)state;
    assert_true(lt_max(1, LT_HUGE) == LT_HUGE && lt_max(2, 1) == 2);
    assert_true(lt_min(1, LT_HUGE) == 1 && lt_min(2, 1) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums), cmocka_unit_test(products), cmocka_unit_test(rounding),
                                       cmocka_unit_test(extremes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
