/* Keras 1, Keras 2, tf.keras and TF.js: what they called things, and how they wrote calls. Rules are those of
 * Keras 2.0.8's legacy/interfaces.py and of tf_keras's engine/node.py and engine/functional.py. */
#include "tests/core/keras_text.h"

#define OLD(class, config)   "{'class_name':'" class "','config':{'name':'" class "'" config "}}"
#define SEQUENTIAL_1(layers) "{'class_name':'Sequential','keras_version':'1.2.2','config':[" layers "]}"

static void test_keras1_sequential(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL_1(JOIN(
                OLD("Convolution2D", ",'batch_input_shape':[null,1,28,28],'nb_col':5,'nb_filter':4,'nb_row':3,"
                                     "'subsample':[2,1],'border_mode':'same','dim_ordering':'th',"
                                     "'bias':false"),
                OLD("MaxPooling2D", ",'pool_size':[2,2],'dim_ordering':'th','border_mode':'valid'"),
                OLD("Dropout", ",'p':0.25"), OLD("Flatten", ""), OLD("Dense", ",'output_dim':10,'input_dim':null"))));
    assert_calls(&o, &d->graph,
                 "Convolution2D_input(), Convolution2D(#0:0), MaxPooling2D(#1:0), Dropout(#2:0), Flatten(#3:0), "
                 "Dense(#4:0) -> #5:0");
    assert_true(d->layer[0].implied); /* not a layer of the file */
    assert_ints(config_of(&d->layer[0], "batch_shape"), 4, (int64_t[]){LT_NO_DIM, 1, 28, 28});
    const struct lt_layer *conv = &d->layer[1];
    assert_string_equal(conv->kind->name, "Conv2D");
    assert_string_equal(conv->class_name, "Convolution2D");
    assert_int_equal(config_of(conv, "filters")->integer, 4);
    assert_ints(config_of(conv, "kernel_size"), 2, (int64_t[]){3, 5}); /* rows first, whatever the file's order */
    assert_ints(config_of(conv, "strides"), 2, (int64_t[]){2, 1});
    assert_string_equal(config_of(conv, "padding")->text, "same");
    assert_string_equal(config_of(conv, "data_format")->text, "channels_first");
    assert_false(config_of(conv, "use_bias")->boolean);
    assert_true(config_of(&d->layer[3], "rate")->number == 0.25);
    assert_int_equal(config_of(&d->layer[5], "units")->integer, 10);
    assert_string_equal(d->origin.writer, "1.2.2");
    shut(&o);
}

static void test_keras1_recurrent(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL_1(
                JOIN(OLD("GRU", ",'output_dim':3,'input_dim':2,'input_length':10,'inner_activation':'hard_sigmoid',"
                                "'dropout_W':0.5,'dropout_U':0.25,'return_sequences':true"),
                     OLD("TimeDistributedDense", ",'output_dim':4"))));
    assert_ints(config_of(&d->layer[0], "batch_shape"), 3, (int64_t[]){LT_NO_DIM, 10, 2});
    const struct lt_layer *gru = &d->layer[1];
    assert_int_equal(config_of(gru, "units")->integer, 3);
    assert_true(config_of(gru, "dropout")->number == 0.5);
    assert_true(config_of(gru, "recurrent_dropout")->number == 0.25);
    assert_false(config_of(gru, "reset_after")->boolean); /* one bias */
    assert_string_equal(d->layer[2].kind->name, "Dense");
    shut(&o);
}

/* Keras 3's own GRU has two biases where its file does not say. */
static void test_modern_gru_keeps_its_default(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, "{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" JOIN(
                           INPUT("a", "[null,4,8]"), LAYER("GRU", "g", ",'units':3", "")) "]}}");
    assert_true(config_of(layer_named(d, "g"), "reset_after")->boolean);
    shut(&o);
}

#define IN(name, shape)                                                                                                \
    "{'class_name':'InputLayer','config':{'batch_input_shape':" shape ",'dtype':'float32','name':'" name               \
    "'},'name':'" name "','inbound_nodes':[]}"
#define NODE(class, name, config, calls)                                                                               \
    "{'class_name':'" class "','config':{'name':'" name "'" config "},'name':'" name "','inbound_nodes':[" calls "]}"
#define MODEL_2(version, layers, in, out)                                                                              \
    "{'class_name':'Model','keras_version':'" version                                                                  \
    "','backend':'tensorflow','config':{'name':'m','layers':[" layers "],'input_layers':" in ",'output_layers':" out   \
    "}}"

