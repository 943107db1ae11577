/* Native YAML: what is written is read again as the same document, and what is wrong is told with its place. */
#include "core/formats/formats.h"
#include "core/model/walk.h"
#include "tests/core/native_text.h"

#include <stdio.h>

#include "core/data/file.h"
#include "core/formats/native_keys.h"

static void test_round_trip(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    assert_non_null(document);
    assert_int_equal(problems.count, 0);
    struct lt_tree *tree = lt_native_tree(&arena, document);
    struct lt_buffer text = {0};
    assert_int_equal(lt_yaml_write(&text, tree), LT_OK);
    struct lt_document *again = document_of(&arena, text.text, &problems);
    assert_non_null(again);
    assert_true(lt_tree_equal(tree, lt_native_tree(&arena, again)));
    lt_buffer_free(&text);
    lt_document_free(again);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static const struct lt_node *node_of(const struct lt_document *document, const char *layer, int call)
{
    uint32_t index = lt_document_find_layer(document, layer);
    for (uint32_t i = 0; i < document->graph.node_count; i++)
        if (document->graph.node[i].layer == index && call-- == 0)
            return &document->graph.node[i];
    return NULL;
}

static const char *source_of(const struct lt_document *document, const struct lt_node *node, int input)
{
    return document->layer[document->graph.node[node->in[input].node].layer].name;
}

/* The parts that a round trip through one reader could lose unseen. */
static void test_what_is_read(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    assert_string_equal(document->origin.writer, "3.15.1");
    assert_string_equal(document->origin.notes, "two\nlines\n");
    assert_int_equal(document->graph.in_count, 2);
    assert_int_equal(document->graph.out_count, 3);
    const struct lt_node *mix = node_of(document, "mix", 0), *third = node_of(document, "shared", 2);
    assert_string_equal(source_of(document, mix, 0), "stem");
    assert_string_equal(mix->in[1].role, "state");
    assert_int_equal(&document->graph.node[mix->in[1].node] - document->graph.node, third - document->graph.node);
    assert_int_equal(mix->declared_count, 3);
    assert_int_equal(mix->declared[1].dtype, LT_INT32);
    assert_int_equal(mix->declared[0].dim[0], LT_NO_DIM);
    assert_int_equal(mix->declared[2].rank, -1);
    assert_non_null(lt_tree_get(mix->arguments, "kwargs"));
    assert_int_equal(third->in_count, 2);
    assert_true(third->in[1].mask && !third->in[0].mask);
    const struct lt_node *wrapped = node_of(document, "wrapped", 0);
    assert_int_equal(wrapped->in[0].output, 1);
    const struct lt_layer *stem = &document->layer[lt_document_find_layer(document, "stem")];
    assert_false(stem->trainable);
    assert_int_equal(stem->policy, lt_policy_find("bfloat16"));
    assert_non_null(lt_tree_get(stem->unread, "kernel_regularizer"));
    assert_int_equal(stem->build_shape->rank, 3);
    const struct lt_layer *encoder = &document->layer[lt_document_find_layer(document, "encoder")];
    assert_true(encoder->sequential);
    assert_int_equal(encoder->inner->node_count, 2);
    assert_int_equal(lt_setup_int(&document->setup, LT_SET_RAM), INT64_C(64) << 30);
    assert_int_equal(document->setup.option_count, 1);
    assert_int_equal(document->setup.input[0].value.ints[0], 4);
    lt_document_free(document);
    lt_arena_free(&arena);
}

struct wrong {
    const char *text;
    uint32_t line;
    const char *hint; /* a part of it; NULL: any */
};

#define HEAD "layertop: 1\nmodel:\n  layers:\n    - {class: InputLayer, name: in, shape: [4]}\n"

static const struct wrong wrongs[] = {
    {"model: {layers: []}\n", 1, "layertop: 1"},
    {"layertop: 2\nmodel: {layers: []}\n", 1, "layertop: 1"},
    {"layertop: 1\n", 1, "model"},
    {"layertop: 1\nmodle: {layers: []}\nmodel: {layers: []}\n", 2, "model"},
    {HEAD "    - {class: Dense, name: d, unit: 3}\n", 5, "units"},
    {HEAD "    - {class: Dense, name: d, units: many}\n", 5, NULL},
    {HEAD "    - {class: Dense, name: d, units: -1}\n", 5, NULL},
    {HEAD "    - {class: Dense, name: in, units: 3}\n", 0, "unique"},
    {HEAD "    - {class: Dense, units: 3}\n", 5, "name"},
    {HEAD "    - {name: d, units: 3}\n", 5, "class"},
    {HEAD "    - {class: Dense, name: d, units: 3, inputs: [inn]}\n", 5, "did you mean in?"},
    {HEAD "    - {class: Dense, name: d, units: 3, inputs: [\"in@4\"]}\n", 5, NULL},
    {HEAD "    - {class: Dense, name: d, units: 3, inputs: [e]}\n"
          "    - {class: Dense, name: e, units: 3, inputs: [d]}\n",
     0, "behind"},
    {HEAD "    - {class: Dense, name: d, units: 3, precision: float33}\n", 5, "float32"},
    {HEAD "    - {class: Dense, name: d, units: 3, trainable: 3}\n", 5, "true"},
    {HEAD "    - {class: Dense, name: d, units: 3, declared: [[a]]}\n", 5, NULL},
    {HEAD "setup: {bach: 3}\n", 5, "batch"},
    {HEAD "setup: {batch: 0}\n", 5, NULL},
    {HEAD "setup:\n  optimizer: sgd\n  optimizer.momentun: 0.9\n", 7, "momentum"},
    {HEAD "setup:\n  input.on: [4]\n", 6, NULL},
    {HEAD "setup:\n  input.in: [5]\n", 6, NULL},
};

/* Each error stands at its line, with what would be right. */
static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems;
        struct lt_document *document = document_of(&arena, wrongs[i].text, &problems);
        if (document || !lt_has_errors(&problems))
            fail_msg("this was read:\n%s", wrongs[i].text);
        const struct lt_problem *problem = &problems.item[0];
        const char *text = lt_problem_text(&arena, problem);
        if (wrongs[i].line && problem->place.line != wrongs[i].line)
            fail_msg("not in line %u: %s", wrongs[i].line, text);
        if (wrongs[i].hint && (!problem->hint || !strstr(problem->hint, wrongs[i].hint)))
            fail_msg("no hint with %s: %s", wrongs[i].hint, text);
        lt_arena_free(&arena);
    }
}

