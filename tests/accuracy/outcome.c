#include "tests/accuracy/outcome.h"

#include "core/formats/formats.h"
#include "core/model/edit.h"

#include <string.h>

/* The host of a row that names none, so that figures do not depend on where the tests run. */
static const char HOST_CPU[] = "cpu=intel-xeon-e5-2698-v4";
static const struct lt_this_machine NO_MACHINE = {NULL, (uint64_t)256 << 30};

static bool is_dropped(const struct runner *runner, const char *setting)
{
    size_t length = strcspn(setting, "=");
    for (const char *const *name = runner->dropped; name && *name; name++)
        if (strlen(*name) == length && strncmp(*name, setting, length) == 0)
            return true;
    return false;
}

static bool assign(const struct runner *runner, struct lt_document *document, const struct row *row,
                   struct lt_problems *problems)
{
    if (lt_set(document, HOST_CPU, problems))
        return false;
    for (char **setting = row->setting; *setting; setting++)
        if (!is_dropped(runner, *setting) && lt_set(document, *setting, problems))
            return false;
    for (const char *const *setting = runner->forced; setting && *setting; setting++)
        if (lt_set(document, *setting, problems))
            return false;
    return true;
}

static const char *last_error(const struct lt_problems *problems, struct lt_arena *arena)
{
    for (uint32_t i = 0; i < problems->count; i++)
        if (problems->item[i].severity == LT_ERROR)
            return lt_format(arena, "%s", problems->item[i].message);
    return "failed without a reason";
}

static void take(const struct lt_estimate *estimate, struct outcome *out)
{
    const struct lt_device_memory *memory = &estimate->device_memory;
    double shown = (double)memory->shown_bytes;
    switch (out->row->measure) {
    case MEASURE_STEP:
        out->predicted = estimate->time.step_seconds;
        break;
    case MEASURE_SHOWN:
        out->predicted = (struct lt_figure){shown, shown, shown, memory->peak_bytes.standing};
        break;
    case MEASURE_FITS:
        out->predicted = memory->needed_bytes;
        break;
    case MEASURE_HOST:
        out->predicted = estimate->host_memory.peak_bytes;
        break;
    default:
        out->predicted = memory->peak_bytes;
    }
    out->verdict = memory->verdict;
    out->complete = estimate->complete;
}

struct outcome outcome_of(const struct runner *runner, const struct row *row, struct lt_arena *arena)
{
    struct outcome out = {.row = row};
    struct lt_arena scratch = LT_ARENA_INIT, results = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &scratch};
    struct lt_machine machine;
    struct lt_estimate estimate;
    struct lt_document *document = lt_open(row->model, &problems);
    bool ran = document && assign(runner, document, row, &problems) &&
               !lt_machine_resolve(runner->database, &NO_MACHINE, &document->setup, &machine, &problems);
    if (ran) {
        machine.kernel_gap_seconds *= runner->gap_scale;
        machine.compiled_gap_seconds *= runner->gap_scale;
        ran = !lt_estimate(document, &machine, &results, &estimate, &problems);
    }
    if (ran)
        take(&estimate, &out);
    if (!ran || !estimate.complete)
        out.refused = last_error(&problems, arena);
    if (document)
        lt_document_free(document);
    lt_arena_free(&results);
    lt_arena_free(&scratch);
    return out;
}
