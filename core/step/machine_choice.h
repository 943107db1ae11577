/* From the set-up's device, cpu and ram to the machine of an estimate, through the hardware database. */
#ifndef LT_STEP_MACHINE_CHOICE_H
#define LT_STEP_MACHINE_CHOICE_H

#include "core/hardware/database.h"
#include "core/step/estimate.h"

/* What detection found here; zeros where nothing did. */
struct lt_this_machine {
    const char *device_id; /* that `this` stands for as device: an accelerator's id, or "this"; NULL: not detected */
    uint64_t ram_bytes;
};

/* LT_NOT_FOUND: the set-up names a device that the database does not have; the problem offers the nearest. */
enum lt_status lt_machine_resolve(struct lt_database *database, const struct lt_this_machine *here,
                                  const struct lt_setup *setup, struct lt_machine *out, struct lt_problems *problems);

#endif
