#include "core/formats/keras_reader.h"

#include <stdlib.h>
#include <string.h>

/* --- what is found is added to a list ------------------------------------------------------------------------- */

static void add_operand(struct keras_reader *reader, struct keras_operands *operands, struct keras_operand operand)
{
    if (operands->count == operands->capacity) {
        uint32_t capacity = operands->capacity ? operands->capacity * 2 : 64;
        void *larger = lt_grow(reader->scratch, operands->item, operands->count, capacity, sizeof operand);
        if (!larger)
            return;
        operands->item = larger;
        operands->capacity = capacity;
    }
    operands->item[operands->count++] = operand;
}

static bool is_whole(const struct lt_tree *tree)
{
    return tree && (tree->type == LT_TREE_INT || tree->type == LT_TREE_FLOAT);
}

/* [layer, call, output], perhaps with more behind it. */
static bool is_reference(const struct lt_tree *tree)
{
    return tree && tree->type == LT_TREE_LIST && tree->count >= 3 && tree->child->type == LT_TREE_TEXT &&
           is_whole(tree->child->next) && is_whole(tree->child->next->next);
}

static struct keras_operand operand_of(const struct lt_tree *reference)
{
    return (struct keras_operand){
        .layer = reference->child->text,
        .call = lt_tree_int(reference->child->next, -1),
        .output = lt_tree_int(reference->child->next->next, -1),
        .at = reference,
    };
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* mask, key_mask, attention_mask …: edges, but no operands of a shape rule. */
static bool is_mask(const char *role)
{
    return role && (strcmp(role, "mask") == 0 || ends_with(role, "_mask"));
}

static void missing_operand(struct keras_reader *reader, const struct lt_tree *at, const char *role,
                            struct keras_operands *operands)
{
    add_operand(reader, operands, (struct keras_operand){.at = at, .role = role, .mask = is_mask(role)});
}

/* --- maps in the order in which Keras flattens them ------------------------------------------------------------ */

static int by_key(const void *a, const void *b)
{
    const struct lt_tree *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

static const struct lt_tree **sorted_children(struct keras_reader *reader, const struct lt_tree *map)
{
    const struct lt_tree **child = lt_alloc_array(reader->scratch, map->count + 1u, sizeof *child);
    uint32_t count = 0;
    for (const struct lt_tree *c = map->child; child && c; c = c->next)
        child[count++] = c;
    if (child && map->type == LT_TREE_MAP)
        qsort(child, count, sizeof *child, by_key);
    return child;
}

/* --- Keras 3: {args: [...], kwargs: {...}} with tensors anywhere in them ------------------------------------------ */

static bool is_class(const struct lt_tree *tree, const char *class)
{
    return tree->type == LT_TREE_MAP && strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), class) == 0;
}

static void read_tensor(struct keras_reader *reader, const struct lt_tree *tensor, const char *role,
                        struct keras_operands *operands)
{
    const struct lt_tree *config = lt_tree_get(tensor, "config");
    const struct lt_tree *history = lt_tree_get(config, "keras_history");
    if (!is_reference(history)) {
        keras_problem(reader, LT_ERROR, tensor, "keras_history: [layer, call, output]",
                      "a tensor does not say where it comes from");
        missing_operand(reader, tensor, role, operands);
        return;
    }
    struct keras_operand operand = operand_of(history);
    operand.shape = lt_tree_get(config, "shape");
    operand.dtype = lt_tree_get(config, "dtype");
    operand.role = role;
    operand.mask = is_mask(role);
    add_operand(reader, operands, operand);
}

/* Depth first. True where anything but tensors and nulls is among them. */
static bool read_tensors(struct keras_reader *reader, const struct lt_tree *tree, const char *role,
                         struct keras_operands *operands)
{
    if (is_class(tree, "__keras_tensor__")) {
        read_tensor(reader, tree, role, operands);
        return false;
    }
    if (tree->type != LT_TREE_LIST && tree->type != LT_TREE_MAP)
        return tree->type != LT_TREE_NULL;
    bool more = false;
    const struct lt_tree **child = sorted_children(reader, tree);
    for (uint32_t i = 0; child && child[i]; i++)
        more = read_tensors(reader, child[i], role, operands) || more;
    return more || (tree->type == LT_TREE_MAP && lt_tree_get(tree, "class_name"));
}

