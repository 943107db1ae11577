/* Number formats: every name finds itself, sizes are those of numpy and ml_dtypes, large counts do not wrap. */
#include "tests/core/test.h"

#include "core/base/checked.h"
#include "core/base/dtype.h"

static void every_name_finds_its_dtype(void **state)
{
    (void)state;
    for (int i = 0; i < LT_DTYPE_COUNT; i++)
        assert_int_equal(lt_dtype_find(lt_dtypes[i].name), i);
    assert_int_equal(lt_dtype_find("half"), LT_FLOAT16);
    assert_int_equal(lt_dtype_find("double"), LT_FLOAT64);
    assert_int_equal(lt_dtype_find("float"), LT_FLOAT32);
    assert_int_equal(lt_dtype_find("float31"), LT_DTYPE_COUNT);
    assert_int_equal(lt_dtype_find(""), LT_DTYPE_COUNT);
}

static void zero_is_the_default_of_keras(void **state)
{
    (void)state;
    assert_string_equal(lt_dtypes[0].name, "float32");
}

static void sizes_in_bytes(void **state)
{
    (void)state;
    static const struct {
        enum lt_dtype dtype;
        uint64_t elements, bytes;
    } CASE[] = {
        {LT_FLOAT32, 3, 12}, {LT_FLOAT64, 3, 24}, {LT_BFLOAT16, 3, 6},    {LT_FLOAT8_E5M2, 3, 3},
        {LT_BOOL, 3, 3},     {LT_INT64, 3, 24},   {LT_COMPLEX128, 3, 48}, {LT_INT4, 4, 2},
        {LT_INT4, 3, 2},     {LT_INT4, 0, 0},     {LT_STRING, 1000, 0},   {LT_FLOAT32, LT_HUGE / 2, LT_HUGE},
    };
    for (size_t i = 0; i < COUNT(CASE); i++)
        assert_true(lt_dtype_bytes(CASE[i].dtype, CASE[i].elements) == CASE[i].bytes);
}

static void halves(void **state)
{
    (void)state;
    assert_true(lt_is_half(LT_FLOAT16) && lt_is_half(LT_BFLOAT16));
    assert_false(lt_is_half(LT_FLOAT32) || lt_is_half(LT_INT16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_finds_its_dtype),
        cmocka_unit_test(zero_is_the_default_of_keras),
        cmocka_unit_test(sizes_in_bytes),
        cmocka_unit_test(halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
