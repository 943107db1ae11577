#include "core/report/check.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/data/tree.h"

#include <ctype.h>
#include <string.h>

enum operator{ LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL, OPERATOR_COUNT };

/* Longer ones first, so that <= is not read as <. */
static const struct {
    const char *text;
    enum operator op;
} OPERATORS[OPERATOR_COUNT] = {{"<=", LESS_EQUAL}, {">=", GREATER_EQUAL}, {"==", EQUAL},
                               {"!=", NOT_EQUAL},  {"<", LESS},           {">", GREATER}};

/* The unit of a number in the report stands in its name, or in the name of the map around it. */
static const struct {
    const char *part;
    enum lt_unit unit;
} UNITS[] = {{"_per_s", LT_UNIT_PER_SECOND}, {"bytes", LT_UNIT_BYTES},   {"seconds", LT_UNIT_SECONDS},
             {"flops", LT_UNIT_FLOPS},       {"classes", LT_UNIT_BYTES}, {"phases", LT_UNIT_SECONDS}};

struct checker {
    struct lt_arena arena;
    const struct lt_tree *root;
    struct lt_problems *unmet, *problems;
};

struct requirement {
    const char *text, *name, *value; /* text: as it was given */
    enum operator op;
};

static enum lt_status refuse(struct checker *c, const char *hint, const char *format, const char *text)
{
    const char *safe = lt_safe_text(&c->arena, text);
    const char *message = safe ? lt_format(&c->arena, format, safe) : NULL;
    if (!message)
        return LT_NO_MEMORY;
    lt_problem_add(c->problems, LT_ERROR, (struct lt_place){.file = "--check"}, hint, "%s", message);
    return LT_INVALID;
}

/* --- names ----------------------------------------------------------------------------------------------------------
 */

static const struct lt_tree *at_index(const struct lt_tree *list, const char **rest)
{
    uint32_t index = 0;
    const char *p = *rest + 1;
    if (list->type != LT_TREE_LIST || !isdigit((unsigned char)*p))
        return NULL;
    for (; isdigit((unsigned char)*p) && index < 100000000; p++)
        index = index * 10 + (uint32_t)(*p - '0');
    *rest = p + 1;
    return *p == ']' ? lt_tree_at(list, index) : NULL;
}

/* The child whose key the rest begins with. Keys may hold dots (optimizer.momentum): the longest counts. */
static const struct lt_tree *at_key(const struct lt_tree *map, const char **rest)
{
    const struct lt_tree *best = NULL;
    size_t longest = 0;
    for (const struct lt_tree *child = map->type == LT_TREE_MAP ? map->child : NULL; child; child = child->next) {
        const size_t length = strlen(child->key);
        const char after = strncmp(*rest, child->key, length) == 0 ? (*rest)[length] : 'x';
        if (length > longest && (after == '\0' || after == '.' || after == '[')) {
            best = child;
            longest = length;
        }
    }
    *rest += longest;
    return best;
}

static const struct lt_tree *find(const struct lt_tree *root, const char *path)
{
    const struct lt_tree *node = root;
    const char *rest = path;
    while (node && *rest) {
        if (*rest == '[') {
            node = at_index(node, &rest);
        } else {
            rest += *rest == '.' && node != root;
            node = at_key(node, &rest);
        }
    }
    return node;
}

/* All paths that can be compared, lists left out, for "did you mean". */
static void collect(struct checker *c, const struct lt_tree *node, const char **names, int *count, int capacity)
{
    for (const struct lt_tree *child = node->child; child && *count < capacity; child = child->next)
        if (child->type == LT_TREE_MAP && !lt_tree_get(child, "standing"))
            collect(c, child, names, count, capacity);
        else if (child->type != LT_TREE_LIST && (names[*count] = lt_tree_path(&c->arena, child)) != NULL)
            ++*count;
}

static enum lt_status no_such(struct checker *c, const char *name)
{
    enum { CAPACITY = 256 };
    const char *names[CAPACITY];
    int count = 0;
    collect(c, c->root, names, &count, CAPACITY);
    int best = lt_nearest(name, names, count);
    for (int i = 0; best < 0 && i < count; i++) { /* the last part alone: peak_bytes */
        const char *dot = strrchr(names[i], '.');
        if (dot && strcmp(dot + 1, name) == 0)
            best = i;
    }
    return refuse(c,
                  best < 0 ? "names are the paths of the JSON report, such as device_memory.peak_bytes"
                           : lt_format(&c->arena, "did you mean %s?", names[best]),
                  "there is no \"%s\" in the report", name);
}

static enum lt_unit unit_of(const struct lt_tree *node)
{
    for (; node && node->parent; node = node->parent)
        for (size_t i = 0; node->key && i < sizeof UNITS / sizeof *UNITS; i++) {
            const size_t length = strlen(node->key), part = strlen(UNITS[i].part);
            if (length >= part && strcmp(node->key + length - part, UNITS[i].part) == 0)
                return UNITS[i].unit;
        }
    return LT_UNIT_COUNT;
}

/* --- one requirement ------------------------------------------------------------------------------------------------
 */

