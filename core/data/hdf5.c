#include "core/data/hdf5.h"

#include "core/data/hdf5_child.h"
#include "core/data/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* a sanitizer takes terabytes of addresses */
#endif

enum { CPU_SECONDS = 1, WALL_SECONDS = 5, INFLATED_LIMIT = 256 << 20 };
#define ADDRESS_LIMIT ((rlim_t)256 << 20) /* besides what it inflates */

/* One file being described. */
struct job {
    struct lt_arena *arena;
    struct lt_problems *problems;
    const char *path;
    const char *inflate; /* member to be inflated first, in the child; NULL: none */
    struct hdf5_source source;
    bool texts_done, counted;
    enum hdf5_failure failure;
    bool failed; /* the child said so */
};

static enum lt_status fail(const struct job *job, enum lt_status status, const char *hint, const char *message)
{
    lt_problem_add(job->problems, LT_ERROR, (struct lt_place){.file = job->path}, hint, "%s", message);
    return status;
}

/* --- the child ---------------------------------------------------------------------------------------------------- */

static void limit(int resource, rlim_t most)
{
    struct rlimit old;
    if (getrlimit(resource, &old) == 0 && old.rlim_max < most)
        most = old.rlim_max;
    setrlimit(resource, &(struct rlimit){most, most});
}

/* The parent's handlers are not this process's business: they restore its terminal and wake its loop. Nothing that a
 * dying library prints may reach the screen either. */
static void enter_child(bool inflates)
{
    sigset_t none;
    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int nowhere = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; stream++)
        if (nowhere < 0 || dup2(nowhere, stream) < 0)
            close(stream);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, CPU_SECONDS);
    if (!SANITIZED)
        limit(RLIMIT_AS, ADDRESS_LIMIT + (inflates ? INFLATED_LIMIT : 0));
    alarm(WALL_SECONDS);
}

static void run_child(struct job *job, int pipe)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct hdf5_source *source = &job->source;
    size_t bytes = 0;
    enter_child(job->inflate != NULL);
    if (job->inflate) {
        if (lt_zip_read(&arena, job->path, job->inflate, INFLATED_LIMIT, &source->image, &bytes, &problems) != LT_OK)
            return;
        source->bytes = bytes;
    }
    limit(RLIMIT_NOFILE, 0); /* all that it needs is open */
    hdf5_read(source, pipe);
}

/* --- the parent --------------------------------------------------------------------------------------------------- */

/* The child has its own alarm; this one is for a child that is stopped or stuck in the system. */
static bool receive(int pipe, void *data, size_t bytes)
{
    char *to = data;
    while (bytes) {
        struct pollfd poll_pipe = {.fd = pipe, .events = POLLIN};
        int ready = poll(&poll_pipe, 1, (WALL_SECONDS + 1) * 1000);
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t got = ready > 0 ? read(pipe, to, bytes) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        bytes -= (size_t)got;
    }
    return true;
}

static bool receive_text(struct job *job, int pipe, const struct hdf5_record *record, struct lt_hdf5 *out)
{
    if (record->bytes > HDF5_TEXT_LIMIT || out->text[record->tag])
        return false;
    char *text = lt_alloc_raw(job->arena, (size_t)record->bytes + 1, 1);
    if (!text || !receive(pipe, text, (size_t)record->bytes))
        return false;
    text[record->bytes] = '\0';
    out->text[record->tag] = text;
    out->bytes[record->tag] = (size_t)record->bytes;
    return true;
}

/* One record; false at the end and where it is none. */
static bool receive_record(struct job *job, int pipe, struct lt_hdf5 *out)
{
    struct hdf5_record record;
    uint64_t number[2] = {0, 0};
    if (!receive(pipe, &record, sizeof record) || record.mark != HDF5_MARK)
        return false;
    if (record.tag < LT_HDF5_TEXT_COUNT && !job->texts_done)
        return receive_text(job, pipe, &record, out);
    if (record.bytes > sizeof number || !receive(pipe, number, (size_t)record.bytes))
        return false;
    switch (record.tag) {
    case HDF5_TEXTS_DONE:
        job->texts_done = true;
        return true;
    case HDF5_COUNTS:
        out->weight_elements = number[0];
        out->optimizer_elements = number[1];
        job->counted = true;
        return false;
    case HDF5_FAILED:
        job->failed = number[0] < HDF5_FAILURE_COUNT;
        job->failure = job->failed ? (enum hdf5_failure)number[0] : HDF5_NOT_OPENED;
        return false;
    default:
        return false;
    }
}

