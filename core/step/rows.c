#include "core/step/rows.h"

#include "core/base/checked.h"

/* A frozen layer calls all of its variables frozen, also those that Keras 3 goes on to train (lt_kind.composite). */
static void count_variables(const struct lt_optimizer_state *optimizer, const struct lt_walked_layer *layer,
                            bool frozen, struct lt_layer_row *row)
{
    for (uint32_t i = 0; i < layer->variables.count; i++) {
        const struct lt_variable *v = &layer->variables.item[i];
        uint64_t elements = v->elements;
        uint64_t bytes = lt_dtype_bytes((enum lt_dtype)v->dtype, elements);
        row->weight_bytes = lt_add(row->weight_bytes, bytes);
        if (!v->counted)
            continue;
        row->parameters = lt_add(row->parameters, elements);
        if (v->trainable && !frozen)
            row->trainable_parameters = lt_add(row->trainable_parameters, elements);
        else
            row->non_trainable_parameters = lt_add(row->non_trainable_parameters, elements);
        if (!v->trainable || !optimizer->optimizer)
            continue;
        row->gradient_bytes = lt_add(row->gradient_bytes, bytes);
        uint64_t state = lt_optimizer_elements(optimizer, v);
        row->optimizer_bytes = lt_add(row->optimizer_bytes, lt_dtype_bytes((enum lt_dtype)v->dtype, state));
    }
}

/* Layers of wrappers have no row of their own, nor have those that the file implies. */
static bool is_listed(const struct lt_document *document, uint32_t layer)
{
    if (document->layer[layer].implied)
        return false;
    for (uint32_t up = document->layer[layer].parent; up != LT_NO_LAYER; up = document->layer[up].parent)
        if (!document->layer[up].inner)
            return false;
    return true;
}

/* Keras's model.layers leaves out operations (keras.ops called on a tensor) and a Sequential's input. */
static bool in_layers_of_keras(const struct lt_document *document, uint32_t layer, const struct lt_layer_row *row)
{
    const struct lt_kind *kind = document->layer[layer].kind;
    return row->listed && document->layer[layer].parent == LT_NO_LAYER && kind->family != LT_FAMILY_OPERATION &&
           !(document->sequential && kind == &lt_kind_input);
}

static void report(struct lt_problems *problems, const struct lt_document *document, uint32_t layer,
                   const char *message, struct lt_arena *arena)
{
    struct lt_place place = {.file = document->origin.file, .path = lt_layer_path(arena, document, layer)};
    lt_problem_add(problems, LT_ERROR, place, NULL, "%s", message);
}

static void report_guess(struct lt_problems *problems, const struct lt_document *document, uint32_t layer,
                         const struct lt_shape *shape, struct lt_arena *arena)
{
    const char *name = lt_layer_path(arena, document, layer);
    struct lt_place place = {.file = document->origin.file, .path = name};
    bool input = document->layer[layer].kind == &lt_kind_input;
    char *hint = lt_format(arena, "set input.%s%s", name, shape->rank <= 3 ? " or seq_len" : "");
    lt_problem_add(problems, LT_NOTE, place, input ? hint : "set seq_len",
                   "the file leaves sizes of this %s open: assumed %s", input ? "input" : "result",
                   lt_shape_text(arena, shape, false));
}

enum lt_status lt_rows_make(const struct lt_document *document, const struct lt_walked *walked, struct lt_arena *arena,
                            struct lt_estimate *out, struct lt_problems *problems)
{
    out->row_count = document->layer_count;
    out->row = lt_alloc_array(arena, document->layer_count + 1u, sizeof *out->row);
    if (!out->row)
        return LT_NO_MEMORY;
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_walked_layer *layer = &walked->layer[i];
        struct lt_layer_row *row = &out->row[i];
        row->out = layer->reported;
        row->out_count = layer->out_count;
        row->calls = layer->calls;
        row->blocked = layer->blocked;
        row->problem = layer->problem;
        row->listed = is_listed(document, i);
        row->nested = document->layer[i].inner != NULL;
        row->standing = layer->assumed ? LT_ASSUMED : LT_MODEL;
        if (layer->problem || layer->blocked || document->layer[i].kind == &lt_kind_unknown)
            row->standing = LT_UNKNOWN;
        if (layer->guessed)
            report_guess(problems, document, i, layer->out, arena);
        if (layer->problem)
            report(problems, document, i, layer->problem, arena);
        out->layers += in_layers_of_keras(document, i, row);
        count_variables(&out->optimizer_state, layer, !document->layer[i].trainable, row);
    }
    return LT_OK;
}

/* Of one op; `launches`: seconds between the kernels it starts. */
static void charge(const struct lt_step *step, const struct lt_step_op *op, double launches, struct lt_layer_row *row)
{
    double times = (double)step->lowered.program.region[op->region].times, seconds = op->seconds + launches;
    row->seconds += seconds;
    *(op->phase == LT_PHASE_FORWARD    ? &row->forward_seconds
      : op->phase == LT_PHASE_BACKWARD ? &row->backward_seconds
                                       : &row->update_seconds) += seconds;
    if (op->kind == LT_STEP_OP && op->phase == LT_PHASE_FORWARD)
        row->forward_flops += op->op->flops * times;
    else if (op->kind == LT_STEP_OP && op->path != LT_PATH_OTHER)
        row->backward_flops += op->op->flops * times;
}

