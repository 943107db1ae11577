#include "core/model/field.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/activation.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* What goes wrong while one value is read: the field, and where its problems go. `problems` NULL: nowhere. */
struct reading {
    const struct lt_field *field;
    struct lt_arena *arena;
    struct lt_place place;
    struct lt_problems *problems;
};

static enum lt_status refuse(const struct reading *r, const char *what, const char *wrong)
{
    if (r->problems) {
        const char *shown = lt_safe_text(r->arena, what);
        char *range = lt_field_range(r->field, r->arena);
        lt_problem_add(r->problems, LT_ERROR, r->place, range, "%s: \"%s\" is not %s", r->field->name,
                       shown ? shown : "", wrong);
    }
    return r->arena->failed ? LT_NO_MEMORY : LT_INVALID;
}

static bool has_range(const struct lt_field *field)
{
    return field->low != 0 || field->high != 0;
}

static bool in_range(const struct lt_field *field, double number)
{
    return !has_range(field) || (number >= field->low && number <= field->high);
}

/* What kind of value a field takes, for "... is not ...". */
static const char *wanted(const struct lt_field *field)
{
    switch (field->type) {
    case LT_FIELD_BOOL:
        return "true or false";
    case LT_FIELD_INT:
        return "a whole number in its range";
    case LT_FIELD_FLOAT:
        return "a number in its range";
    case LT_FIELD_BYTES:
        return "a size in its range";
    case LT_FIELD_CHOICE:
        return "one of its choices";
    case LT_FIELD_INTS:
    case LT_FIELD_PAIRS:
        return "a list of whole numbers in their range";
    case LT_FIELD_ACTIVATION:
        return "an activation function";
    case LT_FIELD_TEXT:
        return "a text";
    case LT_FIELD_TREE:
        return "a structure";
    }
    return "allowed";
}

/* ------------------------------------------------------------------------------------------- from text */

static bool parse_bool(const char *text, bool *value)
{
    static const char *const YES[] = {"true", "yes", "on", "1"}, *const NO[] = {"false", "no", "off", "0"};
    for (int i = 0; i < 4; i++)
        if (strcasecmp(text, YES[i]) == 0 || strcasecmp(text, NO[i]) == 0) {
            *value = strcasecmp(text, YES[i]) == 0;
            return true;
        }
    return false;
}

static bool whole(double number, int64_t *value)
{
    if (!(fabs(number) < 9.2e18) || number != floor(number))
        return false;
    *value = (int64_t)number;
    return true;
}

/* A plain integer is read exactly, anything else (1e6, 25.6M, 80GiB) through a double. */
static bool parse_int(const char *text, enum lt_unit unit, int64_t *value)
{
    bool negative = *text == '-';
    const char *digit = text + negative;
    int64_t sum = 0;
    bool fits = *digit >= '0' && *digit <= '9';
    for (; fits && *digit >= '0' && *digit <= '9'; digit++)
        fits = !__builtin_mul_overflow(sum, 10, &sum) && !__builtin_add_overflow(sum, *digit - '0', &sum);
    if (fits && !*digit) {
        *value = negative ? -sum : sum;
        return true;
    }
    double number;
    return lt_parse_number(text, unit, &number) && whole(number, value);
}

static bool is_none(const char *text)
{
    return strcasecmp(text, "none") == 0 || strcasecmp(text, "null") == 0;
}

/* "3,3", "3 3", "(3, 3)", "[[1, 2], [3, 4]]": brackets only group. */
static bool parse_ints(const struct lt_field *field, struct lt_arena *arena, const char *text, struct lt_value *value)
{
    static const char BETWEEN[] = " ,()[]x";
    int64_t *ints = lt_alloc_raw(arena, strlen(text) / 2 + 1, sizeof *ints);
    uint32_t count = 0;
    if (!ints)
        return false;
    for (const char *at = text + strspn(text, BETWEEN); *at; at += strspn(at, BETWEEN)) {
        size_t length = strcspn(at, BETWEEN);
        char word[24];
        if (length >= sizeof word)
            return false;
        memcpy(word, at, length);
        word[length] = '\0';
        at += length;
        if (field->optional && (is_none(word) || strcmp(word, "?") == 0))
            ints[count++] = LT_NO_DIM;
        else if (parse_int(word, LT_UNIT_COUNT, &ints[count]) && in_range(field, (double)ints[count]))
            count++;
        else
            return false;
    }
    *value = (struct lt_value){.type = LT_VALUE_INTS, .count = count, .ints = ints};
    return true;
}

