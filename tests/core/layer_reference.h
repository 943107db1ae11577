/* The layer cases of tests/reference/layers.json: real Keras's shapes, variables and counts. */
#ifndef LT_TESTS_CORE_LAYER_REFERENCE_H
#define LT_TESTS_CORE_LAYER_REFERENCE_H

#include "tests/core/kind_case.h"
#include "tests/core/reference.h"

enum { CASE_BATCH = 7, CASE_OPEN = 11 }; /* no other axis of the cases has 7 */

/* The tensors of a call in depth-first order: what `walk_tensors` gathers. */
struct case_tensors {
    struct lt_shape in[32];
    const char *role[32];
    int count;
};

static inline void walk_tensors(const struct lt_tree *tree, const char *role, struct case_tensors *t)
{
    const struct lt_tree *config = lt_tree_get(tree, "config");
    if (strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), "__keras_tensor__") == 0) {
        const struct lt_tree *shape = lt_tree_get(config, "shape");
        struct lt_shape *s = &t->in[t->count];
        *s = (struct lt_shape){.rank = (int8_t)shape->count};
        s->dtype = (uint8_t)lt_dtype_find(lt_tree_text(lt_tree_get(config, "dtype"), "float32"));
        for (uint32_t i = 0; i < shape->count; i++)
            s->dim[i] = lt_tree_int(lt_tree_at(shape, i), i == 0 ? CASE_BATCH : CASE_OPEN);
        t->role[t->count++] = role;
        return;
    }
    if (tree && (tree->type == LT_TREE_LIST || tree->type == LT_TREE_MAP))
        for (const struct lt_tree *child = tree->child; child; child = child->next)
            walk_tensors(child, role, t);
}

/* An open axis that meets a known one in another operand has its size. */
static inline void bind_together(struct case_tensors *t)
{
    for (int i = 0; i < t->count; i++)
        for (int j = 0; j < t->count; j++)
            for (int d = 1; d < t->in[i].rank && t->in[i].rank == t->in[j].rank; d++)
                if (t->in[i].dim[d] == CASE_OPEN && t->in[j].dim[d] > 1)
                    t->in[i].dim[d] = t->in[j].dim[d];
}

/* Sets the layer of one row up, for a call on *t. */
static inline void row_begin(struct kind_case *c, const struct lt_tree *row, struct case_tensors *t)
{
    const struct lt_tree *layers = lt_tree_get(lt_tree_get(lt_tree_get(row, "model"), "config"), "layers");
    const struct lt_tree *saved = lt_tree_at(layers, layers->count - 1);
    for (uint32_t i = 0; i < layers->count; i++)
        if (strcmp(lt_tree_text(lt_tree_get(lt_tree_at(layers, i), "class_name"), ""), "InputLayer") != 0)
            saved = lt_tree_at(layers, i);
    case_begin(c, lt_tree_text(lt_tree_get(saved, "module"), NULL), lt_tree_text(lt_tree_get(row, "class"), ""),
               lt_tree_get(saved, "config"));
    c->node.arguments = lt_tree_at(lt_tree_get(saved, "inbound_nodes"), 0);
    *t = (struct case_tensors){.count = 0};
    walk_tensors(lt_tree_get(c->node.arguments, "args"), NULL, t);
    const struct lt_tree *kwargs = lt_tree_get(c->node.arguments, "kwargs");
    for (const struct lt_tree *arg = kwargs ? kwargs->child : NULL; arg; arg = arg->next)
        walk_tensors(arg, arg->key, t);
    bind_together(t);
    c->call.role = t->role;
    c->policy = lt_tree_text(lt_tree_get(row, "policy"), NULL);
}

/* The batch is bound; what else Keras leaves open may have become any size. */
static inline bool shape_agrees(const struct lt_shape *s, const struct lt_tree *expected)
{
    if (!expected || s->rank != (int)expected->count)
        return false;
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] != lt_tree_int(lt_tree_at(expected, (uint32_t)i), i == 0 ? CASE_BATCH : s->dim[i]))
            return false;
    return true;
}

