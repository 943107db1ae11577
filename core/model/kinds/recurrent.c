/* Recurrent layers and their cells. A cell's fields come first in the table of its layer too, so that both read them by
 * the same index. Keras 3's layers/rnn/{simple_rnn,lstm,gru,rnn,stacked_rnn_cells}.py. */
#include "core/base/checked.h"
#include "core/model/activation.h"
#include "core/model/kinds/inner.h"
#include "core/model/kinds/kinds.h"
#include "core/model/kinds/recurrent.h"

enum cell_field {
    UNITS,
    ACTIVATION,
    USE_BIAS,
    DROPOUT,
    RECURRENT_DROPOUT,
    SEED,
    RECURRENT_ACTIVATION, /* LSTM, GRU */
    RESET_AFTER,          /* GRU */
};

#define CELL_FIELDS                                                                                                    \
    {.name = "units",                                                                                                  \
     .type = LT_FIELD_INT,                                                                                             \
     .initial = "32",                                                                                                  \
     .low = 1,                                                                                                         \
     .high = 1 << 24,                                                                                                  \
     .help = "Size of the output and of a state"},                                                                     \
        {.name = "activation", .type = LT_FIELD_ACTIVATION, .initial = "tanh", .help = "Activation of the output"},    \
        {.name = "use_bias", .type = LT_FIELD_BOOL, .initial = "true", .help = "Add a bias to each gate"},             \
        {.name = "dropout",                                                                                            \
         .type = LT_FIELD_FLOAT,                                                                                       \
         .initial = "0",                                                                                               \
         .low = 0,                                                                                                     \
         .high = 1,                                                                                                    \
         .help = "Share of the inputs to drop"},                                                                       \
        {.name = "recurrent_dropout",                                                                                  \
         .type = LT_FIELD_FLOAT,                                                                                       \
         .initial = "0",                                                                                               \
         .low = 0,                                                                                                     \
         .high = 1,                                                                                                    \
         .help = "Share of the recurrent state to drop; more than 0 rules out a fused kernel"},                        \
    {                                                                                                                  \
        .name = "seed", .type = LT_FIELD_INT, .help = "Seed of the dropout", .optional = true                          \
    }
#define GATE_FIELD                                                                                                     \
    {                                                                                                                  \
        .name = "recurrent_activation", .type = LT_FIELD_ACTIVATION, .initial = "sigmoid",                             \
        .help = "Activation of the gates"                                                                              \
    }
#define LSTM_FIELD                                                                                                     \
    {                                                                                                                  \
        .name = "unit_forget_bias", .type = LT_FIELD_BOOL, .initial = "true",                                          \
        .help = "Start the forget gate's bias at one"                                                                  \
    }
#define GRU_FIELD                                                                                                      \
    {                                                                                                                  \
        .name = "reset_after", .type = LT_FIELD_BOOL, .initial = "true",                                               \
        .help = "Apply the reset gate after the product, as fused kernels do"                                          \
    }

static const struct lt_field simple_cell_fields[] = {CELL_FIELDS};
static const struct lt_field lstm_cell_fields[] = {CELL_FIELDS, GATE_FIELD, LSTM_FIELD};
static const struct lt_field gru_cell_fields[] = {CELL_FIELDS, GATE_FIELD, GRU_FIELD};
static const struct lt_field simple_fields[] = {CELL_FIELDS, LOOP_FIELDS};
static const struct lt_field lstm_fields[] = {CELL_FIELDS, GATE_FIELD, LSTM_FIELD, LOOP_FIELDS};
static const struct lt_field gru_fields[] = {CELL_FIELDS, GATE_FIELD, GRU_FIELD, LOOP_FIELDS};
static const struct lt_field loop_fields[] = {LOOP_FIELDS};

/* kind->parameter is the number of gates: 1, 4 (LSTM), 3 (GRU). */
enum { SIMPLE = 1, GRU = 3, LSTM = 4 };

