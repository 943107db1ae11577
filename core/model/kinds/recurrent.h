/* What the files of the recurrent family share: the fields of every loop over time, and the pieces that cells and loops
 * are emitted from. It knows no framework. */
#ifndef LT_MODEL_KINDS_RECURRENT_H
#define LT_MODEL_KINDS_RECURRENT_H

#include "core/model/kind.h"

enum { LT_MAX_STATES = 32 };

/* The fields that every loop over time has, at the end of its table: LOOP_FIELDS, found by lt_loop_field. */
enum lt_loop_field {
    LOOP_RETURN_SEQUENCES,
    LOOP_RETURN_STATE,
    LOOP_GO_BACKWARDS,
    LOOP_STATEFUL,
    LOOP_UNROLL,
    LOOP_ZERO_OUTPUT_FOR_MASK,
    LOOP_COUNT
};

#define LOOP_FIELDS                                                                                                    \
    {.name = "return_sequences",                                                                                       \
     .type = LT_FIELD_BOOL,                                                                                            \
     .initial = "false",                                                                                               \
     .help = "Give the output of every step instead of the last one"},                                                 \
        {.name = "return_state",                                                                                       \
         .type = LT_FIELD_BOOL,                                                                                        \
         .initial = "false",                                                                                           \
         .help = "Give the final states as further outputs"},                                                          \
        {.name = "go_backwards", .type = LT_FIELD_BOOL, .initial = "false", .help = "Read the sequence from its end"}, \
        {.name = "stateful",                                                                                           \
         .type = LT_FIELD_BOOL,                                                                                        \
         .initial = "false",                                                                                           \
         .help = "Start each batch from the final states of the last one"},                                            \
        {.name = "unroll",                                                                                             \
         .type = LT_FIELD_BOOL,                                                                                        \
         .initial = "false",                                                                                           \
         .help = "Separate operations for each step instead of a loop"},                                               \
    {                                                                                                                  \
        .name = "zero_output_for_mask", .type = LT_FIELD_BOOL, .initial = "false",                                     \
        .help = "Give zeros where a step is masked instead of the output before it"                                    \
    }

/* A field of the loop; its table ends with LOOP_FIELDS. */
bool lt_loop_field(const struct lt_call *call, enum lt_loop_field field);

/* Results of a loop whose cell gives `output` per step and ends with these states: the sequence or the last output,
 * then the states where they are asked for. */
enum lt_status lt_loop_shape(struct lt_call *call, const struct lt_shape *output, const struct lt_shape *state,
                             int states);

/* The state variables of a stateful loop; they are no parameters. */
void lt_loop_state_variables(const struct lt_call *call, const struct lt_shape *state, int states,
                             struct lt_variables *out);

/* The slice of one time step of operand x with `elements` elements; inside the repeat. */
lt_tensor lt_loop_step(struct lt_builder *b, lt_tensor x, uint64_t elements);

/* After lt_repeat_end: sets the outputs from the last step's result and states. */
void lt_loop_outputs(const struct lt_call *call, struct lt_builder *b, lt_tensor step, const lt_tensor *state,
                     int states);

/* A gate: activation(x + y) of `elements`. */
lt_tensor lt_gate(struct lt_builder *b, lt_tensor x, lt_tensor y, uint64_t elements, const struct lt_value *activation);

/* The new states of an LSTM from its four gates' sums of input and recurrent parts. */
struct lt_lstm_step {
    const struct lt_value *activation, *recurrent_activation;
    uint64_t elements;    /* of a state */
    lt_tensor x[4], h[4]; /* input, forget, cell, output */
    lt_tensor carry;
};
void lt_lstm_step(struct lt_builder *b, const struct lt_lstm_step *step, lt_tensor *output, lt_tensor *carry);

/* ConvLSTM1D to 3D (conv_lstm.c); kind->parameter: the number of spatial axes. */
extern const struct lt_field lt_conv_lstm_fields[];
enum { LT_CONV_LSTM_FIELD_COUNT = 12 + LOOP_COUNT };
enum lt_status lt_conv_lstm_shape(struct lt_call *call);
void lt_conv_lstm_variables(const struct lt_call *call, struct lt_variables *out);
void lt_conv_lstm_ops(const struct lt_call *call, struct lt_builder *b);

#endif
