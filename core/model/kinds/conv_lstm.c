/* ConvLSTM1D to 3D: an LSTM whose products are convolutions. Always a loop; each step convolves once per gate with its
 * part of the kernels. Keras 3's layers/rnn/conv_lstm.py. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/kinds.h"
#include "core/model/kinds/recurrent.h"

enum {
    FILTERS,
    KERNEL_SIZE,
    STRIDES,
    PADDING,
    DATA_FORMAT,
    DILATION_RATE,
    ACTIVATION,
    RECURRENT_ACTIVATION,
    USE_BIAS,
    UNIT_FORGET_BIAS,
    DROPOUT,
    RECURRENT_DROPOUT,
};

enum { GATES = 4, MAX_AXES = 3 };

const struct lt_field lt_conv_lstm_fields[LT_CONV_LSTM_FIELD_COUNT] = {
    {.name = "filters", .type = LT_FIELD_INT, .initial = "32", .low = 1, .high = 1 << 24, .help = "Output channels"},
    {.name = "kernel_size",
     .type = LT_FIELD_INTS,
     .initial = "3",
     .low = 1,
     .high = 1 << 20,
     .help = "Size of the window on each axis"},
    {.name = "strides",
     .type = LT_FIELD_INTS,
     .initial = "1",
     .low = 1,
     .high = 1 << 20,
     .help = "Step of the input's window on each axis"},
    {.name = "padding",
     .type = LT_FIELD_CHOICE,
     .initial = "valid",
     .choices = lt_window_paddings,
     .help = "Whether the input's window may reach over the edge"},
    {.name = "data_format",
     .type = LT_FIELD_CHOICE,
     .initial = "channels_last",
     .choices = lt_data_formats,
     .help = "Where the channel axis stands",
     .optional = true},
    {.name = "dilation_rate",
     .type = LT_FIELD_INTS,
     .initial = "1",
     .low = 1,
     .high = 1 << 20,
     .help = "Distance between the taps of the input's window"},
    {.name = "activation",
     .type = LT_FIELD_ACTIVATION,
     .initial = "tanh",
     .help = "Activation of the cell and the output"},
    {.name = "recurrent_activation",
     .type = LT_FIELD_ACTIVATION,
     .initial = "sigmoid",
     .help = "Activation of the gates"},
    {.name = "use_bias", .type = LT_FIELD_BOOL, .initial = "true", .help = "Add a bias to each gate"},
    {.name = "unit_forget_bias",
     .type = LT_FIELD_BOOL,
     .initial = "true",
     .help = "Start the forget gate's bias at one"},
    {.name = "dropout",
     .type = LT_FIELD_FLOAT,
     .initial = "0",
     .low = 0,
     .high = 1,
     .help = "Share of the inputs to drop"},
    {.name = "recurrent_dropout",
     .type = LT_FIELD_FLOAT,
     .initial = "0",
     .low = 0,
     .high = 1,
     .help = "Share of the recurrent state to drop"},
    LOOP_FIELDS,
};

/* The sizes of one step. */
struct geometry {
    int axes;
    int64_t kernel[MAX_AXES];
    int64_t channels, filters;
    struct lt_shape output; /* of one step */
    uint64_t taps, in_pixels, out_pixels, stride;
    bool first; /* channels_first */
};

static enum lt_status geometry_read(struct lt_call *call, struct geometry *g)
{
    int64_t strides[MAX_AXES], dilation[MAX_AXES];
    const struct lt_shape *x = call->in;
    *g = (struct geometry){
        .axes = call->layer->kind->parameter, .taps = 1, .in_pixels = 1, .out_pixels = 1, .stride = 1};
    if (call->in_count < 1 || x->rank != g->axes + 3)
        return lt_call_fail(call, "expects an input with %d axes: batch, time, %d of space, channels", g->axes + 3,
                            g->axes);
    const char *format = lt_config_text(call, DATA_FORMAT), *padding = lt_config_text(call, PADDING);
    enum lt_status status = lt_config_ints(call, KERNEL_SIZE, g->axes, 1, g->kernel);
    if (status == LT_OK)
        status = lt_config_ints(call, STRIDES, g->axes, 1, strides);
    if (status == LT_OK)
        status = lt_config_ints(call, DILATION_RATE, g->axes, 1, dilation);
    if (status != LT_OK)
        return status;
    g->first = format && strcmp(format, "channels_first") == 0;
    g->filters = lt_config_int(call, FILTERS);
    g->channels = g->first ? x->dim[2] : x->dim[x->rank - 1];
    g->output = (struct lt_shape){.rank = (int8_t)(g->axes + 2), .dtype = call->policy->compute, .dim = {x->dim[0]}};
    g->output.dim[g->first ? 1 : g->axes + 1] = g->filters;
    for (int i = 0; i < g->axes; i++) {
        int64_t n = x->dim[g->first ? 3 + i : 2 + i];
        enum lt_padding pad = padding && strcmp(padding, "same") == 0 ? LT_PADDING_SAME : LT_PADDING_VALID;
        int64_t positions = lt_window_positions(n, g->kernel[i], strides[i], dilation[i], pad);
        if (positions <= 0)
            return lt_call_fail(call, "a window of %lld does not fit into %lld", (long long)g->kernel[i], (long long)n);
        g->output.dim[g->first ? 2 + i : 1 + i] = positions;
        g->taps = lt_mul(g->taps, (uint64_t)g->kernel[i]);
        g->stride = lt_mul(g->stride, (uint64_t)strides[i]);
        g->in_pixels = lt_mul(g->in_pixels, (uint64_t)n);
        g->out_pixels = lt_mul(g->out_pixels, (uint64_t)positions);
    }
    return LT_OK;
}

