/* Layers that a user describes: a class that is not in the catalogue, with its arguments, the shapes of its results,
 * its variables, its work and what it keeps, as expressions. A described class is a kind like any other. */
#ifndef LT_MODEL_CUSTOM_H
#define LT_MODEL_CUSTOM_H

#include "core/model/document.h"

struct lt_custom {
    struct lt_kind kind;               /* first: its functions find the rest by it */
    const char *package;               /* of Package>Name; NULL: of any */
    const char *file;                  /* where it is described */
    const struct lt_tree *description; /* a map, in the document's arena */
};

/* Checks a description and makes it a class of the document, which copies all of it. Problems with place and column;
 * NULL where there are errors or memory ends. */
const struct lt_custom *lt_custom_add(struct lt_document *document, const char *file, const struct lt_tree *description,
                                      struct lt_problems *problems);

/* The document's description of a class by its name and what it was registered as (NULL: not said); NULL: none. */
const struct lt_kind *lt_custom_find(const struct lt_document *document, const char *class_name,
                                     const char *registered);

/* Whether a description is of that class. */
bool lt_custom_matches(const struct lt_tree *description, const char *class_name, const char *registered);

/* The description behind a kind; NULL: it is of the catalogue. */
const struct lt_custom *lt_custom_of(const struct lt_kind *kind);

/* After the document was copied: its layers' kinds, and the descriptions, in the new arena. */
void lt_custom_copy(struct lt_document *document);

#endif
