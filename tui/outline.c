#include "tui/outline.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/checked.h"

/* One building of the rows. */
struct builder {
    struct outline *outline;
    const struct lt_document *document;
    const struct lt_estimate *estimate;
    bool *seen; /* layers that have a row, or are below a folded one */
};

uint64_t outline_state_bytes(const struct lt_layer_row *row)
{
    return lt_add(lt_add(row->weight_bytes, row->gradient_bytes), row->optimizer_bytes);
}

const char *const outline_key_names[OUTLINE_KEYS] = {
    [OUTLINE_ORDER] = "order", [OUTLINE_CLASS] = "class", [OUTLINE_PARAMETERS] = "params", [OUTLINE_STATE] = "state",
    [OUTLINE_KEPT] = "kept",   [OUTLINE_FLOPS] = "flops", [OUTLINE_TIME] = "time",
};

bool outline_sorts_by(enum outline_key key)
{
    return outline_key_names[key] != NULL;
}

static double sort_value(const struct lt_layer_row *row, enum outline_key key)
{
    switch (key) {
    case OUTLINE_PARAMETERS:
        return (double)row->parameters;
    case OUTLINE_STATE:
        return (double)outline_state_bytes(row);
    case OUTLINE_KEPT:
        return (double)row->kept_bytes;
    case OUTLINE_FLOPS:
        return row->forward_flops + row->backward_flops;
    case OUTLINE_TIME:
        return row->seconds;
    default:
        return 0;
    }
}

/* < 0: `a` stands before `b`, ascending; 0: as they are called. */
static int compare(const struct builder *b, uint32_t left, uint32_t right)
{
    enum outline_key key = b->outline->sort;
    if (key == OUTLINE_CLASS) {
        const char *l = b->document->layer[left].class_name, *r = b->document->layer[right].class_name;
        return strcmp(l ? l : "", r ? r : "");
    }
    if (!b->estimate || left >= b->estimate->row_count || right >= b->estimate->row_count)
        return 0;
    double l = sort_value(&b->estimate->row[left], key), r = sort_value(&b->estimate->row[right], key);
    return (l > r) - (l < r);
}

/* A stable merge sort: equal layers keep the order of their calls in both directions. */
static void sort(const struct builder *b, uint32_t *layer, uint32_t *scratch, uint32_t count)
{
    if (count < 2)
        return;
    uint32_t half = count / 2, i = 0, j = half;
    sort(b, layer, scratch, half);
    sort(b, layer + half, scratch, count - half);
    for (uint32_t k = 0; k < count; k++) {
        bool first = i < half;
        if (first && j < count) {
            int order = compare(b, layer[i], layer[j]);
            first = b->outline->descending ? order >= 0 : order <= 0;
        }
        scratch[k] = layer[first ? i++ : j++];
    }
    memcpy(layer, scratch, count * sizeof *layer);
}

static void mark_below(struct builder *b, const struct lt_graph *graph)
{
    for (uint32_t i = 0; i < graph->node_count; i++) {
        uint32_t layer = graph->node[i].layer;
        if (layer >= b->document->layer_count || b->seen[layer])
            continue;
        b->seen[layer] = true;
        if (b->document->layer[layer].inner)
            mark_below(b, b->document->layer[layer].inner);
    }
}

static void add(struct builder *b, uint32_t layer, int depth);

/* The layers that the nodes of a graph call, each once. */
static void add_graph(struct builder *b, const struct lt_graph *graph, int depth)
{
    uint32_t *layer = malloc((graph->node_count + 1u) * 2 * sizeof *layer), count = 0;
    for (uint32_t i = 0; layer && i < graph->node_count; i++) {
        uint32_t called = graph->node[i].layer;
        if (called >= b->document->layer_count || b->seen[called])
            continue;
        b->seen[called] = true;
        layer[count++] = called;
    }
    if (layer && b->outline->sort != OUTLINE_ORDER)
        sort(b, layer, layer + graph->node_count, count);
    for (uint32_t i = 0; i < count; i++)
        add(b, layer[i], depth);
    free(layer);
}

static void add(struct builder *b, uint32_t layer, int depth)
{
    const struct lt_graph *inner = b->document->layer[layer].inner;
    bool folded = inner && b->outline->folded[layer];
    b->outline->row[b->outline->count++] =
        (struct outline_row){.layer = layer, .depth = (uint16_t)depth, .nested = inner != NULL, .folded = folded};
    if (inner && folded)
        mark_below(b, inner);
    else if (inner)
        add_graph(b, inner, depth + 1);
}

static bool make_room(struct outline *outline, uint32_t layer_count)
{
    if (outline->row && outline->layer_count == layer_count)
        return true;
    outline_free(outline);
    outline->row = calloc(layer_count + 1u, sizeof *outline->row);
    outline->folded = calloc(layer_count + 1u, sizeof *outline->folded);
    if (!outline->row || !outline->folded) {
        outline_free(outline);
        return false;
    }
    outline->layer_count = layer_count;
    return true;
}

bool outline_build(struct outline *outline, const struct lt_document *document, const struct lt_estimate *estimate)
{
    outline->count = 0;
    struct builder b = {outline, document, estimate, calloc(document->layer_count + 1u, sizeof(bool))};
    bool good = b.seen && make_room(outline, document->layer_count);
    if (good)
        add_graph(&b, &document->graph, 0);
    free(b.seen);
    return good;
}

/* The order stays; the rows and the folds go. */
void outline_free(struct outline *outline)
{
    free(outline->row);
    free(outline->folded);
    *outline = (struct outline){.sort = outline->sort, .descending = outline->descending};
}

static int row_of(const struct outline *outline, uint32_t layer)
{
    for (uint32_t i = 0; i < outline->count; i++) {
        if (outline->row[i].layer == layer)
            return (int)i;
    }
    return -1;
}

int outline_find(const struct outline *outline, const struct lt_document *document, uint32_t layer)
{
    while (layer < document->layer_count) {
        int row = row_of(outline, layer);
        if (row >= 0)
            return row;
        layer = document->layer[layer].parent;
    }
    return -1;
}

void outline_fold(struct outline *outline, uint32_t layer, bool folded)
{
    if (layer < outline->layer_count)
        outline->folded[layer] = folded;
}
