#include "core/data/file.h"

#include "core/base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum lt_status fail(struct lt_problems *problems, const char *path, enum lt_status status, const char *message,
                           const char *hint)
{
    lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = path}, hint, "%s", message);
    return status;
}

static enum lt_status fail_system(struct lt_problems *problems, const char *path, const char *what)
{
    const int error = errno;
    lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = path}, NULL, "%s: %s", what, strerror(error));
    return error == ENOMEM ? LT_NO_MEMORY : LT_IO;
}

static enum lt_status fail_memory(struct lt_problems *problems, const char *path)
{
    return fail(problems, path, LT_NO_MEMORY, lt_status_name(LT_NO_MEMORY), NULL);
}

static enum lt_status fail_size(struct lt_problems *problems, const char *path, size_t limit)
{
    lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = path}, NULL, "larger than %zu bytes", limit);
    return LT_TOO_LARGE;
}

/* ---- reading ---- */

/* What `size` promises is only where to start: files of /proc promise 0, others grow while they are read. */
static enum lt_status read_all(int fd, struct lt_arena *arena, const char *path, size_t size, size_t limit,
                               const char **text, size_t *bytes, struct lt_problems *problems)
{
    size_t capacity = size ? size + 1 : 4096, length = 0;
    char *data = lt_alloc_raw(arena, capacity, 1);
    for (;;) {
        if (!data)
            return fail_memory(problems, path);
        ssize_t got = read(fd, data + length, capacity - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_system(problems, path, "cannot be read");
        if (got == 0)
            break;
        length += (size_t)got;
        if (length > limit)
            return fail_size(problems, path, limit);
        if (length == capacity) {
            capacity *= 2;
            data = lt_grow(arena, data, length, capacity, 1);
        }
    }
    data[length] = '\0'; /* there is room: a full buffer has been enlarged */
    *text = data;
    *bytes = length;
    return LT_OK;
}

enum lt_status lt_file_read(struct lt_arena *arena, const char *path, size_t limit, const char **text, size_t *bytes,
                            struct lt_problems *problems)
{
    struct stat info;
    enum lt_status status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hold us up */
    if (fd < 0)
        return fail_system(problems, path, "cannot be opened");
    if (fstat(fd, &info) != 0)
        status = fail_system(problems, path, "cannot be examined");
    else if (S_ISDIR(info.st_mode))
        status = fail(problems, path, LT_INVALID, "this is a directory", "the name of a file");
    else if (!S_ISREG(info.st_mode))
        status = fail(problems, path, LT_INVALID, "this is no regular file", "the name of a file on a disk");
    else if ((uintmax_t)info.st_size > limit)
        status = fail_size(problems, path, limit);
    else
        status = read_all(fd, arena, path, (size_t)info.st_size, limit, text, bytes, problems);
    close(fd);
    return status;
}

/* ---- writing ---- */

bool lt_write_all(int fd, const char *text, size_t bytes)
{
    while (bytes) {
        ssize_t put = write(fd, text, bytes);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text += put;
        bytes -= (size_t)put;
    }
    return true;
}

/* The directory entry is part of the promise; file systems that cannot sync a directory are taken as they are. */
static void sync_directory(const char *path)
{
    struct lt_buffer name = {0};
    const char *slash = strrchr(path, '/');
    if (slash)
        lt_buffer_add(&name, path, slash == path ? 1 : (size_t)(slash - path));
    else
        lt_buffer_puts(&name, ".");
    int fd = name.failed ? -1 : open(name.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    lt_buffer_free(&name);
}

/* Opens a new file beside `target`; its name goes into `name`. -1 and errno on failure. */
static int open_temporary(const char *target, struct lt_buffer *name)
{
    for (int i = 0; i < 100; i++) {
        name->length = 0;
        lt_buffer_printf(name, "%s.%ld-%d.tmp", target, (long)getpid(), i);
        if (name->failed) {
            errno = ENOMEM;
            return -1;
        }
        int fd = open(name->text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Writes beside `target`, then puts the new file in its place. `old`: the file it replaces, or NULL. */
static enum lt_status replace(const char *path, const char *target, const struct stat *old, const char *text,
                              size_t bytes, struct lt_problems *problems)
{
    struct lt_buffer name = {0};
    enum lt_status status = LT_OK;
    int fd = open_temporary(target, &name);
    if (fd < 0) {
        status = fail_system(problems, path, "cannot be written");
        lt_buffer_free(&name);
        return status;
    }
    bool good = lt_write_all(fd, text, bytes) && (!old || fchmod(fd, old->st_mode & 07777) == 0) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && good) {
        error = errno;
        good = false;
    }
    if (good && rename(name.text, target) != 0) {
        error = errno;
        good = false;
    }
    if (good) {
        sync_directory(target);
    } else {
        unlink(name.text);
        errno = error;
        status = fail_system(problems, path, "cannot be written");
    }
    lt_buffer_free(&name);
    return status;
}

enum lt_status lt_file_write(const char *path, const char *text, size_t bytes, struct lt_problems *problems)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        if (errno != ENOENT)
            return fail_system(problems, path, "cannot be written");
        return replace(path, path, NULL, text, bytes, problems);
    }
    char *target = realpath(path, NULL);
    enum lt_status status;
    if (!target || stat(target, &info) != 0)
        status = fail_system(problems, path, "the link leads nowhere");
    else if (!S_ISREG(info.st_mode))
        status = fail(problems, path, LT_INVALID, "this is no regular file", "the name of a file on a disk");
    else if (access(target, W_OK) != 0)
        status = fail_system(problems, path, "cannot be written");
    else
        status = replace(path, target, &info, text, bytes, problems);
    free(target);
    return status;
}
