#include "core/hardware/store.h"

#include <string.h>

/* Of `entry` as the layers below `before` know it. */
static const struct lt_hw_entry *writer_at(const struct lt_database *db, const struct lt_hw_entry *entry,
                                           uint16_t before, const char *path)
{
    const struct lt_hw_entry *writer = NULL;
    for (const struct lt_hw_entry *patch = entry->patches; patch; patch = patch->next_patch) {
        const struct lt_hw_file *file = lt_entry_file(db, patch);
        if (file->layer < before && !file->skipped && lt_tree_find(patch->raw, path))
            writer = patch;
    }
    if (!writer && lt_tree_find(entry->raw, path))
        writer = entry;
    const char *parent_id = lt_tree_text(lt_tree_get(entry->raw, "inherits"), NULL);
    const struct lt_hw_entry *parent = !writer && parent_id ? lt_index_entry(db, parent_id) : NULL;
    return parent ? writer_at(db, parent, lt_entry_file(db, entry)->layer, path) : writer;
}

const struct lt_hw_entry *lt_entry_writer(const struct lt_database *db, const struct lt_hw_entry *entry,
                                          const char *path)
{
    return writer_at(db, entry, LT_LAYER_LAST, path);
}

/* The longest prefix of `path` under `src`, else its default; NULL where neither stands there. */
static const char *short_source(const struct lt_tree *src, const char *path)
{
    const char *best = NULL;
    size_t best_length = 0;
    for (const struct lt_tree *item = src ? src->child : NULL; item; item = item->next) {
        const size_t length = strlen(item->key);
        const bool prefix = strncmp(path, item->key, length) == 0 && (path[length] == '\0' || path[length] == '.');
        if (prefix && length >= best_length) {
            best = lt_tree_text(item, NULL);
            best_length = length;
        }
    }
    return best ? best : lt_tree_text(lt_tree_get(src, "default"), NULL);
}

/* The title of the key at the head of the file, with the detail behind the key put in. */
static const char *spelled_out(struct lt_arena *arena, const struct lt_tree *sources, const char *text)
{
    const size_t key_bytes = strcspn(text, " ");
    const char *key = lt_strndup(arena, text, key_bytes), *detail = text[key_bytes] ? text + key_bytes + 1 : NULL;
    const char *title = key ? lt_tree_text(lt_tree_get(sources, key), NULL) : NULL;
    if (!title)
        return key ? text : NULL;
    const char *slot = strstr(title, "PAGE");
    if (slot)
        return lt_format(arena, "%.*s%s%s", (int)(slot - title), title, detail ? detail : "", slot + strlen("PAGE"));
    return detail ? lt_format(arena, "%s %s", title, detail) : title;
}

const char *lt_entry_source(struct lt_database *db, const struct lt_hw_entry *entry, const char *path)
{
    const struct lt_hw_entry *writer = lt_entry_writer(db, entry, path);
    const char *text = writer ? short_source(lt_tree_get(writer->raw, "src"), path) : NULL;
    return text ? spelled_out(&db->arena, lt_entry_file(db, writer)->sources, text) : NULL;
}
