#include "core/hardware/fields.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_WIDTH = 29, VALUE_WIDTH = 32, SOURCES = 64 };

/* The page under way: sources are gathered, numbered, and written at its end. */
struct page {
    struct lt_database *db;
    struct lt_buffer *out;
    const struct lt_hw_entry *entry;
    const struct lt_tree *tree; /* the entry, resolved */
    const char *group;          /* the map whose heading was written last */
    size_t group_length;
    const char *source[SOURCES];
    int source_count;
};

static int source_number(struct page *page, const char *path)
{
    const char *text = lt_entry_source(page->db, page->entry, path);
    for (int i = 0; text && i < page->source_count; i++)
        if (strcmp(page->source[i], text) == 0)
            return i + 1;
    if (!text || page->source_count == SOURCES)
        return 0;
    page->source[page->source_count++] = text;
    return page->source_count;
}

/* memory.bandwidth_gbps stands as `bandwidth` under the heading `memory`: the unit is behind the value. */
static void label_of(const char *path, char label[static 64])
{
    static const char *const unit[] = {"_gbps", "_bytes", "_mhz",  "_gb", "_mib",
                                       "_gib",  "_w",     "_gbit", "_us", "_tflops"};
    const char *name = strrchr(path, '.');
    size_t length = strlen(name = name ? name + 1 : path);
    for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
        const size_t tail = strlen(unit[i]);
        if (length > tail && strcmp(name + length - tail, unit[i]) == 0) {
            length -= tail;
            break;
        }
    }
    if (length > 63)
        length = 63;
    for (size_t i = 0; i < length; i++)
        label[i] = name[i] == '_' ? ' ' : name[i];
    label[length] = '\0';
}

static void heading(struct page *page, const char *path)
{
    const char *dot = strchr(path, '.');
    const size_t length = dot ? (size_t)(dot - path) : 0;
    if (length == page->group_length && (!length || strncmp(path, page->group, length) == 0))
        return;
    page->group = path;
    page->group_length = length;
    if (length)
        lt_buffer_printf(page->out, "  %.*s\n", (int)length, path);
}

static void line(struct page *page, const char *path, const char *value, const char *mark)
{
    char label[64];
    heading(page, path);
    label_of(path, label);
    const int indent = strchr(path, '.') ? 4 : 2, width = lt_text_width(value);
    lt_buffer_printf(page->out, "%*s%-*s%s", indent, "", LABEL_WIDTH - indent, label, value);
    if (*mark)
        lt_buffer_printf(page->out, "%*s%s", width < VALUE_WIDTH ? VALUE_WIDTH - width : 1, "", mark);
    lt_buffer_puts(page->out, "\n");
}

/* 1234567 as 1,234,567; fractions as they stand. */
static void plain_number(char *out, size_t size, double value)
{
    char grouped[LT_NUMBER_TEXT];
    if (value >= 10000 && value < 1e15 && value == (double)(uint64_t)value)
        snprintf(out, size, "%s", lt_grouped(grouped, (uint64_t)value));
    else
        snprintf(out, size, "%.10g", value);
}

static const char *number_text(struct page *page, const struct lt_hw_field *field, double value)
{
    char text[64], scaled[LT_NUMBER_TEXT];
    plain_number(text, sizeof text, value);
    const char *key = field->path;
    if (strcmp(field->unit, "bytes") == 0)
        return lt_format(&page->db->arena, "%s (%s bytes)", lt_number(scaled, value, LT_UNIT_BYTES), text);
    if (strcmp(key, "year") == 0)
        return lt_format(&page->db->arena, "%.0f", value);
    return lt_format(&page->db->arena, "%s%s%s", text, *field->unit ? " " : "", field->unit);
}

/* A list of texts, of numbers, or the ends of a curve. */
static const char *list_text(struct page *page, const struct lt_tree *list)
{
    struct lt_arena *arena = &page->db->arena;
    const char *text = "";
    if (list->child && list->child->type == LT_TREE_LIST) {
        char from[LT_NUMBER_TEXT], to[LT_NUMBER_TEXT];
        lt_number(from, lt_tree_number(lt_tree_at(list->child, 0), 0), LT_UNIT_BYTES);
        lt_number(to, lt_tree_number(lt_tree_at(list->last, 0), 0), LT_UNIT_BYTES);
        return lt_format(arena, "%u, from %s to %s", list->count, from, to);
    }
    for (const struct lt_tree *item = list->child; item && text; item = item->next) {
        const char *comma = *text ? ", " : "";
        const char *safe = item->type == LT_TREE_TEXT ? lt_safe_text(arena, item->text) : NULL;
        text = safe ? lt_format(arena, "%s%s%s", text, comma, safe)
                    : lt_format(arena, "%s%s%.10g", text, comma, lt_tree_number(item, 0));
    }
    return text;
}

