/* One layer with one call, set up as a reader of files would, for the tests of the kinds. */
#ifndef LT_TESTS_CORE_KIND_CASE_H
#define LT_TESTS_CORE_KIND_CASE_H

#include "core/base/checked.h"
#include "core/data/json.h"
#include "core/model/kind.h"
#include "tests/core/test.h"

#include <string.h>

enum { CASE_LAYERS = 64 };

struct kind_case {
    struct lt_arena arena;
    struct lt_layer layer[CASE_LAYERS]; /* 0: the one that is called; behind it what it holds */
    uint32_t layer_count;
    struct lt_node node;
    struct lt_call call;
    struct lt_variables variables;
    const char *policy; /* NULL: float32 */
};

static inline const struct lt_tree *case_json(struct lt_arena *arena, const char *text)
{
    struct lt_problems problems = {.arena = arena};
    const struct lt_tree *tree = lt_json_read(arena, "case", text, strlen(text), LT_JSON_MODEL, &problems);
    if (!tree)
        fail_msg("%s", problems.count ? problems.item[0].message : "no memory");
    return tree;
}

static uint32_t case_add(struct kind_case *c, const char *module, const char *class_name, const struct lt_tree *config);

/* A layer inside another, from the object that Keras writes for it. */
static inline void case_child(struct kind_case *c, uint32_t parent, const struct lt_tree *object)
{
    if (!object || object->type != LT_TREE_MAP)
        return;
    struct lt_layer *layer = &c->layer[parent];
    uint32_t *child = lt_alloc_array(&c->arena, layer->child_count + 1u, sizeof *child);
    if (layer->child_count)
        memcpy(child, layer->child, layer->child_count * sizeof *child);
    child[layer->child_count] =
        case_add(c, lt_tree_text(lt_tree_get(object, "module"), NULL),
                 lt_tree_text(lt_tree_get(object, "class_name"), ""), lt_tree_get(object, "config"));
    layer->child = child;
    layer->child_count++;
}

static inline uint32_t case_add(struct kind_case *c, const char *module, const char *class_name,
                                const struct lt_tree *config)
{
    struct lt_problems problems = {.arena = &c->arena};
    uint32_t index = c->layer_count++;
    assert_true(index < CASE_LAYERS);
    const struct lt_kind *kind = lt_kind_find(module, class_name);
    if (!kind)
        fail_msg("no kind %s", class_name);
    struct lt_layer *layer = &c->layer[index];
    *layer = (struct lt_layer){.kind = kind, .class_name = class_name, .policy = -1, .unread = config};
    layer->name = lt_tree_text(lt_tree_get(config, "name"), class_name);
    layer->trainable = lt_tree_bool(lt_tree_get(config, "trainable"), true);
    layer->config = lt_alloc_array(&c->arena, kind->config_count, sizeof *layer->config);
    for (int i = 0; i < kind->config_count; i++) {
        const struct lt_tree *given = lt_tree_get(config, kind->config[i].name);
        layer->config[i] = lt_field_default(&kind->config[i], &c->arena);
        if (given && lt_field_read(&kind->config[i], &c->arena, given, &layer->config[i], "case", &problems))
            fail_msg("%s: %s", class_name, problems.count ? problems.item[0].message : "");
    }
    static const char *const children[] = {"layer", "backward_layer", "cell"};
    for (size_t i = 0; i < COUNT(children); i++)
        case_child(c, index, lt_tree_get(config, children[i]));
    const struct lt_tree *cells = lt_tree_get(config, "cells");
    for (const struct lt_tree *cell = cells ? cells->child : NULL; cell; cell = cell->next)
        case_child(c, index, cell);
    return index;
}

/* A list of shapes of a file; null is `open`. */
static inline struct lt_shape *case_shapes(struct lt_arena *arena, const struct lt_tree *list,
                                           const struct lt_tree *dtypes, int64_t open)
{
    struct lt_shape *shape = lt_alloc_array(arena, list->count, sizeof *shape);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct lt_tree *one = lt_tree_at(list, i);
        shape[i].rank = (int8_t)one->count;
        shape[i].dtype = (uint8_t)lt_dtype_find(lt_tree_text(lt_tree_at(dtypes, i), "float32"));
        for (uint32_t d = 0; d < one->count; d++)
            shape[i].dim[d] = lt_tree_int(lt_tree_at(one, d), open);
    }
    return shape;
}

static inline void case_begin(struct kind_case *c, const char *module, const char *class_name,
                              const struct lt_tree *config)
{
    *c = (struct kind_case){.variables.arena = NULL};
    case_add(c, module, class_name, config);
}

