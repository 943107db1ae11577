#include "core/model/custom.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/assign.h"
#include "core/model/expression.h"
#include "core/model/kinds/kinds.h"

static const char *const KEYS[] = {"class",   "package",   "help",  "arguments",  "output",
                                   "outputs", "variables", "flops", "kept_bytes", NULL};

/* --- what names mean ---------------------------------------------------------------------------------------------- */

struct names {
    const struct lt_kind *kind;
    const struct lt_call *call; /* NULL: only which names there are */
    double parameters;
    bool results; /* y and parameters are known as well */
};

static bool is(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(name, word, length) == 0;
}

/* x is the first operand, x1 the second; -1: the name is none of them. */
static int tensor_index(const char *name, size_t length, char letter)
{
    if (name[0] != letter || length > 3)
        return -1;
    int index = 0;
    for (size_t i = 1; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        index = index * 10 + (name[i] - '0');
    }
    return index;
}

static enum lt_status meaning_of_shape(const struct lt_shape *shape, int count, int index, struct lt_meaning *out)
{
    if (index >= count || shape[index].rank < 0)
        return LT_INVALID;
    *out = (struct lt_meaning){.list = shape[index].dim, .count = (uint32_t)shape[index].rank};
    return LT_OK;
}

static enum lt_status meaning_of_value(const struct lt_value *value, struct lt_meaning *out)
{
    switch (value->type) {
    case LT_VALUE_BOOL:
        out->number = value->boolean;
        return LT_OK;
    case LT_VALUE_INT:
        out->number = (double)value->integer;
        return LT_OK;
    case LT_VALUE_FLOAT:
        out->number = value->number;
        return LT_OK;
    case LT_VALUE_INTS:
        *out = (struct lt_meaning){.list = value->ints, .count = value->count};
        return LT_OK;
    default:
        return LT_INVALID;
    }
}

static enum lt_status find(const void *context, const char *name, size_t length, struct lt_meaning *out)
{
    const struct names *names = context;
    const struct lt_call *call = names->call;
    *out = (struct lt_meaning){.number = 1};
    for (int i = 0; i < names->kind->config_count; i++)
        if (is(name, length, names->kind->config[i].name))
            return call ? meaning_of_value(lt_config(call, i), out) : LT_OK;
    int operand = tensor_index(name, length, 'x'), result = names->results ? tensor_index(name, length, 'y') : -1;
    if (operand >= 0)
        return call ? meaning_of_shape(call->in, call->in_count, operand, out) : LT_OK;
    if (result >= 0)
        return call ? meaning_of_shape(call->out, call->out_count, result, out) : LT_OK;
    if (is(name, length, "parameters") && names->results) {
        out->number = names->parameters;
        return LT_OK;
    }
    if (!is(name, length, "batch"))
        return LT_NOT_FOUND;
    if (call && (!call->in_count || call->in[0].rank < 1))
        return LT_INVALID;
    out->number = call ? (double)call->in[0].dim[0] : 1;
    return LT_OK;
}

/* --- expressions of a description --------------------------------------------------------------------------------- */

/* A whole number needs no quotes. */
static const char *text_of(const struct lt_tree *tree, char number[32])
{
    if (tree->type == LT_TREE_INT) {
        snprintf(number, 32, "%lld", (long long)tree->integer);
        return number;
    }
    return lt_tree_text(tree, "");
}

static enum lt_status shape_of(struct lt_call *call, const struct lt_tree *tree, struct lt_shape *out)
{
    char number[32];
    const char *text = text_of(tree, number);
    const struct names names = {.kind = call->layer->kind, .call = call};
    const struct lt_scope scope = {find, &names, false};
    struct lt_expression_error error;
    struct lt_shape shape;
    if (lt_expression_shape(text, &scope, &shape, &error) != LT_OK)
        return lt_call_fail(call, "the description says \"%s\": %s", lt_safe_text(call->arena, text), error.message);
    memcpy(out->dim, shape.dim, sizeof out->dim);
    out->rank = shape.rank;
    return LT_OK;
}

/* 0 where the description does not say it or it cannot be computed. */
static double number_of(const struct lt_call *call, const char *key, double parameters)
{
    char number[32];
    const struct lt_tree *tree = lt_tree_get(lt_custom_of(call->layer->kind)->description, key);
    const struct names names = {.kind = call->layer->kind, .call = call, .parameters = parameters, .results = true};
    const struct lt_scope scope = {find, &names, false};
    struct lt_expression_error error;
    double value = 0;
    if (!tree || lt_expression_number(text_of(tree, number), &scope, &value, &error) != LT_OK)
        return 0;
    return value > 0 ? value : 0;
}

