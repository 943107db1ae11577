/* Which forward ops are computed again together: the modes of `recompute`.
 *
 * By calls: Keras's RematScope puts a layer's call, or its activation function, behind a checkpoint of its own.
 * By blocks: the program is cut wherever one activation alone is alive, so that a segment keeps one tensor. A block is
 * a run of such pieces that repeats (a layer of a transformer, of a stack of dense layers), else a piece that branches
 * (a residual block between two resolutions). Stems and heads do neither and stay as they are. `sqrt` joins the n
 * blocks to √n segments, all but the last of which are computed again (Chen and others, arXiv 1604.06174;
 * torch.utils.checkpoint_sequential). */
#include "core/step/step.h"

#include <math.h>
#include <string.h>

struct segmenting {
    struct lt_step *step;
    const struct lt_document *document;
    uint32_t piece_count;
    struct lt_segment *piece; /* between two cuts */
    uint32_t *pattern;        /* per piece: what kinds of ops it is made of */
};

static void add(struct segmenting *s, uint32_t first, uint32_t end)
{
    s->step->segment[s->step->segment_count++] = (struct lt_segment){first, end};
}

static const lt_tensor *results(const struct lt_step *step, const struct lt_step_op *op)
{
    return step->operand + op->operand + op->in_count;
}

/* --- by calls ----------------------------------------------------------------------------------------------------- */

typedef bool chooses(const struct segmenting *s, uint32_t op);

static bool every_op(const struct segmenting *s, uint32_t op)
{
    (void)s;
    (void)op;
    return true;
}

static bool is_activation(const struct segmenting *s, uint32_t op)
{
    return s->step->op[op].op->flags & LT_OP_ACTIVATION;
}

static bool has_large_result(const struct segmenting *s, uint32_t op)
{
    const struct lt_step *step = s->step;
    uint32_t call = step->op[op].op->call;
    while (op + 1 < step->op_count && step->op[op + 1].op->call == call)
        op++;
    uint64_t elements = 0;
    for (int i = 0; i < step->op[op].op->out_count; i++)
        elements += lt_step_info(step, results(step, &step->op[op])[i])->elements;
    return elements > (uint64_t)lt_setup_int(step->setup, LT_SET_RECOMPUTE_ABOVE);
}

/* Whether a list joined by commas holds the name. */
static bool lists(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static bool is_listed(const struct segmenting *s, uint32_t op)
{
    const char *list = lt_setup_text(s->step->setup, LT_SET_RECOMPUTE_LAYERS);
    for (uint32_t i = s->step->op[op].layer; list && i != LT_NO_LAYER; i = s->document->layer[i].parent)
        if (lists(list, s->document->layer[i].name))
            return true;
    return false;
}

/* Runs of chosen ops of one call. */
static void by_calls(struct segmenting *s, chooses *chosen)
{
    const struct lt_step *step = s->step;
    uint32_t end;
    for (uint32_t first = 0; first < step->op_count; first = end) {
        uint32_t call = step->op[first].op->call;
        bool wanted = call && chosen(s, first);
        for (end = first + 1; end < step->op_count && step->op[end].op->call == call; end++)
            if (chosen(s, end) != wanted)
                break;
        if (wanted)
            add(s, first, end);
    }
}

/* --- by blocks ---------------------------------------------------------------------------------------------------- */

/* Per tensor the op that reads it last. Views count as what they look at (*root); variables, what is made of them
 * alone, whole numbers and what no gradient flows through do not count (root LT_NO_TENSOR). *sources: model inputs that
 * do. */
static bool find_last_reads(const struct lt_step *step, lt_tensor **root, uint32_t **last, uint32_t *sources)
{
    uint32_t tensors = step->lowered.program.tensor_count;
    *root = lt_alloc_raw(step->arena, tensors + 1u, sizeof **root);
    *last = lt_alloc_array(step->arena, tensors + 1u, sizeof **last);
    if (!*root || !*last)
        return false;
    memset(*root, 0xff, tensors * sizeof **root);
    *sources = 0;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *in = step->operand + op->operand, *out = results(step, op);
        bool activation = false;
        for (int k = 0; k < op->in_count; k++) {
            const struct lt_tensor_info *info = lt_step_info(step, in[k]);
            if (info->role == LT_ROLE_INPUT && lt_dtypes[info->dtype].floating && (*root)[in[k]] == LT_NO_TENSOR) {
                (*root)[in[k]] = in[k];
                ++*sources;
            }
            activation |= info->role == LT_ROLE_INPUT || (*root)[in[k]] != LT_NO_TENSOR;
            if ((*root)[in[k]] != LT_NO_TENSOR)
                (*last)[(*root)[in[k]]] = i;
        }
        bool view = op->op->kind == LT_OP_ALIAS && op->in_count && (*root)[in[0]] != LT_NO_TENSOR;
        for (int k = 0; k < op->op->out_count; k++)
            if (step->flows[out[k]] && activation)
                (*root)[out[k]] = view ? (*root)[in[0]] : out[k];
    }
    return true;
}

/* What a piece is made of, whatever the sizes (FNV-1a). */
static uint32_t pattern_of(const struct lt_step *step, struct lt_segment piece)
{
    uint32_t hash = 2166136261u;
    for (uint32_t i = piece.first; i < piece.end; i++)
        hash = (hash ^ (uint32_t)(step->op[i].op->kind << 4 | (step->op[i].in_count & 15))) * 16777619u;
    return hash;
}

