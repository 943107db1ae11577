/* All that the screen is made from: the session, what is shown of it, and what is being typed. Commands change it,
 * app_layout makes it valid for a size, views only read it. */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include "tui/advised.h"
#include "tui/form.h"
#include "tui/key.h"
#include "tui/line_edit.h"
#include "tui/list.h"
#include "tui/outline.h"
#include "tui/panes.h"
#include "tui/picker.h"
#include "tui/scroll_text.h"
#include "tui/session.h"

/* Who has the keys. */
enum mode {
    MODE_PANES,
    MODE_COMMAND, /* `:` */
    MODE_SEARCH,  /* `/` */
    MODE_VALUE,   /* a value in a form */
    MODE_PICKER,
    MODE_TEXT, /* help, problems, about the file */
    MODE_QUESTION,
};

enum { MESSAGE_BYTES = 512, SEARCH_BYTES = 128, BAR_ITEMS = 32 };

/* Something long to read: lines with their arena. */
struct reading {
    struct lt_arena arena;
    const char *title;
    struct scroll_text text;
};

/* One line to decide; an answer's key runs its command. Where it is `first`, the pending one follows once all is saved.
 */
struct answer {
    int32_t key;
    const char *label, *line; /* line NULL: the pending one */
    bool first;
};
struct question {
    char text[MESSAGE_BYTES];
    const struct answer *answer; /* ended by key 0 */
};

/* The bottom bar as it was laid out: where a click means which key. */
struct bar_item {
    int32_t key;
    const char *label;
    int col, cols;
};

struct app {
    const struct app_options *options;
    struct session session;
    bool quit, suspend, redraw; /* wishes to whoever runs the loop */
    bool mouse;

    enum mode mode;
    struct panes_wish wish;
    struct panes panes;

    struct lt_arena names_arena;
    const char **name; /* of every layer, safe to print; parallel to the document's layers */
    struct outline outline;
    struct list layers;
    uint32_t layer; /* selected, by its index in the document; LT_NO_LAYER: none */
    struct list_span span[OUTLINE_KEYS];
    struct form setup_form, layer_form;
    struct list setup_list, layer_list;
    int form_top[PANE_COUNT];    /* the screen row of a form's first entry in view */
    double *moment;              /* live bytes per op, for the chart */
    int moment_count, moment_at; /* at: -1: the peak */
    unsigned built;              /* the session's generation that the above is of */
    uint32_t built_layer;        /* that layer_form is of */
    bool outline_stale;

    struct line_edit edit; /* of the mode that types */
    struct line_history commands, searches;
    char search[SEARCH_BYTES];
    int search_from;                 /* the row where an incremental search began */
    int completion;                  /* the candidate that Tab put in, -1: none */
    char completed[LINE_EDIT_BYTES]; /* what had been typed before Tab */

    struct picker picker;
    struct reading reading;
    struct advised advised;
    struct question question;
    char pending[LINE_EDIT_BYTES]; /* the line that a question stands before */
    char message[MESSAGE_BYTES];   /* "": none */
    enum role message_role;
    struct bar_item bar[BAR_ITEMS];
    int bar_count;
};

/* Takes the document of the options. LT_NO_MEMORY: nothing is left to close. */
enum lt_status app_open(struct app *app, const struct app_options *options);
void app_close(struct app *app);

/* One event; and one slice of waiting work (previews of a picker): false where none is left. */
void app_event(struct app *app, const struct event *event);
bool app_work(struct app *app);

/* Makes the state valid for a size, then draws it. The frame is erased. */
void app_layout(struct app *app, int rows, int cols);
void app_draw(const struct app *app, struct frame *frame);

/* ---- for commands ---- */

void app_say(struct app *app, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The session's refusal as a message. */
void app_say_refused(struct app *app);
/* Leaves pickers, prompts and texts. */
void app_leave(struct app *app);
/* Performs an edit line and says so, or why not. */
bool app_edit(struct app *app, const char *line);
/* Another document in place of this one. */
void app_take(struct app *app, struct lt_document *document);
/* Selects a layer in the table, unfolding nothing. */
void app_select_layer(struct app *app, uint32_t layer);
/* Brings forms, rows and chart up to date with the session. */
void app_refresh(struct app *app);
/* Goes to the first layer whose name or class holds `text`, from row `from` on, backwards with step -1; round the end.
 * False: there is none. */
bool app_find(struct app *app, const char *text, int from, int step);
/* Shows a text that was added to the reading's lines by `fill`. */
void app_read(struct app *app, const char *title, void (*fill)(const struct app *app, struct reading *reading));
/* Who has the keys, as a scope of the keymap. */
unsigned app_scope(const struct app *app);
/* The form and its list in the pane that has the keys; NULL: it has none. */
struct form *app_form(struct app *app, struct list **list);
const struct form_entry *app_entry(const struct app *app);
void app_ask(struct app *app, const struct answer *answers, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct lt_layer_row *app_row(const struct app *app, uint32_t layer);
const char *app_name(const struct app *app, uint32_t layer); /* "?" where there is none */

#endif
