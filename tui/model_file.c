#include "tui/model_file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/hardware/builtin.h"

static size_t stem(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : strlen(name);
}

static bool is_yaml(const struct lt_builtin *sample)
{
    return strcmp(sample->name + stem(sample->name), ".yaml") == 0;
}

/* By full name, or without the ending: then YAML before an archive, for its notes. */
static const struct lt_builtin *find_sample(const char *name)
{
    const struct lt_builtin *found = NULL;
    for (size_t i = 0; i < lt_builtin_samples_count; i++) {
        const struct lt_builtin *sample = &lt_builtin_samples[i];
        if (strcmp(sample->name, name) == 0)
            return sample;
        if (strlen(name) == stem(sample->name) && strncmp(sample->name, name, strlen(name)) == 0 &&
            (!found || is_yaml(sample)))
            found = sample;
    }
    return found;
}

static void no_such(const char *name, struct lt_problems *problems)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_buffer hint = {0};
    lt_buffer_puts(&hint, "the samples are");
    for (size_t i = 0; i < lt_builtin_samples_count; i++) {
        const struct lt_builtin *sample = &lt_builtin_samples[i];
        char *short_name = lt_strndup(&arena, sample->name, stem(sample->name));
        if (short_name && find_sample(short_name) == sample)
            lt_buffer_printf(&hint, " %s", short_name);
    }
    lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = name}, hint.text, "there is no such file or sample");
    lt_buffer_free(&hint);
    lt_arena_free(&arena);
}

static struct lt_document *open_sample(const struct lt_builtin *sample, struct lt_problems *problems)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const char *file = lt_format(&arena, MODEL_FILE_SAMPLE "%s", sample->name);
    struct lt_document *document = file ? lt_open_text(file, sample->bytes, sample->length, problems) : NULL;
    lt_arena_free(&arena);
    return document;
}

struct lt_document *model_file_open(const char *name, const struct lt_layer_files *layers, struct lt_problems *problems)
{
    static const char prefix[] = MODEL_FILE_SAMPLE;
    bool meant = !name || strncmp(name, prefix, sizeof prefix - 1) == 0;
    if (!meant && (strchr(name, '/') || access(name, F_OK) == 0))
        return lt_open_with(name, layers, problems);
    const char *wanted = !name ? MODEL_FILE_DEFAULT : meant ? name + sizeof prefix - 1 : name;
    const struct lt_builtin *sample = find_sample(wanted);
    if (sample)
        return open_sample(sample, problems);
    no_such(wanted, problems);
    return NULL;
}

static int is_layer_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && strcmp(dot, ".yaml") == 0;
}

enum lt_status model_file_layers(struct lt_layer_files *layers, const char *directory, const char *file,
                                 struct lt_problems *problems)
{
    struct dirent **entry = NULL;
    int count = directory ? scandir(directory, &entry, is_layer_file, alphasort) : 0;
    enum lt_status status = LT_OK;
    for (int i = 0; i < count; i++) {
        const char *path = lt_format(&layers->arena, "%s/%s", directory, entry[i]->d_name);
        if (path && !status)
            status = lt_layer_files_read(layers, path, problems);
        free(entry[i]);
    }
    free(entry);
    return file && !status ? lt_layer_files_read(layers, file, problems) : status;
}

enum lt_status model_file_samples(struct lt_buffer *out)
{
    for (size_t i = 0; i < lt_builtin_samples_count; i++) {
        const struct lt_builtin *sample = &lt_builtin_samples[i];
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        struct lt_document *document = open_sample(sample, &problems);
        if (!document)
            return LT_NO_MEMORY; /* samples are right (tests/style): nothing else can fail */
        const char *title = document->origin.title;
        char *as_written = lt_format(&arena, "as Keras %s writes it", document->origin.writer);
        lt_buffer_printf(out, "%-20s  %s\n", sample->name, title ? title : as_written ? as_written : "");
        lt_document_free(document);
        lt_arena_free(&arena);
    }
    return out->failed ? LT_NO_MEMORY : LT_OK;
}
