#include <stdlib.h>
#include <string.h>

#include "core/formats/python_write.h"
#include "core/model/name.h"

/* One model being written as a function. */
struct model {
    struct python *p;
    const struct lt_graph *graph;
    const struct lt_walked_node *walked; /* NULL: not known */
    struct lt_buffer body;
    struct python_names names;
    uint32_t *by_name, name_count; /* the first call of each layer, by the layer's name */
    uint32_t *next;                /* per node: the next call of its layer; 0: none */
    bool *alive;                   /* per node: something needs its result */
    uint32_t *uses, *consumer;     /* per node: how many take from it, and the last of them; UINT32_MAX: an output */
    const char ***variable;        /* per node and output */
    const char **shared;           /* per layer: the variable that holds it; NULL: it is made where it is called */
    uint32_t *calls;               /* per layer */
    bool masks;                    /* they arise by themselves in the program */
    const char *chain;             /* the variable of what only the next statement takes */
};

static const struct lt_layer *layer_of(const struct model *m, uint32_t node)
{
    return &m->p->keras->document->layer[m->graph->node[node].layer];
}

/* --- which nodes -------------------------------------------------------------------------------------------------- */

/* Whether masks arise by themselves in the program: then those that the file spells out are not written. */
static bool makes_masks(const struct lt_document *document)
{
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_layer *layer = &document->layer[i];
        int field = lt_field_find(layer->kind->config, layer->kind->config_count, "mask_zero");
        if (strcmp(layer->kind->name, "Masking") == 0 ||
            (field >= 0 && layer->config[field].type == LT_VALUE_BOOL && layer->config[field].boolean))
            return true;
    }
    return false;
}

static bool is_automatic_mask(const char *role)
{
    static const char *const roles[] = {"mask", "query_mask", "value_mask", "key_mask"};
    for (size_t i = 0; role && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(role, roles[i]) == 0)
            return true;
    return false;
}

static bool is_dropped(const struct model *m, const struct lt_ref *ref)
{
    return m->masks && ref->mask && is_automatic_mask(ref->role) &&
           layer_of(m, ref->node)->kind->family == LT_FAMILY_OPERATION;
}

static void find_alive(struct model *m)
{
    const struct lt_graph *graph = m->graph;
    for (uint16_t i = 0; i < graph->out_count; i++) {
        m->alive[graph->out[i].node] = true;
        m->uses[graph->out[i].node]++;
        m->consumer[graph->out[i].node] = UINT32_MAX;
    }
    for (uint16_t i = 0; i < graph->in_count; i++)
        m->alive[graph->in[i].node] = true;
    for (uint32_t i = graph->node_count; i-- > 0;)
        for (uint16_t k = 0; m->alive[i] && k < graph->node[i].in_count; k++) {
            const struct lt_ref *ref = &graph->node[i].in[k];
            if (is_dropped(m, ref))
                continue;
            m->alive[ref->node] = true;
            m->uses[ref->node]++;
            if (m->consumer[ref->node] != UINT32_MAX)
                m->consumer[ref->node] = i;
        }
}

/* --- names -------------------------------------------------------------------------------------------------------- */

