/* The hardware database with the user's files and with this machine in it. */
#ifndef TUI_MACHINE_H
#define TUI_MACHINE_H

#include "core/step/machine_choice.h"

/* Opens the built-in database and the directories (NULLs are left out). NULL: memory ended. */
struct lt_database *machine_open(const char *user_dir, const char *given_dir, struct lt_problems *problems);

/* Looks at this machine (no driver is woken) and enters it as `this`: the first GPU of it that the database knows, else
 * its CPU. *here borrows from the database. */
enum lt_status machine_detect(struct lt_database *database, struct lt_arena *arena, struct lt_this_machine *here,
                              struct lt_problems *problems);

#endif