static void read_modern(struct keras_reader *reader, const struct lt_tree *call, struct keras_operands *operands,
                        const struct lt_tree **arguments)
{
    const struct lt_tree *args = lt_tree_get(call, "args"), *kwargs = lt_tree_get(call, "kwargs");
    bool more = false;
    for (const struct lt_tree *a = args ? args->child : NULL; a; a = a->next)
        /* A null by position keeps the place of those behind it. */
        more = read_tensors(reader, a, NULL, operands) || a->type == LT_TREE_NULL || more;
    for (const struct lt_tree *a = kwargs && kwargs->type == LT_TREE_MAP ? kwargs->child : NULL; a; a = a->next)
        more = read_tensors(reader, a, a->key, operands) || more;
    if (more)
        *arguments = lt_tree_copy(reader->arena, call, NULL, NULL);
}

/* --- Keras 1 and 2: lists of [layer, call, output, {keyword arguments}] ------------------------------------------- */

struct legacy_call {
    struct keras_reader *reader;
    struct keras_operands *operands;
    const struct lt_tree *keywords; /* of the first reference: the same in each */
    struct lt_tree *args, *kwargs;  /* the call in Keras 3's form */
    bool more;
};

static void add_tensor(struct legacy_call *call, struct lt_tree *parent, const char *key,
                       const struct lt_tree *reference)
{
    struct lt_arena *arena = call->reader->scratch;
    struct lt_tree *tensor = lt_tree_new(arena, LT_TREE_MAP, parent, key);
    lt_tree_add_text(arena, tensor, "class_name", "__keras_tensor__");
    lt_tree_copy(arena, reference, lt_tree_new(arena, LT_TREE_MAP, tensor, "config"), "keras_history");
}

/* A list that begins with a text is one reference; others hold references. */
static void read_legacy_tensors(struct legacy_call *call, const struct lt_tree *tree)
{
    if (is_reference(tree)) {
        const struct lt_tree *fourth = lt_tree_at(tree, 3);
        if (!call->keywords && fourth && fourth->type == LT_TREE_MAP)
            call->keywords = fourth;
        if (strcmp(tree->child->text, "_CONSTANT_VALUE") == 0) {
            call->more = true;
            lt_tree_copy(call->reader->scratch, lt_tree_at(tree, 2), call->args, NULL);
            return;
        }
        add_operand(call->reader, call->operands, operand_of(tree));
        add_tensor(call, call->args, NULL, tree);
        return;
    }
    bool constant = tree->type == LT_TREE_LIST && tree->child && tree->child->type == LT_TREE_TEXT &&
                    strcmp(tree->child->text, "_CONSTANT_VALUE") == 0 && tree->count >= 3;
    if (constant) { /* its value is no number */
        call->more = true;
        lt_tree_copy(call->reader->scratch, lt_tree_at(tree, 2), call->args, NULL);
        if (!call->keywords && tree->count > 3)
            call->keywords = lt_tree_at(tree, 3);
        return;
    }
    if (tree->type != LT_TREE_LIST && tree->type != LT_TREE_MAP) {
        keras_problem(call->reader, LT_ERROR, tree, "[layer, call, output]", "this is no reference to a tensor");
        missing_operand(call->reader, tree, NULL, call->operands);
        return;
    }
    const struct lt_tree **child = sorted_children(call->reader, tree);
    for (uint32_t i = 0; child && child[i]; i++)
        read_legacy_tensors(call, child[i]);
}

