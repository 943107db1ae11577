/* The loop over time around a cell: what all recurrent layers share. */
#include "core/base/checked.h"
#include "core/model/kinds/recurrent.h"

bool lt_loop_field(const struct lt_call *call, enum lt_loop_field field)
{
    return lt_config_bool(call, call->layer->kind->config_count - LOOP_COUNT + (int)field);
}

enum lt_status lt_loop_shape(struct lt_call *call, const struct lt_shape *output, const struct lt_shape *state,
                             int states)
{
    bool sequences = lt_loop_field(call, LOOP_RETURN_SEQUENCES), with_state = lt_loop_field(call, LOOP_RETURN_STATE);
    if (sequences && output->rank == LT_MAX_RANK)
        return lt_call_fail(call, "the output has more than %d axes", LT_MAX_RANK);
    struct lt_shape *out = lt_call_out(call, with_state ? 1 + states : 1);
    if (!out)
        return LT_NO_MEMORY;
    out[0] = *output;
    if (sequences) {
        out[0].rank = (int8_t)(output->rank + 1);
        out[0].dim[1] = call->in[0].dim[1];
        for (int i = 1; i < output->rank; i++)
            out[0].dim[i + 1] = output->dim[i];
    }
    for (int i = 0; with_state && i < states; i++)
        out[1 + i] = state[i];
    return LT_OK;
}

void lt_loop_state_variables(const struct lt_call *call, const struct lt_shape *state, int states,
                             struct lt_variables *out)
{
    if (!lt_loop_field(call, LOOP_STATEFUL))
        return;
    for (int i = 0; i < states; i++) {
        struct lt_variable *v = lt_variable_add(call, out, "state", false, state[i].rank, state[i].dim);
        if (v)
            v->counted = false;
    }
}

lt_tensor lt_loop_step(struct lt_builder *b, lt_tensor x, uint64_t elements)
{
    return lt_map_to(b, LT_OP_COPY, x, elements);
}

void lt_loop_outputs(const struct lt_call *call, struct lt_builder *b, lt_tensor step, const lt_tensor *state,
                     int states)
{
    bool sequences = lt_loop_field(call, LOOP_RETURN_SEQUENCES);
    lt_output(b, 0, sequences ? lt_map_to(b, LT_OP_COPY, step, lt_shape_elements(&call->out[0])) : lt_alias(b, step));
    for (int i = 0; i < states && 1 + i < call->out_count; i++)
        lt_output(b, 1 + i, lt_alias(b, state[i]));
}

lt_tensor lt_gate(struct lt_builder *b, lt_tensor x, lt_tensor y, uint64_t elements, const struct lt_value *activation)
{
    return lt_activate(b, lt_combine(b, LT_OP_ADD, x, y, elements), activation);
}

void lt_lstm_step(struct lt_builder *b, const struct lt_lstm_step *step, lt_tensor *output, lt_tensor *carry)
{
    uint64_t n = step->elements;
    lt_tensor input = lt_gate(b, step->x[0], step->h[0], n, step->recurrent_activation);
    lt_tensor forget = lt_gate(b, step->x[1], step->h[1], n, step->recurrent_activation);
    lt_tensor cell = lt_gate(b, step->x[2], step->h[2], n, step->activation);
    lt_tensor kept = lt_combine(b, LT_OP_MULTIPLY, forget, step->carry, n);
    lt_tensor added = lt_combine(b, LT_OP_MULTIPLY, input, cell, n);
    *carry = lt_combine(b, LT_OP_ADD, kept, added, n);
    lt_tensor out = lt_gate(b, step->x[3], step->h[3], n, step->recurrent_activation);
    *output = lt_combine(b, LT_OP_MULTIPLY, out, lt_activate(b, *carry, step->activation), n);
}
