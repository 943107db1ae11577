/* Whole files in and out. */
#ifndef LT_DATA_FILE_H
#define LT_DATA_FILE_H

#include "core/base/status.h"

/* Reads all of `path` into the arena, one NUL byte after its end. Refuses directories, devices, and more than `limit`
 * bytes before reading them. LT_OK, or a problem says what is wrong. */
enum lt_status lt_file_read(struct lt_arena *arena, const char *path, size_t limit, const char **text, size_t *bytes,
                            struct lt_problems *problems);

/* Writes all of it, however often the system takes only a part. False and errno: it refused. Safe in a signal handler.
 */
bool lt_write_all(int fd, const char *text, size_t bytes);

/* Replaces `path` so that it holds either the old or the new content, never a half: temporary file, fsync, rename.
 * Keeps the mode of an existing file; follows a symbolic link to its target. */
enum lt_status lt_file_write(const char *path, const char *text, size_t bytes, struct lt_problems *problems);

#endif
