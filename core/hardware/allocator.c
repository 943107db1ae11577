#include "core/hardware/allocator.h"

#include "core/hardware/framework.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Where each constant goes. */
static const struct {
    const char *name;
    size_t at;
} pieces[] = {
    {"allocator.small_request_bytes", offsetof(struct lt_allocator, small_request_bytes)},
    {"allocator.small_segment_bytes", offsetof(struct lt_allocator, small_segment_bytes)},
    {"allocator.large_request_bytes", offsetof(struct lt_allocator, large_request_bytes)},
    {"allocator.large_segment_bytes", offsetof(struct lt_allocator, large_segment_bytes)},
    {"allocator.huge_round_bytes", offsetof(struct lt_allocator, huge_round_bytes)},
    {"allocator.split_waste_bytes", offsetof(struct lt_allocator, split_waste_bytes)},
    {"workspace.trial_bytes", offsetof(struct lt_allocator, trial_bytes)},
};

/* By compute capability where the framework's entry says so, else for all devices. */
static uint64_t context_bytes(struct lt_constants *r, const struct lt_device *device)
{
    char name[] = "context.capability_0_bytes";
    long major = strtol(device->compute_capability, NULL, 10);
    double general = lt_constants_number(r, "context.bytes", 0);
    if (major < 1 || major > 9)
        return (uint64_t)general;
    name[strlen("context.capability_")] = (char)('0' + major);
    return (uint64_t)lt_constants_number(r, name, general);
}

enum lt_status lt_database_allocator(struct lt_database *database, const char *framework,
                                     const struct lt_device *device, struct lt_allocator *out,
                                     struct lt_problems *problems)
{
    struct lt_constants r = {database, framework, problems, LT_OK};
    *out = (struct lt_allocator){.round_bytes = (uint64_t)lt_constants_number(&r, "allocator.round_bytes", 256)};
    if (device->kind == LT_DEVICE_CPU || r.status)
        return r.status;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        *(uint64_t *)(void *)((char *)out + pieces[i].at) = (uint64_t)lt_constants_number(&r, pieces[i].name, 0);
    out->preallocated_share = lt_constants_number(&r, "allocator.preallocated_share", 0);
    if (device->kind != LT_DEVICE_GPU)
        return r.status;
    out->context_bytes = context_bytes(&r, device);
    if (lt_constants_number(&r, "allocator.leaves_reserve", 0) > 0 && !r.status)
        r.status = lt_database_reserved_bytes(database, device, &out->left_bytes, problems);
    return r.status;
}
