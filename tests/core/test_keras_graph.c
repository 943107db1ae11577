/* Keras 3's graphs: calls, references, shared and nested layers, operations, masks, Sequential. Rules are those of
 * Keras 3's models/functional.py and models/sequential.py, quirks those seen in files that real Keras wrote. */
#include "tests/core/keras_text.h"

static void test_functional_graph(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(JOIN(INPUT("a", "[null,8]"), INPUT("b", "[null,8]"),
                       LAYER("Dense", "dense", DENSE, CALL(TENSOR("a", "0", "0"))),
                       LAYER("Add", "add", "", CALL("[" JOIN(TENSOR("dense", "0", "0"), TENSOR("b", "0", "0")) "]"))),
                  "[['a',0,0],['b',0,0]]", "['add',0,0]"));
    assert_string_equal(d->name, "model");
    assert_false(d->sequential);
    assert_int_equal(d->layer_count, 4);
    assert_int_equal(d->graph.in_count, 2);
    assert_calls(&o, &d->graph, "a(), b(), dense(#0:0), add(#2:0, #1:0) -> #3:0");
    assert_int_equal(config_of(layer_named(d, "dense"), "units")->integer, 8);
    assert_ints(config_of(layer_named(d, "a"), "batch_shape"), 2, (int64_t[]){LT_NO_DIM, 8});
    assert_null(d->graph.node[3].arguments);
    shut(&o);
}

/* The shape that a tensor states is the result of the node it comes from. */
static void test_declared_shapes(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL(JOIN(INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE, CALL(TENSOR("a", "0", "0"))),
                                  LAYER("Dense", "e", DENSE, CALL(TENSOR("d", "0", "0")))),
                             "['a',0,0]", "['e',0,0]"));
    const struct lt_node *node = &d->graph.node[1];
    assert_int_equal(node->declared_count, 1);
    assert_int_equal(node->declared[0].rank, 2);
    assert_true(node->declared[0].dim[0] == LT_NO_DIM && node->declared[0].dim[1] == 8);
    assert_int_equal(d->graph.node[2].declared_count, 0); /* nobody takes it */
    shut(&o);
}

/* Each call is a node of its own: a second call may take what was made of the first. A sort over layers sees a cycle.
 */
static void test_shared_layer_is_resolved_per_call(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(JOIN(INPUT("a", "[null,8]"),
                   LAYER("Dense", "shared", DENSE, JOIN(CALL(TENSOR("a", "0", "0")), CALL(TENSOR("other", "0", "0")))),
                   LAYER("Dense", "other", DENSE, CALL(TENSOR("shared", "0", "0")))),
              "['a',0,0]", "['shared',1,0]"));
    assert_int_equal(d->layer_count, 3);
    assert_calls(&o, &d->graph, "a(), shared(#0:0), other(#1:0), shared(#2:0) -> #3:0");
    shut(&o);
}

/* Layers may stand before those that they take tensors from. */
static void test_any_order_of_layers(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL(JOIN(LAYER("Dense", "late", DENSE, CALL(TENSOR("early", "0", "0"))),
                                  LAYER("Dense", "early", DENSE, CALL(TENSOR("a", "0", "0"))), INPUT("a", "[null,8]")),
                             "['a',0,0]", "['late',0,0]"));
    assert_calls(&o, &d->graph, "a(), early(#0:0), late(#1:0) -> #2:0");
    assert_string_equal(d->layer[0].name, "late"); /* layers keep the file's order */
    shut(&o);
}

/* functional.py counts a nested Functional's making among output_layers (1 is its first call), not in keras_history. */
static void test_nested_model_called_twice(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(JOIN(INPUT("a", "[null,8]"), ENCODER(JOIN(CALL(TENSOR("a", "0", "0")), CALL(TENSOR("enc", "0", "0"))))),
              "['a',0,0]", "[['enc',1,0],['enc',2,0]]"));
    assert_calls(&o, &d->graph, "a(), enc(#0:0), enc(#1:0) -> #1:0 #2:0");
    const struct lt_layer *enc = layer_named(d, "enc");
    assert_ptr_equal(enc->kind, &lt_kind_model);
    assert_false(enc->sequential);
    assert_calls(&o, enc->inner, "x(), dense(#0:0) -> #1:0");
    assert_int_equal(layer_named(d, "enc/dense")->parent, lt_document_find_layer(d, "enc"));
    shut(&o);
}

