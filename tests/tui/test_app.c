/* The screen in use: stories, every size, and a monkey at the keyboard. */
#include "tests/tui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "core/formats/formats.h"
#include "tui/command.h"
#include "tui/keymap.h"

/* ---- stories ---- */

static void play(const char *model, const char *story)
{
    struct screen s;
    screen_open(&s, model, NULL, &glyph_ascii);
    screen_play(&s, story);
    screen_close(&s);
}

static void a_key_changes_the_precision(void **state)
{
    (void)state;
    play("samples/mnist-cnn.yaml", "@expect float32\np\n@expect mixed_float16\nu\n@expect float32\n"
                                   "ctrl-r\n@expect mixed_float16\n");
}

static void recomputation_is_chosen_from_a_list(void **state)
{
    (void)state;
    play("samples/mnist-cnn.yaml",
         "r\n@expect list_of_layers\n@type sqrt\nenter\n@expect set recompute=sqrt\nu\n@absent set recompute\n");
}

static void the_batch_is_doubled_and_halved(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", "@expect batch 32\nB\n@expect batch 64\nb b\n@expect batch 16\n");
}

static void a_bad_value_is_refused_with_its_range(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", ":set batch=0\n@expect 1 to 16777216\n@expect batch 32\n"
                                   ":set device=a1oo\n@expect no device\n@expect batch 32\n");
}

static void a_layer_is_edited_and_its_error_stands_at_it(void **state)
{
    (void)state;
    play("samples/mnist-cnn.yaml", ":set layers.conv2.filters=128\n@expect 37.0 k\n"
                                   ":set layers.conv2.kernel_size=40\n@expect does not fit\nu\n@absent does not fit\n");
}

static void devices_are_found_by_typing(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml",
         "d\n@type h100 sxm\n@expect H100 SXM5 80GB\nenter\n@expect H100 SXM5\n@absent -0.0 %\n");
}

static void values_are_completed(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", ":\n@type set optimizer=ada\n@expect optimizer=adagrad\nesc\n"
                                   ":\n@type set device=h100-sxm\n@expect device=nvidia-h100-sxm\ntab\n"
                                   "@expect :set device=nvidia-h100-sxm\nenter\n@expect H100 SXM5\n@absent -0.0 %\n"
                                   ":\n@type set device=nothing-like-it\ntab\n@expect Nothing to complete\n");
}

static void layers_are_found_by_typing(void **state)
{
    (void)state;
    play("samples/resnet50.keras",
         "@absent conv5_block2_add\n/\n@type block2_add\nenter n n n\n@expect conv5_block2_add\n");
}

/* In commands a layer's name stands as the screen shows it. */
static void a_layer_with_a_hidden_sign_in_its_name_is_edited(void **state)
{
    (void)state;
    static const char model[] = "layertop: 1\nmodel:\n  sequential: true\n  layers:\n"
                                "    - {class: InputLayer, name: start, shape: [8]}\n"
                                "    - class: Sequential\n      name: inner\n      model:\n        sequential: true\n"
                                "        layers:\n          - {class: InputLayer, name: begin, shape: [8]}\n"
                                "          - {class: Dense, name: \"de\\u202Ense\", units: 4}\n";
    struct screen s;
    screen_open(&s, "samples/mnist-mlp.yaml", NULL, &glyph_ascii);
    app_take(&s.app, lt_open_text("hidden.yaml", model, sizeof model - 1, &s.problems));
    screen_play(&s, "end\n@expect u{202E}\n3\n@expect units\n+\n@absent no one layer\n@expect 8\nu\n:quit!\n");
    screen_close(&s);
}

/* The wheel, too, never leaves the selection on a heading. */
static void headings_are_not_selected(void **state)
{
    (void)state;
    struct screen s;
    screen_open(&s, "samples/mnist-mlp.yaml", NULL, &glyph_ascii);
    screen_play(&s, "2\n");
    for (int i = 0; i < 200; i++) {
        bool down = i % 20 < 10;
        struct event turn = {.kind = EVENT_MOUSE, .action = down ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP, .row = 12};
        if (i % 20 == 0)
            s.script.rows = 10 + i / 20;
        app_layout(&s.app, s.script.rows, s.script.cols);
        app_event(&s.app, &turn);
        assert_non_null(app_entry(&s.app)->field);
    }
    screen_close(&s);
}

static void a_pane_keeps_its_place_while_another_is_in_view(void **state)
{
    (void)state;
    play("samples/mnist-cnn.yaml", "@size 80x12\ndown\n@expect image\n2\n@absent image\n1\n@expect image\n"
                                   "2 down down\n@expect mode \n1\n@absent mode \n2\n@expect mode \n");
}

static void nothing_unsaved_is_left_without_asking(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", "B\nq\n@expect save\nesc\n@expect batch 64\n");
}

