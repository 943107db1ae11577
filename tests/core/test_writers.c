/* What is written is the model that was read: as Keras 3's JSON, as native YAML, as a Python program. */
#include "tests/core/estimating.h"
#include "tests/core/keras_text.h"

#include <glob.h>
#include <string.h>

#include "core/report/report.h"

static struct lt_buffer written(const struct lt_document *document, const char *format, struct lt_problems *problems)
{
    struct lt_buffer out = {0};
    assert_int_equal(lt_writer_find(format)->write(document, &out, problems), LT_OK);
    assert_non_null(out.text);
    return out;
}

/* --- round trips -------------------------------------------------------------------------------------------------- */

/* The report without what differs by rights: the file, its format and its problems. */
static const struct lt_tree *report_of(struct estimating *t)
{
    static const char *const SETUP[] = {"device=nvidia-a100-sxm4-80gb", NULL};
    assert_int_equal(estimating_run(t, SETUP), LT_OK);
    t->document->origin.file = NULL;
    t->document->origin.format = LT_FORMAT_NONE;
    const struct lt_report report = {.estimate = &t->estimate};
    const struct lt_tree *tree = lt_report_tree(&report, &t->text);
    assert_non_null(tree);
    return tree;
}

static const struct lt_tree *row_of(const struct lt_tree *layers, const char *path)
{
    for (const struct lt_tree *row = layers->child; row; row = row->next)
        if (strcmp(lt_tree_text(lt_tree_get(row, "path"), ""), path) == 0)
            return row;
    return NULL;
}

/* Layers may stand in another order: a file lists an input where it pleases, YAML before what takes from it. */
static void assert_same_report(const char *name, const struct lt_tree *a, const struct lt_tree *b)
{
    const struct lt_tree *ours = lt_tree_get(b, "layers");
    for (const struct lt_tree *part = a->child; part; part = part->next)
        if (strcmp(part->key, "layers") != 0 && !lt_tree_equal(part, lt_tree_get(b, part->key)))
            fail_msg("%s: %s of the report differs", name, part->key);
    assert_int_equal(lt_tree_get(a, "layers")->count, ours->count);
    for (const struct lt_tree *row = lt_tree_get(a, "layers")->child; row; row = row->next) {
        const char *path = lt_tree_text(lt_tree_get(row, "path"), "");
        const struct lt_tree *other = row_of(ours, path);
        if (!other || !lt_tree_equal(row, other))
            fail_msg("%s: layer %s of the report differs", name, path);
    }
}

static void reopen(struct estimating *t, const char *name, const struct lt_buffer *text)
{
    estimating_begin(t);
    estimating_take(t, name, lt_open_text(name, text->text, text->length, &t->problems));
}

static void assert_same(const char *name, const char *what, struct lt_buffer *a, struct lt_buffer *b)
{
    if (strcmp(a->text, b->text) != 0) {
        size_t at = 0;
        while (a->text[at] == b->text[at])
            at++;
        at = at < 160 ? 0 : at - 160;
        fail_msg("%s: %s differs:\n%.320s\n--- from\n%.320s", name, what, b->text + at, a->text + at);
    }
}

/* Keras file → YAML → the same JSON and the same report; Keras file → JSON → the same JSON. */
static void there_and_back(const char *path)
{
    struct estimating first, native, json;
    estimating_open(&first, path);
    struct lt_buffer model = written(first.document, "json", &first.problems);
    struct lt_buffer yaml = written(first.document, "yaml", &first.problems);
    reopen(&native, "model.yaml", &yaml);
    reopen(&json, "model.json", &model);
    struct lt_buffer native_model = written(native.document, "json", &native.problems);
    struct lt_buffer native_yaml = written(native.document, "yaml", &native.problems);
    struct lt_buffer json_model = written(json.document, "json", &json.problems);
    assert_same(path, "YAML of YAML", &yaml, &native_yaml);
    assert_same(path, "JSON of YAML", &model, &native_model);
    assert_same(path, "JSON of JSON", &model, &json_model);
    assert_same_report(path, report_of(&first), report_of(&native));
    struct lt_buffer *all[] = {&model, &yaml, &native_model, &native_yaml, &json_model};
    for (size_t i = 0; i < COUNT(all); i++)
        lt_buffer_free(all[i]);
    estimating_close(&first);
    estimating_close(&native);
    estimating_close(&json);
}

static void all_of(const char *pattern, size_t least)
{
    glob_t found;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= least);
    for (size_t i = 0; i < found.gl_pathc; i++)
        there_and_back(found.gl_pathv[i]);
    globfree(&found);
}

