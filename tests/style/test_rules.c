/* The rules of the house, read from the sources and from the library's symbols: who may include what, what the core may
 * not call, sizes of files, words that do not belong into a finished program. */
#include "tests/cli/program.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>

#include "core/data/file.h"

static const char *const SOURCES[] = {"core/*/*.[ch]", "core/*/*/*.[ch]", "tui/*.[ch]", "tests/*/*.[ch]"};

struct source {
    const char *path, *text;
    size_t bytes;
};

/* Calls `look` with each file that matches one of the patterns. */
static void each(const char *const *pattern, size_t count, void (*look)(const struct source *))
{
    size_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        glob_t found;
        if (glob(pattern[i], 0, NULL, &found))
            continue;
        for (size_t k = 0; k < found.gl_pathc; k++, seen++) {
            struct lt_arena arena = LT_ARENA_INIT;
            struct lt_problems problems = {.arena = &arena};
            struct source source = {.path = found.gl_pathv[k]};
            assert_int_equal(lt_file_read(&arena, source.path, 1 << 24, &source.text, &source.bytes, &problems), LT_OK);
            look(&source);
            lt_arena_free(&arena);
        }
        globfree(&found);
    }
    assert_true(seen > 0);
}

static bool under(const struct source *source, const char *folder)
{
    return strncmp(source->path, folder, strlen(folder)) == 0;
}

/* --- includes ----------------------------------------------------------------------------------------------------- */

/* core's rooms, each with those that it may use. */
static const struct {
    const char *room, *uses;
} ROOMS[] = {
    {"base", "base"},
    {"data", "base data"},
    {"model", "base data model"},
    {"formats", "base data model formats"},
    {"hardware", "base data hardware"},
    {"step", "base data model hardware step"},
    {"whatif", "base data model hardware step whatif"},
    {"report", "base data model formats hardware step whatif report"},
};

static const char *uses_of(const char *path)
{
    for (size_t i = 0; i < COUNT(ROOMS); i++) {
        size_t length = strlen(ROOMS[i].room);
        if (strncmp(path + 5, ROOMS[i].room, length) == 0 && path[5 + length] == '/')
            return ROOMS[i].uses;
    }
    fail_msg("%s: a room that has no place in the order", path);
    return "";
}

static void look_at_include(const struct source *source, const char *name)
{
    if (under(source, "core/")) {
        if (strncmp(name, "tui/", 4) == 0 || strstr(name, "curses") || strstr(name, "term.h"))
            fail_msg("%s includes %s: the core knows no screen", source->path, name);
        if (strncmp(name, "core/", 5) == 0) {
            char room[32];
            snprintf(room, sizeof room, "%.*s", (int)strcspn(name + 5, "/"), name + 5);
            if (!strstr(uses_of(source->path), room))
                fail_msg("%s includes %s: dependencies point the other way", source->path, name);
        }
        if (strncmp(source->path, "core/data/", 10) != 0 &&
            (strstr(name, "yaml.h") || strstr(name, "minizip") || strstr(name, "jansson") || strstr(name, "zlib") ||
             strstr(name, "hdf5")) &&
            strncmp(name, "core/", 5) != 0)
            fail_msg("%s includes %s: format libraries live in core/data", source->path, name);
    }
    if ((strstr(name, "curses") || strcmp(name, "term.h") == 0) && strcmp(source->path, "tui/term.c") != 0)
        fail_msg("%s includes %s: only tui/term.c may", source->path, name);
}

static void look_at_includes(const struct source *source)
{
    for (const char *line = source->text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "#include ", 9) == 0) {
            char name[128];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(line + 10, ">\"\n"), line + 10);
            look_at_include(source, name);
        }
    }
}

static void dependencies_point_one_way(void **state)
{
    (void)state;
    each(SOURCES, 3, look_at_includes);
}

/* --- size and words ----------------------------------------------------------------------------------------------- */

