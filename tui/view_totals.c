/* The question's answer: does it fit, how full, how long; and what the last edit changed. */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/bar.h"
#include "tui/classes.h"
#include "tui/show.h"

enum { LABEL = 5, CHANGE = 10, INTERVAL = 12, ROOMY = 56 };

static bool is_cpu(const struct lt_estimate *e)
{
    return e->machine->device->kind == LT_DEVICE_CPU;
}

enum role verdict_role(enum lt_verdict verdict)
{
    static const enum role roles[LT_VERDICT_COUNT] = {
        [LT_VERDICT_UNKNOWN] = ROLE_WARN, [LT_FITS] = ROLE_GOOD, [LT_TIGHT] = ROLE_WARN, [LT_DOES_NOT_FIT] = ROLE_BAD};
    return roles[verdict];
}

/* ---- the title line ---- */

static enum role setup_role(const struct app *app, enum lt_setup_field field)
{
    const struct lt_value *now = &app->session.document->setup.value[field];
    return lt_value_equal(now, &app->session.opened.value[field]) ? ROLE_TEXT : ROLE_CHANGED;
}

static const char *file_name(const struct app *app)
{
    const char *file = app->session.file ? app->session.file : app->session.document->name;
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash && slash[1] ? slash + 1 : file ? file : "model";
}

/* Where there is no row for the verdict in words, its name ends the title. */
static bool verdict_here(const struct app *app)
{
    return app->panes.totals.rows < 5 && session_now(&app->session);
}

static void draw_title(const struct app *app, struct frame *frame, struct rect rect)
{
    const struct lt_setup *setup = &app->session.document->setup;
    const struct lt_estimate *e = session_now(&app->session);
    struct pieces line = {0};
    struct lt_arena arena = LT_ARENA_INIT;
    char number[LT_NUMBER_TEXT];
    const char *name = lt_safe_text(&arena, file_name(app));
    const char *mode = lt_setup_text(setup, LT_SET_MODE), *optimizer = lt_setup_text(setup, LT_SET_OPTIMIZER);
    piece_add(&line, ROLE_TITLE, 0, "%s%s", name ? name : "?", session_is_saved(&app->session) ? "" : "*");
    piece_add(&line, setup_role(app, LT_SET_DEVICE), 1, "%s", e ? e->machine->device->name : "");
    piece_add(&line, setup_role(app, LT_SET_PRECISION), 3, "%s", lt_setup_text(setup, LT_SET_PRECISION));
    piece_add(&line, setup_role(app, LT_SET_BATCH), 2, "batch %s",
              lt_grouped(number, (uint64_t)lt_setup_int(setup, LT_SET_BATCH)));
    if (mode && !strcmp(mode, "training"))
        piece_add(&line, setup_role(app, LT_SET_OPTIMIZER), 4, "%s", optimizer ? optimizer : "");
    else
        piece_add(&line, setup_role(app, LT_SET_MODE), 2, "%s", mode ? mode : "");
    lt_arena_free(&arena);
    bool in_words = !verdict_here(app);
    enum lt_verdict verdict = e ? session_verdict(e) : LT_VERDICT_UNKNOWN;
    const char *word = in_words ? "" : lt_verdict_names[verdict];
    int width = lt_text_width(word);
    pieces_draw(&line, frame, rect, 0, 1, rect.cols - width - 3);
    frame_text(frame, rect, 0, rect.cols - width - 1, verdict_role(verdict), word);
}

/* ---- the verdict in words ---- */

/* The layer that most of a class belongs to; LT_NO_LAYER: the class is not of layers. */
static uint32_t main_layer(const struct lt_estimate *e, int class)
{
    uint32_t most = LT_NO_LAYER;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < e->row_count; i++) {
        const struct lt_layer_row *row = &e->row[i];
        uint64_t own = class == LT_MEMORY_KEPT        ? row->kept_bytes
                       : class == LT_MEMORY_WEIGHTS   ? row->weight_bytes
                       : class == LT_MEMORY_GRADIENTS ? row->gradient_bytes
                       : class == LT_MEMORY_OPTIMIZER ? row->optimizer_bytes
                                                      : 0;
        if (row->listed && !row->nested && own > bytes) {
            bytes = own;
            most = i;
        }
    }
    return class == LT_MEMORY_TRANSIENT || class == LT_MEMORY_WORKSPACE ? e->device_memory.peak_layer : most;
}

