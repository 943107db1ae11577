/* Fields to text and to files, and the steps between their values. */
#include "core/model/field.h"

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/model/activation.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------- to a tree */

static void write_ints(const struct lt_value *value, uint32_t first, uint32_t end, struct lt_arena *arena,
                       struct lt_tree *list)
{
    for (uint32_t i = first; i < end; i++)
        if (value->ints[i] == LT_NO_DIM)
            lt_tree_new(arena, LT_TREE_NULL, list, NULL);
        else
            lt_tree_add_int(arena, list, NULL, value->ints[i]);
}

/* Four and more are pairs of several axes, which Keras wants grouped; one stands for all. */
static void write_pairs(const struct lt_value *value, struct lt_arena *arena, struct lt_tree *parent, const char *key)
{
    if (value->count == 1) {
        lt_tree_add_int(arena, parent, key, value->ints[0]);
        return;
    }
    struct lt_tree *list = lt_tree_new(arena, LT_TREE_LIST, parent, key);
    if (value->count < 4)
        write_ints(value, 0, value->count, arena, list);
    else
        for (uint32_t i = 0; i + 1 < value->count; i += 2)
            write_ints(value, i, i + 2, arena, lt_tree_new(arena, LT_TREE_LIST, list, NULL));
}

void lt_field_write(const struct lt_field *field, const struct lt_value *value, struct lt_arena *arena,
                    struct lt_tree *parent)
{
    const char *key = field->name;
    switch ((enum lt_value_type)value->type) {
    case LT_VALUE_NULL:
        lt_tree_new(arena, LT_TREE_NULL, parent, key);
        break;
    case LT_VALUE_BOOL:
        lt_tree_add_bool(arena, parent, key, value->boolean);
        break;
    case LT_VALUE_INT:
        lt_tree_add_int(arena, parent, key, value->integer);
        break;
    case LT_VALUE_FLOAT:
        lt_tree_add_number(arena, parent, key, value->number);
        break;
    case LT_VALUE_TEXT:
        lt_tree_add_text(arena, parent, key, value->text);
        break;
    case LT_VALUE_INTS:
        if (field->type == LT_FIELD_PAIRS)
            write_pairs(value, arena, parent, key);
        else
            write_ints(value, 0, value->count, arena, lt_tree_new(arena, LT_TREE_LIST, parent, key));
        break;
    case LT_VALUE_TREE:
        lt_tree_copy(arena, value->tree, parent, key);
        break;
    }
}

/* ----------------------------------------------------------------------------------------------- to text */

static void put_tree(struct lt_buffer *out, struct lt_arena *arena, const struct lt_tree *tree)
{
    char number[LT_DECIMAL_TEXT];
    const char *safe;
    switch (tree->type) {
    case LT_TREE_NULL:
        lt_buffer_puts(out, "none");
        break;
    case LT_TREE_BOOL:
        lt_buffer_puts(out, tree->boolean ? "true" : "false");
        break;
    case LT_TREE_INT:
        lt_buffer_printf(out, "%" PRId64, tree->integer);
        break;
    case LT_TREE_FLOAT:
        lt_buffer_puts(out, isfinite(tree->number) ? lt_decimal(number, tree->number) : "?");
        break;
    case LT_TREE_TEXT:
        safe = lt_safe_text(arena, tree->text);
        lt_buffer_puts(out, safe ? safe : "");
        break;
    case LT_TREE_LIST:
    case LT_TREE_MAP:
        lt_buffer_puts(out, tree->type == LT_TREE_MAP ? "{" : "[");
        for (const struct lt_tree *child = tree->child; child; child = child->next) {
            safe = child->key ? lt_safe_text(arena, child->key) : NULL;
            if (safe)
                lt_buffer_printf(out, "%s: ", safe);
            put_tree(out, arena, child);
            if (child->next)
                lt_buffer_puts(out, ", ");
        }
        lt_buffer_puts(out, tree->type == LT_TREE_MAP ? "}" : "]");
        break;
    }
}

