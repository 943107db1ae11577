/* Layers of Keras 3's description of a model, and what is said where it is wrong. */
#include "tests/core/keras_text.h"

#include "core/formats/keras_reader.h"

static void test_wrappers_hold_children(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        MODEL(
            JOIN(INPUT("a", "[null,4,8]"),
                 LAYER(
                     "Bidirectional", "bi",
                     ",'merge_mode':'sum','backward_layer':{'module':'keras.layers','class_name':'GRU','config':{"
                     "'name':'back','units':3,'trainable':false}},'layer':{'module':'keras.layers','class_name':'LSTM',"
                     "'config':{'name':'fore','units':3}}",
                     CALL(TENSOR("a", "0", "0")))),
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
    const struct lt_document *d = open_clean(
        &o, "{'module':'mine','class_name':'MyModel','registered_name':'Custom>MyModel','config':{'name':'m'"
            ",'layers':[" JOIN(
                INPUT("a", "[null,8]"),
                LAYER("Dense", "d", DENSE,
                      CALL(TENSOR("a", "0", "0")))) "],'input_layers':['a',0,0],'output_layers':['d',0,0]}}");
    assert_calls(&o, &d->graph, "a(), d(#0:0) -> #1:0");
    shut(&o);
}

/* A model inside a class of its own is shown in its place; a class that holds no layers is refused. */
static void test_custom_classes_at_the_root(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, "{'module':'mine','class_name':'Gan','registered_name':'Custom>Gan','config':{'depth':2,'generator':"
                   "{'class_name':'Sequential','module':'keras','config':{'name':'g','layers':[" JOIN(
                       INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE, "")) "]}}}}");
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
        &o, MODEL(JOIN(INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE ",'trainable':false,'new_key':{'deep':[1,2]}",
                                                     CALL(TENSOR("a", "0", "0")))),
                  "['a',0,0]", "['d',0,0]"));
    const struct lt_layer *dense = layer_named(d, "d");
    assert_false(dense->trainable);
    assert_int_equal(dense->unread->count, 1);
    assert_int_equal(lt_tree_get(lt_tree_get(dense->unread, "new_key"), "deep")->count, 2);
    shut(&o);
}

static void test_reference_that_leads_nowhere(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, MODEL(JOIN(INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE, CALL(TENSOR("gone", "0", "0")))),
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
    open_keras(&o, MODEL(JOIN(INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE, CALL(TENSOR("e", "0", "0"))),
                              LAYER("Dense", "e", DENSE, CALL(TENSOR("d", "0", "0")))),
                         "['a',0,0]", "['e',0,0]"));
    assert_non_null(o.document);
    assert_int_equal(o.problems.total[LT_ERROR], 1);
    assert_said(&o.problems, "depends on its own result");
    assert_non_null(calls_of(&o.arena, o.document, &o.document->graph)); /* in order */
    shut(&o);
}

#define ONE(layer) MODEL(INPUT("a", "[null,8]") "," layer, "['a',0,0]", "['d',0,0]")

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
    assert_said(&o.problems, "more than 64 deep");
    shut(&o);
    lt_buffer_free(&text);
}

/* Each request of each arena fails in turn: the reader says so and gives up nothing but its work. */
static void test_out_of_memory(void **state)
{
    (void)state;
    static const char TEXT[] =
        MODEL(JOIN(INPUT("a", "[null,4,8]"),
                   LAYER("Bidirectional", "bi", ",'layer':{'class_name':'LSTM','config':{'units':3,'x':[1]}}",
                         CALL(TENSOR("a", "0", "0"))),
                   ENCODER(CALL_WITH(TENSOR("bi", "0", "0"), "'k':1")),
                   LAYER("Dense", "d", DENSE, CALL(TENSOR("gone", "0", "0")))),
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
            struct keras_reader reader = {"test", &problems, document, document->arena, &scratch, NULL, 0, 0, false};
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
        cmocka_unit_test(test_wrappers_hold_children),
        cmocka_unit_test(test_subclass_with_functional_config),
        cmocka_unit_test(test_custom_classes_at_the_root),
        cmocka_unit_test(test_custom_layer_is_unknown),
        cmocka_unit_test(test_keys_that_no_field_describes_are_kept),
        cmocka_unit_test(test_reference_that_leads_nowhere),
        cmocka_unit_test(test_cycle),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_many_errors),
        cmocka_unit_test(test_nesting_limit),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
