#include "core/base/dtype.h"

#include <string.h>

const struct lt_dtype_info lt_dtypes[LT_DTYPE_COUNT] = {
    [LT_FLOAT32] = {"float32", 32, true},
    [LT_FLOAT64] = {"float64", 64, true},
    [LT_FLOAT16] = {"float16", 16, true},
    [LT_BFLOAT16] = {"bfloat16", 16, true},
    [LT_FLOAT8_E4M3FN] = {"float8_e4m3fn", 8, true},
    [LT_FLOAT8_E5M2] = {"float8_e5m2", 8, true},
    [LT_INT8] = {"int8", 8, false},
    [LT_INT16] = {"int16", 16, false},
    [LT_INT32] = {"int32", 32, false},
    [LT_INT64] = {"int64", 64, false},
    [LT_UINT8] = {"uint8", 8, false},
    [LT_UINT16] = {"uint16", 16, false},
    [LT_UINT32] = {"uint32", 32, false},
    [LT_UINT64] = {"uint64", 64, false},
    [LT_BOOL] = {"bool", 8, false},
    [LT_INT4] = {"int4", 4, false},
    [LT_COMPLEX64] = {"complex64", 64, false},
    [LT_COMPLEX128] = {"complex128", 128, false},
    [LT_STRING] = {"string", 0, false},
};

static const struct {
    const char *name;
    enum lt_dtype dtype;
} OTHER_NAME[] = {
    {"half", LT_FLOAT16}, {"double", LT_FLOAT64}, {"float", LT_FLOAT32}, {"int", LT_INT32}, {"boolean", LT_BOOL},
};

enum lt_dtype lt_dtype_find(const char *name)
{
    for (int i = 0; i < LT_DTYPE_COUNT; i++)
        if (strcmp(lt_dtypes[i].name, name) == 0)
            return (enum lt_dtype)i;
    for (unsigned i = 0; i < sizeof OTHER_NAME / sizeof *OTHER_NAME; i++)
        if (strcmp(OTHER_NAME[i].name, name) == 0)
            return OTHER_NAME[i].dtype;
    return LT_DTYPE_COUNT;
}