/* The tensors of one keyword argument; true where there is more than tensors and nulls in it. */
static bool read_keyword(struct legacy_call *call, const struct lt_tree *tree, const char *role, struct lt_tree *parent,
                         const char *key)
{
    struct lt_arena *arena = call->reader->scratch;
    if (is_reference(tree) && tree->count == 3) {
        struct keras_operand operand = operand_of(tree);
        operand.role = role;
        operand.mask = is_mask(role);
        add_operand(call->reader, call->operands, operand);
        add_tensor(call, parent, key, tree);
        return false;
    }
    if (tree->type != LT_TREE_LIST && tree->type != LT_TREE_MAP) {
        lt_tree_copy(arena, tree, parent, key);
        return tree->type != LT_TREE_NULL;
    }
    bool more = false;
    struct lt_tree *copy = lt_tree_new(arena, tree->type, parent, key);
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        more = read_keyword(call, child, role, copy, child->key) || more;
    return more;
}

/* A keyword that Keras 3's operation takes by position or as a key of its configuration (where keras_config has read
 * it) loses its name. */
static void read_keywords(struct legacy_call *call, const struct lt_tree *layer)
{
    const struct lt_tree *config = lt_tree_get(layer, "config");
    const char *function = lt_tree_text(lt_tree_get(config, "function"), NULL);
    const char *class = lt_tree_text(lt_tree_get(layer, "class_name"), "");
    bool is_function = strcmp(class, "TFOpLambda") == 0 || strcmp(class, "SlicingOpLambda") == 0;
    for (const struct lt_tree *k = call->keywords ? call->keywords->child : NULL; k; k = k->next) {
        if (is_function && strcmp(k->key, "name") == 0)
            continue;
        const struct keras_function *known = is_function && function ? keras_function_find(function, NULL) : NULL;
        bool by_place = known && !known->key && known->argument && strcmp(known->argument, k->key) == 0;
        bool more = read_keyword(call, k, by_place ? NULL : k->key, by_place ? call->args : call->kwargs,
                                 by_place ? NULL : k->key);
        call->more = call->more || more;
    }
}

static void read_legacy(struct keras_reader *reader, const struct lt_tree *tree, const struct lt_tree *layer,
                        struct keras_operands *operands, const struct lt_tree **arguments)
{
    struct lt_tree *root = lt_tree_new(reader->scratch, LT_TREE_MAP, NULL, NULL);
    struct legacy_call call = {.reader = reader, .operands = operands};
    call.args = lt_tree_new(reader->scratch, LT_TREE_LIST, root, "args");
    call.kwargs = lt_tree_new(reader->scratch, LT_TREE_MAP, root, "kwargs");
    if (reader->scratch->failed)
        return;
    read_legacy_tensors(&call, tree);
    read_keywords(&call, layer);
    if (call.more)
        *arguments = lt_tree_copy(reader->arena, root, NULL, NULL);
}

/* --- both -------------------------------------------------------------------------------------------------------- */

void keras_read_call(struct keras_reader *reader, const struct lt_tree *call, const struct lt_tree *layer,
                     struct keras_operands *operands, const struct lt_tree **arguments)
{
    *arguments = NULL;
    const struct lt_tree *args = lt_tree_get(call, "args");
    if (args && args->type == LT_TREE_LIST) {
        read_modern(reader, call, operands, arguments);
    } else if (call->type == LT_TREE_LIST || call->type == LT_TREE_MAP) {
        read_legacy(reader, call, layer, operands, arguments);
    } else {
        keras_problem(reader, LT_ERROR, call, "{args, kwargs}, or a list of [layer, call, output]",
                      "this is no call of a layer");
        missing_operand(reader, call, NULL, operands);
    }
}

void keras_read_references(struct keras_reader *reader, const struct lt_tree *tree, struct keras_operands *operands)
{
    if (is_reference(tree)) {
        add_operand(reader, operands, operand_of(tree));
    } else if (tree->type == LT_TREE_LIST || tree->type == LT_TREE_MAP) {
        const struct lt_tree **child = sorted_children(reader, tree);
        for (uint32_t i = 0; child && child[i]; i++) {
            uint32_t first = operands->count;
            keras_read_references(reader, child[i], operands);
            if (tree->type == LT_TREE_MAP && operands->count == first + 1)
                operands->item[first].role = child[i]->key;
        }
    } else {
        keras_problem(reader, LT_ERROR, tree, "[layer, call, output]", "this is no reference to a tensor");
    }
}