static bool find_pieces(struct segmenting *s)
{
    const struct lt_step *step = s->step;
    lt_tensor *root;
    uint32_t *last, alive, first = 0;
    s->piece = lt_alloc_raw(step->arena, step->op_count + 1u, sizeof *s->piece);
    s->pattern = lt_alloc_raw(step->arena, step->op_count + 1u, sizeof *s->pattern);
    if (!s->piece || !s->pattern || !find_last_reads(step, &root, &last, &alive))
        return false;
    for (uint32_t i = 0; i < step->op_count && step->op[i].op->kind != LT_OP_LOSS; i++) {
        const struct lt_step_op *op = &step->op[i];
        const lt_tensor *in = step->operand + op->operand, *out = results(step, op);
        for (int k = 0; k < op->op->out_count; k++)
            alive += root[out[k]] == out[k] && last[out[k]] > i;
        for (int k = 0; k < op->in_count; k++) {
            lt_tensor x = root[in[k]];
            bool again = false; /* an op may read one tensor twice */
            for (int before = 0; before < k; before++)
                again |= root[in[before]] == x;
            alive -= x != LT_NO_TENSOR && last[x] == i && !again;
        }
        bool in_loop = op->region && i + 1 < step->op_count && step->op[i + 1].region == op->region;
        if (alive > 1 || in_loop)
            continue;
        struct lt_segment piece = {first, i + 1};
        s->pattern[s->piece_count] = pattern_of(step, piece);
        s->piece[s->piece_count++] = piece;
        first = i + 1;
    }
    return true;
}

/* Pieces at `at` that repeat at once; *turns receives how often in a row. 0: they do not. */
enum { MAX_PERIOD = 64 };
static uint32_t period_at(const struct segmenting *s, uint32_t at, uint32_t *turns)
{
    for (uint32_t period = 1; period <= MAX_PERIOD && at + 2 * period <= s->piece_count; period++) {
        const uint32_t *pattern = s->pattern + at;
        size_t size = period * sizeof *pattern;
        *turns = 1;
        while (at + (*turns + 1) * period <= s->piece_count && memcmp(pattern, pattern + *turns * period, size) == 0)
            ++*turns;
        if (*turns > 1)
            return period;
    }
    return 0;
}

static void by_blocks(struct segmenting *s)
{
    if (!find_pieces(s)) {
        s->step->status = LT_NO_MEMORY;
        return;
    }
    for (uint32_t at = 0; at < s->piece_count;) {
        uint32_t turns = 1, period = period_at(s, at, &turns);
        const struct lt_segment *piece = &s->piece[at];
        bool branches = piece->end - piece->first > 1;
        if (!period && branches)
            add(s, piece->first, piece->end);
        for (uint32_t turn = 0; period && turn < turns; turn++)
            add(s, piece[turn * period].first, piece[(turn + 1) * period - 1].end);
        at += period ? period * turns : 1;
    }
}

static void join_to_root(struct segmenting *s)
{
    struct lt_segment *segment = s->step->segment;
    uint32_t blocks = s->step->segment_count, size = (uint32_t)lround(sqrt((double)blocks)), count = 0;
    for (uint32_t i = 0; size && i + size < blocks; i += size)
        segment[count++] = (struct lt_segment){segment[i].first, segment[i + size - 1].end};
    s->step->segment_count = count;
}

/* --- all modes ---------------------------------------------------------------------------------------------------- */

static const struct mode {
    const char *name;
    chooses *chosen; /* NULL: by blocks */
    bool to_root;
} MODES[] = {
    {"full", every_op, false},
    {"activations", is_activation, false},
    {"larger_than", has_large_result, false},
    {"list_of_layers", is_listed, false},
    {"blocks", NULL, false},
    {"sqrt", NULL, true},
};

/* Where nothing wants a gradient nothing is kept. */
static void drop_frozen(struct lt_step *step)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < step->segment_count; s++) {
        bool flows = false;
        for (uint32_t i = step->segment[s].first; i < step->segment[s].end; i++)
            for (int k = 0; k < step->op[i].op->out_count; k++)
                flows |= step->flows[results(step, &step->op[i])[k]];
        if (flows)
            step->segment[count++] = step->segment[s];
    }
    step->segment_count = count;
}

void lt_step_segments(struct lt_step *step, const struct lt_document *document)
{
    const char *wanted = lt_setup_text(step->setup, LT_SET_RECOMPUTE);
    struct segmenting s = {.step = step, .document = document};
    for (size_t i = 0; wanted && i < sizeof MODES / sizeof *MODES; i++) {
        if (strcmp(MODES[i].name, wanted) != 0)
            continue;
        step->segment = lt_alloc_raw(step->arena, step->op_count + 1u, sizeof *step->segment);
        if (!step->segment) {
            step->status = LT_NO_MEMORY;
            return;
        }
        if (MODES[i].chosen)
            by_calls(&s, MODES[i].chosen);
        else
            by_blocks(&s);
        if (MODES[i].to_root)
            join_to_root(&s);
        drop_frozen(step);
    }
}