static void devices_are_judged_by_both_memories(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", ":set ram=1GiB\n@expect does not fit\nd\n@type h100 sxm\n@absent fits\n");
}

/* A key is clicked where it stands; where a value is typed or something is said, none does. */
static void only_keys_in_view_are_clicked(void **state)
{
    (void)state;
    static const char *const stories[] = {"2 down down down down down\n", "2\n:set batch=0\n"};
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct screen s;
        screen_open(&s, "samples/mnist-mlp.yaml", NULL, &glyph_ascii);
        screen_play(&s, stories[i]);
        if (i == 0)
            screen_play(&s, "enter\n@expect batch:\n@expect 1 to\n");
        enum mode mode = s.app.mode;
        int64_t batch = lt_setup_int(&s.app.session.document->setup, LT_SET_BATCH);
        for (int col = 0; col < s.script.cols; col++) {
            struct event click = {
                .kind = EVENT_MOUSE, .action = MOUSE_PRESS, .button = 1, .row = s.script.rows - 1, .col = col};
            app_say(&s.app, ROLE_TEXT, "%s", i ? "said" : "");
            app_layout(&s.app, s.script.rows, s.script.cols);
            app_event(&s.app, &click);
            assert_int_equal(s.app.mode, mode);
            assert_int_equal(lt_setup_int(&s.app.session.document->setup, LT_SET_BATCH), batch);
        }
        if (i == 0)
            assert_string_equal(s.app.edit.text, "32");
        screen_close(&s);
    }
}

/* A question without its answers cannot be answered. */
static void answers_are_in_view_in_a_narrow_screen(void **state)
{
    (void)state;
    play("samples/mnist-mlp.yaml", "B\nq\n@expect changes that are not saved.  s save  q quit and forget  esc stay\n"
                                   "@size 40x10\n@expect changes that are not saved.\n"
                                   "@expect s save  q quit and forget  esc stay\nesc\n"
                                   ":edit sample:mnist-cnn\n@expect s save first  o forget them  esc stay\nesc\n");
}

static void details_come_and_go_at_any_size(void **state)
{
    (void)state;
    play("samples/mnist-cnn.yaml", "i\n@expect standing\ni\n@absent standing\n2 i\n@expect standing\n@expect conv1\n"
                                   "1 i\n@size 40x10\n@absent weights\ni\n@expect output\ni\n@absent output\n"
                                   "@size 120x40\n@expect standing\n");
}

/* ---- every key of help does something ---- */

