#include "core/data/hdf5_child.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* A virtual file driver of libhdf5 that knows one file, already open, and cannot write. So neither a link to another
 * file nor a file's own wish for a driver, a lock or a repair leads anywhere. */

struct opened {
    H5FD_t base; /* libhdf5's part: first */
    struct hdf5_source source;
    haddr_t end; /* of what libhdf5 considers allocated */
};

static const char NAME[] = "source"; /* the only name that opens */

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t limit)
{
    (void)limit;
    const struct hdf5_source *source = H5Pget_driver_info(access);
    struct opened *opened = NULL;
    if (source && strcmp(name, NAME) == 0 && !(flags & H5F_ACC_RDWR))
        opened = calloc(1, sizeof *opened);
    if (!opened)
        return NULL;
    opened->source = *source;
    return &opened->base;
}

static herr_t driver_close(H5FD_t *file)
{
    free(file);
    return 0;
}

static haddr_t driver_end_allocated(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct opened *)file)->end;
}

static herr_t driver_allocate(H5FD_t *file, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    ((struct opened *)file)->end = end;
    return 0;
}

static haddr_t driver_end(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct opened *)file)->source.bytes;
}

static herr_t read_file(const struct hdf5_source *source, haddr_t address, size_t bytes, char *to)
{
    while (bytes) {
        ssize_t got = pread(source->file, to, bytes, (off_t)(source->offset + address));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        to += got;
        address += (haddr_t)got;
        bytes -= (size_t)got;
    }
    return 0;
}

static herr_t driver_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t bytes, void *to)
{
    (void)type, (void)transfer;
    const struct hdf5_source *source = &((struct opened *)file)->source;
    if (address > source->bytes || bytes > source->bytes - address)
        return -1;
    if (!source->image)
        return read_file(source, address, bytes, to);
    memcpy(to, source->image + address, bytes);
    return 0;
}

static herr_t driver_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t bytes,
                           const void *from)
{
    (void)file, (void)type, (void)transfer, (void)address, (void)bytes, (void)from;
    return -1;
}

static const H5FD_class_t DRIVER = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)H5_VFD_RESERVED, /* the first that libhdf5 leaves to others */
#endif
    .name = "one read-only file",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct hdf5_source),
    .open = driver_open,
    .close = driver_close,
    .get_eoa = driver_end_allocated,
    .set_eoa = driver_allocate,
    .get_eof = driver_end,
    .read = driver_read,
    .write = driver_write,
    .fl_map = H5FD_FLMAP_SINGLE,
};

int64_t hdf5_driver_access(const struct hdf5_source *source)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), driver = H5FDregister(&DRIVER);
    return access >= 0 && driver >= 0 && H5Pset_driver(access, driver, source) >= 0 ? access : -1;
}
