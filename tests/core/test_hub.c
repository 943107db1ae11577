/* KerasHub's backbones against real ones (tests/reference/hub.json): totals, and per layer class, output shape,
 * weights; the multiply-accumulates of TensorFlow's graph. */
#include "tests/core/keras_text.h"
#include "tests/core/reference.h"

#include <stdio.h>

#include "core/formats/hub.h"
#include "core/model/edit.h"
#include "core/model/walk.h"

enum { BATCH = 1, STEPS = 16 };

static struct lt_arena reference;
static const struct lt_tree *rows;

static int load(void **state)
{
    (void)state;
    rows = reference_rows(&reference, "hub", 33);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    lt_arena_free(&reference);
    return 0;
}

static void assert_shape(const struct lt_shape *shape, const struct lt_tree *want)
{
    assert_int_equal(shape->rank, want->count);
    for (uint32_t i = 0; i < want->count; i++)
        assert_int_equal(shape->dim[i], lt_tree_int(lt_tree_at(want, i), i == 0 ? BATCH : STEPS));
}

static void assert_weights(const struct lt_variables *variables, const struct lt_tree *want)
{
    uint32_t counted = 0;
    for (uint32_t i = 0; i < variables->count; i++) {
        const struct lt_variable *v = &variables->item[i];
        if (!v->counted)
            continue;
        const struct lt_tree *shape = lt_tree_at(want, counted++);
        assert_non_null(shape);
        assert_int_equal(v->rank, shape->count);
        for (int axis = 0; axis < v->rank; axis++)
            assert_int_equal(v->dim[axis], lt_tree_int(lt_tree_at(shape, (uint32_t)axis), -1));
    }
    assert_int_equal(counted, want->count);
}

static void assert_layers(const struct lt_document *document, const struct lt_walked *walked, const struct lt_tree *row)
{
    const struct lt_tree *layers = row_value(row, "layers");
    for (const struct lt_tree *want = layers->child; want; want = want->next) {
        const char *name = lt_tree_text(lt_tree_at(want, 0), "");
        uint32_t index = lt_document_find_layer(document, name);
        if (index == LT_NO_LAYER)
            fail_msg("%s: no layer %s", row_name(row), name);
        const struct lt_walked_layer *got = &walked->layer[index];
        if (got->problem)
            fail_msg("%s: %s: %s", row_name(row), name, got->problem);
        assert_string_equal(document->layer[index].class_name, lt_tree_text(lt_tree_at(want, 1), ""));
        assert_shape(&got->out[0], lt_tree_at(want, 2));
        assert_weights(&got->variables, lt_tree_at(want, 4));
    }
}

static void assert_totals(const struct lt_document *document, const struct lt_walked *walked,
                          const struct lt_program *program, const struct lt_tree *row)
{
    uint64_t total = 0, trainable = 0, listed = 0;
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_variables *variables = &walked->layer[i].variables;
        listed += document->layer[i].kind->family != LT_FAMILY_OPERATION;
        for (uint32_t v = 0; v < variables->count; v++) {
            uint64_t elements = variables->item[v].counted ? variables->item[v].elements : 0;
            total += elements;
            trainable += variables->item[v].trainable ? elements : 0;
        }
    }
    assert_int_equal(total, row_int(row, "total"));
    assert_int_equal(trainable, row_int(row, "trainable"));
    assert_int_equal(listed, row_value(row, "layers")->count);
    assert_true(walked->complete);
    double macs = 0;
    for (uint32_t i = 0; i < program->op_count; i++)
        macs += program->op[i].flops / 2;
    int64_t want = row_int(row, "macs");
    if (want >= 0)
        assert_int_equal((int64_t)macs, want);
}

static void check_row(const struct lt_tree *row)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_keras_read("hub.json", row_value(row, "model"), &problems);
    if (problems.count)
        print_message("%s\n", problems.item[0].message);
    assert_int_equal(problems.count, 0);
    assert_non_null(document);
    assert_int_equal(lt_set(document, "seq_len=16", &problems), LT_OK);
    struct lt_binding binding = {.batch = BATCH, .precision = &lt_policies[lt_policy_find("float32")], .stretch = 1};
    struct lt_builder builder;
    struct lt_walked walked;
    lt_builder_init(&builder, &arena);
    assert_int_equal(lt_walk(document, &binding, &arena, &builder, &walked), LT_OK);
    assert_layers(document, &walked, row);
    assert_totals(document, &walked, &builder.program, row);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_backbones(void **state)
{
    (void)state;
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_row(row);
}

