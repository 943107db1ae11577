#include "core/formats/native.h"

#include <string.h>

#include "core/base/text.h"
#include "core/formats/hub.h"
#include "core/formats/keras_reader.h"
#include "core/formats/native_reader.h"

void lt_native_error(struct lt_native_reader *r, const struct lt_tree *tree, const char *hint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = lt_vformat(&r->scratch, format, args);
    va_end(args);
    struct lt_place place = lt_tree_place(r->problems->arena, r->file, tree);
    lt_problem_add(r->problems, LT_ERROR, place, hint, "%s", message ? message : "out of memory");
}

void lt_native_unknown(struct lt_native_reader *r, const struct lt_tree *tree, const char *what, const char *name,
                       const char *const *names, int count)
{
    const char *safe = lt_safe_text(&r->scratch, name);
    lt_native_error(r, tree, lt_nearest_hint(&r->scratch, name, names, count), "there is no %s %s", what,
                    safe ? safe : "?");
}

const char *lt_native_text(struct lt_native_reader *r, const struct lt_tree *tree)
{
    if (!tree)
        return NULL;
    if (tree->type == LT_TREE_TEXT)
        return lt_strdup(r->arena, tree->text);
    lt_native_error(r, tree, "a number or true and false stand in quotes to be text", "this must be text");
    return NULL;
}

bool lt_native_bool(struct lt_native_reader *r, const struct lt_tree *tree, bool fallback)
{
    if (tree && tree->type != LT_TREE_BOOL)
        lt_native_error(r, tree, "true or false", "this must be a truth value");
    return lt_tree_bool(tree, fallback);
}

bool lt_native_is(struct lt_native_reader *r, const struct lt_tree *tree, enum lt_tree_type type)
{
    if (tree && tree->type != type)
        lt_native_error(r, tree, NULL, "this must be a %s", type == LT_TREE_LIST ? "list" : "map of keys and values");
    return tree && tree->type == type;
}

static void check_keys(struct lt_native_reader *r, const struct lt_tree *map, const char *const *keys, int count)
{
    for (const struct lt_tree *child = map->child; child; child = child->next) {
        bool known = false;
        for (int i = 0; i < count && !known; i++)
            known = strcmp(child->key, keys[i]) == 0;
        if (!known)
            lt_native_unknown(r, child, "key", child->key, keys, count);
    }
}

static bool is_named_setting(const char *key)
{
    return strchr(key, '.') != NULL;
}

/* Options are checked against the optimizer, so names without a dot come first. */
static void read_setup(struct lt_native_reader *r, const struct lt_tree *map)
{
    if (!lt_native_is(r, map, LT_TREE_MAP))
        return;
    for (int named = 0; named < 2; named++) {
        for (const struct lt_tree *child = map->child; child; child = child->next) {
            if (is_named_setting(child->key) != (named == 1))
                continue;
            struct lt_source source = {.tree = child, .place = lt_tree_place(r->problems->arena, r->file, child)};
            lt_setup_assign(&r->document->setup, r->document, child->key, &source, r->problems);
        }
    }
}

static void read_origin(struct lt_native_reader *r, const struct lt_tree *map)
{
    static const char *const keys[] = {"writer", "backend", "compile"};
    struct lt_origin *origin = &r->document->origin;
    if (!lt_native_is(r, map, LT_TREE_MAP))
        return;
    check_keys(r, map, keys, 3);
    origin->writer = lt_native_text(r, lt_tree_get(map, "writer"));
    origin->backend = lt_native_text(r, lt_tree_get(map, "backend"));
    const struct lt_tree *compile = lt_tree_get(map, "compile");
    origin->compile = compile ? lt_tree_copy(r->arena, compile, NULL, NULL) : NULL;
}