static void test_all_errors_at_once(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    assert_null(document_of(&arena,
                            HEAD "    - {class: Dense, name: d, unit: 3}\n    - {class: Dense, name: e, units: x}\n"
                                 "setup: {bach: 3, epochs: -1}\n",
                            &problems));
    assert_int_equal(problems.total[LT_ERROR], 4);
    lt_arena_free(&arena);
}

/* A class that is not in the catalogue is kept with all that was said of it; the nearest is offered. */
static void test_unknown_class(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, HEAD "    - {class: Dence, name: d, units: 3}\n", &problems);
    assert_non_null(document);
    assert_int_equal(problems.total[LT_WARNING], 1);
    assert_string_equal(problems.item[0].hint, "did you mean Dense?");
    assert_int_equal(lt_tree_int(lt_tree_get(document->layer[1].unread, "units"), 0), 3);
    lt_document_free(document);
    lt_arena_free(&arena);
}

/* Names that look like references are still found. */
static void test_odd_names(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(
        &arena,
        HEAD "    - {class: Dense, name: \"in:1\", units: 3}\n    - {class: Dense, name: \"x@0\", units: 3, "
             "inputs: [\"in:1@0:0\"]}\n    - {class: Dense, name: y, units: 3, inputs: [\"x@0@0:0\"]}\n",
        &problems);
    assert_non_null(document);
    assert_string_equal(source_of(document, node_of(document, "x@0", 0), 0), "in:1");
    assert_string_equal(source_of(document, node_of(document, "y", 0), 0), "x@0");
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_reading_without_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_tree *tree = lt_yaml_read(&arena, "t", RICH_MODEL, strlen(RICH_MODEL), LT_YAML_MODEL, &problems);
    struct lt_document *document = NULL;
    int failures = 0;
    for (int64_t request = 1; !document; request++) {
        struct lt_arena own = LT_ARENA_INIT;
        struct lt_problems some = {.arena = &own};
        own.fail_in = request;
        document = lt_native_read("t", tree, NULL, &some);
        failures += document == NULL;
        lt_arena_free(&own);
    }
    assert_true(failures > 50);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_writing_without_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    struct lt_tree *whole = lt_native_tree(&arena, document), *tree = NULL;
    for (int64_t request = 1; !tree; request++) {
        struct lt_arena own = LT_ARENA_INIT;
        own.fail_in = request;
        tree = lt_native_tree(&own, document);
        if (tree)
            assert_true(lt_tree_equal(tree, whole));
        lt_arena_free(&own);
    }
    lt_document_free(document);
    lt_arena_free(&arena);
}

