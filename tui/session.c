#include "tui/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/data/file.h"
#include "core/data/yaml.h"
#include "core/formats/native.h"
#include "core/model/assign.h"
#include "tui/model_file.h"

/* ---- the estimate ---- */

/* `search`: over what differs from this document by its machine alone; NULL: an estimate of its own. */
static void compute(const struct session *session, const struct lt_document *document, struct lt_search *search,
                    struct computed *out)
{
    const struct app_options *options = session->options;
    lt_arena_clear(&out->arena);
    out->problems = (struct lt_problems){.arena = &out->arena};
    out->estimate = (struct lt_estimate){0};
    out->status =
        lt_machine_resolve(options->database, &options->here, &document->setup, &out->machine, &out->problems);
    if (!out->status)
        out->status = search ? lt_search_on(search, &out->machine, &out->estimate)
                             : lt_estimate(document, &out->machine, &out->arena, &out->estimate, &out->problems);
}

static void recompute(struct session *session)
{
    session->current = !session->current;
    session->generation++;
    compute(session, session->document, NULL, &session->computed[session->current]);
}

const struct lt_estimate *session_now(const struct session *session)
{
    const struct computed *now = &session->computed[session->current];
    return now->status ? NULL : &now->estimate;
}

const struct lt_estimate *session_before(const struct session *session)
{
    const struct computed *before = &session->computed[!session->current];
    return !session->has_before || before->status ? NULL : &before->estimate;
}

const struct lt_problems *session_problems(const struct session *session)
{
    return &session->computed[session->current].problems;
}

const char *session_trouble(const struct session *session)
{
    const struct computed *now = &session->computed[session->current];
    if (!now->status)
        return NULL;
    for (uint32_t i = 0; i < now->problems.count; i++) {
        if (now->problems.item[i].severity == LT_ERROR)
            return now->problems.item[i].message;
    }
    return now->status == LT_NO_MEMORY   ? "memory ended"
           : now->status == LT_TOO_LARGE ? "too large to be estimated"
                                         : lt_status_name(now->status);
}

enum lt_verdict session_verdict(const struct lt_estimate *e)
{
    enum lt_verdict device = e->device_memory.verdict, host = e->host_memory.verdict;
    if (device == LT_DOES_NOT_FIT || host == LT_DOES_NOT_FIT)
        return LT_DOES_NOT_FIT;
    if (device == LT_TIGHT || host == LT_TIGHT)
        return LT_TIGHT;
    return device;
}

bool session_try(const struct session *session, const char *field, const char *value, struct lt_search *search,
                 struct computed *out)
{
    lt_arena_clear(&out->arena);
    out->problems = (struct lt_problems){.arena = &out->arena};
    struct lt_document trial = *session->document;
    struct lt_arena values = LT_ARENA_INIT;
    struct lt_source source = {.text = value};
    trial.arena = &values;
    out->status = lt_setup_assign(&trial.setup, &trial, field, &source, &out->problems);
    if (!out->status)
        compute(session, &trial, search, out);
    out->estimate.document = session->document;
    lt_arena_free(&values);
    return !out->status;
}

bool session_is_fresh(const struct session *session)
{
    struct computed fresh = {0};
    compute(session, session->document, NULL, &fresh);
    const struct computed *now = &session->computed[session->current];
    const struct lt_estimate *a = &fresh.estimate, *b = &now->estimate;
    bool same = fresh.status == now->status && a->parameters == b->parameters && a->row_count == b->row_count &&
                a->device_memory.kept_bytes == b->device_memory.kept_bytes &&
                a->device_memory.verdict == b->device_memory.verdict &&
                !memcmp(&a->device_memory.peak_bytes, &b->device_memory.peak_bytes, sizeof(struct lt_figure)) &&
                !memcmp(&a->host_memory.peak_bytes, &b->host_memory.peak_bytes, sizeof(struct lt_figure)) &&
                !memcmp(&a->time.step_seconds, &b->time.step_seconds, sizeof(struct lt_figure));
    lt_arena_free(&fresh.arena);
    return same;
}

/* ---- start and end ---- */

