/* Files that mean harm: each ends within a second of processor time and 64 MB of memory above the program itself, with
 * exit status 3 and a sentence, and nothing of them is printed raw. */
#include "tests/cli/program.h"

#include <minizip/zip.h>
#include <stdlib.h>

enum { MEMORY = 64 << 20, PROGRAM = 16 << 20, SECONDS = 1 };

static void open_limited(struct program_run *run, const char *path)
{
    *run = (struct program_run){.arguments = {path, "--json"}, .memory_bytes = MEMORY + PROGRAM, .seconds = SECONDS};
    program_run(run);
    if (run->status > 4)
        fail_msg("%s: ended with %d; said: %.400s", path, run->status, run->err.text);
}

static void expect_refused(const char *name, const char *bytes, size_t length, const char *said)
{
    struct program_run run;
    open_limited(&run, scratch_write(name, bytes, length));
    expect_ended(&run, 3);
    expect_said(run.err, name);
    expect_said(run.err, ": error: ");
    if (said)
        expect_said(run.err, said);
    assert_int_equal(run.out.length, 0);
    program_free(&run);
}

static void deep_nesting(void **state)
{
    (void)state;
    enum { BYTES = 100000 };
    static char text[BYTES];
    memset(text, '[', BYTES);
    expect_refused("deep.json", text, BYTES, "deep.json:1:");
    memcpy(text, "model: ", 7);
    expect_refused("deep.yaml", text, BYTES, "deep.yaml:1:");
    memset(text, '{', BYTES);
    expect_refused("deep2.yaml", text, BYTES, NULL);
}

/* As much of one thing as a file may hold, or more. */
static void too_much_of_anything(void **state)
{
    (void)state;
    enum { MIB = 1 << 20 };
    static const struct {
        const char *name, *head, *unit, *tail;
        size_t bytes;
        const char *said;
    } files[] = {
        {"maps.json", "[", "{},", "0]", 15 * MIB, "maps.json:1:1572866: error: more than 524288 values"},
        {"lists.json", "[", "[],", "0]", 15 * MIB, "more than 524288 values"},
        {"numbers.json", "[", "1,", "0]", 15 * MIB, "more than 524288 values"},
        {"powers.json", "[", "1e-999999999,", "0]", 15 * MIB, "more than 524288 values"},
        {"texts.json", "[", "\"\",", "0]", 15 * MIB, "more than 524288 values"},
        {"keys.json", "{", "\"k\":1,", "\"k\":1}", 15 * MIB, "more than 524288 values"},
        {"pairs.json", "[", "{\"k\":1,\"k\":1},", "0]", 2 * MIB, "the key stands twice"},
        {"digits.json", "[0.", "1", "]", 15 * MIB, "no description of a Keras model"},
        {"name.json", "{\"class_name\": \"", "x", "\"}", 15 * MIB, "xxx...; save it as a Functional"},
        {"key.json", "{\"", "x", "\": 1}", 15 * MIB, "no description of a Keras model"},
        {"escapes.json", "[\"", "\\u0041", "\"]", 15 * MIB, "no description of a Keras model"},
        {"lines.json", "[", "\n", "", 15 * MIB, "too early"},
        {"large.json", "[", " ", "]", 17 * MIB, "larger than 16777216 bytes"},
        {"maps.yaml", "model: [", "{},", "0]\n", 15 * MIB, "maps.yaml:1:1572867: error: more than 524288 values"},
        {"numbers.yaml", "model: [", "1,", "0]\n", 15 * MIB, "more than 524288 values"},
        {"items.yaml", "model:\n", "- 1\n", "", 15 * MIB, "more than 524288 values"},
        {"name.yaml", "model: ", "x", "\n", 15 * MIB, "does not say its version"},
        {"comment.yaml", "#", "#", "\n", 15 * MIB, "must be a map"},
        {"literal.yaml", "model: |\n", " x\n", "", 15 * MIB, "does not say its version"},
        {"large.yaml", "#", "#", "\n", 17 * MIB, "larger than 16777216 bytes"},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        const size_t length = strlen(files[i].unit);
        struct lt_buffer text = {0};
        lt_buffer_puts(&text, files[i].head);
        for (size_t bytes = 0; bytes < files[i].bytes; bytes += length)
            lt_buffer_add(&text, files[i].unit, length);
        lt_buffer_puts(&text, files[i].tail);
        expect_refused(files[i].name, text.text, text.length, files[i].said);
        remove(scratch_path(files[i].name));
        lt_buffer_free(&text);
    }
}

