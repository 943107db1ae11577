#include "core/model/expression.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/decimal.h"

/* A recursive descent that evaluates as it reads. After the first error nothing moves any more. */
struct evaluator {
    const char *text, *at;
    const struct lt_scope *scope;
    struct lt_expression_error *error;
    int depth;
    bool failed;
};

static double fail(struct evaluator *e, const char *at, const char *message)
{
    if (!e->failed) {
        e->error->at = (size_t)(at - e->text);
        snprintf(e->error->message, sizeof e->error->message, "%s", message);
    }
    e->failed = true;
    return 1;
}

/* Numbers that are only stand-ins can be anything. */
static double check(struct evaluator *e, const char *at, double value)
{
    if (e->scope->names_only)
        return 1;
    if (!isfinite(value) || fabs(value) > 0x1p62)
        return fail(e, at, "the result is too large");
    return value;
}

static void skip(struct evaluator *e)
{
    while (*e->at == ' ' || *e->at == '\t' || *e->at == '\n')
        e->at++;
}

static bool take(struct evaluator *e, const char *sign)
{
    skip(e);
    size_t length = strlen(sign);
    if (e->failed || strncmp(e->at, sign, length) != 0)
        return false;
    e->at += length;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t name_length(const char *at)
{
    size_t length = 0;
    while (is_letter(at[length]) || (length && is_digit(at[length])))
        length++;
    return length;
}

static bool is_name(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(name, word, length) == 0;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static double expression(struct evaluator *e);

static struct lt_meaning find(struct evaluator *e, const char *name, size_t length)
{
    struct lt_meaning meaning = {.number = 1};
    char message[80];
    enum lt_status status = e->scope->find(e->scope->context, name, length, &meaning);
    if (status) {
        snprintf(message, sizeof message,
                 status == LT_NOT_FOUND ? "there is no name %.*s" : "%.*s is not a number here",
                 (int)(length < 40 ? length : 40), name);
        fail(e, name, message);
    }
    return meaning;
}

/* A whole number for an index, negative from the end; into *out. */
static bool whole(struct evaluator *e, const char *at, double value, int64_t *out)
{
    if (!e->failed && (value != floor(value) || fabs(value) > 1e15))
        fail(e, at, "this must be a whole number");
    *out = e->failed ? 0 : (int64_t)value;
    return !e->failed;
}

static double element(struct evaluator *e, const char *name, const struct lt_meaning *meaning)
{
    const char *at = e->at;
    int64_t index;
    double value = expression(e);
    if (!take(e, "]"))
        return fail(e, e->at, "] is missing");
    if (e->scope->names_only || !whole(e, at, value, &index))
        return 1;
    if (!meaning->list)
        return fail(e, name, "this is one number, not a list");
    if (index < 0)
        index += meaning->count;
    if (index < 0 || index >= meaning->count)
        return fail(e, at, "there is no such element");
    return meaning->list[index] == LT_NO_DIM ? fail(e, at, "this element is open") : (double)meaning->list[index];
}

/* rank(x), elements(x): of a list, whose name stands alone between the brackets. */
static double of_list(struct evaluator *e, bool rank)
{
    skip(e);
    const char *name = e->at;
    size_t length = name_length(name);
    if (!length)
        return fail(e, name, "a name is missing");
    e->at += length;
    struct lt_meaning meaning = find(e, name, length);
    if (!take(e, ")"))
        return fail(e, e->at, ") is missing");
    if (e->failed || e->scope->names_only)
        return 1;
    if (!meaning.list)
        return fail(e, name, "this is one number, not a list");
    double product = 1;
    for (uint32_t i = 0; i < meaning.count; i++)
        product *= meaning.list[i] == LT_NO_DIM ? 1 : (double)meaning.list[i];
    return check(e, name, rank ? meaning.count : product);
}

/* min, max, ceil, floor, where; the opening bracket is taken. */
static double call(struct evaluator *e, const char *name, size_t length)
{
    enum { MOST = 16 };
    double value[MOST];
    int count = 0;
    do {
        if (count == MOST)
            return fail(e, e->at, "these are too many arguments");
        value[count++] = expression(e);
    } while (take(e, ","));
    if (!take(e, ")"))
        return fail(e, e->at, ") is missing");
    const bool most = is_name(name, length, "max"), least = is_name(name, length, "min");
    if (most || least) {
        for (int i = 1; i < count; i++)
            value[0] = most ? fmax(value[0], value[i]) : fmin(value[0], value[i]);
        return value[0];
    }
    if (count == 1 && is_name(name, length, "ceil"))
        return ceil(value[0]);
    if (count == 1 && is_name(name, length, "floor"))
        return floor(value[0]);
    if (count == 3 && is_name(name, length, "where"))
        return value[0] != 0 ? value[1] : value[2];
    return fail(e, name, "there is no such function of so many arguments");
}

static double named(struct evaluator *e)
{
    const char *name = e->at;
    size_t length = name_length(name);
    e->at += length;
    if (take(e, "(")) {
        if (is_name(name, length, "rank") || is_name(name, length, "elements"))
            return of_list(e, name[0] == 'r');
        return call(e, name, length);
    }
    struct lt_meaning meaning = find(e, name, length);
    if (take(e, "["))
        return element(e, name, &meaning);
    if (!e->failed && !e->scope->names_only && meaning.list) {
        if (meaning.count == 1 && meaning.list[0] != LT_NO_DIM)
            return (double)meaning.list[0];
        return fail(e, name, "this is a list: name[0], rank(name) or elements(name) is a number");
    }
    return meaning.number;
}

/* --- arithmetic --------------------------------------------------------------------------------------------------- */

static double primary(struct evaluator *e)
{
    skip(e);
    if (e->failed)
        return 1;
    if (is_letter(*e->at))
        return named(e);
    if (take(e, "(")) {
        double value = expression(e);
        return take(e, ")") ? value : fail(e, e->at, ") is missing");
    }
    if (!is_digit(*e->at) && !(*e->at == '.' && is_digit(e->at[1])))
        return fail(e, e->at, *e->at ? "this is no number, name or bracket" : "something is missing at the end");
    char *end = NULL;
    const char *start = e->at;
    double value = lt_strtod(start, &end);
    e->at = end;
    return is_letter(*end) ? fail(e, end, "this is no part of a number") : check(e, start, value);
}

static double unary(struct evaluator *e)
{
    if (e->depth >= LT_EXPRESSION_DEPTH)
        return fail(e, e->at, "this is nested too deep");
    e->depth++;
    double value = take(e, "-") ? -unary(e) : primary(e);
    e->depth--;
    return value;
}

static double product(struct evaluator *e)
{
    double value = unary(e);
    while (!e->failed) {
        skip(e);
        const char *at = e->at;
        if (take(e, "*")) {
            value = check(e, at, value * unary(e));
            continue;
        }
        const bool floored = take(e, "//"), remainder = !floored && take(e, "%");
        if (!floored && !remainder && !take(e, "/"))
            break;
        double divisor = unary(e);
        if (!e->failed && !e->scope->names_only && !(fabs(divisor) > 0))
            return fail(e, at, "this divides by zero");
        double quotient = value / divisor;
        value = check(e, at, floored ? floor(quotient) : remainder ? value - floor(quotient) * divisor : quotient);
    }
    return value;
}

static double sum(struct evaluator *e)
{
    double value = product(e);
    while (!e->failed) {
        skip(e);
        const char *at = e->at;
        if (take(e, "+"))
            value = check(e, at, value + product(e));
        else if (take(e, "-"))
            value = check(e, at, value - product(e));
        else
            break;
    }
    return value;
}

static double expression(struct evaluator *e)
{
    if (e->depth >= LT_EXPRESSION_DEPTH)
        return fail(e, e->at, "this is nested too deep");
    e->depth++;
    double a = sum(e), value = a;
    if (take(e, "<="))
        value = a <= sum(e);
    else if (take(e, ">="))
        value = a >= sum(e);
    else if (take(e, "=="))
        value = !(a < sum(e)) && !(a > sum(e));
    else if (take(e, "!="))
        value = a != sum(e);
    else if (take(e, "<"))
        value = a < sum(e);
    else if (take(e, ">"))
        value = a > sum(e);
    e->depth--;
    return value;
}

static bool begin(struct evaluator *e, const char *text, const struct lt_scope *scope,
                  struct lt_expression_error *error)
{
    *e = (struct evaluator){.text = text, .at = text, .scope = scope, .error = error};
    if (strlen(text) > LT_EXPRESSION_BYTES)
        fail(e, text, "this is longer than 4096 bytes");
    return !e->failed;
}

enum lt_status lt_expression_number(const char *text, const struct lt_scope *scope, double *out,
                                    struct lt_expression_error *error)
{
    struct evaluator e;
    if (!begin(&e, text, scope, error))
        return LT_INVALID;
    double value = check(&e, text, expression(&e));
    skip(&e);
    if (!e.failed && *e.at)
        fail(&e, e.at, "this is too much");
    if (e.failed)
        return LT_INVALID;
    *out = value;
    return LT_OK;
}

/* --- shapes ------------------------------------------------------------------------------------------------------- */

static void add_axis(struct evaluator *e, const char *at, double value, struct lt_shape *shape)
{
    int64_t size = 0;
    if (e->scope->names_only || !whole(e, at, value, &size))
        return;
    if (size < 0 || size > INT64_C(1) << 40)
        fail(e, at, size < 0 ? "an axis is negative" : "an axis is too large");
    else if (shape->rank == LT_MAX_RANK)
        fail(e, at, "the shape has more than 8 axes");
    else
        shape->dim[shape->rank++] = size;
}

/* An end of a slice; `fallback` where nothing stands there. */
static int64_t slice_end(struct evaluator *e, const char *sign, int64_t fallback, uint32_t count)
{
    const char *at = e->at;
    int64_t index = fallback;
    if (take(e, sign))
        return fallback;
    double value = expression(e);
    if (!take(e, sign))
        fail(e, e->at, sign[0] == ':' ? ": is missing" : "] is missing");
    if (e->scope->names_only || !whole(e, at, value, &index))
        return 0;
    if (index < 0)
        index += count;
    return index < 0 ? 0 : index > count ? (int64_t)count : index;
}

/* name[a:b]; false, and nothing moved, where the text is no slice. */
static bool slice(struct evaluator *e, struct lt_shape *shape)
{
    skip(e);
    const char *name = e->at;
    size_t length = name_length(name);
    const char *open = name + length;
    if (!length || *open != '[')
        return false;
    int depth = 0;
    const char *c = open + 1;
    for (; *c && (depth || (*c != ']' && *c != ':')); c++)
        depth += *c == '[' || *c == '(' ? 1 : *c == ']' || *c == ')' ? -1 : 0;
    if (*c != ':')
        return false;
    e->at = open + 1;
    struct lt_meaning meaning = find(e, name, length);
    int64_t first = slice_end(e, ":", 0, meaning.count), end = slice_end(e, "]", meaning.count, meaning.count);
    if (!e->failed && !e->scope->names_only && !meaning.list)
        fail(e, name, "this is one number, not a list");
    for (int64_t i = first; !e->failed && !e->scope->names_only && i < end; i++)
        add_axis(e, name, (double)meaning.list[i], shape);
    return true;
}

enum lt_status lt_expression_shape(const char *text, const struct lt_scope *scope, struct lt_shape *out,
                                   struct lt_expression_error *error)
{
    struct evaluator e;
    struct lt_shape shape = {0};
    if (!begin(&e, text, scope, error))
        return LT_INVALID;
    skip(&e);
    while (!e.failed && *e.at) {
        const char *at = e.at;
        if (!slice(&e, &shape))
            add_axis(&e, at, expression(&e), &shape);
        skip(&e);
        if (!e.failed && *e.at && !take(&e, ","))
            fail(&e, e.at, "a comma is missing");
        skip(&e);
    }
    if (e.failed)
        return LT_INVALID;
    *out = shape;
    return LT_OK;
}
