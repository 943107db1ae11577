#include "core/model/document.h"

/* Kahn's algorithm; of the nodes that are ready, the first in the old order goes next. So what stands in order keeps
 * its place, and a model whose layers are listed by their first call is read back in that very order. */
struct sort {
    const struct lt_graph *graph;
    uint32_t *rank;    /* per node: its place in the old order, the inputs moved to the front */
    uint32_t *waiting; /* per node: sources that are not placed yet */
    uint32_t *first,
        *taker; /* per node: where the nodes that take from it start in `taker`; one more than there are nodes */
    uint32_t *ready, ready_count; /* a heap, the lowest rank on top */
    uint32_t *order, count;       /* old indices in their new order */
};

static void heap_push(struct sort *s, uint32_t node)
{
    uint32_t at = s->ready_count++;
    while (at > 0 && s->rank[s->ready[(at - 1) / 2]] > s->rank[node]) {
        s->ready[at] = s->ready[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->ready[at] = node;
}

static uint32_t heap_pop(struct sort *s)
{
    uint32_t top = s->ready[0], last = s->ready[--s->ready_count], at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= s->ready_count)
            break;
        if (child + 1 < s->ready_count && s->rank[s->ready[child + 1]] < s->rank[s->ready[child]])
            child++;
        if (s->rank[s->ready[child]] > s->rank[last])
            break;
        s->ready[at] = s->ready[child];
        at = child;
    }
    s->ready[at] = last;
    return top;
}

static bool sort_init(struct sort *s, struct lt_arena *scratch, const struct lt_graph *graph)
{
    size_t count = graph->node_count, edges = 0;
    for (size_t i = 0; i < count; i++)
        edges += graph->node[i].in_count;
    *s = (struct sort){.graph = graph};
    s->rank = lt_alloc_array(scratch, count, sizeof *s->rank);
    s->waiting = lt_alloc_array(scratch, count, sizeof *s->waiting);
    s->first = lt_alloc_array(scratch, count + 1, sizeof *s->first);
    s->taker = lt_alloc_array(scratch, edges, sizeof *s->taker);
    s->ready = lt_alloc_array(scratch, count, sizeof *s->ready);
    s->order = lt_alloc_array(scratch, count, sizeof *s->order);
    return !scratch->failed;
}

static void rank_nodes(struct sort *s)
{
    const struct lt_graph *graph = s->graph;
    uint32_t inputs = 0;
    for (uint16_t i = 0; i < graph->in_count; i++)
        if (graph->in[i].node < graph->node_count)
            s->rank[graph->in[i].node] = 1;
    for (uint32_t i = 0; i < graph->node_count; i++)
        inputs += s->rank[i];
    uint32_t input = 0, other = inputs;
    for (uint32_t i = 0; i < graph->node_count; i++)
        s->rank[i] = s->rank[i] ? input++ : other++;
}

/* Who takes from whom. LT_INVALID: from a node that is none. */
static enum lt_status link_nodes(struct sort *s, uint32_t *bad)
{
    const struct lt_graph *graph = s->graph;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        s->waiting[i] = graph->node[i].in_count;
        for (uint16_t r = 0; r < graph->node[i].in_count; r++) {
            *bad = i;
            if (graph->node[i].in[r].node >= graph->node_count)
                return LT_INVALID;
            s->first[graph->node[i].in[r].node]++;
        }
    }
    for (uint32_t i = 1; i <= graph->node_count; i++)
        s->first[i] += s->first[i - 1];
    for (uint32_t i = 0; i < graph->node_count; i++)
        for (uint16_t r = 0; r < graph->node[i].in_count; r++)
            s->taker[--s->first[graph->node[i].in[r].node]] = i;
    return LT_OK;
}

static void place_nodes(struct sort *s)
{
    for (uint32_t i = 0; i < s->graph->node_count; i++)
        if (s->waiting[i] == 0)
            heap_push(s, i);
    while (s->ready_count) {
        uint32_t node = heap_pop(s);
        s->order[s->count++] = node;
        for (uint32_t t = s->first[node]; t < s->first[node + 1]; t++)
            if (--s->waiting[s->taker[t]] == 0)
                heap_push(s, s->taker[t]);
    }
}

/* From a node that could not be placed, back along others that could not: that ends on a cycle. */
static uint32_t find_cycle(const struct sort *s)
{
    const struct lt_graph *graph = s->graph;
    uint32_t node = 0;
    while (s->waiting[node] == 0)
        node++;
    for (uint32_t step = 0; step < graph->node_count; step++) {
        uint16_t r = 0;
        while (s->waiting[graph->node[node].in[r].node] == 0)
            r++;
        node = graph->node[node].in[r].node;
    }
    return node;
}

static void renumber(struct lt_ref *ref, uint16_t count, const uint32_t *place, uint32_t node_count)
{
    for (uint16_t i = 0; i < count; i++)
        if (ref[i].node < node_count)
            ref[i].node = place[ref[i].node];
}

static void apply_order(struct lt_graph *graph, const struct sort *s, struct lt_node *sorted)
{
    uint32_t *place = s->rank; /* the new index of each node; its old rank has served */
    for (uint32_t i = 0; i < graph->node_count; i++)
        place[s->order[i]] = i;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        sorted[i] = graph->node[s->order[i]];
        renumber(sorted[i].in, sorted[i].in_count, place, graph->node_count);
    }
    renumber(graph->in, graph->in_count, place, graph->node_count);
    renumber(graph->out, graph->out_count, place, graph->node_count);
    graph->node = sorted;
}

static bool in_order(const struct sort *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->order[i] != i)
            return false;
    return true;
}

static enum lt_status sort_nodes(struct sort *s, uint32_t *bad)
{
    rank_nodes(s);
    enum lt_status status = link_nodes(s, bad);
    if (status)
        return status;
    place_nodes(s);
    if (s->count == s->graph->node_count)
        return LT_OK;
    *bad = find_cycle(s);
    return LT_INVALID;
}

enum lt_status lt_graph_sort(struct lt_arena *arena, struct lt_graph *graph, uint32_t *bad)
{
    struct lt_arena scratch = LT_ARENA_INIT;
    struct sort s;
    uint32_t nobody;
    enum lt_status status = sort_init(&s, &scratch, graph) ? sort_nodes(&s, bad ? bad : &nobody) : LT_NO_MEMORY;
    if (status == LT_OK && !in_order(&s)) {
        struct lt_node *sorted = lt_alloc_array(arena, graph->node_count, sizeof *sorted);
        if (sorted)
            apply_order(graph, &s, sorted);
        else
            status = LT_NO_MEMORY;
    }
    lt_arena_free(&scratch);
    return status;
}
