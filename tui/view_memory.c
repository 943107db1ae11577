/* Memory: what is alive over one step, and what the peak is made of. */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "tui/bar.h"
#include "tui/classes.h"
#include "tui/show.h"
#include "tui/spark.h"

enum { CHART_LEAST = 5, PART_COLS = 38 };

static char *format_bytes(char *out, double value)
{
    return lt_number(out, value, LT_UNIT_BYTES);
}

/* The limit is drawn where it is near enough to mean something; far away it would press the chart flat. */
static double near_limit(const struct lt_device_memory *memory)
{
    double limit = (double)memory->usable_bytes;
    return limit < 3 * memory->peak_bytes.value ? limit : 0;
}

static void draw_moment(const struct app *app, struct frame *frame, struct rect row, const struct lt_estimate *e)
{
    const struct lt_device_memory *memory = &e->device_memory;
    bool peak = app->moment_at < 0;
    uint32_t at = peak ? memory->peak_moment : (uint32_t)app->moment_at;
    if (at >= memory->moment_count)
        return;
    const struct lt_moment *moment = &memory->moment[at];
    struct pieces line = {0};
    char bytes[SHOW_TEXT];
    piece_add(&line, peak ? ROLE_PLOT_MARK : ROLE_TITLE, 0, "%s %s", peak ? "peak" : "here",
              lt_number(bytes, (double)moment->bytes, LT_UNIT_BYTES));
    piece_add(&line, ROLE_TEXT, 1, "%s of %s", lt_phase_names[moment->phase],
              moment->layer == LT_NO_LAYER ? "no layer" : app_name(app, moment->layer));
    piece_add(&line, ROLE_DIM, 2, "operation %u of %u", at + 1, memory->moment_count);
    if (!near_limit(memory) && memory->usable_bytes)
        piece_add(&line, ROLE_DIM, 3, "limit %s, far above",
                  lt_number(bytes, (double)memory->usable_bytes, LT_UNIT_BYTES));
    pieces_draw(&line, frame, row, 0, 1, row.cols - 2);
}

/* One class: letter, name, bytes, share of the sum. */
struct part_row {
    char letter;
    enum role role;
    const char *name;
    double bytes, sum;
    bool apart;
};

static void draw_part(struct frame *frame, struct rect row, const struct part_row *part)
{
    char text[SHOW_TEXT];
    frame_put(frame, row, 0, 1, part->role, part->letter);
    frame_text_fit(frame, row, 0, 3, 12, ROLE_TEXT, part->name);
    frame_number(frame, row, 0, 15, 9, ROLE_TEXT, lt_number(text, part->bytes, LT_UNIT_BYTES));
    if (part->apart)
        frame_text(frame, row, 0, 26, ROLE_DIM, "apart");
    else
        frame_number(frame, row, 0, 25, 6, ROLE_DIM, show_share(text, part->bytes, part->sum));
}

static int collect(const struct lt_estimate *e, struct part_row *out, bool host)
{
    int count = 0;
    for (int i = 0; !host && i < LT_MEMORY_CLASS_COUNT; i++) {
        const struct memory_class *class = &device_classes[i];
        double bytes = (double)e->device_memory.classes[i];
        if (bytes > 0)
            out[count++] = (struct part_row){class->letter, class->role, lt_memory_class_names[i], bytes,
                                             e->device_memory.peak_bytes.value, i >= LT_MEMORY_POOL};
    }
    for (int i = 0; host && i < LT_HOST_CLASS_COUNT; i++) {
        const struct memory_class *class = &host_classes[i];
        double bytes = (double)e->host_memory.classes[i];
        if (bytes > 0)
            out[count++] = (struct part_row){class->letter, class->role, lt_host_class_names[i], bytes,
                                             e->host_memory.peak_bytes.value, false};
    }
    return count;
}

/* Device at the left, host at the right of it where there is room. */
static void draw_parts(struct frame *frame, struct rect rect, const struct lt_estimate *e)
{
    struct part_row part[LT_MEMORY_CLASS_COUNT + LT_HOST_CLASS_COUNT];
    bool both = rect.cols >= 2 * PART_COLS;
    for (int host = 0; host <= both; host++) {
        struct rect half = {rect.row, rect.col + host * (rect.cols / 2), rect.rows, rect.cols / (1 + both)};
        int count = collect(e, part, host);
        frame_text(frame, half, 0, 1, ROLE_HEADER, host ? "Host, at its peak" : "Device, at the peak");
        for (int i = 0; i < count; i++)
            draw_part(frame, rect_row(half, i + 1), &part[i]);
    }
}

static int part_rows(const struct lt_estimate *e)
{
    struct part_row part[LT_MEMORY_CLASS_COUNT + LT_HOST_CLASS_COUNT];
    int device = collect(e, part, false), host = collect(e, part, true);
    return 1 + (device > host ? device : host);
}

void view_memory(const struct app *app, struct frame *frame)
{
    const struct lt_estimate *e = session_now(&app->session);
    if (!app->panes.pane[PANE_MEMORY].rows)
        return;
    struct rect rect = view_title(app, frame, PANE_MEMORY, "live bytes over one step");
    if (!e || !app->moment_count) {
        frame_text(frame, rect, 0, 1, ROLE_DIM, "Nothing is known of this step");
        return;
    }
    draw_moment(app, frame, rect_row(rect, 0), e);
    int parts = part_rows(e), chart = rect.rows - 1 - parts;
    if (chart < CHART_LEAST) {
        chart = rect.rows - 1 < CHART_LEAST ? rect.rows - 1 : CHART_LEAST;
        parts = rect.rows - 1 - chart;
    }
    struct spark spark = {.value = app->moment,
                          .count = app->moment_count,
                          .mark = app->moment_at < 0 ? (int)e->device_memory.peak_moment : app->moment_at,
                          .limit = near_limit(&e->device_memory),
                          .format = format_bytes};
    struct rect area = {rect.row + 1, rect.col, chart, rect.cols};
    spark_draw(frame, area, &spark);
    if (parts > 1)
        draw_parts(frame, (struct rect){rect.row + 1 + chart, rect.col, parts, rect.cols}, e);
    if (app->wish.focus == PANE_MEMORY)
        frame_cursor(frame, rect, 0, 1, true);
}
