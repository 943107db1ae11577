#include "core/hardware/fields.h"

#include "core/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct lint {
    struct lt_database *db;
    struct lt_problems *problems;
};

/* A problem of an entry, at the value where someone wrote it, else at the start of the entry. */
__attribute__((format(printf, 5, 6))) static void report(const struct lint *lint, const struct lt_hw_entry *entry,
                                                         const char *path, const char *hint, const char *format, ...)
{
    struct lt_arena *arena = &lint->db->arena;
    const struct lt_hw_entry *patch = path ? lt_entry_writer(lint->db, entry, path) : NULL;
    const struct lt_hw_entry *writer = patch && strcmp(patch->id, entry->id) == 0 ? patch : entry;
    const struct lt_tree *at = path ? lt_tree_find(writer->raw, path) : NULL;
    va_list args;
    va_start(args, format);
    const char *message = lt_vformat(arena, format, args);
    va_end(args);
    if (message)
        lt_problem_add(lint->problems, LT_ERROR,
                       lt_tree_place(arena, lt_entry_file(lint->db, writer)->name, at ? at : writer->raw), hint,
                       "%s: %s", entry->id, message);
}

/* What every device must say. */
static void lint_required(const struct lint *lint, const struct lt_hw_entry *entry)
{
    static const char *const of_device[] = {"name", "vendor", "arch"};
    for (size_t i = 0; lt_is_device(entry) && i < sizeof of_device / sizeof *of_device; i++)
        if (!lt_tree_get(entry->resolved, of_device[i]))
            report(lint, entry, NULL, NULL, "%s is missing", of_device[i]);
}

/* Only a warning: a person may well note a figure without saying where it is from. */
static void lint_unsourced(const struct lint *lint, const struct lt_hw_entry *entry, const char *path)
{
    struct lt_arena *arena = &lint->db->arena;
    const struct lt_hw_entry *writer = lt_entry_writer(lint->db, entry, path);
    const char *shown = lt_safe_text(arena, path);
    if (writer && shown)
        lt_problem_add(lint->problems, LT_WARNING,
                       lt_tree_place(arena, lt_entry_file(lint->db, writer)->name, lt_tree_find(writer->raw, path)),
                       "src: default: KEY", "%s: %s has no source", writer->id, shown);
}

/* Every value has a source, by its own path, its map's, or the default. */
static void lint_sourced(const struct lint *lint, const struct lt_hw_entry *entry, const struct lt_tree *map,
                         const char *prefix)
{
    static const char *const bare[] = {"id",      "inherits", "abstract", "patch", "name",
                                       "aliases", "pci",      "notes",    "src",   "deviates"};
    for (const struct lt_tree *value = map->child; value; value = value->next) {
        bool counts = true;
        for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
            counts &= prefix || strcmp(value->key, bare[i]) != 0;
        const char *path = prefix ? lt_format(&lint->db->arena, "%s.%s", prefix, value->key) : value->key;
        if (!counts || !path)
            continue;
        if (value->type == LT_TREE_MAP)
            lint_sourced(lint, entry, value, path);
        else if (!lt_entry_source(lint->db, entry, path))
            lint_unsourced(lint, entry, path);
    }
}

static void lint_references(const struct lint *lint, const struct lt_hw_entry *entry)
{
    for (int i = 0; i < lt_hw_field_count; i++) {
        const struct lt_hw_field *field = &lt_hw_fields[i];
        if (field->type != LT_HW_REF || !(field->sections >> entry->section & 1))
            continue;
        const char *id = lt_tree_text(lt_tree_find(entry->resolved, field->path), NULL);
        const struct lt_hw_entry *to = id ? lt_index_entry(lint->db, id) : NULL;
        const char *name = id ? lt_safe_text(&lint->db->arena, id) : NULL;
        if (name && (!to || to->section != (uint8_t)field->ref || to->abstract))
            report(lint, entry, field->path, NULL, "%s: %s is not in %s", field->path, name,
                   lt_section_name(field->ref));
    }
}

/* Each key under `src` is a field of the entry, or a map of it, and its text starts with a key of the file's sources.
 */