static int gates_of(const struct lt_call *call)
{
    return call->layer->kind->parameter;
}

/* The variant of Keras 2's layers that only a fused kernel computes: their biases are those of cuDNN, two for each
 * gate, in one vector (Keras 2.2.4 layers/cudnn_recurrent.py). */
static const char cudnn[] = "cudnn";

static bool resets_after(const struct lt_call *call)
{
    return gates_of(call) == GRU && call->layer->kind->variant != cudnn && lt_config_bool(call, RESET_AFTER);
}

static struct lt_shape state_shape(const struct lt_call *call, int64_t batch)
{
    return (struct lt_shape){.rank = 2, .dtype = call->policy->compute, .dim = {batch, lt_config_int(call, UNITS)}};
}

/* Cells: one step */

static enum lt_status cell_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank != 2)
        return lt_call_fail(call, "expects one step with 2 axes: batch, features");
    int states = gates_of(call) == LSTM ? 2 : 1;
    struct lt_shape *out = lt_call_out(call, 1 + states);
    for (int i = 0; out && i <= states; i++)
        out[i] = state_shape(call, call->in[0].dim[0]);
    return out ? LT_OK : LT_NO_MEMORY;
}

/* Of cells and of the layers around them alike: the last axis of the input holds the features. */
static void cell_variables(const struct lt_call *call, struct lt_variables *out)
{
    if (call->in_count < 1 || call->in[0].rank < 2)
        return;
    int64_t units = lt_config_int(call, UNITS), width = units * gates_of(call);
    int64_t features = call->in[0].dim[call->in[0].rank - 1];
    lt_variable_add(call, out, "kernel", true, 2, (int64_t[]){features, width});
    lt_variable_add(call, out, "recurrent_kernel", true, 2, (int64_t[]){units, width});
    if (lt_config_bool(call, USE_BIAS) && resets_after(call))
        lt_variable_add(call, out, "bias", true, 2, (int64_t[]){2, width});
    else if (lt_config_bool(call, USE_BIAS))
        lt_variable_add(call, out, "bias", true, 1,
                        (int64_t[]){call->layer->kind->variant == cudnn ? 2 * width : width});
    lt_variable_seed(call, out);
}

/* The parts of one step that its gates share. */
struct step {
    const struct lt_call *call;
    uint64_t batch, features, units, gates, elements; /* elements of a state */
    lt_tensor x, h, kernel, recurrent, bias, recurrent_bias;
};

static struct step step_begin(const struct lt_call *call, struct lt_builder *b)
{
    struct step s = {.call = call,
                     .batch = (uint64_t)call->in[0].dim[0],
                     .features = (uint64_t)call->in[0].dim[1],
                     .units = (uint64_t)lt_config_int(call, UNITS),
                     .gates = (uint64_t)gates_of(call),
                     .bias = LT_NO_TENSOR,
                     .recurrent_bias = LT_NO_TENSOR};
    s.elements = lt_mul(s.batch, s.units);
    s.kernel = lt_weight(b, 0);
    s.recurrent = lt_weight(b, 1);
    if (lt_config_bool(call, USE_BIAS))
        s.bias = lt_weight(b, 2);
    if (s.bias != LT_NO_TENSOR && resets_after(call)) {
        s.recurrent_bias = lt_map_to(b, LT_OP_COPY, s.bias, s.units * s.gates);
        s.bias = lt_map_to(b, LT_OP_COPY, s.bias, s.units * s.gates);
    }
    lt_tensor x = lt_input(b, 0);
    s.x = lt_dropout(b, x, lt_config_float(call, DROPOUT), lt_elements(b, x));
    lt_tensor h = call->in_count > 1 ? lt_input(b, 1) : lt_state(b, s.elements, call->policy->compute);
    s.h = lt_dropout(b, h, lt_config_float(call, RECURRENT_DROPOUT), s.elements);
    return s;
}

