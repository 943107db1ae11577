/* YAML: the core schema, places, everything that must be refused, and round trips of whatever a tree can hold. */
#include "tests/core/test.h"

#include "core/data/yaml.h"
#include "tests/core/random_tree.h"

#include <stdlib.h>
#include <time.h>

struct given {
    struct lt_arena arena;
    struct lt_problems problems;
};

static struct lt_tree *read_bytes(struct given *given, const char *text, size_t bytes)
{
    lt_arena_free(&given->arena);
    given->problems = (struct lt_problems){.arena = &given->arena};
    return lt_yaml_read(&given->arena, "t.yaml", text, bytes, LT_YAML_SETTINGS, &given->problems);
}

static struct lt_tree *read_text(struct given *given, const char *text)
{
    return read_bytes(given, text, strlen(text));
}

static void plain_scalars_follow_the_core_schema(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum lt_tree_type type;
        double number;
    } CASE[] = {
        {"", LT_TREE_NULL, 0},
        {"~", LT_TREE_NULL, 0},
        {"null", LT_TREE_NULL, 0},
        {"Null", LT_TREE_NULL, 0},
        {"nUll", LT_TREE_TEXT, 0},
        {"true", LT_TREE_BOOL, 1},
        {"FALSE", LT_TREE_BOOL, 0},
        {"yes", LT_TREE_TEXT, 0},
        {"no", LT_TREE_TEXT, 0},
        {"on", LT_TREE_TEXT, 0},
        {"off", LT_TREE_TEXT, 0},
        {"y", LT_TREE_TEXT, 0},
        {"0", LT_TREE_INT, 0},
        {"-12", LT_TREE_INT, -12},
        {"+12", LT_TREE_INT, 12},
        {"010", LT_TREE_INT, 10},
        {"0o17", LT_TREE_INT, 15},
        {"0x1F", LT_TREE_INT, 31},
        {"0o18", LT_TREE_TEXT, 0},
        {"-0x1F", LT_TREE_TEXT, 0},
        {"0x", LT_TREE_TEXT, 0},
        {"1_000", LT_TREE_TEXT, 0},
        {"1:30", LT_TREE_TEXT, 0},
        {"1.5", LT_TREE_FLOAT, 1.5},
        {"1.", LT_TREE_FLOAT, 1},
        {".5", LT_TREE_FLOAT, 0.5},
        {"1e3", LT_TREE_FLOAT, 1000},
        {"1E-3", LT_TREE_FLOAT, 0.001},
        {"1e", LT_TREE_TEXT, 0},
        {"e3", LT_TREE_TEXT, 0},
        {".", LT_TREE_TEXT, 0},
        {"-", LT_TREE_LIST, 0},
        {".inf", LT_TREE_FLOAT, INFINITY},
        {"-.INF", LT_TREE_FLOAT, -INFINITY},
        {"+.inf", LT_TREE_FLOAT, INFINITY},
        {"inf", LT_TREE_TEXT, 0},
        {"nan", LT_TREE_TEXT, 0},
        {"-.nan", LT_TREE_TEXT, 0},
        {"'1'", LT_TREE_TEXT, 0},
        {"\"true\"", LT_TREE_TEXT, 0},
        {"''", LT_TREE_TEXT, 0},
        {"!!str 1", LT_TREE_TEXT, 0},
        {"! 1", LT_TREE_TEXT, 0},
        {"!!float 1", LT_TREE_FLOAT, 1},
        {"!!int 1", LT_TREE_INT, 1},
        {"9223372036854775807", LT_TREE_INT, 9223372036854775807.0},
        {"9223372036854775808", LT_TREE_FLOAT, 9223372036854775808.0},
        {"-9223372036854775808", LT_TREE_INT, -9223372036854775808.0},
        {"1000000000000000000000", LT_TREE_FLOAT, 1e21},
        {"0x8000000000000000", LT_TREE_FLOAT, 9223372036854775808.0},
    };
    struct given given = {0};
    for (size_t i = 0; i < COUNT(CASE); i++) {
        const struct lt_tree *tree = read_text(&given, CASE[i].text);
        if (!tree || tree->type != CASE[i].type)
            fail_msg("'%s' has type %d", CASE[i].text, tree ? (int)tree->type : -1);
        if (tree->type == LT_TREE_INT || tree->type == LT_TREE_FLOAT)
            assert_true(lt_tree_number(tree, -7) == CASE[i].number);
        if (tree->type == LT_TREE_BOOL)
            assert_int_equal(tree->boolean, CASE[i].number != 0);
    }
    assert_true(isnan(read_text(&given, ".NaN")->number));
    assert_true(read_text(&given, "'1'")->quoted);
    assert_false(read_text(&given, "one")->quoted);
    lt_arena_free(&given.arena);
}

