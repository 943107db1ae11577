#include "core/hardware/store.h"

#include "core/base/text.h"
#include "core/data/file.h"
#include "core/hardware/builtin.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { USER_FILE_LIMIT = 1 << 20, USER_FILES = 256 };

static enum lt_status add_builtin(struct lt_database *db)
{
    enum lt_status status = LT_OK;
    for (size_t i = 0; status == LT_OK && i < lt_builtin_hwdb_count; i++) {
        const struct lt_builtin *file = &lt_builtin_hwdb[i];
        status = lt_index_add_file(db, file->name, file->bytes, file->length, 0);
        if (status == LT_OK)
            status = lt_index_scan(db, db->file_count - 1);
    }
    return status;
}

/* The head of a user file: its schema, and no key at the margin that means nothing. */
static bool head_is_good(struct lt_database *db, const struct lt_hw_file *file, const struct lt_tree *tree,
                         struct lt_problems *problems)
{
    static const char *const head[] = {"schema", "reviewed", "sources"};
    const struct lt_tree *schema = lt_tree_get(tree, "schema");
    if (strcmp(lt_tree_text(schema, ""), "hwdb/1") != 0) {
        lt_problem_add(problems, LT_ERROR, lt_tree_place(&db->arena, file->name, schema ? schema : tree),
                       "schema: hwdb/1", "not a hardware file of this version");
        return false;
    }
    for (const struct lt_tree *key = tree->child; key; key = key->next) {
        const bool section = lt_section_find(key->key, strlen(key->key)) != LT_SECTION_COUNT;
        bool known = section && key->type == LT_TREE_LIST;
        for (size_t i = 0; !section && i < sizeof head / sizeof *head; i++)
            known |= strcmp(key->key, head[i]) == 0;
        if (known)
            continue;
        const char *name = lt_safe_text(&db->arena, key->key);
        lt_problem_add(problems, LT_ERROR, lt_tree_place(&db->arena, file->name, key),
                       section ? "- id: NAME, one entry after the other" : "accelerators, cpus, machines, links …",
                       section ? "%s must be a list of entries" : "no such section: %s", name ? name : "?");
        return false;
    }
    return true;
}

/* A new id is new, a patch has something to patch. Links good patches to what they change. */
static bool place_entry(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems)
{
    const struct lt_hw_file *file = lt_entry_file(db, entry);
    struct lt_hw_entry *first = lt_index_entry(db, entry->id);
    const struct lt_place place = lt_tree_place(&db->arena, file->name, entry->raw);
    if (!entry->patch && first != entry) {
        lt_problem_add(problems, LT_ERROR, place, "patch: true changes it; another id adds one", "%s is already in %s",
                       entry->id, first ? lt_entry_file(db, first)->name : "another file");
        return false;
    }
    if (!entry->patch)
        return true;
    if (!first || first->section != entry->section) {
        lt_problem_add(problems, LT_ERROR, place, "the id of an entry of the same section", "%s: nothing to patch",
                       entry->id);
        return false;
    }
    struct lt_hw_entry **link = &first->patches;
    while (*link)
        link = &(*link)->next_patch;
    *link = entry;
    return true;
}

/* Reads, checks and indexes one user file. LT_OK as well where it is skipped. */
static enum lt_status add_user_file(struct lt_database *db, const char *path, uint16_t layer,
                                    struct lt_problems *problems)
{
    const char *text;
    size_t bytes;
    enum lt_status status = lt_file_read(&db->arena, path, USER_FILE_LIMIT, &text, &bytes, problems);
    if (status != LT_OK)
        return db->arena.failed ? LT_NO_MEMORY : LT_OK;
    status = lt_index_add_file(db, path, text, bytes, layer);
    if (status != LT_OK)
        return status;
    struct lt_hw_file *file = &db->file[db->file_count - 1];
    file->skipped = true;
    const struct lt_tree *tree = lt_file_parse(db, db->file_count - 1, problems);
    if (!tree || !head_is_good(db, file, tree, problems))
        return db->arena.failed ? LT_NO_MEMORY : LT_OK;
    status = lt_index_tree(db, db->file_count - 1, tree);
    if (status != LT_OK)
        return status;
    bool good = true;
    for (uint32_t i = 0; i < file->count; i++)
        good &= lt_entry_check(db, db->entry[file->first + i], problems);
    file->skipped = !good;
    for (uint32_t i = 0; good && i < file->count; i++)
        good &= place_entry(db, db->entry[file->first + i], problems);
    file->skipped = !good;
    return db->arena.failed ? LT_NO_MEMORY : LT_OK;
}