/* x times a kernel of all gates, cut into the gates' parts. */
static void project_gates(struct lt_builder *b, const struct step *s, lt_tensor x, lt_tensor kernel, lt_tensor bias,
                          uint64_t depth, lt_tensor *out)
{
    lt_tensor all = lt_bias(b, lt_matmul(b, x, kernel, 1, s->batch, s->units * s->gates, depth), bias);
    for (uint64_t i = 0; i < s->gates; i++)
        out[i] = s->gates == 1 ? all : lt_map_to(b, LT_OP_COPY, all, s->elements);
}

static lt_tensor gru_step(struct lt_builder *b, const struct step *s)
{
    const struct lt_value *gate = lt_config(s->call, RECURRENT_ACTIVATION);
    lt_tensor x[GRU], h[GRU], candidate;
    project_gates(b, s, s->x, s->kernel, s->bias, s->features, x);
    if (resets_after(s->call)) {
        project_gates(b, s, s->h, s->recurrent, s->recurrent_bias, s->units, h);
    } else {
        lt_tensor part = lt_map_to(b, LT_OP_COPY, s->recurrent, s->units * s->units * 2);
        lt_tensor both = lt_matmul(b, s->h, part, 1, s->batch, s->units * 2, s->units);
        h[0] = lt_map_to(b, LT_OP_COPY, both, s->elements);
        h[1] = lt_map_to(b, LT_OP_COPY, both, s->elements);
    }
    lt_tensor update = lt_gate(b, x[0], h[0], s->elements, gate);
    lt_tensor reset = lt_gate(b, x[1], h[1], s->elements, gate);
    if (resets_after(s->call)) {
        candidate = lt_combine(b, LT_OP_MULTIPLY, reset, h[2], s->elements);
    } else {
        lt_tensor part = lt_map_to(b, LT_OP_COPY, s->recurrent, s->units * s->units);
        lt_tensor kept = lt_combine(b, LT_OP_MULTIPLY, reset, s->h, s->elements);
        candidate = lt_matmul(b, kept, part, 1, s->batch, s->units, s->units);
    }
    candidate = lt_gate(b, x[2], candidate, s->elements, lt_config(s->call, ACTIVATION));
    lt_tensor kept = lt_combine(b, LT_OP_MULTIPLY, update, s->h, s->elements);
    lt_tensor rest = lt_map(b, LT_OP_SCALE, update); /* 1 - update */
    return lt_combine(b, LT_OP_ADD, kept, lt_combine(b, LT_OP_MULTIPLY, rest, candidate, s->elements), s->elements);
}

static void cell_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct step s = step_begin(call, b);
    lt_tensor x[LSTM], h[LSTM], out, carry = LT_NO_TENSOR;
    if (s.gates == GRU) {
        out = gru_step(b, &s);
    } else {
        project_gates(b, &s, s.x, s.kernel, s.bias, s.features, x);
        project_gates(b, &s, s.h, s.recurrent, LT_NO_TENSOR, s.units, h);
        out = s.gates == SIMPLE ? lt_gate(b, x[0], h[0], s.elements, lt_config(call, ACTIVATION)) : LT_NO_TENSOR;
    }
    if (s.gates == LSTM) {
        struct lt_lstm_step step = {.activation = lt_config(call, ACTIVATION),
                                    .recurrent_activation = lt_config(call, RECURRENT_ACTIVATION),
                                    .elements = s.elements,
                                    .x = {x[0], x[1], x[2], x[3]},
                                    .h = {h[0], h[1], h[2], h[3]},
                                    .carry = call->in_count > 2 ? lt_input(b, 2)
                                                                : lt_state(b, s.elements, call->policy->compute)};
        lt_lstm_step(b, &step, &out, &carry);
    }
    lt_output(b, 0, out);
    lt_output(b, 1, lt_alias(b, out));
    if (s.gates == LSTM)
        lt_output(b, 2, carry);
}