static void values_know_their_place(void **state)
{
    (void)state;
    struct given given = {0};
    const struct lt_tree *tree = read_text(&given, "# note\na: 1\nb:\n  - x\n  - {c: 2}\n");
    assert_non_null(tree);
    const struct lt_tree *c = lt_tree_get(lt_tree_at(lt_tree_get(tree, "b"), 1), "c");
    assert_int_equal(lt_tree_int(c, 0), 2);
    assert_int_equal(c->line, 5);
    assert_int_equal(c->column, 9);
    assert_string_equal(lt_tree_path(&given.arena, c), "b[1].c");
    assert_int_equal(lt_tree_get(tree, "a")->column, 4);
    lt_arena_free(&given.arena);
}

static void nul_becomes_a_replacement_character(void **state)
{
    (void)state;
    struct given given = {0};
    assert_string_equal(read_text(&given, "\"a\\0b\"")->text, "a\xEF\xBF\xBD"
                                                              "b");
    lt_arena_free(&given.arena);
}

static void what_is_refused_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } CASE[] = {
        {"a: 1\nb: 2\na: 3\n",
         "t.yaml:3:1: error: the key \"a\" stands here again; keep one of them, the first is in line 1"},
        {"x: {k: 1, \"k\": 2}",
         "t.yaml:1:11: error: the key \"k\" stands here again; keep one of them, the first is in line 1"},
        {"a: &x 1\nb: *x\n", "t.yaml:1:4: error: anchors (&) are not supported; write the value out where it is used"},
        {"b: *x\n", "t.yaml:1:4: error: aliases (*) are not supported; write the value out where it is used"},
        {"a: !!python/object:os.system x",
         "t.yaml:1:4: error: tags (!) other than YAML's own are not supported; plain values need no tag"},
        {"a: !x {}", "t.yaml:1:4: error: tags (!) other than YAML's own are not supported; plain values need no tag"},
        {"!!int x", "t.yaml:1:1: error: the value is not what its tag says; leave the tag out"},
        {"!!map []", "t.yaml:1:1: error: the value is not what its tag says; leave the tag out"},
        {"a: 1\n---\nb: 2\n", "t.yaml:2:1: error: a second document starts here; one document in a file"},
        {"? [a]\n: 1\n", "t.yaml:1:3: error: a list or a map cannot be a key; a plain word or text in quotes"},
        {"a: 1e999", "t.yaml:1:4: error: the number is too large; up to 1.8e308"},
        {"a: b: c", "t.yaml:1:5: error: mapping values are not allowed in this context"},
        {"a: [1, 2", "t.yaml:2:1: error: did not find expected ',' or ']' while parsing a flow sequence"},
        {"a:\n\tb: 1\n",
         "t.yaml:2:1: error: found character that cannot start any token while scanning for the next token"},
        {"a: \"b", "t.yaml:1:6: error: found unexpected end of stream while scanning a quoted scalar"},
        {"ok: 1\na: \x01", "t.yaml:2:4: error: control characters are not allowed; text in UTF-8"},
        {"ok: \xC3\xBC \xFF", "t.yaml:1:7: error: invalid leading UTF-8 octet; text in UTF-8"},
    };
    struct given given = {0};
    for (size_t i = 0; i < COUNT(CASE); i++) {
        assert_null(read_text(&given, CASE[i].text));
        assert_int_equal(given.problems.count, 1);
        assert_problem(&given.problems, CASE[i].problem);
    }
    lt_arena_free(&given.arena);
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* The limit stops the reading, so hostile nesting costs no more than the limit. The bound on time is generous: without
 * the limit this takes minutes. */
