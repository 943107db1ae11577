/* Edits: each primitive and its inverse, what is refused, and long random sessions undone to the start. */
#include "tests/core/native_text.h"
#include "tests/core/random.h"

#include <stdio.h>

#include "core/model/edit.h"

struct fixture {
    struct lt_arena arena;
    struct lt_problems problems;
    struct lt_document *document;
    struct lt_history *history;
};

static void open_fixture(struct fixture *f, const char *text)
{
    *f = (struct fixture){.arena = LT_ARENA_INIT};
    f->document = document_of(&f->arena, text, &f->problems);
    f->history = lt_history_new();
    assert_non_null(f->document);
    assert_non_null(f->history);
    f->problems = (struct lt_problems){.arena = &f->arena};
}

static void close_fixture(struct fixture *f)
{
    lt_history_free(f->history);
    lt_document_free(f->document);
    lt_arena_free(&f->arena);
}

static enum lt_status edit(struct fixture *f, const char *line)
{
    f->problems = (struct lt_problems){.arena = &f->arena};
    enum lt_status status = lt_edit(f->document, f->history, line, &f->problems);
    assert_true((status == LT_OK) == (f->problems.total[LT_ERROR] == 0));
    return status;
}

static const struct lt_layer *layer(const struct fixture *f, const char *path)
{
    uint32_t index = lt_document_find_layer(f->document, path);
    assert_int_not_equal(index, LT_NO_LAYER);
    return &f->document->layer[index];
}

static const struct lt_value *config(const struct fixture *f, const char *path, const char *field)
{
    const struct lt_layer *at = layer(f, path);
    return &at->config[lt_field_find(at->kind->config, at->kind->config_count, field)];
}

/* The name of the layer that the only call of `path` takes its input `i` from. */
static const char *source(const struct fixture *f, const char *path, int i)
{
    const struct lt_graph *graph = &f->document->graph;
    uint32_t index = lt_document_find_layer(f->document, path);
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (graph->node[n].layer == index)
            return f->document->layer[graph->node[graph->node[n].in[i].node].layer].name;
    return NULL;
}

#define CHAIN                                                                                                          \
    "layertop: 1\nmodel:\n  layers:\n    - {class: InputLayer, name: in, shape: [8]}\n"                                \
    "    - {class: Dense, name: one, units: 4}\n    - {class: Dense, name: two, units: 5}\n"                           \
    "    - {class: Dense, name: three, units: 6}\n"

static void test_set(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, RICH_MODEL);
    assert_int_equal(edit(&f, "set batch=64"), LT_OK);
    assert_int_equal(lt_setup_int(&f.document->setup, LT_SET_BATCH), 64);
    assert_int_equal(edit(&f, "  set  optimizer.momentum = 0.5 "), LT_OK);
    assert_true(f.document->setup.option[0].value.number == 0.5);
    assert_int_equal(edit(&f, "set input.a=4,16"), LT_OK);
    assert_int_equal(edit(&f, "set layers.encoder/dense.units=9"), LT_OK);
    assert_int_equal(config(&f, "encoder/dense", "units")->integer, 9);
    assert_int_equal(edit(&f, "set layers.stem.trainable=true"), LT_OK);
    assert_true(layer(&f, "stem")->trainable);
    assert_int_equal(edit(&f, "set layers.stem.precision=inherit"), LT_OK);
    assert_int_equal(layer(&f, "stem")->policy, -1);
    assert_int_equal(edit(&f, "set layers.stem.name=root"), LT_OK);
    assert_int_equal(layer(&f, "root")->policy, -1);
    assert_int_equal(lt_set(f.document, "layers.root.activation=tanh", &f.problems), LT_OK);
    close_fixture(&f);
}

/* An input's given size follows its name; options that another optimizer does not have are dropped, and come back. */
static void test_set_with_consequences(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, RICH_MODEL);
    assert_int_equal(edit(&f, "set layers.a.name=tokens"), LT_OK);
    assert_string_equal(f.document->setup.input[0].name, "tokens");
    assert_int_equal(edit(&f, "set optimizer=adam"), LT_OK);
    assert_int_equal(f.document->setup.option_count, 0);
    assert_int_equal(lt_undo(f.document, f.history, NULL), LT_OK);
    assert_int_equal(f.document->setup.option_count, 1);
    assert_int_equal(lt_undo(f.document, f.history, NULL), LT_OK);
    assert_string_equal(f.document->setup.input[0].name, "a");
    close_fixture(&f);
}

