#include "core/data/tree.h"

#include "core/base/text.h"

#include <math.h>
#include <string.h>

static bool is_type(const struct lt_tree *tree, enum lt_tree_type type)
{
    return tree && tree->type == type;
}

const struct lt_tree *lt_tree_get(const struct lt_tree *tree, const char *key)
{
    if (!is_type(tree, LT_TREE_MAP))
        return NULL;
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const struct lt_tree *lt_tree_at(const struct lt_tree *tree, uint32_t index)
{
    if (!is_type(tree, LT_TREE_LIST) || index >= tree->count)
        return NULL;
    const struct lt_tree *child = tree->child;
    while (index--)
        child = child->next;
    return child;
}

const char *lt_tree_text(const struct lt_tree *tree, const char *fallback)
{
    return is_type(tree, LT_TREE_TEXT) ? tree->text : fallback;
}

/* 2^63, the first double above every int64_t. */
static const double INT64_END = 9223372036854775808.0;

int64_t lt_tree_int(const struct lt_tree *tree, int64_t fallback)
{
    if (is_type(tree, LT_TREE_INT))
        return tree->integer;
    if (!is_type(tree, LT_TREE_FLOAT) || !(tree->number >= -INT64_END && tree->number < INT64_END))
        return fallback;
    return tree->number == floor(tree->number) ? (int64_t)tree->number : fallback;
}

double lt_tree_number(const struct lt_tree *tree, double fallback)
{
    if (is_type(tree, LT_TREE_INT))
        return (double)tree->integer;
    return is_type(tree, LT_TREE_FLOAT) ? tree->number : fallback;
}

bool lt_tree_bool(const struct lt_tree *tree, bool fallback)
{
    return is_type(tree, LT_TREE_BOOL) ? tree->boolean : fallback;
}

static uint32_t index_in_parent(const struct lt_tree *tree)
{
    uint32_t index = 0;
    for (const struct lt_tree *child = tree->parent->child; child != tree; child = child->next)
        index++;
    return index;
}

static uint32_t depth_of(const struct lt_tree *tree)
{
    uint32_t depth = 0;
    for (; tree && tree->parent; tree = tree->parent)
        depth++;
    return depth;
}

char *lt_tree_path(struct lt_arena *arena, const struct lt_tree *tree)
{
    /* The parts from the leaf up, then joined once from the root down. */
    const uint32_t depth = depth_of(tree);
    char **part = lt_alloc_array(arena, depth, sizeof *part);
    size_t bytes = 1;
    if (!part)
        return NULL;
    for (uint32_t i = depth; i-- > 0; tree = tree->parent) {
        const char *key = tree->key ? lt_safe_text(arena, tree->key) : NULL;
        if (tree->key && !key)
            return NULL;
        part[i] = key ? lt_format(arena, "%s%s", i ? "." : "", key) : lt_format(arena, "[%u]", index_in_parent(tree));
        if (!part[i])
            return NULL;
        bytes += strlen(part[i]);
    }
    char *path = lt_alloc(arena, bytes), *out = path;
    for (uint32_t i = 0; path && i < depth; i++) {
        size_t length = strlen(part[i]);
        memcpy(out, part[i], length);
        out += length;
    }
    return path;
}

struct lt_place lt_tree_place(struct lt_arena *arena, const char *file, const struct lt_tree *tree)
{
    struct lt_place place = {.file = file};
    if (tree && tree->line) {
        place.line = tree->line;
        place.column = tree->column;
    } else if (tree) {
        place.path = lt_tree_path(arena, tree);
    }
    return place;
}

void lt_tree_attach(struct lt_tree *parent, const char *key, struct lt_tree *tree)
{
    tree->key = key;
    tree->parent = parent;
    if (parent->last)
        parent->last->next = tree;
    else
        parent->child = tree;
    parent->last = tree;
    parent->count++;
}

struct lt_tree *lt_tree_append(struct lt_arena *arena, struct lt_tree *parent, const char *key)
{
    struct lt_tree *tree = lt_alloc(arena, sizeof *tree);
    if (tree && parent)
        lt_tree_attach(parent, key, tree);
    return tree;
}

struct lt_tree *lt_tree_new(struct lt_arena *arena, enum lt_tree_type type, struct lt_tree *parent, const char *key)
{
    const char *copy = NULL;
    if (is_type(parent, LT_TREE_MAP) && !(copy = lt_strdup(arena, key ? key : "")))
        return NULL;
    struct lt_tree *tree = lt_tree_append(arena, parent, copy);
    if (tree)
        tree->type = type;
    return tree;
}

struct lt_tree *lt_tree_add_text(struct lt_arena *arena, struct lt_tree *parent, const char *key, const char *text)
{
    const char *copy = lt_strdup(arena, text);
    struct lt_tree *tree = copy ? lt_tree_new(arena, LT_TREE_TEXT, parent, key) : NULL;
    if (tree)
        tree->text = copy;
    return tree;
}

struct lt_tree *lt_tree_add_int(struct lt_arena *arena, struct lt_tree *parent, const char *key, int64_t value)
{
    struct lt_tree *tree = lt_tree_new(arena, LT_TREE_INT, parent, key);
    if (tree)
        tree->integer = value;
    return tree;
}

struct lt_tree *lt_tree_add_number(struct lt_arena *arena, struct lt_tree *parent, const char *key, double value)
{
    struct lt_tree *tree = lt_tree_new(arena, LT_TREE_FLOAT, parent, key);
    if (tree)
        tree->number = value;
    return tree;
}

struct lt_tree *lt_tree_add_bool(struct lt_arena *arena, struct lt_tree *parent, const char *key, bool value)
{
    struct lt_tree *tree = lt_tree_new(arena, LT_TREE_BOOL, parent, key);
    if (tree)
        tree->boolean = value;
    return tree;
}

/* The copy of one node without its children. */
static struct lt_tree *copy_node(struct lt_arena *arena, const struct lt_tree *tree, struct lt_tree *parent,
                                 const char *key)
{
    struct lt_tree *copy = tree->type == LT_TREE_TEXT ? lt_tree_add_text(arena, parent, key, tree->text)
                                                      : lt_tree_new(arena, tree->type, parent, key);
    if (!copy)
        return NULL;
    copy->line = tree->line;
    copy->column = tree->column;
    copy->quoted = tree->quoted;
    if (tree->type == LT_TREE_BOOL)
        copy->boolean = tree->boolean;
    else if (tree->type == LT_TREE_INT)
        copy->integer = tree->integer;
    else if (tree->type == LT_TREE_FLOAT)
        copy->number = tree->number;
    return copy;
}

struct lt_tree *lt_tree_copy(struct lt_arena *arena, const struct lt_tree *tree, struct lt_tree *parent,
                             const char *key)
{
    if (!tree)
        return NULL;
    struct lt_tree *copy = copy_node(arena, tree, parent, key);
    for (const struct lt_tree *child = tree->child; copy && child; child = child->next)
        if (!lt_tree_copy(arena, child, copy, child->key))
            return NULL;
    return copy;
}

static bool same_value(const struct lt_tree *a, const struct lt_tree *b)
{
    switch (a->type) {
    case LT_TREE_NULL:
        return true;
    case LT_TREE_BOOL:
        return a->boolean == b->boolean;
    case LT_TREE_INT:
        return a->integer == b->integer;
    case LT_TREE_FLOAT:
        return a->number == b->number || (isnan(a->number) && isnan(b->number));
    case LT_TREE_TEXT:
        return strcmp(a->text, b->text) == 0;
    case LT_TREE_LIST:
    case LT_TREE_MAP:
        return a->count == b->count;
    }
    return false;
}

bool lt_tree_equal(const struct lt_tree *a, const struct lt_tree *b)
{
    if (!a || !b)
        return a == b;
    if (a->type != b->type || !same_value(a, b))
        return false;
    const struct lt_tree *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (strcmp(x->key ? x->key : "", y->key ? y->key : "") != 0 || !lt_tree_equal(x, y))
            return false;
    return !x && !y;
}
