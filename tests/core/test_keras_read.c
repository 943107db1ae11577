/* Keras 3's description of a model: graphs, references, configurations, the set-up. Rules are those of Keras 3's
 * models/functional.py and models/sequential.py, quirks those seen in files that real Keras wrote. */
#include "tests/core/keras_text.h"

#include "core/formats/keras_reader.h"

#define DENSE ",'units':8"

static void test_functional_graph(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL(INPUT("a", "[null,8]") "," INPUT("b", "[null,8]") "," LAYER(
                                 "Dense", "dense", DENSE,
                                 CALL(TENSOR("a", "0", "0"))) "," LAYER("Add", "add", "",
                                                                        CALL("[" TENSOR("dense", "0", "0") "," TENSOR(
                                                                            "b", "0", "0") "]")),
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
    const struct lt_document *d = open_clean(
        &o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE, CALL(TENSOR("a", "0", "0"))) "," LAYER(
                      "Dense", "e", DENSE, CALL(TENSOR("d", "0", "0"))),
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
        &o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "shared", DENSE,
                                                   CALL(TENSOR("a", "0", "0")) "," CALL(TENSOR(
                                                       "other", "0", "0"))) "," LAYER("Dense", "other", DENSE,
                                                                                      CALL(TENSOR("shared", "0", "0"))),
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
        open_clean(&o, MODEL(LAYER("Dense", "late", DENSE, CALL(TENSOR("early", "0", "0"))) "," LAYER(
                                 "Dense", "early", DENSE, CALL(TENSOR("a", "0", "0"))) "," INPUT("a", "[null,8]"),
                             "['a',0,0]", "['late',0,0]"));
    assert_calls(&o, &d->graph, "a(), early(#0:0), late(#1:0) -> #2:0");
    assert_string_equal(d->layer[0].name, "late"); /* layers keep the file's order */
    shut(&o);
}

#define ENCODER(calls)                                                                                                 \
    NESTED("enc", INPUT("x", "[null,8]") "," LAYER("Dense", "dense", DENSE, CALL(TENSOR("x", "0", "0"))), "['x',0,0]", \
           "['dense',0,0]", calls)

/* functional.py counts a nested Functional's making among output_layers (1 is its first call), not in keras_history. */
static void test_nested_model_called_twice(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(INPUT("a", "[null,8]") "," ENCODER(CALL(TENSOR("a", "0", "0")) "," CALL(TENSOR("enc", "0", "0"))),
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
                "Dense", "dense", DENSE,
                "") "]},'name':'s','inbound_nodes':[" CALL(TENSOR("a", "0", "0")) "," CALL(TENSOR("s", "0", "0")) "]}",
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
        &o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE,
                                                   CALL(TENSOR("a", "0", "0")) "," CALL(
                                                       TENSOR("d", "3", "0"))) "," LAYER("Dense", "e", DENSE,
                                                                                         CALL(TENSOR("d", "4", "0"))),
                  "['a',0,0]", "['e',0,0]"));
    assert_calls(&o, &d->graph, "a(), d(#0:0), d(#1:0), e(#2:0) -> #3:0");
    shut(&o);
}

static void test_operations_are_told_by_module(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(INPUT("a", "[null,8]") "," OPERATION(
                      "numpy", "Reshape", "r", ",'newshape':[-1,2,4]",
                      CALL(TENSOR("a", "0",
                                  "0"))) "," LAYER("Reshape", "l", ",'trainable':true,'target_shape':[8]",
                                                   CALL(TENSOR("r", "0",
                                                               "0"))) "," OPERATION("numpy", "Multiply", "m", "",
                                                                                    CALL(TENSOR("l", "0", "0") ",2.0")),
                  "['a',0,0]", "['m',0,0]"));
    assert_int_equal(layer_named(d, "r")->kind->family, LT_FAMILY_OPERATION);
    assert_int_equal(layer_named(d, "l")->kind->family, LT_FAMILY_RESHAPING);
    const struct lt_tree *arguments = d->graph.node[3].arguments; /* a constant stands beside the tensor */
    assert_non_null(arguments);
    assert_true(lt_tree_number(lt_tree_at(lt_tree_get(arguments, "args"), 1), 0) > 1.9);
    assert_null(d->graph.node[1].arguments);
    shut(&o);
}

