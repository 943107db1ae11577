#include "core/model/document.h"

/* A depth-first walk against the edges: what a node takes comes out before the node itself, and what stands in order
 * already keeps its place. */
struct walk {
    const struct lt_graph *graph;
    uint32_t *order, count; /* old indices in their new order */
    uint32_t *stack;
    uint32_t *next;    /* per node: the input to look at next */
    uint32_t *earlier; /* per node: the call of the same layer before it; UINT32_MAX: none */
    uint8_t *state;
    bool keep_calls; /* calls of one layer keep their order */
    uint32_t bad;
};

enum { UNSEEN, OPEN, DONE };

/* Where the walk goes on from a node: its earlier call first, then its inputs. UINT32_MAX: all were seen to. */
static uint32_t next_source(struct walk *walk, uint32_t node)
{
    const struct lt_node *at = &walk->graph->node[node];
    uint32_t step = walk->next[node]++;
    if (step == 0) {
        uint32_t earlier = walk->keep_calls ? walk->earlier[node] : UINT32_MAX;
        if (earlier != UINT32_MAX && walk->state[earlier] == UNSEEN)
            return earlier;
        step = walk->next[node]++;
    }
    return step <= at->in_count ? at->in[step - 1].node : UINT32_MAX;
}

static enum lt_status walk_from(struct walk *walk, uint32_t root)
{
    if (walk->state[root] != UNSEEN)
        return LT_OK;
    uint32_t depth = 0;
    walk->state[root] = OPEN;
    walk->stack[depth++] = root;
    while (depth > 0) {
        uint32_t node = walk->stack[depth - 1];
        uint32_t source = next_source(walk, node);
        if (source == UINT32_MAX) {
            walk->state[node] = DONE;
            walk->order[walk->count++] = node;
            depth--;
        } else if (source >= walk->graph->node_count || walk->state[source] == OPEN) {
            walk->bad = node;
            return LT_INVALID;
        } else if (walk->state[source] == UNSEEN) {
            walk->state[source] = OPEN;
            walk->stack[depth++] = source;
        }
    }
    return LT_OK;
}

static enum lt_status walk_all(struct walk *walk, bool keep_calls)
{
    const struct lt_graph *graph = walk->graph;
    walk->keep_calls = keep_calls;
    walk->count = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        walk->state[i] = UNSEEN;
        walk->next[i] = 0;
    }
    enum lt_status status = LT_OK;
    for (uint16_t i = 0; i < graph->in_count && !status; i++)
        if (graph->in[i].node < graph->node_count)
            status = walk_from(walk, graph->in[i].node);
    for (uint32_t i = 0; i < graph->node_count && !status; i++)
        status = walk_from(walk, i);
    return status;
}

static bool walk_init(struct walk *walk, struct lt_arena *scratch, const struct lt_graph *graph)
{
    uint32_t count = graph->node_count, layers = 0;
    *walk = (struct walk){.graph = graph};
    for (uint32_t i = 0; i < count; i++)
        if (graph->node[i].layer >= layers && graph->node[i].layer != LT_NO_LAYER)
            layers = graph->node[i].layer + 1;
    walk->order = lt_alloc_array(scratch, count, sizeof *walk->order);
    walk->stack = lt_alloc_array(scratch, count, sizeof *walk->stack);
    walk->next = lt_alloc_array(scratch, count, sizeof *walk->next);
    walk->earlier = lt_alloc_array(scratch, count, sizeof *walk->earlier);
    walk->state = lt_alloc_array(scratch, count, sizeof *walk->state);
    uint32_t *last_call = lt_alloc_array(scratch, layers, sizeof *last_call); /* plus one; 0: none yet */
    if (scratch->failed)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t layer = graph->node[i].layer;
        walk->earlier[i] = UINT32_MAX;
        if (layer == LT_NO_LAYER)
            continue;
        if (last_call[layer])
            walk->earlier[i] = last_call[layer] - 1;
        last_call[layer] = i + 1;
    }
    return true;
}

static void renumber(struct lt_ref *ref, uint16_t count, const uint32_t *place, uint32_t node_count)
{
    for (uint16_t i = 0; i < count; i++)
        if (ref[i].node < node_count)
            ref[i].node = place[ref[i].node];
}

/* `place` is the new index of each node. */
static void apply_order(struct lt_graph *graph, const struct walk *walk, struct lt_node *sorted, uint32_t *place)
{
    for (uint32_t i = 0; i < graph->node_count; i++)
        place[walk->order[i]] = i;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        sorted[i] = graph->node[walk->order[i]];
        renumber(sorted[i].in, sorted[i].in_count, place, graph->node_count);
    }
    renumber(graph->in, graph->in_count, place, graph->node_count);
    renumber(graph->out, graph->out_count, place, graph->node_count);
    graph->node = sorted;
}

static bool in_order(const struct walk *walk)
{
    for (uint32_t i = 0; i < walk->count; i++)
        if (walk->order[i] != i)
            return false;
    return true;
}

enum lt_status lt_graph_sort(struct lt_arena *arena, struct lt_graph *graph, uint32_t *bad)
{
    struct lt_arena scratch = LT_ARENA_INIT;
    struct walk walk;
    enum lt_status status = LT_NO_MEMORY;
    if (walk_init(&walk, &scratch, graph)) {
        status = walk_all(&walk, true);
        if (status) /* an order of calls that their sources forbid */
            status = walk_all(&walk, false);
    }
    if (status == LT_INVALID && bad)
        *bad = walk.bad;
    if (status == LT_OK && !in_order(&walk)) {
        struct lt_node *sorted = lt_alloc_array(arena, graph->node_count, sizeof *sorted);
        if (sorted)
            apply_order(graph, &walk, sorted, walk.next);
        else
            status = LT_NO_MEMORY;
    }
    lt_arena_free(&scratch);
    return status;
}
