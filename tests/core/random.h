/* Numbers from a seed, the same everywhere. */
#ifndef LT_TESTS_CORE_RANDOM_H
#define LT_TESTS_CORE_RANDOM_H

#include <stdint.h>

/* xorshift64; the seed must not be 0. */
static inline uint64_t random_bits(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static inline uint32_t random_below(uint64_t *seed, uint32_t limit)
{
    return (uint32_t)(random_bits(seed) >> 32) % limit;
}

#endif
