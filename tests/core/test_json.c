/* JSON: what RFC 8259 allows, what Python writes beyond it, everything that must be refused, and round trips. */
#include "tests/core/test.h"

#include "core/data/json.h"
#include "tests/core/random_tree.h"

#include <locale.h>
#include <stdlib.h>

struct given {
    struct lt_arena arena;
    struct lt_problems problems;
};

static struct lt_tree *read_bytes(struct given *given, const char *text, size_t bytes)
{
    lt_arena_free(&given->arena);
    given->problems = (struct lt_problems){.arena = &given->arena};
    return lt_json_read(&given->arena, "m.json", text, bytes, LT_JSON_MODEL, &given->problems);
}

static struct lt_tree *read_text(struct given *given, const char *text)
{
    return read_bytes(given, text, strlen(text));
}

static void numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum lt_tree_type type;
        double number;
    } CASE[] = {
        {"0", LT_TREE_INT, 0},
        {"-0", LT_TREE_INT, 0},
        {" 12 ", LT_TREE_INT, 12},
        {"1.0", LT_TREE_FLOAT, 1},
        {"-2.5e-3", LT_TREE_FLOAT, -0.0025},
        {"1E+2", LT_TREE_FLOAT, 100},
        {"1000000000000000000", LT_TREE_INT, 1e18},
        {"9223372036854775807", LT_TREE_INT, 9223372036854775807.0},
        {"9223372036854775808", LT_TREE_FLOAT, 9223372036854775808.0},
        {"-9223372036854775808", LT_TREE_INT, -9223372036854775808.0},
        {"123456789012345678901234567890", LT_TREE_FLOAT, 123456789012345678901234567890.0},
        {"0.00000000000000000000000000000000000000000000000000000000000000000000001", LT_TREE_FLOAT, 1e-71},
        {"Infinity", LT_TREE_FLOAT, INFINITY},
        {"-Infinity", LT_TREE_FLOAT, -INFINITY},
    };
    struct given given = {0};
    for (size_t i = 0; i < COUNT(CASE); i++) {
        const struct lt_tree *tree = read_text(&given, CASE[i].text);
        assert_non_null(tree);
        assert_int_equal(tree->type, CASE[i].type);
        assert_true(lt_tree_number(tree, -7) == CASE[i].number);
    }
    assert_true(isnan(read_text(&given, "NaN")->number));
    assert_int_equal(read_text(&given, "null")->type, LT_TREE_NULL);
    assert_true(lt_tree_bool(read_text(&given, "true"), false));
    assert_false(lt_tree_bool(read_text(&given, "false"), true));
    lt_arena_free(&given.arena);
}

static void text_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
    } CASE[] = {
        {"\"\"", ""},
        {"\"a b\"", "a b"},
        {"\"gr\xC3\xBC\xC3\x9F\"", "gr\xC3\xBC\xC3\x9F"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u00e9\\u20AC\"", "\xC3\xA9\xE2\x82\xAC"},
        {"\"\\uD83C\\uDF89\"", "\xF0\x9F\x8E\x89"},
        {"\"NaN\"", "NaN"},
        {"\"\\\\u0000\"", "\\u0000"},
        /* What a tree cannot hold becomes U+FFFD. */
        {"\"a\\u0000b\"", "a\xEF\xBF\xBD"
                          "b"},
        {"\"\\uD83C\"", "\xEF\xBF\xBD"},
        {"\"\\uD83Cx\"", "\xEF\xBF\xBDx"},
        {"\"\\uDF89\\uD83C\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\"\\uD83C\\u0041\"", "\xEF\xBF\xBD"
                               "A"},
    };
    struct given given = {0};
    for (size_t i = 0; i < COUNT(CASE); i++) {
        const struct lt_tree *tree = read_text(&given, CASE[i].text);
        assert_non_null(tree);
        assert_string_equal(lt_tree_text(tree, NULL), CASE[i].value);
        assert_int_equal(given.problems.count, 0);
    }
    lt_arena_free(&given.arena);
}

