/* The screen's budgets, measured from outside in a pseudo-terminal. */
#include "tests/bench/bench.h"
#include "tests/pty/rig.h"

#include <stdlib.h>
#include <string.h>

enum { QUIET_MS = 120 };

static void start(struct rig *rig)
{
    const char *const argv[] = {getenv("LT_PROGRAM"), "resnet50", "--set", "device=nvidia-a100-sxm4-80gb", NULL};
    const char *const env[] = {"XDG_STATE_HOME=/dev/null", NULL}; /* no journal from the run before */
    struct rig_options options = {.env = env};
    if (!argv[0] || !rig_start(rig, argv, &options))
        exit(1);
}

/* Until the last byte that follows a key; the silence after it is not counted. */
static double seconds_to_last_byte(struct rig *rig)
{
    double last = bench_now(), start_of = last;
    while (bench_now() - last < QUIET_MS / 1000.0)
        if (rig_pump(rig, 5))
            last = bench_now();
    return last - start_of;
}

static double first_frame(struct rig *rig)
{
    start(rig);
    return seconds_to_last_byte(rig);
}

static double key(struct rig *rig, const char *name, double *bytes)
{
    size_t before = rig->raw.length;
    rig_key(rig, name);
    double seconds = seconds_to_last_byte(rig);
    *bytes = (double)(rig->raw.length - before);
    return seconds;
}

static double resident_bytes(const struct rig *rig)
{
    char path[64], line[256];
    double kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)rig->program);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kilobytes = strtod(line + 6, NULL);
    if (status)
        fclose(status);
    return kilobytes * 1024;
}

int main(void)
{
    struct rig rig;
    double seconds[9], bytes = 0, bytes_of_pane, move[9], edit[9];
    for (int i = 0; i < 9; i++) {
        seconds[i] = first_frame(&rig);
        bytes = (double)rig.raw.length;
        if (i < 8)
            rig_stop(&rig);
    }
    bench_row("start to first frame, 80x24", bench_median(seconds, 9) * 1e3, 10, "ms");
    bench_row("first frame, 80x24", bytes, 4096, "bytes");
    bench_row("resident at rest", resident_bytes(&rig) / 1e6, 8, "MB");
    for (int i = 0; i < 9; i++)
        seconds[i] = key(&rig, "down", &move[i]);
    bench_row("cursor move, detail closed", bench_median(move, 9), 200, "bytes");
    key(&rig, "i", &bytes_of_pane);
    for (int i = 0; i < 9; i++)
        key(&rig, "down", &move[i]);
    bench_row("cursor move, detail open", bench_median(move, 9), 500, "bytes");
    key(&rig, "i", &bytes_of_pane);
    for (int i = 0; i < 9; i++)
        seconds[i] = key(&rig, i % 2 ? "b" : "B", &edit[i]);
    bench_row("edit", bench_median(edit, 9), 1024, "bytes");
    bench_row("key to last byte of an edit, 177 layers", bench_median(seconds, 9) * 1e3, 2, "ms");
    for (int i = 0; i < 9; i++) {
        seconds[i] = key(&rig, "d", &move[i]);
        key(&rig, "esc", &move[i]);
    }
    bench_row("device picker, with the verdicts in view", bench_median(seconds, 9) * 1e3, 20, "ms");
    size_t before = rig.raw.length;
    long switches = rig_switches(&rig);
    rig_pump(&rig, 2000);
    bench_row("idle for 2 s", (double)(rig.raw.length - before), 0, "bytes");
    bench_row("idle for 2 s", (double)(rig_switches(&rig) - switches), 0, "wake-ups");
    before = rig.raw.length;
    for (int i = 0; i < 200; i++)
        rig_resize(&rig, 24 + i % 2, 80 + i % 7);
    rig_wait_quiet(&rig, 300);
    bench_row("200 quick resizes, in first frames", (double)(rig.raw.length - before) / bytes, 3, "frames");
    rig_stop(&rig);
    return 0;
}
