#include "core/hardware/framework.h"

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/hardware/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum lt_status lt_database_constant(struct lt_database *db, const char *framework, const char *name,
                                    struct lt_constant *constant, struct lt_problems *problems)
{
    struct lt_hw_entry *entry;
    *constant = (struct lt_constant){NAN, ""};
    enum lt_status status = lt_database_entry(db, LT_SECTION_FRAMEWORKS, framework, &entry, problems);
    if (status != LT_OK)
        return status;
    const size_t length = strlen(name);
    const bool micro = length > 3 && strcmp(name + length - 3, "_us") == 0;
    const char *source = lt_entry_source(db, entry, name);
    constant->value = lt_tree_number(lt_tree_find(entry->resolved, name), NAN) * (micro ? 1e-6 : 1);
    source = source ? lt_safe_text(&db->arena, source) : "";
    constant->source = source ? source : "";
    return db->arena.failed ? LT_NO_MEMORY : LT_OK;
}

double lt_constants_number(struct lt_constants *c, const char *name, double otherwise)
{
    struct lt_constant found = {NAN, ""};
    if (!c->status)
        c->status = lt_database_constant(c->database, c->framework, name, &found, c->problems);
    return isnan(found.value) ? otherwise : found.value;
}

/* The row of the table for a device of `major` compute capability. */
static const char *reserved_row(const struct lt_device *device)
{
    static const char *const row[] = {"reserved.capability_6_bytes", "reserved.capability_7_bytes",
                                      "reserved.capability_8_bytes", "reserved.capability_9_bytes"};
    const long major = strtol(device->compute_capability, NULL, 10);
    if (device->memory_bytes && device->memory_bytes < (uint64_t)2 << 30)
        return "reserved.below_2_gib_bytes";
    if (device->unified_memory)
        return "reserved.tegra_bytes";
    return row[major <= 6 ? 0 : major >= 9 ? 3 : major - 6];
}

enum lt_status lt_database_reserved_bytes(struct lt_database *db, const struct lt_device *device, uint64_t *bytes,
                                          struct lt_problems *problems)
{
    const bool cuda = strcmp(device->vendor, "nvidia") == 0 && device->kind == LT_DEVICE_GPU;
    const bool small = device->memory_bytes < (uint64_t)2 << 30;
    struct lt_constant value, share = {0, ""};
    *bytes = 0;
    if (device->kind != LT_DEVICE_GPU)
        return LT_OK;
    const char *row = cuda    ? reserved_row(device)
                      : small ? "pluggable.below_2_gib_bytes"
                              : "pluggable.reserved_min_bytes";
    enum lt_status status = lt_database_constant(db, "tensorflow", row, &value, problems);
    if (status == LT_OK && !cuda && !small)
        status = lt_database_constant(db, "tensorflow", "pluggable.reserved_share", &share, problems);
    if (status == LT_OK && value.value > 0)
        *bytes = lt_max((uint64_t)value.value, (uint64_t)(share.value * (double)device->memory_bytes));
    return status;
}
