/* The journal of a session as a file under the state directory: one per opened file, appended to at each edit, gone
 * when the session ended well. Lines and heads are core's business (core/model/journal.h). */
#ifndef TUI_JOURNAL_FILE_H
#define TUI_JOURNAL_FILE_H

#include "core/model/journal.h"

/* All-zero keeps no journal. */
struct journal_file {
    char *path; /* NULL: none is kept */
    char *name; /* that the head states: the absolute path of the document's file */
    struct lt_journal_head head;
    int fd;      /* -1: not begun */
    bool failed; /* a line could not be written; told once */
    char *found; /* the text of an earlier session of the same file; NULL: none */
    size_t found_bytes;
    uint32_t found_edits;
};

/* Says which file the journal is of, and reads what an earlier session left. `directory` NULL, or another process at
 * the same journal: none is kept (false in the second case). */
bool journal_open(struct journal_file *journal, const char *directory, const char *file);

/* Appends one line, beginning the journal where it has not begun. Once a line has been written it outlives the process.
 * False, once: the system refused. */
bool journal_add(struct journal_file *journal, const char *line);

/* Forgets what was found, and the file with it: the next line begins a new one. */
void journal_discard(struct journal_file *journal);

/* What was found has been performed up to `edits` lines: the journal goes on behind them. */
void journal_resume(struct journal_file *journal, uint32_t edits);

/* The session ends as it was meant to: its lines go with their file; what was found and not yet decided on stays. */
void journal_end(struct journal_file *journal);

/* Leaves the file where it is, to be found again. */
void journal_close(struct journal_file *journal);

#endif
