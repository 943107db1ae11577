/* The document: copies are deep, layers are found by path, graphs are put in order, memory may end. */
#include "tests/core/native_text.h"

static void test_clone_is_deep(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    assert_non_null(document);
    struct lt_tree *before = lt_native_tree(&arena, document);
    struct lt_document *copy = lt_document_clone(document);
    assert_non_null(copy);
    lt_document_free(document); /* what the copy still shared would now be gone: ASan tells */
    assert_true(lt_tree_equal(before, lt_native_tree(&arena, copy)));
    lt_document_free(copy);
    lt_arena_free(&arena);
}

static void test_clone_without_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems), *copy = NULL;
    int failures = 0;
    for (int64_t request = 1; !copy; request++) {
        document->arena->fail_in = request;
        copy = lt_document_clone(document);
        failures += copy == NULL;
    }
    assert_true(failures > 50);
    assert_true(same_document(document, copy));
    lt_document_free(copy);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_paths(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    uint32_t dense = lt_document_find_layer(document, "encoder/dense");
    assert_int_not_equal(dense, LT_NO_LAYER);
    assert_string_equal(lt_layer_path(&arena, document, dense), "encoder/dense");
    assert_int_equal(lt_document_find_layer(document, "dense"), dense);
    assert_int_not_equal(lt_document_find_layer(document, "wrapped/inner"), LT_NO_LAYER);
    assert_int_equal(lt_document_find_layer(document, "encoder/dens"), LT_NO_LAYER);
    assert_int_equal(lt_document_find_layer(document, "coder/dense"), LT_NO_LAYER);
    assert_int_equal(lt_document_find_layer(document, ""), LT_NO_LAYER);
    /* A second layer of the name inside another one: the name alone is no longer enough. */
    uint32_t twin = lt_document_add_layer(document, lt_kind_find(NULL, "Dense"), NULL, "dense");
    document->layer[twin].parent = lt_document_find_layer(document, "wrapped");
    assert_int_equal(lt_document_find_layer(document, "dense"), LT_NO_LAYER);
    assert_int_equal(lt_document_find_layer(document, "encoder/dense"), dense);
    document->layer[twin].name = "evil\033[2J";
    assert_string_equal(lt_layer_path(&arena, document, twin), "wrapped/evil\\x1B[2J");
    assert_int_equal(lt_document_find_layer(document, "wrapped/evil\\x1B[2J"), twin);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_new_layers_have_their_defaults(void **state)
{
    (void)state;
    struct lt_document *document = lt_document_new();
    const struct lt_kind *kind = lt_kind_find(NULL, "Dense");
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(lt_document_add_layer(document, kind, NULL, "d"), i);
    const struct lt_layer *layer = &document->layer[99];
    assert_string_equal(layer->class_name, "Dense");
    assert_int_equal(layer->parent, LT_NO_LAYER);
    assert_int_equal(layer->policy, -1);
    assert_true(layer->trainable);
    int bias = lt_field_find(kind->config, kind->config_count, "use_bias");
    assert_true(layer->config[bias].boolean && !layer->config[bias].given);
    lt_document_free(document);
}

/* nodes: in, then a chain given backwards, and the same with its ends joined */
static void test_sort(void **state)
{
    (void)state;
    enum { NODES = 1000 };
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_graph graph = {.node_count = NODES};
    graph.node = lt_alloc_array(&arena, NODES, sizeof *graph.node);
    struct lt_ref *ref = lt_alloc_array(&arena, NODES + 1, sizeof *ref);
    for (uint32_t i = 0; i < NODES; i++) {
        graph.node[i].layer = NODES - 1 - i;
        if (i == NODES - 1)
            continue;
        ref[i].node = i + 1;
        graph.node[i].in = &ref[i];
        graph.node[i].in_count = 1;
    }
    graph.out = &ref[NODES];
    graph.out_count = 1;
    uint32_t bad = UINT32_MAX;
    assert_int_equal(lt_graph_sort(&arena, &graph, &bad), LT_OK);
    for (uint32_t i = 0; i < NODES; i++) {
        assert_int_equal(graph.node[i].layer, i);
        assert_true(i == 0 || graph.node[i].in[0].node == i - 1);
    }
    assert_int_equal(graph.out[0].node, NODES - 1);
    struct lt_node *sorted = graph.node;
    assert_int_equal(lt_graph_sort(&arena, &graph, &bad), LT_OK);
    assert_ptr_equal(graph.node, sorted);
    graph.node[0].in = &(struct lt_ref){.node = 500};
    graph.node[0].in_count = 1;
    assert_int_equal(lt_graph_sort(&arena, &graph, &bad), LT_INVALID);
    assert_true(bad <= 500);
    graph.node[0].in = &(struct lt_ref){.node = NODES};
    assert_int_equal(lt_graph_sort(&arena, &graph, &bad), LT_INVALID);
    assert_int_equal(bad, 0);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clone_is_deep), cmocka_unit_test(test_clone_without_memory),
        cmocka_unit_test(test_paths),         cmocka_unit_test(test_new_layers_have_their_defaults),
        cmocka_unit_test(test_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
