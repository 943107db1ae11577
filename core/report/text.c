#include "core/report/report.h"

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/base/units.h"

#include <string.h>

enum {
    WIDTH = 80,
    NAME = 20, /* columns of the layer table */
    SHAPE = 13,
    LABEL = 16, /* of the bars */
    BAR = 42,
};

/* What the writers of sections share. */
struct text {
    struct lt_arena *arena;
    const struct lt_report *report;
    const struct lt_estimate *e;
    struct lt_buffer *out;
    char number[4][LT_NUMBER_TEXT]; /* results of the last calls of `figure` */
    int next;
};

/* The classes in words, for the sentence that names the biggest. */
static const char *const CLASS_WORDS[LT_MEMORY_CLASS_COUNT] = {
    "the weights",         "the gradients",    "the optimizer's state", "what the layers keep for backward",
    "tensors in transit",  "kernel workspace", "the batch itself",      "the allocator's idle pool",
    "the driver's context"};
static const char *const HOST_WORDS[LT_HOST_CLASS_COUNT] = {
    "the framework itself",  "the weights",           "the gradients",
    "the optimizer's state", "activations",           "the dataset",
    "the input pipeline",    "copies of the dataset", "the runtime"};

/* --- figures ------------------------------------------------------------------------------------------------------ */

static const char *mark(enum lt_standing standing)
{
    return standing == LT_ASSUMED ? "~" : standing == LT_UNKNOWN ? ">=" : "";
}

static const char *figure(struct text *t, double value, enum lt_unit unit)
{
    return lt_number(t->number[t->next++ % 4], value, unit);
}

static const char *bytes(struct text *t, uint64_t value)
{
    return value == LT_HUGE ? "too large" : figure(t, (double)value, LT_UNIT_BYTES);
}

/* ~20.9 GiB (15.2 GiB to 28.9 GiB) */
static void add_figure(struct text *t, const struct lt_figure *f, enum lt_unit unit)
{
    lt_buffer_printf(t->out, "%s%s", mark(f->standing), figure(t, f->value, unit));
    if (f->standing != LT_EXACT && f->high > f->low)
        lt_buffer_printf(t->out, " (%s to %s)", figure(t, f->low, unit), figure(t, f->high, unit));
}

static void bar(struct text *t, const char *label, const char *value, double share, double of_largest, const char *note)
{
    lt_buffer_printf(t->out, "  %-*s %10s ", LABEL - 2, label, value);
    if (note) {
        lt_buffer_printf(t->out, "      %s\n", note);
        return;
    }
    size_t length = (size_t)(of_largest * BAR + 0.5);
    lt_buffer_printf(t->out, "%4.0f %%%s", 100 * share, length ? "  " : "");
    lt_buffer_repeat(t->out, '#', length);
    lt_buffer_puts(t->out, "\n");
}

/* --- what it is --------------------------------------------------------------------------------------------------- */

static const char *safe(struct text *t, const char *foreign)
{
    const char *text = lt_safe_text(t->arena, foreign ? foreign : "");
    return text ? text : "";
}

/* Words joined by ", " and broken before the right margin. */
static void add_word(struct text *t, int *column, const char *word)
{
    int width = lt_text_width(word);
    bool first = *column < 0;
    if (first || *column + width + 2 > WIDTH) {
        lt_buffer_puts(t->out, first ? "" : ",\n   ");
        *column = first ? -*column : 3;
    } else {
        lt_buffer_puts(t->out, ",");
        *column += 1;
    }
    lt_buffer_printf(t->out, " %s", word);
    *column += width + 1;
}

/* Everything of the set-up that the file or the user gave. */
static void given(struct text *t)
{
    static const char LABEL_TEXT[] = "  given:";
    const struct lt_setup *setup = &t->e->document->setup;
    int column = -(int)(sizeof LABEL_TEXT - 1);
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        const char *value = lt_field_text(&lt_setup_fields[i], &setup->value[i], t->arena);
        const char *word = value ? lt_format(t->arena, "%s %s", lt_setup_fields[i].name, safe(t, value)) : NULL;
        if (!setup->value[i].given || !word)
            continue;
        if (column < 0)
            lt_buffer_puts(t->out, LABEL_TEXT);
        add_word(t, &column, word);
    }
    if (column > 0)
        lt_buffer_puts(t->out, "\n");
}

