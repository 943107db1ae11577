/* Runs the real program and collects what it printed. The program is the one that LT_PROGRAM names. */
#ifndef TESTS_CLI_PROGRAM_H
#define TESTS_CLI_PROGRAM_H

#include "core/base/buffer.h"
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include <stdio.h>
#include <string.h>

enum { PROGRAM_ARGUMENTS = 16 };

/* Under a sanitizer neither address space nor time can be limited as tightly. */
#if defined(__SANITIZE_ADDRESS__)
#define PROGRAM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROGRAM_SANITIZED 1
#endif
#endif
#ifndef PROGRAM_SANITIZED
#define PROGRAM_SANITIZED 0
#endif

struct program_run {
    const char *arguments[PROGRAM_ARGUMENTS]; /* behind the program's name, NULL at the end */
    const char *const *env;                   /* NAME=VALUE, before PATH, HOME, LC_ALL, LOCPATH; may be NULL */
    uint64_t memory_bytes;                    /* limit of the address space; 0: none */
    int seconds;                              /* limit of processor time; 0: none */
    int closed_fd;                            /* closed before the start; 0: none, standard input is /dev/null anyway */

    int status; /* exit status, or 128 + signal */
    struct lt_buffer out, err;
};

void program_run(struct program_run *run);
void program_free(struct program_run *run);

/* Runs with these arguments, compares the exit status, and leaves the output in *run (program_free). */
#define expect_status(run, wanted, ...)                                                                                \
    do {                                                                                                               \
        *(run) = (struct program_run){.arguments = {__VA_ARGS__}};                                                     \
        program_run(run);                                                                                              \
        expect_ended(run, wanted);                                                                                     \
    } while (0)

#define expect_ended(run, wanted)                                                                                      \
    do {                                                                                                               \
        if ((run)->status != (wanted))                                                                                 \
            fail_msg("ended with %d, not %d; said: %.400s", (run)->status, (wanted), (run)->err.text);                 \
    } while (0)

#define expect_said(buffer, part)                                                                                      \
    do {                                                                                                               \
        if (!strstr((buffer).text ? (buffer).text : "", (part)))                                                       \
            fail_msg("\"%s\" is not in: %.800s", (part), (buffer).text);                                               \
    } while (0)

#endif