enum lt_status lt_conv_lstm_shape(struct lt_call *call)
{
    struct geometry g;
    enum lt_status status = geometry_read(call, &g);
    return status == LT_OK ? lt_loop_shape(call, &g.output, (struct lt_shape[]){g.output, g.output}, 2) : status;
}

void lt_conv_lstm_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct geometry g;
    struct lt_call copy = *call;
    if (geometry_read(&copy, &g) != LT_OK)
        return;
    int64_t dim[MAX_AXES + 2];
    for (int i = 0; i < g.axes; i++)
        dim[i] = g.kernel[i];
    dim[g.axes] = g.channels;
    dim[g.axes + 1] = GATES * g.filters;
    lt_variable_add(call, out, "kernel", true, g.axes + 2, dim);
    dim[g.axes] = g.filters;
    lt_variable_add(call, out, "recurrent_kernel", true, g.axes + 2, dim);
    if (lt_config_bool(call, USE_BIAS))
        lt_variable_add(call, out, "bias", true, 1, (int64_t[]){GATES * g.filters});
    lt_variable_seed(call, out);
    lt_loop_state_variables(call, (struct lt_shape[]){g.output, g.output}, 2, out);
}

/* The four products of one operand with its parts of a kernel. */
static void convolve_gates(struct lt_builder *b, lt_tensor x, lt_tensor kernel, lt_tensor bias, double rate,
                           const struct lt_conv *conv, lt_tensor out[GATES])
{
    uint64_t part = lt_elements(b, kernel) / GATES, elements = lt_elements(b, x);
    for (int i = 0; i < GATES; i++) {
        lt_tensor dropped = lt_dropout(b, x, rate, elements);
        lt_tensor y = lt_convolve(b, LT_OP_CONV, dropped, lt_map_to(b, LT_OP_COPY, kernel, part), conv);
        out[i] = bias == LT_NO_TENSOR ? y : lt_bias(b, y, lt_map_to(b, LT_OP_COPY, bias, conv->out_channels));
    }
}

void lt_conv_lstm_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct geometry g;
    struct lt_call copy = *call;
    if (geometry_read(&copy, &g) != LT_OK)
        return;
    uint64_t batch = (uint64_t)call->in[0].dim[0], filters = (uint64_t)g.filters, channels = (uint64_t)g.channels;
    uint64_t elements = lt_shape_elements(&g.output);
    struct lt_conv in_conv = {.batch = batch,
                              .in_channels = channels,
                              .out_channels = filters,
                              .groups = 1,
                              .in_pixels = g.in_pixels,
                              .out_pixels = g.out_pixels,
                              .taps = g.taps,
                              .stride = g.stride};
    struct lt_conv state_conv = in_conv; /* of the state with itself: same padding, no stride */
    state_conv.in_channels = filters;
    state_conv.in_pixels = g.out_pixels;
    state_conv.stride = 1;

    lt_tensor x = lt_input(b, 0);
    lt_tensor bias = lt_config_bool(call, USE_BIAS) ? lt_weight(b, 2) : LT_NO_TENSOR;
    if (lt_loop_field(call, LOOP_GO_BACKWARDS))
        x = lt_map(b, LT_OP_COPY, x);
    lt_repeat_begin(b, (uint64_t)call->in[0].dim[1], lt_loop_field(call, LOOP_UNROLL));
    lt_tensor kernel = lt_weight(b, 0), recurrent = lt_weight(b, 1), state[2];
    lt_tensor x_t = lt_loop_step(b, x, lt_mul(lt_mul(batch, g.in_pixels), channels));
    struct lt_lstm_step step = {.activation = lt_config(call, ACTIVATION),
                                .recurrent_activation = lt_config(call, RECURRENT_ACTIVATION),
                                .elements = elements,
                                .carry = lt_state(b, elements, call->policy->compute)};
    lt_tensor h = lt_state(b, elements, call->policy->compute);
    convolve_gates(b, x_t, kernel, bias, lt_config_float(call, DROPOUT), &in_conv, step.x);
    convolve_gates(b, h, recurrent, LT_NO_TENSOR, lt_config_float(call, RECURRENT_DROPOUT), &state_conv, step.h);
    lt_lstm_step(b, &step, &state[0], &state[1]);
    lt_state_next(b, h, state[0]);
    lt_state_next(b, step.carry, state[1]);
    lt_repeat_end(b);
    lt_loop_outputs(call, b, state[0], state, 2);
}