static void structures_are_read(void **state)
{
    (void)state;
    struct given given = {0};
    const struct lt_tree *tree = read_text(
        &given, "\xEF\xBB\xBF {\"config\": {\"layers\": [ {\"units\":64} , [] , {} , [1,[2]] ]}, \"b\":null}\n");
    assert_non_null(tree);
    assert_int_equal(tree->count, 2);
    const struct lt_tree *layers = lt_tree_get(lt_tree_get(tree, "config"), "layers");
    assert_int_equal(layers->count, 4);
    const struct lt_tree *units = lt_tree_get(lt_tree_at(layers, 0), "units");
    assert_string_equal(lt_tree_path(&given.arena, units), "config.layers[0].units");
    assert_int_equal(units->line, 0);
    assert_int_equal(lt_tree_int(lt_tree_at(lt_tree_at(lt_tree_at(layers, 3), 1), 0), 0), 2);
    lt_arena_free(&given.arena);
}

static void of_equal_keys_the_last_counts(void **state)
{
    (void)state;
    struct given given = {0};
    const struct lt_tree *tree = read_text(&given, "{\"a\": {\"x\": 1, \"y\": 2, \"x\": 3, \"x\": 4}}");
    assert_non_null(tree);
    tree = lt_tree_get(tree, "a");
    assert_int_equal(tree->count, 2);
    assert_int_equal(lt_tree_int(lt_tree_get(tree, "x"), 0), 4);
    assert_int_equal(lt_tree_int(tree->last, 0), 4);
    assert_false(lt_has_errors(&given.problems));
    assert_int_equal(given.problems.total[LT_WARNING], 2);
    assert_problem(&given.problems, "m.json: a.x: warning: the key stands twice; the last value counts");
    lt_arena_free(&given.arena);
}

static void many_keys_are_no_trouble(void **state)
{
    (void)state;
    struct given given = {0};
    struct lt_buffer text = {0};
    lt_buffer_puts(&text, "{");
    for (int i = 0; i < 50000; i++)
        lt_buffer_printf(&text, "\"key_%d\": %d,", i % 49999, i);
    lt_buffer_puts(&text, "\"z\": 0}");
    const struct lt_tree *tree = read_bytes(&given, text.text, text.length);
    assert_non_null(tree);
    assert_int_equal(tree->count, 50000);
    assert_int_equal(lt_tree_int(lt_tree_get(tree, "key_0"), 0), 49999);
    assert_int_equal(given.problems.total[LT_WARNING], 1);
    lt_buffer_free(&text);
    lt_arena_free(&given.arena);
}

static void what_is_refused_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } CASE[] = {
        {"", "m.json:1:1: error: the text ends too early; the file may be cut off"},
        {"{\"a\": 1", "m.json:1:8: error: the text ends too early; the file may be cut off"},
        {"{\n  \"a\": 1\n  \"b\": 2}", "m.json:3:3: error: ',' or '}' is expected here"},
        {"[1 2]", "m.json:1:4: error: ',' or ']' is expected here"},
        {"[1,]", "m.json:1:4: error: a value is expected here"},
        {"[,1]", "m.json:1:2: error: a value is expected here"},
        {"[1}", "m.json:1:3: error: ',' or ']' is expected here"},
        {"{\"a\" 1}", "m.json:1:6: error: ':' is expected after a key"},
        {"{a: 1}", "m.json:1:2: error: a key in double quotes is expected here"},
        {"{\"a\": 1,}", "m.json:1:9: error: a key in double quotes is expected here"},
        {"{NaN: 1}", "m.json:1:2: error: a key in double quotes is expected here"},
        {"['a']", "m.json:1:2: error: a value is expected here"},
        {"nul", "m.json:1:1: error: a value is expected here"},
        {"1 2", "m.json:1:3: error: something follows after the end; one value in a file"},
        {"nullx", "m.json:1:5: error: something follows after the end; one value in a file"},
        {"01", "m.json:1:1: error: not a number"},
        {"-", "m.json:1:1: error: not a number"},
        {"+1", "m.json:1:1: error: a value is expected here"},
        {"1.", "m.json:1:1: error: not a number"},
        {".5", "m.json:1:1: error: a value is expected here"},
        {"1e", "m.json:1:1: error: not a number"},
        {"0x10", "m.json:1:2: error: something follows after the end; one value in a file"},
        {"1e999", "m.json:1:1: error: the number is too large; up to 1.8e308"},
        {"\"a", "m.json:1:3: error: a string does not end; the file may be cut off"},
        {"\"a\\\"", "m.json:1:5: error: a string does not end; the file may be cut off"},
        {"\"\\x41\"", "m.json:1:3: error: bad escape in a string"},
        {"\"\\u12G4\"", "m.json:1:4: error: bad escape in a string; four hexadecimal digits after \\u"},
        {"\"a\nb\"", "m.json:1:3: error: a control character in a string; write it as an escape, such as \\n"},
        {"[\"gr\xC3\xBC\", \"\xFF\"]", "m.json:1:10: error: a byte that is not UTF-8; text in UTF-8"},
        {"\"\xED\xA0\x80\"", "m.json:1:2: error: a byte that is not UTF-8; text in UTF-8"},
    };
    struct given given = {0};
    for (size_t i = 0; i < COUNT(CASE); i++) {
        if (read_text(&given, CASE[i].text))
            fail_msg("accepted: %s", CASE[i].text);
        assert_int_equal(given.problems.count, 1);
        assert_problem(&given.problems, CASE[i].problem);
    }
    assert_null(read_bytes(&given,
                           "1\0"
                           "2",
                           3)); /* a NUL is no white space and no end */
    lt_arena_free(&given.arena);
}

