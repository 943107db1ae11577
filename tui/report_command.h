/* A model as a report: estimate, text or JSON, checks. What the program does where there is no screen. */
#ifndef TUI_REPORT_COMMAND_H
#define TUI_REPORT_COMMAND_H

#include "core/step/machine_choice.h"
#include "tui/arguments.h"

/* Borrowed. `problems` are those of opening the model; the estimate adds its own. */
struct report_job {
    const struct arguments *arguments;
    const struct lt_document *document;
    struct lt_database *database;
    const struct lt_this_machine *here;
    struct lt_problems *problems;
};

/* Returns the exit status. */
int report_run(const struct report_job *job);

/* `layertop lint`: says all that is wrong with the model. Returns the exit status. */
int report_lint(const struct report_job *job);

/* `layertop MODEL --to FORMAT`: writes the model itself. Returns the exit status: that of bad data where something of
 * the model could not be written. */
int report_export(const struct report_job *job);

#endif