/* A nested Sequential counts from 0 everywhere in Keras 3. */
static void test_nested_sequential_counts_from_zero(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(
            INPUT("a", "[null,8]") ",{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" LAYER(
                "Dense", "dense", DENSE, "") "]},'name':'s','inbound_nodes':[" JOIN(CALL(TENSOR("a", "0", "0")),
                                                                                    CALL(TENSOR("s", "0", "0"))) "]}",
            "['a',0,0]", "['s',1,0]"));
    assert_calls(&o, &d->graph, "a(), s(#0:0), s(#1:0) -> #2:0");
    const struct lt_layer *s = layer_named(d, "s");
    assert_true(s->sequential);
    assert_calls(&o, s->inner, "input_layer(), dense(#0:0) -> #1:0");
    assert_true(layer_named(d, "s/input_layer")->implied);
    shut(&o);
}

/* Keras 3.0 does not renumber keras_history where a layer was called outside the model as well. */
static void test_calls_outside_the_model_are_left_out(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(JOIN(INPUT("a", "[null,8]"),
                       LAYER("Dense", "d", DENSE, JOIN(CALL(TENSOR("a", "0", "0")), CALL(TENSOR("d", "3", "0")))),
                       LAYER("Dense", "e", DENSE, CALL(TENSOR("d", "4", "0")))),
                  "['a',0,0]", "['e',0,0]"));
    assert_calls(&o, &d->graph, "a(), d(#0:0), d(#1:0), e(#2:0) -> #3:0");
    shut(&o);
}

static void test_operations_are_told_by_module(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(JOIN(INPUT("a", "[null,8]"),
                       OPERATION("numpy", "Reshape", "r", ",'newshape':[-1,2,4]", CALL(TENSOR("a", "0", "0"))),
                       LAYER("Reshape", "l", ",'trainable':true,'target_shape':[8]", CALL(TENSOR("r", "0", "0"))),
                       OPERATION("numpy", "Multiply", "m", "", CALL(TENSOR("l", "0", "0") ",2.0"))),
                  "['a',0,0]", "['m',0,0]"));
    assert_int_equal(layer_named(d, "r")->kind->family, LT_FAMILY_OPERATION);
    assert_int_equal(layer_named(d, "l")->kind->family, LT_FAMILY_RESHAPING);
    const struct lt_tree *arguments = d->graph.node[3].arguments; /* a constant stands beside the tensor */
    assert_non_null(arguments);
    assert_true(lt_tree_number(lt_tree_at(lt_tree_get(arguments, "args"), 1), 0) == 2);
    assert_null(d->graph.node[1].arguments);
    shut(&o);
}

/* Keras 3's .h5 leaves the modules out: an operation has no trainable and no dtype. */
static void test_operations_without_module(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, "{'class_name':'Functional','config':{'name':'m','layers':["
            "{'class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'a'},'name':'a','inbound_nodes':[]},"
            "{'class_name':'Add','config':{'name':'op'},'name':'op','inbound_nodes':[" CALL(JOIN(
                TENSOR("a", "0", "0"),
                TENSOR("a", "0", "0"))) "]},{'class_name':'Add','config':{'name':'layer','trainable':true},'name':'"
                                        "layer','inbound_nodes':"
                                        "[" CALL("[" JOIN(
                                            TENSOR("op", "0", "0"),
                                            TENSOR("a", "0", "0")) "]") "]}],'input_layers':['a',0,0],'output_layers':["
                                                                        "'layer',0,0]},'keras_version':'3.3.3'}");
    assert_int_equal(layer_named(d, "op")->kind->family, LT_FAMILY_OPERATION);
    assert_int_equal(layer_named(d, "layer")->kind->family, LT_FAMILY_MERGING);
    shut(&o);
}

