/* Policies by name, and what they compute and store in: Keras 3's dtype_policies/dtype_policy.py. */
#include "core/model/policy.h"
#include "tests/core/test.h"

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int compute, variable, quantization;
        bool scaling;
    } row[] = {
        {"float32", LT_FLOAT32, LT_FLOAT32, LT_QUANTIZATION_NONE, false},
        {"mixed_float16", LT_FLOAT16, LT_FLOAT32, LT_QUANTIZATION_NONE, true},
        {"mixed_bfloat16", LT_BFLOAT16, LT_FLOAT32, LT_QUANTIZATION_NONE, false},
        {"bfloat16", LT_BFLOAT16, LT_BFLOAT16, LT_QUANTIZATION_NONE, false},
        {"int8_from_mixed_bfloat16", LT_BFLOAT16, LT_FLOAT32, LT_QUANTIZATION_INT8, false},
        {"int4/128_from_float32", LT_FLOAT32, LT_FLOAT32, LT_QUANTIZATION_INT4, false},
        {"float8_from_float32", LT_FLOAT32, LT_FLOAT32, LT_QUANTIZATION_FLOAT8, false},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        int found = lt_policy_find(row[i].name);
        assert_true(found >= 0);
        assert_int_equal(lt_policies[found].compute, row[i].compute);
        assert_int_equal(lt_policies[found].variable, row[i].variable);
        assert_int_equal(lt_policies[found].quantization, row[i].quantization);
        assert_int_equal(lt_policies[found].loss_scaling, row[i].scaling);
    }
    assert_true(lt_policies[lt_policy_find("tf32")].tf32);
    assert_int_equal(lt_policy_find("float32"), 0);
    assert_int_equal(lt_policy_find("float33"), -1);
    assert_int_equal(lt_policy_find(NULL), -1);
}

static void test_choices(void **state)
{
    (void)state;
    for (const char *const *name = lt_policy_names; *name; name++)
        assert_int_equal(lt_policies[lt_policy_find(*name)].quantization, LT_QUANTIZATION_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_choices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
