/* The command line: every option, every command, every exit status, and what is said where. */
#include "tests/cli/program.h"

#include <locale.h>
#include <unistd.h>

#include "core/data/file.h"
#include "core/data/json.h"
#include "tui/version.h"

struct report {
    struct program_run run;
    struct lt_arena arena;
    const struct lt_tree *root;
};

/* What was printed must be JSON to our own reader. */
static void read_report(struct report *r)
{
    struct lt_problems problems = {.arena = &r->arena};
    r->root = lt_json_read(&r->arena, "stdout", r->run.out.text, r->run.out.length, LT_JSON_MODEL, &problems);
    if (!r->root)
        fail_msg("not JSON: %s", problems.count ? problems.item[0].message : "?");
}

static void close_report(struct report *r)
{
    program_free(&r->run);
    lt_arena_free(&r->arena);
}

static const struct lt_tree *at(const struct report *r, const char *section, const char *key)
{
    return lt_tree_get(lt_tree_get(r->root, section), key);
}

static void without_a_terminal_the_report_is_printed(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 0, "mnist-mlp");
    expect_said(run.out, "50,890 parameters");
    expect_said(run.out, "Fits: ");
    assert_int_equal(run.err.length, 0);
    assert_null(strchr(run.out.text, '\x1b'));
    program_free(&run);
}

static void no_model_is_the_default_sample(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 0, NULL);
    expect_said(run.out, "25,636,712 parameters");
    program_free(&run);
}

static void lines_fit_80_columns(void **state)
{
    (void)state;
    static const char *const models[] = {"resnet50", "mobilenetv2", "lstm-text", "mnist-cnn-fp16"};
    for (size_t i = 0; i < COUNT(models); i++) {
        struct program_run run;
        expect_status(&run, 0, models[i], "--text", "--set", "device=nvidia-a100-sxm4-80gb");
        for (char *line = strtok(run.out.text, "\n"); line; line = strtok(NULL, "\n"))
            if (strlen(line) > 80 && !strstr(line, ": warning: ") && !strstr(line, ": note: "))
                fail_msg("%zu columns: %s", strlen(line), line);
        program_free(&run);
    }
}

static void json_is_read_back(void **state)
{
    (void)state;
    struct report r = {0};
    expect_status(&r.run, 0, "resnet50", "--json", "--set=batch=64", "--set", "device=nvidia-a100-sxm4-80gb");
    read_report(&r);
    assert_int_equal(lt_tree_int(lt_tree_get(r.root, "schema"), 0), 1);
    assert_int_equal(lt_tree_int(at(&r, "model", "parameters"), 0), 25636712);
    assert_int_equal(lt_tree_int(at(&r, "setup", "batch"), 0), 64);
    assert_string_equal(lt_tree_text(at(&r, "setup", "device"), ""), "nvidia-a100-sxm4-80gb");
    assert_string_equal(lt_tree_text(at(&r, "model", "file"), ""), "sample:resnet50.keras");
    assert_int_equal(lt_tree_get(r.root, "layers")->count, 177);
    assert_string_equal(lt_tree_text(at(&r, "device_memory", "verdict"), ""), "fits");
    /* The classes sum to what the driver's tool shows, the layers' kept bytes to their total. */
    int64_t sum = 0, kept = 0;
    for (const struct lt_tree *c = at(&r, "device_memory", "classes")->child; c; c = c->next)
        sum += lt_tree_int(c, 0);
    assert_int_equal(sum, lt_tree_int(at(&r, "device_memory", "shown_bytes"), -1));
    for (const struct lt_tree *layer = lt_tree_get(r.root, "layers")->child; layer; layer = layer->next)
        kept += lt_tree_int(lt_tree_get(layer, "kept_bytes"), 0);
    assert_int_equal(kept, lt_tree_int(at(&r, "device_memory", "kept_bytes"), -1));
    /* The most of the timeline is the peak, and stands at the layer and phase of the peak. */
    const struct lt_tree *most = NULL, *peak = at(&r, "device_memory", "peak_at");
    for (const struct lt_tree *t = at(&r, "device_memory", "timeline")->child; t; t = t->next)
        if (!most || lt_tree_int(lt_tree_get(t, "bytes"), 0) > lt_tree_int(lt_tree_get(most, "bytes"), 0))
            most = t;
    assert_non_null(most);
    assert_int_equal(lt_tree_int(lt_tree_get(most, "bytes"), 0),
                     lt_tree_int(lt_tree_get(at(&r, "device_memory", "peak_bytes"), "value"), -1));
    assert_string_equal(lt_tree_text(lt_tree_get(most, "phase"), ""), lt_tree_text(lt_tree_get(peak, "phase"), "none"));
    assert_string_equal(lt_tree_text(lt_tree_get(most, "layer"), ""), lt_tree_text(lt_tree_get(peak, "layer"), "none"));
    close_report(&r);
}