static const char stacked[] = "stacked"; /* variant of the kind whose children are cells */

/* The shapes of the states of a cell, flat, as it lists them; -1: a cell that is not in the catalogue. */
static int cell_states(const struct lt_call *call, uint32_t index, int64_t batch, struct lt_shape *state, int room)
{
    struct lt_call cell = *call;
    cell.index = index;
    cell.layer = &call->layers[index];
    if (cell.layer->kind->ops == cell_ops) {
        int count = gates_of(&cell) == LSTM ? 2 : 1;
        for (int i = 0; i < count && i < room; i++)
            state[i] = state_shape(&cell, batch);
        return count <= room ? count : -1;
    }
    if (cell.layer->kind->variant != stacked)
        return -1;
    int total = 0;
    for (int i = 0; i < cell.layer->child_count; i++) {
        int count = cell_states(call, cell.layer->child[i], batch, state + total, room - total);
        if (count < 0)
            return -1;
        total += count;
    }
    return total;
}

/* StackedRNNCells: the output of one cell is the input of the next; the states stand one cell after another. */

/* The call of child i on `x` and its share of the states, which begin at *first; moves *first on. */
static enum lt_status stacked_child(const struct lt_call *call, int i, const struct lt_shape *x, int *first,
                                    struct lt_call *child)
{
    struct lt_shape *in = lt_alloc_array(call->arena, 1 + LT_MAX_STATES, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    in[0] = *x;
    int states = cell_states(call, call->layer->child[i], x->dim[0], in + 1, LT_MAX_STATES);
    if (states < 0)
        return LT_UNSUPPORTED;
    *first += states;
    return lt_inner_call(call, i, in, 1 + states, child);
}

static enum lt_status stacked_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank < 1 || call->layer->child_count == 0)
        return lt_call_fail(call, "expects one step and at least one cell");
    struct lt_shape state[LT_MAX_STATES], x = call->in[0];
    int states = cell_states(call, call->index, x.dim[0], state, LT_MAX_STATES), first = 0;
    if (states < 0)
        return LT_UNSUPPORTED;
    struct lt_shape *out = lt_call_out(call, 1 + states);
    if (!out)
        return LT_NO_MEMORY;
    for (int i = 0; i < call->layer->child_count; i++) {
        struct lt_call child;
        enum lt_status status = stacked_child(call, i, &x, &first, &child);
        if (status != LT_OK)
            return status == LT_INVALID ? lt_call_fail(call, "%s", child.problem) : status;
        x = child.out[0];
    }
    out[0] = x;
    for (int i = 0; i < states; i++)
        out[1 + i] = state[i];
    return LT_OK;
}

static void stacked_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_shape x = call->in_count ? call->in[0] : LT_SHAPE_UNKNOWN;
    int first = 0;
    for (int i = 0; x.rank > 0 && i < call->layer->child_count; i++) {
        struct lt_call child;
        if (stacked_child(call, i, &x, &first, &child) != LT_OK)
            return;
        lt_inner_variables(call, &child, out);
        x = child.out[0];
    }
}

static void stacked_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_variables before = {.arena = b->arena};
    struct lt_shape shape = call->in[0];
    lt_tensor in[1 + LT_MAX_STATES], out[1 + LT_MAX_STATES], x = lt_input(b, 0);
    int first = 0;
    for (int i = 0; i < call->layer->child_count; i++) {
        struct lt_call child;
        int start = first, weight = (int)before.count;
        if (stacked_child(call, i, &shape, &first, &child) != LT_OK)
            return;
        in[0] = x;
        for (int s = start; s < first; s++) {
            uint64_t elements = lt_shape_elements(&child.in[1 + s - start]);
            in[1 + s - start] =
                1 + s < call->in_count ? lt_input(b, 1 + s) : lt_state(b, elements, call->policy->compute);
        }
        lt_inner_ops(&child, b, weight, in, out);
        lt_inner_variables(call, &child, &before);
        for (int s = start; s < first; s++)
            lt_output(b, 1 + s, out[1 + s - start]);
        x = out[0];
        shape = child.out[0];
    }
    lt_output(b, 0, lt_alias(b, x));
}