/* --- the kind ----------------------------------------------------------------------------------------------------- */

static enum lt_status custom_shape(struct lt_call *call)
{
    const struct lt_tree *description = lt_custom_of(call->layer->kind)->description;
    const struct lt_tree *several = lt_tree_get(description, "outputs"), *one = lt_tree_get(description, "output");
    if (!several && !one)
        return lt_call_same(call);
    struct lt_shape *out = lt_call_out(call, several ? (int)several->count : 1);
    if (!out)
        return LT_NO_MEMORY;
    enum lt_status status = LT_OK;
    for (const struct lt_tree *tree = several ? several->child : one; tree && !status;
         tree = several ? tree->next : NULL)
        status = shape_of(call, tree, out++);
    if (status)
        call->out_count = 0;
    return status;
}

static void custom_variables(const struct lt_call *call, struct lt_variables *out)
{
    const struct lt_tree *list = lt_tree_get(lt_custom_of(call->layer->kind)->description, "variables");
    struct lt_call copy = *call; /* a shape that fails says so in it; the result of the layer has said it already */
    for (const struct lt_tree *tree = list ? list->child : NULL; tree; tree = tree->next) {
        struct lt_shape shape = {0};
        const struct lt_tree *expression = lt_tree_get(tree, "shape");
        if (expression && shape_of(&copy, expression, &shape) != LT_OK)
            continue;
        const char *dtype = lt_tree_text(lt_tree_get(tree, "dtype"), NULL);
        struct lt_variable *variable =
            lt_variable_add(call, out, lt_tree_text(lt_tree_get(tree, "name"), "variable"),
                            lt_tree_bool(lt_tree_get(tree, "trainable"), true), shape.rank, shape.dim);
        if (variable && dtype && lt_dtype_find(dtype) != LT_DTYPE_COUNT)
            variable->dtype = (uint8_t)lt_dtype_find(dtype);
    }
}

/* One op of the stated work on operands and variables. What it keeps is a tensor of that size between it and the
 * results, where the description says how much; else as of any work that is not known. */
static void custom_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_variables list = {.arena = b->arena};
    custom_variables(call, &list);
    double parameters = 0;
    for (uint32_t i = 0; i < list.count; i++)
        parameters += (double)list.item[i].elements;
    int count = 0;
    lt_tensor *in = lt_alloc_array(b->arena, call->in_count + list.count + 1u, sizeof *in);
    /* What a gradient reaches in any case comes first: the lowering asks the first operand what is kept. */
    for (uint32_t i = 0; in && i < list.count; i++)
        if (list.item[i].trainable)
            in[count++] = lt_weight(b, (int)i);
    for (int i = 0; in && i < call->in_count; i++)
        in[count++] = lt_input(b, i);
    for (uint32_t i = 0; in && i < list.count; i++)
        if (!list.item[i].trainable)
            in[count++] = lt_weight(b, (int)i);
    if (!in)
        return;
    double flops = number_of(call, "flops", parameters);
    if (lt_tree_get(lt_custom_of(call->layer->kind)->description, "kept_bytes")) {
        uint64_t kept = (uint64_t)number_of(call, "kept_bytes", parameters);
        in[0] = lt_emit(b, LT_OP_OPAQUE, in, count, (kept + 3) / 4, LT_FLOAT32);
        lt_last_op(b)->flops = flops;
        flops = 0;
        count = 1;
    }
    for (int i = 0; i < call->out_count; i++) {
        lt_output(b, i,
                  lt_emit(b, count == 1 && !(flops > 0) ? LT_OP_COPY : LT_OP_OPAQUE, in, count,
                          lt_shape_elements(&call->out[i]), (enum lt_dtype)call->out[i].dtype));
        lt_last_op(b)->flops = i ? 0 : flops;
    }
}

const struct lt_custom *lt_custom_of(const struct lt_kind *kind)
{
    return kind->shape == custom_shape ? (const struct lt_custom *)(const void *)kind : NULL;
}

/* --- reading a description ---------------------------------------------------------------------------------------- */

struct reading {
    struct lt_arena *arena;
    const char *file;
    struct lt_problems *problems; /* NULL: it is known to be right */
    const struct lt_kind *kind;
    bool failed;
};