/* Keras 3's .h5 leaves the modules out: an operation has no trainable and no dtype. */
static void test_operations_without_module(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        "{'class_name':'Functional','config':{'name':'m','layers':["
        "{'class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'a'},'name':'a','inbound_nodes':[]},"
        "{'class_name':'Add','config':{'name':'op'},'name':'op','inbound_nodes':[" CALL(
            TENSOR("a", "0", "0") "," TENSOR(
                "a", "0",
                "0")) "]},"
                      "{'class_name':'Add','config':{'name':'layer','trainable':true},'name':'layer','inbound_nodes':"
                      "[" CALL("[" TENSOR("op", "0", "0") "," TENSOR(
                          "a", "0",
                          "0") "]") "]}],"
                                    "'input_layers':['a',0,0],'output_layers':['layer',0,0]},'keras_version':'3.3.3'}");
    assert_int_equal(layer_named(d, "op")->kind->family, LT_FAMILY_OPERATION);
    assert_int_equal(layer_named(d, "layer")->kind->family, LT_FAMILY_MERGING);
    shut(&o);
}

/* Tensors passed by keyword keep their role; masks are edges, but no operands. */
static void test_roles_and_masks(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(INPUT("q", "[null,4,8]") "," INPUT("v", "[null,4,8]") "," OPERATION(
                  "numpy", "NotEqual", "n", "",
                  CALL(TENSOR("q", "0",
                              "0") ",0")) "," LAYER("MultiHeadAttention", "mha", ",'num_heads':2,'key_dim':4",
                                                    CALL_WITH(
                                                        TENSOR("q", "0", "0"),
                                                        "'value':" TENSOR("v", "0", "0") ",'query_mask':" TENSOR(
                                                            "n", "0", "0") ",'use_causal_mask':true,'training':null")),
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
    const struct lt_document *d =
        open_clean(&o, MODEL(INPUT("a", "[null,8]") "," INPUT("b", "[null,8]") "," LAYER(
                                 "Add", "add", "", CALL("[" TENSOR("a", "0", "0") "," TENSOR("b", "0", "0") "]")),
                             "{'z':['a',0,0],'y':['b',0,0]}", "{'sum':['add',0,0]}"));
    assert_string_equal(d->layer[d->graph.node[d->graph.in[0].node].layer].name, "b");
    assert_string_equal(d->layer[d->graph.node[d->graph.in[1].node].layer].name, "a");
    shut(&o);
}

static void test_wrappers_hold_children(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(INPUT("a", "[null,4,8]") "," LAYER(
                  "Bidirectional", "bi",
                  ",'merge_mode':'sum','backward_layer':{'module':'keras.layers','class_name':'GRU','config':{"
                  "'name':'back','units':3,'trainable':false}},'layer':{'module':'keras.layers','class_name':'LSTM',"
                  "'config':{'name':'fore','units':3}}",
                  CALL(TENSOR("a", "0", "0"))),
              "['a',0,0]", "['bi',0,0]"));
    const struct lt_layer *bi = layer_named(d, "bi");
    assert_int_equal(bi->child_count, 2);
    assert_string_equal(d->layer[bi->child[0]].name, "fore"); /* whatever the order in the file */
    assert_string_equal(d->layer[bi->child[1]].name, "back");
    assert_true(d->layer[bi->child[0]].trainable);
    assert_false(d->layer[bi->child[1]].trainable);
    assert_string_equal(config_of(bi, "merge_mode")->text, "sum");
    shut(&o);
}

/* A subclass of Model without its own get_config writes a Functional's configuration under its own name. */
static void test_subclass_with_functional_config(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, "{'module':'mine','class_name':'MyModel','registered_name':'Custom>MyModel','config':{'name':'m'"
                       ",'layers':[" INPUT("a", "[null,8]") "," LAYER(
                           "Dense", "d", DENSE,
                           CALL(TENSOR("a", "0", "0"))) "],'input_layers':['a',0,0],'output_layers':['d',0,0]}}");
    assert_calls(&o, &d->graph, "a(), d(#0:0) -> #1:0");
    shut(&o);
}

/* A model inside a class of its own is shown in its place; a class that holds no layers is refused. */
static void test_custom_classes_at_the_root(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, "{'module':'mine','class_name':'Gan','registered_name':'Custom>Gan','config':{'depth':2,'generator':"
                   "{'class_name':'Sequential','module':'keras','config':{'name':'g','layers':[" INPUT(
                       "a", "[null,8]") "," LAYER("Dense", "d", DENSE, "") "]}}}}");
    assert_non_null(o.document);
    assert_string_equal(o.document->name, "g");
    assert_int_equal(o.problems.total[LT_WARNING], 1);
    shut(&o);
    open_keras(
        &o,
        "{'module':'keras_hub.src.models','class_name':'WhisperBackbone','registered_name':'keras_hub>WhisperBackbone',"
        "'config':{'num_layers':12}}");
    assert_null(o.document);
    assert_problem(
        &o.problems,
        "test: error: WhisperBackbone is described by its own settings alone: the file does not hold its layers; "
        "save it as a Functional or Sequential model, whose layers are in the file");
    shut(&o);
}

