#include "core/hardware/store.h"

#include "core/base/text.h"

#include <string.h>

static bool is_unknown(const struct lt_tree *tree)
{
    return tree->type == LT_TREE_TEXT && !tree->quoted && strcmp(tree->text, "unknown") == 0;
}

static const char *const never_inherited[] = {"abstract",           "aliases", "pci", "price", "patch", "inherits",
                                              "scale_peak_by_units"};

static bool inherited(const char *key)
{
    for (size_t i = 0; i < sizeof never_inherited / sizeof *never_inherited; i++)
        if (strcmp(key, never_inherited[i]) == 0)
            return false;
    return true;
}

/* `over` laid upon `base` as a new tree: maps key by key, the rest replaced; `unknown` erases. One may be NULL. */
static struct lt_tree *merge(struct lt_arena *arena, const struct lt_tree *base, const struct lt_tree *over,
                             struct lt_tree *parent, const char *key)
{
    const struct lt_tree *model = over ? over : base;
    if (model->type != LT_TREE_MAP)
        return lt_tree_copy(arena, model, parent, key);
    struct lt_tree *map = lt_tree_new(arena, LT_TREE_MAP, parent, key);
    if (!map)
        return NULL;
    map->line = model->line;
    map->column = model->column;
    const bool both = base && base->type == LT_TREE_MAP && over;
    for (const struct lt_tree *child = both ? base->child : NULL; child; child = child->next) {
        const struct lt_tree *change = lt_tree_get(over, child->key);
        if (change && is_unknown(change))
            continue;
        const bool deep = change && change->type == LT_TREE_MAP && child->type == LT_TREE_MAP;
        if (!merge(arena, change && !deep ? NULL : child, change, map, child->key))
            return NULL;
    }
    for (const struct lt_tree *child = model->child; child; child = child->next)
        if (!is_unknown(child) && !(both && lt_tree_get(base, child->key)) &&
            !merge(arena, NULL, child, map, child->key))
            return NULL;
    return map;
}

/* What a child takes over: all but the keys that belong to one entry alone. */
static struct lt_tree *heritage(struct lt_arena *arena, const struct lt_tree *parent)
{
    struct lt_tree *map = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    for (const struct lt_tree *child = parent->child; map && child; child = child->next)
        if (inherited(child->key) && !lt_tree_copy(arena, child, map, child->key))
            return NULL;
    return map;
}

/* scale_peak_by_units: the parent's peaks times the ratio of units x clock, for a slice of a device. */
static void scale_peaks(struct lt_tree *tree, const struct lt_tree *parent, const struct lt_tree *raw)
{
    const char *const factor[] = {"units", "boost_clock_mhz"};
    double ratio = 1;
    for (int i = 0; i < 2; i++) {
        const double own = lt_tree_number(lt_tree_get(tree, factor[i]), 0);
        const double old = lt_tree_number(lt_tree_get(parent, factor[i]), 0);
        if (own > 0 && old > 0)
            ratio *= own / old;
    }
    const struct lt_tree *peaks = lt_tree_get(tree, "peak_tflops"), *own_peaks = lt_tree_get(raw, "peak_tflops");
    for (struct lt_tree *peak = peaks ? peaks->child : NULL; peak; peak = peak->next) {
        const double value = lt_tree_number(peak, 0);
        if (value <= 0 || lt_tree_get(own_peaks, peak->key))
            continue;
        peak->type = LT_TREE_FLOAT;
        peak->number = value * ratio;
    }
}

static enum lt_status refuse(struct lt_database *db, const struct lt_hw_entry *entry, const char *key, const char *hint,
                             const char *message, struct lt_problems *problems)
{
    const struct lt_tree *at = lt_tree_get(entry->raw, key);
    const char *id = lt_safe_text(&db->arena, entry->id), *value = lt_safe_text(&db->arena, lt_tree_text(at, "?"));
    if (!id || !value)
        return LT_NO_MEMORY;
    lt_problem_add(problems, LT_ERROR, lt_tree_place(&db->arena, lt_entry_file(db, entry)->name, at ? at : entry->raw),
                   hint, "%s: %s %s", id, message, value);
    return LT_INVALID;
}

static enum lt_status resolve_base(struct lt_database *db, struct lt_hw_entry *entry, int depth,
                                   struct lt_problems *problems);

/* The entry as the layers below `before` know it. */
static enum lt_status resolve_at(struct lt_database *db, struct lt_hw_entry *entry, uint16_t before, int depth,
                                 const struct lt_tree **tree, struct lt_problems *problems)
{
    enum lt_status status = resolve_base(db, entry, depth, problems);
    const struct lt_tree *result = entry->base;
    for (struct lt_hw_entry *patch = entry->patches; status == LT_OK && patch; patch = patch->next_patch) {
        const struct lt_hw_file *file = lt_entry_file(db, patch);
        if (file->layer >= before || file->skipped)
            continue;
        result = merge(&db->arena, result, patch->raw, NULL, NULL);
        if (!result)
            status = LT_NO_MEMORY;
    }
    *tree = result;
    return status;
}

static enum lt_status resolve_child(struct lt_database *db, struct lt_hw_entry *entry, const char *parent_id, int depth,
                                    struct lt_problems *problems)
{
    struct lt_hw_entry *parent = lt_index_entry(db, parent_id);
    const struct lt_tree *above = NULL;
    if (!parent || parent->section != entry->section ||
        lt_entry_file(db, parent)->layer > lt_entry_file(db, entry)->layer)
        return refuse(db, entry, "inherits", "the id of another entry of the same section",
                      "no such parent:", problems);
    if (parent->busy)
        return refuse(db, entry, "inherits", "one of them must stand alone", "inherits in a circle from", problems);
    if (depth >= LT_INHERIT_LIMIT)
        return refuse(db, entry, "inherits", "at most 8 steps", "inherits too deep, from", problems);
    enum lt_status status = resolve_at(db, parent, lt_entry_file(db, entry)->layer, depth + 1, &above, problems);
    if (status != LT_OK)
        return status;
    struct lt_tree *base = heritage(&db->arena, above);
    struct lt_tree *tree = base ? merge(&db->arena, base, entry->raw, NULL, NULL) : NULL;
    if (!tree)
        return LT_NO_MEMORY;
    if (lt_tree_bool(lt_tree_get(entry->raw, "scale_peak_by_units"), false))
        scale_peaks(tree, above, entry->raw);
    entry->base = tree;
    return LT_OK;
}

static enum lt_status resolve_base(struct lt_database *db, struct lt_hw_entry *entry, int depth,
                                   struct lt_problems *problems)
{
    enum lt_status status = entry->base ? LT_OK : lt_entry_read(db, entry, problems);
    if (entry->base || status != LT_OK)
        return status;
    const char *parent = lt_tree_text(lt_tree_get(entry->raw, "inherits"), NULL);
    if (!parent) {
        entry->base = entry->raw;
        return LT_OK;
    }
    entry->busy = true;
    status = resolve_child(db, entry, parent, depth, problems);
    entry->busy = false;
    return status;
}

enum lt_status lt_entry_inherit(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems)
{
    return resolve_base(db, entry, 0, problems);
}

enum lt_status lt_entry_resolve(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems)
{
    if (entry->resolved)
        return LT_OK;
    const struct lt_tree *tree;
    enum lt_status status = resolve_at(db, entry, LT_LAYER_LAST, 0, &tree, problems);
    if (status == LT_OK)
        entry->resolved = tree;
    return status;
}
