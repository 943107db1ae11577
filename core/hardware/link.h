/* Links between devices, hosts and nodes by id, and measured collectives over them. Facts of the database. */
#ifndef LT_HARDWARE_LINK_H
#define LT_HARDWARE_LINK_H

#include "core/hardware/database.h"

struct lt_link {
    const char *id, *name;
    double one_way_bytes_per_s; /* by specification; half of both ways where only that is known */
    double latency_s;           /* 0: not known */
};

/* A link or a node's network. LT_NOT_FOUND, and a problem, where there is none. */
enum lt_status lt_database_link(struct lt_database *database, const char *id, struct lt_link *link,
                                struct lt_problems *problems);

/* Bus bandwidth of an all-reduce over a payload: 2(n-1)/n x bytes / seconds, as nccl-tests counts. */
struct lt_curve_point {
    double bytes, bus_bytes_per_s;
};

struct lt_curve {
    const char *id, *name, *accelerator; /* accelerator "": not named */
    uint32_t devices, nodes, count;
    const struct lt_curve_point *point; /* bytes growing */
};

/* The measured all-reduce curve of `devices` accelerators of this id, or of the number of devices nearest to it on the
 * same accelerator. LT_NOT_FOUND without a problem where none was measured. */
enum lt_status lt_database_curve(struct lt_database *database, const char *accelerator, uint32_t devices,
                                 struct lt_curve *curve, struct lt_problems *problems);

/* The curve at a payload, linear in log(bytes), flat beyond its ends. 0 for an empty curve. */
double lt_curve_at(const struct lt_curve *curve, double bytes);

#endif
