#include "core/hardware/store.h"

#include "core/base/text.h"

#include <string.h>
#include <strings.h>

static const char *const section_names[LT_SECTION_COUNT] = {
    [LT_SECTION_ACCELERATORS] = "accelerators",
    [LT_SECTION_CPUS] = "cpus",
    [LT_SECTION_MACHINES] = "machines",
    [LT_SECTION_LINKS] = "links",
    [LT_SECTION_NETWORKS] = "networks",
    [LT_SECTION_MEASURED] = "measured",
    [LT_SECTION_COLLECTIVES] = "collectives",
    [LT_SECTION_STORAGE] = "storage",
    [LT_SECTION_DECODERS] = "decoders",
    [LT_SECTION_FRAMEWORKS] = "frameworks",
    [LT_SECTION_RATES] = "rates",
};

const char *lt_section_name(enum lt_section section)
{
    return section_names[section];
}

enum lt_section lt_section_find(const char *name, size_t bytes)
{
    for (int i = 0; i < LT_SECTION_COUNT; i++)
        if (strlen(section_names[i]) == bytes && memcmp(section_names[i], name, bytes) == 0)
            return (enum lt_section)i;
    return LT_SECTION_COUNT;
}

bool lt_entry_listed(const struct lt_database *db, const struct lt_hw_entry *entry)
{
    return !entry->patch && !entry->abstract && !lt_entry_file(db, entry)->skipped;
}

/* Room for one more in an array that doubles; false where memory ends. */
static bool room(struct lt_arena *arena, void **array, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    const uint32_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = lt_grow(arena, *array, count, larger, size);
    if (!grown)
        return false;
    *array = grown;
    *capacity = larger;
    return true;
}

enum lt_status lt_index_add_file(struct lt_database *db, const char *name, const char *text, size_t bytes,
                                 uint16_t layer)
{
    const char *safe = lt_safe_text(&db->arena, name), *copy = lt_strdup(&db->arena, safe);
    if (!copy || !room(&db->arena, (void **)&db->file, db->file_count, &db->file_capacity, sizeof *db->file))
        return LT_NO_MEMORY;
    db->file[db->file_count++] = (struct lt_hw_file){.name = copy, .text = text, .bytes = bytes, .layer = layer};
    return LT_OK;
}

static enum lt_status name_add(struct lt_database *db, struct lt_hw_entry *entry, const char *text, size_t bytes)
{
    const char *copy = lt_strndup(&db->arena, text, bytes);
    if (!copy || !room(&db->arena, (void **)&db->name, db->name_count, &db->name_capacity, sizeof *db->name))
        return LT_NO_MEMORY;
    db->name[db->name_count++] = (struct lt_hw_name){copy, entry};
    return LT_OK;
}

/* A new entry at the end of the file's; its id is its first name. NULL where memory ends. */
static struct lt_hw_entry *entry_add(struct lt_database *db, uint32_t file, enum lt_section section, const char *id,
                                     size_t bytes)
{
    struct lt_hw_entry *entry = lt_alloc(&db->arena, sizeof *entry);
    if (!entry || !room(&db->arena, (void **)&db->entry, db->entry_count, &db->entry_capacity, sizeof *db->entry) ||
        name_add(db, entry, id, bytes) != LT_OK)
        return NULL;
    entry->id = db->name[db->name_count - 1].text;
    entry->file = file;
    entry->section = (uint8_t)section;
    if (db->file[file].count++ == 0)
        db->file[file].first = db->entry_count;
    db->entry[db->entry_count++] = entry;
    return entry;
}

/* A plain or quoted scalar at *at: its span; *at moves behind it. Escapes do not occur in names (lint sees to it). */
static size_t scalar(const char **at, const char *end, const char **text)
{
    const char *from = *at, *to;
    if (from < end && *from == '"') {
        *text = ++from;
        to = memchr(from, '"', (size_t)(end - from));
        to = to ? to : end;
        *at = to < end ? to + 1 : end;
        return (size_t)(to - from);
    }
    for (to = from; to < end && *to != ',' && *to != ']'; to++)
        ;
    *text = from;
    *at = to;
    while (to > from && to[-1] == ' ')
        to--;
    return (size_t)(to - from);
}

/* The names of a flow list, `[a, "b c", d]`, from behind its bracket. */
static enum lt_status scan_names(struct lt_database *db, struct lt_hw_entry *entry, const char *at, const char *end)
{
    while (at < end && *at != ']') {
        const char *text;
        size_t bytes = scalar(&at, end, &text);
        if (bytes && name_add(db, entry, text, bytes) != LT_OK)
            return LT_NO_MEMORY;
        while (at < end && (*at == ',' || *at == ' '))
            at++;
    }
    return LT_OK;
}

static bool starts(const char **line, const char *end, const char *with)
{
    const size_t length = strlen(with);
    if ((size_t)(end - *line) < length || memcmp(*line, with, length) != 0)
        return false;
    *line += length;
    return true;
}

static enum lt_status scan_field(struct lt_database *db, struct lt_hw_entry *entry, const char *line, const char *end)
{
    if (lt_is_device(entry) && starts(&line, end, "    name: ")) {
        const char *text;
        size_t bytes = scalar(&line, end, &text);
        return name_add(db, entry, text, bytes);
    }
    if (starts(&line, end, "    aliases: [") || starts(&line, end, "    pci: ["))
        return scan_names(db, entry, line, end);
    if (starts(&line, end, "    abstract: true"))
        entry->abstract = true;
    return LT_OK;
}

