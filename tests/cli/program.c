#include "tests/cli/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int what, uint64_t value)
{
    const struct rlimit both = {value, value};
    if (value)
        setrlimit(what, &both);
}

static void child(const struct program_run *run, const int out[2], const int err[2])
{
    static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8";
    char home[256], locales[256], *env[16] = {NULL};
    const char *program = getenv("LT_PROGRAM"), *compiled = getenv("LOCPATH");
    char *argv[PROGRAM_ARGUMENTS + 1] = {(char *)(uintptr_t)program};
    char *const usual[] = {path, locale, home, compiled ? locales : NULL};
    int count = 0;
    snprintf(home, sizeof home, "HOME=%s", scratch_path(""));
    snprintf(locales, sizeof locales, "LOCPATH=%s", compiled ? compiled : "");
    for (int i = 0; run->env && run->env[i] && count < 11; i++)
        env[count++] = (char *)(uintptr_t)run->env[i]; /* the first of a name counts */
    for (size_t i = 0; i < COUNT(usual); i++)
        if (usual[i])
            env[count++] = usual[i];
    for (int i = 0; i < PROGRAM_ARGUMENTS && run->arguments[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)run->arguments[i];
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    if (run->closed_fd)
        close(run->closed_fd);
    signal(SIGPIPE, SIG_DFL);
    if (!PROGRAM_SANITIZED) {
        limit(RLIMIT_AS, run->memory_bytes);
        limit(RLIMIT_CPU, (uint64_t)run->seconds);
    }
    execve(program, argv, env);
    _exit(127);
}

static void collect(int out, int err, struct program_run *run)
{
    struct pollfd fd[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    struct lt_buffer *const buffer[2] = {&run->out, &run->err};
    for (int open_count = 2; open_count && poll(fd, 2, -1) > 0;)
        for (int i = 0; i < 2; i++) {
            char chunk[65536];
            ssize_t got = fd[i].revents ? read(fd[i].fd, chunk, sizeof chunk) : 0;
            if (got > 0) {
                lt_buffer_add(buffer[i], chunk, (size_t)got);
            } else if (fd[i].revents) {
                close(fd[i].fd);
                fd[i].fd = -1;
                open_count--;
            }
        }
    for (int i = 0; i < 2; i++)
        lt_buffer_add(buffer[i], "", 0);
}

void program_run(struct program_run *run)
{
    int out[2], err[2], status = 0;
    assert_non_null(getenv("LT_PROGRAM"));
    assert_int_equal(pipe(out) | pipe(err), 0);
    scratch_path(""); /* before the fork: the folder is this process's */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child(run, out, err);
    close(out[1]);
    close(err[1]);
    collect(out[0], err[0], run);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void program_free(struct program_run *run)
{
    lt_buffer_free(&run->out);
    lt_buffer_free(&run->err);
}
