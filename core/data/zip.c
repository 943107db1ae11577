#include "core/data/zip.h"

#include "core/base/checked.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MEMBER_LIMIT = 100000,    /* a Keras archive has less than ten */
    FREE_EXPANSION = 1 << 20, /* up to here any ratio is taken */
    EXPANSION_LIMIT = 100,
    CHUNK = 1 << 20,
};

struct reader {
    struct lt_arena *arena;
    struct lt_problems *problems;
    const char *path;
    unzFile archive;
    uint64_t archive_bytes;
};

static enum lt_status fail(const struct reader *reader, enum lt_status status, const char *message, const char *hint)
{
    lt_problem_add(reader->problems, LT_ERROR, (struct lt_place){.file = reader->path}, hint, "%s", message);
    return status;
}

static enum lt_status fail_damaged(const struct reader *reader)
{
    return fail(reader, LT_INVALID, "the zip archive is damaged or cut off", "a complete copy of the file");
}

/* Whether the current member has this name. Names are bytes; one that is longer cannot be it. */
static bool is_named(const struct reader *reader, const char *member, unz_file_info64 *info)
{
    char name[256];
    const size_t length = strlen(member);
    return length <= sizeof name &&
           unzGetCurrentFileInfo64(reader->archive, info, name, sizeof name, NULL, 0, NULL, 0) == UNZ_OK &&
           info->size_filename == length && memcmp(name, member, length) == 0;
}

/* Makes the last member of this name the current one. */
static enum lt_status find_member(const struct reader *reader, const char *member, unz_file_info64 *info)
{
    unz_global_info64 global;
    unz64_file_pos last;
    bool found = false;
    if (unzGetGlobalInfo64(reader->archive, &global) != UNZ_OK)
        return fail_damaged(reader);
    if (global.number_entry > MEMBER_LIMIT)
        return fail(reader, LT_TOO_LARGE, "the zip archive has more than 100,000 members", NULL);
    if (global.number_entry == 0) /* minizip reads zeros where the directory's end record is cut off */
        return fail_damaged(reader);
    int result = unzGoToFirstFile(reader->archive);
    for (; result == UNZ_OK; result = unzGoToNextFile(reader->archive))
        if (is_named(reader, member, info)) {
            found = true;
            if (unzGetFilePos64(reader->archive, &last) != UNZ_OK)
                return fail_damaged(reader);
        }
    if (result != UNZ_END_OF_LIST_OF_FILE)
        return fail_damaged(reader);
    if (!found)
        return LT_NOT_FOUND;
    if (unzGoToFilePos64(reader->archive, &last) != UNZ_OK || !is_named(reader, member, info))
        return fail_damaged(reader);
    return LT_OK;
}

/* What the directory says of the member, before a byte of it is read. minizip never gives out more than it says. */
static enum lt_status check_member(const struct reader *reader, const unz_file_info64 *info, size_t limit)
{
    if (info->flag & 1)
        return fail(reader, LT_UNSUPPORTED, "the zip archive is encrypted", "an archive without a password");
    if (info->compression_method != 0 && info->compression_method != Z_DEFLATED)
        return fail(reader, LT_UNSUPPORTED, "the zip archive uses a compression other than deflate",
                    "members stored or deflated, as Keras writes them");
    if (info->compressed_size > reader->archive_bytes)
        return fail_damaged(reader);
    if (info->uncompressed_size > limit) {
        lt_problem_add(reader->problems, LT_ERROR, (struct lt_place){.file = reader->path}, NULL,
                       "a member of the zip archive is larger than %zu bytes", limit);
        return LT_TOO_LARGE;
    }
    if (info->uncompressed_size > FREE_EXPANSION &&
        info->uncompressed_size > lt_mul(info->compressed_size, EXPANSION_LIMIT))
        return fail(reader, LT_TOO_LARGE, "a member of the zip archive expands more than 100 times", NULL);
    return LT_OK;
}

/* The whole current member into data[0..bytes). False where it is damaged, which includes a wrong CRC. */
static bool read_current(unzFile archive, char *data, size_t bytes)
{
    if (unzOpenCurrentFile(archive) != UNZ_OK)
        return false;
    size_t length = 0;
    bool good = true;
    while (good && length < bytes) {
        const size_t left = bytes - length;
        int got = unzReadCurrentFile(archive, data + length, left < CHUNK ? (unsigned)left : CHUNK);
        good = got > 0;
        length += good ? (size_t)got : 0;
    }
    return unzCloseCurrentFile(archive) == UNZ_OK && good;
}

static enum lt_status read_member(const struct reader *reader, const char *member, size_t limit, const char **text,
                                  size_t *bytes)
{
    unz_file_info64 info;
    enum lt_status status = find_member(reader, member, &info);
    if (status == LT_OK)
        status = check_member(reader, &info, limit);
    if (status != LT_OK)
        return status;
    const size_t length = (size_t)info.uncompressed_size;
    char *data = lt_alloc_raw(reader->arena, length + 1, 1);
    if (!data)
        return fail(reader, LT_NO_MEMORY, lt_status_name(LT_NO_MEMORY), NULL);
    if (!read_current(reader->archive, data, length))
        return fail_damaged(reader);
    data[length] = '\0';
    *text = data;
    *bytes = length;
    return LT_OK;
}

