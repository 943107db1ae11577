#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[64];

const char *scratch_path(const char *name)
{
    enum { PATHS = 16 };
    static char path[PATHS][256];
    static int next;
    static bool registered;
    if (!*folder) {
        strcpy(folder, "/tmp/layertop-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
        if (!registered)
            registered = atexit(scratch_remove) == 0;
    }
    char *out = path[next++ % PATHS];
    snprintf(out, sizeof *path, "%s%s%s", folder, *name ? "/" : "", name);
    return out;
}

const char *scratch_write(const char *name, const char *bytes, size_t length)
{
    const char *path = scratch_path(name);
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        char above[256];
        snprintf(above, sizeof above, "%s/%.*s", folder, (int)(slash - name), name);
        mkdir(above, 0700); /* where that fails, opening does */
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

void scratch_remove(void)
{
    if (*folder)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    *folder = '\0';
}
