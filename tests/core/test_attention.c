/* Attention layers: shapes, variables and counts against real Keras, and the ops they emit. */
#include "tests/core/layer_reference.h"

static void test_reference(void **state)
{
    (void)state;
    static const char *const classes[] = {"MultiHeadAttention", "GroupedQueryAttention", "Attention",
                                          "AdditiveAttention", NULL};
    check_rows(classes, 31);
}

struct attended {
    struct kind_case c;
    struct lt_builder b;
};

static void run(struct attended *a, struct lt_arena *arena, const char *class_name, const char *config,
                const char *arguments, const struct lt_shape *in, int count)
{
    case_begin(&a->c, NULL, class_name, case_json(arena, config));
    a->c.node.arguments = case_json(arena, arguments);
    assert_int_equal(case_call(&a->c, in, count), LT_OK);
    case_ops(&a->c, &a->b);
}

static double flops(const struct lt_builder *b)
{
    double sum = 0;
    for (uint32_t i = 0; i < b->program.op_count; i++)
        sum += b->program.op[i].flops;
    return sum;
}

static const struct lt_shape crossed[] = {{.rank = 3, .dim = {7, 10, 64}}, {.rank = 3, .dim = {7, 12, 32}}};

/* MACs: B[T Dq HK + S Dk HK + S Dv HV + T HV O + H T S (K + V)]. */
static void test_multi_head(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct attended a;
    run(&a, &arena, "MultiHeadAttention", "{\"num_heads\": 2, \"key_dim\": 8, \"value_dim\": 5}", "{\"kwargs\": {}}",
        crossed, 2);
    double macs = 7.0 * (10 * 64 * 16 + 12 * 32 * 16 + 12 * 32 * 10 + 10 * 10 * 64 + 2 * 10 * 12 * (8 + 5));
    assert_true(flops(&a.b) == 2 * macs);
    const struct lt_op *op = case_op(&a.b, LT_OP_ATTENTION);
    static const uint64_t dim[] = {7, 2, 10, 12, 8, 5};
    assert_memory_equal(op->dim, dim, sizeof dim);
    assert_int_equal(op->flags, 0);
    case_end(&a.c);
    lt_arena_free(&arena);
}

static void test_options(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct attended a;
    const char *config = "{\"num_heads\": 2, \"key_dim\": 8, \"dropout\": 0.1}";
    run(&a, &arena, "MultiHeadAttention", config,
        "{\"kwargs\": {\"use_causal_mask\": true, \"return_attention_scores\": true}}", crossed, 2);
    assert_int_equal(case_op(&a.b, LT_OP_ATTENTION)->flags, LT_OP_CAUSAL | LT_OP_SCORES | LT_OP_DROPPED);
    /* The scores as they are computed: queries by keys. */
    assert_int_equal(a.c.call.out_count, 2);
    assert_int_equal(a.c.call.out[1].dim[3], 12);
    case_end(&a.c);
    struct lt_shape masked[] = {crossed[0], crossed[1], {.rank = 3, .dtype = LT_BOOL, .dim = {7, 10, 12}}};
    run(&a, &arena, "MultiHeadAttention", "{\"num_heads\": 2, \"key_dim\": 8}", "{\"kwargs\": {}}", masked, 3);
    assert_int_equal(case_op(&a.b, LT_OP_ATTENTION)->flags, LT_OP_MASKED);
    case_end(&a.c);
    lt_arena_free(&arena);
}

/* Keys and values are projected for their own heads and copied for those of the query. */
static void test_grouped(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct attended a;
    const char *config = "{\"num_query_heads\": 8, \"num_key_value_heads\": 2, \"head_dim\": 16}";
    run(&a, &arena, "GroupQueryAttention", config, "{\"kwargs\": {}}", crossed, 2);
    assert_int_equal(case_count(&a.b, LT_OP_COPY), 2);
    assert_int_equal(lt_elements(&a.b, a.b.program.operand[case_op(&a.b, LT_OP_COPY)->operand + 1]), 7 * 12 * 8 * 16);
    case_end(&a.c);
    lt_arena_free(&arena);
}

/* tanh over every pair of query and key. */
static void test_additive(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct attended a;
    struct lt_shape in[] = {{.rank = 3, .dim = {7, 10, 16}}, {.rank = 3, .dim = {7, 12, 16}}};
    run(&a, &arena, "AdditiveAttention", "{}", "{\"kwargs\": {}}", in, 2);
    const struct lt_op *op = case_op(&a.b, LT_OP_TANH);
    assert_int_equal(lt_elements(&a.b, a.b.program.operand[op->operand + 1]), 7 * 10 * 12 * 16);
    assert_int_equal(case_parameters(&a.c, true), 16);
    case_end(&a.c);
    lt_arena_free(&arena);
}

static void test_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_shape in[] = {{.rank = 3, .dim = {7, 10, 16}}, {.rank = 3, .dim = {7, 12, 16}}};
    const struct lt_tree *scores = case_json(&arena, "{\"kwargs\": {\"return_attention_scores\": true}}");
    case_memory(NULL, "MultiHeadAttention", case_json(&arena, "{\"use_gate\": true, \"dropout\": 0.1}"), scores, in, 2);
    case_memory(NULL, "Attention", case_json(&arena, "{\"score_mode\": \"concat\", \"use_scale\": true}"), scores, in,
                2);
    lt_arena_free(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct kind_case c;
    case_begin(&c, NULL, "GroupQueryAttention",
               case_json(&arena, "{\"num_query_heads\": 8, \"num_key_value_heads\": 3}"));
    assert_int_equal(case_call(&c, crossed, 2), LT_INVALID);
    assert_string_equal(c.call.problem, "num_query_heads must be divisible by num_key_value_heads");
    case_end(&c);
    case_begin(&c, NULL, "Attention", case_json(&arena, "{}"));
    assert_int_equal(case_call(&c, crossed, 2), LT_INVALID);
    assert_string_equal(c.call.problem, "the last axes of query and key differ: 64 and 32");
    case_end(&c);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_multi_head), cmocka_unit_test(test_options),
        cmocka_unit_test(test_grouped),   cmocka_unit_test(test_additive),   cmocka_unit_test(test_memory),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