static void lint_sources(const struct lint *lint, const struct lt_hw_entry *entry)
{
    const struct lt_tree *sources = lt_entry_file(lint->db, entry)->sources;
    const struct lt_tree *src = lt_tree_get(entry->raw, "src");
    for (const struct lt_tree *item = src ? src->child : NULL; item; item = item->next) {
        const char *text = lt_tree_text(item, ""), *path = lt_format(&lint->db->arena, "src.%s", item->key);
        const char *key = lt_strndup(&lint->db->arena, text, strcspn(text, " "));
        const char *name = lt_safe_text(&lint->db->arena, item->key);
        if (!key || !path || !name)
            return;
        if (!lt_tree_get(sources, key))
            report(lint, entry, NULL, "name it under `sources:` at the top", "src.%s: no such source", name);
        if (strcmp(item->key, "default") != 0 && !lt_tree_find(entry->resolved, item->key))
            report(lint, entry, NULL, NULL, "src.%s: the entry has no such value", name);
    }
}

/* A published peak is units x rate x clock within 2 %, or within its last digit (0.005), or says under `deviates` why.
 */
static void lint_peaks(const struct lint *lint, const struct lt_hw_entry *entry, const struct lt_device *device)
{
    const struct lt_tree *peaks = lt_tree_get(entry->resolved, "peak_tflops"),
                         *why = lt_tree_get(entry->resolved, "deviates");
    const char *rates = lt_tree_text(lt_tree_get(entry->resolved, "rates"), NULL);
    const struct lt_hw_entry *table = rates ? lt_index_entry(lint->db, rates) : NULL;
    for (int r = 0; table && table->resolved && r < LT_RATE_COUNT; r++) {
        const char *name = lt_rate_name((enum lt_rate)r);
        const double peak = lt_tree_number(lt_tree_get(peaks, name), 0);
        const double rate = lt_tree_number(lt_tree_get(lt_tree_get(table->resolved, "flops_per_clock"), name), 0);
        const double made = device->units * rate * lt_rate_clock_hz(device, (enum lt_rate)r) / 1e12;
        const bool apart = peak > 0 && made > 0 && fabs(peak / made - 1) > 0.02 && fabs(peak - made) > 0.006;
        if (apart && !lt_tree_get(why, name))
            report(lint, entry, "peak_tflops", "correct it, or say why under `deviates`",
                   "peak_tflops.%s: %.4g, but units x rate x clock are %.4g", name, peak, made);
        if (!apart && lt_tree_get(why, name))
            report(lint, entry, "deviates", "leave it out", "deviates.%s: the peak does not", name);
    }
}

/* The sizes of one memory must tell the same story: what a process sees is at most the size on the box, nearly all of
 * it. */
static void lint_memory(const struct lint *lint, const struct lt_hw_entry *entry, const struct lt_device *device)
{
    const double nominal = lt_tree_number(lt_tree_find(entry->resolved, "memory.nominal_gb"), 0) * 1073741824.0;
    const double share = nominal > 0 && device->memory_bytes ? (double)device->memory_bytes / nominal : 1;
    if (share < 0.85 || share > 1.1)
        report(lint, entry, "memory.total_bytes", NULL, "memory.total_bytes is %.2f of memory.nominal_gb", share);
}

/* One driver's name for several memory sizes of a chip: the size tells them apart. */
static bool told_apart(const struct lint *lint, struct lt_hw_entry *entry, struct lt_hw_entry *other)
{
    const struct lt_device *a, *b;
    if (lt_entry_device(lint->db, entry, &a, lint->problems) != LT_OK ||
        lt_entry_device(lint->db, other, &b, lint->problems) != LT_OK)
        return false;
    const char *chip = lt_tree_text(lt_tree_get(entry->resolved, "chip"), "");
    return a->memory_bytes != b->memory_bytes &&
           strcmp(chip, lt_tree_text(lt_tree_get(other->resolved, "chip"), "?")) == 0;
}

/* A name of an entry: seen by the index, and no earlier entry's. */
static void lint_name(const struct lint *lint, struct lt_hw_entry *entry, const char *key, const char *name)
{
    const char *shown = lt_safe_text(&lint->db->arena, name);
    struct lt_hw_entry *owner, *other = NULL;
    bool seen = false;
    for (uint32_t at = 0; lt_index_next(lint->db, name, &at, &owner);) {
        seen |= owner == entry;
        if (owner != entry && !seen && !(lt_is_device(entry) && lt_is_device(owner) && told_apart(lint, entry, owner)))
            other = owner;
    }
    if (shown && (!seen || other))
        report(lint, entry, key, "a name belongs to one entry; the list stands on one line", "%s: %s is %s", key, shown,
               other ? other->id : "not seen");
}