/* The user's Dense is not Keras's; what its call states of its result is kept. */
static void test_custom_layer_is_unknown(void **state)
{
    (void)state;
    struct opened o;
    open_keras(
        &o,
        MODEL(INPUT("a", "[null,8]") ",{'module':'mine','class_name':'Dense','registered_name':'Custom>Dense',"
                                     "'config':{'name':'c','units':3},'name':'c','inbound_nodes':[" CALL(TENSOR(
                                         "a", "0", "0")) "]}," LAYER("Dense", "d", DENSE, CALL(TENSOR("c", "0", "0"))),
              "['a',0,0]", "['d',0,0]"));
    const struct lt_layer *c = layer_named(o.document, "c");
    assert_ptr_equal(c->kind, &lt_kind_unknown);
    assert_string_equal(c->registered, "Custom>Dense");
    assert_int_equal(lt_tree_int(lt_tree_get(c->unread, "units"), 0), 3);
    assert_int_equal(o.document->graph.node[1].declared_count, 1);
    assert_int_equal(o.problems.total[LT_WARNING], 1);
    shut(&o);
}

static void test_keys_that_no_field_describes_are_kept(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE ",'trainable':false,'new_key':{'deep':[1,2]}",
                                                   CALL(TENSOR("a", "0", "0"))),
                  "['a',0,0]", "['d',0,0]"));
    const struct lt_layer *dense = layer_named(d, "d");
    assert_false(dense->trainable);
    assert_int_equal(dense->unread->count, 1);
    assert_int_equal(lt_tree_get(lt_tree_get(dense->unread, "new_key"), "deep")->count, 2);
    shut(&o);
}

/* --- Sequential ------------------------------------------------------------------------------------------------ */

#define SEQUENTIAL(layers, more)                                                                                       \
    "{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" layers "]" more "}}"

static void test_sequential(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL(INPUT("a", "[16,8]") "," LAYER("Dense", "d", DENSE, "") "," LAYER("Dense", "e", DENSE, ""), ""));
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

/* --- what is wrong --------------------------------------------------------------------------------------------- */

static void test_reference_that_leads_nowhere(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE, CALL(TENSOR("gone", "0", "0"))),
                         "['a',0,0]", "['d',0,0]"));
    assert_non_null(o.document);
    assert_problem(&o.problems, "test: config.layers[1].inbound_nodes[0].args[0].config.keras_history: error: "
                                "there is no layer gone in this model");
    /* The stand-in has the shape that the reference states, so that what follows still works. */
    assert_calls(&o, &o.document->graph, "a(), missing(), d(#1:0) -> #2:0");
    assert_true(layer_named(o.document, "missing")->implied);
    assert_int_equal(o.document->graph.node[1].declared[0].dim[1], 8);
    shut(&o);
}

static void test_cycle(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, MODEL(INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE, CALL(TENSOR("e", "0", "0"))) "," LAYER(
                             "Dense", "e", DENSE, CALL(TENSOR("d", "0", "0"))),
                         "['a',0,0]", "['e',0,0]"));
    assert_non_null(o.document);
    assert_int_equal(o.problems.total[LT_ERROR], 1);
    assert_non_null(strstr(o.problems.item[0].message, "depends on its own result"));
    assert_non_null(calls_of(&o.arena, o.document, &o.document->graph)); /* in order */
    shut(&o);
}

static void assert_error(const char *text, const char *message)
{
    struct opened o;
    open_keras(&o, text);
    bool found = false;
    for (uint32_t i = 0; i < o.problems.count; i++)
        found = found || (o.problems.item[i].severity == LT_ERROR && strstr(o.problems.item[i].message, message));
    if (!found)
        print_message("no error '%s'\n", message);
    assert_true(found);
    if (o.document)
        calls_of(&o.arena, o.document, &o.document->graph);
    shut(&o);
}

#define ONE(layer) MODEL(INPUT("a", "[null,8]") "," layer, "['a',0,0]", "['d',0,0]")