static void test_applications(void **state)
{
    (void)state;
    all_of("tests/reference/applications/*.keras", 40);
}

static void test_graphs(void **state)
{
    (void)state;
    all_of("tests/reference/graphs/*.keras", 27);
}

static void test_h5(void **state)
{
    (void)state;
    all_of("tests/reference/h5/[!w]*.h5", 3); /* one holds weights alone */
}

static void test_samples(void **state)
{
    (void)state;
    all_of("samples/*", 8);
}

/* --- Python ------------------------------------------------------------------------------------------------------- */

static void assert_python(const char *model, const char *const *edits, const char *expected)
{
    struct opened opened;
    const struct lt_document *document = open_clean(&opened, model);
    for (; *edits; edits++)
        assert_int_equal(lt_edit(opened.document, NULL, *edits, &opened.problems), LT_OK);
    struct lt_buffer out = written(document, "keras", &opened.problems);
    assert_string_equal(out.text, expected);
    assert_int_equal(opened.problems.count, 0);
    lt_buffer_free(&out);
    shut(&opened);
}

#define TENSOR_OF(layer)                                                                                               \
    "{'class_name':'__keras_tensor__','config':{'shape':[null,8],'dtype':'float32','keras_history':['" layer "',0,0]}" \
    "}"
#define DENSE_ON(name, from)                                                                                           \
    "{'module':'keras.layers','class_name':'Dense','registered_name':null,'name':'" name "','config':{'name':'" name   \
    "','units':8,'activation':'relu'},'inbound_nodes':[{'args':[" TENSOR_OF(from) "],'kwargs':{}}]}"

/* A branch has a name, a chain has x; what Keras would name so by itself is not named. */
static void test_functional(void **state)
{
    (void)state;
    static const char MODEL[] =
        "{'module':'keras.src.models.functional','class_name':'Functional','config':{'name':'two_ways','layers':["
        "{'module':'keras.layers','class_name':'InputLayer','name':'in','config':{'batch_shape':[null,8],'name':'in'},"
        "'inbound_nodes':[]}," DENSE_ON("dense", "in") "," DENSE_ON("stem", "dense") "," DENSE_ON(
            "side", "stem") ","
                            "{'module':'keras.layers','class_name':'Add','name':'add','config':{'name':'add'},'inbound_"
                            "nodes':[{'args':[[" TENSOR_OF("stem") "," TENSOR_OF(
                                "side") "]],'kwargs':{}}]}],'input_layers':['in',0,0],'output_layers':['add',0,0]}}";
    static const char *const EDITS[] = {"insert Dropout after layers.dense rate=0.1",
                                        "set precision=mixed_float16",
                                        "set optimizer=sgd",
                                        "set optimizer.momentum=0.9",
                                        "set batch=64",
                                        "set layers.side.trainable=false",
                                        NULL};
    assert_python(MODEL, EDITS,
                  "\"\"\"Builds, compiles and trains two_ways.\"\"\"\n\n"
                  "import keras\n"
                  "from keras import layers\n\n"
                  "BATCH_SIZE = 64\n"
                  "EPOCHS = 1\n\n"
                  "keras.config.set_dtype_policy(\"mixed_float16\")\n\n\n"
                  "def build_model():\n"
                  "    in_ = keras.Input((8,), name=\"in\")\n"
                  "    x = layers.Dense(8, activation=\"relu\")(in_)\n"
                  "    x = layers.Dropout(0.1)(x)\n"
                  "    stem = layers.Dense(8, activation=\"relu\", name=\"stem\")(x)\n"
                  "    x = layers.Dense(8, activation=\"relu\", trainable=False, name=\"side\")(stem)\n"
                  "    add = layers.Add()([stem, x])\n"
                  "    return keras.Model(in_, add, name=\"two_ways\")\n\n\n"
                  "def compile_model(model):\n"
                  "    model.compile(\n"
                  "        optimizer=keras.optimizers.SGD(momentum=0.9), loss=\"mean_squared_error\"\n"
                  "    )\n\n\n"
                  "def train(model, x, y):\n"
                  "    return model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS)\n\n\n"
                  "if __name__ == \"__main__\":\n"
                  "    model = build_model()\n"
                  "    compile_model(model)\n"
                  "    model.summary()\n");
}