/* A class of KerasHub with its hyper-parameters stands for the layers that it builds. */
static void read_recipe(struct lt_native_reader *r, const struct lt_tree *map, const char *class)
{
    const char *problem = NULL;
    if (!lt_hub_knows(class)) {
        lt_native_error(r, lt_tree_get(map, "class"),
                        "a backbone of KerasHub, or a language model on one: GPT2CausalLM",
                        "there is no recipe for this class");
        return;
    }
    for (const struct lt_tree *child = map->child; child; child = child->next)
        if (strcmp(child->key, "class") != 0 && strcmp(child->key, "name") != 0 && !lt_hub_takes(class, child->key))
            lt_native_error(r, child, NULL, "%s has no such hyper-parameter", class);
    r->document->name = lt_native_text(r, lt_tree_get(map, "name"));
    const struct lt_tree *model = lt_hub_model(&r->scratch, class, class, map, &problem);
    if (problem)
        lt_native_error(r, map, NULL, "%s", problem);
    if (!model)
        return;
    struct keras_reader reader = {
        .file = r->file,
        .problems = r->problems,
        .document = r->document,
        .arena = r->arena,
        .scratch = &r->scratch,
        .generation = 3,
    };
    keras_read_functional(&reader, lt_tree_get(model, "config"), LT_NO_LAYER, &r->document->graph);
}

static void read_custom(struct lt_native_reader *r, const struct lt_tree *list)
{
    if (!lt_native_is(r, list, LT_TREE_LIST))
        return;
    for (const struct lt_tree *tree = list->child; tree; tree = tree->next)
        if (lt_native_is(r, tree, LT_TREE_MAP))
            lt_custom_add(r->document, r->file, tree, r->problems);
}

static void read_model(struct lt_native_reader *r, const struct lt_tree *root)
{
    static const char *const keys[] = {"name", "sequential", "layers", "inputs", "outputs"};
    const struct lt_tree *map = lt_tree_get(root, "model");
    if (!map)
        lt_native_error(r, root, "model: {layers: [...]}", "the file has no model");
    if (!lt_native_is(r, map, LT_TREE_MAP))
        return;
    const char *class = lt_tree_text(lt_tree_get(map, "class"), NULL);
    if (class) {
        read_recipe(r, map, class);
        return;
    }
    check_keys(r, map, keys, 5);
    r->document->name = lt_native_text(r, lt_tree_get(map, "name"));
    r->document->sequential = lt_native_bool(r, lt_tree_get(map, "sequential"), false);
    lt_native_read_graph(r, map, LT_NO_LAYER, &r->document->graph);
}

static void read_root(struct lt_native_reader *r, const struct lt_tree *root)
{
    static const char *const keys[] = {"layertop", "title", "notes", "origin", "custom", "model", "setup"};
    if (!lt_native_is(r, root, LT_TREE_MAP))
        return;
    const struct lt_tree *version = lt_tree_get(root, "layertop");
    if (!version || version->type != LT_TREE_INT || version->integer != LT_NATIVE_VERSION)
        lt_native_error(r, version ? version : root, "layertop: 1", "the file does not say its version");
    check_keys(r, root, keys, 7);
    r->document->origin.title = lt_native_text(r, lt_tree_get(root, "title"));
    r->document->origin.notes = lt_native_text(r, lt_tree_get(root, "notes"));
    read_origin(r, lt_tree_get(root, "origin"));
    read_custom(r, lt_tree_get(root, "custom"));
    read_model(r, root);
    read_setup(r, lt_tree_get(root, "setup"));
}

struct lt_document *lt_native_read(const char *file, const struct lt_tree *tree, const struct lt_layer_files *layers,
                                   struct lt_problems *problems)
{
    struct lt_document *document = lt_document_new();
    if (!document)
        return NULL;
    struct lt_native_reader r = {file, document, document->arena, LT_ARENA_INIT, problems, layers};
    r.arena->fail_in = problems->arena->fail_in; /* a test that lets requests fail means the document's too */
    uint32_t errors = problems->total[LT_ERROR];
    document->origin.format = LT_FORMAT_NATIVE;
    document->origin.file = lt_strdup(r.arena, file);
    read_root(&r, tree);
    bool failed = r.arena->failed || r.scratch.failed || problems->total[LT_ERROR] > errors;
    lt_arena_free(&r.scratch);
    if (failed) {
        lt_document_free(document);
        return NULL;
    }
    return document;
}