static void limits_hold(void **state)
{
    (void)state;
    struct given given = {0};
    enum { BYTES = 1000000 };
    char *text = malloc(BYTES);
    memset(text, '[', BYTES);
    assert_null(read_bytes(&given, text, BYTES));
    assert_problem(&given.problems, "m.json:1:257: error: nested deeper than 256 levels");
    memset(text + 256, ']', 256);
    assert_non_null(read_bytes(&given, text, 512));
    assert_null(read_bytes(&given, "1", LT_MODEL_BYTES + 1)); /* refused before a byte is read */
    assert_problem(&given.problems, "m.json: error: the file is too large; up to 16777216 bytes");
    memset(text, '9', BYTES);
    assert_null(read_bytes(&given, text, BYTES));
    assert_problem(&given.problems, "m.json:1:1: error: the number is too large; up to 1.8e308");
    free(text);
    lt_arena_free(&given.arena);
}

/* What a text costs is bounded by its length and the number of its values, whatever stands in it. */
static void values_are_counted(void **state)
{
    (void)state;
    static const char *const UNIT[] = {"{},", "[],", "1,", "\"\",", "-1e-999,", "{\"k\":1,\"k\":1},"};
    enum { VALUES = 3000 };
    const struct lt_tree_limits limits = {LT_MODEL_BYTES, 256, VALUES};
    for (size_t i = 0; i < COUNT(UNIT); i++) {
        struct given given = {.problems = {.arena = &given.arena}};
        struct lt_buffer text = {0};
        lt_buffer_puts(&text, "[");
        for (int n = 0; n < VALUES; n++)
            lt_buffer_puts(&text, UNIT[i]);
        lt_buffer_puts(&text, "0]");
        assert_null(lt_json_read(&given.arena, "m.json", text.text, text.length, limits, &given.problems));
        assert_int_equal(given.problems.total[LT_ERROR], 1);
        const struct lt_problem *last = &given.problems.item[given.problems.count - 1];
        assert_string_equal(last->message, "more than 3000 values");
        assert_int_equal(last->place.line, 1);
        assert_true(given.arena.used_bytes <= VALUES * sizeof(struct lt_tree) + 2 * text.length + 8192);
        lt_buffer_free(&text);
        lt_arena_free(&given.arena);
    }
}

static const char DOCUMENT[] = "{\"a\": [1, -2.5e3, NaN, true, null], \"\\u00e9\\uD83C\\uDF89\": {\"b\": -Infinity,\n"
                               "\"c\": \"gr\xC3\xBC\xC3\x9F\\n\", \"d\": {}, \"b\": 12345678901234567890}}";