/* Every recipe stands for a class that real KerasHub was asked about. */
static void test_each_recipe_has_a_row(void **state)
{
    (void)state;
    for (const struct lt_hub_recipe *recipe = lt_hub_recipes; recipe->class; recipe++) {
        bool found = false;
        for (const struct lt_tree *row = rows->child; row && !found; row = row->next)
            found = strcmp(lt_tree_text(lt_tree_get(row_value(row, "model"), "class_name"), ""), recipe->class) == 0;
        if (!found)
            fail_msg("%s", recipe->class);
    }
}

/* GPT2CausalLM: the embedding is called again, the other way round; no weights are added. */
static void test_language_model(void **state)
{
    (void)state;
    struct opened opened;
    const struct lt_document *document = open_clean(
        &opened,
        "{'module':'keras_hub.src.models.gpt2.gpt2_causal_lm','class_name':'GPT2CausalLM','registered_name':"
        "'keras_hub>GPT2CausalLM','config':{'name':'lm','preprocessor':null,'backbone':{'module':"
        "'keras_hub.src.models.gpt2.gpt2_backbone','class_name':'GPT2Backbone','registered_name':'keras_hub>"
        "GPT2Backbone',"
        "'config':{'vocabulary_size':100,'num_layers':2,'num_heads':4,'hidden_dim':32,'intermediate_dim':64}}}}");
    struct lt_binding binding = {.batch = 2, .precision = &lt_policies[lt_policy_find("float32")], .stretch = 1};
    struct lt_builder builder;
    struct lt_walked walked;
    lt_builder_init(&builder, &opened.arena);
    assert_int_equal(lt_walk(document, &binding, &opened.arena, &builder, &walked), LT_OK);
    assert_int_equal(walked.out_count, 1);
    assert_int_equal(walked.out[0].dim[2], 100);
    uint32_t embedding = lt_document_find_layer(document, "token_embedding");
    assert_int_equal(walked.layer[embedding].calls, 2);
    assert_int_equal(walked.layer[embedding].variables.count, 1);
    shut(&opened);
}

static uint64_t parameters_of(const struct lt_document *document, struct lt_arena *arena, struct lt_walked *walked)
{
    struct lt_binding binding = {.batch = 2, .precision = &lt_policies[lt_policy_find("float32")], .stretch = 1};
    uint64_t total = 0;
    assert_int_equal(lt_walk(document, &binding, arena, NULL, walked), LT_OK);
    for (uint32_t i = 0; i < document->layer_count; i++)
        for (uint32_t v = 0; v < walked->layer[i].variables.count; v++)
            if (walked->layer[i].variables.item[v].counted)
                total += walked->layer[i].variables.item[v].elements;
    return total;
}

/* OPT's embedding of tokens stands in a layer with that of the positions; BART's is that of both its halves. The counts
 * are KerasHub's. */
static void test_tasks(void **state)
{
    (void)state;
    static const struct {
        const char *class;
        uint64_t parameters;
    } row[] = {{"OPTCausalLM", 17800}, {"BartSeq2SeqLM", 18720}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct opened opened;
        struct lt_walked walked;
        struct lt_arena arena = LT_ARENA_INIT;
        const struct lt_document *document = open_clean(
            &opened,
            lt_format(&arena,
                      "{'module':'keras_hub.models','class_name':'%s','registered_name':'keras_hub>%s','config':{"
                      "'name':'lm','backbone':{'config':{'vocabulary_size':100,'num_layers':1,'num_heads':2,"
                      "'hidden_dim':8,'intermediate_dim':16}}}}",
                      row[i].class, row[i].class));
        assert_int_equal(parameters_of(document, &opened.arena, &walked), row[i].parameters);
        assert_int_equal(walked.out_count, 1);
        assert_int_equal(walked.out[0].rank, 3);
        assert_int_equal(walked.out[0].dim[2], 100);
        shut(&opened);
        lt_arena_free(&arena);
    }
}

