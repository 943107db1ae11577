#include "core/data/hdf5_child.h"

#include "core/base/checked.h"

#include <hdf5.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs in the child: what it allocates and opens ends with it. */

/* --- records ------------------------------------------------------------------------------------------------------ */

static bool send_bytes(int pipe, const void *data, size_t bytes)
{
    const char *from = data;
    while (bytes) {
        ssize_t put = write(pipe, from, bytes);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        from += put;
        bytes -= (size_t)put;
    }
    return true;
}

static bool send_record(int pipe, uint32_t tag, const void *data, size_t bytes)
{
    struct hdf5_record record = {.tag = tag, .mark = HDF5_MARK, .bytes = bytes};
    return send_bytes(pipe, &record, sizeof record) && send_bytes(pipe, data, bytes);
}

static void send_failure(int pipe, enum hdf5_failure failure)
{
    uint64_t number = failure;
    send_record(pipe, HDF5_FAILED, &number, sizeof number);
}

/* --- attributes --------------------------------------------------------------------------------------------------- */

struct text {
    char *data;
    size_t bytes;
};

static bool append(struct text *text, const char *data, size_t bytes)
{
    if (bytes > HDF5_TEXT_LIMIT - text->bytes)
        return false;
    char *grown = realloc(text->data, text->bytes + bytes + 1);
    if (!grown)
        return false;
    memcpy(grown + text->bytes, data, bytes);
    text->data = grown;
    text->bytes += bytes;
    return true;
}

/* Text of any length, each element behind a pointer. */
static bool read_pointers(hid_t attribute, hid_t type, size_t count, struct text *text)
{
    enum { MOST = 65536 };
    char **element = count <= MOST ? calloc(count, sizeof *element) : NULL;
    bool good = element && H5Aread(attribute, type, element) >= 0;
    for (size_t i = 0; good && i < count; i++)
        good = !element[i] || append(text, element[i], strlen(element[i]));
    return good;
}

/* Text in fields of equal length, padded with NULs, or bytes as such: the same where a field is one byte. */
static bool read_fields(hid_t attribute, hid_t type, size_t count, size_t length, struct text *text)
{
    if (!length || count > HDF5_TEXT_LIMIT / length)
        return false;
    char *data = calloc(count, length);
    bool good = data && H5Aread(attribute, type, data) >= 0;
    for (size_t i = 0; good && i < count; i++)
        good = append(text, data + i * length, strnlen(data + i * length, length));
    return good;
}

/* Of several elements all, one after the other. */
static bool read_attribute(hid_t object, const char *name, struct text *text)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (count < 0 || count > HDF5_TEXT_LIMIT)
        return false;
    switch (H5Tget_class(type)) {
    case H5T_STRING:
        if (H5Tis_variable_str(type) > 0)
            return read_pointers(attribute, type, (size_t)count, text);
        return read_fields(attribute, type, (size_t)count, H5Tget_size(type), text);
    case H5T_INTEGER:
        return H5Tget_size(type) == 1 && read_fields(attribute, type, (size_t)count, 1, text);
    case H5T_OPAQUE:
        return read_fields(attribute, type, (size_t)count, H5Tget_size(type), text);
    default:
        return false;
    }
}

/* An attribute that is too long for one (64 KiB) is split into name0, name1, ... False: it is there, but cannot be
 * read.
 */
static bool read_text(hid_t object, const char *name, struct text *text)
{
    if (H5Aexists(object, name) > 0)
        return read_attribute(object, name, text);
    enum { MOST = HDF5_TEXT_LIMIT >> 14 };
    char part[64];
    for (unsigned i = 0; i < MOST; i++) {
        snprintf(part, sizeof part, "%s%u", name, i);
        if (H5Aexists(object, part) <= 0)
            break;
        if (!read_attribute(object, part, text))
            return false;
    }
    return true;
}

