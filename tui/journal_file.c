#include "tui/journal_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/data/file.h"

enum { FOUND_LIMIT = 16 << 20 };

/* FNV-1a: names of journals need to differ, not to be secret. */
static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h;
}

/* The directory and those above it; what exists already is no error. */
static void make_directories(const char *directory)
{
    char *path = strdup(directory);
    for (char *at = path ? path + 1 : NULL; at && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    if (path)
        mkdir(path, 0700);
    free(path);
}

static char *path_of(const char *directory, const char *name)
{
    size_t size = strlen(directory) + sizeof "/0123456789abcdef.journal";
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%016" PRIx64 ".journal", directory, hash(name));
    return path;
}

static struct lt_journal_head head_of(const char *file, const char *name)
{
    struct stat info;
    struct lt_journal_head head = {.file = name};
    if (file && stat(file, &info) == 0) {
        head.bytes = (uint64_t)info.st_size;
        head.modified_seconds = (int64_t)info.st_mtime;
    }
    return head;
}

static char *read_all(int fd, size_t *bytes)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || info.st_size <= 0 || info.st_size > FOUND_LIMIT)
        return NULL;
    char *text = malloc((size_t)info.st_size + 1);
    ssize_t got = text ? pread(fd, text, (size_t)info.st_size, 0) : -1;
    if (got <= 0) {
        free(text);
        return NULL;
    }
    text[got] = '\0';
    *bytes = (size_t)got;
    return text;
}

static uint32_t count_edits(const char *text, size_t bytes)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < bytes; i++)
        lines += text[i] == '\n';
    return lines ? lines - 1 : 0;
}

/* Keeps what an earlier session of exactly this file left. */
static void look(struct journal_file *journal)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_journal_head head;
    journal->found = read_all(journal->fd, &journal->found_bytes);
    if (!journal->found)
        return;
    journal->found_edits = count_edits(journal->found, journal->found_bytes);
    bool same = lt_journal_read_head(&arena, journal->found, journal->found_bytes, &head) == LT_OK &&
                lt_journal_is_of(&head, &journal->head) && journal->found_edits > 0;
    lt_arena_free(&arena);
    if (!same)
        journal_discard(journal);
}

bool journal_open(struct journal_file *journal, const char *directory, const char *file)
{
    *journal = (struct journal_file){.fd = -1};
    if (!directory || !file)
        return true;
    char *real = realpath(file, NULL);
    journal->name = real ? real : strdup(file);
    journal->path = journal->name ? path_of(directory, journal->name) : NULL;
    if (!journal->path)
        return true;
    journal->head = head_of(file, journal->name);
    make_directories(directory);
    journal->fd = open(journal->path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (journal->fd < 0)
        return true;
    if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0) {
        journal_close(journal);
        return false;
    }
    look(journal);
    return true;
}

static bool put(void *context, const char *text, size_t bytes)
{
    return lt_write_all(*(const int *)context, text, bytes);
}

static bool begin(struct journal_file *journal)
{
    journal->fd = open(journal->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return journal->fd >= 0 && flock(journal->fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(journal->fd, 0) == 0 &&
           lt_journal_begin(&journal->head, put, &journal->fd) == LT_OK;
}

static void drop_found(struct journal_file *journal)
{
    free(journal->found);
    journal->found = NULL;
    journal->found_bytes = 0;
    journal->found_edits = 0;
}

void journal_discard(struct journal_file *journal)
{
    drop_found(journal);
    if (journal->fd >= 0) {
        unlink(journal->path);
        close(journal->fd);
        journal->fd = -1;
    }
}

bool journal_add(struct journal_file *journal, const char *line)
{
    if (!journal->path || journal->failed)
        return true;
    if (journal->found)
        journal_discard(journal); /* not taken over: the new edits do not stand on it */
    bool good = journal->fd >= 0 || begin(journal);
    journal->failed = !good || lt_journal_add(line, put, &journal->fd) != LT_OK;
    return !journal->failed;
}

void journal_resume(struct journal_file *journal, uint32_t edits)
{
    size_t end = 0;
    for (uint32_t lines = 0; end < journal->found_bytes && lines <= edits; end++)
        lines += journal->found[end] == '\n';
    if (ftruncate(journal->fd, (off_t)end) != 0)
        journal->failed = true;
    drop_found(journal);
}

void journal_end(struct journal_file *journal)
{
    if (!journal->found)
        journal_discard(journal);
    journal_close(journal);
}

void journal_close(struct journal_file *journal)
{
    drop_found(journal);
    if (journal->fd >= 0)
        close(journal->fd);
    free(journal->path);
    free(journal->name);
    *journal = (struct journal_file){.fd = -1};
}
