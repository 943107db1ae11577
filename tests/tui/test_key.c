#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"

static void test_names_both_ways(void **state)
{
    (void)state;
    static const char *const names[] = {"x",         "X",         "é",         "層",     "space",
                                        "tab",       "enter",     "esc",       "f1",     "f12",
                                        "ctrl-r",    "del",       "backspace", "ctrl--", "shift-tab",
                                        "alt-x",     "-",         "?",         "pgup",   "ctrl-alt-shift-left",
                                        "alt-enter", "ctrl-space"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char out[KEY_TEXT];
        int32_t key = key_parse(names[i]);
        assert_int_not_equal(key, K_NONE);
        assert_string_equal(key_format(key, out), names[i]);
    }
    assert_int_equal(key_parse("Ctrl-R"), K_CTRL | 'r');
    assert_int_equal(key_parse("PgDn"), K_PAGE_DOWN);
    assert_int_equal(key_parse("ctrl-m"), K_ENTER); /* terminals send the same byte */
    assert_int_equal(key_parse("ctrl-["), K_ESC);
    static const char *const wrong[] = {"", "xy", "ctrl-", "f13", "shift-x", "\033", "ctrl-alt-", "nokey", "\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(key_parse(wrong[i]), K_NONE);
}

/* All events of some bytes in words, after a time-out at the end. */
static void decode_words(struct key_decoder *decoder, const char *bytes, size_t count, size_t step, char *out)
{
    static const char *const actions[] = {"press", "release", "drag", "wheel-up", "wheel-down"};
    struct event event;
    char name[KEY_TEXT];
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count + step; i += step) {
        if (i < count)
            key_feed(decoder, bytes + i, count - i < step ? count - i : step);
        while (key_next(decoder, i >= count, &event)) {
            const char *gap = at ? " " : "";
            if (event.kind == EVENT_KEY)
                at += (size_t)sprintf(out + at, "%s%s", gap, key_format(event.key, name));
            else if (event.kind == EVENT_MOUSE)
                at += (size_t)sprintf(out + at, "%s%s/%d@%d,%d", gap, actions[event.action], event.button, event.row,
                                      event.col);
            else
                at += (size_t)sprintf(out + at, "%s[%.*s]", gap, (int)event.text_bytes, event.text);
        }
    }
    assert_false(key_waiting(decoder));
}

/* What terminals send, as their documentation says; each fed whole and byte by byte. */
static void test_sequences(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"abc", "a b c"},
        {"\xC3\xA9\xE5\xB1\xA4", "é 層"},
        {"\r\n\t\x7F\x01\x1A\x1C", "enter enter tab backspace ctrl-a ctrl-z ctrl-\\"},
        {"\033", "esc"},
        {"\033\033", "esc esc"},
        {"\033x\033X\033\r\033\xC3\xA9", "alt-x alt-X alt-enter alt-é"},
        {"\033[A\033OB\033[C\033OD", "up down right left"},
        {"\033[H\033OF\033[1~\033[4~\033[7~\033[8~", "home end home end home end"},
        {"\033[5~\033[6~\033[2~\033[3~\033[Z", "pgup pgdn ins del shift-tab"},
        {"\033OP\033[[E\033[15~\033[24~\033[11~", "f1 f5 f5 f12 f1"},
        {"\033[1;5A\033[1;2D\033[3;3~\033[1;8P", "ctrl-up shift-left alt-del ctrl-alt-shift-f1"},
        {"\033[97;5u\033[27;5;105~\033[65;2u", "ctrl-a tab A"},
        {"\033[3^", "ctrl-del"},
        {"\033OM", "enter"},
        {"\033[", "alt-["},
        {"\033O", "alt-O"},
        {"\033[<0;1;1M\033[<0;3;2m\033[<32;4;5M", "press/1@0,0 release/1@1,2 drag/1@4,3"},
        {"\033[<64;10;20M\033[<65;10;20M\033[<66;1;1M", "wheel-up/0@19,9 wheel-down/0@19,9"},
        {"\033[<35;5;5Mq", "q"}, /* moved without a button */
        {"\033[M !!\033[M#!!", "press/1@0,0 release/0@0,0"},
        {"\033[200~a\033[Ab\n\033[201~c", "[a\033[Ab\n] c"},
        {"\033[200~\033[201\033[201~", "[\033[201]"},
        {"\033]11;rgb:0/0/0\033\\x\033P1$r\033\\y\033]0;t\az", "x y z"}, /* answers nobody asked for */
        {"\033[?1;2c\033[>0;1;0cx\033[Ix\033[999~x", "x x x"},
        {"\x80\xFF\xC3(\xE5\xB1x", "( x"}, /* broken UTF-8 is nothing */
        {"\033[1;5\x01"
         "a",
         "ctrl-a a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const size_t steps[] = {1000, 1, 2, 3};
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            struct key_decoder decoder = {0};
            char words[512];
            decode_words(&decoder, cases[i][0], strlen(cases[i][0]), steps[j], words);
            assert_string_equal(words, cases[i][1]);
            key_decoder_free(&decoder);
        }
    }
}