/* SimpleRNN, LSTM, GRU: the loop over one of these cells, which frameworks know as a whole */

static enum lt_status layer_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank != 3)
        return lt_call_fail(call, "expects an input with 3 axes: batch, time, features");
    struct lt_shape state = state_shape(call, call->in[0].dim[0]);
    return lt_loop_shape(call, &state, (struct lt_shape[]){state, state}, gates_of(call) == LSTM ? 2 : 1);
}

static void layer_variables(const struct lt_call *call, struct lt_variables *out)
{
    if (call->in_count < 1 || call->in[0].rank != 3)
        return;
    cell_variables(call, out);
    struct lt_shape state = state_shape(call, call->in[0].dim[0]);
    lt_loop_state_variables(call, (struct lt_shape[]){state, state}, gates_of(call) == LSTM ? 2 : 1, out);
}

/* Whether the configuration leaves the one form that fused kernels compute (Keras 3's backend/tensorflow/rnn.py,
 * cudnn_ok). `call` is the cell's or the layer's. */
static bool fused(const struct lt_call *call)
{
    return lt_activation_op(lt_config(call, ACTIVATION)) == LT_OP_TANH && lt_config_bool(call, USE_BIAS) &&
           lt_config_float(call, RECURRENT_DROPOUT) <= 0 &&
           (gates_of(call) == SIMPLE || lt_activation_op(lt_config(call, RECURRENT_ACTIVATION)) == LT_OP_SIGMOID) &&
           (gates_of(call) != GRU || lt_config_bool(call, RESET_AFTER));
}

/* Emits the loop that `call` is over the cell that `cell` describes (which may be the same). */
static void emit_loop(const struct lt_call *call, const struct lt_call *cell, bool may_fuse, struct lt_builder *b)
{
    static const enum lt_op_kind ops[] = {[SIMPLE] = LT_OP_SIMPLE_RNN, [GRU] = LT_OP_GRU, [LSTM] = LT_OP_LSTM};
    const struct lt_shape *in = &call->in[0];
    uint64_t dim[] = {(uint64_t)in->dim[0],
                      (uint64_t)in->dim[1],
                      (uint64_t)in->dim[2],
                      (uint64_t)lt_config_int(cell, UNITS),
                      (uint64_t)gates_of(cell),
                      (uint64_t)lt_activation_op(lt_config(cell, ACTIVATION)),
                      gates_of(cell) == SIMPLE ? 0 : (uint64_t)lt_activation_op(lt_config(cell, RECURRENT_ACTIVATION))};
    bool unrolled = lt_loop_field(call, LOOP_UNROLL);
    unsigned flags = may_fuse && fused(cell) && !unrolled ? 0 : LT_OP_NOT_FUSED;
    flags |= unrolled ? LT_OP_UNROLLED : 0;
    flags |= call->masked ? LT_OP_MASKED : 0;
    flags |= lt_loop_field(call, LOOP_RETURN_SEQUENCES) ? LT_OP_SEQUENCES : 0;
    flags |= gates_of(cell) == GRU && !resets_after(cell) ? LT_OP_RESET_BEFORE : 0;
    flags |= call->training && lt_config_float(cell, DROPOUT) > 0 ? LT_OP_DROPPED : 0;
    flags |= call->training && lt_config_float(cell, RECURRENT_DROPOUT) > 0 ? LT_OP_RECURRENT_DROPPED : 0;

    lt_tensor x = lt_input(b, 0), states[2];
    if (lt_loop_field(call, LOOP_GO_BACKWARDS))
        x = lt_map(b, LT_OP_COPY, x);
    lt_tensor out =
        lt_recurrent(b, ops[gates_of(cell)], x, lt_weight_raw(b, 0), lt_weight_raw(b, 1),
                     lt_config_bool(cell, USE_BIAS) ? lt_weight_raw(b, 2) : LT_NO_TENSOR, dim, flags, states);
    /* The op has no operand for given initial states: sums join them, so that their gradients flow. */
    int state_count = gates_of(cell) == LSTM ? 2 : 1;
    for (int i = 1; i < call->in_count && i <= state_count; i++)
        out = lt_combine(b, LT_OP_ADD, out, lt_input(b, i), lt_elements(b, out));
    lt_output(b, 0, out);
    for (int i = 1; i < call->out_count && i <= state_count; i++)
        lt_output(b, i, states[i - 1]);
}