static void check_merge(const char *text, const char *kind)
{
    struct opened o;
    const struct lt_document *d = open_clean(&o, text);
    assert_string_equal(layer_named(d, "m")->kind->name, kind);
    assert_calls(&o, &d->graph, "a(), b(), m(#0:0, #1:0) -> #2:0");
    if (strcmp(kind, "Concatenate") == 0)
        assert_int_equal(config_of(layer_named(d, "m"), "axis")->integer, 1);
    if (strcmp(kind, "Dot") == 0)
        assert_true(config_of(layer_named(d, "m"), "normalize")->boolean);
    shut(&o);
}

#define MERGE(mode)                                                                                                    \
    MODEL_2(                                                                                                           \
        "1.1.0",                                                                                                       \
        JOIN(IN("a", "[null,4]"), IN("b", "[null,4]"),                                                                 \
             NODE("Merge", "m", ",'mode':'" mode "','concat_axis':1,'dot_axes':[[1],[1]]", "[['a',0,0],['b',0,0]]")),  \
        "[['a',0,0],['b',0,0]]", "[['m',0,0]]")

static void test_merge_modes(void **state)
{
    (void)state;
    check_merge(MERGE("sum"), "Add");
    check_merge(MERGE("mul"), "Multiply");
    check_merge(MERGE("ave"), "Average");
    check_merge(MERGE("max"), "Maximum");
    check_merge(MERGE("concat"), "Concatenate");
    check_merge(MERGE("cos"), "Dot");
}

/* Up to Keras 2 the calls of a nested model count from 1, Sequential or not, in inbound_nodes as in output_layers. */
static void test_keras2_nested_model(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL_2("2.2.4",
                    IN("a", "[null,8]") ",{'class_name':'Sequential','name':'s','config':{'name':'s','layers':[{"
                                        "'class_name':'Dense','config':{'name':'x','units':8,'batch_input_shape':[null,"
                                        "8]}}]},'inbound_nodes':[[['a',0,0,{}]],[['s',1,0,{}]]]}," NODE(
                                            "Dense", "d", ",'units':2", "[['s',1,0,{}]]"),
                    "[['a',0,0]]", "[['s',2,0],['d',0,0]]"));
    assert_calls(&o, &d->graph, "a(), s(#0:0), s(#1:0), d(#1:0) -> #2:0 #3:0");
    assert_true(layer_named(d, "s/x_input")->implied);
    shut(&o);
}

/* Keyword arguments stand in the fourth element of each reference, and count once. */
static void test_tfkeras_keywords(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL_2("2.4.0",
                               JOIN(IN("q", "[null,4,8]"), IN("v", "[null,4,8]"),
                                    NODE("MultiHeadAttention", "mha", ",'num_heads':2,'key_dim':4",
                                         "[['q',0,0,{'value':['v',0,0],'use_causal_mask':true}]]")),
                               "[['q',0,0],['v',0,0]]", "[['mha',0,0]]"));
    assert_calls(&o, &d->graph, "q(), v(), mha(#0:0, value=#1:0) -> #2:0");
    const struct lt_tree *kwargs = lt_tree_get(d->graph.node[2].arguments, "kwargs");
    assert_true(lt_tree_bool(lt_tree_get(kwargs, "use_causal_mask"), false));
    assert_string_equal(lt_tree_text(lt_tree_get(lt_tree_get(kwargs, "value"), "class_name"), ""), "__keras_tensor__");
    shut(&o);
}

/* Raw TensorFlow calls are Keras's operations; arguments that these take by position lose their name. */
static void test_tfkeras_functions(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL_2("2.8.0",
                JOIN(IN("a", "[null,8]"), IN("b", "[null,8]"),
                     NODE("TFOpLambda", "sum", ",'function':'math.add'", "['a',0,0,{'y':['b',0,0],'name':null}]"),
                     NODE("TFOpLambda", "twice", ",'function':'math.multiply'", "['sum',0,0,{'y':2.0,'name':null}]"),
                     NODE("TFOpLambda", "mean", ",'function':'math.reduce_mean'",
                          "['twice',0,0,{'axis':1,'keepdims':true}]")),
                "[['a',0,0],['b',0,0]]", "[['mean',0,0]]"));
    assert_calls(&o, &d->graph, "a(), b(), sum(#0:0, #1:0), twice(#2:0), mean(#3:0) -> #4:0");
    assert_string_equal(layer_named(d, "sum")->kind->name, "Add");
    assert_int_equal(layer_named(d, "sum")->kind->family, LT_FAMILY_OPERATION);
    assert_null(d->graph.node[2].arguments);
    const struct lt_tree *args = lt_tree_get(d->graph.node[3].arguments, "args");
    assert_int_equal(args->count, 2);
    assert_true(lt_tree_number(lt_tree_at(args, 1), 0) == 2);
    assert_string_equal(layer_named(d, "mean")->kind->name, "Mean");
    shut(&o);
}