/* A name from a file is text in the program, whatever it holds. */
static void test_hostile_name(void **state)
{
    (void)state;
    static const char MODEL[] =
        "{'module':'keras','class_name':'Sequential','config':{'name':'a\\\\\\n\\u001b','layers':["
        "{'module':'keras.layers','class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'0; import os'}},"
        "{'module':'keras.layers','class_name':'Dense','config':{'name':'),exit(','units':8}}]}}";
    static const char *const EDITS[] = {"set mode=inference", NULL};
    assert_python(MODEL, EDITS,
                  "\"\"\"Builds, compiles and trains a\\\\\\n\\U0000001b.\"\"\"\n\n"
                  "import keras\n"
                  "from keras import layers\n\n"
                  "BATCH_SIZE = 32\n\n\n"
                  "def build_model():\n"
                  "    return keras.Sequential(\n"
                  "        [\n"
                  "            keras.Input((8,), name=\"0; import os\"),\n"
                  "            layers.Dense(8, name=\"),exit(\"),\n"
                  "        ],\n"
                  "        name=\"a\\\\\\n\\U0000001b\",\n"
                  "    )\n\n\n"
                  "def predict(model, data):\n"
                  "    return model.predict(data, batch_size=BATCH_SIZE)\n\n\n"
                  "if __name__ == \"__main__\":\n"
                  "    model = build_model()\n"
                  "    model.summary()\n");
}

/* What a file calls a class, a module or an argument never stands as code. */
static void test_hostile_words(void **state)
{
    (void)state;
    struct opened opened;
    open_keras(&opened,
               "{'module':'keras','class_name':'Sequential','config':{'name':'m','layers':["
               "{'module':'keras.layers','class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'in'}},"
               "{'module':'a;b\\nimport c','class_name':'Odd\\nimport d','config':{'name':'odd','e\\nimport f':3,"
               "'g':{'module':'keras.h\\nimport i','class_name':'J\\nimport k','config':{'l\\nimport m':1}},"
               "'n':{'class_name':'O\\nimport p','config':null}}},"
               "{'module':'keras.layers','class_name':'Dense\\nimport q','config':{'name':'r','units':8}}]}}");
    struct lt_problems problems = {.arena = &opened.arena};
    struct lt_buffer out = written(opened.document, "keras", &problems);
    assert_non_null(strstr(out.text, "\nfrom a_b_import_c import Odd_import_d\n"));
    assert_non_null(strstr(out.text, "g=keras.h_import_i.J_import_k(l_import_m=1)"));
    for (const char *line = out.text; (line = strstr(line, "\nimport ")) != NULL; line++)
        assert_memory_equal(line, "\nimport keras\n", 14);
    lt_buffer_free(&out);
    shut(&opened);
}

/* A class that Keras does not have is written, and said. */
static void test_unknown_class(void **state)
{
    (void)state;
    struct opened opened;
    open_keras(&opened,
               "{'module':'keras','class_name':'Sequential','config':{'name':'m','layers':["
               "{'module':'keras.layers','class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'in'}},"
               "{'module':'mine','class_name':'Odd','registered_name':'mine>Odd','config':{'name':'odd','wide':3}}]}}");
    struct lt_problems problems = {.arena = &opened.arena};
    struct lt_buffer out = written(opened.document, "json", &problems);
    assert_non_null(strstr(out.text, "\"registered_name\": \"mine>Odd\""));
    assert_non_null(strstr(out.text, "\"wide\": 3"));
    assert_problem(&problems, "test: odd: warning: Keras has no class Odd; give it to custom_objects");
    lt_buffer_free(&out);
    shut(&opened);
}

/* Every request for memory may fail: a status, never a crash. */
static void test_memory_ends(void **state)
{
    (void)state;
    struct opened opened;
    struct lt_buffer text = {0};
    open_keras(&opened,
               "{'module':'keras','class_name':'Sequential','config':{'name':'m','layers':["
               "{'module':'keras.layers','class_name':'InputLayer','config':{'batch_shape':[null,8],'name':'in'}},"
               "{'module':'keras.layers','class_name':'Dense','config':{'name':'d','units':8}}]}}");
    for (int request = 1;; request++) {
        struct lt_arena arena = {.fail_in = request};
        const struct lt_tree *tree = NULL;
        enum lt_status status = lt_keras_tree(&arena, opened.document, &opened.problems, &tree);
        lt_arena_free(&arena);
        if (status == LT_OK)
            break;
        assert_int_equal(status, LT_NO_MEMORY);
    }
    lt_buffer_free(&text);
    shut(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applications),  cmocka_unit_test(test_graphs),        cmocka_unit_test(test_h5),
        cmocka_unit_test(test_samples),       cmocka_unit_test(test_functional),    cmocka_unit_test(test_hostile_name),
        cmocka_unit_test(test_hostile_words), cmocka_unit_test(test_unknown_class), cmocka_unit_test(test_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