static const char *const refused[][2] = {
    {"", "set, remove"},
    {"sett batch=3", "did you mean set?"},
    {"set batch", "NAME=VALUE"},
    {"set bach=3", "did you mean batch?"},
    {"set batch=0", NULL},
    {"set optimizer.momentun=0.9", "did you mean momentum?"},
    {"set input.c=4", NULL},
    {"set input.a=4,17", NULL},
    {"set input.a=4", NULL},
    {"set layers.stem.unit=3", "did you mean units?"},
    {"set layers.sten.units=3", "did you mean stem?"},
    {"set layers.stem.units=-3", NULL},
    {"set layers.stem.name=mix", NULL},
    {"set layers.stem.name=a/b", NULL},
    {"set layers.stem.name=", NULL},
    {"set layers.stem.precision=float33", "did you mean float"},
    {"remove layers.nothing", NULL},
    {"remove layers.a", NULL},
    {"remove layers.mix", NULL},           /* two inputs */
    {"remove layers.wrapped/inner", NULL}, /* inside a wrapper */
    {"insert Dense", "insert CLASS after"},
    {"insert Dence after stem", "did you mean Dense?"},
    {"insert Dense after shared units=3", NULL}, /* called three times */
    {"insert Dense after stem unit=3", "did you mean units?"},
    {"insert Dense after stem name=mix", NULL},
    {"insert InputLayer after stem", NULL},
    {"replace layers.a with Dense", NULL},
    {"replace layers.encoder with Dense", NULL},
    {"rewire layers.stem from mix", "before"}, /* a cycle */
    {"rewire layers.stem from nothing", NULL},
    {"rewire layers.a from stem", NULL},
    {"rewire layers.mix from stem", NULL}, /* its call has arguments */
};

static void test_refused_edits_change_nothing(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, RICH_MODEL);
    struct lt_document *before = lt_document_clone(f.document);
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (edit(&f, refused[i][0]) == LT_OK)
            fail_msg("done: %s", refused[i][0]);
        const struct lt_problem *problem = &f.problems.item[0];
        if (refused[i][1] && (!problem->hint || !strstr(problem->hint, refused[i][1])))
            fail_msg("%s: no hint with %s: %s", refused[i][0], refused[i][1], lt_problem_text(&f.arena, problem));
        assert_true(same_document(f.document, before));
    }
    assert_false(lt_can_undo(f.history));
    lt_document_free(before);
    close_fixture(&f);
}

static void test_remove(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, CHAIN);
    assert_int_equal(edit(&f, "remove layers.two"), LT_OK);
    assert_int_equal(f.document->layer_count, 3);
    assert_string_equal(source(&f, "three", 0), "one");
    assert_int_equal(edit(&f, "remove three"), LT_OK);
    assert_int_equal(f.document->graph.out[0].node, 1);
    close_fixture(&f);
}

/* A shared layer goes with all its calls, one of which takes from another; a nested model goes with all inside it. */
static void test_remove_shared_and_nested(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, RICH_MODEL);
    uint32_t layers = f.document->layer_count;
    assert_int_equal(edit(&f, "remove layers.shared"), LT_OK);
    assert_string_equal(source(&f, "mix", 1), "b");
    assert_int_equal(edit(&f, "remove layers.encoder"), LT_OK);
    assert_int_equal(f.document->layer_count, layers - 4);
    assert_int_equal(lt_document_find_layer(f.document, "encoder/dense"), LT_NO_LAYER);
    assert_string_equal(f.document->layer[layer(&f, "wrapped")->child[0]].name, "inner");
    assert_int_equal(layer(&f, "inner")->parent, lt_document_find_layer(f.document, "wrapped"));
    close_fixture(&f);
}

static void test_insert(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, CHAIN);
    assert_int_equal(edit(&f, "insert Dense after layers.one units=7 activation=relu"), LT_OK);
    assert_string_equal(source(&f, "two", 0), "dense");
    assert_string_equal(source(&f, "dense", 0), "one");
    assert_int_equal(config(&f, "dense", "units")->integer, 7);
    assert_int_equal(edit(&f, "insert Dense after three units=1"), LT_OK);
    const struct lt_graph *graph = &f.document->graph;
    assert_string_equal(f.document->layer[graph->node[graph->out[0].node].layer].name, "dense_1");
    close_fixture(&f);
}