static void layer_ops(const struct lt_call *call, struct lt_builder *b)
{
    emit_loop(call, call, true, b);
}

/* RNN: the loop over any cell */

/* The call of the cell on one step. LT_UNSUPPORTED: a cell that is not in the catalogue. */
static enum lt_status rnn_cell(const struct lt_call *call, struct lt_call *cell, int *states)
{
    struct lt_shape *in = lt_alloc_array(call->arena, 1 + LT_MAX_STATES, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    const struct lt_shape *x = &call->in[0];
    if (call->layer->child_count < 1 || call->in_count < 1 || x->rank < 3)
        return LT_INVALID;
    in[0] = *x;
    in[0].rank = (int8_t)(x->rank - 1);
    for (int i = 1; i < in[0].rank; i++)
        in[0].dim[i] = x->dim[i + 1];
    *states = cell_states(call, call->layer->child[0], x->dim[0], in + 1, LT_MAX_STATES);
    return *states < 0 ? LT_UNSUPPORTED : lt_inner_call(call, 0, in, 1 + *states, cell);
}

static enum lt_status rnn_shape(struct lt_call *call)
{
    struct lt_call cell = {0};
    int states;
    enum lt_status status = rnn_cell(call, &cell, &states);
    if (status == LT_INVALID)
        return lt_call_fail(call, "%s", cell.problem ? cell.problem : "expects a cell and an input with 3 axes");
    return status == LT_OK ? lt_loop_shape(call, &cell.out[0], &cell.out[1], states) : status;
}

static void rnn_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call cell;
    int states;
    if (rnn_cell(call, &cell, &states) != LT_OK)
        return;
    lt_inner_variables(call, &cell, out);
    lt_loop_state_variables(call, &cell.out[1], states, out);
}

/* A loop over several cells: one turn of a repeat is one step of all of them. */
static void emit_steps(const struct lt_call *call, const struct lt_call *cell, int states, struct lt_builder *b)
{
    lt_tensor x = lt_input(b, 0), in[1 + LT_MAX_STATES], out[1 + LT_MAX_STATES];
    if (lt_loop_field(call, LOOP_GO_BACKWARDS))
        x = lt_map(b, LT_OP_COPY, x);
    lt_repeat_begin(b, (uint64_t)call->in[0].dim[1], lt_loop_field(call, LOOP_UNROLL));
    in[0] = lt_loop_step(b, x, lt_shape_elements(&cell->in[0]));
    for (int i = 1; i <= states; i++)
        in[i] = lt_state(b, lt_shape_elements(&cell->in[i]), cell->policy->compute);
    lt_inner_ops(cell, b, 0, in, out);
    for (int i = 1; i <= states; i++)
        lt_state_next(b, in[i], out[i]);
    lt_repeat_end(b);
    lt_loop_outputs(call, b, out[0], out + 1, states);
}

