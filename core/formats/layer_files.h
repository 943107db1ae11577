/* Descriptions of layer classes from files of the user's own, for models of any format. Such a file is native YAML
 * without a model: `layertop: 1` and `custom: [...]`, described in layertop-model(5). */
#ifndef LT_FORMATS_LAYER_FILES_H
#define LT_FORMATS_LAYER_FILES_H

#include "core/model/custom.h"

struct lt_layer_files { /* all-zero: none */
    struct lt_arena arena;
    struct lt_layer_file {
        const char *file;
        const struct lt_tree *description;
    } * item;
    uint32_t count;
};

/* Adds the descriptions of the file at `path`. What is wrong in one is said when a model uses it. */
enum lt_status lt_layer_files_read(struct lt_layer_files *files, const char *path, struct lt_problems *problems);
void lt_layer_files_free(struct lt_layer_files *files);

/* The kind of a class that is not in the catalogue: as the document describes it, else as the files do (NULL: none),
 * whose description the document then takes over. NULL: nobody describes it. */
const struct lt_kind *lt_layer_files_kind(struct lt_document *document, const struct lt_layer_files *files,
                                          const char *class_name, const char *registered, struct lt_problems *problems);

#endif
