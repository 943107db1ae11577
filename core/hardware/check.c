#include "core/hardware/fields.h"

#include "core/base/text.h"

#include <math.h>
#include <string.h>

struct check {
    struct lt_database *db;
    const struct lt_hw_entry *entry;
    struct lt_problems *problems;
    bool good;
};

__attribute__((format(printf, 4, 5))) static void wrong(struct check *check, const struct lt_tree *at, const char *hint,
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = lt_vformat(&check->db->arena, format, args);
    va_end(args);
    const char *id = lt_safe_text(&check->db->arena, check->entry->id);
    if (message && id)
        lt_problem_add(check->problems, LT_ERROR,
                       lt_tree_place(&check->db->arena, lt_entry_file(check->db, check->entry)->name, at), hint,
                       "%s: %s", *id ? id : "entry", message);
    check->good = false;
}

static const char *safe(struct check *check, const char *text)
{
    const char *result = lt_safe_text(&check->db->arena, text);
    return result ? result : "?";
}

static void check_number(struct check *check, const struct lt_hw_field *field, const struct lt_tree *value)
{
    const double number = lt_tree_number(value, NAN);
    if (isnan(number))
        wrong(check, value, field->unit[0] ? field->unit : NULL, "%s must be a number", field->path);
    else if (field->type == LT_HW_WHOLE && number != floor(number))
        wrong(check, value, NULL, "%s must be a whole number", field->path);
    else if (number < field->low || number > field->high)
        wrong(check, value, lt_format(&check->db->arena, "%.10g to %.10g", field->low, field->high),
              "%s is out of range", field->path);
}

static void check_points(struct check *check, const struct lt_hw_field *field, const struct lt_tree *value)
{
    double last = 0;
    for (const struct lt_tree *point = value->child; point; point = point->next) {
        const double at = lt_tree_number(lt_tree_at(point, 0), NAN), rate = lt_tree_number(lt_tree_at(point, 1), NAN);
        if (point->count != 2 || !(at > last) || !(rate > 0))
            wrong(check, point, "[bytes, GB/s], bytes growing", "%s: no such point", field->path);
        else
            last = at;
    }
}

static void check_list(struct check *check, const struct lt_hw_field *field, const struct lt_tree *value)
{
    if (field->type == LT_HW_NUMBERS && value->type != LT_TREE_LIST)
        check_number(check, field, value);
    else if (value->type != LT_TREE_LIST)
        wrong(check, value, "[first, second]", "%s must be a list", field->path);
    else if (field->type == LT_HW_POINTS)
        check_points(check, field, value);
    else
        for (const struct lt_tree *item = value->child; item; item = item->next) {
            if (field->type == LT_HW_NUMBERS)
                check_number(check, field, item);
            else if (item->type != LT_TREE_TEXT)
                wrong(check, item, "quote it", "%s must be texts", field->path);
        }
}

static void check_value(struct check *check, const struct lt_hw_field *field, const struct lt_tree *value)
{
    switch (field->type) {
    case LT_HW_TEXT:
    case LT_HW_REF:
        if (value->type != LT_TREE_TEXT)
            wrong(check, value, "a text; quote what looks like a number", "%s must be a text", field->path);
        break;
    case LT_HW_BOOL:
        if (value->type != LT_TREE_BOOL)
            wrong(check, value, "true or false", "%s must be true or false", field->path);
        break;
    case LT_HW_WHOLE:
    case LT_HW_NUMBER:
        check_number(check, field, value);
        break;
    case LT_HW_NUMBERS:
    case LT_HW_TEXTS:
    case LT_HW_POINTS:
        check_list(check, field, value);
        break;
    }
}

/* The field that was meant, for the hint; NULL where none is near. */
static const char *meant(enum lt_section section, const char *path)
{
    const char *name[128];
    int count = 0;
    for (int i = 0; i < lt_hw_field_count && count < 128; i++)
        if (lt_hw_fields[i].sections >> section & 1)
            name[count++] = lt_hw_fields[i].path;
    const int nearest = lt_nearest(path, name, count);
    return nearest < 0 ? NULL : name[nearest];
}

static void check_unknown_field(struct check *check, const struct lt_tree *value, const char *path)
{
    const char *other = meant((enum lt_section)check->entry->section, path);
    wrong(check, value, other ? lt_format(&check->db->arena, "did you mean %s?", other) : NULL, "no such field: %s",
          safe(check, path));
}

/* Maps nest one deep: memory.type. */
static void check_map(struct check *check, const struct lt_tree *map, const char *prefix)
{
    for (const struct lt_tree *value = map->child; value; value = value->next) {
        const char *path = prefix ? lt_format(&check->db->arena, "%s.%s", prefix, value->key) : value->key;
        if (!path)
            return;
        const struct lt_hw_field *field = lt_hw_field_find((enum lt_section)check->entry->section, path);
        const bool erased = value->type == LT_TREE_TEXT && !value->quoted && strcmp(value->text, "unknown") == 0;
        if (value->type == LT_TREE_MAP && !prefix)
            check_map(check, value, path);
        else if (!field)
            check_unknown_field(check, value, path);
        else if (!erased)
            check_value(check, field, value);
    }
}

static bool is_kebab(const char *id)
{
    const size_t length = strlen(id);
    return length && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-._") == length && id[0] != '-' &&
           id[length - 1] != '-';
}

bool lt_entry_check(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_problems *problems)
{
    struct check check = {db, entry, problems, true};
    if (entry->raw->type != LT_TREE_MAP) {
        wrong(&check, entry->raw, "- id: NAME", "an entry must be a map");
        return false;
    }
    if (!is_kebab(entry->id))
        wrong(&check, entry->raw, "lower-case letters, digits, dots and dashes", "the id is missing or not plain");
    check_map(&check, entry->raw, NULL);
    return check.good;
}