static void a_file_cut_anywhere_is_a_tree_or_a_problem(void **state)
{
    (void)state;
    struct given given = {0};
    for (size_t bytes = 0; bytes < sizeof DOCUMENT - 1; bytes++) {
        char *exact = malloc(bytes + !bytes); /* ASan sees a read beyond the end */
        memcpy(exact, DOCUMENT, bytes);
        assert_null(read_bytes(&given, exact, bytes));
        assert_int_equal(given.problems.total[LT_ERROR], 1);
        free(exact);
    }
    assert_non_null(read_bytes(&given, DOCUMENT, sizeof DOCUMENT - 1));
    for (size_t at = 0; at < sizeof DOCUMENT - 1; at++)
        for (int byte = 0; byte < 256; byte++) {
            char damaged[sizeof DOCUMENT];
            memcpy(damaged, DOCUMENT, sizeof DOCUMENT);
            damaged[at] = (char)byte;
            const struct lt_tree *tree = read_bytes(&given, damaged, sizeof DOCUMENT - 1);
            assert_int_equal(tree == NULL, given.problems.total[LT_ERROR] == 1);
        }
    lt_arena_free(&given.arena);
}

static void every_request_may_fail(void **state)
{
    (void)state;
    int64_t fail_in = 1;
    for (;; fail_in++) {
        struct lt_arena arena = {.fail_in = fail_in}, list = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &list};
        struct lt_tree *tree = lt_json_read(&arena, "m", DOCUMENT, sizeof DOCUMENT - 1, LT_JSON_MODEL, &problems);
        const bool failed = arena.failed;
        assert_true(failed || tree);
        assert_int_equal(tree == NULL, lt_has_errors(&problems));
        lt_arena_free(&arena);
        lt_arena_free(&list);
        if (!failed)
            break;
    }
    assert_true(fail_in > 15);
}

static void json_is_written_with_indentation(void **state)
{
    (void)state;
    struct given given = {0};
    struct lt_tree *tree =
        read_text(&given, "{\"a\":[1,2.50,NaN,-Infinity],\"b\":{},\"c\":[],\"d\":\"\\u001b\\u202e\\\"\xC3\xBC"
                          "\\uDB40\\uDC41\",\"e\":[{\"f\":true}]}");
    struct lt_buffer out = {0};
    assert_int_equal(lt_json_write(&out, tree), LT_OK);
    assert_string_equal(out.text, "{\n"
                                  "  \"a\": [\n    1,\n    2.5,\n    null,\n    null\n  ],\n"
                                  "  \"b\": {},\n"
                                  "  \"c\": [],\n"
                                  "  \"d\": \"\\u001B\\u202E\\\"\xC3\xBC\\uDB40\\uDC41\",\n"
                                  "  \"e\": [\n    {\n      \"f\": true\n    }\n  ]\n"
                                  "}\n");
    lt_buffer_free(&out);
    lt_arena_free(&given.arena);
}

static void random_trees_read_back(void **state)
{
    (void)state;
    uint64_t seed = 20240608;
    for (int i = 0; i < 1500; i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        const struct lt_tree *tree = random_tree(&arena, &seed, 5, NULL);
        struct lt_buffer out = {0};
        assert_int_equal(lt_json_write(&out, tree), LT_OK);
        const struct lt_tree *again = lt_json_read(&arena, "m", out.text, out.length, LT_JSON_MODEL, &problems);
        assert_int_equal(problems.count, 0);
        assert_true(lt_tree_equal(tree, again));
        lt_buffer_free(&out);
        lt_arena_free(&arena);
    }
}

static void the_locale_has_no_say(void **state)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    numbers_are_read(state);
    json_is_written_with_indentation(state);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(text_is_read),
        cmocka_unit_test(structures_are_read),
        cmocka_unit_test(of_equal_keys_the_last_counts),
        cmocka_unit_test(many_keys_are_no_trouble),
        cmocka_unit_test(what_is_refused_is_told_with_its_place),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(values_are_counted),
        cmocka_unit_test(a_file_cut_anywhere_is_a_tree_or_a_problem),
        cmocka_unit_test(every_request_may_fail),
        cmocka_unit_test(json_is_written_with_indentation),
        cmocka_unit_test(random_trees_read_back),
        cmocka_unit_test(the_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
