#include "core/hardware/machine.h"

#include "core/hardware/link.h"
#include "core/hardware/store.h"

static double number_at(const struct lt_tree *tree, const char *path)
{
    return lt_tree_number(lt_tree_find(tree, path), 0);
}

static enum lt_status instance_read(struct lt_database *db, struct lt_hw_entry *entry, struct lt_instance *out,
                                    struct lt_problems *problems)
{
    enum lt_status status = lt_entry_resolve(db, entry, problems);
    const struct lt_tree *tree = entry->resolved;
    if (status != LT_OK)
        return status;
    *out = (struct lt_instance){
        .id = entry->id,
        .name = lt_entry_text(db, tree, "name", entry->id),
        .provider = lt_entry_text(db, tree, "provider", ""),
        .accelerator = lt_entry_text(db, tree, "accelerator", ""),
        .accelerator_count = (uint32_t)number_at(tree, "accelerator_count"),
        .vcpus = (uint32_t)number_at(tree, "vcpu"),
        .ram_bytes = (uint64_t)(number_at(tree, "ram_gib") * 1073741824.0),
        .network_bytes_per_s = number_at(tree, "network_gbit") * 1e9 / 8,
        .disk_bytes_per_s = number_at(tree, "block_storage_gbit") * 1e9 / 8,
        .usd_per_hour = number_at(tree, "price.usd_per_hour"),
        .spot_usd_per_hour = number_at(tree, "price.spot_usd_per_hour"),
        .price_date = lt_entry_text(db, tree, "price.date", ""),
        .region = lt_entry_text(db, tree, "price.region", ""),
    };
    const char *peer = lt_entry_text(db, tree, "links.peer", "");
    struct lt_link link;
    if (db->arena.failed)
        return LT_NO_MEMORY;
    if (!*peer)
        return LT_OK;
    status = lt_database_link(db, peer, &link, problems);
    out->peer_link_bytes_per_s = status == LT_OK ? link.one_way_bytes_per_s : 0;
    return status;
}

static bool is_machine(const struct lt_database *db, const struct lt_hw_entry *entry)
{
    return entry->section == LT_SECTION_MACHINES && lt_entry_listed(db, entry);
}

enum lt_status lt_database_instance(struct lt_database *db, const char *id, struct lt_instance *instance,
                                    struct lt_problems *problems)
{
    struct lt_hw_entry *entry;
    enum lt_status status = lt_database_entry(db, LT_SECTION_MACHINES, id, &entry, problems);
    return status == LT_OK ? instance_read(db, entry, instance, problems) : status;
}

enum lt_status lt_database_instances(struct lt_database *db, const struct lt_instance **instances, uint32_t *count,
                                     struct lt_problems *problems)
{
    db->arena.failed = false;
    uint32_t found = 0, machines = 0;
    for (uint32_t i = 0; i < db->entry_count; i++)
        machines += is_machine(db, db->entry[i]);
    struct lt_instance *out = lt_alloc_array(&db->arena, machines, sizeof *out);
    enum lt_status status = out ? LT_OK : LT_NO_MEMORY;
    for (uint32_t i = 0; status == LT_OK && i < db->entry_count; i++)
        if (is_machine(db, db->entry[i]))
            status = instance_read(db, db->entry[i], &out[found++], problems);
    *instances = status == LT_OK ? out : NULL;
    *count = status == LT_OK ? found : 0;
    return status;
}