struct named {
    const char *name;
    uint32_t node;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static const char *name_of(const struct lt_layer *layer)
{
    return layer->name ? layer->name : "layer";
}

/* The node that a reference of the Keras tree means; UINT32_MAX: none. */
static uint32_t find_node(const struct model *m, const struct lt_tree *history)
{
    const char *name = lt_tree_text(lt_tree_at(history, 0), "");
    int64_t call = lt_tree_int(lt_tree_at(history, 1), 0);
    uint32_t low = 0, high = m->name_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(name, name_of(layer_of(m, m->by_name[middle])));
        if (order == 0) {
            uint32_t node = m->by_name[middle];
            while (call-- > 0 && m->next[node])
                node = m->next[node];
            return node;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return UINT32_MAX;
}

static void sort_names(struct model *m)
{
    const struct lt_graph *graph = m->graph;
    struct named *named = lt_alloc_array(m->p->arena, graph->node_count + 1u, sizeof *named);
    uint32_t *last = lt_alloc_array(m->p->arena, m->p->keras->document->layer_count + 1u, sizeof *last);
    for (uint32_t i = 0; named && last && i < graph->node_count; i++) {
        uint32_t layer = graph->node[i].layer;
        if (m->calls[layer]++)
            m->next[last[layer]] = i;
        else
            named[m->name_count++] = (struct named){name_of(layer_of(m, i)), i};
        last[layer] = i;
    }
    if (!named || !last)
        return;
    qsort(named, m->name_count, sizeof *named, compare_named);
    for (uint32_t i = 0; i < m->name_count; i++)
        m->by_name[i] = named[i].node;
}

static uint32_t next_alive(const struct model *m, uint32_t node)
{
    do
        node++;
    while (node < m->graph->node_count && !m->alive[node]);
    return node;
}

/* x, unless an input has that name. */
static const char *chain_variable(const struct model *m)
{
    static const char *const names[] = {"x", "y", "h"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool taken = false;
        for (uint16_t k = 0; k < m->graph->in_count; k++)
            taken = taken || strcmp(name_of(layer_of(m, m->graph->in[k].node)), names[i]) == 0;
        if (!taken)
            return names[i];
    }
    return "hidden";
}

/* The chain's variable for what the next statement alone takes, else the layer's own name. */
static void name_results(struct model *m, uint32_t node)
{
    const struct lt_layer *layer = layer_of(m, node);
    uint16_t count = m->walked && m->walked[node].count ? m->walked[node].count : 1;
    const char **variable = lt_alloc_array(m->p->arena, count, sizeof *variable);
    m->variable[node] = variable;
    if (!variable)
        return;
    const bool input = layer->kind == &lt_kind_input;
    if (count == 1 && !input && m->uses[node] == 1 && m->consumer[node] == next_alive(m, node)) {
        variable[0] = m->chain;
        return;
    }
    const char *name = name_of(layer);
    if (m->shared[m->graph->node[node].layer])
        name = lt_format(m->p->arena, "%s_out", name);
    for (uint16_t i = 0; i < count; i++)
        variable[i] = python_identifier(m->p, &m->names, name ? name : "out");
}

static const char *variable(const struct model *m, uint32_t node, int64_t output)
{
    uint16_t count = m->walked && m->walked[node].count ? m->walked[node].count : 1;
    if (!m->variable[node] || output < 0 || output >= count)
        return "None";
    return m->variable[node][output];
}

/* --- expressions -------------------------------------------------------------------------------------------------- */

static bool is_tensor(const struct lt_tree *tree)
{
    return strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), "__keras_tensor__") == 0;
}

static bool holds_tensor(const struct lt_tree *tree)
{
    if (is_tensor(tree))
        return true;
    if (tree->type == LT_TREE_LIST || tree->type == LT_TREE_MAP)
        for (const struct lt_tree *child = tree->child; child; child = child->next)
            if (holds_tensor(child))
                return true;
    return false;
}

/* A value with tensors in it. */
static const char *expression(struct model *m, const struct lt_tree *tree)
{
    struct python *p = m->p;
    if (is_tensor(tree)) {
        const struct lt_tree *history = lt_tree_get(lt_tree_get(tree, "config"), "keras_history");
        uint32_t node = find_node(m, history);
        return node == UINT32_MAX ? "None" : variable(m, node, lt_tree_int(lt_tree_at(history, 2), 0));
    }
    if (!holds_tensor(tree))
        return python_value(p, tree);
    const bool map = tree->type == LT_TREE_MAP;
    const char *text = "";
    for (const struct lt_tree *child = tree->child; text && child; child = child->next)
        text = lt_format(p->arena, "%s%s%s%s%s", text, text[0] ? ", " : "", map ? python_text(p, child->key) : "",
                         map ? ": " : "", expression(m, child));
    text = text ? lt_format(p->arena, map ? "{%s}" : "[%s]", text) : NULL;
    return text ? text : "None";
}

