#include "core/hardware/store.h"

#include "core/base/text.h"
#include "core/data/yaml.h"

#include <string.h>

const struct lt_tree *lt_file_parse(struct lt_database *db, uint32_t index, struct lt_problems *problems)
{
    struct lt_hw_file *file = &db->file[index];
    const struct lt_tree *tree =
        lt_yaml_read(&db->arena, file->name, file->text, file->bytes, LT_YAML_SETTINGS, problems);
    if (tree)
        file->sources = lt_tree_get(tree, "sources");
    return tree;
}

static void move_lines(struct lt_tree *tree, uint32_t lines)
{
    tree->line += lines;
    for (struct lt_tree *child = tree->child; child; child = child->next)
        move_lines(child, lines);
}

/* A part of a file that starts `lines` lines below its top, as a tree whose places are those of the file. */
static struct lt_tree *read_part(struct lt_database *db, const struct lt_hw_file *file, size_t from, size_t bytes,
                                 uint32_t lines, struct lt_problems *problems)
{
    const uint32_t before = problems->count;
    struct lt_tree *tree = lt_yaml_read(&db->arena, file->name, file->text + from, bytes, LT_YAML_SETTINGS, problems);
    for (uint32_t i = before; i < problems->count; i++)
        problems->item[i].place.line += lines;
    if (tree)
        move_lines(tree, lines);
    return tree;
}

static enum lt_status read_sources(struct lt_database *db, struct lt_hw_file *file, struct lt_problems *problems)
{
    const struct lt_tree *head = read_part(db, file, 0, file->head_bytes, 0, problems);
    file->sources = lt_tree_get(head, "sources");
    return head ? LT_OK : db->arena.failed ? LT_NO_MEMORY : LT_INVALID;
}

enum lt_status lt_entry_read(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems)
{
    struct lt_hw_file *file = &db->file[entry->file];
    if (entry->raw)
        return LT_OK;
    enum lt_status status = file->sources ? LT_OK : read_sources(db, file, problems);
    if (status != LT_OK)
        return status;
    const struct lt_tree *list = read_part(db, file, entry->from, entry->bytes, entry->line - 1, problems);
    entry->raw = lt_tree_at(list, 0);
    return entry->raw ? LT_OK : db->arena.failed ? LT_NO_MEMORY : LT_INVALID;
}

const struct lt_tree *lt_tree_find(const struct lt_tree *tree, const char *path)
{
    char key[64];
    while (tree && *path) {
        const size_t length = strcspn(path, ".");
        if (length >= sizeof key)
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        tree = lt_tree_get(tree, key);
        path += path[length] ? length + 1 : length;
    }
    return tree;
}

const char *lt_entry_text(struct lt_database *db, const struct lt_tree *tree, const char *path, const char *fallback)
{
    const char *text = lt_tree_text(lt_tree_find(tree, path), NULL);
    const char *safe = text ? lt_safe_text(&db->arena, text) : fallback;
    return safe ? safe : "";
}