static void test_sequences_of_one_terminal(void **state)
{
    (void)state;
    static const struct key_sequence extra[] = {
        {"\b", K_BACKSPACE}, {"\033[25~", K_F1 + 2}, {"\033[25~~", K_END}, {"\033Ot", K_F1 + 4}};
    struct key_decoder decoder = {.extra = extra, .extra_count = 4};
    char words[256];
    static const char bytes[] = "\b\033[25~a\033[25~~\033Ot\033[A";
    decode_words(&decoder, bytes, sizeof bytes - 1, 1, words);
    assert_string_equal(words, "backspace f3 a end f5 up");
    key_decoder_free(&decoder);
}

static void test_waiting(void **state)
{
    (void)state;
    struct key_decoder decoder = {0};
    struct event event;
    key_feed(&decoder, "\033[1;", 4);
    assert_false(key_next(&decoder, false, &event));
    assert_true(key_waiting(&decoder));
    key_feed(&decoder, "5C", 2);
    assert_true(key_next(&decoder, false, &event));
    assert_int_equal(event.key, K_CTRL | K_RIGHT);
    assert_false(key_waiting(&decoder));
    key_feed(&decoder, "\033[200~half", 10);
    assert_false(key_next(&decoder, false, &event));
    assert_false(key_waiting(&decoder)); /* a paste may take its time */
    key_decoder_free(&decoder);
}

static void test_paste_has_a_limit(void **state)
{
    (void)state;
    struct key_decoder decoder = {0};
    struct event event = {0};
    char block[4096];
    memset(block, 'x', sizeof block);
    key_feed(&decoder, "\033[200~", 6);
    for (int i = 0; i < 2 * KEY_PASTE_LIMIT / (int)sizeof block; i++) {
        key_feed(&decoder, block, sizeof block);
        assert_false(key_next(&decoder, false, &event));
    }
    key_feed(&decoder, "\033[201~", 6);
    assert_true(key_next(&decoder, false, &event));
    assert_int_equal(event.text_bytes, KEY_PASTE_LIMIT);
    assert_true(decoder.in.capacity < 64 * 1024);
    key_decoder_free(&decoder);
}

/* Any bytes, in any pieces: every event is well formed and everything is used up in the end. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const char likely[] = "\033\033\033[[[<O0123456789;;~MmABPu\033]\a\\ \xC3\xA9";
    struct key_decoder decoder = {0};
    srand(8);
    for (int i = 0; i < 30000; i++) {
        char bytes[24];
        size_t count = (size_t)rand() % sizeof bytes;
        for (size_t j = 0; j < count; j++)
            bytes[j] = rand() % 4 ? likely[(size_t)rand() % (sizeof likely - 1)] : (char)rand();
        key_feed(&decoder, bytes, count);
        struct event event;
        bool timed_out = rand() % 2;
        while (key_next(&decoder, timed_out, &event)) {
            assert_in_range(event.kind, EVENT_KEY, EVENT_PASTE);
            assert_true(event.kind != EVENT_KEY || event.key != K_NONE);
            assert_true(event.row >= 0 && event.col >= 0);
            char name[KEY_TEXT];
            if (event.kind == EVENT_KEY)
                assert_int_equal(key_parse(key_format(event.key, name)), event.key);
        }
        if (timed_out)
            assert_false(key_waiting(&decoder));
    }
    key_decoder_free(&decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_both_ways),           cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_sequences_of_one_terminal), cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_paste_has_a_limit),         cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