enum lt_status session_open(struct session *session, const struct app_options *options, struct lt_document *document,
                            bool *clash)
{
    *session = (struct session){.options = options, .document = document, .journal = {.fd = -1}};
    session->refused.arena = &session->refused_arena;
    session->history = lt_history_new();
    if (!session->history)
        return LT_NO_MEMORY;
    lt_mark_saved(session->history);
    session->opened = document->setup;
    session->file = document->origin.file ? strdup(document->origin.file) : NULL;
    bool alone = journal_open(&session->journal, options->state_dir, session->file);
    if (clash)
        *clash = !alone;
    recompute(session);
    return LT_OK;
}

void session_close(struct session *session, bool keep)
{
    if (keep)
        journal_close(&session->journal);
    else
        journal_end(&session->journal);
    for (int i = 0; i < 2; i++)
        lt_arena_free(&session->computed[i].arena);
    lt_arena_free(&session->refused_arena);
    lt_history_free(session->history);
    lt_document_free(session->document);
    free(session->file);
    *session = (struct session){.journal = {.fd = -1}};
}

/* ---- edits ---- */

static void forget_refusal(struct session *session)
{
    lt_arena_clear(&session->refused_arena);
    session->refused = (struct lt_problems){.arena = &session->refused_arena};
}

static enum lt_status refuse(struct session *session, enum lt_status status, const char *hint, const char *message)
{
    lt_problem_add(&session->refused, LT_ERROR, (struct lt_place){0}, hint, "%s", message);
    return status;
}

/* A value that the edit takes, being any text, but with which nothing could be computed. */
static enum lt_status check_device(struct session *session, const char *line)
{
    static const char *const fields[] = {"device", "cpu"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char name[16], value[128], rest[2];
        if (sscanf(line, " set %15[a-z_] = %127s %1s", name, value, rest) != 2 || strcmp(name, fields[i]))
            continue;
        const struct lt_device *device;
        const char *nearest[4] = {NULL};
        if (!strcmp(value, "this") || (i == 1 && !strcmp(value, "none")) ||
            lt_database_find(session->options->database, value, &device, nearest, &session->refused) != LT_NOT_FOUND)
            return LT_OK;
        forget_refusal(session);
        const char *hint = !nearest[0] ? NULL
                                       : lt_format(&session->refused_arena, "did you mean %s%s%s?", nearest[0],
                                                   nearest[1] ? " or " : "", nearest[1] ? nearest[1] : "");
        const char *safe = lt_safe_text(&session->refused_arena, value);
        lt_problem_add(&session->refused, LT_ERROR, (struct lt_place){0}, hint, "there is no device %s",
                       safe ? safe : "?");
        return LT_NOT_FOUND;
    }
    return LT_OK;
}

static void write_journal(struct session *session, const char *line)
{
    if (!journal_add(&session->journal, line))
        lt_problem_add(&session->refused, LT_WARNING, (struct lt_place){.file = session->journal.path}, NULL,
                       "the journal cannot be written; an end of the connection would lose what is not saved");
}

enum lt_status session_edit(struct session *session, const char *line)
{
    forget_refusal(session);
    enum lt_status status = check_device(session, line);
    if (!status)
        status = lt_edit(session->document, session->history, line, &session->refused);
    if (status == LT_NO_MEMORY)
        return refuse(session, status, NULL, "memory ended");
    if (status)
        return status;
    session->has_before = true;
    write_journal(session, line);
    recompute(session);
    return LT_OK;
}

static enum lt_status move_in_history(struct session *session, const char **line,
                                      enum lt_status (*move)(struct lt_document *, struct lt_history *, const char **))
{
    forget_refusal(session);
    enum lt_status status = move(session->document, session->history, line);
    if (status)
        return status;
    write_journal(session, *line);
    recompute(session);
    return LT_OK;
}

enum lt_status session_undo(struct session *session, const char **line)
{
    return move_in_history(session, line, lt_undo);
}

enum lt_status session_redo(struct session *session, const char **line)
{
    return move_in_history(session, line, lt_redo);
}

bool session_is_saved(const struct session *session)
{
    return lt_is_saved(session->history);
}

