#include "core/step/time/engine.h"

#include <math.h>
#include <string.h>

/* What an architecture sustains where its own figures are not in the database: share of the float32 and tensor peaks,
 * share of the bandwidth, watts per float32 TFLOP/s of its process. Fitted over 38 devices; the power rule explains T4
 * and A6000. */
struct arch {
    const char *name;
    double simt_cap, tensor, stream, watts;
    bool pipelined;
};
static const struct arch ARCH[] = {
    {"kepler", 0.94, 0, 0.72, 26, false},       {"maxwell", 0.94, 0, 0.75, 26, false},
    {"pascal", 0.94, 0, 0.67, 18, false},       {"volta", 0.94, 1.0, 0.89, 15.5, false},
    {"turing", 0.94, 0.80, 0.80, 15.5, false},  {"ampere", 0.665, 0.84, 0.95, 10.5, false},
    {"ada", 0.72, 0.95, 1.04, 6.6, false},      {"hopper", 0.72, 0.75, 0.76, 6.6, true},
    {"blackwell", 0.72, 0.95, 0.91, 6.6, true}, {"cdna", 0.585, 0.55, 0.83, 9, false},
    {"rdna", 0.5, 0.5, 0.8, 9, false},
};
/* Data-centre Ampere (GA100) has full-rate float32 units and HBM. */
static const struct arch GA100 = {"ampere", 0.95, 0.84, 0.89, 12, false};
static const struct arch ANY = {"", 0.7, 0.7, 0.8, 12, false};

static const struct arch *arch_of(const struct lt_device *device)
{
    if (strcmp(device->compute_capability, "8.0") == 0)
        return &GA100;
    for (unsigned i = 0; i < sizeof ARCH / sizeof *ARCH; i++)
        if (device->arch && strncmp(device->arch, ARCH[i].name, strlen(ARCH[i].name)) == 0)
            return &ARCH[i];
    return &ANY;
}

const struct lt_tile lt_tiles[LT_TILE_COUNT] = {
    {256, 128}, {128, 256}, {128, 128}, {128, 64}, {64, 128}, {64, 64},
    {128, 32},  {32, 128},  {64, 32},   {32, 64},  {32, 32},
};

/* How well a tile's operands reach the units: 1 / (1 + (h0 / h)^h1), h = 2 tm tn / (tm + tn) uses of each. */
static void feed(double *out, double h0, double h1)
{
    for (int i = 0; i < LT_TILE_COUNT; i++) {
        double h = 2 * lt_tiles[i].m * lt_tiles[i].n / (lt_tiles[i].m + lt_tiles[i].n);
        out[i] = 1 / (1 + pow(h0 / h, h1));
    }
}

static double either(double measured, double rule)
{
    return measured > 0 ? measured : rule;
}

static struct lt_engine accelerator(const struct lt_device *d)
{
    const struct arch *a = arch_of(d);
    const double *peak = d->peak_flops_per_s;
    double fp32 = either(peak[LT_RATE_FP32], 1e12);
    double power = d->tdp_w > 0 ? 0.84 * d->tdp_w / (a->watts * fp32 / 1e12) : a->simt_cap;
    double simt = either(d->sustained_simt, fmin(a->simt_cap, power));
    double tensor = either(d->sustained_tensor, d->tdp_w > 0 && d->tdp_w <= 75 ? 0.55 : a->tensor);
    double half = fmax(peak[LT_RATE_FP16_TENSOR], peak[LT_RATE_BF16_TENSOR]);
    double units = d->units ? d->units : 40;
    double clock = either(d->tensor_clock_hz, either(d->clock_hz, 1.4e9));
    struct lt_engine e = {
        .device = d,
        .units = units,
        .simt_flops_per_s = simt * fp32,
        .tensor_flops_per_s = {tensor * half, tensor * peak[LT_RATE_TF32_TENSOR]},
        .bytes_per_s = either(d->stream, a->stream) * either(d->bandwidth_bytes_per_s, 300e9),
        .cache_bytes = (double)d->cache_bytes,
        .pipelined = a->pipelined,
        .standing = d->sustained_simt > 0 || d->sustained_tensor > 0 ? LT_MODEL : LT_ASSUMED,
    };
    /* Faster tensor units starve sooner: h0 grows with their FLOP per clock. */
    double per_clock[2] = {half / (units * clock), peak[LT_RATE_TF32_TENSOR] / (units * clock)};
    feed(e.simt_feed, 49.7, 4.73);
    for (int i = 0; i < 2; i++)
        feed(e.tensor_feed[i], 41.9 * pow(per_clock[i] / 1024, 0.45), 3.34);
    return e;
}

/* oneDNN's blocked kernels reach 0.6 to 0.8 of the vector peak; memory about 0.7 of its specification. */
static struct lt_engine cpu(const struct lt_device *d)
{
    double peak =
        either(d->peak_flops_per_s[LT_RATE_FP32], (d->units ? d->units : 4) * 32 * either(d->clock_hz, 2.5e9));
    return (struct lt_engine){
        .device = d,
        .units = d->units ? d->units : 4,
        .simt_flops_per_s = either(d->sustained_simt, 0.65) * peak,
        .bytes_per_s = either(d->stream, 0.7) * either(d->bandwidth_bytes_per_s, 20e9),
        .cache_bytes = (double)d->cache_bytes,
        .cpu = true,
        .standing = LT_ASSUMED,
    };
}

struct lt_engine lt_engine_make(const struct lt_device *device, bool tf32)
{
    struct lt_engine engine = device->kind == LT_DEVICE_CPU ? cpu(device) : accelerator(device);
    if (!tf32)
        engine.tensor_flops_per_s[1] = 0;
    return engine;
}

/* Without units for halves a CPU widens and narrows them around every product (measured: 2.7 times the time of
 * float32). */
static const double CPU_HALF = 0.37;

double lt_engine_rate(const struct lt_engine *e, enum lt_dtype dtype, enum lt_unit_kind *unit)
{
    *unit = e->cpu ? LT_UNIT_CPU : LT_UNIT_SIMT;
    if (e->cpu && lt_is_half(dtype))
        return CPU_HALF * e->simt_flops_per_s;
    double tensor = lt_is_half(dtype) ? e->tensor_flops_per_s[0] : dtype == LT_FLOAT32 ? e->tensor_flops_per_s[1] : 0;
    if (tensor > 0) {
        *unit = LT_UNIT_TENSOR;
        return tensor;
    }
    double fp64 = e->device->peak_flops_per_s[LT_RATE_FP64];
    if (dtype == LT_FLOAT64)
        return fp64 > 0 ? fp64 * 0.8 : e->simt_flops_per_s / (e->cpu ? 2 : 32);
    return e->simt_flops_per_s;
}

double lt_engine_stream(const struct lt_engine *e, double bytes, double share)
{
    double hit = fmin(0.45 * bytes, 0.5 * e->cache_bytes);
    return (bytes - hit + hit / 3) / (e->bytes_per_s * share);
}
