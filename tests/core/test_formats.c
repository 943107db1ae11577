/* Opening by content: what a file is, never what it is called. */
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/zip.h"
#include "core/formats/detect.h"
#include "core/formats/formats.h"

static const char MODEL[] =
    "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":["
    "{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":"
    "[null,8],\"name\":\"a\"}},{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":"
    "{\"name\":\"d\",\"units\":2}}]}}";

#define BYTES(text) text, sizeof text - 1

static void test_detect(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        enum lt_file_type type;
    } CASES[] = {
        {BYTES(""), LT_FILE_EMPTY},
        {BYTES("{\"class_name\": 1}"), LT_FILE_JSON},
        {BYTES(" \n\t{}"), LT_FILE_JSON},
        {BYTES("\xef\xbb\xbf{}"), LT_FILE_JSON},
        {BYTES("[1, 2]"), LT_FILE_JSON},
        {BYTES("layertop: 1\nlayers:\n"), LT_FILE_TEXT},
        {BYTES("h\xc3\xa9llo"), LT_FILE_TEXT},
        {BYTES("PK\x03\x04\x14\0\0\0"), LT_FILE_ZIP},
        {BYTES("\x89HDF\r\n\x1a\n\0\0"), LT_FILE_HDF5},
        {BYTES("\x80\x04\x95\x10"), LT_FILE_FOREIGN},
        {BYTES("\x93NUMPY\x01\0"), LT_FILE_FOREIGN},
        {BYTES("\x1c\0\0\0TFL3\0\0"), LT_FILE_FOREIGN},
        {BYTES("\x40\0\0\0\0\0\0\0{\"a\":1}"), LT_FILE_FOREIGN},
        {BYTES("\x1f\x8b\x08"), LT_FILE_FOREIGN},
        {BYTES("\0\0\0\0"), LT_FILE_BINARY},
        {BYTES("\x08\x07\x12\x05"), LT_FILE_BINARY},
        {BYTES("xxxxTFL3 is text"), LT_FILE_TEXT},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct lt_file_kind kind = lt_detect_file(CASES[i].bytes, CASES[i].count);
        if (kind.type != CASES[i].type)
            print_message("case %zu\n", i);
        assert_int_equal(kind.type, CASES[i].type);
        assert_non_null(kind.name);
    }
}

/* --- from memory ------------------------------------------------------------------------------------------------- */

static void assert_refused(const char *text, size_t bytes, const char *message)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    assert_null(lt_open_text("f", text, bytes, &problems));
    assert_int_equal(problems.total[LT_ERROR], 1);
    assert_said(&problems, message);
    lt_arena_free(&arena);
}

static void test_text(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_open_text("f", BYTES(MODEL), &problems);
    assert_non_null(document);
    assert_int_equal(problems.count, 0);
    assert_int_equal(document->origin.format, LT_FORMAT_KERAS_JSON);
    assert_string_equal(document->origin.file, "f");
    assert_int_equal(document->layer_count, 2);
    lt_document_free(document);
    lt_arena_free(&arena);
}

/* Keras 1 and 2 wrote model.to_yaml() too. */
static void test_keras_yaml(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document =
        lt_open_text("f",
                     BYTES("backend: tensorflow\nclass_name: Sequential\nkeras_version: 2.2.4\nconfig:\n  name: s\n"
                           "  layers:\n  - class_name: Dense\n    config:\n      name: d\n      units: 3\n"
                           "      batch_input_shape: [null, 5]\n"),
                     &problems);
    assert_non_null(document);
    assert_int_equal(problems.count, 0);
    assert_int_equal(document->layer_count, 2);
    assert_string_equal(document->origin.writer, "2.2.4");
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_refused_text(void **state)
{
    (void)state;
    assert_refused(BYTES(""), "an empty file");
    assert_refused(BYTES("{\"a\": "), "ends too early");
    assert_refused(BYTES("{\"a\": 1}"), "no description of a Keras model");
    assert_refused(BYTES("null{"), "this must be a map of keys and values");
    assert_refused(BYTES("{\"format\":\"graph-model\",\"modelTopology\":{\"node\":[]}}"), "graph model");
    assert_refused(BYTES("{\"modelTopology\":null,\"weightsManifest\":[]}"), "weights but no layers");
    assert_refused(BYTES("{\"cells\":[],\"nbformat\":4}"), "Jupyter");
    assert_refused(BYTES("\x80\x04\x95"), "Python pickle");
    assert_refused(BYTES("\x89HDF\r\n\x1a\n"), "HDF5");
}

/* --- from files --------------------------------------------------------------------------------------------------- */

static void assert_path_refused(const char *path, const char *message)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    assert_null(lt_open(path, &problems));
    assert_int_equal(problems.total[LT_ERROR], 1);
    assert_said(&problems, message);
    assert_string_equal(problems.item[0].place.file, path);
    lt_arena_free(&arena);
}

