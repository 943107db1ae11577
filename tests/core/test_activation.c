/* Activations: the op of every form that files write. */
#include "core/model/activation.h"
#include "tests/core/kind_case.h"

static enum lt_op_kind op_of(const char *json)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *tree = case_json(&arena, json);
    struct lt_value value = {.type = LT_VALUE_TREE, .tree = tree};
    if (tree->type == LT_TREE_TEXT)
        value = (struct lt_value){.type = LT_VALUE_TEXT, .text = tree->text};
    else if (tree->type == LT_TREE_NULL)
        value = (struct lt_value){.type = LT_VALUE_NULL};
    enum lt_op_kind op = lt_activation_op(&value);
    assert_non_null(lt_activation_name(&value));
    lt_arena_free(&arena);
    return op;
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum lt_op_kind op;
    } row[] = {
        {"null", LT_OP_ALIAS},
        {"\"linear\"", LT_OP_ALIAS},
        {"\"swish\"", LT_OP_SILU},
        {"\"my_activation\"", LT_OP_OPAQUE},
        {"{\"class_name\": \"function\", \"config\": \"relu\"}", LT_OP_RELU},
        {"{\"class_name\": \"ReLU\", \"config\": {\"max_value\": 6.0}}", LT_OP_RELU6},
        {"{\"class_name\": \"ReLU\", \"config\": {\"max_value\": 4.0}}", LT_OP_RELU_MAX},
        {"{\"class_name\": \"ReLU\", \"config\": {\"max_value\": null, \"negative_slope\": 0.1}}", LT_OP_LEAKY_RELU},
        {"{\"class_name\": \"ReLU\", \"config\": {\"threshold\": 0.2}}", LT_OP_RELU_THRESHOLD},
        {"{\"class_name\": \"LeakyReLU\", \"config\": {\"alpha\": 0.3}}", LT_OP_LEAKY_RELU},
        {"{\"class_name\": \"Activation\", \"config\": {\"activation\": \"gelu\"}}", LT_OP_GELU},
        {"{\"class_name\": \"Gelu\", \"config\": {\"approximate\": true}}", LT_OP_GELU_TANH},
        {"{\"class_name\": \"ELU\", \"config\": {\"alpha\": 0.5}}", LT_OP_ELU_ALPHA},
        {"{\"class_name\": \"Mine\", \"config\": {}}", LT_OP_OPAQUE},
        {"{\"config\": {}}", LT_OP_OPAQUE},
    };
    for (size_t i = 0; i < COUNT(row); i++)
        if (op_of(row[i].json) != row[i].op)
            fail_msg("%s is %s", row[i].json, lt_ops[op_of(row[i].json)].name);
}

/* Pickers show each function once, and all of them. */
static void test_names(void **state)
{
    (void)state;
    for (const char *const *a = lt_activation_names; *a; a++) {
        enum lt_op_kind op = lt_activation_op(&(struct lt_value){.type = LT_VALUE_TEXT, .text = *a});
        assert_int_not_equal(op, LT_OP_OPAQUE);
        for (const char *const *b = lt_activation_names; b != a; b++)
            assert_int_not_equal(op, lt_activation_op(&(struct lt_value){.type = LT_VALUE_TEXT, .text = *b}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
