#include "core/model/value.h"

#include <string.h>

bool lt_value_equal(const struct lt_value *a, const struct lt_value *b)
{
    if (a->type != b->type)
        return false;
    switch ((enum lt_value_type)a->type) {
    case LT_VALUE_NULL:
        return true;
    case LT_VALUE_BOOL:
        return a->boolean == b->boolean;
    case LT_VALUE_INT:
        return a->integer == b->integer;
    case LT_VALUE_FLOAT:
        return a->number == b->number;
    case LT_VALUE_TEXT:
        return strcmp(a->text, b->text) == 0;
    case LT_VALUE_INTS:
        return a->count == b->count && (!a->count || memcmp(a->ints, b->ints, a->count * sizeof *a->ints) == 0);
    case LT_VALUE_TREE:
        return lt_tree_equal(a->tree, b->tree);
    }
    return false;
}

struct lt_value lt_value_copy(struct lt_arena *arena, const struct lt_value *value)
{
    struct lt_value copy = *value;
    bool made = true;
    if (value->type == LT_VALUE_TEXT) {
        copy.text = lt_strdup(arena, value->text);
        made = copy.text;
    } else if (value->type == LT_VALUE_TREE) {
        copy.tree = lt_tree_copy(arena, value->tree, NULL, NULL);
        made = copy.tree;
    } else if (value->type == LT_VALUE_INTS) {
        int64_t *ints = lt_alloc_raw(arena, value->count, sizeof *ints);
        if (ints && value->count)
            memcpy(ints, value->ints, value->count * sizeof *ints);
        copy.ints = ints;
        made = ints;
    }
    return made ? copy : (struct lt_value){.type = LT_VALUE_NULL, .given = value->given};
}