static void header(struct text *t)
{
    const struct lt_document *d = t->e->document;
    char count[LT_NUMBER_TEXT], trainable[LT_NUMBER_TEXT];
    lt_grouped(count, t->e->parameters);
    lt_grouped(trainable, t->e->trainable_parameters);
    lt_buffer_printf(t->out, "%s", safe(t, d->name ? d->name : "model"));
    if (d->origin.title)
        lt_buffer_printf(t->out, ": %s", safe(t, d->origin.title));
    lt_buffer_puts(t->out, "\n");
    if (d->origin.file)
        lt_buffer_printf(t->out, "  %s: %s", safe(t, d->origin.file), lt_format_name(d->origin.format));
    if (d->origin.writer)
        lt_buffer_printf(t->out, ", written by Keras %s", safe(t, d->origin.writer));
    lt_buffer_printf(t->out, "\n  %u layers, %s%s parameters (%s trainable), %s of weights\n", t->e->layers,
                     t->e->complete ? "" : ">=", count, trainable, bytes(t, t->e->weight_bytes));
    given(t);
}

/* --- does it fit -------------------------------------------------------------------------------------------------- */

static int largest(const uint64_t *value, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (value[i] > value[best])
            best = i;
    return best;
}

static bool is_cpu(const struct text *t)
{
    return t->e->machine->device->kind == LT_DEVICE_CPU;
}

static void verdict_line(struct text *t, enum lt_verdict verdict, const char *where, const struct lt_figure *needed,
                         uint64_t room)
{
    static const char *const WORDS[LT_VERDICT_COUNT] = {"Whether it fits is not known", "Fits", "Tight",
                                                        "Does not fit"};
    lt_buffer_printf(t->out, "%s: %s needs ", WORDS[verdict], where);
    add_figure(t, needed, LT_UNIT_BYTES);
    if (room)
        lt_buffer_printf(t->out, " of %s.\n", bytes(t, room));
    else
        lt_buffer_puts(t->out, "; how much there is, is not known.\n");
}

static void biggest_line(struct text *t, const char *words, uint64_t part, double whole)
{
    lt_buffer_printf(t->out, "  The biggest part is %s: %s", words, bytes(t, part));
    if (whole > 0)
        lt_buffer_printf(t->out, " (%.0f %%)", 100 * (double)part / whole);
    lt_buffer_puts(t->out, ".\n");
}

/* What is needed then, the time of a sample beside today's, and the assignments, on a second line where they are long.
 */
static void advice_line(struct text *t, const struct lt_advice *way)
{
    enum { INDENT = 28 };
    const char *set = lt_advice_text(way, t->arena), *rest = set ? set : "";
    lt_buffer_printf(t->out, "  %10s  %+6.0f %% time ", bytes(t, (uint64_t)way->needed_bytes.value),
                     100 * (way->time_ratio - 1));
    for (; strlen(rest) > WIDTH - INDENT - 1; rest++) {
        int length = WIDTH - INDENT - 1;
        while (length > 0 && rest[length] != ' ')
            length--;
        if (!length)
            break;
        lt_buffer_printf(t->out, " %.*s\n%*s", length, rest, INDENT, "");
        rest += length;
    }
    lt_buffer_printf(t->out, " %s\n", rest);
}

static void advice(struct text *t)
{
    if (t->report->advice_count)
        lt_buffer_puts(t->out, "What would make it fit, the fastest first:\n");
    for (int i = 0; i < t->report->advice_count; i++)
        advice_line(t, &t->report->advice[i]);
}