static const char *value_text(struct page *page, const struct lt_hw_field *field, const struct lt_tree *value)
{
    switch (value->type) {
    case LT_TREE_TEXT:
        return lt_safe_text(&page->db->arena, value->text);
    case LT_TREE_BOOL:
        return value->boolean ? "yes" : "no";
    case LT_TREE_LIST:
        return list_text(page, value);
    case LT_TREE_INT:
    case LT_TREE_FLOAT:
        return number_text(page, field, lt_tree_number(value, 0));
    case LT_TREE_NULL:
    case LT_TREE_MAP:
        break;
    }
    return "";
}

static void show_value(struct page *page, const struct lt_hw_field *field, const char *path,
                       const struct lt_tree *value)
{
    const char *text = value_text(page, field, value);
    const int number = source_number(page, path);
    char mark[16] = "";
    if (number)
        snprintf(mark, sizeof mark, "[%d]", number);
    if (text)
        line(page, path, text, mark);
}

/* The keys of a map that the table holds as `group.*`. */
static void show_group(struct page *page, const struct lt_hw_field *field)
{
    const size_t length = strlen(field->path) - 2;
    const char *group = lt_strndup(&page->db->arena, field->path, length);
    const struct lt_tree *map = group ? lt_tree_get(page->tree, group) : NULL;
    for (const struct lt_tree *value = map ? map->child : NULL; value; value = value->next) {
        const char *key = lt_safe_text(&page->db->arena, value->key);
        const char *path = key ? lt_format(&page->db->arena, "%s.%s", group, key) : NULL;
        const size_t key_length = strlen(value->key);
        struct lt_hw_field shown = *field;
        if (key_length > 6 && strcmp(value->key + key_length - 6, "_bytes") == 0)
            shown.unit = "bytes";
        else if (key_length > 3 && strcmp(value->key + key_length - 3, "_us") == 0)
            shown.unit = "us";
        if (path && lt_hw_field_find(LT_SECTION_FRAMEWORKS, path) == field)
            show_value(page, &shown, path, value);
    }
}

/* What the table of fields does not print by itself: the head of the page, its notes, and its sources. */
static bool is_furniture(const char *path)
{
    static const char *const key[] = {"id",      "inherits", "abstract", "patch", "name",
                                      "aliases", "pci",      "notes",    "src.*"};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        if (strcmp(path, key[i]) == 0)
            return true;
    return strncmp(path, "deviates.", 9) == 0 || strcmp(path, "scale_peak_by_units") == 0;
}

static enum lt_rate rate_of(const char *path)
{
    static const char prefix[] = "peak_tflops.";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return LT_RATE_COUNT;
    for (int r = 0; r < LT_RATE_COUNT; r++)
        if (strcmp(path + sizeof prefix - 1, lt_rate_name((enum lt_rate)r)) == 0)
            return (enum lt_rate)r;
    return LT_RATE_COUNT;
}

/* A peak that is not written but derived, and the reason of one that is not what units x rate x clock give. */
static void show_peak(struct page *page, const struct lt_hw_field *field, const struct lt_device *device,
                      uint32_t derived)
{
    const enum lt_rate rate = rate_of(field->path);
    if (rate == LT_RATE_COUNT)
        return;
    if (derived >> rate & 1) {
        const char *text = lt_format(&page->db->arena, "~%.4g %s", device->peak_flops_per_s[rate] / 1e12, field->unit);
        if (text)
            line(page, field->path, text, "units x rate x clock");
    }
    const char *why = lt_tree_text(lt_tree_get(lt_tree_get(page->tree, "deviates"), lt_rate_name(rate)), NULL);
    why = why ? lt_safe_text(&page->db->arena, why) : NULL;
    if (why)
        lt_buffer_printf(page->out, "%*s(%s)\n", LABEL_WIDTH, "", why);
}

/* The share of bandwidth that an accelerator takes over from its entry of arch-rates.yaml. */
static void show_stream(struct page *page, const struct lt_hw_field *field, const struct lt_device *device)
{
    if (strcmp(field->path, "achieved.stream") != 0 || lt_tree_find(page->tree, field->path) || device->stream <= 0)
        return;
    const char *text = lt_format(&page->db->arena, "~%.3g %s", device->stream, field->unit);
    if (text)
        line(page, field->path, text, lt_tree_text(lt_tree_get(page->tree, "rates"), ""));
}

static void show_cpu_peaks(struct page *page, const struct lt_device *device, uint32_t derived)
{
    for (int r = 0; device->kind == LT_DEVICE_CPU && r < LT_RATE_COUNT; r++)
        if (derived >> r & 1) {
            const char *path = lt_format(&page->db->arena, "peak_tflops.%s", lt_rate_name((enum lt_rate)r));
            const char *text = lt_format(&page->db->arena, "~%.4g TFLOP/s", device->peak_flops_per_s[r] / 1e12);
            if (path && text)
                line(page, path, text, "cores x rate x clock");
        }
}

