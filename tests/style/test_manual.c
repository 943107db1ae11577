/* The manual page lists what there is: every option, field and key of the JSON report; versions agree; the samples open
 * and hold what their notes say. */
#include "tests/cli/program.h"

#include <stdlib.h>

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/formats/formats.h"
#include "core/hardware/builtin.h"
#include "core/model/setup.h"
#include "tui/arguments.h"
#include "tui/command.h"
#include "tui/keymap.h"
#include "tui/version.h"

struct manual {
    struct lt_arena arena;
    struct lt_problems problems;
    const char *page;
};

static const char *read_all(struct manual *m, const char *path)
{
    const char *text = NULL;
    size_t bytes = 0;
    if (lt_file_read(&m->arena, path, 1 << 24, &text, &bytes, &m->problems))
        fail_msg("%s: %s", path, m->problems.item[0].message);
    return text;
}

static int open_page(void **state)
{
    struct manual *m = calloc(1, sizeof *m);
    m->problems.arena = &m->arena;
    m->page = read_all(m, "man/layertop.1");
    *state = m;
    return 0;
}

static int close_page(void **state)
{
    struct manual *m = *state;
    lt_arena_free(&m->arena);
    free(m);
    return 0;
}

/* A whole word of the page. */
static bool has_word(const char *text, const char *word)
{
    static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        if ((at == text || !strchr(inside, at[-1])) && (!at[length] || !strchr(inside, at[length])))
            return true;
    return false;
}

static void options_are_listed(void **state)
{
    struct manual *m = *state;
    for (int i = 0; arguments_option(i); i++) {
        const char *entry = lt_format(&m->arena, "\n.It Fl %s", arguments_option(i) + 1);
        if (!strstr(m->page, entry))
            fail_msg("man/layertop.1 does not list %s", arguments_option(i));
    }
}

static void fields_are_listed_with_their_help(void **state)
{
    struct manual *m = *state;
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        const struct lt_field *field = &lt_setup_fields[i];
        const char *entry = lt_format(&m->arena, "\n.It Ic %s\n%s.\n", field->name, field->help);
        if (!strstr(m->page, entry))
            fail_msg("man/layertop.1 does not say: %s: %s.", field->name, field->help);
        for (const char *const *choice = field->choices; choice && *choice; choice++)
            if (!has_word(m->page, *choice))
                fail_msg("man/layertop.1 does not list the choice %s of %s", *choice, field->name);
    }
}

static void commands_and_keys_are_listed(void **state)
{
    struct manual *m = *state;
    for (int i = 0; i < command_count; i++) {
        const char *entry = lt_format(&m->arena, "\n.It Ic %s", commands[i].name);
        const char *at = strstr(m->page, entry);
        if (!at || !strchr(" \n", at[strlen(entry)]))
            fail_msg("man/layertop.1 does not list the command %s", commands[i].name);
        if (!strstr(m->page, lt_format(&m->arena, "\n%s.\n", commands[i].help)))
            fail_msg("man/layertop.1 does not say of %s: %s.", commands[i].name, commands[i].help);
    }
    for (int i = 0; i < binding_count; i++) {
        char key[KEY_TEXT];
        key_format(bindings[i].key, key);
        const char *entry = lt_format(&m->arena, ".Sy %s\n", key);
        const char *more = lt_format(&m->arena, ".Sy %s ", key), *escaped = lt_format(&m->arena, ".Sy \\&%s", key);
        if (!strstr(m->page, entry) && !strstr(m->page, more) && !strstr(m->page, escaped))
            fail_msg("man/layertop.1 does not list the key %s (%s)", key, bindings[i].line);
    }
}

static void look_at_keys(struct manual *m, const struct lt_tree *map, const char *section)
{
    for (const struct lt_tree *child = map->child; child; child = child->next) {
        if (!strchr(child->key ? child->key : ".", '.') && !has_word(section, child->key))
            fail_msg("man/layertop.1 does not list the JSON key %s", child->key);
        if (child->child)
            look_at_keys(m, child->type == LT_TREE_LIST ? child->child : child, section);
    }
}

static void keys_of_the_report_are_listed(void **state)
{
    struct manual *m = *state;
    const char *section = strstr(m->page, "\n.Sh JSON");
    assert_non_null(section);
    struct program_run run;
    expect_status(&run, 0, "mnist-mlp", "--json");
    const struct lt_tree *root =
        lt_json_read(&m->arena, "stdout", run.out.text, run.out.length, LT_JSON_MODEL, &m->problems);
    assert_non_null(root);
    for (const struct lt_tree *part = root->child; part; part = part->next) {
        if (!has_word(section, part->key))
            fail_msg("man/layertop.1 does not list the JSON key %s", part->key);
        if (part->child && strcmp(part->key, "setup") != 0)
            look_at_keys(m, part->type == LT_TREE_LIST ? part->child : part, section);
    }
    program_free(&run);
}

