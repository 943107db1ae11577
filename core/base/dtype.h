/* Number formats: one table of names and sizes. */
#ifndef LT_BASE_DTYPE_H
#define LT_BASE_DTYPE_H

#include "core/base/checked.h"

#include <stdbool.h>
#include <stdint.h>

enum lt_dtype {
    LT_FLOAT32, /* first, so that all-zero data mean Keras's default */
    LT_FLOAT64,
    LT_FLOAT16,
    LT_BFLOAT16,
    LT_FLOAT8_E4M3FN,
    LT_FLOAT8_E5M2,
    LT_INT8,
    LT_INT16,
    LT_INT32,
    LT_INT64,
    LT_UINT8,
    LT_UINT16,
    LT_UINT32,
    LT_UINT64,
    LT_BOOL,
    LT_INT4, /* stored packed, two to a byte */
    LT_COMPLEX64,
    LT_COMPLEX128,
    LT_STRING, /* no fixed size: counted as 0 bytes */
    LT_DTYPE_COUNT,
};

struct lt_dtype_info {
    const char *name; /* as Keras writes it */
    uint8_t bits;
    bool floating;
};

extern const struct lt_dtype_info lt_dtypes[LT_DTYPE_COUNT];

/* The dtype of a Keras or numpy name ("float32", "half"); LT_DTYPE_COUNT where there is none. */
enum lt_dtype lt_dtype_find(const char *name);

/* Bytes of `elements` stored values, rounded up to whole bytes; LT_HUGE where that does not fit. */
static inline uint64_t lt_dtype_bytes(enum lt_dtype dtype, uint64_t elements)
{
    unsigned bits = lt_dtypes[dtype].bits;
    if (bits >= 8)
        return lt_mul(elements, bits / 8);
    return bits ? lt_ceil_div(elements, 8 / bits) : 0;
}

static inline bool lt_is_half(enum lt_dtype dtype)
{
    return dtype == LT_FLOAT16 || dtype == LT_BFLOAT16;
}

#endif
