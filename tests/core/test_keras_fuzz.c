/* Broken models: trees of real files with random parts replaced, removed, doubled or swapped. Nothing crashes, whatever
 * comes out has a graph in order, and what is refused has a reason. Run with files and a count for longer. */
#include "tests/core/random.h"
#include "tests/core/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/data/zip.h"
#include "core/formats/keras.h"
#include "core/model/walk.h"

static uint64_t seed;

struct nodes {
    struct lt_tree **item;
    uint32_t count;
};

static void collect(struct lt_arena *arena, struct nodes *nodes, struct lt_tree *tree)
{
    if ((nodes->count & (nodes->count - 1)) == 0)
        nodes->item =
            lt_grow(arena, nodes->item, nodes->count, nodes->count ? nodes->count * 2u : 1, sizeof *nodes->item);
    nodes->item[nodes->count++] = tree;
    for (struct lt_tree *child = tree->child; child; child = child->next)
        collect(arena, nodes, child);
}

/* What a node holds, without its place among its siblings. */
static void assign(struct lt_tree *to, const struct lt_tree *from)
{
    struct lt_tree copy = *from;
    copy.parent = to->parent;
    copy.key = to->key;
    copy.next = to->next;
    *to = copy;
    for (struct lt_tree *child = to->child; child; child = child->next)
        child->parent = to;
}

static const int64_t ODD_NUMBERS[] = {0, -1, 1, 2, 65535, 65536, INT64_MAX, INT64_MIN, 1000000};
static const char *const ODD_NAMES[] = {"",           "a/b",        "mask",    "InputLayer",
                                        "Sequential", "Functional", "\x1b[2J", "Dense"};

static void mutate(struct lt_arena *arena, const struct nodes *nodes)
{
    struct lt_tree *tree = nodes->item[random_below(&seed, nodes->count)];
    /* A copy, for the other one may hold this one. */
    const struct lt_tree *other = lt_tree_copy(arena, nodes->item[random_below(&seed, nodes->count)], NULL, NULL);
    switch (random_below(&seed, 6)) {
    case 0:
        tree->type = LT_TREE_NULL;
        tree->child = tree->last = NULL;
        tree->count = 0;
        break;
    case 1:
        assign(tree,
               &(struct lt_tree){.type = LT_TREE_INT, .integer = ODD_NUMBERS[random_below(&seed, COUNT(ODD_NUMBERS))]});
        break;
    case 2:
        assign(tree, &(struct lt_tree){.type = LT_TREE_TEXT, .text = ODD_NAMES[random_below(&seed, COUNT(ODD_NAMES))]});
        break;
    case 3:
        assign(tree, other);
        break;
    case 4:
        if (tree->type == LT_TREE_LIST)
            lt_tree_copy(arena, other, tree, NULL);
        break;
    default:
        if (tree->child && tree->child->next) { /* the first child goes */
            tree->child = tree->child->next;
            tree->count--;
        }
    }
}

static void check_graph(const struct lt_document *document, const struct lt_graph *graph)
{
    for (uint32_t i = 0; i < graph->node_count; i++) {
        assert_true(graph->node[i].layer < document->layer_count);
        for (int k = 0; k < graph->node[i].in_count; k++)
            assert_true(graph->node[i].in[k].node < i);
    }
    for (int i = 0; i < graph->in_count; i++)
        assert_true(graph->in[i].node < graph->node_count);
    for (int i = 0; i < graph->out_count; i++)
        assert_true(graph->out[i].node < graph->node_count);
}

static void check_document(const struct lt_document *document)
{
    check_graph(document, &document->graph);
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *layer = &document->layer[i];
        assert_true(layer->kind && layer->name && layer->class_name);
        assert_true(layer->parent == LT_NO_LAYER || layer->parent < i);
        assert_true(layer->policy >= -1 && layer->policy < lt_policy_count);
        for (int k = 0; k < layer->child_count; k++)
            assert_true(layer->child[k] > i && layer->child[k] < document->layer_count);
        if (layer->inner)
            check_graph(document, layer->inner);
    }
}

static void try_one(const struct lt_tree *whole, bool walk)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct nodes nodes = {0};
    struct lt_tree *tree = lt_tree_copy(&arena, whole, NULL, NULL);
    collect(&arena, &nodes, tree);
    for (uint32_t n = 1 + random_below(&seed, 4); n > 0; n--)
        mutate(&arena, &nodes);
    struct lt_document *document = lt_keras_read("fuzz", tree, &problems);
    if (!document)
        assert_true(problems.total[LT_ERROR] > 0);
    else
        check_document(document);
    if (document && walk) {
        struct lt_walked walked;
        const struct lt_binding binding = {.batch = 2, .training = true, .precision = &lt_policies[0], .stretch = 1};
        lt_walk(document, &binding, &arena, NULL, &walked);
    }
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void fuzz(const char *path, int turns, bool walk)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text = NULL;
    size_t bytes = 0;
    if (lt_zip_read(&arena, path, "config.json", 1 << 26, &text, &bytes, &problems))
        assert_int_equal(lt_file_read(&arena, path, 1 << 26, &text, &bytes, &problems), LT_OK);
    const struct lt_tree *tree = lt_json_read(&arena, path, text, bytes, LT_JSON_MODEL, &problems);
    assert_non_null(tree);
    seed = 0x9E3779B97F4A7C15ULL;
    for (int i = 0; i < turns; i++)
        try_one(tree, walk);
    lt_arena_free(&arena);
}

static void test_broken_models(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"shared_layer", "nested_twice",      "several_inputs",       "op_nodes",
                                        "mask_zero",    "transformer_block", "lstm_text_classifier", "mixed_compiled"};
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        char path[100];
        snprintf(path, sizeof path, "tests/reference/graphs/%s.keras", NAMES[i]);
        fuzz(path, 300, false);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_broken_models)};
    if (argc < 3)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 2; i < argc; i++)
        fuzz(argv[i], atoi(argv[1]), true);
    return 0;
}
