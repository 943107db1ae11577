/* Whole files: what may be read, and that writing leaves either the old or the new content. */
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include "core/data/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

static struct lt_arena arena;
static struct lt_problems problems;

static int set_up(void **state)
{
    (void)state;
    arena = LT_ARENA_INIT;
    problems = (struct lt_problems){.arena = &arena};
    return chdir(scratch_path(""));
}

/* Removes the directory's files, and tells how many there were. */
static int empty_directory(void)
{
    int count = 0;
    DIR *list = opendir(".");
    for (struct dirent *entry; list && (entry = readdir(list));)
        count += remove(entry->d_name) == 0;
    if (list)
        closedir(list);
    return count;
}

static int tear_down(void **state)
{
    (void)state;
    lt_arena_free(&arena);
    scratch_remove();
    return 0;
}

static void put(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text));
}

static void assert_content(const char *path, const char *expected)
{
    const char *text;
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, path, 1000, &text, &bytes, &problems), LT_OK);
    assert_int_equal(bytes, strlen(expected));
    assert_string_equal(text, expected);
}

static void whole_files_are_read(void **state)
{
    (void)state;
    put("a", "content\n");
    assert_content("a", "content\n");
    put("empty", "");
    assert_content("empty", "");
    const char *text;
    size_t bytes;
    assert_int_equal(lt_file_read(&arena, "a", 8, &text, &bytes, &problems), LT_OK);
    assert_int_equal(problems.count, 0);
    /* A file of /proc says that it is empty, and is not. */
    assert_int_equal(lt_file_read(&arena, "/proc/self/status", 1 << 20, &text, &bytes, &problems), LT_OK);
    assert_true(bytes > 100 && strlen(text) == bytes);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    const char *text;
    size_t bytes;
    put("large", "123456789");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    static const struct {
        const char *path;
        enum lt_status status;
    } CASE[] = {
        {"missing", LT_IO},   {".", LT_INVALID},       {"/dev/zero", LT_INVALID},
        {"pipe", LT_INVALID}, {"large", LT_TOO_LARGE}, {"/proc/self/status", LT_TOO_LARGE},
        {"", LT_IO},
    };
    for (size_t i = 0; i < COUNT(CASE); i++) {
        assert_int_equal(lt_file_read(&arena, CASE[i].path, 8, &text, &bytes, &problems), CASE[i].status);
        assert_int_equal(problems.total[LT_ERROR], i + 1);
    }
    assert_problem(&problems, "missing: error: cannot be opened: No such file or directory");
    assert_string_equal(problems.item[1].message, "this is a directory");
}

static void reading_may_lack_memory(void **state)
{
    (void)state;
    put("a", "content");
    for (int64_t fail_in = 1;; fail_in++) {
        struct lt_arena small = {.fail_in = fail_in};
        const char *text;
        size_t bytes;
        const enum lt_status status = lt_file_read(&small, "/proc/self/status", 1 << 20, &text, &bytes, &problems);
        const bool failed = small.failed;
        lt_arena_free(&small);
        assert_int_equal(status, failed ? LT_NO_MEMORY : LT_OK);
        if (!failed)
            break;
    }
    assert_true(lt_has_errors(&problems));
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    const mode_t mask = umask(022);
    assert_int_equal(lt_file_write("a", "one", 3, &problems), LT_OK);
    assert_content("a", "one");
    assert_int_equal(mode_of("a"), 0644);
    chmod("a", 0600);
    struct stat before, after;
    stat("a", &before);
    assert_int_equal(lt_file_write("a", "a longer one", 12, &problems), LT_OK);
    stat("a", &after);
    umask(mask);
    assert_content("a", "a longer one");
    assert_int_equal(mode_of("a"), 0600);
    assert_true(before.st_ino != after.st_ino); /* a new file took the name: the old one was never half written */
    assert_int_equal(lt_file_write("a", "", 0, &problems), LT_OK);
    assert_content("a", "");
    assert_int_equal(empty_directory(), 1); /* no temporary file is left */
    assert_int_equal(problems.count, 0);
}

static void links_are_followed(void **state)
{
    (void)state;
    put("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(lt_file_write("link", "new", 3, &problems), LT_OK);
    assert_content("target", "new");
    struct stat info;
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(lt_file_write("dangling", "new", 3, &problems), LT_IO);
    assert_problem(&problems, "dangling: error: the link leads nowhere: No such file or directory");
}

static void what_cannot_be_written_stays_as_it_was(void **state)
{
    (void)state;
    put("a", "old");
    mkdir("folder", 0700);
    assert_int_equal(lt_file_write("folder", "x", 1, &problems), LT_INVALID);
    assert_int_equal(lt_file_write("/dev/null", "x", 1, &problems), LT_INVALID);
    assert_int_equal(lt_file_write("missing/a", "x", 1, &problems), LT_IO);
    /* A disk that fills up, as seen by a process with a limit on the size of its files. */
    struct rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = (struct rlimit){.rlim_cur = 10, .rlim_max = old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    const enum lt_status status = lt_file_write("a", "more than ten bytes", 19, &problems);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, LT_IO);
    assert_content("a", "old");
    assert_int_equal(problems.total[LT_ERROR], 4);
    assert_int_equal(empty_directory(), 2); /* no temporary file is left */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(whole_files_are_read),     TEST(what_is_no_file_is_refused), TEST(reading_may_lack_memory),
        TEST(files_are_replaced_whole), TEST(links_are_followed),         TEST(what_cannot_be_written_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
