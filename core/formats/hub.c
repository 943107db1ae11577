#include "core/formats/hub.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LAYERS = 4096, MAX_WORD = 64, MAX_LABELS = 8 };

/* A tensor: what a call of a layer gives. */
struct tensor {
    const char *layer;
    int64_t call;
};

/* A layer that stands in the model already. */
struct built {
    const char *name;
    struct lt_tree *calls; /* its inbound_nodes */
};

struct expansion {
    struct lt_arena *arena;
    const struct lt_hub_recipe *recipe;
    const struct lt_tree *settings; /* of the backbone */
    struct lt_tree *layers;
    struct built *built;
    uint32_t built_count;
    struct {
        const char *name;
        struct tensor tensor;
    } label[MAX_LABELS];
    int label_count;
    struct tensor last;
    const char *problem;
};

static void fail(struct expansion *e, const char *format, const char *what)
{
    if (!e->problem)
        e->problem = lt_format(e->arena, format, e->recipe->class, what);
}

/* --- words of a recipe -------------------------------------------------------------------------------------------- */

/* The next word of `text` up to one of `ends`, without the spaces around it; false at the end. */
static bool next_word(const char **text, const char *ends, char word[MAX_WORD])
{
    const char *at = *text + strspn(*text, ", ");
    size_t length = at[0] == '[' ? strcspn(at, "]") + 1 : strcspn(at, ends);
    if (!*at || length >= MAX_WORD)
        return false;
    memcpy(word, at, length);
    word[length] = '\0';
    *text = at + length;
    return true;
}

/* Splits a word at the first of `marks`; what stands behind it, NULL without one. *mark says which it was. */
static char *split(char *word, const char *marks, char *mark)
{
    char *at = strpbrk(word, marks);
    if (!at)
        return NULL;
    *mark = *at;
    *at = '\0';
    return at + 1;
}

/* --- hyper-parameters --------------------------------------------------------------------------------------------- */

static struct lt_tree *constant(struct expansion *e, const char *word)
{
    struct lt_tree *map = lt_tree_new(e->arena, LT_TREE_MAP, NULL, NULL);
    char *end;
    if (strcmp(word, "null") == 0)
        return lt_tree_new(e->arena, LT_TREE_NULL, map, "value");
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
        return lt_tree_add_bool(e->arena, map, "value", word[0] == 't');
    if (word[0] == '\'')
        return lt_tree_add_text(e->arena, map, "value", word + 1);
    long long whole = strtoll(word, &end, 10);
    if (!*end)
        return lt_tree_add_int(e->arena, map, "value", whole);
    double number = strtod(word, &end);
    return *end ? NULL : lt_tree_add_number(e->arena, map, "value", number);
}

static bool is_constant(const char *word)
{
    return strchr("'-.0123456789", word[0]) || strcmp(word, "null") == 0 || strcmp(word, "true") == 0 ||
           strcmp(word, "false") == 0;
}

static const struct lt_tree *default_of(struct expansion *e, const char *name)
{
    char word[MAX_WORD], mark;
    for (const char *text = e->recipe->defaults; text && next_word(&text, " ", word);) {
        const char *value = split(word, "=", &mark);
        if (value && strcmp(word, name) == 0)
            return constant(e, value);
    }
    return NULL;
}

/* What the settings say, else the default; a constant is itself. NULL and a problem where nothing says it. */
static const struct lt_tree *setting(struct expansion *e, const char *word)
{
    const struct lt_tree *found = is_constant(word) ? constant(e, word) : lt_tree_get(e->settings, word);
    if (!found)
        found = default_of(e, word);
    if (!found)
        fail(e, "%s needs %s", word);
    return found;
}

static int64_t whole_setting(struct expansion *e, const char *word)
{
    int64_t value = lt_tree_int(setting(e, word), -1);
    if (value < 1 || value > MAX_LAYERS)
        fail(e, "%s: %s must be a whole number from 1 to 4096", word);
    return value < 1 || value > MAX_LAYERS ? 1 : value;
}

static bool holds(struct expansion *e, const char *condition)
{
    char word[MAX_WORD], mark;
    const char *text = condition;
    if (!condition || !next_word(&text, "", word))
        return true;
    char *other = split(word, "!", &mark);
    if (!other)
        return lt_tree_bool(setting(e, word), false);
    return !lt_tree_equal(setting(e, word), setting(e, other + 1));
}

