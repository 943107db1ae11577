#include "core/hardware/link.h"

#include "core/hardware/store.h"

#include <math.h>
#include <string.h>

enum lt_status lt_database_link(struct lt_database *db, const char *id, struct lt_link *link,
                                struct lt_problems *problems)
{
    struct lt_hw_entry *network = lt_index_name(db, id), *entry;
    const enum lt_section section =
        network && network->section == LT_SECTION_NETWORKS ? LT_SECTION_NETWORKS : LT_SECTION_LINKS;
    enum lt_status status = lt_database_entry(db, section, id, &entry, problems);
    if (status != LT_OK)
        return status;
    const struct lt_tree *tree = entry->resolved;
    const double one_way = lt_tree_number(lt_tree_get(tree, "one_way_gbps"), 0);
    const double both = lt_tree_number(lt_tree_get(tree, "both_ways_gbps"), 0);
    *link = (struct lt_link){
        .id = entry->id,
        .name = lt_entry_text(db, tree, "name", entry->id),
        .one_way_bytes_per_s = (one_way > 0 ? one_way : both / 2) * 1e9,
        .latency_s = lt_tree_number(lt_tree_get(tree, "latency_us"), 0) * 1e-6,
    };
    return LT_OK;
}

static enum lt_status curve_read(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_curve *curve)
{
    const struct lt_tree *tree = entry->resolved, *points = lt_tree_get(tree, "points");
    struct lt_curve_point *point = lt_alloc_array(&db->arena, points->count, sizeof *point);
    uint32_t count = 0;
    for (const struct lt_tree *item = points->child; point && item; item = item->next, count++) {
        point[count].bytes = lt_tree_number(lt_tree_at(item, 0), 0);
        point[count].bus_bytes_per_s = lt_tree_number(lt_tree_at(item, 1), 0) * 1e9;
    }
    *curve = (struct lt_curve){
        .id = entry->id,
        .name = lt_entry_text(db, tree, "name", entry->id),
        .accelerator = lt_entry_text(db, tree, "accelerator", ""),
        .devices = (uint32_t)lt_tree_int(lt_tree_get(tree, "devices"), 0),
        .nodes = (uint32_t)lt_tree_int(lt_tree_get(tree, "nodes"), 0),
        .count = count,
        .point = point,
    };
    return point ? LT_OK : LT_NO_MEMORY;
}

enum lt_status lt_database_curve(struct lt_database *db, const char *accelerator, uint32_t devices,
                                 struct lt_curve *curve, struct lt_problems *problems)
{
    const struct lt_hw_entry *best = NULL;
    double best_distance = INFINITY;
    db->arena.failed = false;
    for (uint32_t i = 0; i < db->entry_count; i++) {
        struct lt_hw_entry *entry = db->entry[i];
        if (entry->section != LT_SECTION_COLLECTIVES || !lt_entry_listed(db, entry))
            continue;
        enum lt_status status = lt_entry_resolve(db, entry, problems);
        if (status != LT_OK)
            return status;
        const double count = lt_tree_number(lt_tree_get(entry->resolved, "devices"), 0);
        const double distance = fabs(log(count / (devices ? devices : 1)));
        if (lt_tree_get(entry->resolved, "points") && distance < best_distance &&
            strcmp(lt_tree_text(lt_tree_get(entry->resolved, "accelerator"), ""), accelerator) == 0) {
            best = entry;
            best_distance = distance;
        }
    }
    return best ? curve_read(db, best, curve) : LT_NOT_FOUND;
}

double lt_curve_at(const struct lt_curve *curve, double bytes)
{
    const struct lt_curve_point *point = curve->point;
    if (!curve->count)
        return 0;
    if (!(bytes > point[0].bytes))
        return point[0].bus_bytes_per_s;
    for (uint32_t i = 1; i < curve->count; i++)
        if (bytes <= point[i].bytes) {
            const double share = log(bytes / point[i - 1].bytes) / log(point[i].bytes / point[i - 1].bytes);
            return point[i - 1].bus_bytes_per_s + share * (point[i].bus_bytes_per_s - point[i - 1].bus_bytes_per_s);
        }
    return point[curve->count - 1].bus_bytes_per_s;
}