static void aliases(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    lt_buffer_puts(&text, "layertop: 1\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++)
        lt_buffer_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1,
                         i - 1, i - 1);
    expect_refused("aliases.yaml", text.text, text.length, "aliases.yaml:");
    lt_buffer_free(&text);
}

/* An archive with one member `config.json` of so many blanks. */
static void write_zip(const char *path, size_t bytes)
{
    enum { CHUNK = 1 << 20 };
    char *blanks = malloc(CHUNK);
    assert_non_null(blanks);
    memset(blanks, ' ', CHUNK);
    zipFile zip = zipOpen64(path, 0);
    assert_non_null(zip);
    assert_int_equal(zipOpenNewFileInZip64(zip, "config.json", NULL, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 9, 1), ZIP_OK);
    for (size_t left = bytes; left; left -= CHUNK)
        assert_int_equal(zipWriteInFileInZip(zip, blanks, CHUNK), ZIP_OK);
    zipCloseFileInZip(zip);
    zipClose(zip, NULL);
    free(blanks);
}

static void zip_bombs(void **state)
{
    (void)state;
    static const size_t megabytes[] = {2, 8, 32};
    for (size_t i = 0; i < COUNT(megabytes); i++) {
        struct program_run run;
        const char *path = scratch_path("bomb.keras");
        remove(path);
        write_zip(path, megabytes[i] << 20);
        open_limited(&run, path);
        expect_ended(&run, 3);
        expect_said(run.err, i == 2 ? "larger than" : "expands more than");
        program_free(&run);
    }
}

static void cut_archives(void **state)
{
    (void)state;
    static char bytes[1 << 20];
    FILE *file = fopen("samples/mnist-cnn.keras", "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(length, 100, sizeof bytes - 1);
    for (int part = 0; part < 48; part++)
        expect_refused("cut.keras", bytes, length * (size_t)part / 48, NULL);
    /* One byte wrong anywhere: refused or read, never a crash. */
    for (size_t at = 0; at < length; at += length / 40 + 1) {
        struct program_run run;
        bytes[at] ^= 0x40;
        open_limited(&run, scratch_write("wrong.keras", bytes, length));
        if (run.status != 0 && run.status != 3)
            fail_msg("byte %zu: ended with %d", at, run.status);
        bytes[at] ^= 0x40;
        program_free(&run);
    }
}

static const char HUGE_MODEL[] = "layertop: 1\nmodel:\n  layers:\n"
                                 "    - {class: InputLayer, name: x, shape: [1000000000000000000]}\n"
                                 "    - {class: Dense, name: d, units: 1000000000000000000}\n"
                                 "    - {class: Dense, name: e, units: 1000000000000000000}\n";

static void enormous_layers(void **state)
{
    (void)state;
    struct program_run run;
    open_limited(&run, scratch_write("huge.yaml", HUGE_MODEL, sizeof HUGE_MODEL - 1));
    if (run.status == 3) {
        expect_said(run.err, "huge.yaml");
        expect_said(run.err, "error");
    } else { /* too large to count is no number */
        expect_ended(&run, 0);
        expect_said(run.out, "\"parameters\": null");
        assert_null(strstr(run.out.text, "18446744073709551615"));
    }
    program_free(&run);
}

static const char JSON_HEAD[] =
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, 4], \"name\": \"x\"}},"
    "{\"class_name\": \"Dense\", \"config\": {\"units\": 3, \"name\": ";

static void bare_nan(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    struct program_run run;
    lt_buffer_printf(&text, "%s\"d\", \"bias_regularizer\": {\"l1\": NaN, \"l2\": -Infinity}}}]}}", JSON_HEAD);
    open_limited(&run, scratch_write("nan.json", text.text, text.length));
    expect_ended(&run, 0); /* real Keras writes it */
    program_free(&run);
    lt_buffer_free(&text);
    expect_refused("nan2.json", "NaN", 3, NULL);
}

