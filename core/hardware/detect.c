#include "core/hardware/detect.h"

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/hardware/store.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_TEXT = 16 * 1024, LINE_TEXT = 256, PATH_TEXT = 512 };

/* The start of a file of /proc or /sys, which tell no size. False where it cannot be read. */
static bool read_text(const char *root, const char *path, char *text, size_t size)
{
    char full[PATH_TEXT];
    if (snprintf(full, sizeof full, "%s%s", root, path) >= (int)sizeof full)
        return false;
    FILE *file = fopen(full, "r");
    if (!file)
        return false;
    const size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return length > 0;
}

/* The first number of a small file; 0 where there is none ("max", a missing file). */
static double read_number(const char *root, const char *path)
{
    char text[LINE_TEXT];
    return read_text(root, path, text, sizeof text) ? strtod(text, NULL) : 0;
}

/* The value behind `key … :` of a line of /proc/cpuinfo or /proc/meminfo; NULL where the line has another key. */
static const char *value_of(const char *line, const char *key)
{
    const size_t length = strlen(key);
    if (strncmp(line, key, length) != 0)
        return NULL;
    line += length;
    line += strspn(line, " \t");
    return *line == ':' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static void copy_line(char *out, size_t size, const char *value)
{
    size_t length = strcspn(value, "\n");
    length = length < size ? length : size - 1;
    memcpy(out, value, length);
    out[length] = '\0';
}

struct cpuinfo {
    char model[LINE_TEXT], vendor[LINE_TEXT], flags[8 * 1024];
    uint32_t threads, cores_of_socket, threads_of_socket, sockets;
    double mhz;
};

/* Of the first processors only: the kernel takes milliseconds for the whole text of a large server. All are alike. */
static void read_cpuinfo(const char *text, struct cpuinfo *cpu)
{
    for (const char *line = text, *value; *line; line = next_line(line)) {
        if (value_of(line, "processor"))
            cpu->threads++;
        else if (!cpu->model[0] && (value = value_of(line, "model name")))
            copy_line(cpu->model, sizeof cpu->model, value);
        else if (!cpu->vendor[0] && (value = value_of(line, "vendor_id")))
            copy_line(cpu->vendor, sizeof cpu->vendor, value);
        else if (!cpu->flags[0] && ((value = value_of(line, "flags")) || (value = value_of(line, "Features"))))
            copy_line(cpu->flags, sizeof cpu->flags, value);
        else if ((value = value_of(line, "cpu cores")))
            cpu->cores_of_socket = (uint32_t)strtoul(value, NULL, 10);
        else if ((value = value_of(line, "siblings")))
            cpu->threads_of_socket = (uint32_t)strtoul(value, NULL, 10);
        else if ((value = value_of(line, "cpu MHz")))
            cpu->mhz = fmax(cpu->mhz, strtod(value, NULL));
    }
}

/* The count of a list such as 0-3,8-11; 0 where it is none. */
static uint32_t list_count(const char *list)
{
    uint32_t count = 0;
    while (*list >= '0' && *list <= '9') {
        char *end;
        const unsigned long first = strtoul(list, &end, 10), last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        count += last >= first && last - first < 65536 ? (uint32_t)(last - first + 1) : 0;
        list = *end == ',' ? end + 1 : end;
    }
    return count;
}

/* Threads are those that run; sockets follow from the threads of one. */
static void count_cpus(const char *root, struct cpuinfo *cpu)
{
    char text[LINE_TEXT];
    const uint32_t online = read_text(root, "/sys/devices/system/cpu/online", text, sizeof text) ? list_count(text) : 0;
    cpu->threads = online ? online : cpu->threads ? cpu->threads : 1;
    cpu->sockets = cpu->threads_of_socket ? (uint32_t)lt_ceil_div(cpu->threads, cpu->threads_of_socket) : 1;
}

static bool has_flag(const struct cpuinfo *cpu, const char *flag)
{
    const size_t length = strlen(flag);
    for (const char *at = cpu->flags; (at = strstr(at, flag)); at += length)
        if ((at == cpu->flags || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* Drops what the kernel's model name says beyond the vendor's name for the part:
 * "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", "13th Gen Intel(R) Core(TM) i9-13900K", "AMD EPYC 7742 64-Core
 * Processor". */
static void plain_model(const char *model, char out[static LINE_TEXT])
{
    static const char *const noise[] = {"(R)", "(TM)", "(r)", "(tm)", " CPU", " Processor"};
    char text[LINE_TEXT];
    const char *generation = strstr(model, "th Gen ");
    snprintf(text, sizeof text, "%s", generation && generation - model <= 3 ? generation + 7 : model);
    text[strcspn(text, "@")] = '\0';
    char *cores = strstr(text, "-Core");
    if (cores) {
        while (cores > text && cores[-1] != ' ')
            cores--;
        *cores = '\0';
    }
    size_t length = 0;
    for (const char *at = text; *at;) {
        size_t skip = 0;
        for (size_t i = 0; !skip && i < sizeof noise / sizeof *noise; i++)
            if (strncmp(at, noise[i], strlen(noise[i])) == 0)
                skip = strlen(noise[i]);
        if (!skip && !(*at == ' ' && (!length || out[length - 1] == ' ')))
            out[length++] = *at;
        at += skip ? skip : 1;
    }
    while (length && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
}

/* float32 operations per core and clock, an FMA as two: two vector units of the widest kind, the rule of hwdb/cpus. */
static double flops_per_cycle(const struct cpuinfo *cpu)
{
    static const struct {
        const char *flag;
        double flops;
    } rule[] = {{"avx512f", 64}, {"fma", 32}, {"avx", 16}, {"sse2", 8}, {"sve", 32}, {"asimd", 16}};
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
        if (has_flag(cpu, rule[i].flag))
            return rule[i].flops;
    return 2;
}

/* "32768K" as /sys writes cache sizes. */
static uint64_t cache_bytes(const char *root)
{
    char text[LINE_TEXT], *unit;
    if (!read_text(root, "/sys/devices/system/cpu/cpu0/cache/index3/size", text, sizeof text))
        return 0;
    const double value = strtod(text, &unit);
    return value > 0 ? (uint64_t)(value * (*unit == 'M' ? 1048576 : *unit == 'K' ? 1024 : 1)) : 0;
}

static const char *cpu_vendor(const struct cpuinfo *cpu)
{
    return strcmp(cpu->vendor, "GenuineIntel") == 0 ? "intel" : strcmp(cpu->vendor, "AuthenticAMD") == 0 ? "amd" : "";
}

/* A CPU that the database does not know. */
static enum lt_status make_cpu(struct lt_arena *arena, const char *root, const struct cpuinfo *info, const char *name,
                               struct lt_device *cpu)
{
    const double khz = read_number(root, "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
    const char *safe = lt_safe_text(arena, *name ? name : "unknown CPU");
    const char *shown = lt_strdup(arena, safe); /* safe text may be `name` itself, which goes */
    *cpu = (struct lt_device){
        .id = "cpu",
        .name = shown,
        .vendor = cpu_vendor(info),
        .arch = has_flag(info, "avx512f") ? "x86-avx512"
                : has_flag(info, "fma")   ? "x86-avx2"
                                          : "",
        .compute_capability = "",
        .kind = LT_DEVICE_CPU,
        .clock_hz = khz > 0 ? khz * 1e3 : info->mhz * 1e6,
        .cache_bytes = cache_bytes(root),
        .peak_derived = true,
    };
    return shown ? LT_OK : LT_NO_MEMORY;
}

/* Cores and threads are the machine's, not the part's: two sockets count twice, a virtual machine has fewer. The peak
 * and the bandwidth of a known part change in proportion to its cores, the bandwidth by whole sockets. */
static void fit_cpu(const struct cpuinfo *info, struct lt_device *cpu)
{
    uint32_t cores = info->cores_of_socket * info->sockets;
    cores = cores && cores <= info->threads ? cores : info->threads;
    const double per_core = cpu->units ? cpu->peak_flops_per_s[LT_RATE_FP32] / cpu->units : 0;
    const double peak = cores * (per_core > 0 ? per_core : flops_per_cycle(info) * cpu->clock_hz);
    cpu->peak_flops_per_s[LT_RATE_FP32] = peak;
    cpu->peak_flops_per_s[LT_RATE_FP64] = peak / 2;
    cpu->bandwidth_bytes_per_s *= info->sockets;
    cpu->units = cores;
    cpu->threads = info->threads;
}

static enum lt_status detect_cpu(struct lt_arena *arena, struct lt_database *db, const char *root,
                                 struct lt_detected *out, struct lt_problems *problems)
{
    char *text = lt_alloc(arena, FILE_TEXT);
    struct cpuinfo *info = lt_alloc(arena, sizeof *info);
    char name[LINE_TEXT];
    if (!text || !info)
        return LT_NO_MEMORY;
    if (read_text(root, "/proc/cpuinfo", text, FILE_TEXT))
        read_cpuinfo(text, info);
    count_cpus(root, info);
    plain_model(info->model, name);
    struct lt_hw_entry *entry = *name ? lt_index_name(db, name) : NULL;
    enum lt_status status = LT_OK;
    if (entry && entry->section == LT_SECTION_CPUS) {
        const struct lt_device *known;
        status = lt_entry_device(db, entry, &known, problems);
        if (status == LT_OK)
            out->cpu = *known;
        out->cpu_known = status == LT_OK;
    } else {
        status = make_cpu(arena, root, info, name, &out->cpu);
    }
    if (status != LT_OK)
        return status;
    out->sockets = info->sockets;
    fit_cpu(info, &out->cpu);
    return LT_OK;
}

/* The control group of this process in the hierarchy that `controller` names ("" for version 2); "" where not said. */
static void own_group(const char *root, const char *controller, char group[static LINE_TEXT])
{
    char text[4096];
    group[0] = '\0';
    if (!read_text(root, "/proc/self/cgroup", text, sizeof text))
        return;
    for (const char *line = text; *line; line = next_line(line)) {
        const char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
        if (!path || (size_t)(path - names - 1) != strlen(controller) ||
            strncmp(names + 1, controller, strlen(controller)) != 0)
            continue;
        copy_line(group, LINE_TEXT, path + 1);
        return;
    }
}

/* The lowest limit from the group up to the root of its hierarchy; 0 where there is none. In a container the group's
 * own path may not be visible: then the top of the mount is the group. */
static double group_limit(const char *root, const char *mount, const char *file, char *group)
{
    double lowest = 0;
    for (;;) {
        char path[PATH_TEXT];
        const int length = snprintf(path, sizeof path, "%s%s/%s", mount, strcmp(group, "/") == 0 ? "" : group, file);
        const double limit = length < (int)sizeof path ? read_number(root, path) : 0;
        if (limit > 0 && (lowest <= 0 || limit < lowest))
            lowest = limit;
        char *slash = strrchr(group, '/');
        if (!slash)
            return lowest;
        *slash = '\0';
    }
}

static void detect_ram(const char *root, struct lt_detected *out)
{
    char text[8192], group[LINE_TEXT];
    double kib = 0;
    if (read_text(root, "/proc/meminfo", text, sizeof text))
        for (const char *line = text, *value; *line; line = next_line(line))
            if ((value = value_of(line, "MemTotal")))
                kib = strtod(value, NULL);
    out->physical_bytes = (uint64_t)(kib * 1024);
    out->ram_bytes = out->physical_bytes;
    own_group(root, "", group);
    const double v2 = group_limit(root, "/sys/fs/cgroup", "memory.max", group);
    own_group(root, "memory", group);
    const double v1 = group_limit(root, "/sys/fs/cgroup/memory", "memory.limit_in_bytes", group);
    const double limits[] = {v2, v1};
    for (int i = 0; i < 2; i++)
        if (limits[i] > 0 && (!out->ram_bytes || limits[i] < (double)out->ram_bytes))
            out->ram_bytes = (uint64_t)limits[i];
}

/* A device of class 0x03 (display) of NVIDIA or AMD; a card without a screen output is 0x0302, AMD Instinct 0x1200. */
static bool is_gpu(unsigned long vendor, unsigned long class)
{
    const unsigned long kind = class >> 16;
    return (vendor == 0x10de && kind == 0x03) || (vendor == 0x1002 && (kind == 0x03 || kind == 0x12));
}

static unsigned long pci_number(const char *root, const char *slot, const char *file)
{
    char path[PATH_TEXT], text[LINE_TEXT];
    if (snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", slot, file) >= (int)sizeof path)
        return 0;
    return read_text(root, path, text, sizeof text) ? strtoul(text, NULL, 16) : 0;
}

static enum lt_status detect_gpu(struct lt_database *db, const char *root, const char *slot, struct lt_detected *out,
                                 struct lt_problems *problems)
{
    const unsigned long vendor = pci_number(root, slot, "vendor"), device = pci_number(root, slot, "device");
    if (!is_gpu(vendor, pci_number(root, slot, "class")) || out->gpu_count == LT_DETECT_GPUS)
        return LT_OK;
    struct lt_detected_gpu *gpu = &out->gpu[out->gpu_count++];
    snprintf(gpu->pci, sizeof gpu->pci, "%04x:%04x", (unsigned)vendor & 0xffff, (unsigned)device & 0xffff);
    struct lt_hw_entry *entry = lt_index_name(db, gpu->pci);
    if (!entry || entry->section != LT_SECTION_ACCELERATORS)
        return LT_OK;
    return lt_entry_device(db, entry, &gpu->device, problems);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of the slots, which is the driver's own with CUDA_DEVICE_ORDER=PCI_BUS_ID. */
static enum lt_status detect_gpus(struct lt_database *db, const char *root, struct lt_detected *out,
                                  struct lt_problems *problems)
{
    char path[PATH_TEXT];
    struct dirent **slot;
    if (snprintf(path, sizeof path, "%s/sys/bus/pci/devices", root) >= (int)sizeof path)
        return LT_OK;
    const int count = scandir(path, &slot, NULL, by_name);
    enum lt_status status = LT_OK;
    for (int i = 0; i < count; i++) {
        if (status == LT_OK && slot[i]->d_name[0] != '.')
            status = detect_gpu(db, root, slot[i]->d_name, out, problems);
        free(slot[i]);
    }
    if (count >= 0)
        free(slot);
    return status;
}

enum lt_status lt_detect(struct lt_arena *arena, struct lt_database *db, const char *root, struct lt_detected *out,
                         struct lt_problems *problems)
{
    *out = (struct lt_detected){0};
    enum lt_status status = detect_cpu(arena, db, root, out, problems);
    detect_ram(root, out);
    out->cpu.memory_bytes = out->ram_bytes;
    return status == LT_OK ? detect_gpus(db, root, out, problems) : status;
}

int lt_smi_parse(const char *text, struct lt_smi_gpu *gpu, int capacity)
{
    int count = 0;
    for (const char *line = text; *line && count < capacity; line = next_line(line)) {
        const char *total = strchr(line, ','), *used = total ? strchr(total + 1, ',') : NULL;
        const char *end = line + strcspn(line, "\n");
        char *stop;
        if (!used || used > end)
            continue;
        const double total_mib = strtod(total + 1, &stop), used_mib = strtod(used + 1, NULL);
        if (!(total_mib > 0 && total_mib < 1e9) || stop == total + 1)
            continue;
        size_t length = (size_t)(total - line);
        length = length < sizeof gpu->name ? length : sizeof gpu->name - 1;
        memcpy(gpu[count].name, line, length);
        gpu[count].name[length] = '\0';
        gpu[count].total_bytes = (uint64_t)(total_mib * 1048576);
        gpu[count++].used_bytes = used_mib > 0 && used_mib < 1e9 ? (uint64_t)(used_mib * 1048576) : 0;
    }
    return count;
}

enum lt_status lt_smi_device(struct lt_database *db, const struct lt_smi_gpu *gpu, const struct lt_device **device,
                             struct lt_problems *problems)
{
    struct lt_hw_entry *entry;
    double best = INFINITY;
    *device = NULL;
    for (uint32_t at = 0; lt_index_next(db, gpu->name, &at, &entry);) {
        const struct lt_device *candidate;
        if (entry->section != LT_SECTION_ACCELERATORS)
            continue;
        enum lt_status status = lt_entry_device(db, entry, &candidate, problems);
        if (status != LT_OK)
            return status;
        const double distance = fabs((double)candidate->memory_bytes - (double)gpu->total_bytes);
        if (distance < best) {
            best = distance;
            *device = candidate;
        }
    }
    return *device ? LT_OK : LT_NOT_FOUND;
}
