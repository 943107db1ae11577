/* Opening what a person names: a file, or a sample inside the program. */
#ifndef TUI_MODEL_FILE_H
#define TUI_MODEL_FILE_H

#include "core/formats/formats.h"

#define MODEL_FILE_DEFAULT "resnet50"

/* What the name of a document's file begins with where it is a sample: no file of the user's is meant, or overwritten.
 */
#define MODEL_FILE_SAMPLE "sample:"

/* `name` is a sample where it begins with MODEL_FILE_SAMPLE, else a path if such a file exists or it has a slash in it,
 * else a sample again; samples with or without their ending. NULL: the default sample. Returns NULL where nothing can
 * be opened: the problems say why, and which samples there are. `layers`: classes that the user describes; NULL: none.
 */
struct lt_document *model_file_open(const char *name, const struct lt_layer_files *layers,
                                    struct lt_problems *problems);

/* Reads the descriptions of layers in *.yaml of the directory, by name, then those of `file`; each may be NULL. A
 * directory that is not there holds none. */
enum lt_status model_file_layers(struct lt_layer_files *layers, const char *directory, const char *file,
                                 struct lt_problems *problems);

/* One line per sample: its name, its ending and its title. */
enum lt_status model_file_samples(struct lt_buffer *out);

#endif