static void a_report_goes_to_a_file(void **state)
{
    (void)state;
    struct program_run run;
    const char *path = scratch_path("report.json"), *text;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    size_t bytes;
    expect_status(&run, 0, "mnist-mlp", "--json", "-o", path);
    assert_int_equal(run.out.length, 0);
    program_free(&run);
    assert_int_equal(lt_file_read(&arena, path, 1 << 20, &text, &bytes, &problems), LT_OK);
    expect_status(&run, 0, "mnist-mlp", "--json");
    assert_string_equal(text, run.out.text);
    lt_arena_free(&arena);
    program_free(&run);
    expect_status(&run, 3, "mnist-mlp", "-o", "/nonexistent/folder/report");
    expect_said(run.err, "/nonexistent/folder/report: error: cannot be written");
    program_free(&run);
}

static void checks_decide_the_exit_status(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        int status;
        const char *said; /* on standard error; NULL: nothing */
    } cases[] = {
        {"model.parameters==50890", 0, NULL},
        {"model.parameters==50890, model.layers<=3 ,device_memory.verdict==fits", 0, NULL},
        {"model.complete==true", 0, NULL},
        {"setup.optimizer==adam", 0, NULL},
        {"layers[1].parameters==50240,layers[2].parameters==650", 0, NULL},
        {"device_memory.peak_bytes<=80GiB,time.step_seconds<1h", 0, NULL},
        {"device_memory.peak_bytes.high<=80GiB", 0, NULL},
        {"model.weight_bytes==203560", 0, NULL},
        {"model.parameters!=50890", 1, "not met: model.parameters!=50890: it is 50.9 k"},
        {"host_memory.peak_bytes<1MiB,model.layers>7", 1, "not met: model.layers>7: it is 2"},
        {"device_memory.verdict==tight", 1, "it is \"fits\""},
        {"model.writer==3.15.1", 1, "not known"},
        {"peak_bytes<1", 2, "did you mean device_memory.peak_bytes?"},
        {"model.paramters<1", 2, "did you mean model.parameters?"},
        {"device_memory.peak_bytes<80G", 2, "a number of bytes, such as 80GiB"},
        {"time.step_seconds<2GiB", 2, "a number of seconds"},
        {"device_memory.verdict<fits", 2, "texts are not ordered"},
        {"model<3", 2, "there is no \"model\""},
        {"layers[9].parameters==1", 2, "there is no"},
        {"model.layers", 2, "is not NAME OP VALUE"},
        {"<3", 2, "is not NAME OP VALUE"},
        {"", 2, "is not NAME OP VALUE"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program_run run;
        expect_status(&run, cases[i].status, "mnist-mlp", "--set", "device=nvidia-a100-sxm4-80gb", "--check",
                      cases[i].expression);
        assert_int_equal(run.out.length, 0); /* the report was not asked for */
        if (cases[i].said)
            expect_said(run.err, cases[i].said);
        else
            assert_int_equal(run.err.length, 0);
        program_free(&run);
    }
}

static void a_lower_bound_proves_no_upper_limit(void **state)
{
    (void)state;
    struct program_run run;
    static const char model[] = "tests/reference/graphs/custom_layer.keras";
    expect_status(&run, 1, model, "--check", "device_memory.peak_bytes<1TiB");
    expect_said(run.err, "only that it is at least");
    program_free(&run);
    expect_status(&run, 0, model, "--check", "device_memory.peak_bytes>1");
    program_free(&run);
}

static void a_check_alone_says_what_is_wrong_with_the_model(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 3, "mnist-cnn", "--set", "layers.conv2.kernel_size=40", "--check", "model.layers>1");
    expect_said(run.err, "conv2");
    assert_int_equal(run.out.length, 0);
    program_free(&run);
}

