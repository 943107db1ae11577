#include "tui/hwdb_command.h"

#include "core/base/text.h"
#include "core/base/units.h"

static const char *kind_name(enum lt_device_kind kind)
{
    static const char *const NAMES[] = {
        [LT_DEVICE_CPU] = "CPU", [LT_DEVICE_GPU] = "GPU", [LT_DEVICE_TPU] = "TPU", [LT_DEVICE_OTHER] = "other"};
    return NAMES[kind];
}

enum lt_status hwdb_list(struct lt_database *database, struct lt_buffer *out, struct lt_problems *problems)
{
    const struct lt_device_row *row = NULL;
    uint32_t count = 0;
    enum lt_status status = lt_database_list(database, &row, &count, problems);
    struct lt_arena arena = LT_ARENA_INIT;
    for (uint32_t i = 0; !status && i < count; i++) {
        char memory[LT_NUMBER_TEXT] = "-";
        if (row[i].memory_bytes)
            lt_number(memory, (double)row[i].memory_bytes, LT_UNIT_BYTES);
        const char *id = lt_safe_text(&arena, row[i].id), *name = lt_safe_text(&arena, row[i].name);
        lt_buffer_printf(out, "%-32s %-5s %4d %10s  %s\n", id ? id : "", kind_name(row[i].kind), row[i].year, memory,
                         name ? name : "");
    }
    lt_arena_free(&arena);
    return out->failed ? LT_NO_MEMORY : status;
}

enum lt_status hwdb_lint(struct lt_database *database, struct lt_buffer *out, struct lt_problems *problems)
{
    uint32_t count = lt_database_lint(database, problems);
    if (lt_has_errors(problems))
        return LT_INVALID;
    lt_buffer_printf(out, "%u entries, no errors\n", count);
    return out->failed ? LT_NO_MEMORY : LT_OK;
}
