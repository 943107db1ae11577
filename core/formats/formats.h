/* Opening a model of any format, found by content and not by name, and writing it back. */
#ifndef LT_FORMATS_FORMATS_H
#define LT_FORMATS_FORMATS_H

#include "core/formats/layer_files.h"

/* Reads the file at `path`. NULL where it cannot be opened as a model: the problems say why. Problems may also come
 * with a document: what could not be understood is marked in it, the rest works. */
struct lt_document *lt_open(const char *path, struct lt_problems *problems);

/* The same, with classes that the user describes; NULL: none. */
struct lt_document *lt_open_with(const char *path, const struct lt_layer_files *layers, struct lt_problems *problems);

/* The same from memory, for the built-in samples and tests; `file` is only a name. */
struct lt_document *lt_open_text(const char *file, const char *text, size_t bytes, struct lt_problems *problems);

/* Native YAML: everything that was read, unknown keys included. */
enum lt_status lt_write_native(const struct lt_document *document, struct lt_buffer *out);

/* What keras.models.model_from_json of Keras 3 loads. What it cannot say is a problem: an error where the result is not
 * the model, a warning where it needs classes that Keras does not have. */
enum lt_status lt_write_keras_json(const struct lt_document *document, struct lt_buffer *out,
                                   struct lt_problems *problems);

/* The formats that a model can be written in. Status as of lt_write_keras_json; with LT_OK, errors among the problems
 * say that the text is not the whole model. */
struct lt_writer {
    const char *name, *help;
    enum lt_status (*write)(const struct lt_document *document, struct lt_buffer *out, struct lt_problems *problems);
};
extern const struct lt_writer lt_writers[];
extern const int lt_writer_count;

const struct lt_writer *lt_writer_find(const char *name); /* NULL: none */

#endif
