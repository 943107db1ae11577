/* Products: matmul, dot, tensordot, einsum and their kin. Each is one GEMM of which the rule knows the sizes. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/operations.h"

/* batch x (m x k) times (k x n), and the result's shape. */
struct product {
    struct lt_shape out;
    uint64_t batch, m, n, k;
};

static uint64_t dims(const struct lt_shape *s, int from, int to)
{
    uint64_t product = 1;
    for (int i = from; i < to; i++)
        product = lt_mul(product, (uint64_t)s->dim[i]);
    return product;
}

static enum lt_dtype both(const struct lt_call *call)
{
    return lt_op_promote((enum lt_dtype)call->in[0].dtype, (enum lt_dtype)call->in[1].dtype);
}

static enum lt_status mismatch(struct lt_call *call)
{
    const char *a = lt_shape_text(call->arena, &call->in[0], true), *b = lt_shape_text(call->arena, &call->in[1], true);
    return a && b ? lt_call_fail(call, "%s and %s cannot be multiplied", a, b) : LT_NO_MEMORY;
}

/* tf.matmul may turn the last two axes of an operand round. */
static void turn_round(const struct lt_call *call, const char *argument, struct lt_shape *x)
{
    if (x->rank < 2 || !lt_op_bool(call, argument, false))
        return;
    int64_t last = x->dim[x->rank - 1];
    x->dim[x->rank - 1] = x->dim[x->rank - 2];
    x->dim[x->rank - 2] = last;
}

/* numpy's matmul: a vector on the left is a row, on the right a column; leading axes are broadcast. */
static enum lt_status matmul(struct lt_call *call, struct product *p)
{
    struct lt_shape a = call->in[0], b = call->in[1];
    bool row = a.rank == 1, column = b.rank == 1;
    if (a.rank < 1 || b.rank < 1)
        return mismatch(call);
    turn_round(call, "transpose_a", &a);
    turn_round(call, "transpose_b", &b);
    if (row)
        a = (struct lt_shape){.rank = 2, .dim = {1, a.dim[0]}};
    if (column)
        b = (struct lt_shape){.rank = 2, .dim = {b.dim[0], 1}};
    int64_t m = a.dim[a.rank - 2], k = a.dim[a.rank - 1], n = b.dim[b.rank - 1];
    if (b.dim[b.rank - 2] != k)
        return mismatch(call);
    bool kernel = b.rank == 2;
    uint64_t rows = dims(&a, 0, a.rank - 1);
    a.rank = (int8_t)(a.rank - 2);
    b.rank = (int8_t)(b.rank - 2);
    if (!lt_shape_broadcast(&a, &b, &p->out))
        return mismatch(call);
    p->batch = kernel ? 1 : lt_shape_elements(&p->out);
    p->m = kernel ? rows : (uint64_t)m, p->n = (uint64_t)n, p->k = (uint64_t)k;
    if (!row)
        p->out.dim[p->out.rank++] = m;
    if (!column)
        p->out.dim[p->out.rank++] = n;
    return LT_OK;
}

/* The contraction of the listed axes of both: the rest of a, then the rest of b. */
static enum lt_status contract(struct lt_call *call, struct product *p, const bool *gone_a, const bool *gone_b)
{
    const struct lt_shape *in[] = {&call->in[0], &call->in[1]};
    const bool *gone[] = {gone_a, gone_b};
    uint64_t free[2] = {1, 1}, kept[2] = {1, 1};
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < in[s]->rank; i++) {
            uint64_t *into = gone[s][i] ? &kept[s] : &free[s];
            *into = lt_mul(*into, (uint64_t)in[s]->dim[i]);
            if (gone[s][i])
                continue;
            if (p->out.rank == LT_MAX_RANK)
                return lt_call_fail(call, "the result has more than %d axes", LT_MAX_RANK);
            p->out.dim[p->out.rank++] = in[s]->dim[i];
        }
    if (kept[0] != kept[1])
        return mismatch(call);
    p->batch = 1, p->m = free[0], p->n = free[1], p->k = kept[0];
    return LT_OK;
}