static void test_errors(void **state)
{
    (void)state;
    assert_error("[1,2,3]", "no description of a Keras model");
    assert_error("{'weightsManifest':[],'modelTopology':null}", "weights but no layers");
    assert_error("{'class_name':'Sequential','config':{'layers':[]}}", "the model has no layers");
    assert_error("{'class_name':'Functional','config':{'layers':[]}}", "no layers that could be read");
    assert_error(ONE("7"), "this is no layer");
    assert_error(ONE(LAYER("Dense", "d", "", CALL(TENSOR("a", "0", "0")))), "Dense needs units");
    assert_error(ONE(LAYER("Dense", "d", DENSE, CALL(""))), "d is called without a tensor");
    assert_error(ONE(LAYER("Dense", "d", DENSE, "7")), "no call of a layer");
    assert_error(ONE(LAYER("Dense", "d", DENSE, CALL(TENSOR("a", "-1", "0")))), "a has no call -1");
    assert_error(ONE(LAYER("Dense", "d", DENSE, CALL(TENSOR("a", "0", "2000")))), "a has no output 2000");
    assert_error(ONE(LAYER("Dense", "a", DENSE, CALL(TENSOR("a", "0", "0")))), "another layer is called a too");
    assert_error(ONE("{'class_name':'Dense','name':'d','config':7,'inbound_nodes':[]}"), "no configuration");
    assert_error(ONE("{'class_name':'Dense','name':'d','config':{'units':1},'inbound_nodes':7}"), "how d is called");
    assert_error(MODEL(INPUT("a", "[null,8]"), "7", "['a',0,0]"), "no reference to a tensor");
}

/* Every problem has its place; at most 20 of a kind are listed. */
static void test_many_errors(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    lt_buffer_puts(&text, "{'class_name':'Functional','config':{'name':'m','input_layers':['a',0,0],'output_layers':"
                          "['a',0,0],'layers':[" INPUT("a", "[null,8]"));
    for (int i = 0; i < 100; i++)
        lt_buffer_puts(&text, "," LAYER("Dense", "d", ",'units':-1", CALL(TENSOR("a", "0", "0"))));
    lt_buffer_puts(&text, "]}}");
    struct opened o;
    open_keras(&o, text.text);
    assert_int_equal(o.problems.count, LT_PROBLEM_LIMIT);
    assert_int_equal(o.problems.total[LT_ERROR], 199); /* units of each, names of all but the first */
    assert_string_equal(o.problems.item[0].place.path, "config.layers[1].config.units");
    shut(&o);
    lt_buffer_free(&text);
}

static void test_nesting_limit(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    for (int i = 0; i < 70; i++)
        lt_buffer_puts(&text, "{'class_name':'Sequential','config':{'name':'s','layers':[");
    lt_buffer_puts(&text, LAYER("Dense", "d", DENSE, ""));
    for (int i = 0; i < 70; i++)
        lt_buffer_puts(&text, "]}}");
    struct opened o;
    open_keras(&o, text.text);
    assert_null(o.document);
    assert_non_null(strstr(o.problems.item[o.problems.count - 1].message, "more than 64 deep"));
    shut(&o);
    lt_buffer_free(&text);
}

/* --- the set-up ------------------------------------------------------------------------------------------------- */

#define POLICY(name) ",'dtype':{'module':'keras','class_name':'DTypePolicy','config':{'name':'" name "'}}"

static void test_precision(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL(
                INPUT("a", "[null,8]") "," LAYER("Dense", "d", DENSE POLICY("mixed_float16"), "") "," LAYER(
                    "Dense", "e", DENSE ",'dtype':'mixed_float16'",
                    "") "," LAYER("Dense", "f", DENSE POLICY("float32"),
                                  "") "," LAYER("Dense", "g",
                                                DENSE
                                                ",'dtype':{'class_name':'QuantizedDTypePolicy','config':{'mode':'int8',"
                                                "'source_name':'float32'}}",
                                                ""),
                ""));
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_PRECISION), "mixed_float16");
    assert_true(d->setup.value[LT_SET_PRECISION].given);
    assert_int_equal(layer_named(d, "d")->policy, -1);
    assert_int_equal(layer_named(d, "e")->policy, -1);
    assert_int_equal(layer_named(d, "f")->policy, lt_policy_find("float32"));
    assert_int_equal(layer_named(d, "g")->policy, lt_policy_find("int8_from_float32"));
    shut(&o);
}

#define COMPILED(config)                                                                                               \
    "{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" INPUT("a", "[null,8]") "," LAYER(    \
        "Dense", "d", DENSE, "") "]},'compile_config':{" config "}}"

static const struct lt_value *option_of(const struct lt_document *document, const char *name)
{
    for (int i = 0; i < document->setup.option_count; i++)
        if (strcmp(document->setup.option[i].name, name) == 0)
            return &document->setup.option[i].value;
    return NULL;
}