static void lint_names(const struct lint *lint, struct lt_hw_entry *entry)
{
    static const char *const list_key[] = {"aliases", "pci"};
    for (size_t k = 0; k < 2; k++) {
        const struct lt_tree *list = lt_tree_get(entry->raw, list_key[k]);
        for (const struct lt_tree *item = list ? list->child : NULL; item; item = item->next)
            lint_name(lint, entry, list_key[k], lt_tree_text(item, ""));
    }
    const char *name = lt_tree_text(lt_tree_get(entry->raw, "name"), NULL);
    if (name && lt_is_device(entry))
        lint_name(lint, entry, "name", name);
}

static bool lint_entry(const struct lint *lint, struct lt_hw_entry *entry)
{
    if (lt_entry_read(lint->db, entry, lint->problems) != LT_OK)
        return false;
    if (!lt_entry_check(lint->db, entry, lint->problems) || lt_entry_resolve(lint->db, entry, lint->problems) != LT_OK)
        return true;
    lint_references(lint, entry);
    lint_sources(lint, entry);
    if (entry->abstract)
        return true;
    lint_required(lint, entry);
    lint_names(lint, entry);
    const struct lt_device *device;
    if (entry->section == LT_SECTION_ACCELERATORS &&
        lt_entry_device(lint->db, entry, &device, lint->problems) == LT_OK) {
        lint_peaks(lint, entry, device);
        lint_memory(lint, entry, device);
    }
    lint_sourced(lint, entry, entry->resolved, NULL);
    return true;
}

/* A built-in file is scanned, not parsed: the k-th entry of the file must be the k-th that the scan saw. */
static void lint_form(const struct lint *lint, uint32_t index)
{
    const struct lt_hw_file *file = &lint->db->file[index];
    const struct lt_tree *tree = lt_file_parse(lint->db, index, lint->problems);
    uint32_t k = 0;
    if (tree && strcmp(lt_tree_text(lt_tree_get(tree, "schema"), ""), "hwdb/1") != 0)
        lt_problem_add(lint->problems, LT_ERROR, lt_tree_place(&lint->db->arena, file->name, tree), "schema: hwdb/1",
                       "no schema");
    for (const struct lt_tree *list = tree ? tree->child : NULL; list; list = list->next) {
        const bool section = lt_section_find(list->key, strlen(list->key)) != LT_SECTION_COUNT;
        for (const struct lt_tree *item = section ? list->child : NULL; item; item = item->next, k++) {
            const char *id = k < file->count ? lint->db->entry[file->first + k]->id : "";
            if (strcmp(id, lt_tree_text(lt_tree_get(item, "id"), "?")) == 0)
                continue;
            lt_problem_add(lint->problems, LT_ERROR, lt_tree_place(&lint->db->arena, file->name, item),
                           "an entry starts with `  - id: NAME`, indented by two", "the index does not see this entry");
            return;
        }
    }
}

/* An id that stands twice in the built-in files: the second would never be found. */
static void lint_twice(const struct lint *lint, const struct lt_hw_entry *entry)
{
    const struct lt_hw_entry *first = lt_index_entry(lint->db, entry->id);
    if (entry->raw && !entry->patch && first != entry)
        report(lint, entry, NULL, NULL, "is already in %s", lt_entry_file(lint->db, first)->name);
}

uint32_t lt_database_lint(struct lt_database *db, struct lt_problems *problems)
{
    const struct lint lint = {db, problems};
    uint32_t seen = 0;
    db->arena.failed = false;
    for (uint32_t i = 0; i < db->file_count; i++)
        if (!db->file[i].skipped)
            lint_form(&lint, i);
    for (uint32_t i = 0; i < db->entry_count; i++) {
        struct lt_hw_entry *entry = db->entry[i];
        if (entry->patch || lt_entry_file(db, entry)->skipped)
            continue;
        seen += lint_entry(&lint, entry);
        lint_twice(&lint, entry);
    }
    if (db->arena.failed)
        lt_problem_add(problems, LT_ERROR, (struct lt_place){0}, NULL, "out of memory");
    return seen;
}