/* numpy's dot: the last axis of a with the last but one of b. */
static enum lt_status dot(struct lt_call *call, struct product *p)
{
    bool a[LT_MAX_RANK] = {false}, b[LT_MAX_RANK] = {false};
    int ra = call->in[0].rank, rb = call->in[1].rank;
    if (ra > 0 && rb > 0) {
        a[ra - 1] = true;
        b[rb > 1 ? rb - 2 : 0] = true;
    }
    return contract(call, p, a, b);
}

/* axes: a number of axes to contract, or one list for each side. */
static enum lt_status tensordot(struct lt_call *call, struct product *p, bool *known)
{
    struct lt_value axes = lt_op_argument(call, "axes", -1);
    bool gone[2][LT_MAX_RANK] = {{false}, {false}};
    int ra = call->in[0].rank, rb = call->in[1].rank;
    if (axes.type == LT_VALUE_TREE) {
        for (int s = 0; s < 2; s++) {
            const struct lt_tree *list = lt_tree_at(axes.tree, (uint32_t)s);
            const struct lt_tree *item = list && list->type == LT_TREE_LIST ? list->child : list;
            for (; item; item = list->type == LT_TREE_LIST ? item->next : NULL) {
                int axis = lt_shape_axis(&call->in[s], lt_tree_int(item, LT_MAX_RANK));
                if (axis < 0)
                    return mismatch(call);
                gone[s][axis] = true;
            }
        }
        return contract(call, p, gone[0], gone[1]);
    }
    int64_t list[LT_MAX_RANK];
    int count = lt_op_ints(call, "axes", -1, list);
    *known = count == 1 || count == 2;
    if (count == 2) {
        int a = lt_shape_axis(&call->in[0], list[0]), b = lt_shape_axis(&call->in[1], list[1]);
        if (a < 0 || b < 0)
            return mismatch(call);
        gone[0][a] = gone[1][b] = true;
    }
    for (int i = 0; count == 1 && i < list[0]; i++) {
        if (list[0] > ra || list[0] > rb)
            return mismatch(call);
        gone[0][ra - 1 - i] = gone[1][i] = true;
    }
    return contract(call, p, gone[0], gone[1]);
}

/* The last axes of both. */
static enum lt_status inner(struct lt_call *call, struct product *p)
{
    bool a[LT_MAX_RANK] = {false}, b[LT_MAX_RANK] = {false};
    int ra = call->in[0].rank, rb = call->in[1].rank;
    if (ra > 0 && rb > 0)
        a[ra - 1] = b[rb - 1] = true;
    return contract(call, p, a, b);
}

/* Every element with every other. */
static enum lt_status outer(struct lt_call *call, struct product *p)
{
    p->batch = p->k = 1;
    p->m = lt_shape_elements(&call->in[0]), p->n = lt_shape_elements(&call->in[1]);
    p->out = (struct lt_shape){.rank = 2, .dim = {(int64_t)p->m, (int64_t)p->n}};
    return LT_OK;
}

/* Einsum: sizes by letter; axes under an ellipsis have the codes from ELLIPSIS on, counted from the last. */

enum { ELLIPSIS = 128, CODES = ELLIPSIS + LT_MAX_RANK };

struct term {
    int rank;
    unsigned char code[LT_MAX_RANK];
};

/* One term of the equation up to a comma, an arrow or its end; `rank` of the operand or of the ellipsis (output). */
static bool term_read(const char **text, int rank, int elided, struct term *t)
{
    int letters = 0;
    *t = (struct term){0};
    for (const char *s = *text; *s && *s != ',' && *s != '-'; s++)
        letters += *s != '.' && *s != ' ';
    if (elided < 0)
        elided = rank - letters;
    for (; **text && **text != ',' && **text != '-'; (*text)++) {
        if (**text == ' ')
            continue;
        bool dots = **text == '.';
        for (int i = dots ? elided : 1; i > 0; i--) {
            if (t->rank == LT_MAX_RANK)
                return false;
            t->code[t->rank++] = (unsigned char)(dots ? ELLIPSIS + i - 1 : (unsigned char)**text & 127);
        }
        if (dots)
            *text += strncmp(*text, "...", 3) == 0 ? 2 : 0;
    }
    if (**text == ',')
        (*text)++;
    return true;
}

struct einsum {
    struct term in[LT_MAX_RANK], out;
    int64_t size[CODES];
};

