/* The set-up and the selected layer: values that can be edited where they stand. */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/show.h"

enum { ORIGIN = 8, LABEL_MOST = 34, FACTS = 16, FACT_LABEL = 11, TWO_COLUMNS = 76, FORM_LEAST = 4, HELP_ROWS = 10 };

/* ---- what is known of the selected layer ---- */

struct fact {
    const char *label;
    char text[2 * SHOW_TEXT];
    enum role role;
};

struct facts {
    struct fact item[FACTS];
    int count, left; /* left: how many of them stand at the left where there is room for two columns */
};

static void add(struct facts *facts, enum role role, const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add(struct facts *facts, enum role role, const char *label, const char *format, ...)
{
    struct fact *fact = &facts->item[facts->count < FACTS ? facts->count++ : FACTS - 1];
    va_list args;
    va_start(args, format);
    vsnprintf(fact->text, sizeof fact->text, format, args);
    va_end(args);
    fact->label = label;
    fact->role = role;
}

/* Numbers have columns of their own: from layer to layer only they change, and little is written. */
static void add_memory(struct facts *facts, const struct lt_estimate *e, const struct lt_layer_row *row)
{
    char a[LT_NUMBER_TEXT], b[LT_NUMBER_TEXT], share[SHOW_TEXT];
    add(facts, ROLE_TEXT, "weights", "%8s", lt_number(a, (double)row->weight_bytes, LT_UNIT_BYTES));
    if (e->training)
        add(facts, ROLE_TEXT, "gradients", "%8s  optimizer %8s",
            lt_number(a, (double)row->gradient_bytes, LT_UNIT_BYTES),
            lt_number(b, (double)row->optimizer_bytes, LT_UNIT_BYTES));
    add(facts, ROLE_TEXT, "kept", "%8s  %6s of all", lt_number(a, (double)row->kept_bytes, LT_UNIT_BYTES),
        show_share(share, (double)row->kept_bytes, (double)e->device_memory.kept_bytes));
    add(facts, ROLE_TEXT, "at peak", "%8s  %6s of it", lt_number(a, (double)row->peak_bytes, LT_UNIT_BYTES),
        show_share(share, (double)row->peak_bytes, e->device_memory.peak_bytes.value));
}

static void add_time(struct facts *facts, const struct lt_estimate *e, const struct lt_layer_row *row)
{
    char a[SHOW_TEXT], b[SHOW_TEXT];
    add(facts, ROLE_TEXT, "time", "%7s  %6s %s", show_duration(a, row->seconds),
        show_share(b, row->seconds, e->time.step_seconds.value), row->bound ? lt_bound_names[row->bound] : "");
    add(facts, ROLE_TEXT, "forward", "%7s  %s", show_duration(a, row->forward_seconds),
        lt_number(b, row->forward_flops, LT_UNIT_FLOPS));
    if (e->training)
        add(facts, ROLE_TEXT, "backward", "%7s  %s", show_duration(a, row->backward_seconds),
            lt_number(b, row->backward_flops, LT_UNIT_FLOPS));
    if (e->training)
        add(facts, ROLE_TEXT, "update", "%7s", show_duration(a, row->update_seconds));
}

static void facts_of(const struct app *app, struct facts *facts)
{
    const struct lt_estimate *e = session_now(&app->session);
    const struct lt_layer_row *row = app_row(app, app->layer);
    char text[SHOW_TEXT], frozen[LT_NUMBER_TEXT];
    facts->count = 0;
    if (!row)
        return;
    if (row->problem)
        add(facts, ROLE_BAD, "problem", "%.180s", row->problem);
    else if (row->blocked)
        add(facts, ROLE_WARN, "blocked", "a layer before it has a problem");
    if (row->out_count)
        add(facts, ROLE_TEXT, "output", "%s %s%s", show_shape(text, &row->out[0]), lt_dtypes[row->out[0].dtype].name,
            row->out_count > 1 ? ", and more" : "");
    else
        add(facts, ROLE_DIM, "output", "%s", row->calls ? "not known" : "the layer is never called");
    lt_grouped(text, row->parameters);
    if (row->non_trainable_parameters)
        add(facts, ROLE_TEXT, "parameters", "%s, %s of them not trained", text,
            lt_grouped(frozen, row->non_trainable_parameters));
    else
        add(facts, ROLE_TEXT, "parameters", "%s", text);
    bool known = !row->problem && !row->blocked;
    if (known)
        add_memory(facts, e, row);
    facts->left = facts->count;
    if (known)
        add_time(facts, e, row);
    if (row->calls > 1)
        add(facts, ROLE_TEXT, "calls", "%u in one step", row->calls);
    add(facts, row->standing > LT_MODEL ? ROLE_WARN : ROLE_DIM, "standing", "%s",
        row->standing == LT_UNKNOWN   ? "unknown: a lower bound"
        : row->standing == LT_ASSUMED ? "assumed: an open input"
                                      : "counted; time modelled");
}

/* ---- where they stand ---- */

/* Facts above or, in a wide pane, at the left of the form. Below the table they stand alone until the pane has the
 * keys: there the selection is to move on fast. */
static void split_layer(const struct app *app, struct rect rect, struct rect *facts, struct rect *form)
{
    struct facts known;
    facts_of(app, &known);
    if (!app->panes.wide && app->wish.focus != PANE_LAYER) {
        *facts = rect;
        *form = (struct rect){rect.row + rect.rows, rect.col, 0, rect.cols};
        return;
    }
    if (rect.cols >= TWO_COLUMNS) {
        int left = rect.cols * 11 / 20;
        *facts = (struct rect){rect.row, rect.col, rect.rows, left};
        *form = (struct rect){rect.row, rect.col + left + 1, rect.rows, rect.cols - left - 1};
        return;
    }
    int rows = rect.rows - FORM_LEAST < known.count ? rect.rows - FORM_LEAST : known.count;
    rows = rows > 0 ? rows : 0;
    *facts = (struct rect){rect.row, rect.col, rows, rect.cols};
    *form = (struct rect){rect.row + rows, rect.col, rect.rows - rows, rect.cols};
}

/* The last row of a pane that is high enough says what the selected field is. */
static struct rect above_help(struct rect rect)
{
    rect.rows -= rect.rows >= HELP_ROWS;
    return rect;
}

static int label_cols(const struct form *form, struct rect rect)
{
    int widest = 8;
    for (int i = 0; i < form->count; i++) {
        int width = lt_text_width(form->entry[i].label);
        widest = width > widest ? width : widest;
    }
    widest = widest < LABEL_MOST ? widest : LABEL_MOST;
    return widest < rect.cols / 2 ? widest : rect.cols / 2;
}

static int value_cols(const struct form *form, struct rect rect)
{
    int cols = rect.cols - label_cols(form, rect) - ORIGIN - 4;
    return cols > 6 ? cols : rect.cols - label_cols(form, rect) - 3;
}

/* What is not in view keeps its place. A heading above the first entry stays in view with it. */
static void layout_list(struct list *list, const struct form *form, int rows)
{
    list_layout(list, form->count, rows ? rows : list->rows);
    if (list->selected == 1 && list->top == 1 && rows > 1 && !form->entry[0].field)
        list->top = 0;
}

void forms_layout(struct app *app)
{
    struct rect setup = above_help(view_body(app, PANE_SETUP)), layer = view_body(app, PANE_LAYER), facts, form = {0};
    layout_list(&app->setup_list, &app->setup_form, setup.rows);
    app->form_top[PANE_SETUP] = setup.row;
    if (layer.rows)
        split_layer(app, above_help(layer), &facts, &form);
    layout_list(&app->layer_list, &app->layer_form, form.rows);
    app->form_top[PANE_LAYER] = form.row;
    if (app->mode == MODE_VALUE) {
        const struct form *edited = app->wish.focus == PANE_SETUP ? &app->setup_form : &app->layer_form;
        line_edit_layout(&app->edit, value_cols(edited, app->wish.focus == PANE_SETUP ? setup : form));
    }
}

/* ---- a form ---- */

static void draw_entry(const struct app *app, struct frame *frame, struct rect line, const struct form *form, int index,
                       const struct list *list, bool focused)
{
    const struct form_entry *entry = &form->entry[index];
    if (!entry->field) {
        frame_text(frame, line, 0, 0, ROLE_HEADER, entry->label);
        return;
    }
    int labels = label_cols(form, line), values = value_cols(form, line), at = labels + 2;
    bool selected = index == list->selected, changed = !strcmp(entry->origin, "changed");
    enum role role = entry->idle ? ROLE_DIM : changed ? ROLE_CHANGED : ROLE_TEXT;
    frame_text_fit(frame, line, 0, 1, labels, entry->idle ? ROLE_DIM : ROLE_TEXT, entry->label);
    if (selected && focused && app->mode == MODE_VALUE) {
        line_edit_draw(&app->edit, frame, (struct rect){line.row, line.col + at, 1, values}, ROLE_INPUT, true);
    } else {
        frame_text_fit(frame, line, 0, at, values, list_role(list, index, focused, role), entry->text);
        if (selected && focused)
            frame_cursor(frame, line, 0, at, true);
    }
    if (at + values + ORIGIN < line.cols)
        frame_text_fit(frame, line, 0, at + values + 1, ORIGIN, changed ? ROLE_CHANGED : ROLE_DIM,
                       entry->idle ? "no use" : entry->origin);
}

static void draw_form(const struct app *app, struct frame *frame, struct rect rect, const struct form *form,
                      const struct list *list, bool focused)
{
    for (int i = 0; i < list->rows && list->top + i < list->count; i++)
        draw_entry(app, frame, rect_row(rect, i), form, list->top + i, list, focused);
    list_scrollbar(frame, rect, rect.cols - 1, list);
}

static void draw_help(const struct app *app, struct frame *frame, struct rect rect, const struct form *form,
                      const struct list *list, bool focused)
{
    const struct form_entry *entry = list->selected < form->count ? &form->entry[list->selected] : NULL;
    bool typing = app->mode == MODE_VALUE; /* the bottom row says it then */
    if (focused && !typing && rect.rows >= HELP_ROWS && entry && entry->field && entry->field->help)
        frame_text_fit(frame, rect, rect.rows - 1, 1, rect.cols - 2, ROLE_DIM, entry->field->help);
}

static char *position(char *out, size_t size, const struct list *list)
{
    *out = '\0';
    if (list->count > list->rows)
        snprintf(out, size, "%d/%d", list->selected + 1, list->count);
    return out;
}

void view_setup(const struct app *app, struct frame *frame)
{
    char text[64];
    if (!app->panes.pane[PANE_SETUP].rows)
        return;
    struct rect rect = view_title(app, frame, PANE_SETUP, position(text, sizeof text, &app->setup_list));
    bool focused = app->wish.focus == PANE_SETUP;
    draw_form(app, frame, above_help(rect), &app->setup_form, &app->setup_list, focused);
    draw_help(app, frame, rect, &app->setup_form, &app->setup_list, focused);
}

static void draw_column(struct frame *frame, struct rect rect, const struct fact *fact, int count)
{
    for (int i = 0; i < count && i < rect.rows; i++) {
        frame_text(frame, rect, i, 1, ROLE_DIM, fact[i].label);
        frame_text_fit(frame, rect, i, 1 + FACT_LABEL, rect.cols - FACT_LABEL - 1, fact[i].role, fact[i].text);
    }
}

/* Whether each number of a list, or the value itself, is `usual`: files write 1 as 1,1. */
static bool is_all(const char *text, const char *usual)
{
    size_t length = strlen(usual);
    while (!strncmp(text, usual, length) && text[length] == ',')
        text += length + 1;
    return !strcmp(text, usual);
}

static bool is_special(const struct form_entry *entry)
{
    const char *usual = entry->field->initial;
    return entry->value.given && strcmp(entry->label, "name") != 0 && (!usual || !is_all(entry->text, usual));
}

/* What the layer's configuration says besides its defaults, in one row. */
static void draw_special(const struct app *app, struct frame *frame, struct rect row)
{
    struct pieces line = {0};
    for (int i = 0; i < app->layer_form.count; i++) {
        const struct form_entry *entry = &app->layer_form.entry[i];
        if (is_special(entry))
            piece_add(&line, ROLE_TEXT, i + 1, "%.40s %.60s", entry->label, entry->text);
    }
    frame_text(frame, row, 0, 1, ROLE_DIM, "config");
    pieces_draw(&line, frame, row, 0, 1 + FACT_LABEL, row.cols - FACT_LABEL - 2);
}

static void draw_facts(const struct app *app, struct frame *frame, struct rect rect)
{
    struct facts facts;
    facts_of(app, &facts);
    if (rect.cols < TWO_COLUMNS) {
        draw_column(frame, rect, facts.item, facts.count);
        return;
    }
    struct rect left = rect, right = rect;
    left.cols = rect.cols * 11 / 20;
    right.col += left.cols + 1;
    right.cols -= left.cols + 1;
    draw_column(frame, left, facts.item, facts.left);
    draw_column(frame, right, facts.item + facts.left, facts.count - facts.left);
    if (rect.rows > facts.left)
        draw_special(app, frame, rect_row(rect, rect.rows - 1));
}

static char *layer_title(const struct app *app, char *out, size_t size)
{
    bool known = app->layer < app->session.document->layer_count;
    const char *class_name = known ? app->session.document->layer[app->layer].class_name : NULL;
    snprintf(out, size, "%.120s  %.60s", known ? app_name(app, app->layer) : "", class_name ? class_name : "");
    return out;
}

void view_layer(const struct app *app, struct frame *frame)
{
    if (!app->panes.pane[PANE_LAYER].rows)
        return;
    char title[192];
    struct rect rect = view_title(app, frame, PANE_LAYER, layer_title(app, title, sizeof title)), facts, form;
    bool focused = app->wish.focus == PANE_LAYER;
    if (app->layer >= app->session.document->layer_count) {
        frame_text(frame, rect, 0, 1, ROLE_DIM, "No layer is selected");
        return;
    }
    split_layer(app, above_help(rect), &facts, &form);
    draw_facts(app, frame, facts);
    draw_form(app, frame, form, &app->layer_form, &app->layer_list, focused);
    draw_help(app, frame, rect, &app->layer_form, &app->layer_list, focused);
}