static enum lt_status fail_unopened(const struct reader *reader)
{
    return fail(reader, LT_INVALID, "this is no zip archive, or it is cut off", "a complete copy of the file");
}

static enum lt_status open_archive(struct reader *reader)
{
    struct stat info;
    if (stat(reader->path, &info) != 0) {
        lt_problem_add(reader->problems, LT_ERROR, (struct lt_place){.file = reader->path}, NULL,
                       "cannot be opened: %s", strerror(errno));
        return LT_IO;
    }
    if (!S_ISREG(info.st_mode))
        return fail(reader, LT_INVALID, "this is no regular file", "the name of a file on a disk");
    reader->archive_bytes = (uint64_t)info.st_size;
    reader->archive = unzOpen64(reader->path);
    return reader->archive ? LT_OK : fail_unopened(reader);
}

/* Reads from the open archive of `reader` and closes it. */
static enum lt_status read_opened(const struct reader *reader, const char *member, size_t limit, const char **text,
                                  size_t *bytes)
{
    enum lt_status status = read_member(reader, member, limit, text, bytes);
    unzClose(reader->archive);
    return status;
}

enum lt_status lt_zip_read(struct lt_arena *arena, const char *path, const char *member, size_t limit,
                           const char **text, size_t *bytes, struct lt_problems *problems)
{
    struct reader reader = {.arena = arena, .problems = problems, .path = path};
    enum lt_status status = open_archive(&reader);
    return status ? status : read_opened(&reader, member, limit, text, bytes);
}

/* Opening a member raw reads and checks its own header, which says where its bytes begin. */
static enum lt_status locate_member(const struct reader *reader, const char *member, struct lt_zip_member *out)
{
    unz_file_info64 info;
    enum lt_status status = find_member(reader, member, &info);
    if (status == LT_OK)
        status = check_member(reader, &info, SIZE_MAX);
    if (status != LT_OK)
        return status;
    if (unzOpenCurrentFile2(reader->archive, NULL, NULL, 1) != UNZ_OK)
        return fail_damaged(reader);
    *out = (struct lt_zip_member){
        .offset = unzGetCurrentFileZStreamPos64(reader->archive),
        .bytes = info.uncompressed_size,
        .stored = info.compression_method == 0,
    };
    unzCloseCurrentFile(reader->archive);
    return LT_OK;
}

enum lt_status lt_zip_find(const char *path, const char *member, struct lt_zip_member *out,
                           struct lt_problems *problems)
{
    struct reader reader = {.problems = problems, .path = path};
    enum lt_status status = open_archive(&reader);
    if (status != LT_OK)
        return status;
    status = locate_member(&reader, member, out);
    unzClose(reader.archive);
    return status;
}

/* --- an archive in memory, as a file of minizip's -------------------------------------------------------------------
 */

struct memory {
    const char *bytes;
    uint64_t length, at;
};

/* minizip hands the "file name" through untouched: it is the memory itself. */
static voidpf memory_open(voidpf context, const void *name, int mode)
{
    (void)name;
    return (mode & ZLIB_FILEFUNC_MODE_WRITE) ? NULL : context;
}

static uLong memory_read(voidpf context, voidpf stream, void *out, uLong size)
{
    (void)context;
    struct memory *memory = stream;
    const uint64_t count = lt_min(size, memory->length - memory->at);
    memcpy(out, memory->bytes + memory->at, (size_t)count);
    memory->at += count;
    return (uLong)count;
}

static uLong memory_write(voidpf context, voidpf stream, const void *bytes, uLong size)
{
    (void)context, (void)stream, (void)bytes, (void)size;
    return 0;
}

static ZPOS64_T memory_tell(voidpf context, voidpf stream)
{
    (void)context;
    return ((const struct memory *)stream)->at;
}

static long memory_seek(voidpf context, voidpf stream, ZPOS64_T offset, int origin)
{
    (void)context;
    struct memory *memory = stream;
    const uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                          : origin == ZLIB_FILEFUNC_SEEK_CUR ? memory->at
                                                             : memory->length;
    if (offset > memory->length - from)
        return -1;
    memory->at = from + offset;
    return 0;
}

static int memory_close(voidpf context, voidpf stream)
{
    (void)context, (void)stream;
    return 0;
}

enum lt_status lt_zip_read_memory(struct lt_arena *arena, const char *name, const char *archive, size_t archive_bytes,
                                  const char *member, size_t limit, const char **text, size_t *bytes,
                                  struct lt_problems *problems)
{
    struct reader reader = {.arena = arena, .problems = problems, .path = name, .archive_bytes = archive_bytes};
    struct memory memory = {archive, archive_bytes, 0};
    zlib_filefunc64_def functions = {
        .zopen64_file = memory_open,
        .zread_file = memory_read,
        .zwrite_file = memory_write,
        .ztell64_file = memory_tell,
        .zseek64_file = memory_seek,
        .zclose_file = memory_close,
        .zerror_file = memory_close, /* no error ever */
        .opaque = &memory,
    };
    reader.archive = unzOpen2_64(name, &functions);
    return reader.archive ? read_opened(&reader, member, limit, text, bytes) : fail_unopened(&reader);
}