/* Tensors passed by keyword keep their role; masks are edges, but no operands. */
static void test_roles_and_masks(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL(JOIN(INPUT("q", "[null,4,8]"), INPUT("v", "[null,4,8]"),
                                  OPERATION("numpy", "NotEqual", "n", "", CALL(TENSOR("q", "0", "0") ",0")),
                                  LAYER("MultiHeadAttention", "mha", ",'num_heads':2,'key_dim':4",
                                        CALL_WITH(TENSOR("q", "0", "0"),
                                                  "'value':" TENSOR("v", "0", "0") ",'query_mask':" TENSOR(
                                                      "n", "0", "0") ",'use_causal_mask':true,'training':null"))),
                             "[['q',0,0],['v',0,0]]", "['mha',0,0]"));
    assert_calls(&o, &d->graph, "q(), v(), n(#0:0), mha(#0:0, value=#1:0, query_mask=~#2:0) -> #3:0");
    assert_true(lt_tree_bool(lt_tree_get(lt_tree_get(d->graph.node[3].arguments, "kwargs"), "use_causal_mask"), false));
    shut(&o);
}

/* Maps are flattened by sorted keys, the inputs of a model as the argument of its call. */
static void test_inputs_by_name(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(JOIN(INPUT("a", "[null,8]"), INPUT("b", "[null,8]"),
                       LAYER("Add", "add", "", CALL("[" JOIN(TENSOR("a", "0", "0"), TENSOR("b", "0", "0")) "]"))),
                  "{'z':['a',0,0],'y':['b',0,0]}", "{'sum':['add',0,0]}"));
    assert_string_equal(d->layer[d->graph.node[d->graph.in[0].node].layer].name, "b");
    assert_string_equal(d->layer[d->graph.node[d->graph.in[1].node].layer].name, "a");
    shut(&o);
}

static void test_sequential(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL(JOIN(INPUT("a", "[16,8]"), LAYER("Dense", "d", DENSE, ""), LAYER("Dense", "e", DENSE, "")), ""));
    assert_true(d->sequential);
    assert_calls(&o, &d->graph, "a(), d(#0:0), e(#1:0) -> #2:0");
    assert_false(layer_named(d, "a")->implied);
    assert_true(d->setup.value[LT_SET_BATCH].given); /* the file fixes it */
    assert_int_equal(lt_setup_int(&d->setup, LT_SET_BATCH), 16);
    shut(&o);
}

static void test_sequential_without_input(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, SEQUENTIAL(LAYER("Dense", "d", DENSE, ""), ",'build_input_shape':[null,5]"));
    const struct lt_layer *input = layer_named(d, "input_layer");
    assert_true(input->implied);
    assert_ints(config_of(input, "batch_shape"), 2, (int64_t[]){LT_NO_DIM, 5});
    assert_false(d->setup.value[LT_SET_BATCH].given);
    shut(&o);

    open_keras(&o, SEQUENTIAL(LAYER("Dense", "d", DENSE, ""), ""));
    assert_non_null(o.document);
    assert_int_equal(config_of(layer_named(o.document, "input_layer"), "batch_shape")->type, LT_VALUE_NULL);
    assert_problem(&o.problems, "test: warning: the file does not say the shape of the model's input; "
                                "set input.input_layer to the shape of one sample");
    shut(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functional_graph),
        cmocka_unit_test(test_declared_shapes),
        cmocka_unit_test(test_shared_layer_is_resolved_per_call),
        cmocka_unit_test(test_any_order_of_layers),
        cmocka_unit_test(test_nested_model_called_twice),
        cmocka_unit_test(test_nested_sequential_counts_from_zero),
        cmocka_unit_test(test_calls_outside_the_model_are_left_out),
        cmocka_unit_test(test_operations_are_told_by_module),
        cmocka_unit_test(test_operations_without_module),
        cmocka_unit_test(test_roles_and_masks),
        cmocka_unit_test(test_inputs_by_name),
        cmocka_unit_test(test_sequential),
        cmocka_unit_test(test_sequential_without_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