static void deep_nesting_is_refused_at_once(void **state)
{
    (void)state;
    enum { BYTES = 100000 };
    char *text = malloc(BYTES);
    struct given given = {0};
    const double start = cpu_seconds();
    static const char *const UNIT[] = {"[", "{a: ", "- ", "[{", "? "};
    for (size_t i = 0; i < COUNT(UNIT); i++) {
        const size_t length = strlen(UNIT[i]);
        for (size_t at = 0; at < BYTES; at++)
            text[at] = UNIT[i][at % length];
        assert_null(read_bytes(&given, text, BYTES));
        assert_int_equal(given.problems.count, 1);
    }
    assert_true(cpu_seconds() - start < 2);
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_non_null(read_bytes(&given, text, 128));
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_null(read_bytes(&given, text, 130));
    assert_problem(&given.problems, "t.yaml:1:65: error: nested deeper than 64 levels");
    free(text);
    lt_arena_free(&given.arena);
}

static void values_are_counted(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const struct lt_tree_limits limits = {1000, 64, 4};
    static const char GOOD[] = "a: 1\nb: [2, 3]\n", LIST[] = "- 1\n- 2\n- 3\n- {}\n",
                      MAP[] = "a: {b: {c: {d: {e: 1}}}}";
    assert_non_null(lt_yaml_read(&arena, "t", GOOD, sizeof GOOD - 1, (struct lt_tree_limits){1000, 64, 5}, &problems));
    assert_int_equal(problems.count, 0);
    assert_null(lt_yaml_read(&arena, "t", LIST, sizeof LIST - 1, limits, &problems));
    assert_problem(&problems, "t:4:3: error: more than 4 values; a model of fewer layers");
    problems = (struct lt_problems){.arena = &arena};
    assert_null(lt_yaml_read(&arena, "t", MAP, sizeof MAP - 1, limits, &problems));
    assert_problem(&problems, "t:1:13: error: more than 4 values; a model of fewer layers");
    lt_arena_free(&arena);
}

static void many_keys_are_read_and_the_double_one_found(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    struct given given = {0};
    for (int i = 0; i < 20000; i++)
        lt_buffer_printf(&text, "key_%d: %d\n", i, i);
    const struct lt_tree *tree = read_bytes(&given, text.text, text.length);
    assert_non_null(tree);
    assert_int_equal(tree->count, 20000);
    lt_buffer_puts(&text, "key_77: again\n");
    assert_null(read_bytes(&given, text.text, text.length));
    assert_problem(&given.problems, "t.yaml:20001:1: error: the key \"key_77\" stands here again; "
                                    "keep one of them, the first is in line 78");
    lt_buffer_free(&text);
    lt_arena_free(&given.arena);
}

static void files_above_the_limit_are_refused(void **state)
{
    (void)state;
    struct given given = {0};
    assert_null(read_bytes(&given, "a", (1 << 20) + 1)); /* refused before a byte is read */
    assert_problem(&given.problems, "t.yaml: error: the file is too large; up to 1048576 bytes");
    lt_arena_free(&given.arena);
}

static const char DOCUMENT[] = "title: \"a \\u263A b\"\nnotes: |\n  two\n  lines\nlayers:\n  - {units: 64, rate: .5}\n"
                               "  - [1, -2.5e3, null, true]\n  - 'it''s'\nlast: gr\xC3\xBC\xC3\x9F\n";

static void a_file_cut_anywhere_is_a_tree_or_a_problem(void **state)
{
    (void)state;
    struct given given = {0};
    for (size_t bytes = 0; bytes <= sizeof DOCUMENT - 1; bytes++) {
        char *exact = malloc(bytes + !bytes); /* ASan sees a read beyond the end */
        memcpy(exact, DOCUMENT, bytes);
        const struct lt_tree *tree = read_bytes(&given, exact, bytes);
        assert_int_equal(tree == NULL, given.problems.count == 1);
        free(exact);
    }
    for (size_t at = 0; at < sizeof DOCUMENT - 1; at++)
        for (int byte = 0; byte < 256; byte += 5) {
            char damaged[sizeof DOCUMENT];
            memcpy(damaged, DOCUMENT, sizeof DOCUMENT);
            damaged[at] = (char)byte;
            const struct lt_tree *tree = read_bytes(&given, damaged, sizeof DOCUMENT - 1);
            assert_int_equal(tree == NULL, given.problems.count == 1);
        }
    lt_arena_free(&given.arena);
}

