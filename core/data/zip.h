/* Members of a zip archive (.keras), read into memory; nothing is ever unpacked to disk. */
#ifndef LT_DATA_ZIP_H
#define LT_DATA_ZIP_H

#include "core/base/status.h"

/* Reads the last member called `member` (as Python's zipfile does) of the archive at `path`, stored or deflated.
 * Refuses more than `limit` bytes and an expansion above 100 times once it exceeds 1 MiB.
 * LT_OK; LT_NOT_FOUND without a problem added where the archive has no such member; else a problem says why. */
enum lt_status lt_zip_read(struct lt_arena *arena, const char *path, const char *member, size_t limit,
                           const char **text, size_t *bytes, struct lt_problems *problems);

/* The same of an archive in memory, which is only read; `name` is its name in problems. */
enum lt_status lt_zip_read_memory(struct lt_arena *arena, const char *name, const char *archive, size_t archive_bytes,
                                  const char *member, size_t limit, const char **text, size_t *bytes,
                                  struct lt_problems *problems);

/* Where a member lies in its archive. */
struct lt_zip_member {
    uint64_t offset; /* of its first byte in the file */
    uint64_t bytes;  /* inflated */
    bool stored;     /* not deflated: as it lies */
};

/* Finds a member by the same rules, whatever its size, without reading it. Status and problems as in lt_zip_read. */
enum lt_status lt_zip_find(const char *path, const char *member, struct lt_zip_member *out,
                           struct lt_problems *problems);

#endif