static void wrong(struct reading *r, const struct lt_tree *tree, size_t at, const char *hint, const char *message)
{
    r->failed = true;
    if (!r->problems)
        return;
    struct lt_place place = lt_tree_place(r->problems->arena, r->file, tree);
    if (place.column)
        place.column += (uint32_t)at + tree->quoted;
    lt_problem_add(r->problems, LT_ERROR, place, hint, "%s", message);
}

static void check_expression(struct reading *r, const struct lt_tree *tree, bool shape, bool results)
{
    char number[32];
    if (tree->type != LT_TREE_INT && tree->type != LT_TREE_TEXT) {
        wrong(r, tree, 0, "such as x[:-1], units", "this must be an expression");
        return;
    }
    const struct names names = {.kind = r->kind, .results = results};
    const struct lt_scope scope = {find, &names, true};
    struct lt_expression_error error;
    struct lt_shape ignored;
    double value;
    const char *text = text_of(tree, number);
    enum lt_status status = shape ? lt_expression_shape(text, &scope, &ignored, &error)
                                  : lt_expression_number(text, &scope, &value, &error);
    if (status)
        wrong(r, tree, error.at, "x, y, batch, parameters and the arguments have names", error.message);
}

static void check_variable(struct reading *r, const struct lt_tree *tree)
{
    static const char *const keys[] = {"name", "shape", "trainable", "dtype"};
    if (tree->type != LT_TREE_MAP || !lt_tree_text(lt_tree_get(tree, "name"), NULL)) {
        wrong(r, tree, 0, "{name: kernel, shape: \"x[-1], units\"}", "the variable has no name");
        return;
    }
    for (const struct lt_tree *child = tree->child; child; child = child->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            known = known || strcmp(child->key, keys[i]) == 0;
        if (!known)
            wrong(r, child, 0, "name, shape, trainable or dtype", "there is no such key of a variable");
    }
    const struct lt_tree *shape = lt_tree_get(tree, "shape"), *dtype = lt_tree_get(tree, "dtype");
    if (shape)
        check_expression(r, shape, true, false);
    if (dtype && lt_dtype_find(lt_tree_text(dtype, "")) == LT_DTYPE_COUNT)
        wrong(r, dtype, 0, "such as float32", "there is no such number format");
}

/* The default says the type: of a list its numbers, of null any. */
static struct lt_field argument_field(struct reading *r, const struct lt_tree *tree)
{
    static const enum lt_field_type types[] = {
        [LT_TREE_NULL] = LT_FIELD_TREE,   [LT_TREE_BOOL] = LT_FIELD_BOOL, [LT_TREE_INT] = LT_FIELD_INT,
        [LT_TREE_FLOAT] = LT_FIELD_FLOAT, [LT_TREE_TEXT] = LT_FIELD_TEXT, [LT_TREE_LIST] = LT_FIELD_INTS,
        [LT_TREE_MAP] = LT_FIELD_TREE,
    };
    struct lt_field field = {
        .name = tree->key, .type = types[tree->type], .help = "An argument of the described class"};
    field.optional = field.type == LT_FIELD_TREE || field.type == LT_FIELD_TEXT;
    const struct lt_field read = field;
    struct lt_value value = {0};
    struct lt_problems none = {.arena = r->arena};
    if (field.type != LT_FIELD_TREE &&
        lt_field_read(&read, r->arena, tree, &value, r->file, r->problems ? r->problems : &none) == LT_OK)
        field.initial = lt_field_text(&read, &value, r->arena);
    else
        r->failed = r->failed || field.type != LT_FIELD_TREE;
    return field;
}

static void read_arguments(struct reading *r, const struct lt_tree *arguments, struct lt_kind *kind)
{
    if (!arguments)
        return;
    if (arguments->type != LT_TREE_MAP || arguments->count > 64) {
        wrong(r, arguments, 0, "arguments: {units: 8}", "these must be at most 64 names with their defaults");
        return;
    }
    struct lt_field *fields = lt_alloc_array(r->arena, arguments->count + 1u, sizeof *fields);
    kind->config = fields;
    for (const struct lt_tree *child = arguments->child; fields && child; child = child->next)
        fields[kind->config_count++] = argument_field(r, child);
}

static void check_keys(struct reading *r, const struct lt_tree *description)
{
    for (const struct lt_tree *child = description->child; child; child = child->next) {
        bool known = false;
        int count = 0;
        for (; KEYS[count]; count++)
            known = known || strcmp(child->key, KEYS[count]) == 0;
        if (!known)
            wrong(r, child, 0, r->problems ? lt_nearest_hint(r->problems->arena, child->key, KEYS, count) : NULL,
                  "there is no such key of a described layer");
    }
}