/* The row that a layer's costs stand in: its own or, for what a wrapper holds, the wrapper's. */
static uint32_t row_of(const struct lt_estimate *out, uint32_t layer)
{
    uint32_t up = layer;
    while (!out->row[up].listed && out->document->layer[up].parent != LT_NO_LAYER)
        up = out->document->layer[up].parent;
    return out->row[up].listed && !out->row[up].nested ? up : layer;
}

enum lt_status lt_rows_charge(const struct lt_step *step, const struct lt_timeline *timeline, double gap_seconds,
                              struct lt_arena *arena, struct lt_estimate *out)
{
    double(*bound_seconds)[LT_BOUND_COUNT] = lt_alloc_array(arena, out->row_count + 1u, sizeof *bound_seconds);
    if (!bound_seconds)
        return LT_NO_MEMORY;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        if (op->layer >= out->row_count)
            continue;
        double launches = lt_step_launch_seconds(step, op, gap_seconds);
        uint32_t row = row_of(out, op->layer);
        charge(step, op, launches, &out->row[row]);
        bound_seconds[row][op->bound] += op->seconds;
        bound_seconds[row][LT_BOUND_LAUNCH] += launches;
    }
    for (uint32_t i = 0; i < out->row_count; i++) {
        struct lt_layer_row *row = &out->row[row_of(out, i)];
        row->kept_bytes = lt_add(row->kept_bytes, timeline->layer_kept_bytes[i]);
        row->peak_bytes = lt_add(row->peak_bytes, timeline->layer_peak_bytes[i]);
        out->row[i].bound = (uint8_t)lt_longest_bound(bound_seconds[i]);
    }
    return LT_OK;
}

static void add_row(struct lt_layer_row *to, const struct lt_layer_row *from)
{
    to->parameters = lt_add(to->parameters, from->parameters);
    to->trainable_parameters = lt_add(to->trainable_parameters, from->trainable_parameters);
    to->non_trainable_parameters = lt_add(to->non_trainable_parameters, from->non_trainable_parameters);
    to->weight_bytes = lt_add(to->weight_bytes, from->weight_bytes);
    to->gradient_bytes = lt_add(to->gradient_bytes, from->gradient_bytes);
    to->optimizer_bytes = lt_add(to->optimizer_bytes, from->optimizer_bytes);
    to->kept_bytes = lt_add(to->kept_bytes, from->kept_bytes);
    to->peak_bytes = lt_add(to->peak_bytes, from->peak_bytes);
    to->forward_flops += from->forward_flops;
    to->backward_flops += from->backward_flops;
    to->seconds += from->seconds;
    to->forward_seconds += from->forward_seconds;
    to->backward_seconds += from->backward_seconds;
    to->update_seconds += from->update_seconds;
    to->standing = (uint8_t)lt_worse((enum lt_standing)to->standing, (enum lt_standing)from->standing);
}

void lt_rows_sum(const struct lt_document *document, struct lt_estimate *out)
{
    for (uint32_t i = 0; i < out->row_count; i++) {
        if (out->row[i].listed && !out->row[i].nested && out->batch)
            out->forward_flops += out->row[i].forward_flops / (double)out->batch;
        /* Variables of a wrapper's children are already in the wrapper's own list. */
        if (!out->row[i].listed || out->row[i].nested)
            continue;
        for (uint32_t up = document->layer[i].parent; up != LT_NO_LAYER; up = document->layer[up].parent)
            add_row(&out->row[up], &out->row[i]);
    }
}

/* What the model and its optimizer see as trainable, which is not the sum of what the layers say of themselves. */
static void count_trained(const struct lt_walked *walked, struct lt_estimate *out)
{
    for (uint32_t i = 0; i < out->row_count; i++) {
        const struct lt_variables *variables = &walked->layer[i].variables;
        for (uint32_t k = 0; k < variables->count; k++) {
            const struct lt_variable *v = &variables->item[k];
            if (!v->trainable || !v->counted)
                continue;
            out->trainable_parameters = lt_add(out->trainable_parameters, v->elements);
            if (out->optimizer)
                out->optimizer_elements =
                    lt_add(out->optimizer_elements, lt_optimizer_elements(&out->optimizer_state, v));
        }
    }
    out->non_trainable_parameters = out->parameters - out->trainable_parameters;
    if (out->optimizer)
        out->optimizer_scalars = lt_optimizer_scalars(&out->document->setup, out->optimizer, out->loss_scaling);
}

void lt_rows_total(const struct lt_walked *walked, struct lt_estimate *out)
{
    for (uint32_t i = 0; i < out->row_count; i++) {
        const struct lt_layer_row *row = &out->row[i];
        if (!row->listed || row->nested)
            continue;
        out->parameters = lt_add(out->parameters, row->parameters);
        out->weight_bytes = lt_add(out->weight_bytes, row->weight_bytes);
        out->optimizer_bytes = lt_add(out->optimizer_bytes, row->optimizer_bytes);
    }
    count_trained(walked, out);
}
