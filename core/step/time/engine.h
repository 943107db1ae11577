/* A device as the laws of time see it: what it sustains, not what is printed on the box.
 * The laws were fitted to published kernel and step times (DeepBench, NeuSight, Lambda, NVIDIA, MosaicML, timm). */
#ifndef LT_STEP_TIME_ENGINE_H
#define LT_STEP_TIME_ENGINE_H

#include "core/base/dtype.h"
#include "core/hardware/device.h"

/* Tiles of a matrix product that vendors' libraries choose from. */
enum { LT_TILE_COUNT = 11 };
extern const struct lt_tile {
    double m, n;
} lt_tiles[LT_TILE_COUNT];

enum lt_unit_kind { LT_UNIT_SIMT, LT_UNIT_TENSOR, LT_UNIT_CPU };

struct lt_engine {
    const struct lt_device *device;
    double units;                    /* SM, CU; CPU: cores */
    double simt_flops_per_s;         /* float32, sustained */
    double tensor_flops_per_s[2];    /* half (float32 accumulate), tf32; 0: no such unit */
    double simt_feed[LT_TILE_COUNT]; /* share of the rate at which a tile of this size is fed, by unit */
    double tensor_feed[2][LT_TILE_COUNT];
    double bytes_per_s; /* of the memory, sustained by a long stream */
    double cache_bytes;
    bool pipelined; /* Hopper and later: epilogues overlap with the next tile */
    bool cpu;
    enum lt_standing standing; /* LT_MODEL: sustained rates measured; LT_ASSUMED: by the rule for its kind */
};

/* tf32: whether float32 products may run on TF32 units. */
struct lt_engine lt_engine_make(const struct lt_device *device, bool tf32);

/* The unit and rate that a GEMM of this dtype runs on. */
double lt_engine_rate(const struct lt_engine *engine, enum lt_dtype dtype, enum lt_unit_kind *unit);

/* Seconds for `bytes` at a share of the sustained bandwidth; operands that fit the cache come three times as fast. */
double lt_engine_stream(const struct lt_engine *engine, double bytes, double share);

#endif
