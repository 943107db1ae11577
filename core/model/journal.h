/* The journal: every edit since a file was opened, one line each, so that a lost session is the file and a replay. This
 * is the text of it; where it lies and when it is synced is the caller's. A line that was cut off while it was written
 * does not count. */
#ifndef LT_MODEL_JOURNAL_H
#define LT_MODEL_JOURNAL_H

#include "core/model/edit.h"

/* The file that a journal belongs to, as it was when it was opened. */
struct lt_journal_head {
    const char *file;
    uint64_t bytes;
    int64_t modified_seconds; /* since the epoch */
};

/* Takes text to be appended and synced; false where that failed. */
typedef bool lt_journal_sink(void *context, const char *text, size_t bytes);

/* Writes the first line: `layertop-journal 1 BYTES SECONDS FILE`. LT_IO: the sink failed. */
enum lt_status lt_journal_begin(const struct lt_journal_head *head, lt_journal_sink *sink, void *context);

/* Writes one performed edit, or "undo". */
enum lt_status lt_journal_add(const char *line, lt_journal_sink *sink, void *context);

/* Reads the first line of a journal; the file's name lives in the arena. LT_INVALID: this is no journal. */
enum lt_status lt_journal_read_head(struct lt_arena *arena, const char *text, size_t bytes,
                                    struct lt_journal_head *head);

/* Whether the journal was kept of exactly this file. */
bool lt_journal_is_of(const struct lt_journal_head *head, const struct lt_journal_head *file);

/* Performs the edits behind the first line on the freshly opened document and counts them in *edits (may be NULL).
 * Stops at the first that fails: the document is then as after the last good one, and the problem stands with its line.
 * `name` is the journal's, for problems. */
enum lt_status lt_journal_replay(struct lt_document *document, struct lt_history *history, const char *name,
                                 const char *text, size_t bytes, uint32_t *edits, struct lt_problems *problems);

#endif
