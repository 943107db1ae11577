/* The inside of the hardware database, shared by the files of this folder only.
 *
 * Files hold sections (`accelerators:`, `machines:` …), sections hold entries. All built-in files are one layer, each
 * user directory is the next one. An entry is resolved against the layers below its own, so a user's patch never
 * changes what the program brings along; patches of later layers are laid over it in turn. */
#ifndef LT_HARDWARE_STORE_H
#define LT_HARDWARE_STORE_H

#include "core/data/tree.h"
#include "core/hardware/database.h"

/* A section's entries share their fields (fields.h) and are named uniquely in the whole database. */
enum lt_section {
    LT_SECTION_ACCELERATORS,
    LT_SECTION_CPUS,
    LT_SECTION_MACHINES,
    LT_SECTION_LINKS,
    LT_SECTION_NETWORKS,
    LT_SECTION_MEASURED,
    LT_SECTION_COLLECTIVES,
    LT_SECTION_STORAGE,
    LT_SECTION_DECODERS,
    LT_SECTION_FRAMEWORKS,
    LT_SECTION_RATES,
    LT_SECTION_COUNT,
};

enum { LT_INHERIT_LIMIT = 8, LT_LAYER_LAST = UINT16_MAX };

struct lt_hw_file {
    const char *name; /* as a problem shows it */
    const char *text;
    size_t bytes;
    uint16_t layer;
    bool skipped;                  /* a user file with an error: its entries do not count */
    const struct lt_tree *sources; /* titles by key; NULL until an entry is needed */
    size_t head_bytes;             /* what stands before the first section */
    uint32_t first, count;         /* its entries */
};

struct lt_hw_entry {
    const char *id;
    uint32_t file;
    uint8_t section; /* enum lt_section */
    bool abstract, patch, busy;
    struct lt_hw_entry *patches, *next_patch; /* later changes of this entry, in their order */
    size_t from, bytes;                       /* its text in the file, and the line it starts on */
    uint32_t line;
    const struct lt_tree *raw;      /* as written; NULL until it is needed */
    const struct lt_tree *base;     /* parents merged in, patches not */
    const struct lt_tree *resolved; /* all of it */
    const struct lt_device *device; /* accelerators and CPUs */
};

/* An id, alias, driver's name or PCI id, and whose it is. */
struct lt_hw_name {
    const char *text;
    struct lt_hw_entry *entry;
};

struct lt_database {
    struct lt_arena arena;
    struct lt_hw_file *file;
    struct lt_hw_entry **entry;
    struct lt_hw_name *name;
    uint32_t file_count, file_capacity, entry_count, entry_capacity, name_count, name_capacity;
    struct lt_device *this_machine; /* NULL: not told */
    const struct lt_device_row *row;
    uint32_t row_count;
};

/* "accelerators", …; LT_SECTION_COUNT where there is no such section. */
const char *lt_section_name(enum lt_section section);
enum lt_section lt_section_find(const char *name, size_t bytes);

static inline bool lt_is_device(const struct lt_hw_entry *entry)
{
    return entry->section <= LT_SECTION_CPUS;
}

static inline const struct lt_hw_file *lt_entry_file(const struct lt_database *db, const struct lt_hw_entry *entry)
{
    return &db->file[entry->file];
}

/* Of an entry that can be asked for: neither a patch, nor abstract, nor of a skipped file. */
bool lt_entry_listed(const struct lt_database *db, const struct lt_hw_entry *entry);

/* index.c: what is in a file, and who has a name. */
enum lt_status lt_index_add_file(struct lt_database *db, const char *name, const char *text, size_t bytes,
                                 uint16_t layer);
/* By scanning lines: sections at the margin, `  - id:` at an indent of two, `    name:`, `    aliases: [..]` and
 * `    pci: [..]` on one line each. Only for files that lint has seen. */
enum lt_status lt_index_scan(struct lt_database *db, uint32_t file);
/* From the parsed file, whatever its indents. */
enum lt_status lt_index_tree(struct lt_database *db, uint32_t file, const struct lt_tree *tree);
/* The entry that was written first under this exact id; NULL where there is none. Skips patches and skipped files. */
struct lt_hw_entry *lt_index_entry(const struct lt_database *db, const char *id);
/* The listed entry of a section that answers to a name, in any case; NULL where there is none. */
struct lt_hw_entry *lt_index_name(const struct lt_database *db, const char *name);
/* All of them in turn, from *at = 0 on: one name may stand for several memory sizes. False at the end. */
bool lt_index_next(const struct lt_database *db, const char *name, uint32_t *at, struct lt_hw_entry **entry);
/* Up to 3 ids of listed entries of the sections from..to whose id or alias is near to `name`, NULL-terminated. */
void lt_index_nearest(struct lt_database *db, const char *name, enum lt_section from, enum lt_section to,
                      const char *nearest[4]);

/* read.c: text as trees: a whole file, or one entry and the titles of its file's sources. Problems have the file's
 * lines. */
const struct lt_tree *lt_file_parse(struct lt_database *db, uint32_t file, struct lt_problems *problems);
enum lt_status lt_entry_read(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems);
/* Within a tree by dotted path: memory.bandwidth_gbps; NULL where there is none. */
const struct lt_tree *lt_tree_find(const struct lt_tree *tree, const char *path);
/* A text of an entry, safe to print; the fallback where there is none, "" where memory ends (arena.failed). */
const char *lt_entry_text(struct lt_database *db, const struct lt_tree *tree, const char *path, const char *fallback);

/* resolve.c: an entry with its parents and patches. Problems say why not. */
/* Parents only; while the layers are still being read. */
enum lt_status lt_entry_inherit(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems);
enum lt_status lt_entry_resolve(struct lt_database *db, struct lt_hw_entry *entry, struct lt_problems *problems);

/* source.c: who wrote a value of a resolved entry: itself, a patch, or a parent. NULL where it has no such value. */
const struct lt_hw_entry *lt_entry_writer(const struct lt_database *db, const struct lt_hw_entry *entry,
                                          const char *path);
/* Where the value comes from, by the `src` of who wrote it; NULL where that says nothing. As in the file: not safe to
 * print. */
const char *lt_entry_source(struct lt_database *db, const struct lt_hw_entry *entry, const char *path);

/* check.c: one entry as written against the fields of its section. False, and problems, where it is wrong. */
bool lt_entry_check(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_problems *problems);

/* device.c: the device of a resolved entry, made once. `derived` gets a bit per rate that is not published. */
enum lt_status lt_entry_device(struct lt_database *db, struct lt_hw_entry *entry, const struct lt_device **device,
                               struct lt_problems *problems);
enum lt_status lt_device_read(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_device *device,
                              uint32_t *derived, struct lt_problems *problems);

/* The clock that a rate's peak counts: the tensor clock for tensor rates where a device has one, but for fp64, which
 * keeps the boost clock (H100). */
double lt_rate_clock_hz(const struct lt_device *device, enum lt_rate rate);

/* An entry of a section, resolved, by id or alias: what the readers of machines, links and frameworks start from. */
enum lt_status lt_database_entry(struct lt_database *db, enum lt_section section, const char *id,
                                 struct lt_hw_entry **entry, struct lt_problems *problems);

/* As lt_database_open, with an arena that the database takes over: tests make its requests fail. */
struct lt_database *lt_database_open_with(struct lt_arena arena, const char *const *directories, int count,
                                          struct lt_problems *problems);

#endif
