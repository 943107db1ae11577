#include "core/formats/formats.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/data/yaml.h"
#include "core/data/zip.h"
#include "core/formats/detect.h"
#include "core/formats/keras.h"
#include "core/formats/native.h"
#include "core/formats/opening.h"

enum { METADATA_BYTES = 1 << 20 };

static const char WEIGHTS[] = "model.weights.h5";

struct lt_document *opening_refuse(struct opening *o, const char *hint, const char *what)
{
    lt_problem_add(o->problems, LT_ERROR, (struct lt_place){.file = o->file}, hint, "%s", what);
    return NULL;
}

static struct lt_document *refuse_kind(struct opening *o, const struct lt_file_kind *kind)
{
    lt_problem_add(o->problems, LT_ERROR, (struct lt_place){.file = o->file}, kind->hint,
                   "this is %s, not the description of a model", kind->name);
    return NULL;
}

static struct lt_document *as_format(struct lt_document *document, enum lt_format format)
{
    if (document)
        document->origin.format = format;
    return document;
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static struct lt_document *open_json(struct opening *o, const char *text, size_t bytes)
{
    const struct lt_tree *tree = lt_json_read(&o->arena, o->file, text, bytes, LT_JSON_MODEL, o->problems);
    if (!tree)
        return NULL;
    if (strcmp(lt_tree_text(lt_tree_get(tree, "format"), ""), "graph-model") == 0)
        return opening_refuse(
            o, "convert the model again with the output format tfjs_layers_model",
            "this is a TensorFlow.js graph model, which holds TensorFlow's operations but no Keras layers");
    if (lt_tree_get(tree, "nbformat"))
        return opening_refuse(o, "save the model as .keras in the notebook", "this is a Jupyter notebook, not a model");
    struct lt_document *document = lt_keras_read_archive(o->file, tree, NULL, o->layers, o->problems);
    if (document && lt_tree_get(tree, "modelTopology")) {
        document->origin.format = LT_FORMAT_TFJS;
        document->origin.weight_elements = weights_of_manifest(tree);
    }
    return document;
}

/* Keras 1 and 2 could write the description of a model as YAML too. */
static struct lt_document *open_yaml(struct opening *o, const char *text, size_t bytes)
{
    const struct lt_tree *tree = lt_yaml_read(&o->arena, o->file, text, bytes, LT_YAML_MODEL, o->problems);
    if (!tree)
        return NULL;
    if (lt_keras_is(tree))
        return lt_keras_read_archive(o->file, tree, NULL, o->layers, o->problems);
    return as_format(lt_native_read(o->file, tree, o->layers, o->problems), LT_FORMAT_NATIVE);
}

static struct lt_document *open_text(struct opening *o, const char *text, size_t bytes)
{
    struct lt_file_kind kind = lt_detect_file(text, bytes);
    if (kind.type == LT_FILE_JSON)
        return open_json(o, text, bytes);
    if (kind.type == LT_FILE_TEXT)
        return open_yaml(o, text, bytes);
    return refuse_kind(o, &kind);
}

static struct lt_document *open_text_file(struct opening *o, const char *path)
{
    const char *text = NULL;
    size_t bytes = 0;
    if (lt_file_read(&o->arena, path, LT_MODEL_BYTES, &text, &bytes, o->problems))
        return NULL;
    return open_text(o, text, bytes);
}

/* --- archives, and archives that were unpacked -------------------------------------------------------------------- */

static struct lt_document *open_parts(struct opening *o, const char *config, size_t config_bytes, const char *metadata,
                                      size_t metadata_bytes)
{
    const struct lt_tree *tree = lt_json_read(&o->arena, o->file, config, config_bytes, LT_JSON_MODEL, o->problems);
    const struct lt_tree *about = NULL;
    if (tree && metadata) /* without it the content tells which Keras wrote the file */
        about = lt_json_read(&o->arena, o->file, metadata, metadata_bytes, LT_JSON_MODEL, o->problems);
    if (!tree || (metadata && !about))
        return NULL;
    return as_format(lt_keras_read_archive(o->file, tree, about, o->layers, o->problems), LT_FORMAT_KERAS_ZIP);
}

/* A .keras archive: a file at `path`, or bytes in memory where `path` is NULL. */
struct archive {
    const char *path, *bytes;
    size_t length;
};

static enum lt_status read_member(struct opening *o, const struct archive *archive, const char *member, size_t limit,
                                  const char **text, size_t *bytes)
{
    if (archive->path)
        return lt_zip_read(&o->arena, archive->path, member, limit, text, bytes, o->problems);
    return lt_zip_read_memory(&o->arena, o->file, archive->bytes, archive->length, member, limit, text, bytes,
                              o->problems);
}

static struct lt_document *open_archive(struct opening *o, const struct archive *archive)
{
    const char *config = NULL, *metadata = NULL;
    size_t config_bytes = 0, metadata_bytes = 0;
    enum lt_status status = read_member(o, archive, "config.json", LT_MODEL_BYTES, &config, &config_bytes);
    if (status == LT_NOT_FOUND)
        return opening_refuse(
            o, "a .keras file holds config.json; weights alone, arrays (.npz) and PyTorch files (.pt) do not",
            "this zip archive holds no Keras model");
    if (status == LT_OK)
        status = read_member(o, archive, "metadata.json", METADATA_BYTES, &metadata, &metadata_bytes);
    if (status && status != LT_NOT_FOUND)
        return NULL;
    struct lt_document *document = open_parts(o, config, config_bytes, status ? NULL : metadata, metadata_bytes);
    if (document && archive->path)
        opening_count_weights(o, document, archive->path, WEIGHTS);
    return document;
}

/* The path of a file in a directory where it exists, else NULL. */
static const char *inside(struct opening *o, const char *directory, const char *name)
{
    struct stat info;
    const char *path = lt_format(&o->arena, "%s/%s", directory, name);
    return path && stat(path, &info) == 0 && S_ISREG(info.st_mode) ? path : NULL;
}

static struct lt_document *open_unpacked(struct opening *o, const char *config_path, const char *metadata_path,
                                         const char *weights_path)
{
    const char *config = NULL, *metadata = NULL;
    size_t config_bytes = 0, metadata_bytes = 0;
    if (lt_file_read(&o->arena, config_path, LT_MODEL_BYTES, &config, &config_bytes, o->problems) ||
        (metadata_path &&
         lt_file_read(&o->arena, metadata_path, METADATA_BYTES, &metadata, &metadata_bytes, o->problems)))
        return NULL;
    struct lt_document *document = open_parts(o, config, config_bytes, metadata, metadata_bytes);
    if (document && weights_path)
        opening_count_weights(o, document, weights_path, NULL);
    return document;
}

static struct lt_document *open_directory(struct opening *o, const char *path)
{
    const char *config = inside(o, path, "config.json"), *saved = inside(o, path, "saved_model.pb");
    const char *model = inside(o, path, "model.json"), *described = inside(o, path, "keras_metadata.pb");
    if (config)
        return open_unpacked(o, config, inside(o, path, "metadata.json"), inside(o, path, WEIGHTS));
    if (model)
        return open_text_file(o, model);
    if (saved && described)
        return opening_saved_model(o, described);
    if (saved)
        return opening_refuse(o, "open the Keras model that it was exported from",
                              "this is a SavedModel without Keras layers, only TensorFlow's operations");
    return opening_refuse(o, "an unpacked .keras directory holds config.json, a TensorFlow.js model holds model.json",
                          "this directory holds no model");
}

/* --- files -------------------------------------------------------------------------------------------------------- */

/* An archive may have other bytes before it (Python's zipfile takes that too): its directory is at the end. */
static bool ends_as_zip(FILE *file)
{
    enum { DIRECTORY_END = 22, LONGEST_COMMENT = 65535 };
    static const char MARK[] = "PK\x05\x06";
    char tail[DIRECTORY_END + LONGEST_COMMENT];
    if (fseek(file, 0, SEEK_END))
        return false;
    long size = ftell(file), length = size < (long)sizeof tail ? size : (long)sizeof tail;
    if (length < DIRECTORY_END || fseek(file, -length, SEEK_END) || fread(tail, (size_t)length, 1, file) != 1)
        return false;
    for (long i = length - DIRECTORY_END; i >= 0; i--)
        if (memcmp(tail + i, MARK, 4) == 0)
            return true;
    return false;
}

static struct lt_document *open_file(struct opening *o, const char *path, FILE *file)
{
    char head[LT_DETECT_BYTES];
    size_t count = fread(head, 1, sizeof head, file);
    if (ferror(file))
        return opening_refuse(o, NULL, strerror(errno));
    struct lt_file_kind kind = lt_detect_file(head, count);
    if ((kind.type == LT_FILE_TEXT || kind.type == LT_FILE_BINARY) && ends_as_zip(file))
        kind.type = LT_FILE_ZIP;
    switch (kind.type) {
    case LT_FILE_JSON:
    case LT_FILE_TEXT:
        return open_text_file(o, path);
    case LT_FILE_ZIP:
        return open_archive(o, &(struct archive){.path = path});
    case LT_FILE_HDF5:
        return opening_h5(o, path);
    case LT_FILE_EMPTY:
    case LT_FILE_FOREIGN:
    case LT_FILE_BINARY:
        break;
    }
    return refuse_kind(o, &kind);
}

static struct lt_document *open_path(struct opening *o, const char *path)
{
    struct stat info;
    if (stat(path, &info))
        return opening_refuse(o, NULL, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return open_directory(o, path);
    if (!S_ISREG(info.st_mode))
        return opening_refuse(o, "give a file or an unpacked .keras directory",
                              "this is a device or a pipe, not a file");
    FILE *file = fopen(path, "rb");
    if (!file)
        return opening_refuse(o, NULL, strerror(errno));
    struct lt_document *document = open_file(o, path, file);
    fclose(file);
    return document;
}

struct lt_document *lt_open(const char *path, struct lt_problems *problems)
{
    return lt_open_with(path, NULL, problems);
}

struct lt_document *lt_open_with(const char *path, const struct lt_layer_files *layers, struct lt_problems *problems)
{
    struct opening o = {.file = path, .problems = problems, .layers = layers};
    struct lt_document *document = open_path(&o, path);
    if (document)
        weights_check(&o, document);
    lt_arena_free(&o.arena);
    return document;
}

struct lt_document *lt_open_text(const char *file, const char *text, size_t bytes, struct lt_problems *problems)
{
    struct opening o = {.file = file, .problems = problems};
    struct lt_document *document = lt_detect_file(text, bytes).type == LT_FILE_ZIP
                                       ? open_archive(&o, &(struct archive){.bytes = text, .length = bytes})
                                       : open_text(&o, text, bytes);
    if (document)
        weights_check(&o, document);
    lt_arena_free(&o.arena);
    return document;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static enum lt_status write_native(const struct lt_document *document, struct lt_buffer *out,
                                   struct lt_problems *problems)
{
    (void)problems; /* it holds everything that a document can */
    return lt_write_native(document, out);
}

const struct lt_writer lt_writers[] = {
    {"json", "Keras 3's JSON, for keras.models.model_from_json", lt_write_keras_json},
    {"keras", "a Python program that builds, compiles and trains it with Keras 3", lt_keras_python},
    {"yaml", "this program's own format", write_native},
};
const int lt_writer_count = sizeof lt_writers / sizeof *lt_writers;

const struct lt_writer *lt_writer_find(const char *name)
{
    for (int i = 0; i < lt_writer_count; i++)
        if (strcmp(lt_writers[i].name, name) == 0)
            return &lt_writers[i];
    return NULL;
}

enum lt_status lt_write_native(const struct lt_document *document, struct lt_buffer *out)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *tree = lt_native_tree(&arena, document);
    enum lt_status status = tree ? lt_yaml_write(out, tree) : LT_NO_MEMORY;
    lt_arena_free(&arena);
    return status;
}

enum lt_status lt_write_keras_json(const struct lt_document *document, struct lt_buffer *out,
                                   struct lt_problems *problems)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *tree = NULL;
    enum lt_status status = lt_keras_tree(&arena, document, problems, &tree);
    if (status == LT_OK)
        status = lt_json_write(out, tree);
    lt_arena_free(&arena);
    return status;
}