static void test_replace(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, CHAIN);
    assert_int_equal(edit(&f, "replace layers.two with EinsumDense equation=ab,bc->ac"), LT_OK);
    assert_string_equal(layer(&f, "two")->class_name, "EinsumDense");
    assert_int_equal(edit(&f, "replace two with Dense units=3"), LT_OK);
    assert_int_equal(config(&f, "two", "units")->integer, 3);
    assert_string_equal(source(&f, "three", 0), "two");
    close_fixture(&f);
}

static void test_rewire(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, CHAIN);
    assert_int_equal(edit(&f, "rewire layers.three from one"), LT_OK);
    assert_string_equal(source(&f, "three", 0), "one");
    assert_int_equal(edit(&f, "rewire layers.two from three"), LT_OK); /* now the order changes */
    assert_string_equal(source(&f, "two", 0), "three");
    assert_int_equal(edit(&f, "rewire layers.one from two"), LT_INVALID);
    close_fixture(&f);
}

static void test_saved(void **state)
{
    (void)state;
    struct fixture f;
    const char *line = NULL;
    open_fixture(&f, CHAIN);
    assert_true(lt_is_saved(f.history));
    edit(&f, "set batch=2");
    assert_false(lt_is_saved(f.history));
    lt_mark_saved(f.history);
    edit(&f, "set batch=3");
    lt_undo(f.document, f.history, &line);
    assert_string_equal(line, "undo");
    assert_true(lt_is_saved(f.history));
    lt_redo(f.document, f.history, &line);
    assert_string_equal(line, "set batch=3");
    assert_false(lt_is_saved(f.history));
    lt_undo(f.document, f.history, NULL);
    lt_undo(f.document, f.history, NULL);
    edit(&f, "set batch=4"); /* what was saved can no longer be reached */
    assert_false(lt_is_saved(f.history));
    assert_int_equal(lt_redo(f.document, f.history, NULL), LT_NOT_FOUND);
    lt_undo(f.document, f.history, NULL);
    assert_false(lt_is_saved(f.history));
    assert_int_equal(lt_undo(f.document, f.history, NULL), LT_NOT_FOUND);
    close_fixture(&f);
}

/* One of many lines, good or bad, on any layer. */
static void random_line(char *line, size_t size, const struct lt_document *document, uint64_t *seed)
{
    static const char *const settings[] = {
        "batch=3",
        "batch=0",
        "optimizer=adam",
        "optimizer=sgd",
        "optimizer.momentum=0.1",
        "optimizer.use_ema=true",
        "input.a=4,16",
        "input.b=4,16",
        "ram=1GiB",
        "loss=mean_squared_error",
    };
    static const char *const keys[] = {"units=7",        "units=0",           "name=n%u",          "trainable=false",
                                       "activation=elu", "precision=float16", "precision=inherit", "use_bias=false"};
    struct lt_arena arena = LT_ARENA_INIT;
    const char *a = lt_layer_path(&arena, document, random_below(seed, document->layer_count));
    const char *b = document->layer[random_below(seed, document->layer_count)].name;
    unsigned number = random_below(seed, 30);
    char key[32];
    switch (random_below(seed, 7)) {
    case 0:
        snprintf(line, size, "set %s", settings[random_below(seed, COUNT(settings))]);
        break;
    case 1:
    case 2:
        snprintf(key, sizeof key, "%s", keys[random_below(seed, COUNT(keys))]);
        if (key[0] == 'n')
            snprintf(key, sizeof key, "name=n%u", number);
        snprintf(line, size, "set layers.%s.%s", a, key);
        break;
    case 3:
        snprintf(line, size, "remove layers.%s", a);
        break;
    case 4:
        snprintf(line, size, "insert Dense after layers.%s units=%u", a, number);
        break;
    case 5:
        snprintf(line, size, "replace layers.%s with %s", a, number % 2 ? "Dense units=2" : "Embedding input_dim=9");
        break;
    default:
        snprintf(line, size, number % 2 ? "rewire layers.%s from %s" : "rewire layers.%s from %s, a", a, b);
    }
    lt_arena_free(&arena);
}

