/* Files of a test program, in a folder of its own that goes when the program ends. */
#ifndef LT_TESTS_CORE_SCRATCH_H
#define LT_TESTS_CORE_SCRATCH_H

#include <stddef.h>

/* The path of a file in that folder, "" the folder itself. It may be used until 16 more were asked for. */
const char *scratch_path(const char *name);

/* Writes such a file, the folders above it too, and returns its path. */
const char *scratch_write(const char *name, const char *bytes, size_t length);

/* Removes the folder and all in it; the next file begins another. */
void scratch_remove(void);

#endif
