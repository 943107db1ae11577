/* A list to choose from, with what would be; and texts to read. */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/show.h"

enum { COLUMNS = 8, COLUMN_NAME = 0, COLUMN_NOTES = 1, COLUMN_VERDICT = 5, COLUMN_PEAK, COLUMN_STEP };

/* The columns of this picker; those it does not use get no width. */
static void columns_of(const struct picker *picker, int cols, struct list_column *column, struct list_span *span)
{
    static const struct list_column all[COLUMNS] = {
        {"Name", false, {.min = 18, .max = 40, .share = 3}}, {"", true, {.min = 8, .max = 8, .drop = 4}},
        {"", true, {.min = 9, .max = 9, .drop = 6}},         {"", true, {.min = 12, .max = 12, .drop = 5}},
        {"", true, {.min = 4, .max = 4, .drop = 7}},         {"Verdict", false, {.min = 12, .max = 12, .drop = 2}},
        {"Peak use", true, {.min = 9, .max = 9, .drop = 3}}, {"Step", true, {.min = 8, .max = 8, .drop = 1}},
    };
    memcpy(column, all, sizeof all);
    for (int i = 0; i < 4; i++) {
        column[COLUMN_NOTES + i].title = picker->note_title[i] ? picker->note_title[i] : "";
        if (!picker->note_title[i])
            column[COLUMN_NOTES + i].size = (struct part){0};
    }
    if (picker->kind == PICK_DEVICE)
        column[COLUMN_PEAK].size.drop = 8; /* much the same on all of them */
    if (picker->kind == PICK_FILE) {
        for (int i = COLUMN_NOTES; i < COLUMNS; i++)
            column[i].size = (struct part){0};
        column[COLUMN_NOTES].right = false;
        column[COLUMN_NOTES].size = (struct part){.min = 15, .max = 15, .drop = 1};
    }
    list_columns(cols - 2, column, COLUMNS, span);
    for (int i = 0; i < COLUMNS; i++)
        span[i].col++;
}

void picker_layout(struct app *app)
{
    if (app->mode != MODE_PICKER)
        return;
    struct rect rect = app->panes.main;
    list_layout(&app->picker.list, app->picker.shown_count, rect.rows - 3);
    line_edit_layout(&app->picker.filter, rect.cols - 12);
}

static const char *step_text(char *out, struct lt_figure step)
{
    char text[SHOW_TEXT];
    snprintf(out, SHOW_TEXT, "%s%.20s", show_mark(step.standing), show_duration(text, step.value));
    return out;
}

static void draw_trial(struct frame *frame, struct rect row, const struct list_column *column,
                       const struct list_span *span, const struct picker_item *item)
{
    char text[SHOW_TEXT];
    if (item->state == TRIAL_WAITING) {
        list_cell(frame, row, &column[COLUMN_VERDICT], span[COLUMN_VERDICT], ROLE_DIM, "...");
        return;
    }
    if (item->state == TRIAL_FAILED)
        return;
    list_cell(frame, row, &column[COLUMN_VERDICT], span[COLUMN_VERDICT], verdict_role(item->verdict),
              lt_verdict_names[item->verdict]);
    list_cell(frame, row, &column[COLUMN_PEAK], span[COLUMN_PEAK], ROLE_TEXT,
              show_figure(text, item->peak_bytes, LT_UNIT_BYTES));
    list_cell(frame, row, &column[COLUMN_STEP], span[COLUMN_STEP], ROLE_TEXT, step_text(text, item->step_seconds));
}

static void draw_item(const struct app *app, struct frame *frame, struct rect row, const struct list_column *column,
                      const struct list_span *span, int index)
{
    const struct picker *picker = &app->picker;
    const struct picker_item *item = &picker->item[picker->shown[index]];
    enum role role = list_role(&picker->list, index, true, ROLE_TEXT);
    list_cell(frame, row, &column[COLUMN_NAME], span[COLUMN_NAME], role, item->name);
    for (int i = 0; i < 4; i++)
        list_cell(frame, row, &column[COLUMN_NOTES + i], span[COLUMN_NOTES + i], ROLE_DIM,
                  item->note[i] ? item->note[i] : "");
    if (picker->kind != PICK_FILE)
        draw_trial(frame, row, column, span, item);
}

void view_picker(const struct app *app, struct frame *frame)
{
    const struct picker *picker = &app->picker;
    struct list_column column[COLUMNS];
    struct list_span span[COLUMNS];
    struct rect rect = app->panes.main, title = rect_row(rect, 0), line = rect_row(rect, 1);
    frame_run(frame, title, 0, 0, title.cols, ROLE_BORDER, GLYPH_HLINE);
    char count[64], heading[SHOW_TEXT];
    snprintf(count, sizeof count, " %d/%d ", picker->shown_count ? picker->list.selected + 1 : 0, picker->shown_count);
    snprintf(heading, sizeof heading, " %s ", picker->title);
    int room = title.cols - (int)strlen(count) - 3, width = lt_text_width(heading);
    frame_text_fit(frame, title, 0, 1, width < room ? width : room, ROLE_TITLE_FOCUS, heading);
    frame_text(frame, title, 0, title.cols - (int)strlen(count) - 1, ROLE_DIM, count);
    frame_text(frame, line, 0, 1, ROLE_PROMPT, "Filter");
    line_edit_draw(&picker->filter, frame, (struct rect){line.row, line.col + 8, 1, line.cols - 10}, ROLE_INPUT, true);
    columns_of(picker, rect.cols, column, span);
    list_header(frame, rect_row(rect, 2), column, span, COLUMNS, -1, false);
    struct rect body = {rect.row + 3, rect.col, rect.rows - 3, rect.cols};
    for (int i = 0; i < picker->list.rows && picker->list.top + i < picker->shown_count; i++)
        draw_item(app, frame, rect_row(body, i), column, span, picker->list.top + i);
    if (!picker->shown_count)
        frame_text(frame, body, 0, 1, ROLE_DIM, "Nothing matches");
    list_scrollbar(frame, body, body.cols - 1, &picker->list);
}

/* ---- texts ---- */

static struct rect text_rect(const struct app *app)
{
    struct rect main = app->panes.main;
    if (app->panes.tiny)
        return main;
    return (struct rect){main.row + 1, main.col + 1, main.rows - 1, main.cols - 2};
}

void reading_layout(struct app *app)
{
    struct rect rect = text_rect(app);
    if (app->mode == MODE_TEXT)
        scroll_text_layout(&app->reading.text, rect.rows, rect.cols);
}

void view_reading(const struct app *app, struct frame *frame)
{
    char position[SCROLL_TEXT_POSITION];
    struct rect title = rect_row(app->panes.main, 0);
    if (!app->panes.tiny) {
        frame_run(frame, title, 0, 0, title.cols, ROLE_BORDER, GLYPH_HLINE);
        frame_printf(frame, title, 0, 1, ROLE_TITLE_FOCUS, " %s ", app->reading.title);
        scroll_text_position(&app->reading.text, position);
        if (position[0])
            frame_printf(frame, title, 0, title.cols - (int)strlen(position) - 3, ROLE_DIM, " %s ", position);
    }
    scroll_text_draw(&app->reading.text, frame, text_rect(app));
}