static void every_request_may_fail(void **state)
{
    (void)state;
    int64_t fail_in = 1;
    for (;; fail_in++) {
        struct lt_arena arena = {.fail_in = fail_in};
        struct lt_problems problems = {.arena = &arena};
        struct lt_tree *tree = lt_yaml_read(&arena, "t", DOCUMENT, sizeof DOCUMENT - 1, LT_YAML_SETTINGS, &problems);
        const bool failed = arena.failed;
        assert_int_equal(tree == NULL, failed);
        assert_int_equal(lt_has_errors(&problems), failed);
        lt_arena_free(&arena);
        if (!failed)
            break;
    }
    assert_true(fail_in > 20);
}

static void blocks_are_written_for_people(void **state)
{
    (void)state;
    struct given given = {0};
    const char *text = "title: A model\n"
                       "notes: |\n"
                       "  First line.\n"
                       "\n"
                       "  Third: line # no comment\n"
                       "empty: {}\n"
                       "layers:\n"
                       "  - class: Conv2D\n"
                       "    kernel: [3, 3]\n"
                       "    rate: 0.5\n"
                       "  - - [1, 2]\n"
                       "    - a: null\n"
                       "      \"1\": \"yes\"\n"
                       "source: https://keras.io/api/\n";
    struct lt_buffer out = {0};
    assert_int_equal(lt_yaml_write(&out, read_text(&given, text)), LT_OK);
    assert_string_equal(out.text, text);
    lt_buffer_free(&out);
    lt_arena_free(&given.arena);
}

static void check_round_trip(const struct lt_tree *tree, struct lt_arena *arena)
{
    struct lt_buffer out = {0};
    struct lt_problems problems = {.arena = arena};
    assert_int_equal(lt_yaml_write(&out, tree), LT_OK);
    const struct lt_tree *again = lt_yaml_read(arena, "t", out.text, out.length, LT_YAML_MODEL, &problems);
    if (!again || !lt_tree_equal(tree, again))
        fail_msg("%s\n%s", problems.count ? lt_problem_text(arena, problems.item) : "reads back different", out.text);
    lt_buffer_free(&out);
}

static void every_text_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ODD_TEXT); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        const char *text = ODD_TEXT[i];
        check_round_trip(lt_tree_add_text(&arena, NULL, NULL, text), &arena);
        struct lt_tree *map = lt_tree_new(&arena, LT_TREE_MAP, NULL, NULL);
        lt_tree_add_text(&arena, map, text, text);
        struct lt_tree *list = lt_tree_new(&arena, LT_TREE_LIST, map, "list");
        lt_tree_add_text(&arena, list, NULL, text);
        lt_tree_new(&arena, LT_TREE_LIST, lt_tree_new(&arena, LT_TREE_MAP, list, NULL), text);
        check_round_trip(map, &arena);
        lt_arena_free(&arena);
    }
}

static void random_trees_read_back(void **state)
{
    (void)state;
    uint64_t seed = 20240607;
    for (int i = 0; i < 1500; i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        check_round_trip(random_tree(&arena, &seed, 5, NULL), &arena);
        lt_arena_free(&arena);
    }
}

static void special_numbers_read_back(void **state)
{
    (void)state;
    static const double NUMBER[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT(NUMBER); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        check_round_trip(lt_tree_add_number(&arena, NULL, NULL, NUMBER[i]), &arena);
        lt_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_follow_the_core_schema),
        cmocka_unit_test(values_know_their_place),
        cmocka_unit_test(nul_becomes_a_replacement_character),
        cmocka_unit_test(what_is_refused_is_told_with_its_place),
        cmocka_unit_test(deep_nesting_is_refused_at_once),
        cmocka_unit_test(values_are_counted),
        cmocka_unit_test(many_keys_are_read_and_the_double_one_found),
        cmocka_unit_test(files_above_the_limit_are_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_a_tree_or_a_problem),
        cmocka_unit_test(every_request_may_fail),
        cmocka_unit_test(blocks_are_written_for_people),
        cmocka_unit_test(every_text_reads_back),
        cmocka_unit_test(random_trees_read_back),
        cmocka_unit_test(special_numbers_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