/* A backbone among the layers of a model is a model in it. */
static void test_nested(void **state)
{
    (void)state;
    struct opened opened;
    const struct lt_document *document = open_clean(
        &opened,
        "{'module':'keras','class_name':'Functional','config':{'name':'m','layers':["
        "{'module':'keras.layers','class_name':'InputLayer','name':'mask','inbound_nodes':[],"
        "'config':{'name':'mask','batch_shape':[null,16],'dtype':'int32'}},"
        "{'module':'keras.layers','class_name':'InputLayer','name':'ids','inbound_nodes':[],"
        "'config':{'name':'ids','batch_shape':[null,16],'dtype':'int32'}},"
        "{'module':'keras_hub.src.models.roberta.roberta_backbone','class_name':'RobertaBackbone','name':'inner',"
        "'registered_name':'keras_hub>RobertaBackbone','config':{'name':'inner','vocabulary_size':100,'num_layers':1,"
        "'num_heads':4,'hidden_dim':32,'intermediate_dim':64},'inbound_nodes':[{'args':[{"
        "'token_ids':{'class_name':'__keras_tensor__','config':{'keras_history':['ids',0,0]}},"
        "'padding_mask':{'class_name':'__keras_tensor__','config':{'keras_history':['mask',0,0]}}}],'kwargs':{}}]}],"
        "'input_layers':[['mask',0,0],['ids',0,0]],'output_layers':[['inner',1,0]]}}");
    struct lt_binding binding = {.batch = 2, .precision = &lt_policies[lt_policy_find("float32")], .stretch = 1};
    struct lt_walked walked;
    assert_int_equal(lt_walk(document, &binding, &opened.arena, NULL, &walked), LT_OK);
    assert_true(walked.complete);
    assert_int_equal(walked.out[0].dim[1], 16);
    assert_int_equal(walked.out[0].dim[2], 32);
    assert_int_not_equal(lt_document_find_layer(document, "inner/transformer_layer_0"), LT_NO_LAYER);
    shut(&opened);
}

static void assert_refused(const char *settings, const char *message)
{
    struct opened opened;
    char text[512];
    snprintf(text, sizeof text,
             "{'module':'keras_hub.src.models.gpt2.gpt2_backbone','class_name':'GPT2Backbone',"
             "'registered_name':'keras_hub>GPT2Backbone','config':{%s}}",
             settings);
    open_keras(&opened, text);
    assert_null(opened.document);
    assert_said(&opened.problems, message);
    shut(&opened);
}

static void test_missing_settings(void **state)
{
    (void)state;
    assert_refused("'num_layers':2,'num_heads':4,'hidden_dim':32,'intermediate_dim':64", "needs vocabulary_size");
    assert_refused("'vocabulary_size':9,'num_heads':4,'hidden_dim':32,'intermediate_dim':64", "needs num_layers");
    assert_refused("'vocabulary_size':9,'num_layers':0,'num_heads':4,'hidden_dim':32,'intermediate_dim':64",
                   "num_layers must be");
    assert_refused("'vocabulary_size':9,'num_layers':99999999,'num_heads':4,'hidden_dim':32,'intermediate_dim':64",
                   "num_layers must be");
    assert_refused("'vocabulary_size':9,'num_layers':[1],'num_heads':4,'hidden_dim':32,'intermediate_dim':64",
                   "num_layers must be");
}

/* A sequence longer than the table of positions has no shape. */
static void test_too_long(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_keras_read("hub.json", lt_tree_get(row_named(rows, "bert"), "model"), &problems);
    assert_int_equal(lt_set(document, "seq_len=513", &problems), LT_OK);
    struct lt_binding binding = {.batch = 1, .precision = &lt_policies[lt_policy_find("float32")], .stretch = 1};
    struct lt_walked walked;
    assert_int_equal(lt_walk(document, &binding, &arena, NULL, &walked), LT_OK);
    assert_false(walked.complete);
    uint32_t layer = lt_document_find_layer(document, "position_embedding");
    assert_string_equal(walked.layer[layer].problem, "a sequence of 513 steps has only 512 positions");
    lt_document_free(document);
    lt_arena_free(&arena);
}

/* Whatever request for memory fails, there is a whole model or none. */
static void test_memory(void **state)
{
    (void)state;
    const struct lt_tree *model = lt_tree_get(row_named(rows, "bart"), "model");
    for (int64_t n = 1, done = 0; !done && n < 100000; n += 1 + n / 64) {
        struct lt_arena arena = LT_ARENA_INIT;
        const char *problem = NULL;
        arena.fail_in = n;
        const struct lt_tree *made =
            lt_hub_model(&arena, "BartBackbone", "bart", lt_tree_get(model, "config"), &problem);
        assert_true(made ? !arena.failed : arena.failed);
        done = made != NULL;
        lt_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backbones),      cmocka_unit_test(test_each_recipe_has_a_row),
        cmocka_unit_test(test_language_model), cmocka_unit_test(test_tasks),
        cmocka_unit_test(test_nested),         cmocka_unit_test(test_missing_settings),
        cmocka_unit_test(test_too_long),       cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