static bool parse_choice(const struct lt_field *field, const char *text, struct lt_value *value)
{
    for (const char *const *choice = field->choices; *choice; choice++)
        if (strcasecmp(text, *choice) == 0) {
            *value = (struct lt_value){.type = LT_VALUE_TEXT, .text = *choice};
            return true;
        }
    return false;
}

static bool is_activation(const char *text)
{
    return lt_activation_op(&(struct lt_value){.type = LT_VALUE_TEXT, .text = text}) != LT_OP_OPAQUE;
}

/* `text` without blanks around it. False: it is no value of the field. */
static bool parse(const struct lt_field *field, struct lt_arena *arena, const char *text, struct lt_value *value)
{
    struct lt_value v = {.type = LT_VALUE_NULL};
    if (is_none(text) && (field->optional || field->type == LT_FIELD_ACTIVATION)) {
        *value = v;
        return true;
    }
    bool good = false;
    switch (field->type) {
    case LT_FIELD_BOOL:
        v.type = LT_VALUE_BOOL;
        good = parse_bool(text, &v.boolean);
        break;
    case LT_FIELD_INT:
    case LT_FIELD_BYTES:
        v.type = LT_VALUE_INT;
        good = parse_int(text, field->type == LT_FIELD_BYTES ? LT_UNIT_BYTES : LT_UNIT_COUNT, &v.integer) &&
               in_range(field, (double)v.integer);
        break;
    case LT_FIELD_FLOAT:
        v.type = LT_VALUE_FLOAT;
        good = lt_parse_number(text, LT_UNIT_NONE, &v.number) && in_range(field, v.number);
        break;
    case LT_FIELD_CHOICE:
        good = parse_choice(field, text, &v);
        break;
    case LT_FIELD_INTS:
    case LT_FIELD_PAIRS:
        good = parse_ints(field, arena, text, &v);
        break;
    case LT_FIELD_ACTIVATION:
    case LT_FIELD_TEXT:
        v = (struct lt_value){.type = LT_VALUE_TEXT, .text = lt_strdup(arena, text)};
        good = v.text && (field->type == LT_FIELD_TEXT || is_activation(text));
        break;
    case LT_FIELD_TREE:
        break;
    }
    if (good)
        *value = v;
    return good;
}

struct lt_value lt_field_default(const struct lt_field *field, struct lt_arena *arena)
{
    struct lt_value value = {.type = LT_VALUE_NULL};
    if (field->initial)
        parse(field, arena, field->initial, &value);
    return value;
}

enum lt_status lt_field_parse(const struct lt_field *field, struct lt_arena *arena, const char *text,
                              struct lt_value *value, struct lt_place place, struct lt_problems *problems)
{
    const struct reading r = {field, arena, place, problems};
    if (field->type == LT_FIELD_TREE) {
        if (problems)
            lt_problem_add(problems, LT_ERROR, place, NULL, "%s is a structure of the file and cannot be set as text",
                           field->name);
        return LT_UNSUPPORTED;
    }
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t", text[length - 1]))
        length--;
    char *trimmed = lt_strndup(arena, text, length);
    if (!trimmed)
        return LT_NO_MEMORY;
    struct lt_value read;
    if (!parse(field, arena, trimmed, &read))
        return refuse(&r, trimmed, wanted(field));
    read.given = true;
    *value = read;
    return LT_OK;
}

/* ------------------------------------------------------------------------------------------- from a tree */

static uint32_t leaves(const struct lt_tree *tree)
{
    if (tree->type != LT_TREE_LIST)
        return 1;
    uint32_t count = 0;
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        count += leaves(child);
    return count;
}

/* The numbers of a list, or of lists in it where the field has pairs, or one number. */
static bool read_ints(const struct lt_field *field, const struct lt_tree *tree, int depth, int64_t *ints,
                      uint32_t *count)
{
    if (tree->type == LT_TREE_LIST && depth > 0) {
        for (const struct lt_tree *child = tree->child; child; child = child->next)
            if (!read_ints(field, child, depth - 1, ints, count))
                return false;
        return true;
    }
    int64_t number = lt_tree_int(tree, LT_NO_DIM);
    bool none = tree->type == LT_TREE_NULL || (tree->type == LT_TREE_TEXT && is_none(tree->text));
    bool null = none && field->optional;
    if (!null && (number == LT_NO_DIM || !in_range(field, (double)number)))
        return false;
    ints[(*count)++] = number;
    return true;
}

