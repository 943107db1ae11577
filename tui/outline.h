/* The rows of the layer table: the layers of a document in the order of their calls, nested ones below their model,
 * folded, and sorted by a column. It knows the estimate's figures and not how they are drawn. */
#ifndef TUI_OUTLINE_H
#define TUI_OUTLINE_H

#include "core/step/estimate.h"

/* The columns of the table and what it can be sorted by. */
enum outline_key {
    OUTLINE_ORDER, /* of the calls; the name column */
    OUTLINE_CLASS,
    OUTLINE_SHAPE, /* not sorted by */
    OUTLINE_PARAMETERS,
    OUTLINE_STATE, /* bytes of weights, gradients and optimizer */
    OUTLINE_KEPT,
    OUTLINE_FLOPS,
    OUTLINE_TIME,
    OUTLINE_BOUND, /* not sorted by */
    OUTLINE_KEYS
};

struct outline_row {
    uint32_t layer;
    uint16_t depth;
    bool nested, folded;
};

/* All-zero is empty. Owns its memory. */
struct outline {
    struct outline_row *row;
    uint32_t count;
    bool *folded; /* per layer */
    uint32_t layer_count;
    enum outline_key sort;
    bool descending;
};

/* Makes the rows anew; false where memory ends (then there are none). `estimate` NULL: sorted by call. A document with
 * another number of layers starts unfolded. */
bool outline_build(struct outline *outline, const struct lt_document *document, const struct lt_estimate *estimate);
void outline_free(struct outline *outline);

/* The row of a layer, or of the folded model that holds it; -1: none. */
int outline_find(const struct outline *outline, const struct lt_document *document, uint32_t layer);

void outline_fold(struct outline *outline, uint32_t layer, bool folded);

/* Bytes that stay on the device because of a layer's variables. */
uint64_t outline_state_bytes(const struct lt_layer_row *row);

/* What the sort command calls a column; NULL: it does not sort. */
extern const char *const outline_key_names[OUTLINE_KEYS];
bool outline_sorts_by(enum outline_key key);

#endif