static void call_arguments(struct model *m, const struct lt_tree *call, struct python_arguments *arguments)
{
    const struct lt_tree *args = lt_tree_get(call, "args"), *kwargs = lt_tree_get(call, "kwargs");
    for (const struct lt_tree *a = args ? args->child : NULL; a; a = a->next)
        python_argument(m->p, arguments, "%s", expression(m, a));
    for (const struct lt_tree *a = kwargs ? kwargs->child : NULL; a; a = a->next) {
        const struct lt_tree *history = lt_tree_get(lt_tree_get(a, "config"), "keras_history");
        uint32_t node = is_tensor(a) ? find_node(m, history) : UINT32_MAX;
        bool dropped =
            node != UINT32_MAX && is_dropped(m, &(struct lt_ref){.node = node, .mask = true, .role = a->key});
        if (!dropped && a->type != LT_TREE_NULL)
            python_argument(m->p, arguments, "%s=%s", python_word(m->p, a->key), expression(m, a));
    }
}

/* --- operations --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *class, *sign;
} SIGNS[] = {{"Add", "+"},          {"Subtract", "-"},      {"Multiply", "*"},  {"Divide", "/"}, {"TrueDivide", "/"},
             {"FloorDivide", "//"}, {"Power", "**"},        {"Matmul", "@"},    {"Mod", "%"},    {"Greater", ">"},
             {"Less", "<"},         {"GreaterEqual", ">="}, {"LessEqual", "<="}};

/* Functions whose names do not follow from the class. */
static const struct {
    const char *class, *function;
} FUNCTIONS[] = {{"BatchNorm", "batch_normalization"},
                 {"LayerNorm", "layer_normalization"},
                 {"RMSNorm", "rms_normalization"},
                 {"CDist", "cdist"},
                 {"IsIn", "isin"},
                 {"AllClose", "allclose"},
                 {"SearchSorted", "searchsorted"},
                 {"SSIM", "image.ssim"}};

static const char *operation_function(struct python *p, const struct lt_tree *object, const char *class)
{
    const char *module = lt_tree_text(lt_tree_get(object, "module"), ""), *name = NULL;
    class = python_word(p, class);
    if (strstr(module, "activations"))
        return lt_format(p->arena, "keras.activations.%s",
                         strcmp(class, "ReLU") == 0 ? "relu" : lt_name_snake(p->arena, class));
    p->uses_ops = true;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
        if (strcmp(FUNCTIONS[i].class, class) == 0)
            name = FUNCTIONS[i].function;
    return lt_format(p->arena, "ops.%s%s", !name && strstr(module, ".image") ? "image." : "",
                     name ? name : lt_name_snake(p->arena, class));
}

/* x + y, x[:, 0]; NULL where the operation is a function. */
static const char *operation_sign(struct python *p, const char *class, const struct python_arguments *arguments)
{
    if (arguments->count != 2 || strchr(arguments->item[1], '='))
        return NULL;
    if (strcmp(class, "GetItem") == 0) {
        const char *key = arguments->item[1];
        size_t length = strlen(key);
        bool wrapped = length > 2 && (key[0] == '[' || key[0] == '(');
        return lt_format(p->arena, "%s[%.*s]", arguments->item[0], (int)(wrapped ? length - 2 : length),
                         key + (wrapped ? 1 : 0));
    }
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
        if (strcmp(SIGNS[i].class, class) == 0)
            return lt_format(p->arena, "%s %s %s", arguments->item[0], SIGNS[i].sign, arguments->item[1]);
    return NULL;
}

