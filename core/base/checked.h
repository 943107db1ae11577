/* Arithmetic on bytes and element counts that cannot wrap: a result that does not fit is LT_HUGE, and stays so.
 * LT_HUGE is shown as "too large", never as a number. */
#ifndef LT_BASE_CHECKED_H
#define LT_BASE_CHECKED_H

#include <stdint.h>

#define LT_HUGE UINT64_MAX

static inline uint64_t lt_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? LT_HUGE : sum;
}

/* Zero times LT_HUGE is zero: nothing of something too large. */
static inline uint64_t lt_mul(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? LT_HUGE : product;
}

static inline uint64_t lt_ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* a rounded up to a multiple of unit (unit > 0). */
static inline uint64_t lt_round_up(uint64_t a, uint64_t unit)
{
    return lt_mul(lt_ceil_div(a, unit), unit);
}

static inline uint64_t lt_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t lt_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