static void verdict(struct text *t)
{
    const struct lt_device_memory *device = &t->e->device_memory;
    const struct lt_host_memory *host = &t->e->host_memory;
    char batch[LT_NUMBER_TEXT];
    lt_grouped(batch, t->e->batch);
    lt_buffer_printf(t->out, "\n%s on %s, batch %s, %s%s%s\n", t->e->training ? "Training" : "Inference",
                     safe(t, t->e->machine->device->name), batch,
                     safe(t, lt_setup_text(&t->e->document->setup, LT_SET_PRECISION)), t->e->training ? ", " : "",
                     t->e->training ? safe(t, t->e->optimizer_name) : "");
    if (!is_cpu(t)) {
        verdict_line(t, device->verdict, "the device", &device->needed_bytes, device->usable_bytes);
        int part = largest(device->classes, LT_MEMORY_POOL);
        biggest_line(t, CLASS_WORDS[part], device->classes[part], device->peak_bytes.value);
    }
    verdict_line(t, host->verdict, "the host", &host->peak_bytes, host->capacity_bytes);
    int part = largest(host->classes, LT_HOST_CLASS_COUNT);
    biggest_line(t, HOST_WORDS[part], host->classes[part], host->peak_bytes.value);
    lt_grouped(batch, t->report->largest_batch);
    if (t->report->largest_batch)
        lt_buffer_printf(t->out, "The largest batch that fits is %s.\n", batch);
    advice(t);
    if (!t->e->complete)
        lt_buffer_puts(t->out, "Some layers are not known (marked below): all totals are lower bounds.\n");
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static void classes(struct text *t, const char *const *name, const uint64_t *value, int count, double whole)
{
    const double most = (double)value[largest(value, count)];
    for (int i = 0; i < count; i++)
        if (value[i])
            bar(t, name[i], bytes(t, value[i]), whole > 0 ? (double)value[i] / whole : 0, (double)value[i] / most,
                NULL);
}

static void device_memory(struct text *t)
{
    const struct lt_device_memory *m = &t->e->device_memory;
    lt_buffer_puts(t->out, is_cpu(t) ? "\nTensors (in host memory): peak " : "\nDevice memory: peak ");
    add_figure(t, &m->peak_bytes, LT_UNIT_BYTES);
    lt_buffer_printf(
        t->out, "\n  in the %s%s%s\n", lt_phase_names[m->peak_phase], m->peak_layer < t->e->row_count ? " of " : "",
        m->peak_layer < t->e->row_count ? safe(t, lt_layer_path(t->arena, t->e->document, m->peak_layer)) : "");
    classes(t, lt_memory_class_names, m->classes, LT_MEMORY_POOL, m->peak_bytes.value);
    if (is_cpu(t))
        return;
    bar(t, lt_memory_class_names[LT_MEMORY_POOL], bytes(t, m->classes[LT_MEMORY_POOL]), 0, 0,
        "taken by the framework, not in use at the peak");
    bar(t, lt_memory_class_names[LT_MEMORY_CONTEXT], bytes(t, m->classes[LT_MEMORY_CONTEXT]), 0, 0,
        "outside the framework's allocator");
    bool too_much = m->capacity_bytes && m->shown_bytes > m->capacity_bytes;
    lt_buffer_printf(t->out, "  The driver's tool %s %s", too_much ? "would show" : "shows", bytes(t, m->shown_bytes));
    if (m->capacity_bytes)
        lt_buffer_printf(t->out, " of %s", bytes(t, m->capacity_bytes));
    lt_buffer_puts(t->out, ".\n");
}

static void host_memory(struct text *t)
{
    const struct lt_host_memory *m = &t->e->host_memory;
    lt_buffer_puts(t->out, "\nHost memory: peak ");
    add_figure(t, &m->peak_bytes, LT_UNIT_BYTES);
    lt_buffer_puts(t->out, "\n");
    classes(t, lt_host_class_names, m->classes, LT_HOST_CLASS_COUNT, m->peak_bytes.value);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void step_time(struct text *t)
{
    const struct lt_step_time *time = &t->e->time;
    const struct {
        const char *name, *note;
        double seconds;
    } part[] = {{"forward", NULL, time->phase_seconds[LT_PHASE_FORWARD]},
                {"backward", NULL, time->phase_seconds[LT_PHASE_BACKWARD]},
                {"update", NULL, time->phase_seconds[LT_PHASE_UPDATE]},
                {"communication", NULL, time->communication_seconds},
                {"host", NULL, time->host_seconds},
                {"input", "beside the step", time->input_seconds}};
    enum { COUNT = sizeof part / sizeof *part };
    double most = 0, step = time->step_seconds.value;
    for (int i = 0; i < COUNT; i++)
        most = part[i].seconds > most ? part[i].seconds : most;
    lt_buffer_puts(t->out, "\nTime of a step: ");
    add_figure(t, &time->step_seconds, LT_UNIT_SECONDS);
    if (time->bound != LT_BOUND_NONE)
        lt_buffer_printf(t->out, ", bound by %s", lt_bound_names[time->bound]);
    lt_buffer_puts(t->out, "\n");
    for (int i = 0; i < COUNT; i++)
        if (part[i].seconds > 0)
            bar(t, part[i].name, figure(t, part[i].seconds, LT_UNIT_SECONDS), part[i].seconds / step,
                part[i].seconds / most, part[i].note);
    const char *m = mark(time->step_seconds.standing), *epoch = mark(time->epoch_standing);
    char steps[LT_NUMBER_TEXT];
    lt_buffer_printf(t->out, "  %s%s samples/s, %s%s an epoch of %s steps, %s%s in all\n", m,
                     figure(t, time->samples_per_s, LT_UNIT_COUNT), epoch,
                     figure(t, time->epoch_seconds, LT_UNIT_SECONDS), lt_grouped(steps, time->steps_per_epoch), epoch,
                     figure(t, time->run_seconds, LT_UNIT_SECONDS));
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* The end of a long name tells more than its beginning: outer/inner_conv. `text` is safe; cut by columns. */
static void add_cut(struct text *t, const char *text, int width)
{
    int columns = lt_text_width(text);
    if (columns > width) {
        for (const char *next = text; columns > width - 1; text = next)
            columns -= lt_char_width(lt_utf8_next(&next));
        lt_buffer_puts(t->out, "~");
        columns++;
    }
    lt_buffer_puts(t->out, text);
    lt_buffer_repeat(t->out, ' ', (size_t)(width - columns));
}

/* 112x112x64: the first output, without the axes that the file leaves open at the front (the batch). */
static const char *shape_text(struct text *t, const struct lt_layer_row *row)
{
    if (!row->out || !row->out_count || row->out[0].rank < 0)
        return "?";
    const char *text = "";
    int first = row->open && (row->open[0] & 1);
    for (int axis = first; text && axis < row->out[0].rank; axis++)
        text = lt_format(t->arena, "%s%s%lld", text, axis > first ? "x" : "", (long long)row->out[0].dim[axis]);
    return text ? *text ? text : "scalar" : "";
}

static void layer(struct text *t, uint32_t i)
{
    const struct lt_layer_row *row = &t->e->row[i];
    const char *path = lt_layer_path(t->arena, t->e->document, i);
    const char *m = row->standing == LT_UNKNOWN ? ">" : row->standing == LT_ASSUMED ? "~" : " ";
    uint64_t state = lt_add(lt_add(row->weight_bytes, row->gradient_bytes), row->optimizer_bytes);
    char count[LT_NUMBER_TEXT];
    lt_buffer_puts(t->out, m);
    add_cut(t, path ? path : "", NAME - 1);
    lt_buffer_puts(t->out, " ");
    add_cut(t, shape_text(t, row), SHAPE);
    if (row->parameters < 10000)
        lt_grouped(count, row->parameters);
    else
        lt_number(count, (double)row->parameters, LT_UNIT_COUNT);
    lt_buffer_printf(t->out, " %8s %9s %9s %8s%s%s\n", row->parameters ? count : "-", state ? bytes(t, state) : "-",
                     row->kept_bytes ? bytes(t, row->kept_bytes) : "-",
                     row->seconds > 0 ? figure(t, row->seconds, LT_UNIT_SECONDS) : "-",
                     row->bound == LT_BOUND_NONE ? "" : " ",
                     row->bound == LT_BOUND_NONE ? "" : lt_bound_names[row->bound]);
    if (row->problem)
        lt_buffer_printf(t->out, "   ! %s\n", safe(t, row->problem));
}

static void layers(struct text *t)
{
    lt_buffer_printf(t->out, "\n %-*s %-*s %8s %9s %9s %8s %s\n", NAME - 1, "Layer", SHAPE, "output", "params", "state",
                     "kept", "time", "bound");
    for (uint32_t i = 0; i < t->e->row_count; i++)
        if (t->e->row[i].listed)
            layer(t, i);
    lt_buffer_puts(t->out, "\nstate: weights, gradients, optimizer; kept: for the backward pass, whole batch\n"
                           "A (B to C): meant for 90 % of cases; ~ assumption; > at least, some unknown\n");
}

static void problems(struct text *t)
{
    const struct lt_problems *all = t->report->problems;
    if (!all || !all->count)
        return;
    lt_buffer_puts(t->out, "\nProblems\n");
    for (uint32_t i = 0; i < all->count; i++) {
        const char *line = lt_problem_text(t->arena, &all->item[i]);
        lt_buffer_printf(t->out, "  %s\n", line ? safe(t, line) : "");
    }
}

enum lt_status lt_report_text(const struct lt_report *report, struct lt_buffer *out)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct text t = {.arena = &arena, .report = report, .e = report->estimate, .out = out};
    header(&t);
    verdict(&t);
    device_memory(&t);
    host_memory(&t);
    step_time(&t);
    layers(&t);
    problems(&t);
    enum lt_status status = out->failed || arena.failed ? LT_NO_MEMORY : LT_OK;
    lt_arena_free(&arena);
    return status;
}
