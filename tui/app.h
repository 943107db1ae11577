/* The program's screen as a whole: a document on a machine, looked at and edited. Whoever calls it has read the
 * arguments, opened the document and the database, and knows the paths; here is neither an environment nor a command
 * line. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "core/step/machine_choice.h"

struct app_options {
    const struct lt_layer_files *layers; /* that the user describes; borrowed; NULL: none */
    struct lt_document *document;        /* taken over, and freed at the end; never NULL */
    const struct lt_problems *problems;  /* of opening it; may be NULL; borrowed during the call */
    struct lt_database *database;        /* borrowed */
    struct lt_this_machine here;
    const char *state_dir;       /* of the journals, made where it is missing; NULL: no journal is kept */
    const char *term, *no_color; /* TERM and NO_COLOR, or NULL */
    bool plain;                  /* without colour */
    bool ascii, no_mouse;

    /* Script mode: no terminal is touched; keys come from a file ("-": standard input) and frames go to another. */
    const char *script; /* NULL: on the terminal */
    const char *dump;   /* of `@dump`; NULL: standard output */
    int rows, cols;     /* of the frame at the start; 0: 24 x 80 */
};

/* Returns the exit status of the program (tui/output.h), said on standard error: EXIT_CHECK: an `@expect` of the script
 * was not met; EXIT_USAGE: the terminal cannot be used; EXIT_DATA: the script cannot be read or understood. */
int app_run(const struct app_options *options);

#endif
