#include "tui/picker.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/hardware/builtin.h"
#include "tui/model_file.h"

/* ---- items ---- */

static const char *lower(struct lt_arena *arena, const char *text)
{
    char *copy = lt_strdup(arena, text);
    for (char *at = copy; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy ? copy : "";
}

static const char *safe(struct lt_arena *arena, const char *text)
{
    const char *shown = lt_safe_text(arena, text ? text : "");
    return shown ? shown : "?";
}

static void begin(struct picker *picker, enum picker_kind kind, const char *title, const char *field, size_t capacity)
{
    picker_close(picker);
    picker->kind = kind;
    picker->title = lt_strdup(&picker->arena, title);
    picker->field = lt_strdup(&picker->arena, field);
    picker->item = lt_alloc_array(&picker->arena, capacity + 1, sizeof *picker->item);
    picker->shown = lt_alloc_array(&picker->arena, capacity + 1, sizeof *picker->shown);
    if (!picker->item || !picker->shown)
        capacity = 0;
    line_edit_start(&picker->filter, "", NULL);
}

static struct picker_item *add(struct picker *picker, const char *id, const char *name, const char *more)
{
    struct lt_arena *arena = &picker->arena;
    if (!picker->item || !picker->shown)
        return NULL;
    const char *own = lt_strdup(arena, id), *words = lt_format(arena, "%s %s %s", id, name, more);
    if (!own || !words)
        return NULL;
    struct picker_item *item = &picker->item[picker->count++];
    *item = (struct picker_item){.id = own, .name = safe(arena, name), .haystack = lower(arena, words)};
    return item;
}

static void end(struct picker *picker, const char *current)
{
    picker_filter(picker);
    list_layout(&picker->list, picker->shown_count, 1);
    for (int i = 0; current && i < picker->count; i++) {
        if (!strcmp(picker->item[i].id, current))
            list_select(&picker->list, i);
    }
}

bool picker_open_choices(struct picker *picker, const char *field, const char *title, const char *const *choices,
                         const char *current, bool tried)
{
    size_t count = 0;
    while (choices[count])
        count++;
    begin(picker, PICK_FIELD, title, field, count);
    for (size_t i = 0; i < count; i++) {
        struct picker_item *item = add(picker, choices[i], choices[i], "");
        if (item && !tried)
            item->state = TRIAL_FAILED;
    }
    end(picker, current);
    return picker->count > 0;
}

static char *number(struct lt_arena *arena, double value, enum lt_unit unit)
{
    char text[LT_NUMBER_TEXT];
    return value > 0 ? lt_strdup(arena, lt_number(text, value, unit)) : NULL;
}

/* The rate that trains fastest: half precision on the tensor units, else the next best. */
static double best_rate(const struct lt_device *device)
{
    static const enum lt_rate order[] = {LT_RATE_BF16_TENSOR, LT_RATE_FP16_TENSOR, LT_RATE_TF32_TENSOR, LT_RATE_FP16,
                                         LT_RATE_FP32};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (device->peak_flops_per_s[order[i]] > 0)
            return device->peak_flops_per_s[order[i]];
    }
    return 0;
}

static void add_device(struct picker *picker, const struct session *session, const struct lt_device_row *row)
{
    struct lt_arena *arena = &picker->arena;
    const struct lt_device *device = NULL;
    const char *nearest[4];
    struct lt_arena scratch = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &scratch};
    const char *more = lt_format(arena, "%s %s", row->vendor ? row->vendor : "", row->arch ? row->arch : "");
    struct picker_item *item = add(picker, row->id, row->name ? row->name : row->id, more ? more : "");
    if (item && lt_database_find(session->options->database, row->id, &device, nearest, &problems) == LT_OK) {
        item->note[0] = number(arena, (double)row->memory_bytes, LT_UNIT_BYTES);
        item->note[1] = number(arena, device->bandwidth_bytes_per_s, LT_UNIT_BYTES_PER_S);
        item->note[2] = number(arena, best_rate(device), LT_UNIT_FLOPS_PER_S);
        item->note[3] = row->year ? lt_format(arena, "%d", row->year) : NULL;
    }
    lt_arena_free(&scratch);
}

bool picker_open_devices(struct picker *picker, const struct session *session, const char *field, const char *current,
                         bool cpus)
{
    static const char *const titles[4] = {"Memory", "Bandwidth", "Peak rate", "Year"};
    const struct lt_device_row *rows = NULL;
    uint32_t count = 0;
    struct lt_arena scratch = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &scratch};
    enum lt_status status = lt_database_list(session->options->database, &rows, &count, &problems);
    lt_arena_free(&scratch);
    begin(picker, PICK_DEVICE, cpus ? "Processors" : "Devices", field, count + 1u);
    memcpy(picker->note_title, titles, sizeof titles);
    lt_search_start(&picker->search, session->document);
    if (cpus)
        add(picker, "none", "that of the machine", "");
    else
        add(picker, "this", "this machine", "");
    for (uint32_t i = 0; !status && i < count; i++) {
        if ((!cpus || rows[i].kind == LT_DEVICE_CPU) && strcmp(rows[i].id, "this") != 0)
            add_device(picker, session, &rows[i]);
    }
    end(picker, current);
    return picker->count > 0;
}

