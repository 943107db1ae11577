/* The hardware database: YAML files inside the program and the user's own, indexed at start by id alone.
 * An entry and its parents are parsed when it is asked for. Reads no environment: paths come in. */
#ifndef LT_HARDWARE_DATABASE_H
#define LT_HARDWARE_DATABASE_H

#include "core/base/buffer.h"
#include "core/base/status.h"
#include "core/hardware/device.h"

struct lt_database;

/* What a list shows without more parsing than it must. */
struct lt_device_row {
    const char *id, *name, *vendor, *arch;
    enum lt_device_kind kind;
    int year;
    uint64_t memory_bytes;
};

/* Indexes the built-in files, then every *.yaml of the `directories` in turn (a missing one is no problem), in the
 * order of names. A bad user file is skipped and reported; the rest works. The database owns all it hands out until
 * closed. NULL only where memory ends. */
struct lt_database *lt_database_open(const char *const *directories, int count, struct lt_problems *problems);
void lt_database_close(struct lt_database *database);

/* This machine as entry `this`, from what detection found (the strings are copied). Its accelerator, or its CPU. */
enum lt_status lt_database_set_this(struct lt_database *database, const struct lt_device *device);

/* The device by id, alias or the driver's name for it. LT_NOT_FOUND: up to 3 of the nearest ids are in nearest[]
 * (NULL-terminated). Valid until the database closes. */
enum lt_status lt_database_find(struct lt_database *database, const char *id, const struct lt_device **device,
                                const char *nearest[4], struct lt_problems *problems);

/* All accelerators and CPUs that are not abstract; parses what is not yet parsed. */
enum lt_status lt_database_list(struct lt_database *database, const struct lt_device_row **rows, uint32_t *count,
                                struct lt_problems *problems);

/* One entry with everything known of it, each value with its source, as text for a person. */
enum lt_status lt_database_show(struct lt_database *database, const char *id, struct lt_buffer *out,
                                struct lt_problems *problems);

/* Checks every entry: schema, ranges, references, ids at their fixed indent, peaks = units x rate x clock within 2 %.
 * Returns the number of entries looked at; what is wrong is in the problems. */
uint32_t lt_database_lint(struct lt_database *database, struct lt_problems *problems);

#endif
