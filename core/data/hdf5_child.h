/* What the two sides of the HDF5 reader share: hdf5.c starts the child and judges what it sends, hdf5_read.c runs in it
 * and is the only one to call libhdf5, hdf5_driver.c is all of the file system that libhdf5 gets to see. */
#ifndef LT_DATA_HDF5_CHILD_H
#define LT_DATA_HDF5_CHILD_H

#include "core/data/hdf5.h"
#include "core/data/tree.h"

/* Where the bytes are: in `image`, or where that is NULL in the open file, from `offset` on. */
struct hdf5_source {
    int file;
    uint64_t offset, bytes;
    const char *image;
};

/* Each message is a record: this, and `bytes` bytes after it. The order is: texts; HDF5_TEXTS_DONE; HDF5_COUNTS. */
struct hdf5_record {
    uint32_t tag;  /* enum lt_hdf5_text, or one of those below */
    uint32_t mark; /* HDF5_MARK */
    uint64_t bytes;
};
enum hdf5_tag {
    HDF5_TEXTS_DONE = LT_HDF5_TEXT_COUNT,
    HDF5_COUNTS, /* two uint64_t: of the weights, of the optimizer */
    HDF5_FAILED, /* enum hdf5_failure as uint64_t; the last record */
};
enum { HDF5_MARK = 0x4c544835, HDF5_TEXT_LIMIT = LT_MODEL_BYTES };

enum hdf5_failure { HDF5_NOT_OPENED, HDF5_BAD_ATTRIBUTE, HDF5_BAD_WEIGHTS, HDF5_NO_MEMORY, HDF5_FAILURE_COUNT };

/* Reads `source` and sends what it finds into the pipe. Runs in the child only. */
void hdf5_read(const struct hdf5_source *source, int pipe);

/* A file access property list (an hid_t) whose only file is `source`, read-only. Negative: libhdf5 refused. */
int64_t hdf5_driver_access(const struct hdf5_source *source);

#endif
