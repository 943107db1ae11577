#include "tui/report_command.h"

#include "core/report/check.h"
#include "core/report/report.h"
#include "core/whatif/solve.h"
#include "tui/output.h"

static int estimate(const struct report_job *job, struct lt_arena *arena, struct lt_machine *machine,
                    struct lt_estimate *out)
{
    enum lt_status status = lt_machine_resolve(job->database, job->here, &job->document->setup, machine, job->problems);
    if (!status)
        status = lt_estimate(job->document, machine, arena, out, job->problems);
    if (!status)
        status = lt_estimate_open_axes(out, arena);
    if (!status)
        return EXIT_OK;
    output_problems(job->problems, LT_ERROR);
    return output_exit(status);
}

/* With --check alone only its outcome is said; a report comes where one was asked for. */
static int print(const struct report_job *job, const struct lt_report *report)
{
    const struct arguments *a = job->arguments;
    bool wanted = !a->check || a->text || a->json || a->out_file;
    if (!wanted || a->json || a->out_file)
        output_problems(job->problems, LT_ERROR); /* else they stand in the text */
    if (!wanted)
        return EXIT_OK;
    struct lt_buffer out = {0};
    enum lt_status status = a->json ? lt_report_json(report, &out) : lt_report_text(report, &out);
    int result = status ? output_exit(status) : output_write(&out, a->out_file);
    lt_buffer_free(&out);
    return result;
}

static int check(const struct report_job *job, const struct lt_report *report)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems wrong = {.arena = &arena}, unmet = {.arena = &arena};
    int result = EXIT_OK;
    if (!job->arguments->check)
        return EXIT_OK;
    enum lt_status status = lt_check(report, job->arguments->check, &unmet, &wrong);
    output_problems(&wrong, LT_ERROR);
    output_problems(&unmet, LT_ERROR);
    if (status)
        result = status == LT_INVALID ? EXIT_USAGE : output_exit(status);
    else if (lt_has_errors(&unmet))
        result = EXIT_CHECK;
    lt_arena_free(&arena);
    return result;
}

int report_run(const struct report_job *job)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_machine machine;
    struct lt_estimate e;
    int result = estimate(job, &arena, &machine, &e);
    if (result == EXIT_OK) {
        struct lt_advice advice[LT_ADVICE_MOST];
        int advised = lt_advise(job->document, &e, job->database, job->here, advice);
        const struct lt_report report = {&e, job->problems, lt_largest_batch(job->document, &machine), advice, advised};
        result = print(job, &report);
        int checked = check(job, &report);
        if (result == EXIT_OK)
            result = checked == EXIT_USAGE || !lt_has_errors(job->problems) ? checked : EXIT_DATA;
    }
    lt_arena_free(&arena);
    return result;
}

int report_lint(const struct report_job *job)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_machine machine;
    struct lt_estimate e;
    struct lt_buffer out = {0};
    int result = estimate(job, &arena, &machine, &e);
    if (result == EXIT_OK) {
        output_problems(job->problems, LT_NOTE);
        lt_buffer_printf(&out, "%u layers, %u errors, %u warnings\n", e.layers, job->problems->total[LT_ERROR],
                         job->problems->total[LT_WARNING]);
        result = output_write(&out, NULL);
        if (result == EXIT_OK && lt_has_errors(job->problems))
            result = EXIT_DATA;
    }
    lt_buffer_free(&out);
    lt_arena_free(&arena);
    return result;
}

int report_export(const struct report_job *job)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems left_out = {.arena = &arena};
    struct lt_buffer out = {0};
    enum lt_status status = job->arguments->to->write(job->document, &out, &left_out);
    output_problems(job->problems, LT_ERROR);
    output_problems(&left_out, LT_WARNING);
    int result = status ? output_exit(status) : output_write(&out, job->arguments->out_file);
    if (result == EXIT_OK && (lt_has_errors(&left_out) || lt_has_errors(job->problems)))
        result = EXIT_DATA;
    lt_buffer_free(&out);
    lt_arena_free(&arena);
    return result;
}