static void show_head(struct page *page, const struct lt_hw_entry *entry)
{
    struct lt_arena *arena = &page->db->arena;
    const char *name = lt_safe_text(arena, lt_tree_text(lt_tree_get(page->tree, "name"), entry->id));
    const char *parent = lt_safe_text(arena, lt_tree_text(lt_tree_get(entry->raw, "inherits"), ""));
    const struct lt_tree *aliases = lt_tree_get(page->tree, "aliases"), *pci = lt_tree_get(page->tree, "pci");
    const char *also = aliases ? list_text(page, aliases) : NULL, *bus = pci ? list_text(page, pci) : NULL;
    lt_buffer_printf(page->out, "%s\n  %-*s%s\n", name ? name : "", LABEL_WIDTH - 2, "id", entry->id);
    if (also)
        lt_buffer_printf(page->out, "  %-*s%s\n", LABEL_WIDTH - 2, "also", also);
    if (bus)
        lt_buffer_printf(page->out, "  %-*s%s\n", LABEL_WIDTH - 2, "PCI id", bus);
    if (parent && *parent)
        lt_buffer_printf(page->out, "  %-*s%s\n", LABEL_WIDTH - 2, "inherits", parent);
    const char *file = lt_entry_file(page->db, entry)->name;
    lt_buffer_printf(page->out, "  %-*s%s:%u", LABEL_WIDTH - 2, "written in", file, entry->raw->line);
    for (const struct lt_hw_entry *patch = entry->patches; patch; patch = patch->next_patch)
        if (!lt_entry_file(page->db, patch)->skipped)
            lt_buffer_printf(page->out, ", changed by %s:%u", lt_entry_file(page->db, patch)->name, patch->raw->line);
    lt_buffer_puts(page->out, "\n\n");
}

static void show_foot(struct page *page)
{
    const struct lt_tree *notes = lt_tree_get(page->tree, "notes");
    for (const struct lt_tree *note = notes ? notes->child : NULL; note; note = note->next) {
        const char *text = lt_safe_text(&page->db->arena, lt_tree_text(note, ""));
        lt_buffer_printf(page->out, "%s  %s\n", note == notes->child ? "\nNotes\n" : "", text ? text : "");
    }
    for (int i = 0; i < page->source_count; i++) {
        const char *text = lt_safe_text(&page->db->arena, page->source[i]);
        lt_buffer_printf(page->out, "%s  [%d] %s\n", i ? "" : "\nSources\n", i + 1, text ? text : "");
    }
}

static enum lt_status show_entry(struct page *page, struct lt_hw_entry *entry, struct lt_problems *problems)
{
    struct lt_device device = {0};
    uint32_t derived = 0;
    enum lt_status status = lt_entry_resolve(page->db, entry, problems);
    if (status == LT_OK && lt_is_device(entry))
        status = lt_device_read(page->db, entry, &device, &derived, problems);
    if (status != LT_OK)
        return status;
    page->entry = entry;
    page->tree = entry->resolved;
    show_head(page, entry);
    for (int i = 0; i < lt_hw_field_count; i++) {
        const struct lt_hw_field *field = &lt_hw_fields[i];
        if (!(field->sections >> entry->section & 1) || is_furniture(field->path))
            continue;
        const struct lt_tree *value = lt_tree_find(page->tree, field->path);
        if (strchr(field->path, '*'))
            show_group(page, field);
        else if (value)
            show_value(page, field, field->path, value);
        if (!lt_is_device(entry))
            continue;
        show_peak(page, field, &device, derived);
        show_stream(page, field, &device);
    }
    show_cpu_peaks(page, &device, derived);
    show_foot(page);
    return page->db->arena.failed || page->out->failed ? LT_NO_MEMORY : LT_OK;
}

/* This machine's entry, which has no sources: it was detected. */
static void show_this(const struct lt_device *device, struct lt_buffer *out)
{
    char text[LT_NUMBER_TEXT];
    lt_buffer_printf(out, "%s\n  %-*sthis (detected)\n", device->name, LABEL_WIDTH - 2, "id");
    lt_buffer_printf(out, "  %-*s%s\n", LABEL_WIDTH - 2, "memory",
                     lt_number(text, (double)device->memory_bytes, LT_UNIT_BYTES));
    lt_buffer_printf(out, "  %-*s%u\n", LABEL_WIDTH - 2, device->kind == LT_DEVICE_CPU ? "cores" : "units",
                     device->units);
    for (int r = 0; r < LT_RATE_COUNT; r++)
        if (device->peak_flops_per_s[r] > 0)
            lt_buffer_printf(out, "  %-*s%s%s\n", LABEL_WIDTH - 2, lt_rate_name((enum lt_rate)r),
                             device->peak_derived ? "~" : "",
                             lt_number(text, device->peak_flops_per_s[r], LT_UNIT_FLOPS_PER_S));
}

enum lt_status lt_database_show(struct lt_database *db, const char *id, struct lt_buffer *out,
                                struct lt_problems *problems)
{
    const struct lt_device *device;
    const char *nearest[4];
    struct page page = {.db = db, .out = out};
    db->arena.failed = false;
    struct lt_hw_entry *entry = lt_index_name(db, id);
    if (entry && strcmp(id, "this") != 0)
        return show_entry(&page, entry, problems);
    enum lt_status status = lt_database_find(db, id, &device, nearest, problems);
    if (status == LT_OK)
        show_this(device, out);
    return status;
}
