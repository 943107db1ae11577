/* Small Keras models as text, for the tests of the reader: ' stands for ". */
#ifndef LT_TESTS_CORE_KERAS_TEXT_H
#define LT_TESTS_CORE_KERAS_TEXT_H

#include "tests/core/test.h"

#include <string.h>

#include "core/data/json.h"
#include "core/formats/keras.h"
#include "core/model/policy.h"

struct opened {
    struct lt_arena arena;
    struct lt_problems problems;
    struct lt_document *document;
};

static inline const struct lt_tree *keras_tree(struct lt_arena *arena, struct lt_problems *problems, const char *text)
{
    char *json = lt_strdup(arena, text);
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    return lt_json_read(arena, "test", json, strlen(json), LT_JSON_MODEL, problems);
}

/* Close with shut(). `opened` must stay where it is. */
static inline void open_keras(struct opened *opened, const char *text)
{
    *opened = (struct opened){0};
    opened->problems.arena = &opened->arena;
    const struct lt_tree *tree = keras_tree(&opened->arena, &opened->problems, text);
    assert_non_null(tree);
    opened->document = lt_keras_read("test", tree, &opened->problems);
}

static inline void shut(struct opened *opened)
{
    lt_document_free(opened->document);
    lt_arena_free(&opened->arena);
}

/* The same, without a problem of any kind. */
static inline const struct lt_document *open_clean(struct opened *opened, const char *text)
{
    open_keras(opened, text);
    if (opened->problems.count)
        print_message("%s\n", lt_problem_text(&opened->arena, &opened->problems.item[0]));
    assert_int_equal(opened->problems.count, 0);
    assert_non_null(opened->document);
    return opened->document;
}

static inline const struct lt_layer *layer_named(const struct lt_document *document, const char *path)
{
    uint32_t found = lt_document_find_layer(document, path);
    assert_int_not_equal(found, LT_NO_LAYER);
    return &document->layer[found];
}

static inline const struct lt_value *config_of(const struct lt_layer *layer, const char *key)
{
    int field = lt_field_find(layer->kind->config, layer->kind->config_count, key);
    assert_true(field >= 0);
    return &layer->config[field];
}

/* The calls of a graph as text: "a(), dense(a:0), add(dense:0, a:0 mask)", the outputs behind an arrow. */
static inline const char *calls_of(struct lt_arena *arena, const struct lt_document *document,
                                   const struct lt_graph *graph)
{
    const char *text = "";
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct lt_node *node = &graph->node[i];
        text = lt_format(arena, "%s%s%s(", text, i ? ", " : "", document->layer[node->layer].name);
        for (int k = 0; k < node->in_count; k++) {
            const struct lt_ref *ref = &node->in[k];
            assert_true(ref->node < i);
            text = lt_format(arena, "%s%s%s%s%s#%u:%u", text, k ? ", " : "", ref->role ? ref->role : "",
                             ref->role ? "=" : "", ref->mask ? "~" : "", ref->node, ref->output);
        }
        text = lt_format(arena, "%s)", text);
    }
    text = lt_format(arena, "%s ->", text);
    for (int i = 0; i < graph->out_count; i++)
        text = lt_format(arena, "%s #%u:%u", text, graph->out[i].node, graph->out[i].output);
    return text;
}

static inline void assert_calls(struct opened *opened, const struct lt_graph *graph, const char *expected)
{
    assert_string_equal(calls_of(&opened->arena, opened->document, graph), expected);
}

static inline void assert_ints(const struct lt_value *value, uint32_t count, const int64_t *expected)
{
    assert_int_equal(value->type, LT_VALUE_INTS);
    assert_int_equal(value->count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_true(value->ints[i] == expected[i]);
}

/* Pieces of a list, up to eight, with commas between them: JOIN(a, b, c) is a "," b "," c. */
#define JOIN_1(a)                               a
#define JOIN_2(a, ...)                          a "," JOIN_1(__VA_ARGS__)
#define JOIN_3(a, ...)                          a "," JOIN_2(__VA_ARGS__)
#define JOIN_4(a, ...)                          a "," JOIN_3(__VA_ARGS__)
#define JOIN_5(a, ...)                          a "," JOIN_4(__VA_ARGS__)
#define JOIN_6(a, ...)                          a "," JOIN_5(__VA_ARGS__)
#define JOIN_7(a, ...)                          a "," JOIN_6(__VA_ARGS__)
#define JOIN_8(a, ...)                          a "," JOIN_7(__VA_ARGS__)
#define JOIN_OF(a, b, c, d, e, f, g, h, n, ...) JOIN_##n
#define JOIN(...)                               JOIN_OF(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)(__VA_ARGS__)

/* Pieces of a Keras 3 Functional model. */
#define INPUT(name, shape)                                                                                             \
    "{'module':'keras.layers','class_name':'InputLayer','config':{'batch_shape':" shape                                \
    ",'dtype':'float32','name':'" name "'},'registered_name':null,'name':'" name "','inbound_nodes':[]}"
#define LAYER(class, name, config, calls)                                                                              \
    "{'module':'keras.layers','class_name':'" class "','config':{'name':'" name "'" config                             \
                                                    "},'registered_name':null,'name':'" name                           \
                                                    "','inbound_nodes':[" calls "]}"
#define OPERATION(module, class, name, config, calls)                                                                  \
    "{'module':'keras.src.ops." module                                                                                 \
    "','class_name':'" class "','config':{'name':'" name "'" config                                                    \
                             "},'registered_name':'" class "','name':'" name "','inbound_nodes':[" calls "]}"
#define TENSOR(name, call, output)                                                                                     \
    "{'class_name':'__keras_tensor__','config':{'shape':[null,8],'dtype':'float32','keras_history':['" name "'," call  \
    "," output "]}}"
#define CALL(args)              "{'args':[" args "],'kwargs':{}}"
#define CALL_WITH(args, kwargs) "{'args':[" args "],'kwargs':{" kwargs "}}"
#define FUNCTIONAL(name, layers, in, out)                                                                              \
    "{'module':'keras.src.models.functional','class_name':'Functional','config':{'name':'" name                        \
    "','trainable':true,'layers':[" layers "],'input_layers':" in ",'output_layers':" out                              \
    "},'registered_name':'Functional','build_config':{'input_shape':null}"
#define MODEL(layers, in, out) FUNCTIONAL("model", layers, in, out) "}"
#define NESTED(name, layers, in, out, calls)                                                                           \
    FUNCTIONAL(name, layers, in, out) ",'name':'" name "','inbound_nodes':[" calls "]}"

#define DENSE ",'units':8"
#define SEQUENTIAL(layers, more)                                                                                       \
    "{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" layers "]" more "}}"
#define ENCODER(calls)                                                                                                 \
    NESTED("enc", JOIN(INPUT("x", "[null,8]"), LAYER("Dense", "dense", DENSE, CALL(TENSOR("x", "0", "0")))),           \
           "['x',0,0]", "['dense',0,0]", calls)

#endif
