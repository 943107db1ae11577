/* layertop: reads the command line and the environment, opens what is named there, and hands over to the screen or to
 * the report. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/model/edit.h"
#include "tui/app.h"
#include "tui/arguments.h"
#include "tui/glyph.h"
#include "tui/hwdb_command.h"
#include "tui/machine.h"
#include "tui/model_file.h"
#include "tui/output.h"
#include "tui/paths.h"
#include "tui/report_command.h"
#include "tui/version.h"

struct program {
    struct arguments arguments;
    struct lt_arena arena;
    struct lt_problems problems; /* of the command line or the model */
    struct lt_problems hardware; /* of the user's hardware files, which are left out where they are wrong */
    struct lt_database *database;
    struct lt_this_machine here;
    struct lt_layer_files layers; /* that the user describes */
    struct lt_document *document;
};

/* --- models ------------------------------------------------------------------------------------------------------- */

static bool has_screen(const struct arguments *a)
{
    const char *term = getenv("TERM");
    return a->keys || (!a->text && !a->json && !a->check && !a->out_file && !a->to && isatty(STDIN_FILENO) &&
                       isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0);
}

static int run_screen(struct program *p)
{
    const struct arguments *a = &p->arguments;
    struct app_options options = {
        .document = p->document,
        .layers = &p->layers,
        .problems = &p->problems,
        .database = p->database,
        .here = p->here,
        .state_dir = paths_state(&p->arena),
        .term = getenv("TERM"),
        .no_color = getenv("NO_COLOR"),
        .plain = a->no_color,
        .ascii = a->ascii,
        .no_mouse = a->no_mouse,
        .script = a->keys,
        .dump = a->dump,
        .rows = a->rows,
        .cols = a->cols,
    };
    p->document = NULL; /* the screen's from here */
    return app_run(&options);
}

static int run_report(struct program *p)
{
    const struct report_job job = {&p->arguments, p->document, p->database, &p->here, &p->problems};
    if (p->arguments.to)
        return report_export(&job);
    output_problems(&p->hardware, LT_WARNING);
    return p->arguments.action == ACTION_LINT ? report_lint(&job) : report_run(&job);
}

static bool names_machine(const struct arguments *arguments)
{
    for (int i = 0; i < arguments->edit_count; i++) {
        const char *text = arguments->edit[i].text;
        if (strncmp(text, "set ", 4) == 0)
            text += 4;
        if (strncmp(text, "device=", 7) == 0 || strncmp(text, "cpu=", 4) == 0)
            return true;
    }
    return false;
}

/* A device that the command line named is its fault, one that the file names is the file's. */
static bool is_known_machine(struct program *p)
{
    struct lt_problems unknown = {.arena = &p->arena};
    struct lt_machine machine;
    if (!names_machine(&p->arguments) ||
        lt_machine_resolve(p->database, &p->here, &p->document->setup, &machine, &unknown) != LT_NOT_FOUND)
        return true;
    output_problems(&unknown, LT_ERROR);
    return false;
}

static int run_model(struct program *p)
{
    const struct arguments *a = &p->arguments;
    if (model_file_layers(&p->layers, paths_layers(&p->arena), a->layers, &p->problems)) {
        output_problems(&p->problems, LT_ERROR);
        return EXIT_DATA;
    }
    p->document = model_file_open(a->operand, &p->layers, &p->problems);
    if (!p->document) {
        output_problems(&p->problems, LT_WARNING);
        return lt_has_errors(&p->problems) ? EXIT_DATA : output_exit(LT_NO_MEMORY);
    }
    struct lt_problems wrong = {.arena = &p->arena};
    for (int i = 0; i < a->edit_count; i++) {
        const struct argument_edit *edit = &a->edit[i];
        enum lt_status status =
            edit->assignment ? lt_set(p->document, edit->text, &wrong) : lt_edit(p->document, NULL, edit->text, &wrong);
        if (status == LT_NO_MEMORY)
            return output_exit(LT_NO_MEMORY);
    }
    if (lt_has_errors(&wrong)) {
        output_problems(&wrong, LT_ERROR);
        return EXIT_USAGE;
    }
    if (!is_known_machine(p))
        return EXIT_USAGE;
    return a->action == ACTION_OPEN && has_screen(a) ? run_screen(p) : run_report(p);
}

/* --- the other commands ------------------------------------------------------------------------------------------- */

static enum lt_status fill(struct program *p, struct lt_buffer *out)
{
    const struct arguments *a = &p->arguments;
    switch (a->action) {
    case ACTION_HELP:
        arguments_help(out);
        return LT_OK;
    case ACTION_VERSION:
        lt_buffer_puts(out, "layertop " LAYERTOP_VERSION "\n");
        return LT_OK;
    case ACTION_SAMPLES:
        return model_file_samples(out);
    case ACTION_HWDB_LIST:
        return hwdb_list(p->database, out, &p->problems);
    case ACTION_HWDB_SHOW:
        return lt_database_show(p->database, a->operand, out, &p->problems);
    case ACTION_HWDB_LINT:
        return hwdb_lint(p->database, out, &p->problems);
    case ACTION_OPEN:
    case ACTION_LINT:
        break;
    }
    return LT_INVALID;
}

static int run_list(struct program *p)
{
    struct lt_buffer out = {0};
    enum lt_status status = fill(p, &out);
    output_problems(&p->hardware, LT_WARNING);
    output_problems(&p->problems, LT_WARNING);
    int result = status == LT_NOT_FOUND ? EXIT_USAGE : status ? output_exit(status) : output_write(&out, NULL);
    lt_buffer_free(&out);
    return result;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static int run(struct program *p)
{
    const struct arguments *a = &p->arguments;
    if (a->action == ACTION_HELP || a->action == ACTION_VERSION || a->action == ACTION_SAMPLES)
        return run_list(p);
    struct lt_problems *hardware = a->action == ACTION_HWDB_LINT ? &p->problems : &p->hardware;
    p->database = machine_open(paths_hwdb(&p->arena), a->hwdb_dir, hardware);
    if (!p->database || machine_detect(p->database, &p->arena, &p->here, hardware) == LT_NO_MEMORY)
        return output_exit(LT_NO_MEMORY);
    return a->action == ACTION_OPEN || a->action == ACTION_LINT ? run_model(p) : run_list(p);
}

int main(int argc, char **argv)
{
    static const char TRY[] = "layertop --help lists the options\n";
    struct program p = {.problems.arena = &p.arena, .hardware.arena = &p.arena};
    output_guard();
    glyph_set_locale();
    int result = EXIT_USAGE;
    if (arguments_read(&p.arguments, argc, argv, &p.problems)) {
        result = run(&p);
    } else {
        output_problems(&p.problems, LT_ERROR);
        (void)!write(STDERR_FILENO, TRY, sizeof TRY - 1);
    }
    lt_document_free(p.document);
    lt_layer_files_free(&p.layers);
    if (p.database)
        lt_database_close(p.database);
    lt_arena_free(&p.arena);
    return result;
}