static const char *const class_words[LT_MEMORY_CLASS_COUNT] = {
    [LT_MEMORY_WEIGHTS] = "weights",
    [LT_MEMORY_GRADIENTS] = "gradients",
    [LT_MEMORY_OPTIMIZER] = "optimizer state",
    [LT_MEMORY_KEPT] = "kept activations",
    [LT_MEMORY_TRANSIENT] = "transient tensors",
    [LT_MEMORY_WORKSPACE] = "workspace",
    [LT_MEMORY_INPUTS] = "the batch itself",
};

static void add_device_part(const struct app *app, const struct lt_estimate *e, struct pieces *pieces)
{
    int most = 0;
    double sum = 0;
    char share[SHOW_TEXT];
    for (int i = 0; i < LT_MEMORY_POOL; i++) {
        sum += (double)e->device_memory.classes[i];
        most = e->device_memory.classes[i] > e->device_memory.classes[most] ? i : most;
    }
    double part = (double)e->device_memory.classes[most];
    if (!(part > 0))
        return;
    uint32_t layer = main_layer(e, most);
    piece_add(pieces, ROLE_TEXT, 1, "%s %s (%s)", part > sum / 2 ? "mostly" : "the largest part", class_words[most],
              show_share(share, part, sum));
    if (layer != LT_NO_LAYER)
        piece_add(pieces, ROLE_TEXT, 2, "%s %s", most < LT_MEMORY_TRANSIENT ? "the most from" : "at",
                  app_name(app, layer));
}

static void add_host_part(const struct lt_estimate *e, struct pieces *pieces)
{
    int most = 0;
    char share[SHOW_TEXT];
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++)
        most = e->host_memory.classes[i] > e->host_memory.classes[most] ? i : most;
    piece_add(pieces, ROLE_TEXT, 1, "in RAM, the largest part %s (%s)", lt_host_class_names[most],
              show_share(share, (double)e->host_memory.classes[most], e->host_memory.peak_bytes.value));
}

/* "needs 41.2 GiB, 17.2 GiB more than there is" */
static void add_need(const struct lt_estimate *e, bool host, struct pieces *pieces)
{
    char need[SHOW_TEXT], room[LT_NUMBER_TEXT];
    struct lt_figure needed = host ? e->host_memory.peak_bytes : e->device_memory.needed_bytes;
    double usable = (double)(host ? e->host_memory.capacity_bytes : e->device_memory.usable_bytes);
    show_figure(need, needed, LT_UNIT_BYTES);
    if (usable > 0 && needed.value > usable)
        piece_add(pieces, ROLE_TEXT, 0, "needs %s, %s more than there is", need,
                  lt_number(room, needed.value - usable, LT_UNIT_BYTES));
    else if (usable > 0)
        piece_add(pieces, ROLE_TEXT, 0, "needs %s", need);
    else
        piece_add(pieces, ROLE_TEXT, 0, "needs %s; how much there is is not known", need);
}

void view_verdict(const struct app *app, struct pieces *pieces)
{
    const struct lt_estimate *e = session_now(&app->session);
    if (!e) {
        piece_add(pieces, ROLE_BAD, 0, "No figures: %s", session_trouble(&app->session));
        piece_add(pieces, ROLE_DIM, 1, "! says more");
        return;
    }
    enum lt_verdict verdict = session_verdict(e);
    bool host = is_cpu(e) || (verdict != e->device_memory.verdict && verdict == e->host_memory.verdict);
    piece_add(pieces, verdict_role(verdict), 0, "%s:", lt_verdict_names[verdict]);
    add_need(e, host, pieces);
    if (host)
        add_host_part(e, pieces);
    else
        add_device_part(app, e, pieces);
}

/* ---- the bars ---- */

/* "27.1 of 78.6 GiB", or both with their units where they differ. */
enum { USED_TEXT = 2 * SHOW_TEXT };

static void used_of(char *out, struct lt_figure used, double room)
{
    char left[SHOW_TEXT], right[LT_NUMBER_TEXT];
    show_figure(left, used, LT_UNIT_BYTES);
    if (!(room > 0)) {
        snprintf(out, USED_TEXT, "%s", left);
        return;
    }
    lt_number(right, room, LT_UNIT_BYTES);
    char *left_unit = strrchr(left, ' '), *right_unit = strrchr(right, ' ');
    if (left_unit && right_unit && !strcmp(left_unit, right_unit))
        *left_unit = '\0';
    snprintf(out, USED_TEXT, "%s of %s", left, right);
}