/* Escape sequences, a carriage return, a right-to-left override and a zero-width joiner in a layer's name. */
static void controls_in_names(void **state)
{
    (void)state;
    static const char *const output[] = {"--text", "--json"};
    struct lt_buffer text = {0};
    lt_buffer_printf(&text, "%s\"\\u001b[2J\\u001b]0;x\\u0007\\r\\u202e\\u200d\\u009b31m\"}}]}}", JSON_HEAD);
    const char *path = scratch_write("names.json", text.text, text.length);
    for (int i = 0; i < 2; i++) {
        struct program_run run = {.arguments = {path, output[i]}};
        program_run(&run);
        expect_ended(&run, 0);
        for (const char *p = run.out.text; *p; p++)
            if ((unsigned char)*p < ' ' && *p != '\n')
                fail_msg("%s prints a raw control 0x%02x", output[i], (unsigned char)*p);
        assert_null(strstr(run.out.text, "\xe2\x80\xae"));
        assert_null(strstr(run.out.text, "\xe2\x80\x8d"));
        assert_null(strstr(run.out.text, "\xc2\x9b"));
        program_free(&run);
    }
    lt_buffer_free(&text);
}

static void file_names_are_no_commands(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 3, "./\x1b[31mred\r");
    assert_null(strchr(run.err.text, '\x1b'));
    assert_null(strchr(run.err.text, '\r'));
    program_free(&run);
}

static void other_files_say_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t length;
        const char *said;
    } files[] = {
        {"weights.h5", "\x89HDF\r\n\x1a\n", 8, "HDF5"},
        {"array.npy", "\x93NUMPY\x01\x00", 8, "NumPy"},
        {"code.pkl", "\x80\x04\x95\x00", 4, "pickle"},
        {"empty", "", 0, "empty"},
        {"zeros", "\0\0\0\0\0\0\0\0", 8, NULL},
        {"text.txt", "hello\n", 6, NULL},
        {"open.json", "{\"class_name\": ", 15, "open.json:1:"},
        {"quote.yaml", "layertop: \"1\n", 13, "quote.yaml:"},
        {"list.json", "[1, 2]", 6, NULL},
    };
    for (size_t i = 0; i < COUNT(files); i++)
        expect_refused(files[i].name, files[i].bytes, files[i].length, files[i].said);
    struct program_run run;
    open_limited(&run, "/dev/zero");
    expect_ended(&run, 3);
    program_free(&run);
    open_limited(&run, "./samples");
    expect_ended(&run, 3);
    expect_said(run.err, "this directory holds no model");
    program_free(&run);
}

static void many_errors_are_said_at_once_and_counted(void **state)
{
    (void)state;
    struct lt_buffer text = {0};
    lt_buffer_puts(&text, "layertop: 1\nmodel:\n  layers:\n    - {class: InputLayer, name: x, shape: [4]}\n");
    for (int i = 0; i < 50; i++)
        lt_buffer_printf(&text, "    - {class: Dense, name: d%d, units: -%d}\n", i, i + 1);
    struct program_run run;
    open_limited(&run, scratch_write("many.yaml", text.text, text.length));
    expect_ended(&run, 3);
    int lines = 0;
    for (const char *p = run.err.text; (p = strstr(p, ": error: ")) != NULL; p++)
        lines++;
    assert_int_equal(lines, 20);
    expect_said(run.err, "more");
    program_free(&run);
    lt_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(too_much_of_anything),
        cmocka_unit_test(aliases),
        cmocka_unit_test(zip_bombs),
        cmocka_unit_test(cut_archives),
        cmocka_unit_test(enormous_layers),
        cmocka_unit_test(bare_nan),
        cmocka_unit_test(controls_in_names),
        cmocka_unit_test(file_names_are_no_commands),
        cmocka_unit_test(other_files_say_what_they_are),
        cmocka_unit_test(many_errors_are_said_at_once_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
