#include "tui/machine.h"

#include "core/hardware/detect.h"

struct lt_database *machine_open(const char *user_dir, const char *given_dir, struct lt_problems *problems)
{
    const char *directory[2];
    int count = 0;
    if (user_dir)
        directory[count++] = user_dir;
    if (given_dir)
        directory[count++] = given_dir;
    return lt_database_open(directory, count, problems);
}

enum lt_status machine_detect(struct lt_database *database, struct lt_arena *arena, struct lt_this_machine *here,
                              struct lt_problems *problems)
{
    struct lt_detected found;
    enum lt_status status = lt_detect(arena, database, "", &found, problems);
    if (!status)
        status = lt_database_set_this(database, &found.cpu);
    if (status)
        return status;
    *here = (struct lt_this_machine){.device_id = "this", .ram_bytes = found.ram_bytes};
    for (uint32_t i = found.gpu_count; i-- > 0;)
        if (found.gpu[i].device)
            here->device_id = found.gpu[i].device->id;
    return LT_OK;
}
