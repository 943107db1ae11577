#include "tests/accuracy/row.h"

#include "core/data/file.h"

#include <stdlib.h>
#include <string.h>

const char *const use_names[USE_COUNT] = {"used", "one-sided", "left out"};
const char *const measure_names[MEASURE_COUNT] = {"step_seconds", "peak_bytes", "shown_bytes", "fits", "host_bytes"};
const char *const label_names[LABEL_COUNT] = {"source", "framework", "family", "device", "precision"};

enum column {
    ID,
    USE,
    REASON,
    MEASURE,
    MEASURED,
    MODEL,
    FAMILY,
    SETTINGS,
    FRAMEWORK,
    DEVICE,
    PRECISION,
    SOURCE,
    COLUMNS
};

static int find(const char *const *names, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

/* One field in place, quotes taken off; moves *at behind it and its comma or the end of the line. */
static char *field(char **at, bool *last)
{
    char *from = *at, *to = *at, *start = *at;
    bool quoted = *from == '"';
    from += quoted;
    while (*from && (quoted || (*from != ',' && *from != '\n'))) {
        if (*from == '"' && quoted) {
            if (from[1] != '"')
                break;
            from++;
        }
        *to++ = *from++;
    }
    from += quoted && *from == '"';
    *last = *from != ',';
    *at = *from ? from + 1 : from;
    *to = '\0';
    return start;
}

static char **settings(struct lt_arena *arena, char *text)
{
    size_t count = 2;
    for (const char *c = text; *c; c++)
        count += *c == ' ';
    char **list = lt_alloc_array(arena, count, sizeof *list);
    if (!list)
        return NULL;
    int n = 0;
    char *rest = text;
    for (char *token; (token = strtok_r(rest, " ", &rest));)
        list[n++] = token;
    list[n] = NULL;
    return list;
}

static const char *repository(struct lt_arena *arena, const char *source)
{
    return lt_format(arena, "%.*s", (int)strcspn(source, "@:"), source);
}

static bool parse(struct lt_arena *arena, char *cell[COLUMNS], struct row *row)
{
    int use = find(use_names, USE_COUNT, cell[USE]), measure = find(measure_names, MEASURE_COUNT, cell[MEASURE]);
    char *end;
    *row = (struct row){
        .id = cell[ID],
        .reason = cell[REASON],
        .model = cell[MODEL],
        .source = cell[SOURCE],
        .label = {repository(arena, cell[SOURCE]), cell[FRAMEWORK], cell[FAMILY], cell[DEVICE], cell[PRECISION]},
        .setting = settings(arena, cell[SETTINGS]),
        .measured = strtod(cell[MEASURED], &end),
        .use = (enum use)use,
        .measure = (enum measure)measure,
    };
    bool named = use >= 0 && measure >= 0 && row->setting && row->label[LABEL_SOURCE];
    bool left_out = named && row->use == USE_LEFT_OUT;
    return named && *end == '\0' && (left_out ? *row->reason : end > cell[MEASURED] && *row->model);
}

bool rows_read(const char *path, struct lt_arena *arena, struct rows *out, const char **error)
{
    struct lt_problems problems = {.arena = arena};
    const char *text;
    size_t bytes;
    *out = (struct rows){0};
    *error = "cannot be read";
    if (lt_file_read(arena, path, 16 << 20, &text, &bytes, &problems))
        return false;
    char *copy = lt_alloc(arena, bytes + 1);
    size_t lines = 1;
    for (size_t i = 0; copy && i < bytes; i++)
        lines += text[i] == '\n';
    out->item = lt_alloc_array(arena, lines, sizeof *out->item);
    if (!copy || !out->item)
        return false;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    char *at = strchr(copy, '\n');
    for (at = at ? at + 1 : copy + bytes; *at;) {
        char *cell[COLUMNS];
        int n = 0;
        for (bool last = false; !last && n < COLUMNS; n++)
            cell[n] = field(&at, &last);
        if (n != COLUMNS || !parse(arena, cell, &out->item[out->count])) {
            *error = lt_format(arena, "row %d, %s, is not as it should be", out->count + 1, cell[ID]);
            return false;
        }
        out->count++;
    }
    return true;
}