static const char *cause(const struct job *job, int status)
{
    static const char *const FAILURES[HDF5_FAILURE_COUNT] = {
        [HDF5_NOT_OPENED] = "the HDF5 file is damaged or cut off",
        [HDF5_BAD_ATTRIBUTE] = "the HDF5 file is damaged: its description of the model cannot be read",
        [HDF5_BAD_WEIGHTS] = "the HDF5 file is damaged: its weights cannot be counted",
    };
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (job->failed)
        return FAILURES[job->failure];
    if (number == SIGXCPU || number == SIGALRM || (number == SIGKILL && !job->failed))
        return "reading the HDF5 file took too long and was stopped";
    return number ? "the HDF5 library crashed on this file, which is damaged or made to do that"
                  : "the HDF5 file could not be read";
}

/* Takes what the child sends, ends it and judges. */
static enum lt_status attend(struct job *job, pid_t child, int pipe, struct lt_hdf5 *out)
{
    int status = 0;
    while (receive_record(job, pipe, out))
        ;
    if (!job->counted)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (job->arena->failed)
        return fail(job, LT_NO_MEMORY, NULL, lt_status_name(LT_NO_MEMORY));
    if (!job->texts_done)
        return fail(job, LT_INVALID, "a complete copy of the file", cause(job, status));
    if (!job->counted)
        lt_problem_add(job->problems, LT_WARNING, (struct lt_place){.file = job->path}, NULL,
                       "%s; the weights were not compared with the layers", cause(job, status));
    return LT_OK;
}

static enum lt_status describe(struct job *job, struct lt_hdf5 *out)
{
    int ends[2];
    *out = (struct lt_hdf5){0};
    if (pipe(ends) != 0)
        return fail(job, LT_IO, NULL, strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(job, ends[1]);
        _exit(0);
    }
    int error = errno;
    close(ends[1]);
    enum lt_status status = child > 0 ? attend(job, child, ends[0], out) : fail(job, LT_IO, NULL, strerror(error));
    close(ends[0]);
    return status;
}

/* Opens the file and runs the job on `bytes` bytes of it from `offset` on; UINT64_MAX: all. */
static enum lt_status describe_part(struct job *job, uint64_t offset, uint64_t bytes, struct lt_hdf5 *out)
{
    struct stat info;
    int file = open(job->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail(job, LT_IO, NULL, strerror(errno));
    enum lt_status status = LT_OK;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        status = fail(job, LT_INVALID, "the name of a file on a disk", "this is no regular file");
    uint64_t length = status ? 0 : (uint64_t)info.st_size;
    if (!status && offset > length)
        status = fail(job, LT_INVALID, "a complete copy of the file", "the file is cut off");
    job->source = (struct hdf5_source){
        .file = file, .offset = offset, .bytes = bytes < length - offset ? bytes : length - offset};
    if (!status)
        status = describe(job, out);
    close(file);
    return status;
}

enum lt_status lt_hdf5_describe(struct lt_arena *arena, const char *path, struct lt_hdf5 *out,
                                struct lt_problems *problems)
{
    struct job job = {.arena = arena, .problems = problems, .path = path};
    return describe_part(&job, 0, UINT64_MAX, out);
}

enum lt_status lt_hdf5_describe_member(struct lt_arena *arena, const char *path, const char *member,
                                       struct lt_hdf5 *out, struct lt_problems *problems)
{
    struct job job = {.arena = arena, .problems = problems, .path = path};
    struct lt_zip_member found;
    enum lt_status status = lt_zip_find(path, member, &found, problems);
    if (status != LT_OK)
        return status;
    if (found.stored)
        return describe_part(&job, found.offset, found.bytes, out);
    job.inflate = member;
    return describe_part(&job, 0, 0, out);
}