/* Shapes and variables of the call. */
static inline enum lt_status case_call(struct kind_case *c, const struct lt_shape *in, int in_count)
{
    const struct lt_policy *policy = &lt_policies[lt_policy_find(c->policy ? c->policy : "float32")];
    const char *const *role = c->call.role;
    c->call = (struct lt_call){.arena = &c->arena,
                               .layers = c->layer,
                               .layer = &c->layer[0],
                               .node = &c->node,
                               .in = in,
                               .role = role,
                               .in_count = (uint16_t)in_count,
                               .training = true,
                               .keras_3 = true,
                               .open_steps = 128,
                               .stretch = 1,
                               .precision = policy,
                               .policy = policy};
    enum lt_status status = c->layer[0].kind->shape(&c->call);
    c->variables = (struct lt_variables){.arena = &c->arena};
    if (status == LT_OK && c->layer[0].kind->variables)
        c->layer[0].kind->variables(&c->call, &c->variables);
    return status;
}

static inline uint64_t case_parameters(const struct kind_case *c, bool trainable)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->variables.count; i++)
        if (c->variables.item[i].counted && c->variables.item[i].trainable == trainable)
            total = lt_add(total, c->variables.item[i].elements);
    return total;
}

/* The program of the call; the results, or NULL where memory ended. */
static inline const lt_tensor *case_emit(struct kind_case *c, struct lt_builder *b)
{
    lt_builder_init(b, &c->arena);
    b->call = &c->call;
    lt_tensor *in = lt_alloc_array(&c->arena, c->call.in_count, sizeof *in);
    lt_tensor *out = lt_alloc_array(&c->arena, c->call.out_count, sizeof *out);
    if (!in || !out)
        return NULL;
    for (int i = 0; i < c->call.in_count; i++)
        in[i] = lt_tensor_add(b, LT_ROLE_INPUT, lt_shape_elements(&c->call.in[i]), (enum lt_dtype)c->call.in[i].dtype);
    for (uint32_t i = 0; i < c->variables.count; i++) {
        const struct lt_variable *variable = &c->variables.item[i];
        lt_tensor v = lt_tensor_add(b, LT_ROLE_VARIABLE, variable->elements, (enum lt_dtype)variable->dtype);
        b->variable = i ? b->variable : v;
    }
    for (int i = 0; i < c->call.out_count; i++)
        out[i] = LT_NO_TENSOR;
    b->in = in;
    b->out = out;
    c->call.layer->kind->ops(&c->call, b);
    return out;
}

/* The program; every result must be set, with the elements of its shape. */
static inline void case_ops(struct kind_case *c, struct lt_builder *b)
{
    const lt_tensor *out = case_emit(c, b);
    assert_int_equal(b->status, LT_OK);
    assert_int_equal(b->region, 0);
    for (int i = 0; i < c->call.out_count; i++) {
        uint64_t elements = out[i] == LT_NO_TENSOR ? 0 : lt_elements(b, out[i]);
        if (out[i] == LT_NO_TENSOR || elements != lt_shape_elements(&c->call.out[i]))
            fail_msg("%s: output %d has %llu elements, its shape %llu", c->call.layer->class_name, i,
                     (unsigned long long)elements, (unsigned long long)lt_shape_elements(&c->call.out[i]));
    }
}

static inline void case_end(struct kind_case *c)
{
    lt_arena_free(&c->arena);
}

/* Shapes, variables and ops of a case that was begun, and its end; the given request for memory fails. Whether there
 * was one: then the arena says so, which whoever walks a model asks, and nothing crashes. */
static inline bool case_fails(struct kind_case *c, const struct lt_shape *in, int in_count, int64_t fail_in)
{
    struct lt_builder b;
    c->arena.fail_in = fail_in;
    enum lt_status status = case_call(c, in, in_count);
    if (status != LT_OK && !c->arena.failed)
        fail_msg("%s: %s", c->layer[0].class_name, lt_status_name(status));
    if (!c->arena.failed && case_emit(c, &b))
        assert_true(c->arena.failed || b.status == LT_OK);
    bool failed = c->arena.failed;
    case_end(c);
    return failed;
}

/* Lets each request for memory fail in turn. */
static inline void case_memory(const char *module, const char *class_name, const struct lt_tree *config,
                               const struct lt_tree *arguments, const struct lt_shape *in, int in_count)
{
    int64_t fail_in = 0;
    struct kind_case c;
    do {
        case_begin(&c, module, class_name, config);
        c.node.arguments = arguments;
    } while (case_fails(&c, in, in_count, ++fail_in));
    assert_true(fail_in > 3);
}

static inline int case_count(const struct lt_builder *b, enum lt_op_kind kind)
{
    int count = 0;
    for (uint32_t i = 0; i < b->program.op_count; i++)
        count += b->program.op[i].kind == kind;
    return count;
}

static inline const struct lt_op *case_op(const struct lt_builder *b, enum lt_op_kind kind)
{
    for (uint32_t i = 0; i < b->program.op_count; i++)
        if (b->program.op[i].kind == kind)
            return &b->program.op[i];
    fail_msg("no op of kind %s", lt_ops[kind].name);
    return NULL;
}

#endif