/* A size with the largest binary unit that divides it: what reads back equal. */
static void put_bytes(struct lt_buffer *out, int64_t bytes)
{
    static const char *const UNIT[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    while (unit < 4 && bytes && bytes % 1024 == 0)
        bytes /= 1024, unit++;
    lt_buffer_printf(out, "%" PRId64 "%s", bytes, UNIT[unit]);
}

static void put_value(struct lt_buffer *out, struct lt_arena *arena, const struct lt_field *field,
                      const struct lt_value *value)
{
    char number[LT_DECIMAL_TEXT];
    const char *safe;
    switch ((enum lt_value_type)value->type) {
    case LT_VALUE_NULL:
        lt_buffer_puts(out, field->type == LT_FIELD_ACTIVATION ? "linear" : "none");
        break;
    case LT_VALUE_BOOL:
        lt_buffer_puts(out, value->boolean ? "true" : "false");
        break;
    case LT_VALUE_INT:
        if (field->type == LT_FIELD_BYTES)
            put_bytes(out, value->integer);
        else
            lt_buffer_printf(out, "%" PRId64, value->integer);
        break;
    case LT_VALUE_FLOAT:
        lt_buffer_puts(out, isfinite(value->number) ? lt_decimal_shown(number, value->number) : "?");
        break;
    case LT_VALUE_TEXT:
        safe = lt_safe_text(arena, value->text);
        lt_buffer_puts(out, safe ? safe : "");
        break;
    case LT_VALUE_INTS:
        for (uint32_t i = 0; i < value->count; i++)
            if (value->ints[i] == LT_NO_DIM)
                lt_buffer_puts(out, i ? ",none" : "none");
            else
                lt_buffer_printf(out, "%s%" PRId64, i ? "," : "", value->ints[i]);
        break;
    case LT_VALUE_TREE:
        if (field->type == LT_FIELD_ACTIVATION) {
            safe = lt_safe_text(arena, lt_activation_name(value));
            lt_buffer_puts(out, safe ? safe : "");
        } else {
            put_tree(out, arena, value->tree);
        }
        break;
    }
}

/* The buffer's text in the arena; the buffer is freed. */
static char *take(struct lt_buffer *buffer, struct lt_arena *arena)
{
    char *text = buffer->failed ? NULL : lt_strndup(arena, buffer->text ? buffer->text : "", buffer->length);
    lt_buffer_free(buffer);
    return text;
}

char *lt_field_text(const struct lt_field *field, const struct lt_value *value, struct lt_arena *arena)
{
    struct lt_buffer out = {0};
    put_value(&out, arena, field, value);
    return arena->failed ? (lt_buffer_free(&out), NULL) : take(&out, arena);
}

static void put_number(struct lt_buffer *out, const struct lt_field *field, double number)
{
    char text[LT_DECIMAL_TEXT];
    if (field->type == LT_FIELD_BYTES)
        put_bytes(out, (int64_t)number);
    else if (number == floor(number) && fabs(number) < 1e15)
        lt_buffer_printf(out, "%" PRId64, (int64_t)number);
    else
        lt_buffer_puts(out, lt_decimal(text, number));
}

char *lt_field_range(const struct lt_field *field, struct lt_arena *arena)
{
    struct lt_buffer out = {0};
    if (field->type == LT_FIELD_BOOL) {
        lt_buffer_puts(&out, "true or false");
    } else if (field->type == LT_FIELD_CHOICE || field->type == LT_FIELD_ACTIVATION) {
        const char *const *choice = field->type == LT_FIELD_CHOICE ? field->choices : lt_activation_names;
        lt_buffer_puts(&out, "one of ");
        for (; *choice; choice++)
            lt_buffer_printf(&out, "%s%s", *choice, choice[1] ? ", " : "");
    } else if (field->low != 0 || field->high != 0) {
        put_number(&out, field, field->low);
        lt_buffer_puts(&out, " to ");
        put_number(&out, field, field->high);
    } else if (field->type == LT_FIELD_INT || field->type == LT_FIELD_INTS || field->type == LT_FIELD_PAIRS) {
        lt_buffer_puts(&out, field->type == LT_FIELD_INT ? "a whole number" : "whole numbers");
    } else {
        return NULL;
    }
    if (field->optional)
        lt_buffer_puts(&out, field->type == LT_FIELD_INTS ? ", or none" : " or none");
    return take(&out, arena);
}

/* ------------------------------------------------------------------------------------------------- steps */

enum { SMALL = 16 }; /* up to here a whole number moves by one instead of doubling */

static bool bounded(const struct lt_field *field)
{
    return field->low != 0 || field->high != 0;
}

/* The next whole number: false where the range ends. */
static bool step_int(const struct lt_field *field, int64_t value, int step, int64_t *next)
{
    bool by_one = (field->high != 0 && field->high <= SMALL) || value < 0 || (value == 0 && step > 0);
    if (by_one)
        *next = value + step;
    else if (step < 0)
        *next = value == 0 ? -1 : value / 2;
    else if (__builtin_mul_overflow(value, 2, next))
        return false;
    if (bounded(field) && (double)*next < field->low)
        *next = (int64_t)field->low;
    if (bounded(field) && (double)*next > field->high)
        *next = (int64_t)field->high;
    return *next != value;
}

/* Shares move by a tenth, other numbers double and halve. */
static bool step_float(const struct lt_field *field, double value, int step, double *next)
{
    bool share = field->low == 0 && field->high == 1;
    *next = share ? round(value * 10 + step) / 10 : step > 0 ? value * 2 : value / 2;
    if (bounded(field))
        *next = fmin(fmax(*next, field->low), field->high);
    return *next != value;
}

static bool step_list(const struct lt_field *field, struct lt_arena *arena, const struct lt_value *value, int step,
                      struct lt_value *next)
{
    int64_t *ints = lt_alloc_raw(arena, value->count, sizeof *ints);
    bool moved = false;
    for (uint32_t i = 0; ints && i < value->count; i++) {
        ints[i] = value->ints[i];
        int64_t stepped;
        if (ints[i] != LT_NO_DIM && step_int(field, ints[i], step, &stepped)) {
            ints[i] = stepped;
            moved = true;
        }
    }
    *next = (struct lt_value){.type = LT_VALUE_INTS, .given = true, .count = value->count, .ints = ints};
    return moved;
}

/* The neighbour of `current` in a ring of names; the first where `current` is none of them. */
static const char *neighbour(const char *const *names, const char *current, int step)
{
    int count = 0, at = -1;
    for (; names[count]; count++)
        if (current && strcmp(names[count], current) == 0)
            at = count;
    return at < 0 ? names[0] : names[(at + step + count) % count];
}

bool lt_field_step(const struct lt_field *field, struct lt_arena *arena, const struct lt_value *value, int step,
                   struct lt_value *next)
{
    struct lt_value v = *value;
    v.given = true;
    bool moved = false;
    if (field->type == LT_FIELD_CHOICE) {
        const char *name = neighbour(field->choices, v.type == LT_VALUE_TEXT ? v.text : NULL, step);
        v = (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = name};
        moved = true;
    } else if (field->type == LT_FIELD_ACTIVATION) {
        const char *name = neighbour(lt_activation_names, lt_activation_name(value), step);
        v = (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = name};
        moved = true;
    } else if (v.type == LT_VALUE_BOOL) {
        v.boolean = !v.boolean;
        moved = true;
    } else if (v.type == LT_VALUE_INT) {
        moved = step_int(field, value->integer, step, &v.integer);
    } else if (v.type == LT_VALUE_FLOAT) {
        moved = step_float(field, value->number, step, &v.number);
    } else if (v.type == LT_VALUE_INTS) {
        moved = step_list(field, arena, value, step, &v);
    } else if (v.type == LT_VALUE_NULL && field->type == LT_FIELD_INT && step > 0) {
        v.type = LT_VALUE_INT;
        v.integer = field->low > 1 ? (int64_t)field->low : 1;
        moved = true;
    }
    if (moved)
        *next = v;
    return moved;
}

int lt_field_find(const struct lt_field *fields, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return i;
    return -1;
}