static void wrong_usage_says_what_is_right(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *said;
    } cases[] = {
        {{"--jsn"}, "unknown option --jsn; did you mean --json?"},
        {{"-x"}, "unknown option -x"},
        {{"--set"}, "--set needs a value"},
        {{"--text=1"}, "--text takes no value"},
        {{"--text", "--json"}, "exclude each other"},
        {{"--size", "80x24"}, "without --keys"},
        {{"--keys", "f", "--size=80x"}, "\"80x\" is no size"},
        {{"a", "b"}, "one operand too many: b"},
        {{"hwdb"}, "list, show ID or lint"},
        {{"hwdb", "find"}, "there is no `hwdb find`"},
        {{"hwdb", "show"}, "show needs an operand"},
        {{"hwdb", "show", "nvidia-a100-sxm4-80g"}, "nvidia-a100-sxm4-80gb"},
        {{"lint"}, "lint needs an operand"},
        {{"mnist-mlp", "--set", "batch=0"}, "1 to "},
        {{"mnist-mlp", "--set", "batc=3"}, "did you mean batch?"},
        {{"mnist-mlp", "--set", "optimizer=adm"}, "adam"},
        {{"mnist-mlp", "--set", "device=nvidia-a100-sxm4-80g"}, "nvidia-a100-sxm4-80gb"},
        {{"mnist-mlp", "--set", "layers.hidden.unit=3"}, "units"},
        {{"mnist-mlp", "--set=cpu=amd-epyc-774", "--keys", "/dev/null"}, "amd-epyc-7742"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program_run run = {0};
        memcpy(run.arguments, cases[i].arguments, sizeof cases[i].arguments);
        program_run(&run);
        expect_ended(&run, 2);
        expect_said(run.err, cases[i].said);
        expect_said(run.err, "error: ");
        assert_int_equal(run.out.length, 0);
        program_free(&run);
    }
}

static void all_wrong_settings_are_said_at_once(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 2, "mnist-mlp", "--set", "batch=x", "--set", "epochs=-1", "--set", "nonsense=1");
    expect_said(run.err, "batch");
    expect_said(run.err, "epochs");
    expect_said(run.err, "nonsense");
    program_free(&run);
}

static void a_layer_is_set(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 0, "mnist-mlp", "--set", "layers.hidden.units=128", "--check", "model.parameters==101770");
    program_free(&run);
}

static void commands_print(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *said;
    } cases[] = {
        {{"--version"}, "layertop " LAYERTOP_VERSION "\n"}, {{"--help"}, "Usage: layertop"},
        {{"samples"}, "A small perceptron on MNIST"},       {{"lint", "resnet50"}, "177 layers, 0 errors"},
        {{"hwdb", "list"}, "nvidia-a100-sxm4-80gb"},        {{"hwdb", "show", "nvidia-a100-sxm4-80gb"}, "A100"},
        {{"hwdb", "lint"}, "entries, no errors"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program_run run = {0};
        memcpy(run.arguments, cases[i].arguments, sizeof cases[i].arguments);
        program_run(&run);
        expect_ended(&run, 0);
        expect_said(run.out, cases[i].said);
        assert_int_equal(run.err.length, 0);
        program_free(&run);
    }
}

static void hardware_files_of_the_user_count(void **state)
{
    (void)state;
    static const char good[] = "schema: hwdb/1\naccelerators:\n  - id: my-card\n    inherits: nvidia-a100-sxm4-80gb\n"
                               "    name: My card\n    aliases: []\n";
    static const char bad[] = "schema: hwdb/1\naccelerators:\n  - id: [\n";
    scratch_write("good.yaml", good, sizeof good - 1);
    struct program_run run;
    expect_status(&run, 0, "hwdb", "show", "my-card", "--hwdb", scratch_path(""));
    expect_said(run.out, "My card");
    program_free(&run);
    scratch_write("bad.yaml", bad, sizeof bad - 1);
    expect_status(&run, 3, "hwdb", "lint", "--hwdb", scratch_path(""));
    expect_said(run.err, "bad.yaml:");
    program_free(&run);
    expect_status(&run, 0, "mnist-mlp", "--hwdb", scratch_path(""), "--set", "device=my-card");
    expect_said(run.out, "My card");
    program_free(&run);
    remove(scratch_path("good.yaml"));
    remove(scratch_path("bad.yaml"));
}