static bool holds(enum operator op, double a, double b)
{
    switch (op) {
    case LESS:
        return a < b;
    case LESS_EQUAL:
        return a <= b;
    case GREATER:
        return a > b;
    case GREATER_EQUAL:
        return a >= b;
    case NOT_EQUAL:
        return a < b || a > b;
    case EQUAL:
    case OPERATOR_COUNT:
        break;
    }
    return a >= b && a <= b;
}

static void not_met(struct checker *c, const struct requirement *r, const char *format, const char *is)
{
    const char *text = lt_safe_text(&c->arena, r->text), *why = lt_format(&c->arena, format, is);
    lt_problem_add(c->unmet, LT_ERROR, (struct lt_place){.file = "--check"}, NULL, "not met: %s: %s", text ? text : "",
                   why ? why : "");
}

static enum lt_status compare_text(struct checker *c, const struct requirement *r, const char *is)
{
    if (r->op != EQUAL && r->op != NOT_EQUAL)
        return refuse(c, "== or !=", "%s is a text, and texts are not ordered", r->name);
    if ((strcmp(is, r->value) == 0) != (r->op == EQUAL))
        not_met(c, r, "it is \"%s\"", lt_safe_text(&c->arena, is));
    return LT_OK;
}

static enum lt_status compare_number(struct checker *c, const struct requirement *r, const struct lt_tree *node,
                                     const char *standing)
{
    enum lt_unit unit = unit_of(node);
    double limit, is = lt_tree_number(node, 0);
    char text[LT_NUMBER_TEXT];
    if (!lt_parse_number(r->value, unit, &limit)) {
        const char *hint = unit == LT_UNIT_BYTES     ? "a number of bytes, such as 80GiB"
                           : unit == LT_UNIT_SECONDS ? "a number of seconds, such as 0.2 or 200ms"
                                                     : "a number";
        return refuse(c, hint, "\"%s\" cannot be compared with that figure", r->value);
    }
    lt_number(text, is, unit);
    if (!holds(r->op, is, limit))
        not_met(c, r, "it is %s", text);
    else if (strcmp(standing, lt_standing_name(LT_UNKNOWN)) == 0 && r->op != GREATER && r->op != GREATER_EQUAL)
        not_met(c, r, "not known, only that it is at least %s", text);
    return LT_OK;
}

static enum lt_status compare(struct checker *c, const struct requirement *r)
{
    const struct lt_tree *node = find(c->root, r->name), *value = lt_tree_get(node, "value");
    const char *standing = lt_tree_text(lt_tree_get(value ? node : NULL, "standing"), "");
    if (value)
        node = value;
    switch (node ? node->type : LT_TREE_LIST) {
    case LT_TREE_NULL:
        not_met(c, r, "%s", "it is not known");
        return LT_OK;
    case LT_TREE_BOOL:
        return compare_text(c, r, node->boolean ? "true" : "false");
    case LT_TREE_INT:
    case LT_TREE_FLOAT:
        return compare_number(c, r, node, standing);
    case LT_TREE_TEXT:
        return compare_text(c, r, node->text);
    case LT_TREE_LIST:
    case LT_TREE_MAP:
        break;
    }
    return no_such(c, r->name);
}

/* --- the expression -------------------------------------------------------------------------------------------------
 */

static char *trim(char *text)
{
    while (*text == ' ')
        text++;
    for (size_t length = strlen(text); length && text[length - 1] == ' '; length--)
        text[length - 1] = '\0';
    return text;
}

static bool split(struct checker *c, char *text, struct requirement *r)
{
    char *at = text + strcspn(text, "<>=!");
    for (int i = 0; i < OPERATOR_COUNT; i++) {
        const size_t length = strlen(OPERATORS[i].text);
        if (strncmp(at, OPERATORS[i].text, length) != 0)
            continue;
        r->text = lt_strdup(&c->arena, text);
        r->op = OPERATORS[i].op;
        r->value = trim(at + length);
        *at = '\0';
        r->name = trim(text);
        return r->text && *r->name && *r->value;
    }
    return false;
}

static enum lt_status check_all(struct checker *c, char *expression)
{
    enum lt_status status = LT_OK;
    for (char *next = expression; next && status != LT_NO_MEMORY;) {
        char *text = next, *comma = strchr(next, ',');
        struct requirement r;
        next = comma ? comma + 1 : NULL;
        if (comma)
            *comma = '\0';
        text = trim(text);
        const char *whole = lt_strdup(&c->arena, text);
        enum lt_status one = split(c, text, &r) ? compare(c, &r)
                             : c->arena.failed  ? LT_NO_MEMORY
                                                : refuse(c, "such as time.step_seconds<0.2",
                                                         "\"%s\" is not NAME OP VALUE", whole ? whole : "");
        if (one)
            status = one;
    }
    return status;
}

enum lt_status lt_check(const struct lt_report *report, const char *expression, struct lt_problems *unmet,
                        struct lt_problems *problems)
{
    struct checker c = {.arena = LT_ARENA_INIT, .unmet = unmet, .problems = problems};
    c.root = lt_report_tree(report, &c.arena);
    char *copy = lt_strdup(&c.arena, expression);
    enum lt_status status = c.root && copy ? check_all(&c, copy) : LT_NO_MEMORY;
    if (!status && c.arena.failed)
        status = LT_NO_MEMORY;
    lt_arena_free(&c.arena);
    return status;
}
