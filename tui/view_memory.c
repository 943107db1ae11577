/* Memory: what is alive over one step, and what the peak is made of. */
#include "tui/view.h"

#include "tui/bar.h"
#include "tui/classes.h"
#include "tui/show.h"
#include "tui/spark.h"

enum { CHART_LEAST = 5, PART_COLS = 33, SIDE_BY_SIDE = 76 };

static char *format_bytes(char *out, double value)
{
    return lt_number(out, value, LT_UNIT_BYTES);
}

/* The limit is drawn where it is near enough to mean something; far away it would press the chart flat. */
static double near_limit(const struct lt_device_memory *memory)
{
    double limit = (double)memory->usable_bytes;
    return limit < 1.6 * memory->peak_bytes.value ? limit : 0;
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
    if (near_limit(memory) <= 0 && memory->usable_bytes)
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
            out[count++] = (struct part_row){
                class->letter,      class->role, lt_memory_class_names[i], bytes, e->device_memory.peak_bytes.value,
                i >= LT_MEMORY_POOL};
    }
    for (int i = 0; host && i < LT_HOST_CLASS_COUNT; i++) {
        const struct memory_class *class = &host_classes[i];
        double bytes = (double)e->host_memory.classes[i];
        if (bytes > 0)
            out[count++] = (struct part_row){
                class->letter, class->role, lt_host_class_names[i], bytes, e->host_memory.peak_bytes.value, false};
    }
    return count;
}

/* One memory's classes under a heading; returns the rows used. */
static int draw_parts(struct frame *frame, struct rect rect, const struct lt_estimate *e, bool host)
{
    struct part_row part[LT_MEMORY_CLASS_COUNT + LT_HOST_CLASS_COUNT];
    int count = collect(e, part, host);
    frame_text(frame, rect, 0, 1, ROLE_HEADER, host ? "Host, at its peak" : "Device, at the peak");
    for (int i = 0; i < count; i++)
        draw_part(frame, rect_row(rect, i + 1), &part[i]);
    return count + 1;
}

static struct rect below(struct rect rect, int rows)
{
    rows = rows < rect.rows ? rows : rect.rows;
    return (struct rect){rect.row + rows, rect.col, rect.rows - rows, rect.cols};
}

/* The chart, and what the peaks are made of at its right or, where that is too narrow, below it. Returns the chart's.
 */
static struct rect place_parts(struct frame *frame, struct rect rect, const struct lt_estimate *e)
{
    struct part_row part[LT_MEMORY_CLASS_COUNT + LT_HOST_CLASS_COUNT];
    if (rect.cols >= SIDE_BY_SIDE) {
        struct rect side = {rect.row, rect.col + rect.cols - PART_COLS, rect.rows, PART_COLS};
        int used = draw_parts(frame, side, e, false);
        draw_parts(frame, below(side, used), e, true);
        return (struct rect){rect.row, rect.col, rect.rows, rect.cols - PART_COLS - 1};
    }
    int rows = 1 + collect(e, part, false), chart = rect.rows - rows;
    if (chart < CHART_LEAST)
        chart = rect.rows < CHART_LEAST ? rect.rows : CHART_LEAST;
    struct rect under = below(rect, chart);
    if (under.rows > 1)
        draw_parts(frame, under, e, false);
    return (struct rect){rect.row, rect.col, chart, rect.cols};
}

/* The unit that the axis counts in, so that its top is a round number of it. */
static double unit_of(double bytes)
{
    double unit = 1;
    while (bytes >= 1024 * unit)
        unit *= 1024;
    return unit;
}

/* What would make it fit, at the foot where there is room for it; returns the rows above. */
static struct rect place_advice(const struct advised *advised, struct frame *frame, struct rect rect)
{
    int rows = advised->count + 1, room = rect.rows - CHART_LEAST;
    rows = rows < room ? rows : room;
    if (rows < 2 || !advised->count)
        return rect;
    struct rect above = {rect.row, rect.col, rect.rows - rows, rect.cols}, foot = below(rect, above.rows);
    frame_text(frame, foot, 0, 1, ROLE_HEADER, "What would make it fit, the fastest first");
    for (int i = 0; i + 1 < rows; i++)
        frame_text_fit(frame, foot, i + 1, 1, foot.cols - 2, ROLE_TEXT, advised->line[i]);
    return above;
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
    struct rect above = place_advice(&app->advised, frame, below(rect, 1));
    struct rect chart = place_parts(frame, above, e);
    struct spark spark = {.value = app->moment,
                          .count = app->moment_count,
                          .mark = app->moment_at < 0 ? (int)e->device_memory.peak_moment : app->moment_at,
                          .limit = near_limit(&e->device_memory),
                          .scale = unit_of(e->device_memory.peak_bytes.value),
                          .format = format_bytes};
    spark_draw(frame, chart, &spark);
    if (app->wish.focus == PANE_MEMORY)
        frame_cursor(frame, rect, 0, 1, true);
}