static void test_tfkeras_graph_ops(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL_2("2.3.0-tf",
                JOIN(IN("a", "[null,2,3]"), NODE("TensorFlowOpLayer", "tf_op_layer_R",
                                                 ",'node_def':{'name':'R','op':'Reshape','input':['a','s'],'attr':{}},"
                                                 "'constants':{'1':[-1,6]}",
                                                 "[['a',0,0,{}]]")),
                "[['a',0,0]]", "[['tf_op_layer_R',0,0]]"));
    const struct lt_layer *reshape = layer_named(d, "tf_op_layer_R");
    assert_string_equal(reshape->kind->name, "Reshape");
    assert_int_equal(reshape->kind->family, LT_FAMILY_OPERATION);
    assert_int_equal(lt_tree_int(lt_tree_at(lt_tree_get(reshape->unread, "newshape"), 1), 0), 6);
    shut(&o);
}

static void test_renames_that_outlived_keras2(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d =
        open_clean(&o, MODEL_2("2.1.6-tf",
                               JOIN(IN("a", "[null,8]"), NODE("LeakyReLU", "l", ",'alpha':0.125", "[['a',0,0,{}]]"),
                                    NODE("BatchNormalization", "b", ",'axis':[1],'dtype':'float32'", "[['l',0,0,{}]]")),
                               "[['a',0,0]]", "[['b',0,0]]"));
    assert_true(config_of(layer_named(d, "l"), "negative_slope")->number == 0.125);
    assert_ints(config_of(layer_named(d, "b"), "axis"), 1, (int64_t[]){1});
    shut(&o);
}

/* Keras 2.12 writes what numpy made of a number. */
static void test_numpy_scalars(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, MODEL_2("2.12.0",
                    IN("a", "[null,8]") "," NODE("ReLU", "r",
                                                 ",'threshold':{'class_name':'__numpy__','config':{'value':0.25,"
                                                 "'dtype':'float32'}}",
                                                 "[['a',0,0,{}]]"),
                    "[['a',0,0]]", "[['r',0,0]]"));
    assert_true(config_of(layer_named(d, "r"), "threshold")->number > 0.2);
    shut(&o);
}

/* tfjs-layers writes Keras 2's form below modelTopology; the converter puts model_config and training_config there. */
static void test_tfjs(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        "{'format':'layers-model','generatedBy':'keras v2.4.0','weightsManifest':[],'modelTopology':{'keras_version':"
        "'2.4.0','backend':'tensorflow','model_config':{'class_name':'Sequential','config':{'name':'s','layers':["
        "{'class_name':'Dense','config':{'name':'d','units':2,'batch_input_shape':[null,3]}}]}},'training_config':{"
        "'loss':'mse','optimizer_config':{'class_name':'Adam','config':{'lr':0.5}}}}}");
    assert_calls(&o, &d->graph, "d_input(), d(#0:0) -> #1:0");
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_OPTIMIZER), "adam");
    assert_int_equal(d->setup.option_count, 2);
    assert_string_equal(d->setup.option[0].name, "legacy"); /* of before 2.11 */
    assert_string_equal(d->setup.option[1].name, "learning_rate");
    assert_string_equal(d->origin.writer, "2.4.0");
    shut(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keras1_sequential),
        cmocka_unit_test(test_keras1_recurrent),
        cmocka_unit_test(test_modern_gru_keeps_its_default),
        cmocka_unit_test(test_merge_modes),
        cmocka_unit_test(test_keras2_nested_model),
        cmocka_unit_test(test_tfkeras_keywords),
        cmocka_unit_test(test_tfkeras_functions),
        cmocka_unit_test(test_tfkeras_graph_ops),
        cmocka_unit_test(test_renames_that_outlived_keras2),
        cmocka_unit_test(test_numpy_scalars),
        cmocka_unit_test(test_tfjs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
