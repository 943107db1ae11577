/* What a file is, told by its first bytes and never by its name. It opens nothing and knows no model. */
#ifndef LT_FORMATS_DETECT_H
#define LT_FORMATS_DETECT_H

#include <stddef.h>

enum lt_file_type {
    LT_FILE_EMPTY,
    LT_FILE_JSON,
    LT_FILE_TEXT, /* YAML, if anything */
    LT_FILE_ZIP,
    LT_FILE_HDF5,
    LT_FILE_FOREIGN, /* known, but no model description that can be read */
    LT_FILE_BINARY,  /* not known */
};

struct lt_file_kind {
    enum lt_file_type type;
    const char *name; /* "an HDF5 file": for a message */
    const char *hint; /* what would work; NULL: nothing to add */
};

enum { LT_DETECT_BYTES = 4096 }; /* as many first bytes as tell most */

/* The kind of a file that begins with these bytes (all of it, where it is shorter than LT_DETECT_BYTES). */
struct lt_file_kind lt_detect_file(const char *bytes, size_t count);

#endif