static bool read_list(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                      struct lt_value *value)
{
    int64_t *ints = lt_alloc_raw(arena, leaves(tree), sizeof *ints);
    uint32_t count = 0;
    if (!ints || !read_ints(field, tree, field->type == LT_FIELD_PAIRS ? 2 : 1, ints, &count))
        return false;
    *value = (struct lt_value){.type = LT_VALUE_INTS, .count = count, .ints = ints};
    return true;
}

static bool read_text(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                      struct lt_value *value)
{
    if (field->type == LT_FIELD_TEXT || field->type == LT_FIELD_ACTIVATION) {
        /* An activation that the table does not have may be the user's own function: it is kept. */
        *value = (struct lt_value){.type = LT_VALUE_TEXT, .text = lt_strdup(arena, tree->text)};
        return value->text;
    }
    return !(tree->quoted && (field->type == LT_FIELD_INT || field->type == LT_FIELD_FLOAT)) &&
           parse(field, arena, tree->text, value);
}

static bool is_number(const struct lt_tree *tree)
{
    return tree->type == LT_TREE_INT || tree->type == LT_TREE_FLOAT;
}

/* A value that is neither null nor text. False: it is no value of the field. */
static bool read_plain(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                       struct lt_value *value)
{
    int64_t integer = lt_tree_int(tree, LT_NO_DIM);
    switch (field->type) {
    case LT_FIELD_BOOL:
        *value = (struct lt_value){.type = LT_VALUE_BOOL, .boolean = lt_tree_bool(tree, integer == 1)};
        return tree->type == LT_TREE_BOOL || integer == 0 || integer == 1;
    case LT_FIELD_INT:
    case LT_FIELD_BYTES:
        *value = (struct lt_value){.type = LT_VALUE_INT, .integer = integer};
        return integer != LT_NO_DIM && in_range(field, (double)integer);
    case LT_FIELD_FLOAT:
        *value = (struct lt_value){.type = LT_VALUE_FLOAT, .number = lt_tree_number(tree, 0)};
        return is_number(tree) && in_range(field, value->number);
    case LT_FIELD_INTS:
    case LT_FIELD_PAIRS:
        return read_list(field, arena, tree, value);
    case LT_FIELD_ACTIVATION:
        *value = (struct lt_value){.type = LT_VALUE_TREE, .tree = tree};
        return tree->type == LT_TREE_MAP;
    case LT_FIELD_CHOICE:
    case LT_FIELD_TEXT:
    case LT_FIELD_TREE:
        break;
    }
    return false;
}

static bool read(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                 struct lt_value *value)
{
    if (tree->type == LT_TREE_NULL) {
        /* Keras writes null for an option that was left to its default. */
        bool allowed =
            field->optional || field->initial || field->type == LT_FIELD_ACTIVATION || field->type == LT_FIELD_TREE;
        *value = field->optional ? (struct lt_value){.type = LT_VALUE_NULL} : lt_field_default(field, arena);
        return allowed;
    }
    if (field->type == LT_FIELD_TREE) {
        *value = (struct lt_value){.type = LT_VALUE_TREE, .tree = tree};
        return true;
    }
    return tree->type == LT_TREE_TEXT ? read_text(field, arena, tree, value) : read_plain(field, arena, tree, value);
}

enum lt_status lt_field_read(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                             struct lt_value *value, const char *file, struct lt_problems *problems)
{
    struct lt_value found;
    if (read(field, arena, tree, &found)) {
        if (found.type == LT_VALUE_TREE)
            found = lt_value_copy(arena, &found);
        found.given = true;
        *value = found;
        return arena->failed ? LT_NO_MEMORY : LT_OK;
    }
    const struct reading r = {field, arena, lt_tree_place(arena, file, tree), problems};
    char *shown = lt_field_text(field, &(struct lt_value){.type = LT_VALUE_TREE, .tree = tree}, arena);
    return refuse(&r, shown ? shown : "", wanted(field));
}
