/* Recurrent layers: shapes, variables and counts against real Keras, and the ops they emit. */
#include "tests/core/layer_reference.h"

static void test_reference(void **state)
{
    (void)state;
    static const char *const classes[] = {"SimpleRNN",  "LSTM",       "GRU",        "RNN",
                                          "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", NULL};
    check_rows(classes, 72);
}

static const struct lt_shape sequence = {.rank = 3, .dim = {7, 10, 16}};

/* The op of one layer by its config, on (7, 10, 16). */
static struct lt_op only_op(const char *class_name, const char *config, enum lt_op_kind kind)
{
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, class_name, case_json(&arena, config));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    case_ops(&c, &b);
    assert_int_equal(case_count(&b, kind), 1);
    struct lt_op op = *case_op(&b, kind);
    case_end(&c);
    lt_arena_free(&arena);
    return op;
}

static unsigned flags(const char *class_name, const char *config, enum lt_op_kind kind)
{
    return only_op(class_name, config, kind).flags;
}

/* 2 * batch * steps * gates * units * (features + units): Keras's lstm.py, gru.py. */
static void test_flops(void **state)
{
    (void)state;
    struct lt_op op = only_op("LSTM", "{\"units\": 32}", LT_OP_LSTM);
    assert_true(op.flops == 2.0 * 7 * 10 * 4 * 32 * (16 + 32));
    assert_int_equal(op.dim[4], 4);
    assert_true(only_op("GRU", "{\"units\": 8}", LT_OP_GRU).flops == 2.0 * 7 * 10 * 3 * 8 * (16 + 8));
}

/* cudnn_ok of Keras's TensorFlow backend. */
static void test_fused(void **state)
{
    (void)state;
    assert_int_equal(flags("LSTM", "{}", LT_OP_LSTM), 0);
    assert_int_equal(flags("LSTM", "{\"return_sequences\": true}", LT_OP_LSTM), LT_OP_SEQUENCES);
    assert_int_equal(flags("LSTM", "{\"activation\": \"relu\"}", LT_OP_LSTM), LT_OP_NOT_FUSED);
    assert_int_equal(flags("LSTM", "{\"recurrent_activation\": \"hard_sigmoid\"}", LT_OP_LSTM), LT_OP_NOT_FUSED);
    assert_int_equal(flags("LSTM", "{\"use_bias\": false}", LT_OP_LSTM), LT_OP_NOT_FUSED);
    assert_int_equal(flags("LSTM", "{\"unroll\": true}", LT_OP_LSTM), LT_OP_NOT_FUSED | LT_OP_UNROLLED);
    assert_int_equal(flags("LSTM", "{\"dropout\": 0.1}", LT_OP_LSTM), LT_OP_DROPPED);
    assert_int_equal(flags("LSTM", "{\"recurrent_dropout\": 0.1}", LT_OP_LSTM),
                     LT_OP_NOT_FUSED | LT_OP_RECURRENT_DROPPED);
    assert_int_equal(flags("GRU", "{}", LT_OP_GRU), 0);
    assert_int_equal(flags("GRU", "{\"reset_after\": false}", LT_OP_GRU), LT_OP_NOT_FUSED | LT_OP_RESET_BEFORE);
    assert_int_equal(flags("RNN", "{\"cell\": {\"class_name\": \"LSTMCell\", \"config\": {}}}", LT_OP_LSTM),
                     LT_OP_NOT_FUSED);
}

/* Stacked cells: one turn of a repeat holds one step of all cells. */
static void test_stacked(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(
        &c, NULL, "RNN",
        case_json(&arena,
                  "{\"return_state\": true, \"cell\": {\"class_name\": \"StackedRNNCells\", \"config\": {\"cells\": ["
                  "{\"class_name\": \"LSTMCell\", \"config\": {\"units\": 5}},"
                  "{\"class_name\": \"GRUCell\", \"config\": {\"units\": 6}},"
                  "{\"class_name\": \"SimpleRNNCell\", \"config\": {\"units\": 3}}]}}}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(c.call.out_count, 5);
    assert_int_equal(c.call.out[0].dim[1], 3);
    assert_int_equal(c.call.out[3].dim[1], 6);
    /* 4*5*(16+5+1) + 3*6*(5+6+2) + 3*(6+3+1) */
    assert_int_equal(case_parameters(&c, true), 440 + 234 + 30);
    case_ops(&c, &b);
    assert_int_equal(case_count(&b, LT_OP_MATMUL), 6);
    const struct lt_op *op = case_op(&b, LT_OP_MATMUL);
    assert_int_equal(b.program.region[op->region].times, 10);
    case_end(&c);
    lt_arena_free(&arena);
}

/* A convolution for each gate of input and state, in each of 5 steps. */
static void test_conv_lstm(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape x = {.rank = 5, .dim = {7, 5, 20, 21, 3}};
    case_begin(&c, NULL, "ConvLSTM2D", case_json(&arena, "{\"filters\": 4, \"kernel_size\": [3, 3]}"));
    assert_int_equal(case_call(&c, &x, 1), LT_OK);
    case_ops(&c, &b);
    assert_int_equal(case_count(&b, LT_OP_CONV), 8);
    double flops = 0;
    for (uint32_t i = 0; i < b.program.op_count; i++)
        flops += b.program.op[i].flops * (double)b.program.region[b.program.op[i].region].times;
    assert_true(flops == 2.0 * 7 * 5 * 18 * 19 * 9 * 16 * (3 + 4));
    case_end(&c);
    lt_arena_free(&arena);
}

/* Biases of cuDNN: two for each gate, in one vector. */
static void test_cudnn(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "CuDNNLSTM", case_json(&arena, "{\"units\": 8}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(case_parameters(&c, true), 4 * 8 * (16 + 8) + 8 * 8);
    case_end(&c);
    lt_arena_free(&arena);
}

static void test_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape x = {.rank = 5, .dim = {7, 5, 20, 21, 3}};
    case_memory(NULL, "LSTM", case_json(&arena, "{\"stateful\": true, \"return_state\": true}"), NULL, &sequence, 1);
    case_memory(NULL, "ConvLSTM2D", case_json(&arena, "{\"return_sequences\": true}"), NULL, &x, 1);
    case_memory(NULL, "RNN",
                case_json(&arena, "{\"cell\": {\"class_name\": \"StackedRNNCells\", \"config\": {\"cells\": ["
                                  "{\"class_name\": \"LSTMCell\", \"config\": {}},"
                                  "{\"class_name\": \"GRUCell\", \"config\": {}}]}}}"),
                NULL, &sequence, 1);
    lt_arena_free(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape flat = {.rank = 2, .dim = {7, 10}};
    case_begin(&c, NULL, "LSTM", case_json(&arena, "{}"));
    assert_int_equal(case_call(&c, &flat, 1), LT_INVALID);
    assert_string_equal(c.call.problem, "expects an input with 3 axes: batch, time, features");
    case_end(&c);
    case_begin(&c, NULL, "ConvLSTM1D", case_json(&arena, "{\"kernel_size\": 12}"));
    struct lt_shape x = {.rank = 4, .dim = {7, 5, 9, 3}};
    assert_int_equal(case_call(&c, &x, 1), LT_INVALID);
    case_end(&c);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_flops),     cmocka_unit_test(test_fused),
        cmocka_unit_test(test_stacked),   cmocka_unit_test(test_conv_lstm), cmocka_unit_test(test_cudnn),
        cmocka_unit_test(test_memory),    cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