/* A field of such a name could not be told from the format's own key. */
static void test_no_field_is_called_like_a_key(void **state)
{
    (void)state;
    for (int family = 0; family < lt_kind_family_count; family++)
        for (const struct lt_kind *kind = lt_kind_families[family]; kind->name; kind++)
            for (const char *const *key = lt_native_layer_keys; *key; key++)
                if (lt_field_find(kind->config, kind->config_count, *key) >= 0)
                    fail_msg("%s has a field %s", kind->name, *key);
}

static void test_samples(void **state)
{
    (void)state;
    static const char *const samples[] = {"mnist-mlp", "mnist-cnn", "mnist-cnn-fp16", "lstm-text"};
    for (size_t i = 0; i < COUNT(samples); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        const char *path = lt_format(&arena, "samples/%s.yaml", samples[i]), *text = NULL;
        size_t bytes = 0;
        assert_int_equal(lt_file_read(&arena, path, 1 << 20, &text, &bytes, &problems), LT_OK);
        struct lt_document *document = document_of(&arena, text, &problems);
        for (uint32_t p = 0; p < problems.count; p++)
            print_error("%s\n", lt_problem_text(&arena, &problems.item[p]));
        assert_non_null(document);
        assert_true(document->sequential && document->origin.title && document->origin.notes);
        assert_int_equal(document->graph.node_count, document->layer_count);
        lt_document_free(document);
        lt_arena_free(&arena);
    }
}

/* An open axis is null, or none as the hints and `--set` say. */
static void test_open_axes(void **state)
{
    (void)state;
    static const char *const shapes[] = {"[null, 8]", "[none, 8]", "[~, 8]"};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        struct lt_document *document = document_of(
            &arena,
            lt_format(&arena, "layertop: 1\nmodel: {layers: [{class: InputLayer, name: x, batch_shape: %s}]}\n",
                      shapes[i]),
            &problems);
        assert_non_null(document);
        const struct lt_layer *input = &document->layer[0];
        int field = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
        assert_int_equal(input->config[field].count, 2);
        assert_true(input->config[field].ints[0] == LT_NO_DIM && input->config[field].ints[1] == 8);
        lt_document_free(document);
        lt_arena_free(&arena);
    }
}

/* A class of KerasHub and its hyper-parameters stand for the layers; the counts are those of the published presets
 * bert_base_en_uncased and gpt2_base_en. */
static void test_recipes(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint64_t parameters;
    } row[] = {{"samples/bert-base.yaml", 109482240}, {"samples/gpt2-small.yaml", 124439808}};
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        struct lt_document *document = lt_open(row[i].path, &problems);
        assert_non_null(document);
        assert_int_equal(problems.count, 0);
        struct lt_binding binding = {.batch = 1, .precision = lt_setup_policy(&document->setup), .stretch = 1};
        struct lt_walked walked;
        assert_int_equal(lt_walk(document, &binding, &arena, NULL, &walked), LT_OK);
        uint64_t total = 0;
        for (uint32_t k = 0; k < document->layer_count; k++)
            for (uint32_t v = 0; v < walked.layer[k].variables.count; v++)
                if (walked.layer[k].variables.item[v].counted)
                    total += walked.layer[k].variables.item[v].elements;
        assert_int_equal(total, row[i].parameters);
        lt_document_free(document);
        lt_arena_free(&arena);
    }
}

static void test_recipe_errors(void **state)
{
    (void)state;
    static const struct {
        const char *model, *message;
    } row[] = {
        {"{class: NoBackbone}", "there is no recipe for this class"},
        {"{class: BertBackbone, layers: 12}", "BertBackbone has no such hyper-parameter"},
        {"{class: BertBackbone, num_layers: 2}", "BertBackbone needs vocabulary_size"},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        assert_null(document_of(&arena, lt_format(&arena, "layertop: 1\nmodel: %s\n", row[i].model), &problems));
        assert_true(problems.count > 0);
        assert_string_equal(problems.item[0].message, row[i].message);
        lt_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_all_errors_at_once),
        cmocka_unit_test(test_unknown_class),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_reading_without_memory),
        cmocka_unit_test(test_writing_without_memory),
        cmocka_unit_test(test_no_field_is_called_like_a_key),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_open_axes),
        cmocka_unit_test(test_recipes),
        cmocka_unit_test(test_recipe_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