/* One row of memory: label, bar, figure, interval, change. Its columns never move, so that an edit writes little. */
static void draw_memory(struct frame *frame, struct rect row, const char *label, const struct bar *bar,
                        struct lt_figure used, double room, const struct lt_figure *before)
{
    char text[USED_TEXT], interval[SHOW_TEXT], change[SHOW_TEXT];
    bool roomy = row.cols >= ROOMY, wide = row.cols >= ROOMY + INTERVAL;
    int value = roomy ? 21 : 9, fields = value + 1 + CHANGE + (wide ? INTERVAL + 1 : 0);
    int bar_cols = row.cols - LABEL - fields - 3;
    used_of(text, used, roomy ? room : 0);
    show_interval(interval, used, LT_UNIT_BYTES);
    show_change(change, before, used, LT_UNIT_BYTES);
    frame_text(frame, row, 0, 1, ROLE_HEADER, label);
    if (bar_cols > 3)
        bar_draw(frame, (struct rect){row.row, row.col + 1 + LABEL, 1, bar_cols}, bar);
    int col = row.cols - fields - 1;
    bool over = room > 0 && used.value > room;
    frame_text_fit(frame, row, 0, col, value, over ? ROLE_BAD : ROLE_TITLE, text);
    if (wide && interval[0])
        frame_printf(frame, row, 0, col + value + 1, ROLE_DIM, "%s", interval);
    frame_number(frame, row, 0, row.cols - CHANGE - 1, CHANGE, ROLE_CHANGED, change);
}

static void draw_device_row(const struct app *app, struct frame *frame, struct rect row, const struct lt_estimate *e)
{
    const struct lt_device_memory *memory = &e->device_memory;
    const struct lt_estimate *before = session_before(&app->session);
    struct bar_segment segment[LT_MEMORY_POOL];
    for (int i = 0; i < LT_MEMORY_POOL; i++)
        segment[i] = (struct bar_segment){(double)memory->classes[i], device_classes[i].letter, device_classes[i].role};
    struct bar bar = {segment, LT_MEMORY_POOL, (double)memory->capacity_bytes, (double)memory->usable_bytes};
    draw_memory(frame, row, is_cpu(e) ? "CPU" : "VRAM", &bar, memory->peak_bytes, (double)memory->usable_bytes,
                before ? &before->device_memory.peak_bytes : NULL);
}

static void draw_host_row(const struct app *app, struct frame *frame, struct rect row, const struct lt_estimate *e)
{
    const struct lt_host_memory *memory = &e->host_memory;
    const struct lt_estimate *before = session_before(&app->session);
    struct bar_segment segment[LT_HOST_CLASS_COUNT];
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++)
        segment[i] = (struct bar_segment){(double)memory->classes[i], host_classes[i].letter, host_classes[i].role};
    struct bar bar = {segment, LT_HOST_CLASS_COUNT, (double)memory->capacity_bytes, (double)memory->capacity_bytes};
    draw_memory(frame, row, "RAM", &bar, memory->peak_bytes, (double)memory->capacity_bytes,
                before ? &before->host_memory.peak_bytes : NULL);
}

/* ---- time ---- */

static void add_phases(const struct lt_step_time *time, bool training, struct pieces *pieces)
{
    char forward[SHOW_TEXT], backward[SHOW_TEXT], update[SHOW_TEXT];
    show_duration(forward, time->phase_seconds[LT_PHASE_FORWARD]);
    if (!training) {
        piece_add(pieces, ROLE_TEXT, 3, "forward %s", forward);
        return;
    }
    piece_add(pieces, ROLE_TEXT, 3, "forward %s, backward %s, update %s", forward,
              show_duration(backward, time->phase_seconds[LT_PHASE_BACKWARD]),
              show_duration(update, time->phase_seconds[LT_PHASE_UPDATE]));
}

static void add_rates(const struct lt_estimate *e, struct pieces *pieces)
{
    char text[SHOW_TEXT], rate[LT_NUMBER_TEXT];
    lt_number(rate, e->time.samples_per_s, LT_UNIT_PER_SECOND);
    char *unit = strstr(rate, " /s");
    if (unit)
        *unit = '\0';
    piece_add(pieces, ROLE_TEXT, 1, "%s samples/s", rate);
    piece_add(pieces, ROLE_TEXT, 2, "%s %s%s", e->training ? "epoch" : "dataset", show_mark(e->time.epoch_standing),
              show_duration(text, e->time.epoch_seconds));
}