static void write_operation(struct model *m, const struct lt_tree *object, const struct lt_tree *call,
                            const char *target)
{
    struct python *p = m->p;
    struct python_arguments arguments = {0};
    const char *class = lt_tree_text(lt_tree_get(object, "class_name"), "");
    const struct lt_tree *subscripts = lt_tree_get(lt_tree_get(object, "config"), "subscripts");
    const bool einsum = strcmp(class, "Einsum") == 0 && subscripts;
    if (einsum)
        python_argument(p, &arguments, "%s", python_value(p, subscripts));
    call_arguments(m, call, &arguments);
    const char *sign = operation_sign(p, class, &arguments);
    if (sign) {
        lt_buffer_printf(&m->body, "    %s = %s\n", target, sign);
        return;
    }
    if (!einsum)
        python_configuration(p, object, false, &arguments);
    python_statement(p, &m->body, 4, lt_format(p->arena, "%s = %s", target, operation_function(p, object, class)),
                     &arguments, "");
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

/* How many states the i-th of stacked cells has: Keras returns them as one tuple. 0: nothing is stacked. */
static int stacked_states(const struct model *m, uint32_t node, int i)
{
    const struct lt_layer *all = m->p->keras->document->layer, *layer = layer_of(m, node);
    const struct lt_layer *cells = layer->child_count ? &all[layer->child[0]] : NULL;
    if (!cells || strcmp(cells->kind->name, "StackedRNNCells") != 0 || i >= cells->child_count)
        return 0;
    return strcmp(all[cells->child[i]].kind->name, "LSTMCell") == 0 ? 2 : 1;
}

static const char *target_of(struct model *m, uint32_t node)
{
    uint16_t count = m->walked && m->walked[node].count ? m->walked[node].count : 1;
    const char *text = m->variable[node] ? m->variable[node][0] : "x";
    for (int i = 1, cell = 0; m->variable[node] && text && i < count; cell++) {
        const int states = stacked_states(m, node, cell);
        text = lt_format(m->p->arena, "%s, %s%s", text, states > 1 ? "(" : "", m->variable[node][i++]);
        for (int k = 1; text && k < states && i < count; k++)
            text = lt_format(m->p->arena, "%s, %s%s", text, m->variable[node][i++], k + 1 == states ? ")" : "");
    }
    return text ? text : "x";
}

/* The layer's variable before its first call: of a model, and of a layer that is called several times. */
static void hold_layer(struct model *m, uint32_t index, const struct lt_tree *object)
{
    struct python *p = m->p;
    const struct lt_layer *layer = &p->keras->document->layer[index];
    if (m->shared[index] || (!layer->inner && m->calls[index] < 2) || layer->kind->family == LT_FAMILY_OPERATION)
        return;
    const char *name = m->shared[index] = python_identifier(p, &m->names, name_of(layer));
    struct python_arguments arguments = {0};
    const char *made = layer->inner ? python_model(p, object, index, name_of(layer)) : python_class(p, object);
    if (!layer->inner)
        python_configuration(p, object, true, &arguments);
    python_statement(p, &m->body, 4, lt_format(p->arena, "%s = %s", name, made), &arguments, "");
    if (layer->inner && !layer->trainable)
        lt_buffer_printf(&m->body, "    %s.trainable = False\n", name);
}

static void write_layer_call(struct model *m, uint32_t index, const struct lt_tree *object, const struct lt_tree *call,
                             const char *target)
{
    struct python *p = m->p;
    struct python_arguments arguments = {0}, operands = {0};
    call_arguments(m, call, &operands);
    if (m->shared[index]) {
        python_statement(p, &m->body, 4, lt_format(p->arena, "%s = %s", target, m->shared[index]), &operands, "");
        return;
    }
    const char *class = python_class(p, object);
    python_configuration(p, object, true, &arguments);
    if (!arguments.count) {
        python_statement(p, &m->body, 4, lt_format(p->arena, "%s = %s()", target, class), &operands, "");
        return;
    }
    const char *tail = "(";
    for (uint32_t i = 0; tail && i < operands.count; i++)
        tail = lt_format(p->arena, "%s%s%s", tail, i ? ", " : "", operands.item[i]);
    python_statement(p, &m->body, 4, lt_format(p->arena, "%s = %s", target, class), &arguments,
                     tail ? lt_format(p->arena, "%s)", tail) : "()");
}

static const struct lt_tree *call_of(const struct lt_tree *object, uint32_t number)
{
    return lt_tree_at(lt_tree_get(object, "inbound_nodes"), number);
}

/* --- inputs ------------------------------------------------------------------------------------------------------- */

/* (784,) without the batch where that is open, else batch_shape=; and what is not the default. */
static void input_arguments(struct python *p, const struct lt_tree *object, struct python_arguments *arguments)
{
    const struct lt_tree *config = lt_tree_get(object, "config"), *shape = lt_tree_get(config, "batch_shape");
    if (shape && shape->type == LT_TREE_LIST && shape->child && shape->child->type == LT_TREE_NULL) {
        struct lt_tree *rest = lt_tree_new(p->arena, LT_TREE_LIST, NULL, NULL);
        for (const struct lt_tree *dim = shape->child->next; rest && dim; dim = dim->next)
            lt_tree_copy(p->arena, dim, rest, NULL);
        python_argument(p, arguments, "%s", rest && rest->count ? python_value(p, rest) : "()");
    } else if (shape) {
        python_argument(p, arguments, "batch_shape=%s", python_value(p, shape));
    }
    const char *dtype = lt_tree_text(lt_tree_get(config, "dtype"), "float32");
    if (strcmp(dtype, "float32") != 0)
        python_argument(p, arguments, "dtype=%s", python_text(p, dtype));
    for (const struct lt_tree *child = config ? config->child : NULL; child; child = child->next)
        if (child->type == LT_TREE_BOOL && child->boolean)
            python_argument(p, arguments, "%s=True", child->key);
    python_name(p, "InputLayer", lt_tree_text(lt_tree_get(config, "name"), NULL), arguments);
}

/* --- models ------------------------------------------------------------------------------------------------------- */

static void write_node(struct model *m, uint32_t node, uint32_t *called)
{
    uint32_t index = m->graph->node[node].layer;
    const struct lt_tree *object = m->p->keras->object[index];
    const struct lt_layer *layer = &m->p->keras->document->layer[index];
    const uint32_t call = called[index]++;
    if (!object || !m->alive[node])
        return;
    if (layer->kind == &lt_kind_input) {
        struct python_arguments arguments = {0};
        name_results(m, node);
        input_arguments(m->p, object, &arguments);
        python_statement(m->p, &m->body, 4, lt_format(m->p->arena, "%s = keras.Input", target_of(m, node)), &arguments,
                         "");
        return;
    }
    hold_layer(m, index, object);
    name_results(m, node);
    if (layer->kind->family == LT_FAMILY_OPERATION)
        write_operation(m, object, call_of(object, call), target_of(m, node));
    else
        write_layer_call(m, index, object, call_of(object, call), target_of(m, node));
}

static const char *ends(struct model *m, const struct lt_ref *ref, uint16_t count)
{
    struct python *p = m->p;
    bool named = count > 0;
    for (uint16_t i = 0; i < count; i++)
        named = named && ref[i].role;
    const char *text = "";
    for (uint16_t i = 0; text && i < count; i++)
        text = lt_format(p->arena, "%s%s%s%s%s", text, i ? ", " : "", named ? python_text(p, ref[i].role) : "",
                         named ? ": " : "", variable(m, ref[i].node, ref[i].output));
    if (text && (named || count != 1))
        text = lt_format(p->arena, named ? "{%s}" : "[%s]", text);
    return text ? text : "[]";
}

static void write_functional(struct model *m, const struct lt_tree *object)
{
    struct python *p = m->p;
    uint32_t nodes = m->graph->node_count + 1u, layers = p->keras->document->layer_count + 1u;
    uint32_t *called = lt_alloc_array(p->arena, layers, sizeof *called);
    m->by_name = lt_alloc_array(p->arena, nodes, sizeof *m->by_name);
    m->next = lt_alloc_array(p->arena, nodes, sizeof *m->next);
    m->alive = lt_alloc_array(p->arena, nodes, sizeof *m->alive);
    m->uses = lt_alloc_array(p->arena, nodes, sizeof *m->uses);
    m->consumer = lt_alloc_array(p->arena, nodes, sizeof *m->consumer);
    m->variable = lt_alloc_array(p->arena, nodes, sizeof *m->variable);
    m->shared = lt_alloc_array(p->arena, layers, sizeof *m->shared);
    m->calls = lt_alloc_array(p->arena, layers, sizeof *m->calls);
    if (p->arena->failed)
        return;
    sort_names(m);
    find_alive(m);
    for (uint32_t i = 0; i < m->graph->node_count && !p->arena->failed; i++)
        write_node(m, i, called);
    struct python_arguments arguments = {0};
    python_argument(p, &arguments, "%s", ends(m, m->graph->in, m->graph->in_count));
    python_argument(p, &arguments, "%s", ends(m, m->graph->out, m->graph->out_count));
    python_name(p, "Functional", lt_tree_text(lt_tree_get(lt_tree_get(object, "config"), "name"), NULL), &arguments);
    python_statement(p, &m->body, 4, "return keras.Model", &arguments, "");
}

static void write_sequential(struct model *m, const struct lt_tree *object)
{
    struct python *p = m->p;
    lt_buffer_puts(&m->body, "    return keras.Sequential(\n        [\n");
    for (uint32_t i = 0; i < m->graph->node_count && !p->arena->failed; i++) {
        uint32_t index = m->graph->node[i].layer;
        const struct lt_layer *layer = &p->keras->document->layer[index];
        const struct lt_tree *child = p->keras->object[index];
        struct python_arguments arguments = {0};
        if (!child)
            continue;
        const char *made = "keras.Input";
        if (layer->kind == &lt_kind_input)
            input_arguments(p, child, &arguments);
        else if (layer->inner)
            made = python_model(p, child, index, name_of(layer));
        else
            made = python_class(p, child);
        if (!layer->inner && layer->kind != &lt_kind_input)
            python_configuration(p, child, true, &arguments);
        python_statement(p, &m->body, 12, made, &arguments, ",");
    }
    struct python_arguments named = {0};
    python_name(p, "Sequential", lt_tree_text(lt_tree_get(lt_tree_get(object, "config"), "name"), NULL), &named);
    lt_buffer_puts(&m->body, named.count ? "        ],\n" : "        ]\n");
    if (named.count)
        lt_buffer_printf(&m->body, "        %s,\n", named.item[0]);
    lt_buffer_puts(&m->body, "    )\n");
}

const char *python_model(struct python *p, const struct lt_tree *object, uint32_t layer, const char *name)
{
    const bool top = layer == LT_NO_LAYER;
    const struct lt_document *document = p->keras->document;
    const char *function = lt_format(p->arena, "build_%s", top ? "model" : name);
    struct model m = {
        .p = p,
        .graph = top ? &document->graph : document->layer[layer].inner,
        .walked = top ? p->keras->walked.node : p->keras->walked.layer[layer].inner,
        .masks = makes_masks(document),
    };
    function = python_identifier(p, &p->globals, function ? function : "build_model");
    for (uint32_t i = 0; i < p->globals.count; i++)
        python_count(p, &m.names, p->globals.name[i]);
    m.chain = chain_variable(&m);
    python_count(p, &m.names, m.chain);
    if (strcmp(lt_tree_text(lt_tree_get(object, "class_name"), ""), "Sequential") == 0)
        write_sequential(&m, object);
    else
        write_functional(&m, object);
    lt_buffer_printf(&p->functions, "def %s():\n", function);
    lt_buffer_add(&p->functions, m.body.text ? m.body.text : "", m.body.length);
    lt_buffer_puts(&p->functions, "\n\n");
    p->arena->failed = p->arena->failed || m.body.failed;
    lt_buffer_free(&m.body);
    return function;
}
