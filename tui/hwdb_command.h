/* `layertop hwdb`: the hardware database as text. */
#ifndef TUI_HWDB_COMMAND_H
#define TUI_HWDB_COMMAND_H

#include "core/hardware/database.h"

/* One line per accelerator and CPU. */
enum lt_status hwdb_list(struct lt_database *database, struct lt_buffer *out, struct lt_problems *problems);

/* "N entries, no errors" where `problems` gets no error. */
enum lt_status hwdb_lint(struct lt_database *database, struct lt_buffer *out, struct lt_problems *problems);

#endif
