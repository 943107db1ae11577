#include "core/model/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buffer.h"

#define MAGIC "layertop-journal 1 "

/* A file's name may hold anything but NUL; in the journal it ends with its line. */
static void add_escaped(struct lt_buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            lt_buffer_puts(out, "\\n");
        else if (*text == '\\')
            lt_buffer_puts(out, "\\\\");
        else
            lt_buffer_add(out, text, 1);
    }
}

static char *unescape(struct lt_arena *arena, const char *text, size_t bytes)
{
    char *plain = lt_alloc(arena, bytes + 1), *out = plain;
    for (size_t i = 0; plain && i < bytes; i++) {
        if (text[i] == '\\' && i + 1 < bytes)
            *out++ = text[++i] == 'n' ? '\n' : text[i];
        else
            *out++ = text[i];
    }
    return plain;
}

static enum lt_status write_out(struct lt_buffer *line, lt_journal_sink *sink, void *context)
{
    enum lt_status status = line->failed ? LT_NO_MEMORY : LT_OK;
    if (status == LT_OK && !sink(context, line->text, line->length))
        status = LT_IO;
    lt_buffer_free(line);
    return status;
}

enum lt_status lt_journal_begin(const struct lt_journal_head *head, lt_journal_sink *sink, void *context)
{
    struct lt_buffer line = {0};
    lt_buffer_printf(&line, MAGIC "%" PRIu64 " %" PRId64 " ", head->bytes, head->modified_seconds);
    add_escaped(&line, head->file);
    lt_buffer_puts(&line, "\n");
    return write_out(&line, sink, context);
}

enum lt_status lt_journal_add(const char *line, lt_journal_sink *sink, void *context)
{
    struct lt_buffer text = {0};
    lt_buffer_puts(&text, line);
    lt_buffer_puts(&text, "\n");
    return write_out(&text, sink, context);
}

enum lt_status lt_journal_read_head(struct lt_arena *arena, const char *text, size_t bytes,
                                    struct lt_journal_head *head)
{
    const char *end = memchr(text, '\n', bytes);
    size_t magic = strlen(MAGIC);
    if (!end || (size_t)(end - text) < magic || memcmp(text, MAGIC, magic) != 0)
        return LT_INVALID;
    char *line = lt_strndup(arena, text + magic, (size_t)(end - text) - magic);
    if (!line)
        return LT_NO_MEMORY;
    int name = 0;
    if (sscanf(line, "%" SCNu64 " %" SCNd64 " %n", &head->bytes, &head->modified_seconds, &name) != 2 || !name)
        return LT_INVALID;
    head->file = unescape(arena, line + name, strlen(line + name));
    return head->file ? LT_OK : LT_NO_MEMORY;
}

bool lt_journal_is_of(const struct lt_journal_head *head, const struct lt_journal_head *file)
{
    return head->bytes == file->bytes && head->modified_seconds == file->modified_seconds &&
           strcmp(head->file, file->file) == 0;
}

static enum lt_status replay_line(struct lt_document *document, struct lt_history *history, const char *line,
                                  struct lt_place place, struct lt_problems *problems)
{
    uint32_t errors = problems->total[LT_ERROR];
    enum lt_status status =
        strcmp(line, "undo") == 0 ? lt_undo(document, history, NULL) : lt_edit(document, history, line, problems);
    if (status && problems->total[LT_ERROR] == errors)
        lt_problem_add(problems, LT_ERROR, place, NULL, "the edit failed: %s", lt_status_name(status));
    for (uint32_t i = 0; i < problems->count; i++)
        if (!problems->item[i].place.file)
            problems->item[i].place = place;
    return status;
}

enum lt_status lt_journal_replay(struct lt_document *document, struct lt_history *history, const char *name,
                                 const char *text, size_t bytes, uint32_t *edits, struct lt_problems *problems)
{
    const char *end, *limit = text + bytes;
    struct lt_place place = {.file = name, .line = 1};
    enum lt_status status = LT_OK;
    uint32_t count = 0;
    while (status == LT_OK && (end = memchr(text, '\n', (size_t)(limit - text)))) {
        if (place.line > 1) {
            char *line = lt_strndup(problems->arena, text, (size_t)(end - text));
            status = line ? replay_line(document, history, line, place, problems) : LT_NO_MEMORY;
            count += status == LT_OK;
        }
        text = end + 1;
        place.line++;
    }
    if (edits)
        *edits = count;
    return status;
}
