/* What this machine is, from /proc and /sys alone: quick enough for the first frame, and no driver is woken.
 * `root` stands before every path ("" for the real machine), so that tests use a tree of their own. */
#ifndef LT_HARDWARE_DETECT_H
#define LT_HARDWARE_DETECT_H

#include "core/hardware/database.h"

enum { LT_DETECT_GPUS = 16 };

struct lt_detected_gpu {
    char pci[10];                   /* "10de:20b0": vendor and device */
    const struct lt_device *device; /* NULL: not in the database */
};

struct lt_detected {
    struct lt_device cpu; /* from the database where it knows the model, else made from what /proc says */
    bool cpu_known;
    uint32_t sockets;
    uint64_t ram_bytes;      /* what this process may use: MemTotal, or a lower limit of its control group */
    uint64_t physical_bytes; /* MemTotal; 0: not known */
    struct lt_detected_gpu gpu[LT_DETECT_GPUS];
    uint32_t gpu_count;
};

/* Everything that can be seen. What cannot be read stays 0. Text lives in the arena or the database. */
enum lt_status lt_detect(struct lt_arena *arena, struct lt_database *database, const char *root,
                         struct lt_detected *detected, struct lt_problems *problems);

/* One GPU as the driver's tool reports it. */
struct lt_smi_gpu {
    char name[96];
    uint64_t total_bytes, used_bytes; /* used: 0 where it says nothing */
};

/* Reads the text of `nvidia-smi --query-gpu=name,memory.total,memory.used --format=csv,noheader,nounits` (MiB): one GPU
 * a line, at most `capacity`. Lines that are something else, such as an error message, are left out. Returns the count.
 */
int lt_smi_parse(const char *text, struct lt_smi_gpu *gpu, int capacity);

/* The database's device of that name; of several memory sizes under one name (RTX 4060 Ti) the nearest. LT_NOT_FOUND
 * without a problem where the database does not know it. */
enum lt_status lt_smi_device(struct lt_database *database, const struct lt_smi_gpu *gpu,
                             const struct lt_device **device, struct lt_problems *problems);

#endif