static void versions_agree(void **state)
{
    struct manual *m = *state;
    const char *changes = read_all(m, "CHANGELOG.md");
    if (!strstr(changes, "## [" LAYERTOP_VERSION "]"))
        fail_msg("CHANGELOG.md has no section for %s", LAYERTOP_VERSION);
}

/* --- samples ------------------------------------------------------------------------------------------------------ */

static void samples_are_without_fault(void **state)
{
    (void)state;
    assert_true(lt_builtin_samples_count >= 6);
    for (size_t i = 0; i < lt_builtin_samples_count; i++) {
        struct program_run run;
        expect_status(&run, 0, "lint", lt_builtin_samples[i].name);
        expect_said(run.out, " 0 errors, 0 warnings");
        assert_int_equal(run.err.length, 0);
        program_free(&run);
    }
}

/* The figures that the notes state, each found in the notes and in the report. */
static void notes_say_the_truth(void **state)
{
    struct manual *m = *state;
    static const struct {
        const char *sample, *said, *check;
    } figures[] = {
        {"mnist-mlp", "50,890 parameters: 50,240 in the hidden layer",
         "model.parameters==50890,layers[1].parameters==50240"},
        {"mnist-mlp", "650 in the output", "layers[2].parameters==650"},
        {"mnist-mlp", "Adam keeps two values more for each", "optimizer.elements==101780"},
        {"mnist-cnn", "34,826 parameters: 320 and 18,496", "model.parameters==34826,layers[1].parameters==320"},
        {"mnist-cnn", "16,010 in the output", "layers[3].parameters==18496,layers[6].parameters==16010"},
        {"mnist-cnn-fp16", "34,826 parameters", "model.parameters==34826"},
        {"lstm-text", "2,609,473 parameters, of which 2,560,000 are the embedding",
         "model.parameters==2609473,layers[1].parameters==2560000"},
        {"lstm-text", "49,408 the LSTM", "layers[2].parameters==49408,layers[3].parameters==65"},
    };
    for (size_t i = 0; i < COUNT(figures); i++) {
        const char *path = lt_format(&m->arena, "samples/%s.yaml", figures[i].sample);
        const char *text = read_all(m, path);
        if (!strstr(text, figures[i].said))
            fail_msg("%s does not say \"%s\"", path, figures[i].said);
        struct program_run run;
        expect_status(&run, 0, figures[i].sample, "--check", figures[i].check);
        program_free(&run);
    }
}

/* Keras's archive and our YAML of the same model are the same to the estimate. */
static void both_forms_of_a_sample_agree(void **state)
{
    struct manual *m = *state;
    static const char *const names[] = {"mnist-mlp", "mnist-cnn", "mnist-cnn-fp16", "lstm-text"};
    static const char *const keys[] = {"parameters", "weight_bytes", "forward_flops"};
    for (size_t i = 0; i < COUNT(names); i++) {
        int64_t value[2][4];
        for (int form = 0; form < 2; form++) {
            struct program_run run;
            expect_status(&run, 0, lt_format(&m->arena, "%s.%s", names[i], form ? "keras" : "yaml"), "--json", "--set",
                          "batch=32", "--set", "device=nvidia-a100-sxm4-80gb");
            const struct lt_tree *root =
                lt_json_read(&m->arena, "stdout", run.out.text, run.out.length, LT_JSON_MODEL, &m->problems);
            for (int k = 0; k < 3; k++)
                value[form][k] = lt_tree_int(lt_tree_get(lt_tree_get(root, "model"), keys[k]), -1);
            value[form][3] = lt_tree_int(lt_tree_get(lt_tree_get(root, "device_memory"), "kept_bytes"), -2 + form);
            program_free(&run);
        }
        for (int k = 0; k < 4; k++)
            if (value[0][k] != value[1][k])
                fail_msg("%s: %s is %lld in YAML and %lld in .keras", names[i], k < 3 ? keys[k] : "kept_bytes",
                         (long long)value[0][k], (long long)value[1][k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_listed),
        cmocka_unit_test(fields_are_listed_with_their_help),
        cmocka_unit_test(commands_and_keys_are_listed),
        cmocka_unit_test(keys_of_the_report_are_listed),
        cmocka_unit_test(versions_agree),
        cmocka_unit_test(samples_are_without_fault),
        cmocka_unit_test(notes_say_the_truth),
        cmocka_unit_test(both_forms_of_a_sample_agree),
    };
    return cmocka_run_group_tests(tests, open_page, close_page);
}
