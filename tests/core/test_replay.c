/* The allocator replayed on requests whose answers were worked out by hand from the rules of the two frameworks. */
#include "test.h"

#include "core/step/replay.h"

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)

/* pytorch: c10/cuda/CUDACachingAllocator.cpp; tensorflow: bfc_allocator.cc. */
static const struct lt_allocator caching = {.round_bytes = 512,
                                            .small_request_bytes = MIB,
                                            .small_segment_bytes = 2 * MIB,
                                            .large_request_bytes = 10 * MIB,
                                            .large_segment_bytes = 20 * MIB,
                                            .huge_round_bytes = 2 * MIB};
static const struct lt_allocator region = {.round_bytes = 256, .split_waste_bytes = 128 * MIB};

#define TAKE(at, bytes)                                                                                                \
    {                                                                                                                  \
        at, false, bytes                                                                                               \
    }
#define FREE(at)                                                                                                       \
    {                                                                                                                  \
        at, true, 0                                                                                                    \
    }
enum { MOST = 8 };

static const struct {
    const char *what;
    const struct lt_allocator *allocator;
    uint64_t resident, taken;
    int count;
    struct lt_request request[MOST];
} cases[] = {
    {"nothing", &caching, 0, 0, 0, {TAKE(0, 0)}},
    {"a small request takes a segment of 2 MiB", &caching, 0, 2 * MIB, 1, {TAKE(0, 1)}},
    {"small ones share it", &caching, 0, 2 * MIB, 3, {TAKE(0, 700 * KIB), TAKE(1, 700 * KIB), TAKE(2, 600 * KIB)}},
    {"until it is full", &caching, 0, 4 * MIB, 3, {TAKE(0, 800 * KIB), TAKE(1, 800 * KIB), TAKE(2, 800 * KIB)}},
    {"up to 10 MiB come from segments of 20 MiB", &caching, 0, 20 * MIB, 2, {TAKE(0, 9 * MIB), TAKE(1, 9 * MIB)}},
    {"larger ones are rounded to 2 MiB", &caching, 0, 12 * MIB, 1, {TAKE(0, 10 * MIB + 1)}},
    {"small and large pools are apart", &caching, 0, 22 * MIB, 3, {TAKE(0, 2 * MIB), FREE(0), TAKE(1, 100)}},
    {"what came back serves the next", &caching, 0, 12 * MIB, 3, {TAKE(0, 12 * MIB), FREE(0), TAKE(1, 11 * MIB)}},
    {"its rest as well, from 1 MiB on",
     &caching,
     0,
     16 * MIB,
     4,
     {TAKE(0, 16 * MIB), FREE(0), TAKE(1, 11 * MIB), TAKE(2, 4 * MIB)}},
    {"a rest of 1 MiB stays with its piece",
     &caching,
     0,
     12 * MIB + 20 * MIB,
     4,
     {TAKE(0, 12 * MIB), FREE(0), TAKE(1, 11 * MIB), TAKE(2, MIB + 1)}},
    {"the smallest that is large enough is taken",
     &caching,
     0,
     42 * MIB,
     7,
     {TAKE(0, 30 * MIB), TAKE(1, 12 * MIB), FREE(0), FREE(1), TAKE(2, 11 * MIB), TAKE(3, 30 * MIB), FREE(2)}},
    {"segments do not join",
     &caching,
     0,
     64 * MIB,
     5,
     {TAKE(0, 20 * MIB), TAKE(1, 20 * MIB), FREE(0), FREE(1), TAKE(2, 24 * MIB)}},
    {"resident tensors come first", &caching, 100 * MIB, 112 * MIB, 1, {TAKE(0, 12 * MIB)}},

    {"a region grows by what is asked", &region, 0, 1024, 2, {TAKE(0, 500), TAKE(1, 300)}},
    {"neighbours that are free join",
     &region,
     0,
     3 * KIB,
     6,
     {TAKE(0, KIB), TAKE(1, KIB), TAKE(2, KIB), FREE(0), FREE(1), TAKE(3, 2 * KIB)}},
    {"a hole between two that stay is too small",
     &region,
     0,
     5 * KIB,
     5,
     {TAKE(0, KIB), TAKE(1, KIB), TAKE(2, KIB), FREE(1), TAKE(3, 2 * KIB)}},
    {"a free end is a part of what the region grows by",
     &region,
     0,
     4 * KIB,
     4,
     {TAKE(0, KIB), TAKE(1, KIB), FREE(1), TAKE(2, 3 * KIB)}},
    {"a rest smaller than the request stays with its piece",
     &region,
     0,
     4 * KIB,
     4,
     {TAKE(0, 3 * KIB), FREE(0), TAKE(1, 2 * KIB), TAKE(2, KIB)}},
};

static void requests(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lt_timeline timeline = {
            .request = cases[i].request, .request_count = (uint32_t)cases[i].count, .storage_count = MOST};
        uint64_t taken = 0;
        assert_int_equal(lt_replay(cases[i].allocator, cases[i].resident, &timeline, &arena, &taken), LT_OK);
        if (taken != cases[i].taken)
            fail_msg("%s: %llu bytes instead of %llu", cases[i].what, (unsigned long long)taken,
                     (unsigned long long)cases[i].taken);
    }
    lt_arena_free(&arena);
}

static void too_large(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_timeline timeline = {.peak_bytes = LT_HUGE};
    uint64_t taken = 0;
    assert_int_equal(lt_replay(&caching, 0, &timeline, &arena, &taken), LT_OK);
    assert_true(taken == LT_HUGE);
    lt_arena_free(&arena);
}

static void memory_ends(void **state)
{
    (void)state;
    const struct lt_request one = TAKE(0, MIB);
    struct lt_timeline timeline = {.request = &one, .request_count = 1, .storage_count = 1};
    for (int fail = 1; fail <= 4; fail++) {
        struct lt_arena arena = {.fail_in = fail};
        uint64_t taken = 0;
        assert_int_equal(lt_replay(&caching, 0, &timeline, &arena, &taken), LT_NO_MEMORY);
        lt_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(too_large),
        cmocka_unit_test(memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