static bool is_word_of(const char *label, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = label; (at = strstr(at, word)) != NULL; at++) {
        if ((at == label || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    }
    return false;
}

static bool is_in_help(const struct scroll_text *help, const struct binding *binding)
{
    char key[KEY_TEXT];
    key_format(binding->key, key);
    const struct command *command = command_find(binding->line, strcspn(binding->line, " "));
    for (int i = 0; i < help->count; i++) {
        const struct text_line *line = &help->line[i];
        if (line->label && is_word_of(line->label, key) && strstr(line->text, command->help))
            return true;
    }
    return false;
}

static void every_key_is_in_help(void **state)
{
    (void)state;
    struct screen s;
    screen_open(&s, "samples/mnist-mlp.yaml", NULL, &glyph_ascii);
    screen_play(&s, "?\n");
    for (int i = 0; i < binding_count; i++) {
        char key[KEY_TEXT];
        if (!is_in_help(&s.app.reading.text, &bindings[i]))
            fail_msg("help does not have %s for %s", key_format(bindings[i].key, key), bindings[i].line);
    }
    screen_close(&s);
}

static void every_binding_runs_a_command(void **state)
{
    (void)state;
    for (int i = 0; i < binding_count; i++) {
        const char *line = bindings[i].line;
        assert_non_null(command_find(line, strcspn(line, " ")));
        assert_ptr_equal(keymap_find(bindings[i].scopes & -bindings[i].scopes, bindings[i].key), &bindings[i]);
    }
}

/* ---- every size ---- */

static void every_size_is_drawn(void **state)
{
    (void)state;
    struct screen s;
    screen_open(&s, "samples/mnist-cnn.yaml", NULL, &glyph_unicode);
    static const char *const there[] = {"1\n", "2\n", "3\n", "4\n", "?\n"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        screen_play(&s, "@size 80x24\nesc\n");
        screen_play(&s, there[i]);
        for (int rows = 1; rows <= 60; rows += rows < 12 ? 1 : 7)
            for (int cols = 1; cols <= 200; cols += cols < 24 ? 1 : 13) {
                s.script.rows = rows;
                s.script.cols = cols;
                assert_true(script_draw(&s.script));
                assert_int_equal(s.script.frame.rows, rows);
                assert_int_equal(s.script.frame.cols, cols);
                for (int pane = 0; pane < PANE_COUNT; pane++) {
                    struct rect r = s.app.panes.pane[pane];
                    assert_true(r.rows >= 0 && r.cols >= 0);
                    assert_true(!r.rows || (r.row >= 0 && r.row + r.rows <= rows));
                    assert_true(!r.cols || (r.col >= 0 && r.col + r.cols <= cols));
                }
            }
    }
    screen_close(&s);
}

/* ---- a monkey ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    return *seed ^= *seed << 5;
}

/* Any key but those that leave the program or write files. */
static struct event any_event(uint32_t *seed, const struct script *script)
{
    static const int32_t named[] = {K_UP,        K_DOWN,      K_LEFT,  K_RIGHT,      K_HOME, K_END,          K_PAGE_UP,
                                    K_PAGE_DOWN, K_ENTER,     K_ENTER, K_ESC,        K_ESC,  K_TAB,          K_SPACE,
                                    K_DELETE,    K_BACKSPACE, K_F1,    K_CTRL | 'r', 'u',    K_SHIFT | K_TAB};
    uint32_t dice = next_random(seed);
    if (dice % 23 == 0)
        return (struct event){.kind = EVENT_MOUSE,
                              .action = (enum mouse_action)(dice / 23 % 5),
                              .button = 1,
                              .row = (int)(dice / 115 % (uint32_t)script->rows),
                              .col = (int)(dice / 997 % (uint32_t)script->cols)};
    int32_t key = dice % 3 ? named[dice / 3 % (sizeof named / sizeof *named)] : (int32_t)(' ' + dice / 3 % 95);
    return (struct event){.kind = EVENT_KEY, .key = key};
}

static char *text_of(const struct lt_document *document)
{
    struct lt_buffer out = {0};
    assert_int_equal(lt_write_native(document, &out), LT_OK);
    return out.text;
}

static void monkey(uint32_t seed, int keys)
{
    struct screen s;
    screen_open(&s, seed % 2 ? "samples/mnist-cnn.yaml" : "samples/lstm-text.yaml", NULL, &glyph_unicode);
    char *start = text_of(s.app.session.document);
    const struct lt_document *opened = s.app.session.document;
    for (int i = 0; i < keys; i++) {
        struct event event = any_event(&seed, &s.script);
        if (next_random(&seed) % 97 == 0) {
            s.script.rows = 1 + (int)(next_random(&seed) % 50);
            s.script.cols = 1 + (int)(next_random(&seed) % 160);
        }
        bool typing = s.app.mode == MODE_COMMAND || s.app.mode == MODE_QUESTION;
        /* Prompts can write files and open others: they are left without Enter, questions by Esc. */
        if (typing && (event.kind != EVENT_KEY || event.key == K_ENTER || s.app.mode == MODE_QUESTION))
            event = (struct event){.kind = EVENT_KEY, .key = K_ESC};
        app_event(&s.app, &event);
        s.app.quit = false;
        if (i % 3 == 0)
            assert_true(script_draw(&s.script));
        if (i % 50 == 0)
            assert_true(session_is_fresh(&s.app.session));
    }
    if (s.app.session.document == opened) {
        for (const char *line; session_undo(&s.app.session, &line) == LT_OK;)
            continue;
        char *end = text_of(s.app.session.document);
        assert_string_equal(end, start);
        free(end);
    }
    free(start);
    screen_close(&s);
}

static void a_monkey_finds_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++)
        monkey(seed * 2654435761u, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_changes_the_precision),
        cmocka_unit_test(recomputation_is_chosen_from_a_list),
        cmocka_unit_test(the_batch_is_doubled_and_halved),
        cmocka_unit_test(a_bad_value_is_refused_with_its_range),
        cmocka_unit_test(a_layer_is_edited_and_its_error_stands_at_it),
        cmocka_unit_test(devices_are_found_by_typing),
        cmocka_unit_test(values_are_completed),
        cmocka_unit_test(layers_are_found_by_typing),
        cmocka_unit_test(a_layer_with_a_hidden_sign_in_its_name_is_edited),
        cmocka_unit_test(headings_are_not_selected),
        cmocka_unit_test(a_pane_keeps_its_place_while_another_is_in_view),
        cmocka_unit_test(nothing_unsaved_is_left_without_asking),
        cmocka_unit_test(devices_are_judged_by_both_memories),
        cmocka_unit_test(only_keys_in_view_are_clicked),
        cmocka_unit_test(answers_are_in_view_in_a_narrow_screen),
        cmocka_unit_test(details_come_and_go_at_any_size),
        cmocka_unit_test(every_key_is_in_help),
        cmocka_unit_test(every_binding_runs_a_command),
        cmocka_unit_test(every_size_is_drawn),
        cmocka_unit_test(a_monkey_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