/* --- tensors ------------------------------------------------------------------------------------------------------ */

static bool tensor_find(struct expansion *e, const char *word, struct tensor *out)
{
    *out = e->last;
    if (strcmp(word, "$") == 0)
        return true;
    for (int i = 0; i < e->label_count; i++)
        if (strcmp(e->label[i].name, word) == 0) {
            *out = e->label[i].tensor;
            return true;
        }
    for (uint32_t i = 0; i < e->built_count; i++)
        if (strcmp(e->built[i].name, word) == 0) {
            *out = (struct tensor){e->built[i].name, e->built[i].calls->count ? e->built[i].calls->count - 1 : 0};
            return true;
        }
    return false;
}

static void add_history(struct expansion *e, struct lt_tree *list, struct tensor tensor)
{
    lt_tree_add_text(e->arena, list, NULL, tensor.layer);
    lt_tree_add_int(e->arena, list, NULL, tensor.call);
    lt_tree_add_int(e->arena, list, NULL, 0);
}

/* [:,0,:] as slices and indices. */
static void add_slices(struct expansion *e, struct lt_tree *args, char *word)
{
    char *rest = NULL;
    struct lt_tree *list = lt_tree_new(e->arena, LT_TREE_LIST, args, NULL);
    for (char *part = strtok_r(word, "[,]", &rest); part; part = strtok_r(NULL, "[,]", &rest)) {
        if (part[0] != ':') {
            lt_tree_add_int(e->arena, list, NULL, strtoll(part, NULL, 10));
            continue;
        }
        struct lt_tree *slice = lt_tree_new(e->arena, LT_TREE_MAP, list, NULL);
        lt_tree_add_text(e->arena, slice, "class_name", "__slice__");
        struct lt_tree *config = lt_tree_new(e->arena, LT_TREE_MAP, slice, "config");
        lt_tree_new(e->arena, LT_TREE_NULL, config, "start");
        lt_tree_new(e->arena, LT_TREE_NULL, config, "stop");
        lt_tree_new(e->arena, LT_TREE_NULL, config, "step");
    }
}

static void add_operand(struct expansion *e, struct lt_tree *args, struct lt_tree *kwargs, char *word)
{
    struct tensor tensor;
    char mark;
    if (word[0] == '[') {
        add_slices(e, args, word);
        return;
    }
    char *value = split(word, "=", &mark);
    struct lt_tree *parent = value ? kwargs : args;
    const char *key = value ? word : NULL, *what = value ? value : word;
    if (is_constant(what)) {
        lt_tree_copy(e->arena, constant(e, what), parent, key);
    } else if (tensor_find(e, what, &tensor)) {
        struct lt_tree *map = lt_tree_new(e->arena, LT_TREE_MAP, parent, key);
        lt_tree_add_text(e->arena, map, "class_name", "__keras_tensor__");
        struct lt_tree *config = lt_tree_new(e->arena, LT_TREE_MAP, map, "config");
        add_history(e, lt_tree_new(e->arena, LT_TREE_LIST, config, "keras_history"), tensor);
    } else {
        fail(e, "%s has no tensor %s", what);
    }
}

