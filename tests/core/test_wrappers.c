/* Wrappers: shapes, variables and counts against real Keras, and the ops they emit. */
#include "tests/core/estimating.h"
#include "tests/core/layer_reference.h"

static void test_reference(void **state)
{
    (void)state;
    static const char *const classes[] = {"Bidirectional", "TimeDistributed", "SpectralNormalization", "Wrapper", NULL};
    check_rows(classes, 47);
}

static const struct lt_shape sequence = {.rank = 3, .dim = {7, 10, 16}};

#define LSTM_OF(units) "{\"class_name\": \"LSTM\", \"config\": {\"return_sequences\": true, \"units\": " units "}}"

/* Files of older Keras name one direction only. */
static void test_one_child(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "Bidirectional", case_json(&arena, "{\"layer\": " LSTM_OF("32") "}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(case_parameters(&c, true), 12544);
    assert_int_equal(c.call.out[0].dim[2], 64);
    case_ops(&c, &b);
    assert_int_equal(case_count(&b, LT_OP_LSTM), 2);
    assert_int_equal(case_count(&b, LT_OP_CONCAT), 1);
    case_end(&c);
    lt_arena_free(&arena);
}

/* Keras 3's model goes on to train what a frozen wrapper holds, Keras 2's does not. */
static void test_frozen(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "Bidirectional", case_json(&arena, "{\"trainable\": false, \"layer\": " LSTM_OF("32") "}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(case_parameters(&c, true), 12544);
    c.call.keras_3 = false;
    c.variables.count = 0;
    c.layer[0].kind->variables(&c.call, &c.variables);
    assert_int_equal(case_parameters(&c, true), 0);
    assert_int_equal(case_parameters(&c, false), 12544);
    case_end(&c);
    lt_arena_free(&arena);
}

/* One call of the inner layer for each step. */
static void test_steps(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "TimeDistributed",
               case_json(&arena, "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 8}}}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    case_ops(&c, &b);
    const struct lt_op *op = case_op(&b, LT_OP_MATMUL);
    assert_true(op->flops == 2.0 * 7 * 16 * 8);
    assert_int_equal(b.program.region[op->region].times, 10);
    assert_true(b.program.region[op->region].unrolled);
    case_end(&c);
    lt_arena_free(&arena);
}

/* The vector of power iteration has the kernel's last axis, which for a transposed convolution is that of the input. */
static void test_spectral(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape x = {.rank = 4, .dim = {7, 9, 9, 6}};
    case_begin(&c, NULL, "SpectralNormalization",
               case_json(&arena, "{\"layer\": {\"class_name\": \"Conv2DTranspose\", \"config\": {\"filters\": 5, "
                                 "\"kernel_size\": [3, 3]}}}"));
    assert_int_equal(case_call(&c, &x, 1), LT_OK);
    assert_int_equal(case_parameters(&c, false), 6);
    assert_int_equal(case_parameters(&c, true), 275);
    case_end(&c);
    lt_arena_free(&arena);
}

static void test_uneven(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "Bidirectional",
               case_json(&arena, "{\"layer\": " LSTM_OF("12") ", \"backward_layer\": " LSTM_OF("7") "}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(c.call.out[0].dim[2], 19);
    case_end(&c);
    lt_arena_free(&arena);
}

/* A model for each step: a shared Dense called twice, then another; its variables are the wrapper's, once. */
static void test_model_inside(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, "TimeDistributed",
               case_json(&arena, "{\"layer\": {\"class_name\": \"Identity\", \"config\": {}}}"));
    uint32_t input = case_add(&c, NULL, "Identity", case_json(&arena, "{}"));
    uint32_t shared = case_add(&c, NULL, "Dense", case_json(&arena, "{\"units\": 16}"));
    uint32_t last = case_add(&c, NULL, "Dense", case_json(&arena, "{\"units\": 3}"));
    struct lt_ref from[] = {{.node = 0}, {.node = 1}, {.node = 2}, {.node = 3}};
    struct lt_node nodes[] = {{.layer = input},
                              {.layer = shared, .in = &from[0], .in_count = 1},
                              {.layer = shared, .in = &from[1], .in_count = 1},
                              {.layer = last, .in = &from[2], .in_count = 1}};
    struct lt_graph graph = {
        .node = nodes, .node_count = 4, .in = &from[0], .out = &from[3], .in_count = 1, .out_count = 1};
    c.layer[1].kind = &lt_kind_model;
    c.layer[1].inner = &graph;
    assert_int_equal(case_call(&c, &sequence, 1), LT_OK);
    assert_int_equal(c.call.out[0].dim[1], 10);
    assert_int_equal(c.call.out[0].dim[2], 3);
    assert_int_equal(case_parameters(&c, true), 16 * 16 + 16 + 16 * 3 + 3);
    case_ops(&c, &b);
    assert_int_equal(case_count(&b, LT_OP_MATMUL), 3);
    double flops = 0;
    for (uint32_t i = 0; i < b.program.op_count; i++)
        flops += b.program.op[i].flops * (double)b.program.region[b.program.op[i].region].times;
    assert_true(flops == 2.0 * 7 * 10 * (16 * 16 + 16 * 16 + 16 * 3));
    case_end(&c);
    lt_arena_free(&arena);
}

/* An inner layer without rules leaves the result to what the file declares. */
static void test_unknown_inside(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    static const char *const wrappers[] = {"TimeDistributed", "Bidirectional", "SpectralNormalization"};
    for (size_t i = 0; i < COUNT(wrappers); i++) {
        case_begin(&c, NULL, wrappers[i],
                   case_json(&arena, "{\"layer\": {\"class_name\": \"Dense\", \"config\": {}}}"));
        c.layer[1].kind = &lt_kind_model;
        assert_int_equal(case_call(&c, &sequence, 1), LT_UNSUPPORTED);
        assert_null(c.call.problem);
        case_end(&c);
    }
    lt_arena_free(&arena);
}

static void test_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    static const char dense[] = "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 8}}}";
    case_memory(NULL, "Bidirectional",
                case_json(&arena, "{\"layer\": " LSTM_OF("32") ", \"backward_layer\": " LSTM_OF("16") "}"), NULL,
                &sequence, 1);
    case_memory(NULL, "TimeDistributed", case_json(&arena, dense), NULL, &sequence, 1);
    case_memory(NULL, "SpectralNormalization", case_json(&arena, dense), NULL, &sequence, 1);
    lt_arena_free(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    struct kind_case c;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape flat = {.rank = 2, .dim = {7, 16}};
    case_begin(&c, NULL, "Bidirectional", case_json(&arena, "{\"layer\": " LSTM_OF("32") "}"));
    assert_int_equal(case_call(&c, &flat, 1), LT_INVALID);
    assert_string_equal(c.call.problem, "expects an input with 3 axes: batch, time, features");
    case_end(&c);
    case_begin(&c, NULL, "Bidirectional",
               case_json(&arena, "{\"merge_mode\": \"sum\", \"layer\": " LSTM_OF("32") ", \"backward_layer\": " LSTM_OF(
                                     "16") "}"));
    assert_int_equal(case_call(&c, &sequence, 1), LT_INVALID);
    assert_string_equal(c.call.problem, "the two directions differ in shape and cannot be merged by sum");
    case_end(&c);
    lt_arena_free(&arena);
}

/* What runs inside a wrapper stands in the wrapper's row: both directions of an LSTM, and nothing is lost of the sums.
 */
static void test_costs_stand_at_the_wrapper(void **state)
{
    (void)state;
    static const char model[] =
        "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
        "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"x\", \"batch_shape\": [null, 10, 16]}},"
        "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"both\", \"layer\": {\"class_name\": \"LSTM\", "
        "\"config\": {\"name\": \"one\", \"units\": 32}}}}]}}";
    struct estimating t;
    estimating_begin(&t);
    estimating_take(&t, "model", lt_open_text("model.json", model, sizeof model - 1, &t.problems));
    assert_int_equal(estimating_run(&t, (const char *const[]){"batch=8", NULL}), LT_OK);
    const struct lt_layer_row *both = &t.estimate.row[lt_document_find_layer(t.document, "both")];
    double flops = 2 * 2.0 * 10 * 4 * 32 * (16 + 32);
    assert_true(t.estimate.forward_flops >= flops && t.estimate.forward_flops < 1.05 * flops);
    assert_true(both->forward_flops / 8 == t.estimate.forward_flops);
    assert_true(both->forward_seconds > 0.9 * t.estimate.time.phase_seconds[LT_PHASE_FORWARD]);
    uint64_t kept = 0;
    for (uint32_t i = 0; i < t.estimate.row_count; i++)
        kept += t.estimate.row[i].listed ? t.estimate.row[i].kept_bytes : 0;
    assert_int_equal(kept, t.estimate.device_memory.kept_bytes);
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs_stand_at_the_wrapper),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_one_child),
        cmocka_unit_test(test_frozen),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_spectral),
        cmocka_unit_test(test_uneven),
        cmocka_unit_test(test_model_inside),
        cmocka_unit_test(test_unknown_inside),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
