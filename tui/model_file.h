/* Opening what the command line names: a file, or a sample inside the program. */
#ifndef TUI_MODEL_FILE_H
#define TUI_MODEL_FILE_H

#include "core/formats/formats.h"

#define MODEL_FILE_DEFAULT "resnet50"

/* `name` is a path if such a file exists or it has a slash in it, else a sample, with or without its ending. NULL: the
 * default sample. Returns NULL where nothing can be opened: the problems say why, and which samples there are. */
struct lt_document *model_file_open(const char *name, struct lt_problems *problems);

/* One line per sample: its name, its ending and its title. */
enum lt_status model_file_samples(struct lt_buffer *out);

#endif
