/* Setting one field of the set-up by its public name, from what a user typed or what a file holds; and what the reader
 * of files and the command language say of a name that does not exist. It changes a copy of the set-up, never the
 * document. */
#ifndef LT_MODEL_ASSIGN_H
#define LT_MODEL_ASSIGN_H

#include "core/model/document.h"

/* A value to come: `tree` from a file, or `text` as typed where `tree` is NULL. */
struct lt_source {
    const char *text;
    const struct lt_tree *tree;
    struct lt_place place;
};

/* Reads a value of `field` into the document's arena and marks it as given. A whole number stands for the text of a
 * choice (keras: 3). On failure *value is untouched and a problem says what would be right. */
enum lt_status lt_source_read(const struct lt_source *source, const struct lt_field *field, struct lt_arena *arena,
                              struct lt_value *value, struct lt_problems *problems);

/* Sets batch, optimizer.momentum, input.tokens … in `setup`. Options must be the optimizer's; another optimizer drops
 * those that it does not have. input.NAME must be an input of the model and agree with the sizes that the model fixes.
 * Lists are replaced, never written into: a copy of the set-up made before keeps its own. */
enum lt_status lt_setup_assign(struct lt_setup *setup, const struct lt_document *document, const char *name,
                               const struct lt_source *source, struct lt_problems *problems);

/* "did you mean NAME?" where one of the first `count` of `names`, or of those before a NULL, is near; NULL where none
 * is. */
const char *lt_nearest_hint(struct lt_arena *arena, const char *name, const char *const *names, int count);

#endif
