/* A small program on the terminal machinery, for the tests of it: a list, and a line that says what happened last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/list.h"
#include "tui/loop.h"
#include "tui/term.h"

enum { ROWS = 96 };

struct demo {
    struct loop loop;
    struct list list;
    char last[128]; /* the last event in words */
    int sum;
    int slices; /* of work, left */
};

static void crash(void)
{
    static volatile uintptr_t nowhere = 16;
    *(volatile int *)nowhere = 1;
}

/* Too deep for any stack; what is done after the call keeps the compiler from making a loop of it. */
static int overflow(int depth)
{
    volatile char here[4096];
    here[0] = (char)depth;
    return depth ? overflow(depth - 1) + here[0] : 0;
}

/* A child that crashes, as a reader of malformed files may. */
static void run_child(struct demo *demo)
{
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO); /* what a sanitizer says of it */
        crash();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    snprintf(demo->last, sizeof demo->last, "child gone");
}

static void press(struct demo *demo, int32_t key)
{
    char name[KEY_TEXT];
    snprintf(demo->last, sizeof demo->last, "key %s", key_format(key, name));
    switch (key) {
    case 'q':
        loop_quit(&demo->loop);
        break;
    case 'j':
    case K_DOWN:
        list_go(&demo->list, LIST_DOWN);
        break;
    case 'k':
    case K_UP:
        list_go(&demo->list, LIST_UP);
        break;
    case 'm':
        term_mouse(false);
        break;
    case 'w':
        demo->slices = 50;
        loop_work(&demo->loop);
        break;
    case 'X':
        crash();
        break;
    case 'O':
        demo->sum += overflow(INT32_MAX);
        break;
    case 'c':
        run_child(demo);
        break;
    case 'A':
        abort();
    case K_CTRL | 'l':
        term_forget();
        break;
    case K_CTRL | 'z':
        loop_suspend(&demo->loop);
        break;
    default:
        break;
    }
}

static void on_event(void *state, const struct event *event)
{
    static const char *const action[] = {"press", "release", "drag", "wheel-up", "wheel-down"};
    struct demo *demo = state;
    switch (event->kind) {
    case EVENT_KEY:
        press(demo, event->key);
        break;
    case EVENT_MOUSE:
        snprintf(demo->last, sizeof demo->last, "mouse %s %d at %d,%d", action[event->action], event->button,
                 event->row, event->col);
        break;
    case EVENT_PASTE:
        snprintf(demo->last, sizeof demo->last, "paste %.*s", (int)event->text_bytes, event->text);
        break;
    case EVENT_NONE:
        break;
    }
}

static bool work(void *state)
{
    struct demo *demo = state;
    if (--demo->slices > 0)
        return true;
    snprintf(demo->last, sizeof demo->last, "worked");
    loop_dirty(&demo->loop);
    return false;
}

static void draw(void *state, struct frame *frame)
{
    struct demo *demo = state;
    struct rect all = frame_rect(frame);
    struct rect box = rect_clip((struct rect){3, 1, all.rows - 4, all.cols - 1}, all);
    frame_run(frame, all, 2, 0, all.cols, ROLE_BORDER, GLYPH_HLINE);
    frame_text(frame, all, 2, 1, ROLE_TITLE_FOCUS, "\xE5\xB1\xA4 layers");
    for (int i = 0; i < box.rows; i++)
        frame_glyph(frame, all, box.row + i, 0, ROLE_BORDER, GLYPH_VLINE);
    frame_printf(frame, all, 0, 0, ROLE_TITLE, "demo %dx%d frame %u", all.rows, all.cols, demo->loop.frames + 1);
    frame_text(frame, all, 1, 0, ROLE_CHANGED, demo->last);
    list_layout(&demo->list, ROWS, box.rows);
    for (int i = 0; i < box.rows; i++) {
        int index = list_at(&demo->list, i);
        if (index < 0)
            break;
        enum role role = list_role(&demo->list, index, true, ROLE_TEXT);
        frame_fill(frame, rect_row(box, i), role);
        frame_printf(frame, box, i, 0, role, "%3d block_%d.conv", index, index / 8);
        frame_number(frame, box, i, 30, 12, role, "1,234,567");
        if (index == demo->list.selected)
            frame_cursor(frame, box, i, 0, true);
    }
    list_scrollbar(frame, (struct rect){box.row, all.cols - 1, box.rows, 1}, 0, &demo->list);
    frame_text(frame, all, all.rows - 1, 0, ROLE_KEY, "q quit");
}

int main(int argc, char **argv)
{
    glyph_set_locale();
    const struct glyph_set *glyphs = glyph_choose(argc > 1 && !strcmp(argv[1], "--ascii"));
    struct term_options options = {
        .type = getenv("TERM"), .no_color = getenv("NO_COLOR"), .glyphs = glyphs, .mouse = true};
    enum term_status status = term_open(&options);
    if (status != TERM_OK) {
        printf("%s\n", term_status_text(status));
        return 2;
    }
    struct demo demo = {.last = "started"};
    struct loop_client client = {.state = &demo, .event = on_event, .draw = draw, .work = work};
    if (!loop_open(&demo.loop, &client, glyphs))
        return 4;
    bool quit = loop_run(&demo.loop);
    unsigned frames = demo.loop.frames;
    loop_close(&demo.loop);
    term_close();
    printf("%s after %u frames\n", quit ? "quit" : "input ended", frames);
    return 0;
}
