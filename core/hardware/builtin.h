/* The files that are part of the program: names and bytes, nothing of what they mean.
 * core/embed.mk generates the tables; each file is followed by a NUL byte that its length does not count. */
#ifndef LT_HARDWARE_BUILTIN_H
#define LT_HARDWARE_BUILTIN_H

#include <stddef.h>

struct lt_builtin {
    const char *name; /* relative to its folder: accelerators/apple.yaml */
    const char *bytes;
    size_t length;
};

extern const struct lt_builtin lt_builtin_hwdb[];
extern const size_t lt_builtin_hwdb_count;

/* Models to look at: native YAML and .keras archives. */
extern const struct lt_builtin lt_builtin_samples[];
extern const size_t lt_builtin_samples_count;

#endif
