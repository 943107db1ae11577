/* Text that grows: always terminated, and a failed buffer stays as it was. */
#include "tests/core/test.h"

#include "core/base/buffer.h"

#include <string.h>

static void text_is_put_together(void **state)
{
    (void)state;
    struct lt_buffer buffer = {0};
    lt_buffer_puts(&buffer, "a");
    lt_buffer_add(&buffer, "bcd", 2);
    lt_buffer_printf(&buffer, "-%03d-", 7);
    lt_buffer_repeat(&buffer, '.', 3);
    assert_string_equal(buffer.text, "abc-007-...");
    assert_int_equal(buffer.length, 11);
    lt_buffer_free(&buffer);
    assert_null(buffer.text);
}

static void long_text_is_kept_whole(void **state)
{
    (void)state;
    struct lt_buffer buffer = {0};
    for (int i = 0; i < 10000; i++)
        lt_buffer_printf(&buffer, "%04d", i);
    assert_int_equal(buffer.length, 40000);
    assert_memory_equal(buffer.text + 4 * 1234, "1234", 4);
    assert_int_equal(strlen(buffer.text), 40000);
    lt_buffer_free(&buffer);
}

static void bytes_may_be_anything(void **state)
{
    (void)state;
    struct lt_buffer buffer = {0};
    lt_buffer_add(&buffer, "a\0b", 3);
    assert_int_equal(buffer.length, 3);
    assert_memory_equal(buffer.text, "a\0b", 4);
    lt_buffer_free(&buffer);
}

static void after_a_failure_nothing_is_written(void **state)
{
    (void)state;
    struct lt_buffer buffer = {0};
    lt_buffer_puts(&buffer, "kept");
    lt_buffer_add(&buffer, "x", SIZE_MAX - 1);
    assert_true(buffer.failed);
    lt_buffer_puts(&buffer, "y");
    lt_buffer_printf(&buffer, "%d", 1);
    lt_buffer_repeat(&buffer, 'z', 2);
    assert_string_equal(buffer.text, "kept");
    lt_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_put_together),
        cmocka_unit_test(long_text_is_kept_whole),
        cmocka_unit_test(bytes_may_be_anything),
        cmocka_unit_test(after_a_failure_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