static void check(struct reading *r, const struct lt_tree *description)
{
    static const char *const lists[] = {"outputs", "variables"};
    const struct lt_tree *output = lt_tree_get(description, "output"), *flops = lt_tree_get(description, "flops"),
                         *kept = lt_tree_get(description, "kept_bytes");
    check_keys(r, description);
    if (output)
        check_expression(r, output, true, false);
    for (int i = 0; i < 2; i++) {
        const struct lt_tree *list = lt_tree_get(description, lists[i]);
        if (list && (list->type != LT_TREE_LIST || !list->count || list->count > 256))
            wrong(r, list, 0, NULL, "this must be a list of 1 to 256");
        for (const struct lt_tree *tree = list && list->type == LT_TREE_LIST ? list->child : NULL; tree;
             tree = tree->next) {
            if (i == 0)
                check_expression(r, tree, true, false);
            else
                check_variable(r, tree);
        }
    }
    if (flops)
        check_expression(r, flops, false, true);
    if (kept)
        check_expression(r, kept, false, true);
}

static void make_kind(struct reading *r, const struct lt_tree *description, struct lt_kind *kind)
{
    *kind = (struct lt_kind){
        .name = lt_tree_text(lt_tree_get(description, "class"), "Custom"),
        .module = "custom",
        .help = lt_tree_text(lt_tree_get(description, "help"), "A class that the user described"),
        .family = LT_FAMILY_UNKNOWN,
        .shape = custom_shape,
        .variables = custom_variables,
        .ops = custom_ops,
    };
    r->kind = kind;
    read_arguments(r, lt_tree_get(description, "arguments"), kind);
}

const struct lt_custom *lt_custom_add(struct lt_document *document, const char *file, const struct lt_tree *description,
                                      struct lt_problems *problems)
{
    struct reading r = {.arena = document->arena, .file = file, .problems = problems};
    const struct lt_tree *class = lt_tree_get(description, "class");
    if (!class || class->type != LT_TREE_TEXT || !class->text[0]) {
        wrong(&r, description, 0, "class: Scale", "the described layer has no class");
        return NULL;
    }
    struct lt_custom *custom = lt_alloc(r.arena, sizeof *custom);
    const struct lt_custom **larger =
        lt_grow(r.arena, document->custom, document->custom_count, document->custom_count + 1u, sizeof *larger);
    if (!custom || !larger)
        return NULL;
    custom->description = lt_tree_copy(r.arena, description, NULL, NULL);
    custom->package = lt_tree_text(lt_tree_get(custom->description, "package"), NULL);
    custom->file = lt_strdup(r.arena, file);
    if (!custom->description)
        return NULL;
    make_kind(&r, custom->description, &custom->kind);
    check(&r, description);
    if (r.failed || r.arena->failed)
        return NULL;
    document->custom = larger;
    document->custom[document->custom_count++] = custom;
    return custom;
}

/* --- finding and copying ------------------------------------------------------------------------------------------ */

bool lt_custom_matches(const struct lt_tree *description, const char *class_name, const char *registered)
{
    const char *class = lt_tree_text(lt_tree_get(description, "class"), NULL);
    const char *package = lt_tree_text(lt_tree_get(description, "package"), NULL);
    if (!class || !class_name || strcmp(class, class_name) != 0)
        return false;
    size_t length = package ? strlen(package) : 0;
    return !package || !registered ||
           (strncmp(registered, package, length) == 0 && (registered[length] == '>' || !registered[length]));
}

const struct lt_kind *lt_custom_find(const struct lt_document *document, const char *class_name, const char *registered)
{
    for (uint32_t i = 0; i < document->custom_count; i++)
        if (lt_custom_matches(document->custom[i]->description, class_name, registered))
            return &document->custom[i]->kind;
    return NULL;
}

void lt_custom_copy(struct lt_document *document)
{
    const struct lt_custom **from = document->custom;
    const uint32_t count = document->custom_count;
    document->custom = NULL;
    document->custom_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct lt_custom *made = lt_custom_add(document, from[i]->file, from[i]->description, NULL);
        for (uint32_t k = 0; made && document->layer && k < document->layer_count; k++)
            if (document->layer[k].kind == &from[i]->kind)
                document->layer[k].kind = &made->kind;
    }
}
