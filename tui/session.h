/* The document being worked on, its history and journal, and the estimate of now beside the one before the last edit.
 * Every change goes through here and computes everything anew. It knows no pane, no key and no frame. */
#ifndef TUI_SESSION_H
#define TUI_SESSION_H

#include "core/formats/formats.h"
#include "core/step/machine_choice.h"
#include "core/whatif/search.h"
#include "tui/app.h"
#include "tui/journal_file.h"

/* One estimate with all that it lives on. */
struct computed {
    struct lt_arena arena;
    struct lt_machine machine;
    struct lt_estimate estimate;
    struct lt_problems problems;
    enum lt_status status; /* other than LT_OK: there are no figures */
};

struct session {
    const struct app_options *options;
    struct lt_document *document;
    struct lt_history *history;
    struct lt_setup opened;      /* as the file had it: values that differ were changed here */
    char *file;                  /* of the document; NULL: none */
    struct computed computed[2]; /* in turn: now, and before the last edit */
    int current;
    bool has_before;
    struct journal_file journal;
    struct lt_arena refused_arena;
    struct lt_problems refused; /* why the last edit, opening or saving failed; notes where it did not */
    unsigned generation;        /* grows at every change: what others keep of a document is old then */
};

/* Takes the document over. `clash` (may be NULL): another process keeps the journal of this file. */
enum lt_status session_open(struct session *session, const struct app_options *options, struct lt_document *document,
                            bool *clash);
/* `keep`: this session's edits stay in their journal, to be found again. */
void session_close(struct session *session, bool keep);

/* NULL: nothing could be computed (session_trouble says why); before: nothing was edited yet. */
const struct lt_estimate *session_now(const struct session *session);
const struct lt_estimate *session_before(const struct session *session);
const char *session_trouble(const struct session *session);
const struct lt_problems *session_problems(const struct session *session);

/* Of device and host together. */
enum lt_verdict session_verdict(const struct lt_estimate *estimate);

/* One line of the command language; refused edits change nothing and leave their reason in `refused`. */
enum lt_status session_edit(struct session *session, const char *line);
/* *line: what was done; valid until the next call. */
enum lt_status session_undo(struct session *session, const char **line);
enum lt_status session_redo(struct session *session, const char **line);
bool session_is_saved(const struct session *session);

/* Performs what an earlier session left in its journal. */
enum lt_status session_replay(struct session *session, uint32_t *edits);

/* The document as native YAML under this name, which it then has. LT_UNSUPPORTED: it is a Keras file's own name;
 * LT_INVALID: another file has that name (unless `force`). */
enum lt_status session_save(struct session *session, const char *path, bool force);

/* Writes the model in another format to a file that is not there yet; the document stays as it is. What was left out is
 * among session->refused even with LT_OK. */
enum lt_status session_export(struct session *session, const struct lt_writer *format, const char *path);

/* Reads another document, named as in model_file_open. NULL: `refused` says why. */
struct lt_document *session_read(struct session *session, const char *name);

/* NAME.yaml for a document that cannot be saved where it came from; in `out`. NULL where it can. */
const char *session_other_name(const struct session *session, char *out, size_t size);

/* What would be with one field of the set-up at another value; whatever `out` held is gone. `search` is over this
 * session's document where the field chooses the machine, else NULL. False: no figures. */
bool session_try(const struct session *session, const char *field, const char *value, struct lt_search *search,
                 struct computed *out);

/* Whether the figures are those of an estimate from scratch (tests). */
bool session_is_fresh(const struct session *session);

#endif
