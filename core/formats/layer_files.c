#include "core/formats/layer_files.h"

#include <string.h>

#include "core/data/file.h"
#include "core/data/yaml.h"
#include "core/formats/native_keys.h"

static void wrong(struct lt_problems *problems, const char *file, const struct lt_tree *tree, const char *hint,
                  const char *message)
{
    lt_problem_add(problems, LT_ERROR, lt_tree_place(problems->arena, file, tree), hint, "%s", message);
}

enum lt_status lt_layer_files_read(struct lt_layer_files *files, const char *path, struct lt_problems *problems)
{
    const char *text = NULL, *file = lt_strdup(&files->arena, path);
    size_t bytes = 0;
    enum lt_status status = lt_file_read(&files->arena, path, LT_YAML_SETTINGS.bytes, &text, &bytes, problems);
    if (status)
        return status;
    const struct lt_tree *root = lt_yaml_read(&files->arena, file, text, bytes, LT_YAML_SETTINGS, problems);
    if (!root)
        return files->arena.failed ? LT_NO_MEMORY : LT_INVALID;
    const struct lt_tree *list = lt_tree_get(root, "custom");
    if (lt_tree_int(lt_tree_get(root, "layertop"), 0) != LT_NATIVE_VERSION || !list || list->type != LT_TREE_LIST) {
        wrong(problems, file, list ? list : root, "layertop: 1 and custom: [{class: Scale, ...}]",
              "this file describes no layers");
        return LT_INVALID;
    }
    struct lt_layer_file *larger =
        lt_grow(&files->arena, files->item, files->count, (size_t)files->count + list->count, sizeof *larger);
    if (!larger)
        return LT_NO_MEMORY;
    files->item = larger;
    for (const struct lt_tree *tree = list->child; tree; tree = tree->next)
        files->item[files->count++] = (struct lt_layer_file){file, tree};
    return LT_OK;
}

void lt_layer_files_free(struct lt_layer_files *files)
{
    lt_arena_free(&files->arena);
}

const struct lt_kind *lt_layer_files_kind(struct lt_document *document, const struct lt_layer_files *files,
                                          const char *class_name, const char *registered, struct lt_problems *problems)
{
    const struct lt_kind *kind = lt_custom_find(document, class_name, registered);
    for (uint32_t i = 0; !kind && files && i < files->count; i++) {
        const struct lt_layer_file *file = &files->item[i];
        if (!lt_custom_matches(file->description, class_name, registered))
            continue;
        const struct lt_custom *added = lt_custom_add(document, file->file, file->description, problems);
        return added ? &added->kind : NULL;
    }
    return kind;
}