/* Parents may stand in any file of the layer, so they are looked for when all of them are read. */
static enum lt_status resolve_layer(struct lt_database *db, uint32_t first_file, struct lt_problems *problems)
{
    for (uint32_t f = first_file; f < db->file_count; f++) {
        struct lt_hw_file *file = &db->file[f];
        for (uint32_t i = 0; !file->skipped && i < file->count; i++) {
            struct lt_hw_entry *entry = db->entry[file->first + i];
            if (entry->patch || lt_entry_inherit(db, entry, problems) == LT_OK)
                continue;
            if (db->arena.failed)
                return LT_NO_MEMORY;
            file->skipped = true;
        }
    }
    return LT_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_yaml(const char *name)
{
    const size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

/* The *.yaml of a directory in the order of their names; none where it cannot be read. */
static enum lt_status list_directory(struct lt_database *db, const char *path, const char *names[USER_FILES],
                                     size_t *count)
{
    *count = 0;
    DIR *directory = opendir(path);
    if (!directory)
        return LT_OK;
    enum lt_status status = LT_OK;
    for (struct dirent *item; status == LT_OK && *count < USER_FILES && (item = readdir(directory));)
        if (is_yaml(item->d_name) && !(names[(*count)++] = lt_format(&db->arena, "%s/%s", path, item->d_name)))
            status = LT_NO_MEMORY;
    closedir(directory);
    if (status == LT_OK)
        qsort(names, *count, sizeof *names, by_name);
    return status;
}

static enum lt_status add_directory(struct lt_database *db, const char *path, uint16_t layer,
                                    struct lt_problems *problems)
{
    const char *names[USER_FILES];
    size_t count;
    const uint32_t first_file = db->file_count;
    enum lt_status status = list_directory(db, path, names, &count);
    for (size_t i = 0; status == LT_OK && i < count; i++)
        status = add_user_file(db, names[i], layer, problems);
    return status == LT_OK ? resolve_layer(db, first_file, problems) : status;
}

struct lt_database *lt_database_open_with(struct lt_arena arena, const char *const *directories, int count,
                                          struct lt_problems *problems)
{
    struct lt_database *db = lt_alloc(&arena, sizeof *db);
    if (!db) {
        lt_arena_free(&arena);
        return NULL;
    }
    db->arena = arena;
    enum lt_status status = add_builtin(db);
    for (int i = 0; status == LT_OK && i < count; i++)
        status = add_directory(db, directories[i], (uint16_t)(i + 1), problems);
    if (status == LT_OK)
        return db;
    lt_database_close(db);
    return NULL;
}

struct lt_database *lt_database_open(const char *const *directories, int count, struct lt_problems *problems)
{
    return lt_database_open_with(LT_ARENA_INIT, directories, count, problems);
}

void lt_database_close(struct lt_database *db)
{
    if (!db)
        return;
    struct lt_arena arena = db->arena; /* the database itself lives in it */
    lt_arena_free(&arena);
}

/* Copies of all text of a device, safe to print. False where memory ends. */
static bool own_text(struct lt_arena *arena, struct lt_device *device)
{
    const char **const text[] = {&device->id, &device->name, &device->vendor, &device->arch,
                                 &device->compute_capability};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (!(*text[i] = lt_strdup(arena, lt_safe_text(arena, *text[i] ? *text[i] : ""))))
            return false;
    return true;
}

enum lt_status lt_database_set_this(struct lt_database *db, const struct lt_device *device)
{
    struct lt_device *copy = lt_alloc(&db->arena, sizeof *copy);
    if (!copy)
        return LT_NO_MEMORY;
    *copy = *device;
    copy->id = "this";
    if (!own_text(&db->arena, copy))
        return LT_NO_MEMORY;
    db->this_machine = copy;
    return LT_OK;
}

static enum lt_status not_found(struct lt_database *db, const char *id, const char *kind, const char *nearest[4],
                                struct lt_problems *problems)
{
    const char *name = lt_safe_text(&db->arena, id);
    const char *hint =
        nearest[0] ? lt_format(&db->arena, "did you mean %s%s%s%s%s?", nearest[0], nearest[1] ? ", " : "",
                               nearest[1] ? nearest[1] : "", nearest[2] ? ", " : "", nearest[2] ? nearest[2] : "")
                   : NULL;
    if (name)
        lt_problem_add(problems, LT_ERROR, (struct lt_place){0}, hint, "no such %s: %s", kind, name);
    return db->arena.failed ? LT_NO_MEMORY : LT_NOT_FOUND;
}

enum lt_status lt_database_find(struct lt_database *db, const char *id, const struct lt_device **device,
                                const char *nearest[4], struct lt_problems *problems)
{
    db->arena.failed = false;
    nearest[0] = NULL;
    *device = NULL;
    if (strcmp(id, "this") == 0 && db->this_machine) {
        *device = db->this_machine;
        return LT_OK;
    }
    struct lt_hw_entry *entry = lt_index_name(db, id);
    if (entry && lt_is_device(entry))
        return lt_entry_device(db, entry, device, problems);
    lt_index_nearest(db, id, LT_SECTION_ACCELERATORS, LT_SECTION_CPUS, nearest);
    return not_found(db, id, "device", nearest, problems);
}

enum lt_status lt_database_entry(struct lt_database *db, enum lt_section section, const char *id,
                                 struct lt_hw_entry **entry, struct lt_problems *problems)
{
    const char *nearest[4];
    db->arena.failed = false;
    *entry = lt_index_name(db, id);
    if (*entry && (*entry)->section == (uint8_t)section)
        return lt_entry_resolve(db, *entry, problems);
    *entry = NULL;
    lt_index_nearest(db, id, section, section, nearest);
    return not_found(db, id, "entry", nearest, problems);
}

static struct lt_device_row row_of(const struct lt_device *device)
{
    return (struct lt_device_row){.id = device->id,
                                  .name = device->name,
                                  .vendor = device->vendor,
                                  .arch = device->arch,
                                  .kind = device->kind,
                                  .year = device->year,
                                  .memory_bytes = device->memory_bytes};
}

enum lt_status lt_database_list(struct lt_database *db, const struct lt_device_row **rows, uint32_t *count,
                                struct lt_problems *problems)
{
    db->arena.failed = false;
    struct lt_device_row *row = db->row ? NULL : lt_alloc_array(&db->arena, db->entry_count, sizeof *row);
    enum lt_status status = db->row || row ? LT_OK : LT_NO_MEMORY;
    uint32_t found = 0;
    for (uint32_t i = 0; row && status == LT_OK && i < db->entry_count; i++) {
        struct lt_hw_entry *entry = db->entry[i];
        const struct lt_device *device;
        if (!lt_is_device(entry) || !lt_entry_listed(db, entry))
            continue;
        status = lt_entry_device(db, entry, &device, problems);
        if (status == LT_OK)
            row[found++] = row_of(device);
    }
    if (row && status == LT_OK) {
        db->row = row;
        db->row_count = found;
    }
    *rows = db->row;
    *count = db->row ? db->row_count : 0;
    return status;
}
