#include "tui/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/data/file.h"

void output_problems(const struct lt_problems *problems, enum lt_severity least)
{
    struct lt_arena arena = LT_ARENA_INIT;
    for (uint32_t i = 0; i < problems->count; i++) {
        const char *text = NULL;
        if (problems->item[i].severity >= least)
            text = lt_problem_text(&arena, &problems->item[i]);
        if (text && (text = lt_safe_text(&arena, text)) != NULL)
            fprintf(stderr, "%s\n", text);
    }
    uint32_t left_out = 0;
    for (enum lt_severity severity = least; severity <= LT_ERROR; severity++)
        if (problems->total[severity] > LT_PROBLEM_LIMIT)
            left_out += problems->total[severity] - LT_PROBLEM_LIMIT;
    if (left_out)
        fprintf(stderr, "layertop: note: %u more\n", left_out);
    lt_arena_free(&arena);
}

int output_write(const struct lt_buffer *out, const char *path)
{
    if (out->failed)
        return output_exit(LT_NO_MEMORY);
    const char *text = out->text ? out->text : "";
    if (!path) {
        if (lt_write_all(STDOUT_FILENO, text, out->length))
            return EXIT_OK;
        fprintf(stderr, "layertop: error: standard output: %s\n", strerror(errno));
        return EXIT_DATA;
    }
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    enum lt_status status = lt_file_write(path, text, out->length, &problems);
    output_problems(&problems, LT_NOTE);
    lt_arena_free(&arena);
    return output_exit(status);
}

int output_exit(enum lt_status status)
{
    if (status == LT_NO_MEMORY)
        fprintf(stderr, "layertop: error: %s\n", lt_status_name(status));
    return status == LT_OK ? EXIT_OK : status == LT_NO_MEMORY ? EXIT_INTERNAL : EXIT_DATA;
}

void output_guard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null",
                        fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the wrong way: using it stays an error */
}
