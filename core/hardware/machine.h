/* Machines as clouds rent them: which accelerators, how many, how much host, at what price. Facts of the database. */
#ifndef LT_HARDWARE_MACHINE_H
#define LT_HARDWARE_MACHINE_H

#include "core/hardware/database.h"

/* 0 and "" mean not known. */
struct lt_instance {
    const char *id, *name, *provider;
    const char *accelerator; /* an id of the database; "" for a host alone */
    uint32_t accelerator_count, vcpus;
    uint64_t ram_bytes;
    double peer_link_bytes_per_s; /* between its accelerators, one direction; 0: see the accelerator */
    double network_bytes_per_s;
    double disk_bytes_per_s; /* of network volumes */
    double usd_per_hour, spot_usd_per_hour;
    const char *price_date, *region;
};

/* The machine by its id. LT_NOT_FOUND, and a problem, where there is none. */
enum lt_status lt_database_instance(struct lt_database *database, const char *id, struct lt_instance *instance,
                                    struct lt_problems *problems);

/* All machines, in the order of the files; parses what is not yet parsed. Owned by the database. */
enum lt_status lt_database_instances(struct lt_database *database, const struct lt_instance **instances,
                                     uint32_t *count, struct lt_problems *problems);

#endif
