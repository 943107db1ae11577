/* The arena hands out zeroed, aligned memory, tells when there is none, and can be made to have none. */
#include "tests/core/test.h"

#include "core/base/arena.h"

#include <string.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    for (size_t bytes = 0; bytes < 3000; bytes += 7) {
        unsigned char *memory = lt_alloc(&arena, bytes);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xAA, bytes);
    }
    lt_arena_free(&arena);
}

static void objects_do_not_overlap(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    uint32_t *item[500];
    for (uint32_t i = 0; i < COUNT(item); i++) {
        item[i] = lt_alloc_array(&arena, i + 1, sizeof **item);
        for (uint32_t j = 0; j <= i; j++)
            item[i][j] = i;
    }
    for (uint32_t i = 0; i < COUNT(item); i++)
        for (uint32_t j = 0; j <= i; j++)
            assert_int_equal(item[i][j], i);
    lt_arena_free(&arena);
}

static void impossible_sizes_fail(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    assert_null(lt_alloc(&arena, SIZE_MAX));
    assert_true(arena.failed);
    lt_arena_clear(&arena);
    assert_false(arena.failed);
    assert_null(lt_alloc_array(&arena, SIZE_MAX / 2, 3));
    assert_true(arena.failed);
    lt_arena_free(&arena);
}

static void a_chosen_request_fails_once(void **state)
{
    (void)state;
    struct lt_arena arena = {.fail_in = 3};
    assert_non_null(lt_alloc(&arena, 1));
    assert_non_null(lt_strdup(&arena, "two"));
    assert_null(lt_format(&arena, "%d", 3));
    assert_true(arena.failed);
    assert_non_null(lt_alloc(&arena, 1));
    assert_true(arena.failed);
    lt_arena_free(&arena);
}

static void grown_arrays_keep_their_content(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    int *array = lt_alloc_array(&arena, 2, sizeof *array);
    array[0] = 4;
    array[1] = 5;
    array = lt_grow(&arena, array, 2, 1000, sizeof *array);
    assert_int_equal(array[0], 4);
    assert_int_equal(array[1], 5);
    assert_int_equal(array[999], 0);
    lt_arena_free(&arena);
}

static void text_is_copied(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    assert_string_equal(lt_strdup(&arena, "dense"), "dense");
    assert_string_equal(lt_strndup(&arena, "dense_1", 5), "dense");
    assert_string_equal(lt_format(&arena, "%s_%d", "conv", 2), "conv_2");
    assert_null(lt_strdup(&arena, NULL));
    assert_null(lt_strndup(&arena, NULL, 3));
    assert_false(arena.failed);
    lt_arena_free(&arena);
}

static void a_cleared_arena_is_used_again(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++)
            assert_non_null(lt_alloc(&arena, 100));
        assert_true(arena.used_bytes >= 100000);
        lt_arena_clear(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    struct lt_block *only = arena.block; /* as large as all before it: the same again needs no other */
    for (int i = 0; i < 1000; i++)
        assert_non_null(lt_alloc(&arena, 100));
    assert_ptr_equal(arena.block, only);
    lt_arena_free(&arena);
    assert_null(arena.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),    cmocka_unit_test(objects_do_not_overlap),
        cmocka_unit_test(impossible_sizes_fail),           cmocka_unit_test(a_chosen_request_fails_once),
        cmocka_unit_test(grown_arrays_keep_their_content), cmocka_unit_test(text_is_copied),
        cmocka_unit_test(a_cleared_arena_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