/* What every reference and index of a document must keep. */
static void check_whole(const struct lt_document *document, const struct lt_graph *graph)
{
    for (uint32_t i = 0; i < graph->node_count; i++) {
        assert_true(graph->node[i].layer < document->layer_count);
        for (uint16_t r = 0; r < graph->node[i].in_count; r++)
            assert_true(graph->node[i].in[r].node < i);
    }
    for (uint16_t i = 0; i < graph->out_count; i++)
        assert_true(graph->out[i].node < graph->node_count);
    for (uint16_t i = 0; i < graph->in_count; i++)
        assert_ptr_equal(document->layer[graph->node[graph->in[i].node].layer].kind, &lt_kind_input);
}

static void check_document(const struct lt_document *document)
{
    check_whole(document, &document->graph);
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *at = &document->layer[i];
        assert_true(at->parent == LT_NO_LAYER || at->parent < document->layer_count);
        for (uint16_t c = 0; c < at->child_count; c++)
            assert_int_equal(document->layer[at->child[c]].parent, i);
        if (at->inner)
            check_whole(document, at->inner);
    }
}

/* Undoing all of any edits leads back to the start, redoing all of them to the end; and the end can be saved and read.
 */
static void test_undo_all_redo_all(void **state)
{
    (void)state;
    uint32_t done = 0;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct fixture f;
        open_fixture(&f, RICH_MODEL);
        struct lt_document *start = lt_document_clone(f.document);
        uint64_t random = seed * 0x9E3779B97F4A7C15u; /* far apart */
        for (int i = 0; i < 150; i++) {
            char line[256];
            random_line(line, sizeof line, f.document, &random);
            struct lt_problems problems = {.arena = &f.arena};
            done += lt_edit(f.document, f.history, line, &problems) == LT_OK;
            check_document(f.document);
            if (random_below(&random, 8) == 0)
                lt_undo(f.document, f.history, NULL);
            if (random_below(&random, 16) == 0)
                lt_redo(f.document, f.history, NULL);
        }
        struct lt_document *end = lt_document_clone(f.document);
        size_t steps = 0;
        for (; lt_undo(f.document, f.history, NULL) == LT_OK; steps++)
            check_document(f.document);
        assert_true(same_document(f.document, start));
        for (size_t i = 0; i < steps; i++)
            assert_int_equal(lt_redo(f.document, f.history, NULL), LT_OK);
        while (lt_can_redo(f.history) && !same_document(f.document, end))
            lt_redo(f.document, f.history, NULL);
        assert_true(same_document(f.document, end));
        struct lt_problems problems = {.arena = &f.arena};
        struct lt_document *again = lt_native_read("t", lt_native_tree(&f.arena, end), NULL, &problems);
        if (!again)
            fail_msg("seed %u: %s", seed, lt_problem_text(&f.arena, &problems.item[0]));
        assert_true(same_document(again, end));
        lt_document_free(again);
        lt_document_free(start);
        lt_document_free(end);
        close_fixture(&f);
    }
    assert_true(done > 500);
}

/* Wherever memory ends, the document is as before, and the same edit works afterwards. */
static void test_edits_without_memory(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "set optimizer.momentum=0.5", "set optimizer=adam",        "set layers.a.name=x",
        "set layers.stem.units=4",    "remove layers.shared",      "insert Dense after stem units=3",
        "replace stem with Dense",    "rewire layers.stem from b",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct fixture f;
        open_fixture(&f, RICH_MODEL);
        struct lt_document *before = lt_document_clone(f.document);
        enum lt_status status = LT_NO_MEMORY;
        for (int64_t request = 1; status != LT_OK; request++) {
            struct lt_problems problems = {.arena = &f.arena};
            f.document->arena->fail_in = request;
            status = lt_edit(f.document, f.history, lines[i], &problems);
            f.document->arena->fail_in = 0;
            if (status != LT_OK) {
                assert_int_equal(status, LT_NO_MEMORY);
                assert_true(same_document(f.document, before));
            }
        }
        assert_false(same_document(f.document, before) && i != 6);
        lt_document_free(before);
        close_fixture(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_with_consequences),
        cmocka_unit_test(test_refused_edits_change_nothing),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_remove_shared_and_nested),
        cmocka_unit_test(test_insert),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_rewire),
        cmocka_unit_test(test_saved),
        cmocka_unit_test(test_undo_all_redo_all),
        cmocka_unit_test(test_edits_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