static bool einsum_read(const struct lt_call *call, const char *text, struct einsum *e)
{
    int elided = 0;
    *e = (struct einsum){0};
    for (int i = 0; i < call->in_count; i++) {
        const struct lt_shape *x = &call->in[i];
        if (i == LT_MAX_RANK || !term_read(&text, x->rank, -1, &e->in[i]) || e->in[i].rank != x->rank)
            return false;
        for (int axis = 0; axis < x->rank; axis++) {
            unsigned char code = e->in[i].code[axis];
            if (e->size[code] > 1 && x->dim[axis] > 1 && e->size[code] != x->dim[axis])
                return false;
            if (e->size[code] < x->dim[axis])
                e->size[code] = x->dim[axis];
            if (code >= ELLIPSIS && elided < code - ELLIPSIS + 1)
                elided = code - ELLIPSIS + 1;
        }
    }
    if (strncmp(text, "->", 2) != 0)
        return false;
    text += 2;
    return term_read(&text, 0, elided, &e->out);
}

static bool holds(const struct term *t, unsigned char code)
{
    return memchr(t->code, code, (size_t)t->rank) != NULL;
}

static enum lt_status einsum(struct lt_call *call, struct product *p, bool *known)
{
    struct einsum e;
    const char *text = lt_op_text(call, "subscripts", -1);
    *known = text && einsum_read(call, text, &e);
    if (!*known)
        return LT_OK;
    for (int i = 0; i < e.out.rank; i++)
        p->out.dim[p->out.rank++] = e.size[e.out.code[i]];
    p->batch = p->m = p->n = p->k = 1;
    for (int code = 0; code < CODES; code++) {
        if (!e.size[code])
            continue;
        bool a = holds(&e.in[0], (unsigned char)code), b = call->in_count > 1 && holds(&e.in[1], (unsigned char)code);
        bool kept = holds(&e.out, (unsigned char)code);
        uint64_t *into = kept && a && b ? &p->batch : kept && a ? &p->m : kept ? &p->n : &p->k;
        *into = lt_mul(*into, (uint64_t)e.size[code]);
    }
    return LT_OK;
}

/* The rule that kind->variant names. */
static enum lt_status product(struct lt_call *call, struct product *p, bool *known)
{
    const char *rule = call->layer->kind->variant;
    *p = (struct product){0};
    *known = call->in_count == 2 || (call->in_count > 0 && strcmp(rule, "einsum") == 0);
    enum lt_status status = LT_OK;
    if (!*known)
        return LT_OK;
    if (strcmp(rule, "matmul") == 0)
        status = matmul(call, p);
    else if (strcmp(rule, "dot") == 0)
        status = dot(call, p);
    else if (strcmp(rule, "tensordot") == 0)
        status = tensordot(call, p, known);
    else if (strcmp(rule, "inner") == 0)
        status = inner(call, p);
    else if (strcmp(rule, "outer") == 0)
        status = outer(call, p);
    else
        status = einsum(call, p, known);
    p->out.dtype = (uint8_t)(call->in_count > 1 ? both(call) : (enum lt_dtype)call->in[0].dtype);
    return status;
}

LT_RULE_SHAPE(product)
{
    struct product p;
    bool known;
    enum lt_status status = product(call, &p, &known);
    if (status != LT_OK)
        return status;
    return known ? lt_op_result(call, &p.out) : lt_op_unknown(call);
}

LT_RULE_OPS(product)
{
    struct product p;
    bool known;
    struct lt_call copy = *call;
    if (product(&copy, &p, &known) != LT_OK || !known || call->in_count > 2) {
        lt_op_opaque_ops(call, b);
        return;
    }
    if (call->in_count == 1) { /* an einsum of one operand moves and sums its axes */
        lt_op_emit(call, b,
                   lt_elements(b, lt_input_raw(b, 0)) == lt_shape_elements(&call->out[0]) ? LT_OP_COPY
                                                                                          : LT_OP_REDUCE_MEAN);
        return;
    }
    lt_tensor x = lt_op_input(call, b, 0), y = lt_op_input(call, b, 1);
    lt_output(b, 0, lt_matmul(b, x, y, p.batch, p.m, p.n, p.k));
}
