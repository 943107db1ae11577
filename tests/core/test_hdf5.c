/* .h5 files that real Keras wrote (tests/reference/h5.py), and what is left of them after damage. */
#include "tests/core/estimating.h"
#include "tests/core/random.h"
#include "tests/core/reference.h"
#include "tests/core/scratch.h"

#include "core/data/file.h"
#include "core/data/hdf5.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "tests/reference/h5/%s.h5", name);
    return path;
}

static int open_files(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

/* No child is left, running or dead. */
static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void check_row(const struct lt_tree *row)
{
    struct estimating t;
    estimating_open(&t, path_of(row_name(row)));
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    assert_int_equal(t.document->origin.format, LT_FORMAT_KERAS_H5);
    assert_int_equal(t.estimate.parameters, row_int(row, "total"));
    assert_int_equal(t.estimate.trainable_parameters, row_int(row, "trainable"));
    assert_int_equal(t.problems.count, 0);
    assert_int_equal(t.document->origin.weight_elements, row_int(row, "weights"));
    const struct lt_tree *layers = row_value(row, "layers");
    assert_int_equal(t.estimate.layers, layers->count);
    for (const struct lt_tree *layer = layers->child; layer; layer = layer->next)
        assert_int_not_equal(lt_document_find_layer(t.document, lt_tree_text(layer, "")), LT_NO_LAYER);
    estimating_close(&t);
}

static void files_open_as_keras_has_them(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "h5", 6);
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        check_row(row);
    lt_arena_free(&arena);
}

static void the_training_is_taken_over(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, path_of("reader"));
    assert_string_equal(lt_setup_text(&t.document->setup, LT_SET_OPTIMIZER), "sgd");
    assert_string_equal(lt_setup_text(&t.document->setup, LT_SET_LOSS), "binary_crossentropy");
    assert_string_equal(t.document->origin.backend, "tensorflow");
    estimating_close(&t);
}

/* What Keras built for Adam with amsgrad is not what Adam without it keeps. */
static void state_of_another_optimizer_is_noticed(void **state)
{
    (void)state;
    static const char said[] = "\"amsgrad\": true", changed[] = "\"amsgrad\":false";
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text;
    size_t bytes, at = 0;
    assert_int_equal(lt_file_read(&arena, path_of("perceptron"), 1 << 20, &text, &bytes, &problems), LT_OK);
    while (at + sizeof said < bytes && memcmp(text + at, said, sizeof said - 1) != 0)
        at++;
    char *copy = lt_alloc(&arena, bytes);
    memcpy(copy, text, bytes);
    memcpy(copy + at, changed, sizeof changed - 1);
    struct lt_document *document = lt_open(scratch_write("other.h5", copy, bytes), &problems);
    assert_non_null(document);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.item[0].message,
                        "the optimizer's state in the file has 491 elements, that of adam as it "
                        "is understood here 326");
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void weights_alone_are_no_model(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    assert_null(lt_open("tests/reference/h5/weights_only.weights.h5", &problems));
    assert_true(problems.count > 0);
    assert_non_null(problems.item[0].hint);
    lt_arena_free(&arena);
}

/* --- a child that dies -------------------------------------------------------------------------------------------- */

static int deadly; /* the signal that ends each child at its start; 0: none */

static void die(void)
{
    if (deadly)
        raise(deadly);
}

static void a_child_that_dies_is_a_problem(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *said;
    } cases[] = {
        {SIGABRT, "the HDF5 library crashed on this file"},
        {SIGXCPU, "took too long and was stopped"},
        {SIGALRM, "took too long and was stopped"},
        {SIGKILL, "took too long and was stopped"},
    };
    int files = open_files();
    assert_int_equal(pthread_atfork(NULL, NULL, die), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        deadly = cases[i].number;
        assert_null(lt_open(path_of("perceptron"), &problems));
        deadly = 0;
        assert_int_equal(problems.total[LT_ERROR], 1);
        assert_said(&problems, cases[i].said);
        assert_no_child();
        lt_arena_free(&arena);
    }
    assert_int_equal(open_files(), files);
}

/* --- damage ------------------------------------------------------------------------------------------------------ */

static void open_bytes(const char *text, size_t bytes)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct lt_document *document = lt_open(scratch_write("damaged.h5", text, bytes), &problems);
    assert_true(document || problems.count > 0);
    lt_document_free(document);
    lt_arena_free(&arena);
}

static void damaged_files_are_refused_or_read(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    const char *text;
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, path_of("perceptron"), 1 << 20, &text, &bytes, &problems), LT_OK);
    int files = open_files();
    for (size_t cut = 8; cut < bytes; cut += bytes / 24)
        open_bytes(text, cut);
    uint64_t seed = 12345;
    for (int i = 0; i < 150; i++) {
        char *copy = malloc(bytes);
        assert_non_null(copy);
        memcpy(copy, text, bytes);
        for (int k = 0; k < 8; k++)
            copy[random_below(&seed, (uint32_t)bytes)] = (char)random_bits(&seed);
        open_bytes(copy, bytes);
        free(copy);
    }
    assert_int_equal(open_files(), files);
    assert_no_child();
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_open_as_keras_has_them),          cmocka_unit_test(the_training_is_taken_over),
        cmocka_unit_test(state_of_another_optimizer_is_noticed), cmocka_unit_test(weights_alone_are_no_model),
        cmocka_unit_test(a_child_that_dies_is_a_problem),        cmocka_unit_test(damaged_files_are_refused_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
