/* SavedModels: the keras_metadata.pb of tf.keras 2.5 to 2.15, put together here after its saved_metadata.proto. */
#include "tests/core/estimating.h"
#include "tests/core/scratch.h"

static void put_varint(struct lt_buffer *out, size_t value)
{
    for (; value > 127; value >>= 7)
        lt_buffer_add(out, (char[]){(char)(value | 128)}, 1);
    lt_buffer_add(out, (char[]){(char)value}, 1);
}

/* A field that holds bytes. */
static void put_field(struct lt_buffer *out, int field, const char *bytes, size_t count)
{
    put_varint(out, (size_t)(field << 3 | 2));
    put_varint(out, count);
    lt_buffer_add(out, bytes, count);
}

/* SavedObject: node_id 2, node_path 3, identifier 4, metadata 5. */
static void put_node(struct lt_buffer *out, const char *path, const char *metadata)
{
    struct lt_buffer node = {0};
    lt_buffer_add(&node, "\x10\x07", 2);
    put_field(&node, 3, path, strlen(path));
    put_field(&node, 4, "_tf_keras_sequential", 20);
    put_field(&node, 5, metadata, strlen(metadata));
    put_field(out, 1, node.text, node.length);
    lt_buffer_free(&node);
}

static const char MODEL[] =
    "{\"class_name\": \"Sequential\", \"name\": \"m\", \"keras_version\": \"2.9.0\", \"backend\": \"tensorflow\", "
    "\"model_config\": {\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 5, \"batch_input_shape\": [null, 8]}}]}}, "
    "\"training_config\": {\"loss\": \"mse\", \"optimizer_config\": {\"class_name\": \"RMSprop\", \"config\": {}}}}";

/* A layer before the root, as TensorFlow writes them in any order. */
static struct lt_buffer whole(void)
{
    struct lt_buffer out = {0};
    put_node(&out, "root.layer-0", "{}");
    put_node(&out, "root", MODEL);
    return out;
}

static void the_model_stands_at_the_root(void **state)
{
    (void)state;
    struct lt_buffer file = whole();
    scratch_write("saved_model.pb", "\x08\x01", 2);
    scratch_write("keras_metadata.pb", file.text, file.length);
    struct estimating t;
    estimating_open(&t, scratch_path(""));
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(t.problems.count, 0);
    assert_int_equal(t.document->origin.format, LT_FORMAT_SAVED_MODEL);
    assert_string_equal(t.document->origin.writer, "2.9.0");
    assert_int_equal(t.estimate.parameters, 8 * 5 + 5);
    assert_string_equal(t.estimate.optimizer_name, "rmsprop");
    assert_string_equal(lt_setup_text(&t.document->setup, LT_SET_LOSS), "mean_squared_error");
    estimating_close(&t);
    lt_buffer_free(&file);
}

static void assert_refused(const struct lt_buffer *file, size_t bytes, const char *said)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    scratch_write("keras_metadata.pb", file->text, bytes);
    assert_null(lt_open(scratch_path(""), &problems));
    assert_int_equal(problems.total[LT_ERROR], 1);
    assert_said(&problems, said);
    lt_arena_free(&arena);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct lt_buffer file = whole(), without = {0};
    scratch_write("saved_model.pb", "\x08\x01", 2);
    for (size_t bytes = 0; bytes < file.length; bytes++)
        assert_refused(&file, bytes, "its keras_metadata.pb ");
    put_node(&without, "root.layer-0", "{}");
    assert_refused(&without, without.length, "describes no model");
    lt_buffer_free(&without);
    lt_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_stands_at_the_root),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
