#include "core/base/status.h"

#include <stdio.h>
#include <string.h>

static const char *const STATUS_NAME[LT_STATUS_COUNT] = {
    [LT_OK] = "ok",
    [LT_NO_MEMORY] = "out of memory",
    [LT_INVALID] = "invalid",
    [LT_UNSUPPORTED] = "unsupported",
    [LT_NOT_FOUND] = "not found",
    [LT_TOO_LARGE] = "too large",
    [LT_IO] = "input/output error",
};

static const char *const SEVERITY_NAME[] = {[LT_NOTE] = "note", [LT_WARNING] = "warning", [LT_ERROR] = "error"};

const char *lt_status_name(enum lt_status status)
{
    return (unsigned)status < LT_STATUS_COUNT ? STATUS_NAME[status] : "unknown status";
}

const char *lt_severity_name(enum lt_severity severity)
{
    return SEVERITY_NAME[severity];
}

static bool has_room(struct lt_problems *problems)
{
    if (problems->count < problems->capacity)
        return true;
    uint32_t capacity = problems->capacity ? problems->capacity * 2 : 8;
    struct lt_problem *item =
        lt_grow(problems->arena, problems->item, problems->count, capacity, sizeof *problems->item);
    if (!item)
        return false;
    problems->item = item;
    problems->capacity = capacity;
    return true;
}

enum { LONGEST = 1000 };

/* Foreign names make a message as long as they like: its beginning tells enough. Cut between characters. */
static char *beginning(struct lt_arena *arena, const char *text)
{
    size_t bytes = text ? strnlen(text, LONGEST + 1) : 0;
    if (bytes <= LONGEST)
        return lt_strdup(arena, text);
    for (bytes = LONGEST; bytes && (text[bytes] & 0xC0) == 0x80;)
        bytes--;
    return lt_format(arena, "%.*s...", (int)bytes, text);
}

void lt_problem_add(struct lt_problems *problems, enum lt_severity severity, struct lt_place place, const char *hint,
                    const char *format, ...)
{
    if (problems->total[severity]++ >= LT_PROBLEM_LIMIT || !has_room(problems))
        return;
    char text[LONGEST + 2]; /* one more than the longest, for `beginning` to see */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *message = beginning(problems->arena, text);
    place.file = lt_strdup(problems->arena, place.file);
    place.path = beginning(problems->arena, place.path);
    problems->item[problems->count++] = (struct lt_problem){
        .place = place,
        .severity = severity,
        .message = message ? message : lt_status_name(LT_NO_MEMORY),
        .hint = beginning(problems->arena, hint),
    };
}

char *lt_problem_text(struct lt_arena *arena, const struct lt_problem *problem)
{
    const struct lt_place *at = &problem->place;
    char *where = lt_strdup(arena, at->file ? at->file : "");
    if (where && at->line)
        where = lt_format(arena, "%s:%u:%u", where, at->line, at->column);
    if (where && at->path && *at->path)
        where = lt_format(arena, "%s%s%s", where, *where ? ": " : "", at->path);
    return !where ? NULL
                  : lt_format(arena, "%s%s%s: %s%s%s", where, *where ? ": " : "", lt_severity_name(problem->severity),
                              problem->message, problem->hint ? "; " : "", problem->hint ? problem->hint : "");
}