static void test_compile(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        COMPILED(
            "'optimizer':{'module':'keras.optimizers','class_name':'LossScaleOptimizer','config':{'inner_optimizer':"
            "{'module':'keras.optimizers','class_name':'SGD','config':{'name':'SGD','learning_rate':0.01,"
            "'momentum':0.9,'clipnorm':null,'use_ema':true}}}},'loss':{'class_name':'MeanSquaredError','config':{}}"));
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_OPTIMIZER), "sgd");
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_LOSS), "mean_squared_error");
    assert_true(option_of(d, "momentum")->number > 0.89 && option_of(d, "use_ema")->boolean);
    assert_null(option_of(d, "clipnorm")); /* null is the default */
    assert_non_null(lt_tree_get(d->origin.compile, "optimizer"));
    shut(&o);

    d = open_clean(&o,
                   COMPILED("'optimizer':{'class_name':'Adam','config':{'learning_rate':{'class_name':'CosineDecay',"
                            "'config':{}}}},'loss':'mse'"));
    assert_true(option_of(d, "learning_rate_schedule")->boolean);
    shut(&o);

    d = open_clean(&o, COMPILED(""));
    assert_null(d->origin.compile);
    assert_false(d->setup.value[LT_SET_OPTIMIZER].given);
    shut(&o);
}

static void test_what_cannot_be_taken_over_is_noted(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, COMPILED("'optimizer':{'class_name':'Custom>Mine','config':{}},'loss':'my_loss'"));
    assert_non_null(o.document);
    assert_int_equal(o.problems.total[LT_NOTE], 2);
    assert_int_equal(o.problems.total[LT_ERROR], 0);
    assert_string_equal(o.problems.item[0].message, "the optimizer Custom>Mine is not known and was not taken over");
    shut(&o);
    open_keras(&o, COMPILED("'loss':{'x':'mse','y':'mae'}"));
    assert_string_equal(lt_setup_text(&o.document->setup, LT_SET_LOSS), "mean_squared_error");
    assert_int_equal(o.problems.total[LT_NOTE], 1);
    shut(&o);
}

/* --- memory ------------------------------------------------------------------------------------------------------ */

/* Each request of each arena fails in turn: the reader says so and gives up nothing but its work. */
static void test_out_of_memory(void **state)
{
    (void)state;
    static const char TEXT[] = MODEL(
        INPUT("a", "[null,4,8]") "," LAYER(
            "Bidirectional", "bi", ",'layer':{'class_name':'LSTM','config':{'units':3,'x':[1]}}",
            CALL(TENSOR("a", "0", "0"))) "," ENCODER(CALL_WITH(TENSOR("bi", "0", "0"),
                                                               "'k':1")) "," LAYER("Dense", "d", DENSE,
                                                                                   CALL(TENSOR("gone", "0", "0"))),
        "['a',0,0]", "[['enc',1,0],['d',0,0]]");
    struct lt_arena of_tree = LT_ARENA_INIT;
    struct lt_problems unused = {.arena = &of_tree};
    const struct lt_tree *tree = keras_tree(&of_tree, &unused, TEXT);
    int failures = 0;
    for (int which = 0; which < 2; which++)
        for (int64_t n = 1; n < 10000; n++) {
            struct lt_arena scratch = LT_ARENA_INIT, of_problems = LT_ARENA_INIT;
            struct lt_problems problems = {.arena = &of_problems};
            struct lt_document *document = lt_document_new();
            struct keras_reader reader = {"test", &problems, document, document->arena, &scratch, 0, 0, false};
            (which ? &scratch : document->arena)->fail_in = n;
            enum lt_status status = keras_fill(&reader, tree, NULL);
            bool failed = scratch.failed || document->arena->failed;
            assert_int_equal(status, failed ? LT_NO_MEMORY : LT_OK);
            failures += failed;
            lt_document_free(document);
            lt_arena_free(&scratch);
            lt_arena_free(&of_problems);
            if (!failed)
                break;
        }
    assert_true(failures > 100);
    lt_arena_free(&of_tree);
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
        cmocka_unit_test(test_wrappers_hold_children),
        cmocka_unit_test(test_subclass_with_functional_config),
        cmocka_unit_test(test_custom_classes_at_the_root),
        cmocka_unit_test(test_custom_layer_is_unknown),
        cmocka_unit_test(test_keys_that_no_field_describes_are_kept),
        cmocka_unit_test(test_sequential),
        cmocka_unit_test(test_sequential_without_input),
        cmocka_unit_test(test_reference_that_leads_nowhere),
        cmocka_unit_test(test_cycle),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_many_errors),
        cmocka_unit_test(test_nesting_limit),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_compile),
        cmocka_unit_test(test_what_cannot_be_taken_over_is_noted),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