static void a_closed_standard_output_is_an_error(void **state)
{
    (void)state;
    struct program_run run = {.arguments = {"mnist-mlp", "--json"}, .closed_fd = STDOUT_FILENO};
    program_run(&run);
    expect_ended(&run, 3);
    expect_said(run.err, "standard output");
    program_free(&run);
}

static void a_missing_file_names_the_samples(void **state)
{
    (void)state;
    struct program_run run;
    expect_status(&run, 3, "no-such-model");
    expect_said(run.err, "no-such-model: error: there is no such file or sample; the samples are");
    expect_said(run.err, "resnet50");
    program_free(&run);
    expect_status(&run, 3, "./no-such-model.keras");
    expect_said(run.err, "./no-such-model.keras: error: ");
    program_free(&run);
}

static void a_script_says_why_it_stopped(void **state)
{
    (void)state;
    static const struct {
        const char *script, *said;
        int status;
    } cases[] = {
        {"@expect batch 128\n", NULL, 0},
        {"down\n@expect \x1b[31mred\n", "keys:2:1: error: the screen does not show \\x1B[31mred\n", 1},
        {"hop\n", "keys:1:1: error: there is no key hop\n", 3},
        {"@hop\n", "keys:1:1: error: there is no hop\n", 3},
    };
    struct program_run run;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *keys = scratch_write("keys", cases[i].script, strlen(cases[i].script));
        expect_status(&run, cases[i].status, "mnist-cnn", "--keys", keys);
        if (cases[i].said)
            expect_said(run.err, cases[i].said);
        program_free(&run);
    }
    expect_status(&run, 3, "mnist-cnn", "--keys", "/nonexistent/\x1b[31mkeys");
    expect_said(run.err, "/nonexistent/\\x1B[31mkeys: error: cannot be opened");
    program_free(&run);
    expect_status(&run, 3, "mnist-cnn", "--keys", "-", "--dump", "/nonexistent/\x1b[31mdump");
    expect_said(run.err, "/nonexistent/\\x1B[31mdump: error: cannot be written");
    program_free(&run);
}

static void the_locale_has_no_say(void **state)
{
    (void)state;
    static const char *const german[] = {"LC_ALL=de_DE.UTF-8", NULL};
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    setlocale(LC_ALL, "C");
    struct program_run plain, other = {.arguments = {"mnist-mlp", "--json"}, .env = german};
    expect_status(&plain, 0, "mnist-mlp", "--json");
    program_run(&other);
    expect_ended(&other, 0);
    assert_string_equal(plain.out.text, other.out.text);
    program_free(&plain);
    program_free(&other);
}

/* As over ssh: the name of a UTF-8 locale arrives that is not installed here. */
static void a_locale_that_is_missing_is_utf8_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *said;
    } cases[] = {{"LC_ALL=xx_YY.UTF-8", "28×28×1"}, {"LC_ALL=xx_YY.ISO-8859-1", "28x28x1"}, {"LC_ALL=C", "28x28x1"}};
    static const char script[] = "@dump\n";
    const char *keys = scratch_write("keys", script, sizeof script - 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const env[] = {cases[i].locale, NULL};
        struct program_run run = {.arguments = {"mnist-cnn", "--keys", keys}, .env = env};
        program_run(&run);
        expect_ended(&run, 0);
        expect_said(run.out, cases[i].said);
        program_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal_the_report_is_printed),
        cmocka_unit_test(no_model_is_the_default_sample),
        cmocka_unit_test(lines_fit_80_columns),
        cmocka_unit_test(json_is_read_back),
        cmocka_unit_test(a_report_goes_to_a_file),
        cmocka_unit_test(checks_decide_the_exit_status),
        cmocka_unit_test(a_lower_bound_proves_no_upper_limit),
        cmocka_unit_test(a_check_alone_says_what_is_wrong_with_the_model),
        cmocka_unit_test(wrong_usage_says_what_is_right),
        cmocka_unit_test(all_wrong_settings_are_said_at_once),
        cmocka_unit_test(a_layer_is_set),
        cmocka_unit_test(commands_print),
        cmocka_unit_test(hardware_files_of_the_user_count),
        cmocka_unit_test(a_closed_standard_output_is_an_error),
        cmocka_unit_test(a_missing_file_names_the_samples),
        cmocka_unit_test(a_script_says_why_it_stopped),
        cmocka_unit_test(the_locale_has_no_say),
        cmocka_unit_test(a_locale_that_is_missing_is_utf8_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
