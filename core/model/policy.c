#include "core/model/policy.h"

#include <stddef.h>
#include <string.h>

/* Keras 3's names of quantized policies: the mode, then the policy that the layer had before. int4 scales blocks of
 * 128 rows. Source: keras/src/dtype_policies/dtype_policy.py. */
#define QUANTIZED(mode, quantization)                                                                                  \
    {mode "_from_float32", LT_FLOAT32, LT_FLOAT32, false, false, quantization},                                        \
        {mode "_from_mixed_float16", LT_FLOAT16, LT_FLOAT32, false, false, quantization},                              \
        {mode "_from_mixed_bfloat16", LT_BFLOAT16, LT_FLOAT32, false, false, quantization},                            \
        {mode "_from_float16", LT_FLOAT16, LT_FLOAT16, false, false, quantization},                                    \
    {                                                                                                                  \
        mode "_from_bfloat16", LT_BFLOAT16, LT_BFLOAT16, false, false, quantization                                    \
    }

const struct lt_policy lt_policies[] = {
    {"float32", LT_FLOAT32, LT_FLOAT32, false, false, LT_QUANTIZATION_NONE},
    {"mixed_float16", LT_FLOAT16, LT_FLOAT32, true, false, LT_QUANTIZATION_NONE},
    {"mixed_bfloat16", LT_BFLOAT16, LT_FLOAT32, false, false, LT_QUANTIZATION_NONE},
    {"tf32", LT_FLOAT32, LT_FLOAT32, false, true, LT_QUANTIZATION_NONE},
    {"float16", LT_FLOAT16, LT_FLOAT16, false, false, LT_QUANTIZATION_NONE},
    {"bfloat16", LT_BFLOAT16, LT_BFLOAT16, false, false, LT_QUANTIZATION_NONE},
    {"float64", LT_FLOAT64, LT_FLOAT64, false, false, LT_QUANTIZATION_NONE},
    QUANTIZED("int8", LT_QUANTIZATION_INT8),
    QUANTIZED("int4/128", LT_QUANTIZATION_INT4),
    QUANTIZED("float8", LT_QUANTIZATION_FLOAT8),
};
const int lt_policy_count = sizeof lt_policies / sizeof *lt_policies;

const char *const lt_policy_names[] = {
    "float32", "mixed_float16", "mixed_bfloat16", "tf32", "float16", "bfloat16", "float64", NULL,
};

const int lt_policy_name_count = sizeof lt_policy_names / sizeof *lt_policy_names - 1;

int lt_policy_find(const char *name)
{
    if (!name)
        return -1;
    for (int i = 0; i < lt_policy_count; i++)
        if (strcmp(lt_policies[i].name, name) == 0)
            return i;
    return -1;
}
