/* The command line as data: one table of options says what is read, what --help prints and what the manual page lists.
 * It opens no file and prints nothing. */
#ifndef TUI_ARGUMENTS_H
#define TUI_ARGUMENTS_H

#include "core/base/buffer.h"
#include "core/base/status.h"
#include "core/formats/formats.h"

enum action {
    ACTION_OPEN, /* a model: on the screen or as a report */
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_SAMPLES,
    ACTION_LINT,
    ACTION_HWDB_LIST,
    ACTION_HWDB_SHOW,
    ACTION_HWDB_LINT,
};

enum { ARGUMENTS_EDITS = 64 };

/* A line of the command language, or the assignment of a `set` alone. */
struct argument_edit {
    const char *text;
    bool assignment;
};

/* Text is borrowed from argv; NULL: not given. */
struct arguments {
    enum action action;
    const char *operand; /* the model, or the id of `hwdb show` */
    bool text, json;
    struct argument_edit edit[ARGUMENTS_EDITS]; /* of --set and --edit, in their order */
    int edit_count;
    const struct lt_writer *to; /* NULL: a report */
    const char *check;
    const char *out_file;
    const char *hwdb_dir;
    const char *layers; /* a file that describes layers */
    bool ascii, no_color, no_mouse;
    const char *keys, *dump; /* script mode */
    int cols, rows;          /* 0: not given */
    bool help, version;
};

/* Reads argv[1 .. argc - 1]. False: a usage error, said in `problems`. Options may stand after operands; `--` ends
 * them. */
bool arguments_read(struct arguments *arguments, int argc, char **argv, struct lt_problems *problems);

/* What --help prints. */
void arguments_help(struct lt_buffer *out);

/* The name of the i-th option, such as "--set"; NULL behind the last. */
const char *arguments_option(int i);

#endif