static void draw_time(const struct app *app, struct frame *frame, struct rect row, const struct lt_estimate *e,
                      bool alone)
{
    const struct lt_estimate *before = session_before(&app->session);
    const struct lt_figure *step = &e->time.step_seconds;
    struct pieces line = {0};
    char text[SHOW_TEXT], interval[SHOW_TEXT];
    show_interval(interval, *step, LT_UNIT_SECONDS);
    piece_add(&line, ROLE_TITLE, 0, "%s", show_figure(text, *step, LT_UNIT_SECONDS));
    piece_add(&line, ROLE_DIM, 4, "%s", interval);
    if (e->time.bound)
        piece_add(&line, ROLE_TEXT, alone ? 4 : 2, "bound by %s", lt_bound_names[e->time.bound]);
    if (alone)
        add_phases(&e->time, e->training, &line);
    else
        piece_add(&line, ROLE_TEXT, 5, "%u operations", e->op_count);
    if (alone)
        add_rates(e, &line);
    frame_text(frame, row, 0, 1, ROLE_HEADER, "Time");
    pieces_draw(&line, frame, row, 0, 1 + LABEL, row.cols - LABEL - CHANGE - 3);
    show_ratio(text, before ? &before->time.step_seconds : NULL, *step);
    frame_number(frame, row, 0, row.cols - CHANGE - 1, CHANGE, ROLE_CHANGED, text);
}

static void draw_rates(struct frame *frame, struct rect row, const struct lt_estimate *e)
{
    struct pieces line = {0};
    add_rates(e, &line);
    add_phases(&e->time, e->training, &line);
    pieces_draw(&line, frame, row, 0, 1 + LABEL, row.cols - LABEL - 2);
}

/* ---- all of it ---- */

static void draw_verdict(const struct app *app, struct frame *frame, struct rect row)
{
    struct pieces line = {0};
    view_verdict(app, &line);
    pieces_draw(&line, frame, row, 0, 1, row.cols - 2);
}

/* For a screen that has no room for bars: what matters most first. */
static void draw_tiny(const struct app *app, struct frame *frame, struct rect rect)
{
    const struct lt_estimate *e = session_now(&app->session);
    char text[USED_TEXT];
    if (!e) {
        frame_text_fit(frame, rect, 0, 0, rect.cols, ROLE_BAD, session_trouble(&app->session));
        return;
    }
    enum lt_verdict verdict = session_verdict(e);
    frame_text_fit(frame, rect, 0, 0, rect.cols, verdict_role(verdict), lt_verdict_names[verdict]);
    used_of(text, e->device_memory.peak_bytes, (double)e->device_memory.usable_bytes);
    frame_printf(frame, rect, 1, 0, ROLE_TEXT, "%s %s", is_cpu(e) ? "CPU" : "VRAM", text);
    frame_printf(frame, rect, 2, 0, ROLE_TEXT, "step %s", show_figure(text, e->time.step_seconds, LT_UNIT_SECONDS));
    used_of(text, e->host_memory.peak_bytes, (double)e->host_memory.capacity_bytes);
    frame_printf(frame, rect, 3, 0, ROLE_TEXT, "RAM %s", text);
    frame_printf(frame, rect, 4, 0, ROLE_TEXT, "epoch %s%s", show_mark(e->time.epoch_standing),
                 show_duration(text, e->time.epoch_seconds));
    frame_text_fit(frame, rect, 5, 0, rect.cols, ROLE_DIM, file_name(app));
}

void view_totals(const struct app *app, struct frame *frame, struct rect rect)
{
    const struct lt_estimate *e = session_now(&app->session);
    if (app->panes.tiny) {
        draw_tiny(app, frame, rect);
        return;
    }
    int row = 0;
    draw_title(app, frame, rect_row(rect, row++));
    if (rect.rows >= 5 || !e)
        draw_verdict(app, frame, rect_row(rect, row++));
    if (!e)
        return;
    draw_device_row(app, frame, rect_row(rect, row++), e);
    if (rect.rows >= 4)
        draw_host_row(app, frame, rect_row(rect, row++), e);
    draw_time(app, frame, rect_row(rect, row++), e, rect.rows < 6);
    if (rect.rows >= 6)
        draw_rates(frame, rect_row(rect, row), e);
}
