#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/line_edit.h"
#include "tui/key.h"

static void type(struct line_edit *edit, const char *keys)
{
    char copy[256], *save = NULL;
    strncpy(copy, keys, sizeof copy - 1);
    copy[sizeof copy - 1] = '\0';
    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
        assert_int_not_equal(line_edit_key(edit, key_parse(name)), LINE_IGNORED);
}

static void test_editing(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"", "a b c", "abc"},
        {"abc", "left left x", "axbc"},
        {"abc", "home del end backspace", "b"},
        {"set batch=64", "ctrl-w", "set "},
        {"set batch=64", "ctrl-w ctrl-w ctrl-w", ""},
        {"abcdef", "left left ctrl-k", "abcd"},
        {"abcdef", "left left ctrl-u", "ef"},
        {"層é", "left backspace", "é"},
        {"層é", "backspace backspace", ""},
        {"e\xCC\x81x", "left backspace", "x"}, /* a character and what stands on it go together */
        {"e\xCC\x81x", "home del", "x"},
        {"abc", "ctrl-a 1 ctrl-e 2 ctrl-b 3 ctrl-f 4", "1abc324"},
        {"a", "home backspace end del", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line_edit edit;
        line_edit_start(&edit, cases[i][0], NULL);
        type(&edit, cases[i][1]);
        assert_string_equal(edit.text, cases[i][2]);
        assert_int_equal(edit.bytes, strlen(cases[i][2]));
    }
}

static void test_results(void **state)
{
    (void)state;
    struct line_edit edit;
    line_edit_start(&edit, "x", NULL);
    assert_int_equal(line_edit_key(&edit, K_ENTER), LINE_ACCEPTED);
    assert_int_equal(line_edit_key(&edit, K_ESC), LINE_CANCELLED);
    assert_int_equal(line_edit_key(&edit, K_CTRL | 'c'), LINE_CANCELLED);
    assert_int_equal(line_edit_key(&edit, K_F1), LINE_IGNORED);
    assert_int_equal(line_edit_key(&edit, K_TAB), LINE_IGNORED);
    assert_int_equal(line_edit_key(&edit, 'y'), LINE_CHANGED);
    assert_int_equal(line_edit_key(&edit, K_LEFT), LINE_MOVED);
}

static void test_paste_is_cleaned_and_cut_at_characters(void **state)
{
    (void)state;
    struct line_edit edit;
    line_edit_start(&edit, "", NULL);
    static const char dirty[] = "a\nb\tc\033[m\x80\xE2\x80\xAE\0é";
    line_edit_insert(&edit, dirty, sizeof dirty - 1);
    assert_string_equal(edit.text, "a b c[mé");
    line_edit_start(&edit, "", NULL);
    for (int i = 0; i < LINE_EDIT_BYTES; i++)
        line_edit_insert(&edit, "層", 3);
    assert_int_equal(edit.bytes, (LINE_EDIT_BYTES - 1) / 3 * 3);
    assert_int_equal(lt_text_width(edit.text), (LINE_EDIT_BYTES - 1) / 3 * 2);
}

static void test_history(void **state)
{
    (void)state;
    struct line_history history = {0};
    struct line_edit edit;
    assert_true(line_history_add(&history, "one") && line_history_add(&history, "two") &&
                line_history_add(&history, "two") && line_history_add(&history, ""));
    assert_int_equal(history.count, 2);
    line_edit_start(&edit, "new", &history);
    line_edit_key(&edit, K_UP);
    assert_string_equal(edit.text, "two");
    line_edit_key(&edit, K_UP);
    line_edit_key(&edit, K_UP);
    assert_string_equal(edit.text, "one");
    line_edit_key(&edit, K_DOWN);
    line_edit_key(&edit, K_DOWN);
    line_edit_key(&edit, K_DOWN);
    assert_string_equal(edit.text, "new");
    for (int i = 0; i < LINE_HISTORY + 5; i++)
        assert_true(line_history_add(&history, i % 2 ? "odd" : "even"));
    assert_int_equal(history.count, LINE_HISTORY);
    line_history_free(&history);
}

static void test_long_lines_scroll(void **state)
{
    (void)state;
    struct line_edit edit;
    struct frame f = {0};
    struct lt_buffer out = {0};
    assert_true(frame_resize(&f, 1, 8, &glyph_ascii));
    line_edit_start(&edit, "0123456789", NULL);
    line_edit_layout(&edit, 8);
    line_edit_draw(&edit, &f, frame_rect(&f), ROLE_INPUT, true);
    frame_dump(&f, &out);
    assert_int_equal(f.cursor_col, 7);
    line_edit_key(&edit, K_HOME);
    line_edit_layout(&edit, 8);
    line_edit_draw(&edit, &f, frame_rect(&f), ROLE_INPUT, true);
    frame_dump(&f, &out);
    assert_int_equal(f.cursor_col, 0);
    assert_true(f.cursor_shown);
    assert_string_equal(out.text, "~456789\n01234567\n");
    lt_buffer_free(&out);
    frame_free(&f);
}

/* Any keys in any width: the text stays valid UTF-8, the cursor on a character and in view. */
static void test_any_keys(void **state)
{
    (void)state;
    static const int32_t keys[] = {K_LEFT,      K_RIGHT,  K_HOME,       K_END,        K_UP,         K_DOWN,
                                   K_BACKSPACE, K_DELETE, K_CTRL | 'w', K_CTRL | 'u', K_CTRL | 'k', 'a',
                                   ' ',         0x5C64,   0xE9,         0x301,        0x1F600};
    struct line_history history = {0};
    struct line_edit edit;
    srand(5);
    line_history_add(&history, "é層e\xCC\x81");
    line_edit_start(&edit, "", &history);
    for (int i = 0; i < 20000; i++) {
        line_edit_key(&edit, keys[(size_t)rand() % (sizeof keys / sizeof *keys)]);
        int cols = 1 + rand() % 20;
        line_edit_layout(&edit, cols);
        assert_true(edit.cursor >= 0 && edit.cursor <= edit.bytes && edit.bytes == (int)strlen(edit.text));
        assert_int_not_equal((unsigned char)edit.text[edit.cursor] & 0xC0, 0x80);
        for (const char *p = edit.text; *p;)
            assert_true(lt_utf8_next(&p) > 0);
        char head[LINE_EDIT_BYTES];
        memcpy(head, edit.text, (size_t)edit.cursor);
        head[edit.cursor] = '\0';
        int at = lt_text_width(head) - edit.scroll;
        assert_true(edit.scroll >= 0 && at >= 0 && at < cols);
    }
    line_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editing),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_paste_is_cleaned_and_cut_at_characters),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_long_lines_scroll),
        cmocka_unit_test(test_any_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