static bool is_model_name(const char *name)
{
    static const char *const endings[] = {".keras", ".json", ".yaml", ".yml", ".h5", ".hdf5"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && dot > name && i < sizeof endings / sizeof *endings; i++) {
        if (!strcmp(dot, endings[i]))
            return true;
    }
    return false;
}

enum { FILES_LISTED = 1000 };

static void add_files_here(struct picker *picker)
{
    DIR *here = opendir(".");
    int first = picker->count;
    for (const struct dirent *entry; here && (entry = readdir(here));) {
        if (picker->count - first == FILES_LISTED || !is_model_name(entry->d_name))
            continue;
        const char *name = lt_strdup(&picker->arena, entry->d_name); /* the entry ends with the folder */
        struct picker_item *item = name ? add(picker, name, name, "file") : NULL;
        if (!item)
            break;
        item->note[0] = "file";
        for (int i = picker->count - 1; i > first && strcmp(picker->item[i].id, picker->item[i - 1].id) < 0; i--) {
            struct picker_item swap = picker->item[i];
            picker->item[i] = picker->item[i - 1];
            picker->item[i - 1] = swap;
        }
    }
    if (here)
        closedir(here);
}

bool picker_open_files(struct picker *picker)
{
    begin(picker, PICK_FILE, "Open", NULL, lt_builtin_samples_count + FILES_LISTED);
    add_files_here(picker);
    for (size_t i = 0; i < lt_builtin_samples_count; i++) {
        char id[256];
        snprintf(id, sizeof id, MODEL_FILE_SAMPLE "%s", lt_builtin_samples[i].name);
        struct picker_item *item = add(picker, id, lt_builtin_samples[i].name, "sample");
        if (item)
            item->note[0] = "built-in sample";
    }
    for (int i = 0; i < picker->count; i++)
        picker->item[i].state = TRIAL_FAILED;
    end(picker, NULL);
    return picker->count > 0;
}

void picker_close(struct picker *picker)
{
    lt_arena_free(&picker->arena);
    lt_arena_free(&picker->trial.arena);
    lt_search_free(&picker->search);
    *picker = (struct picker){0};
}

/* ---- the filter ---- */

/* Every word of the filter stands somewhere in the text. */
static bool matches(const char *haystack, const char *filter)
{
    char word[64];
    while (*filter) {
        size_t length = strcspn(filter, " ");
        size_t kept = length < sizeof word ? length : sizeof word - 1;
        for (size_t i = 0; i < kept; i++)
            word[i] = (char)tolower((unsigned char)filter[i]);
        word[kept] = '\0';
        if (!strstr(haystack, word))
            return false;
        filter += length + strspn(filter + length, " ");
    }
    return true;
}

void picker_filter(struct picker *picker)
{
    const struct picker_item *selected = picker_selected(picker);
    int at = 0;
    picker->shown_count = 0;
    for (int i = 0; i < picker->count; i++) {
        if (!matches(picker->item[i].haystack, picker->filter.text))
            continue;
        at = &picker->item[i] == selected ? picker->shown_count : at;
        picker->shown[picker->shown_count++] = i;
    }
    list_layout(&picker->list, picker->shown_count, picker->list.rows);
    list_select(&picker->list, at);
}

const struct picker_item *picker_selected(const struct picker *picker)
{
    if (!picker->shown || picker->list.selected >= picker->shown_count)
        return NULL;
    return &picker->item[picker->shown[picker->list.selected]];
}

/* ---- what would be ---- */

static bool try_item(struct picker *picker, const struct session *session, struct picker_item *item)
{
    item->state = TRIAL_FAILED;
    struct lt_search *search = picker->kind == PICK_DEVICE ? &picker->search : NULL;
    if (!session_try(session, picker->field, item->id, search, &picker->trial))
        return true;
    const struct lt_estimate *e = &picker->trial.estimate;
    bool is_cpu = picker->trial.machine.device->kind == LT_DEVICE_CPU;
    item->state = TRIAL_DONE;
    item->verdict = session_verdict(e);
    item->peak_bytes = is_cpu ? e->host_memory.peak_bytes : e->device_memory.peak_bytes;
    item->step_seconds = e->time.step_seconds;
    return true;
}

bool picker_work(struct picker *picker, const struct session *session)
{
    if (picker->kind == PICK_FILE)
        return false;
    for (int i = 0; i < picker->list.rows; i++) {
        int shown = picker->list.top + i;
        if (shown >= picker->shown_count)
            return false;
        struct picker_item *item = &picker->item[picker->shown[shown]];
        if (item->state == TRIAL_WAITING)
            return try_item(picker, session, item);
    }
    return false;
}