static void add_call(struct expansion *e, struct lt_tree *calls, const char *in)
{
    char word[MAX_WORD];
    struct lt_tree *call = lt_tree_new(e->arena, LT_TREE_MAP, calls, NULL);
    struct lt_tree *args = lt_tree_new(e->arena, LT_TREE_LIST, call, "args");
    struct lt_tree *kwargs = lt_tree_new(e->arena, LT_TREE_MAP, call, "kwargs");
    for (const char *text = in ? in : "$"; next_word(&text, ",", word);)
        add_operand(e, args, kwargs, word);
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* The layer object, its config begun; NULL where memory or the room for layers ends. */
static struct lt_tree *layer_begin(struct expansion *e, const char *module, const char *class, const char *name,
                                   struct lt_tree **config)
{
    struct lt_tree *layer = lt_tree_new(e->arena, LT_TREE_MAP, e->layers, NULL);
    lt_tree_add_text(e->arena, layer, "module", module);
    lt_tree_add_text(e->arena, layer, "class_name", class);
    *config = lt_tree_new(e->arena, LT_TREE_MAP, layer, "config");
    lt_tree_add_text(e->arena, *config, "name", name);
    lt_tree_add_text(e->arena, layer, "name", name);
    struct lt_tree *calls = lt_tree_new(e->arena, LT_TREE_LIST, layer, "inbound_nodes");
    if (e->arena->failed || e->built_count == MAX_LAYERS)
        return NULL;
    e->built[e->built_count++] = (struct built){name, calls};
    return calls;
}

static void add_input(struct expansion *e, const char *name)
{
    struct lt_tree *config;
    if (!layer_begin(e, "keras.layers", "InputLayer", name, &config))
        return;
    struct lt_tree *shape = lt_tree_new(e->arena, LT_TREE_LIST, config, "batch_shape");
    lt_tree_new(e->arena, LT_TREE_NULL, shape, NULL);
    lt_tree_new(e->arena, LT_TREE_NULL, shape, NULL);
    lt_tree_add_text(e->arena, config, "dtype", "int32");
}

static void add_config(struct expansion *e, struct lt_tree *config, const char *text)
{
    char word[MAX_WORD], mark;
    while (text && next_word(&text, " ", word)) {
        const char *value = split(word, "=", &mark);
        const struct lt_tree *found = value ? setting(e, value) : NULL;
        if (found)
            lt_tree_copy(e->arena, found, config, word);
    }
}

static void add_layer(struct expansion *e, const struct lt_hub_layer *recipe, const char *name)
{
    bool operation = recipe->class[0] == '.';
    const struct lt_tree *dtype = lt_tree_get(e->settings, "dtype");
    struct lt_tree *calls = NULL, *config;
    for (uint32_t i = 0; i < e->built_count && !calls; i++)
        if (strcmp(e->built[i].name, name) == 0)
            calls = e->built[i].calls;
    if (!calls) {
        calls = layer_begin(e, operation ? "keras.ops" : "keras.layers", recipe->class + operation, name, &config);
        if (!calls)
            return;
        if (dtype && !operation)
            lt_tree_copy(e->arena, dtype, config, "dtype");
        add_config(e, config, recipe->config);
    }
    add_call(e, calls, recipe->in);
    e->last = (struct tensor){name, calls->count - 1};
}

static void add_repeated(struct expansion *e, const struct lt_hub_layer *recipe)
{
    int64_t times = whole_setting(e, recipe->times);
    int64_t distinct = recipe->distinct ? whole_setting(e, recipe->distinct) : times;
    const char *number = strstr(recipe->name, "%d");
    for (int64_t i = 0; i < times && number && !e->problem && !e->arena->failed; i++) {
        const char *name = lt_format(e->arena, "%.*s%d%s", (int)(number - recipe->name), recipe->name,
                                     (int)(i * distinct / times), number + 2);
        if (name)
            add_layer(e, recipe, name);
    }
}

static void add_step(struct expansion *e, const struct lt_hub_layer *recipe)
{
    if (!holds(e, recipe->when))
        return;
    if (!recipe->class && e->label_count < MAX_LABELS) {
        e->label[e->label_count].name = recipe->name;
        e->label[e->label_count++].tensor = e->last;
    } else if (recipe->times) {
        add_repeated(e, recipe);
    } else if (recipe->class) {
        add_layer(e, recipe, recipe->name);
    }
}

/* --- models ------------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The tasks that put no weights of their own on a backbone but its embedding turned round. */
static const char *const LANGUAGE_TASKS[] = {"CausalLM", "Seq2SeqLM"};
enum { LANGUAGE_TASK_COUNT = sizeof LANGUAGE_TASKS / sizeof *LANGUAGE_TASKS };

/* The length of a class name without the task at its end; 0: it ends in none. */
static size_t task_stem(const char *class_name)
{
    for (int i = 0; i < LANGUAGE_TASK_COUNT; i++)
        if (ends_with(class_name, LANGUAGE_TASKS[i]))
            return strlen(class_name) - strlen(LANGUAGE_TASKS[i]);
    return 0;
}

/* The layer that holds the embedding of the tokens; NULL: none. */
static const struct lt_hub_layer *embedding_of(const struct lt_hub_recipe *recipe)
{
    for (const struct lt_hub_layer *layer = recipe->layer; layer->name; layer++)
        if (layer->class && (strcmp(layer->class, "ReversibleEmbedding") == 0 ||
                             strcmp(layer->class, "TokenAndPositionEmbedding") == 0))
            return layer;
    return NULL;
}

/* The recipe of a backbone, or of the backbone of a task. */
static const struct lt_hub_recipe *recipe_find(const char *class_name)
{
    size_t stem = task_stem(class_name);
    for (const struct lt_hub_recipe *recipe = lt_hub_recipes; recipe->class; recipe++) {
        if (strcmp(recipe->class, class_name) == 0)
            return recipe;
        if (stem && strncmp(recipe->class, class_name, stem) == 0 && strcmp(recipe->class + stem, "Backbone") == 0)
            return embedding_of(recipe) ? recipe : NULL;
    }
    return NULL;
}

static void add_language_head(struct expansion *e)
{
    struct lt_hub_layer head = *embedding_of(e->recipe);
    head.in = "$, reverse=true";
    head.when = NULL;
    add_step(e, &head);
}

/* Whether the word stands by itself in `text`. */
static bool mentions(const char *text, const char *word)
{
    size_t length = strlen(word);
    static const char EDGES[] = " =!,";
    for (const char *at = text; at && (at = strstr(at, word)); at += length)
        if ((at == text || strchr(EDGES, at[-1])) && strchr(EDGES, at[length]))
            return true;
    return false;
}

bool lt_hub_takes(const char *class_name, const char *setting)
{
    const struct lt_hub_recipe *recipe = recipe_find(class_name);
    if (!recipe || strcmp(setting, "trainable") == 0 || strcmp(setting, "dtype") == 0)
        return recipe != NULL;
    for (const struct lt_hub_layer *layer = recipe->layer; layer->name; layer++)
        if (mentions(layer->config, setting) || mentions(layer->times, setting) || mentions(layer->distinct, setting) ||
            mentions(layer->when, setting))
            return true;
    return mentions(recipe->defaults, setting);
}

bool lt_hub_knows(const char *class_name)
{
    return recipe_find(class_name) != NULL;
}

/* Names in a list of references: input_layers, output_layers. */
static void add_ends(struct expansion *e, struct lt_tree *list, const char *names)
{
    char word[MAX_WORD];
    struct tensor tensor;
    for (const char *text = names; next_word(&text, ",", word);)
        if (tensor_find(e, word, &tensor))
            add_history(e, lt_tree_new(e->arena, LT_TREE_LIST, list, NULL), tensor);
}

static void expand(struct expansion *e, struct lt_tree *config, bool language)
{
    char word[MAX_WORD];
    e->layers = lt_tree_new(e->arena, LT_TREE_LIST, config, "layers");
    for (const char *text = e->recipe->inputs; next_word(&text, ",", word);) {
        const char *name = lt_strdup(e->arena, word);
        if (name)
            add_input(e, name);
    }
    for (const struct lt_hub_layer *layer = e->recipe->layer; layer->name; layer++)
        add_step(e, layer);
    if (language)
        add_language_head(e);
    add_ends(e, lt_tree_new(e->arena, LT_TREE_LIST, config, "input_layers"), e->recipe->inputs);
    add_ends(e, lt_tree_new(e->arena, LT_TREE_LIST, config, "output_layers"),
             e->recipe->outputs && !language ? e->recipe->outputs : "$");
}

struct lt_tree *lt_hub_model(struct lt_arena *arena, const char *class_name, const char *name,
                             const struct lt_tree *settings, const char **problem)
{
    struct expansion e = {.arena = arena, .recipe = recipe_find(class_name), .settings = settings};
    const struct lt_tree *backbone = lt_tree_get(settings, "backbone");
    if (backbone)
        e.settings = lt_tree_get(backbone, "config") ? lt_tree_get(backbone, "config") : backbone;
    e.built = lt_alloc_array(arena, MAX_LAYERS, sizeof *e.built);
    struct lt_tree *model = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    lt_tree_add_text(arena, model, "module", "keras");
    lt_tree_add_text(arena, model, "class_name", "Functional");
    struct lt_tree *config = lt_tree_new(arena, LT_TREE_MAP, model, "config");
    lt_tree_add_text(arena, config, "name", name);
    lt_tree_add_bool(arena, config, "trainable", lt_tree_bool(lt_tree_get(settings, "trainable"), true));
    lt_tree_add_text(arena, model, "name", name);
    *problem = NULL;
    if (arena->failed || !e.recipe)
        return NULL;
    expand(&e, config, task_stem(class_name) > 0);
    *problem = e.problem;
    return arena->failed || e.problem ? NULL : model;
}
