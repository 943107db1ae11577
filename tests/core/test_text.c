/* Foreign text is safe to show, and its width is known without a locale. */
#include "tests/core/test.h"

#include "core/base/text.h"

#include <string.h>

static void dangerous_text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *safe;
    } CASE[] = {
        {"conv2d_1/kernel:0", "conv2d_1/kernel:0"},
        {"", ""},
        {"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
        {"\xE5\xB1\xA4 \xF0\x9F\x8E\x89", "\xE5\xB1\xA4 \xF0\x9F\x8E\x89"},
        {"\x1B[2J", "\\x1B[2J"}, /* ESC: clear the screen */
        {"a\nb\tc\rd\x7F", "a\\x0Ab\\x09c\\x0Dd\\x7F"},
        {"\xC2\x9B"
         "31m",
         "\\u{009B}31m"}, /* CSI as one character */
        {"a\xE2\x80\xAE"
         "b",
         "a\\u{202E}b"}, /* right-to-left override */
        {"a\xE2\x81\xA6"
         "b",
         "a\\u{2066}b"}, /* isolate */
        {"a\xE2\x80\x8B"
         "b",
         "a\\u{200B}b"}, /* zero width space */
        {"\xEF\xBB\xBF"
         "a",
         "\\u{FEFF}a"},                      /* byte order mark */
        {"\xF3\xA0\x81\x81", "\\u{E0041}"},  /* tag letter */
        {"\xF4\x8F\xBF\xBF", "\\u{10FFFF}"}, /* noncharacter */
        {"\xFF"
         "a\x80",
         "\\xFFa\\x80"},
        {"\xC0\xAF", "\\xC0\\xAF"}, /* overlong slash */
        {"\xE0\x80\xAF", "\\xE0\\x80\\xAF"},
        {"\xED\xA0\x80", "\\xED\\xA0\\x80"},          /* surrogate */
        {"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {"\xE2\x82", "\\xE2\\x82"},                   /* cut off */
    };
    struct lt_arena arena = LT_ARENA_INIT;
    for (size_t i = 0; i < COUNT(CASE); i++)
        assert_string_equal(lt_safe_text(&arena, CASE[i].text), CASE[i].safe);
    lt_arena_free(&arena);
}

static void safe_text_is_handed_back_as_it_is(void **state)
{
    (void)state;
    struct lt_arena arena = {.fail_in = 1};
    const char *text = "dense";
    assert_ptr_equal(lt_safe_text(&arena, text), text);
    assert_int_equal(arena.used_bytes, 0);
    lt_arena_free(&arena);
}

static void bytes_need_no_end(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    assert_string_equal(lt_safe_text_n(&arena, "a\0b", 3), "a\\x00b");
    assert_string_equal(lt_safe_text_n(&arena, "abc", 2), "ab");
    const char cut[] = {'\xE2', '\x82'}; /* the third byte of the sign lies beyond the array */
    assert_string_equal(lt_safe_text_n(&arena, cut, sizeof cut), "\\xE2\\x82");
    lt_arena_free(&arena);
}

static void without_memory_there_is_no_text(void **state)
{
    (void)state;
    struct lt_arena arena = {.fail_in = 1};
    assert_null(lt_safe_text(&arena, "\x1B"));
    assert_true(arena.failed);
    lt_arena_free(&arena);
}

/* Every code point, written as UTF-8 by the rule of RFC 3629, is read back; surrogates are not. */
static void all_of_unicode_is_decoded(void **state)
{
    (void)state;
    for (int32_t code = 1; code <= 0x10FFFF; code++) {
        char text[5] = {0};
        if (code < 0x80)
            text[0] = (char)code;
        else if (code < 0x800)
            memcpy(text, (char[]){(char)(0xC0 | code >> 6), (char)(0x80 | (code & 63))}, 2);
        else if (code < 0x10000)
            memcpy(text,
                   (char[]){(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63))}, 3);
        else
            memcpy(text,
                   (char[]){(char)(0xF0 | code >> 18), (char)(0x80 | (code >> 12 & 63)),
                            (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63))},
                   4);
        const char *next = text;
        const bool surrogate = code >= 0xD800 && code < 0xE000;
        const int32_t read = lt_utf8_next(&next);
        if (read != (surrogate ? -1 : code) || (!surrogate && *next))
            fail_msg("U+%04X reads as %d", (unsigned)code, (int)read);
    }
    const char *end = "";
    assert_int_equal(lt_utf8_next(&end), 0);
    assert_int_equal(lt_utf8_next(&end), 0);
}

static void widths(void **state)
{
    (void)state;
    static const struct {
        int32_t code;
        int width;
    } CASE[] = {
        {'a', 1},     {0xE9, 1},    {0x301, 0},   {0x5D0, 1},  {0x5B0, 0},  {0x1100, 2}, {0x1160, 0},  {0x20D0, 0},
        {0x2588, 1},  {0x4E00, 2},  {0x9FFF, 2},  {0xAC00, 2}, {0xFF21, 2}, {0xFF71, 1}, {0x1F389, 2}, {0x1F600, 2},
        {0x20000, 2}, {0x3FFFD, 2}, {0x1F3FB, 2}, {0x231A, 2}, {0x2192, 1}, {-1, 1},
    };
    for (size_t i = 0; i < COUNT(CASE); i++)
        if (lt_char_width(CASE[i].code) != CASE[i].width)
            fail_msg("U+%04X is not %d wide", (unsigned)CASE[i].code, CASE[i].width);
    assert_int_equal(lt_text_width(""), 0);
    assert_int_equal(lt_text_width("e\xCC\x81t\xC3\xA9"), 3);
    assert_int_equal(lt_text_width("\xE5\xB1\xA4"
                                   "1"),
                     3);
}

static void the_nearest_name_is_found(void **state)
{
    (void)state;
    static const char *const NAME[] = {"Dense", "Dropout", "Conv2D", "Conv3D", "BatchNormalization", "ReLU"};
    static const struct {
        const char *name;
        int nearest;
    } CASE[] = {
        {"Dence", 0}, {"dense", 0}, {"Denes", 0}, {"Conv2", 2}, {"conv3d", 3},     {"BatchNormalisation", 4},
        {"relu", 5},  {"LSTM", -1}, {"", -1},     {"x", -1},    {"Embedding", -1},
    };
    for (size_t i = 0; i < COUNT(CASE); i++)
        if (lt_nearest(CASE[i].name, NAME, COUNT(NAME)) != CASE[i].nearest)
            fail_msg("%s: %d", CASE[i].name, lt_nearest(CASE[i].name, NAME, COUNT(NAME)));
    char endless[5000];
    memset(endless, 'D', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(lt_nearest(endless, NAME, COUNT(NAME)), -1);
    assert_int_equal(lt_nearest("Dense", (const char *const[]){endless}, 1), -1);
    assert_int_equal(lt_nearest("Dense", NAME, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dangerous_text_is_escaped), cmocka_unit_test(safe_text_is_handed_back_as_it_is),
        cmocka_unit_test(bytes_need_no_end),         cmocka_unit_test(without_memory_there_is_no_text),
        cmocka_unit_test(all_of_unicode_is_decoded), cmocka_unit_test(widths),
        cmocka_unit_test(the_nearest_name_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