static void look_at_size(const struct source *source)
{
    int lines = 0;
    for (const char *p = source->text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    if (lines > 600)
        fail_msg("%s has %d lines", source->path, lines);
}

static void files_are_small(void **state)
{
    (void)state;
    each(SOURCES, 4, look_at_size);
}

static void look_at_header(const struct source *source)
{
    size_t length = strlen(source->path);
    if (source->path[length - 1] == 'h' && !under(source, "tests/") && strncmp(source->text, "/*", 2) != 0)
        fail_msg("%s: a header starts with what it is and what it must not know", source->path);
}

static void headers_say_what_they_are(void **state)
{
    (void)state;
    each(SOURCES, 3, look_at_header);
}

static void look_for_words(const struct source *source)
{
    static const char *const words[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME",
                                        "X"
                                        "XX",
                                        "HA"
                                        "CK"};
    for (size_t i = 0; i < COUNT(words); i++) {
        const char *at = strstr(source->text, words[i]);
        /* XXXXXX is mkstemp's */
        if (at && !isalnum((unsigned char)at[strlen(words[i])]) &&
            (at == source->text || !isalnum((unsigned char)at[-1])))
            fail_msg("%s: %s", source->path, words[i]);
    }
}

static void nothing_is_left_undone(void **state)
{
    (void)state;
    each(SOURCES, 4, look_for_words);
}

/* --- symbols ------------------------------------------------------------------------------------------------------ */

/* Output of nm over the library, its members named in every line. */
static FILE *symbols(void)
{
    char command[256];
    const char *library = getenv("LT_LIBRARY");
    assert_non_null(library);
    snprintf(command, sizeof command, "nm -A '%s' 2>/dev/null", library);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    return pipe;
}

/* libhdf5 runs in a child, which sets its signals and ends without running what the parent would run at its end. */
static bool is_allowed(const char *member, const char *symbol)
{
    const char *object = strrchr(member, ':');
    return object && strcmp(object, ":hdf5.o") == 0 && (strcmp(symbol, "_exit") == 0 || strcmp(symbol, "signal") == 0);
}

static bool is_forbidden(const char *symbol)
{
    static const char *const names[] = {"printf", "puts",          "putchar",       "vprintf",       "fprintf",
                                        "perror", "stdout",        "stderr",        "exit",          "_exit",
                                        "abort",  "getenv",        "secure_getenv", "setenv",        "time",
                                        "clock",  "clock_gettime", "gettimeofday",  "localtime",     "setlocale",
                                        "rand",   "random",        "system",        "popen",         "dlopen",
                                        "strtok", "signal",        "__printf_chk",  "__fprintf_chk", "__vprintf_chk"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(symbol, names[i]) == 0)
            return true;
    return false;
}

static void the_core_calls_nothing_of_the_world(void **state)
{
    (void)state;
    FILE *nm = symbols();
    char line[1024];
    int seen = 0;
    while (fgets(line, sizeof line, nm)) {
        char member[512], type, symbol[512];
        /* library:member.o:ADDRESS TYPE NAME, undefined ones without an address */
        char *colon = strrchr(line, ':');
        if (!colon)
            continue;
        snprintf(member, sizeof member, "%.*s", (int)(colon - line), line);
        if (sscanf(colon + 1, "%*16[0-9a-f ] %c %511s", &type, symbol) != 2 &&
            sscanf(colon + 1, " %c %511s", &type, symbol) != 2)
            continue;
        seen++;
        if (PROGRAM_SANITIZED && (strstr(symbol, "asan") || strstr(symbol, "ubsan") || symbol[0] == '.'))
            continue;
        if (type == 'U' && is_forbidden(symbol) && !is_allowed(member, symbol))
            fail_msg("%s calls %s", member, symbol);
    }
    pclose(nm);
    assert_true(seen > 1000);
}

/* By sections, since nm calls tables of pointers, which relocation alone writes, data too. */
static void the_core_has_no_writable_data(void **state)
{
    (void)state;
    char command[256], line[1024];
    if (PROGRAM_SANITIZED)
        skip();
    snprintf(command, sizeof command, "objdump -h '%s' 2>/dev/null", getenv("LT_LIBRARY"));
    FILE *objdump = popen(command, "r");
    assert_non_null(objdump);
    int seen = 0;
    while (fgets(line, sizeof line, objdump)) {
        char name[128];
        unsigned long bytes;
        if (sscanf(line, " %*d %127s %lx", name, &bytes) != 2)
            continue;
        seen++;
        bool writable = strcmp(name, ".bss") == 0 || strcmp(name, ".data") == 0 || strncmp(name, ".data.", 6) == 0 ||
                        strncmp(name, ".tbss", 5) == 0 || strncmp(name, ".tdata", 6) == 0;
        if (writable && bytes && strncmp(name, ".data.rel.ro", 12) != 0)
            fail_msg("a member of the library has %lu bytes of %s", bytes, name);
    }
    pclose(objdump);
    assert_true(seen > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dependencies_point_one_way),          cmocka_unit_test(files_are_small),
        cmocka_unit_test(headers_say_what_they_are),           cmocka_unit_test(nothing_is_left_undone),
        cmocka_unit_test(the_core_calls_nothing_of_the_world), cmocka_unit_test(the_core_has_no_writable_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
