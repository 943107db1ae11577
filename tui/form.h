/* What can be edited, as a list of entries: the set-up's fields by group, the optimizer's options, open inputs, and a
 * layer's configuration. Entries turn into lines of the command language; nothing is changed here. */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "core/step/estimate.h"
#include "tui/list.h"

struct form_entry {
    const char *label;            /* safe to print */
    const struct lt_field *field; /* NULL: a group's heading */
    const char *target;           /* what stands between `set ` and `=`; not safe to print */
    struct lt_value value;
    const char *text;   /* the value as typed, safe to print */
    const char *origin; /* "", "default", "given", "changed", "assumed" */
    bool idle;          /* has no effect with the other values as they are */
};

enum { FORM_ENTRIES = 160 };

/* All-zero is empty. Owns its texts. */
struct form {
    struct lt_arena arena;
    struct form_entry entry[FORM_ENTRIES];
    int count;
};

/* `opened`: the set-up as the file had it; `estimate` may be NULL. */
void form_of_setup(struct form *form, const struct lt_document *document, const struct lt_setup *opened,
                   const struct lt_estimate *estimate);
void form_of_layer(struct form *form, const struct lt_document *document, uint32_t layer);
void form_free(struct form *form);

/* "set batch=64"; NULL where memory ends. */
char *form_line(const struct form_entry *entry, struct lt_arena *arena, const char *value);

/* The line for the next (1) or previous (-1) sensible value; NULL: there is none. */
char *form_step(const struct form_entry *entry, struct lt_arena *arena, int step);

/* A heading cannot be selected: the entry after it is then, or before it, where the way goes back. */
void form_skip_heading(const struct form *form, struct list *list, bool back);

/* The entry of a set-up field, -1: none. */
int form_find(const struct form *form, const char *target);

#endif