/* The version and the backend also stand at the group of the weights. */
static bool send_texts(hid_t file, int pipe)
{
    static const struct {
        const char *name;
        bool of_weights;
    } TEXTS[LT_HDF5_TEXT_COUNT] = {
        [LT_HDF5_MODEL_CONFIG] = {"model_config", false},
        [LT_HDF5_TRAINING_CONFIG] = {"training_config", false},
        [LT_HDF5_KERAS_VERSION] = {"keras_version", true},
        [LT_HDF5_BACKEND] = {"backend", true},
    };
    H5L_info_t link;
    bool own = H5Lget_info(file, "model_weights", &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
    hid_t weights = own ? H5Gopen2(file, "model_weights", H5P_DEFAULT) : -1;
    for (uint32_t i = 0; i < LT_HDF5_TEXT_COUNT; i++) {
        struct text text = {NULL, 0};
        if (!read_text(file, TEXTS[i].name, &text))
            return false;
        if (!text.data && TEXTS[i].of_weights && weights >= 0 && !read_text(weights, TEXTS[i].name, &text))
            return false;
        if (text.data && !send_record(pipe, i, text.data, text.bytes))
            return false;
    }
    return true;
}

/* --- weights ------------------------------------------------------------------------------------------------------ */

struct counts {
    uint64_t weights, optimizer;
};

/* What stands at the root of the files of all generations beside the model's variables. A LossScaleOptimizer writes the
 * state of the optimizer inside it a second time, as inner_optimizer or, in Keras 2, as _optimizer; these groups stand
 * before the one that they are in. */
static const struct {
    const char *group;
    bool optimizer;
} APART[] = {
    {"optimizer/inner_optimizer", false},
    {"optimizer/_optimizer", false},
    {"optimizer_weights", true},
    {"optimizer", true},
    {"metrics", false},
    {"compile_metrics", false},
};

static uint64_t *counter(struct counts *counts, uint64_t *nothing, const char *path)
{
    for (size_t i = 0; i < sizeof APART / sizeof *APART; i++) {
        size_t length = strlen(APART[i].group);
        if (strncmp(APART[i].group, path, length) == 0 && (path[length] == '/' || !path[length]))
            return APART[i].optimizer ? &counts->optimizer : nothing;
    }
    return &counts->weights;
}

/* The constants of a lookup, which Keras 3 stores beside the variables. */
static bool is_constant(const char *path)
{
    const char *name = strrchr(path, '/');
    return strcmp(name ? name + 1 : path, "idf_weights") == 0;
}

/* Text (the vocabulary of a lookup) is no variable. Negative: damaged. */
static int64_t dataset_elements(hid_t root, const char *path)
{
    hid_t dataset = H5Dopen2(root, path, H5P_DEFAULT);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    int64_t elements = H5Sget_simple_extent_npoints(space);
    bool number = type >= 0 && H5Tget_class(type) != H5T_STRING;
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return dataset < 0 || (number && !is_constant(path)) ? elements : 0;
}

static herr_t count_dataset(hid_t root, const char *path, void *data)
{
    struct counts *counts = data;
    uint64_t nothing = 0, *sum = counter(counts, &nothing, path);
    int64_t elements = dataset_elements(root, path);
    if (elements >= 0)
        *sum = lt_add(*sum, (uint64_t)elements);
    return elements < 0 ? -1 : 0;
}

/* Each object is visited once, by hard links only. */
#if H5_VERSION_GE(1, 12, 0)
static herr_t visit(hid_t root, const char *path, const H5O_info2_t *info, void *data)
{
    return info->type == H5O_TYPE_DATASET ? count_dataset(root, path, data) : 0;
}

static bool count(hid_t file, struct counts *counts)
{
    return H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, counts, H5O_INFO_BASIC) >= 0;
}
#else
static herr_t visit(hid_t root, const char *path, const H5O_info_t *info, void *data)
{
    return info->type == H5O_TYPE_DATASET ? count_dataset(root, path, data) : 0;
}

static bool count(hid_t file, struct counts *counts)
{
    return H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, counts, H5O_INFO_BASIC) >= 0;
}
#endif

void hdf5_read(const struct hdf5_source *source, int pipe)
{
    struct counts counts = {0, 0};
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no plug-ins: they are code */
    hid_t access = (hid_t)hdf5_driver_access(source);
    hid_t file = access < 0 ? -1 : H5Fopen("source", H5F_ACC_RDONLY, access);
    if (file < 0) {
        send_failure(pipe, HDF5_NOT_OPENED);
    } else if (!send_texts(file, pipe)) {
        send_failure(pipe, HDF5_BAD_ATTRIBUTE);
    } else if (send_record(pipe, HDF5_TEXTS_DONE, NULL, 0)) {
        if (count(file, &counts))
            send_record(pipe, HDF5_COUNTS, (uint64_t[2]){counts.weights, counts.optimizer}, 2 * sizeof(uint64_t));
        else
            send_failure(pipe, HDF5_BAD_WEIGHTS);
    }
}