enum lt_status session_replay(struct session *session, uint32_t *edits)
{
    struct journal_file *journal = &session->journal;
    *edits = 0;
    forget_refusal(session);
    if (!journal->found)
        return LT_NOT_FOUND;
    enum lt_status status = lt_journal_replay(session->document, session->history, journal->path, journal->found,
                                              journal->found_bytes, edits, &session->refused);
    journal_resume(journal, *edits);
    session->has_before = *edits > 0;
    recompute(session);
    return status;
}

/* ---- files ---- */

static bool is_native(const struct session *session)
{
    enum lt_format format = session->document->origin.format;
    return session->file && (format == LT_FORMAT_NATIVE || format == LT_FORMAT_NONE);
}

static bool is_builtin(const struct session *session)
{
    return session->file && !strncmp(session->file, MODEL_FILE_SAMPLE, strlen(MODEL_FILE_SAMPLE));
}

const char *session_other_name(const struct session *session, char *out, size_t size)
{
    if (is_native(session) && !is_builtin(session))
        return NULL;
    const char *file = session->file ? session->file : "model";
    file += is_builtin(session) ? strlen(MODEL_FILE_SAMPLE) : 0;
    const char *slash = strrchr(file, '/'), *dot = strrchr(file, '.');
    size_t stem = dot && dot > (slash ? slash + 1 : file) ? (size_t)(dot - file) : strlen(file);
    snprintf(out, size, "%.*s.yaml", (int)stem, file);
    return out;
}

/* The document has another file from now on, and that file's journal. `path` may be the name it had. */
static void take_name(struct session *session, const char *path)
{
    char *copy = strdup(path);
    journal_discard(&session->journal);
    journal_close(&session->journal);
    if (!copy)
        return;
    free(session->file);
    session->file = copy;
    const char *origin = lt_strdup(session->document->arena, copy);
    if (origin)
        session->document->origin.file = origin;
    session->document->origin.format = LT_FORMAT_NATIVE;
    journal_open(&session->journal, session->options->state_dir, copy);
    journal_discard(&session->journal);
}

static enum lt_status write_native(const struct lt_document *document, struct lt_buffer *out)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *tree = lt_native_tree(&arena, document);
    enum lt_status status = tree ? lt_yaml_write(out, tree) : LT_NO_MEMORY;
    lt_arena_free(&arena);
    return status;
}

enum lt_status session_save(struct session *session, const char *path, bool force)
{
    forget_refusal(session);
    struct stat info;
    bool own = session->file && !strcmp(session->file, path);
    if (own && !is_native(session))
        return refuse(session, LT_UNSUPPORTED, "save it as NAME.yaml", "a Keras file is never overwritten");
    if (!own && !force && stat(path, &info) == 0)
        return refuse(session, LT_INVALID, ":w! NAME overwrites it", "a file of that name exists");
    struct lt_buffer text = {0};
    enum lt_status status = write_native(session->document, &text);
    if (status || text.failed)
        status = refuse(session, LT_NO_MEMORY, NULL, "memory ended");
    else
        status = lt_file_write(path, text.text, text.length, &session->refused);
    lt_buffer_free(&text);
    if (status)
        return status;
    lt_mark_saved(session->history);
    take_name(session, path);
    session->generation++;
    return LT_OK;
}

enum lt_status session_export(struct session *session, const struct lt_writer *format, const char *path)
{
    forget_refusal(session);
    struct stat info;
    if (stat(path, &info) == 0)
        return refuse(session, LT_INVALID, "give another name", "a file of that name exists");
    struct lt_buffer text = {0};
    enum lt_status status = format->write(session->document, &text, &session->refused);
    if (!status && lt_has_errors(&session->refused))
        status = LT_UNSUPPORTED;
    else if (status || text.failed)
        status = refuse(session, LT_NO_MEMORY, NULL, "memory ended");
    else
        status = lt_file_write(path, text.text, text.length, &session->refused);
    lt_buffer_free(&text);
    return status;
}

struct lt_document *session_read(struct session *session, const char *name)
{
    forget_refusal(session);
    return model_file_open(name, session->options->layers, &session->refused);
}
