/* One list to choose from, filtered by typing: devices, and the choices of any field, each with what would be; or
 * models to open. What would be is worked out in slices, for the rows in view. */
#ifndef TUI_PICKER_H
#define TUI_PICKER_H

#include "tui/line_edit.h"
#include "tui/list.h"
#include "tui/session.h"

enum picker_state { TRIAL_WAITING, TRIAL_DONE, TRIAL_FAILED };

struct picker_item {
    const char *id;       /* what is set or opened */
    const char *name;     /* safe to print */
    const char *note[4];  /* further columns, safe to print; NULL: empty */
    const char *haystack; /* what typing is compared with, in lower case */
    enum picker_state state;
    enum lt_verdict verdict;     /* of device and host together */
    struct lt_figure peak_bytes; /* on the device */
    struct lt_figure step_seconds;
};

enum picker_kind { PICK_FIELD, PICK_DEVICE, PICK_FILE };

struct picker {
    struct lt_arena arena;
    enum picker_kind kind;
    const char *title, *field; /* the field that is set; NULL: a model is opened */
    const char *note_title[4];
    struct picker_item *item;
    int count;
    int *shown; /* items that match, in order */
    int shown_count;
    struct line_edit filter;
    struct list list; /* over the shown ones */
    struct computed trial;
    struct lt_search search; /* of devices: what they have in common is worked out once */
};

/* `field` is a set-up field, an option or a layer's key with the given choices; `current` is selected. */
bool picker_open_choices(struct picker *picker, const char *field, const char *title, const char *const *choices,
                         const char *current, bool tried);
/* `cpus`: only those. */
bool picker_open_devices(struct picker *picker, const struct session *session, const char *field, const char *current,
                         bool cpus);
bool picker_open_files(struct picker *picker);
void picker_close(struct picker *picker);

/* After the filter's text changed. */
void picker_filter(struct picker *picker);

/* The selected item; NULL: nothing matches. */
const struct picker_item *picker_selected(const struct picker *picker);

/* Tries the first row in view that was not yet tried. False: none is left. */
bool picker_work(struct picker *picker, const struct session *session);

#endif