enum lt_status lt_index_scan(struct lt_database *db, uint32_t file)
{
    const char *const text = db->file[file].text, *const text_end = text + db->file[file].bytes, *line = text;
    enum lt_section section = LT_SECTION_COUNT;
    struct lt_hw_entry *entry = NULL;
    for (uint32_t number = 1; line < text_end; number++) {
        const char *end = memchr(line, '\n', (size_t)(text_end - line)), *at = line;
        end = end ? end : text_end;
        if (end > line && line[0] >= 'a' && line[0] <= 'z') {
            const char *colon = memchr(line, ':', (size_t)(end - line));
            section = lt_section_find(line, (size_t)((colon ? colon : end) - line));
            if (section != LT_SECTION_COUNT && !db->file[file].head_bytes)
                db->file[file].head_bytes = (size_t)(line - text);
            entry = NULL;
        } else if (section != LT_SECTION_COUNT && starts(&at, end, "  - id: ")) {
            entry = entry_add(db, file, section, at, (size_t)(end - at));
            if (!entry)
                return LT_NO_MEMORY;
            entry->from = (size_t)(line - text);
            entry->line = number;
        } else if (entry && end - line > 5 && line[4] != ' ' && scan_field(db, entry, line, end) != LT_OK) {
            return LT_NO_MEMORY;
        }
        line = end < text_end ? end + 1 : end;
        if (entry)
            entry->bytes = (size_t)(line - text) - entry->from;
    }
    return LT_OK;
}

static enum lt_status tree_names(struct lt_database *db, struct lt_hw_entry *entry, const struct lt_tree *list)
{
    for (const struct lt_tree *item = list ? list->child : NULL; item; item = item->next) {
        const char *text = lt_tree_text(item, NULL);
        if (text && name_add(db, entry, text, strlen(text)) != LT_OK)
            return LT_NO_MEMORY;
    }
    return LT_OK;
}

static enum lt_status tree_entry(struct lt_database *db, uint32_t file, enum lt_section section,
                                 const struct lt_tree *item)
{
    const char *id = lt_tree_text(lt_tree_get(item, "id"), ""), *name = lt_tree_text(lt_tree_get(item, "name"), NULL);
    struct lt_hw_entry *entry = entry_add(db, file, section, id, strlen(id));
    if (!entry)
        return LT_NO_MEMORY;
    entry->raw = item;
    entry->patch = lt_tree_bool(lt_tree_get(item, "patch"), false);
    entry->abstract = lt_tree_bool(lt_tree_get(item, "abstract"), false);
    if (name && lt_is_device(entry) && name_add(db, entry, name, strlen(name)) != LT_OK)
        return LT_NO_MEMORY;
    if (tree_names(db, entry, lt_tree_get(item, "aliases")) != LT_OK)
        return LT_NO_MEMORY;
    return tree_names(db, entry, lt_tree_get(item, "pci"));
}

enum lt_status lt_index_tree(struct lt_database *db, uint32_t file, const struct lt_tree *tree)
{
    for (const struct lt_tree *list = tree->child; list; list = list->next) {
        const enum lt_section section = lt_section_find(list->key, strlen(list->key));
        if (section == LT_SECTION_COUNT || list->type != LT_TREE_LIST)
            continue;
        for (const struct lt_tree *item = list->child; item; item = item->next)
            if (tree_entry(db, file, section, item) != LT_OK)
                return LT_NO_MEMORY;
    }
    return LT_OK;
}

struct lt_hw_entry *lt_index_entry(const struct lt_database *db, const char *id)
{
    for (uint32_t i = 0; i < db->entry_count; i++) {
        struct lt_hw_entry *entry = db->entry[i];
        if (!entry->patch && strcmp(entry->id, id) == 0 && !lt_entry_file(db, entry)->skipped)
            return entry;
    }
    return NULL;
}

/* Exact ids come before names: a user may call a machine what a driver calls another. */
struct lt_hw_entry *lt_index_name(const struct lt_database *db, const char *name)
{
    struct lt_hw_entry *exact = lt_index_entry(db, name);
    if (exact && !exact->abstract)
        return exact;
    uint32_t at = 0;
    return lt_index_next(db, name, &at, &exact) ? exact : NULL;
}

bool lt_index_next(const struct lt_database *db, const char *name, uint32_t *at, struct lt_hw_entry **entry)
{
    while (*at < db->name_count) {
        const struct lt_hw_name *candidate = &db->name[(*at)++];
        if (strcasecmp(candidate->text, name) != 0 || !lt_entry_listed(db, candidate->entry))
            continue;
        *entry = candidate->entry;
        return true;
    }
    return false;
}

void lt_index_nearest(struct lt_database *db, const char *name, enum lt_section from, enum lt_section to,
                      const char *nearest[4])
{
    int found = 0, count = 0;
    const char **text = lt_alloc_array(&db->arena, db->name_count, sizeof *text);
    struct lt_hw_entry **whose = lt_alloc_array(&db->arena, db->name_count, sizeof *whose);
    for (uint32_t i = 0; text && whose && i < db->name_count; i++) {
        struct lt_hw_entry *entry = db->name[i].entry;
        if (entry->section < (uint8_t)from || entry->section > (uint8_t)to || !lt_entry_listed(db, entry))
            continue;
        text[count] = db->name[i].text;
        whose[count++] = entry;
    }
    for (int best; found < 3 && (best = lt_nearest(name, text, count)) >= 0;) {
        struct lt_hw_entry *entry = whose[best];
        nearest[found++] = entry->id;
        int kept = 0;
        for (int i = 0; i < count; i++)
            if (whose[i] != entry) {
                whose[kept] = whose[i];
                text[kept++] = text[i];
            }
        count = kept;
    }
    nearest[found] = NULL;
}