/* Shape, dtype and the last part of the name. */
static inline bool weight_agrees(const struct lt_variable *v, const struct lt_tree *weight)
{
    const struct lt_tree *shape = lt_tree_at(weight, 1);
    const char *full = lt_tree_text(lt_tree_at(weight, 0), ""), *slash = strrchr(full, '/'),
               *own = strrchr(v->name, '/');
    bool same = shape && (int)shape->count == v->rank &&
                strcmp(slash ? slash + 1 : full, own ? own + 1 : v->name) == 0 &&
                strcmp(lt_tree_text(lt_tree_at(weight, 2), ""), lt_dtypes[v->dtype].name) == 0;
    for (uint32_t d = 0; same && d < shape->count; d++)
        same = lt_tree_int(lt_tree_at(shape, d), -1) == v->dim[d];
    return same;
}

/* Every counted variable in Keras's order. SpectralNormalization alone breaks the order of what it wraps: Keras lists
 * the inner kernel, its own vector, and then the rest. */
static inline bool weights_agree(const struct kind_case *c, const struct lt_tree *weights)
{
    bool ordered = strcmp(c->layer[0].class_name, "SpectralNormalization") != 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < c->variables.count; i++) {
        const struct lt_variable *v = &c->variables.item[i];
        if (!v->counted)
            continue;
        bool found = false;
        for (uint32_t w = ordered ? next : 0; !found && w < (ordered ? next + 1 : weights->count); w++)
            found = weight_agrees(v, lt_tree_at(weights, w));
        if (!found)
            return false;
        next++;
    }
    return next == weights->count;
}

static inline bool row_agrees(const struct lt_tree *row)
{
    struct kind_case c;
    struct case_tensors t;
    const char *name = lt_tree_text(lt_tree_get(row, "name"), "");
    row_begin(&c, row, &t);
    enum lt_status status = case_call(&c, t.in, t.count);
    const struct lt_tree *outputs = lt_tree_get(row, "outputs"), *dtypes = lt_tree_get(row, "output_dtypes");
    bool good = status == LT_OK && c.call.out_count == outputs->count;
    if (!good)
        print_error("%s: %s (%s), %d outputs, in Keras %u\n", name, lt_status_name(status),
                    c.call.problem ? c.call.problem : "", c.call.out_count, outputs->count);
    const struct lt_shape *reported = c.call.reported ? c.call.reported : c.call.out;
    for (uint32_t i = 0; good && i < outputs->count; i++)
        if (!shape_agrees(&reported[i], lt_tree_at(outputs, i))) {
            print_error("%s: output %u differs\n", name, i);
            good = false;
        }
    for (uint32_t i = 0; good && i < outputs->count; i++)
        if (strcmp(lt_tree_text(lt_tree_at(dtypes, i), ""), lt_dtypes[c.call.out[i].dtype].name) != 0) {
            print_error("%s: output %u is %s, in Keras %s\n", name, i, lt_dtypes[c.call.out[i].dtype].name,
                        lt_tree_text(lt_tree_at(dtypes, i), ""));
            good = false;
        }
    int64_t trainable = lt_tree_int(lt_tree_get(row, "model_trainable"), -1);
    int64_t fixed =
        lt_tree_int(lt_tree_get(row, "trainable"), -1) + lt_tree_int(lt_tree_get(row, "non_trainable"), -1) - trainable;
    if (good && ((int64_t)case_parameters(&c, true) != trainable || (int64_t)case_parameters(&c, false) != fixed)) {
        print_error("%s: %llu + %llu parameters, in Keras %lld + %lld\n", name,
                    (unsigned long long)case_parameters(&c, true), (unsigned long long)case_parameters(&c, false),
                    (long long)trainable, (long long)fixed);
        good = false;
    }
    if (good && !weights_agree(&c, lt_tree_get(row, "weights"))) {
        print_error("%s: variables differ\n", name);
        good = false;
    }
    if (good) {
        struct lt_builder b;
        case_ops(&c, &b);
    }
    case_end(&c);
    return good;
}

/* Compares all rows of the listed classes; `at_least` guards against rows that went missing. */
static inline void check_rows(const char *const *classes, int at_least)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "layers", 708);
    int seen = 0, wrong = 0;
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        bool mine = false;
        for (int i = 0; classes[i]; i++)
            mine |= strcmp(lt_tree_text(lt_tree_get(row, "class"), ""), classes[i]) == 0;
        seen += mine;
        wrong += mine && !row_agrees(row);
    }
    print_message("%d rows, %d wrong\n", seen, wrong);
    assert_int_equal(wrong, 0);
    assert_true(seen >= at_least);
    lt_arena_free(&arena);
}

#endif
