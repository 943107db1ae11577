/* What the screen costs, of the real program in a pseudo-terminal of 80x24: time and bytes to the first frame, of a
 * cursor move and of an edit, and what it does while nobody does anything. */
#include "tests/bench/bench.h"

#include <string.h>

#include "tests/pty/rig.h"

enum { QUIET_MS = 30, TIMES = 21 };

struct reaction {
    double seconds; /* to the last byte */
    size_t bytes;
};

/* Reads until nothing has come for QUIET_MS. */
static struct reaction settle(struct rig *rig, double start)
{
    const size_t before = rig->raw.length;
    double last = start;
    while (rig_pump(rig, QUIET_MS) > 0)
        last = now_seconds();
    return (struct reaction){last - start, rig->raw.length - before};
}

static struct reaction press(struct rig *rig, const char *key)
{
    double start = now_seconds();
    rig_key(rig, key);
    return settle(rig, start);
}

static void start(struct rig *rig, const char *model, struct reaction *first)
{
    static const char *const env[] = {"XDG_STATE_HOME=/dev/null", NULL}; /* no journal outlives a measurement */
    const char *const argv[] = {getenv("LT_PROGRAM"), model, "--set", "device=nvidia-a100-sxm4-80gb", NULL};
    must(argv[0] != NULL, "LT_PROGRAM");
    double begun = now_seconds();
    must(rig_start(rig, argv, &(struct rig_options){.env = env}), "starting the program");
    must(rig_wait_text(rig, "q quit"), "waiting for the screen");
    *first = (struct reaction){now_seconds() - begun, 0};
    settle(rig, begun);
    first->bytes = rig->raw.length;
}

static void bench_start(void)
{
    double seconds[TIMES];
    struct reaction first = {0};
    for (int i = 0; i < TIMES; i++) {
        struct rig rig;
        start(&rig, "resnet50", &first);
        seconds[i] = first.seconds;
        rig_stop(&rig);
    }
    show("start to first frame", 1e3 * median(seconds, TIMES), 10, "ms");
    show("bytes of the first frame", (double)first.bytes, 4096, "bytes");
}

/* The median of both over keys that go there and back. */
static struct reaction react(struct rig *rig, const char *there, const char *back)
{
    double seconds[TIMES], bytes[TIMES];
    for (int i = 0; i < TIMES; i++) {
        struct reaction r = press(rig, i % 2 ? back : there);
        seconds[i] = r.seconds;
        bytes[i] = (double)r.bytes;
    }
    return (struct reaction){median(seconds, TIMES), (size_t)median(bytes, TIMES)};
}

static long resident_kib(const struct rig *rig)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)rig->program);
    FILE *file = fopen(path, "r");
    while (file && kib < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld", &kib) != 1)
            kib = -1;
    if (file)
        fclose(file);
    return kib;
}

static void bench_idle(struct rig *rig)
{
    const long switches = rig_switches(rig);
    size_t bytes = rig_pump(rig, 2000);
    show("bytes in 2 idle seconds", (double)bytes, 0, "bytes");
    show("wake-ups in 2 idle seconds", (double)(rig_switches(rig) - switches), 0, "");
    show("memory at rest", (double)resident_kib(rig) / 1024, 8, "MiB");
}

static void bench_keys(void)
{
    struct rig rig;
    struct reaction first, r;
    start(&rig, "resnet50", &first);
    r = react(&rig, "down", "up");
    show("cursor move", (double)r.bytes, 200, "bytes");
    show("cursor move, key to last byte", 1e3 * r.seconds, 2, "ms");
    r = react(&rig, "b", "B");
    show("edit (batch)", (double)r.bytes, 1024, "bytes");
    show("edit (batch), key to last byte", 1e3 * r.seconds, 2, "ms");
    press(&rig, "i");
    r = react(&rig, "down", "up");
    show("cursor move, detail open", (double)r.bytes, 500, "bytes");
    press(&rig, "i");
    bench_idle(&rig);
    rig_stop(&rig);
}

static void bench_large(void)
{
    struct rig rig;
    struct reaction first, r;
    start(&rig, "tests/reference/applications/NASNetLarge.keras", &first);
    r = react(&rig, "b", "B");
    show("edit of NASNetLarge (1,039 layers), to last byte", 1e3 * r.seconds, 5, "ms");
    rig_stop(&rig);
}

static void bench_resizes(void)
{
    struct rig rig;
    struct reaction first;
    start(&rig, "resnet50", &first);
    const size_t before = rig.raw.length;
    for (int i = 0; i < 200; i++)
        rig_resize(&rig, 24 + i % 7, 80 + i % 11);
    rig_resize(&rig, 30, 90);
    rig_wait_quiet(&rig, 200);
    show("200 quick resizes, in first frames", (double)(rig.raw.length - before) / (double)first.bytes, 3, "frames");
    must(rig_shows(&rig, "q quit"), "the last size");
    rig_stop(&rig);
}

int main(void)
{
    bench_start();
    bench_keys();
    bench_large();
    bench_resizes();
    return 0;
}