static void test_refused_files(void **state)
{
    (void)state;
    assert_path_refused(scratch_path("none"), "No such file");
    assert_path_refused("/dev/null", "a device or a pipe");
    assert_path_refused(scratch_path(""), "this directory holds no model");
    scratch_write("model.keras", BYTES("\x89HDF\r\n\x1a\n\0\0\0\0"));
    assert_path_refused(scratch_path("model.keras"), "the HDF5 file is damaged or cut off");
    scratch_write("model.keras", BYTES("PK\x03\x04"));
    assert_path_refused(scratch_path("model.keras"), "this is no zip archive, or it is cut off");
}

static void test_directories(void **state)
{
    (void)state;
    scratch_write("saved_model.pb", BYTES("\x08\x01"));
    assert_path_refused(scratch_path(""), "only TensorFlow's operations");
    scratch_write("keras_metadata.pb", BYTES("\x08\x01"));
    assert_path_refused(scratch_path(""), "its keras_metadata.pb describes no model");
    scratch_write("config.json", BYTES(MODEL));
    scratch_write("metadata.json", BYTES("{\"keras_version\": \"3.9.2\"}"));
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_open(scratch_path(""), &problems);
    assert_non_null(document);
    assert_int_equal(document->origin.format, LT_FORMAT_KERAS_ZIP);
    assert_string_equal(document->origin.writer, "3.9.2");
    lt_document_free(document);
    lt_arena_free(&arena);
}

/* --- archives that real Keras wrote ------------------------------------------------------------------------------- */

static void assert_opens(const char *path, uint32_t layers)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_open(path, &problems);
    if (problems.count)
        print_message("%s\n", lt_problem_text(&arena, &problems.item[0]));
    assert_non_null(document);
    assert_int_equal(problems.total[LT_ERROR] + problems.total[LT_WARNING], 0);
    assert_int_equal(document->origin.format, LT_FORMAT_KERAS_ZIP);
    assert_non_null(document->origin.writer);
    if (layers)
        assert_int_equal(document->layer_count, layers);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void test_archives(void **state)
{
    (void)state;
    assert_opens("tests/reference/applications/ResNet50.keras", 177);
    assert_opens("tests/reference/applications/NASNetLarge.keras", 1041);
    assert_opens("tests/reference/graphs/with_weights.keras", 0);
    assert_opens("tests/reference/graphs/with_weights_deflated.keras", 0);
    assert_opens("tests/reference/graphs/with_weights_scaled.keras", 0);
}

static char *slurp(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *bytes = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*bytes);
    assert_int_equal(fread(text, 1, *bytes, file), *bytes);
    fclose(file);
    return text;
}

/* Python's zipfile takes bytes before an archive: a launcher script, say. The name says nothing. */
static void test_archive_behind_a_script(void **state)
{
    (void)state;
    size_t bytes = 0;
    char *archive = slurp("tests/reference/graphs/shared_layer.keras", &bytes);
    static const char SCRIPT[] = "#!/bin/sh\nexit 0\n";
    char *both = malloc(sizeof SCRIPT + bytes);
    memcpy(both, SCRIPT, sizeof SCRIPT - 1);
    memcpy(both + sizeof SCRIPT - 1, archive, bytes);
    scratch_write("model.txt", both, sizeof SCRIPT - 1 + bytes);
    assert_opens(scratch_path("model.txt"), 4);
    free(both);
    free(archive);
}

/* The elements of the weights and of the optimizer's state beside a description that was changed behind their back. */
static void test_weights_of_another_model(void **state)
{
    (void)state;
    static const char archive[] = "tests/reference/graphs/with_weights.keras";
    static const char said[] = "\"units\": 8", changed[] = "\"units\": 9";
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *config, *weights;
    size_t config_bytes, weight_bytes;
    assert_int_equal(lt_zip_read(&arena, archive, "config.json", 1 << 20, &config, &config_bytes, &problems), LT_OK);
    assert_int_equal(lt_zip_read(&arena, archive, "model.weights.h5", 1 << 20, &weights, &weight_bytes, &problems),
                     LT_OK);
    char *other = lt_strdup(&arena, config), *at = strstr(other, said);
    assert_non_null(at);
    memcpy(at, changed, sizeof changed - 1);
    scratch_write("unpacked/config.json", other, config_bytes);
    scratch_write("unpacked/model.weights.h5", weights, weight_bytes);
    struct lt_document *document = lt_open(scratch_path("unpacked"), &problems);
    assert_non_null(document);
    assert_int_equal(problems.total[LT_WARNING], 2);
    assert_said(&problems, "the file's weights have 107 elements, its layers as they are understood here 120");
    assert_said(&problems,
                "the optimizer's state in the file has 184 elements, that of adam as it is understood here 204");
    lt_document_free(document);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_keras_yaml),
        cmocka_unit_test(test_refused_text),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_archives),
        cmocka_unit_test(test_archive_behind_a_script),
        cmocka_unit_test(test_weights_of_another_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