static void rnn_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call cell;
    int states = 0;
    enum lt_status status = rnn_cell(call, &cell, &states);
    if (status == LT_UNSUPPORTED)
        lt_opaque(call, b);
    else if (status == LT_OK && cell.layer->kind->ops == cell_ops)
        emit_loop(call, &cell, false, b);
    else if (status == LT_OK)
        emit_steps(call, &cell, states, b);
}

#define COUNT(array) ((uint8_t)(sizeof(array) / sizeof *(array)))
#define LAYER(class, sentence, table, gates)                                                                           \
    {                                                                                                                  \
        .name = class, .module = "keras.layers", .help = sentence, .family = LT_FAMILY_RECURRENT, .config = table,     \
        .config_count = COUNT(table), .parameter = gates, .shape = layer_shape, .variables = layer_variables,          \
        .ops = layer_ops                                                                                               \
    }
#define CUDNN(class, sentence, table, gates)                                                                           \
    {                                                                                                                  \
        .name = class, .module = "keras.layers", .help = sentence, .family = LT_FAMILY_RECURRENT, .config = table,     \
        .config_count = COUNT(table), .variant = cudnn, .parameter = gates, .shape = layer_shape,                      \
        .variables = layer_variables, .ops = layer_ops                                                                 \
    }
#define CELL(class, sentence, table, gates)                                                                            \
    {                                                                                                                  \
        .name = class, .module = "keras.layers", .help = sentence, .family = LT_FAMILY_RECURRENT, .config = table,     \
        .config_count = COUNT(table), .parameter = gates, .shape = cell_shape, .variables = cell_variables,            \
        .ops = cell_ops                                                                                                \
    }
#define CONV_LSTM(class, sentence, axes)                                                                               \
    {                                                                                                                  \
        .name = class, .module = "keras.layers", .help = sentence, .family = LT_FAMILY_RECURRENT,                      \
        .config = lt_conv_lstm_fields, .config_count = LT_CONV_LSTM_FIELD_COUNT, .parameter = axes, .composite = true, \
        .shape = lt_conv_lstm_shape, .variables = lt_conv_lstm_variables, .ops = lt_conv_lstm_ops                      \
    }

const struct lt_kind kinds_recurrent[] = {
    LAYER("SimpleRNN", "A fully connected recurrent layer", simple_fields, SIMPLE),
    LAYER("LSTM", "Long short-term memory: four gates and a carried cell state", lstm_fields, LSTM),
    LAYER("GRU", "Gated recurrent unit: three gates", gru_fields, GRU),
    CUDNN("CuDNNLSTM", "Keras 2's LSTM that only a fused kernel computes", lstm_fields, LSTM),
    CUDNN("CuDNNGRU", "Keras 2's GRU that only a fused kernel computes", gru_fields, GRU),
    CELL("SimpleRNNCell", "One step of a SimpleRNN", simple_cell_fields, SIMPLE),
    CELL("LSTMCell", "One step of an LSTM", lstm_cell_fields, LSTM),
    CELL("GRUCell", "One step of a GRU", gru_cell_fields, GRU),
    {.name = "StackedRNNCells",
     .module = "keras.layers",
     .help = "Several cells, each on the output of the one before, as one cell",
     .family = LT_FAMILY_RECURRENT,
     .variant = stacked,
     .shape = stacked_shape,
     .variables = stacked_variables,
     .ops = stacked_ops},
    {.name = "RNN",
     .module = "keras.layers",
     .help = "A loop over time around any cell",
     .family = LT_FAMILY_RECURRENT,
     .config = loop_fields,
     .config_count = COUNT(loop_fields),
     .shape = rnn_shape,
     .variables = rnn_variables,
     .ops = rnn_ops},
    CONV_LSTM("ConvLSTM1D", "An LSTM that convolves over one axis of space", 1),
    CONV_LSTM("ConvLSTM2D", "An LSTM that convolves over images", 2),
    CONV_LSTM("ConvLSTM3D", "An LSTM that convolves over volumes", 3),
    {0},
};
