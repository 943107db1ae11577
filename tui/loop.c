#include "tui/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"

enum { NEVER = -1 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- events ---- */

static void deliver(struct loop *loop, const struct event *event)
{
    loop->dirty = true;
    if (loop->client->event)
        loop->client->event(loop->client->state, event);
}

/* Takes the terminal's size over. */
static void take_size(struct loop *loop)
{
    int rows, cols;
    loop->resize_ms = NEVER;
    term_size(&rows, &cols);
    if (rows == loop->frame.rows && cols == loop->frame.cols)
        return;
    /* Without memory for the frame there is nothing to draw on; the next resize may be smaller. */
    loop->dirty = frame_resize(&loop->frame, rows, cols, loop->glyphs);
}

static void deliver_keys(struct loop *loop, bool timed_out)
{
    struct event event;
    while (!loop->quit && key_next(&loop->decoder, timed_out, &event))
        deliver(loop, &event);
    loop->escape_ms = key_waiting(&loop->decoder) ? now_ms() + KEY_ESCAPE_MS : NEVER;
}

static void read_input(struct loop *loop)
{
    loop->ended = !term_read(&loop->decoder);
    deliver_keys(loop, false);
}

static void resume(struct loop *loop)
{
    take_size(loop);
    loop->dirty = true;
}

static void read_wake(struct loop *loop)
{
    char bytes[64];
    while (read(loop->wake[0], bytes, sizeof bytes) > 0)
        continue;
    int signals = term_take_signals();
    if (signals & TERM_RESIZED) {
        loop->resize_ms = now_ms() + LOOP_RESIZE_QUIET_MS;
        loop->dirty = true;
    }
    if (signals & TERM_STOPPED)
        loop_suspend(loop);
    else if (signals & TERM_CONTINUED)
        resume(loop);
}

/* ---- one turn ---- */

static void draw(struct loop *loop)
{
    take_size(loop);
    loop->dirty = false;
    frame_erase(&loop->frame);
    if (loop->client->draw)
        loop->client->draw(loop->client->state, &loop->frame);
    term_draw(&loop->frame);
    loop->frames++;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a == NEVER || (b != NEVER && b < a) ? b : a;
}

/* How long poll may sleep: not at all while there is work, for ever where nothing is due. */
static int timeout_ms(const struct loop *loop)
{
    if (loop->working)
        return 0;
    int64_t due = sooner(loop->escape_ms, loop->resize_ms);
    if (due == NEVER)
        return -1;
    int64_t left = due - now_ms();
    return left > 0 ? (int)left : 0;
}

static bool is_due(int64_t when)
{
    return when != NEVER && when <= now_ms();
}

static void run_due(struct loop *loop)
{
    if (is_due(loop->escape_ms))
        deliver_keys(loop, true);
    if (is_due(loop->resize_ms))
        take_size(loop);
}

/* Input first, then what is due, then a frame, where the terminal has room for one: over a slow link frames are left
 * out rather than queued. Work comes last. */
static void turn(struct loop *loop)
{
    bool drawing = loop->dirty && loop->resize_ms == NEVER && loop->frame.cell;
    struct pollfd fds[] = {
        {.fd = term_input_fd(), .events = POLLIN},
        {.fd = loop->wake[0], .events = POLLIN},
        {.fd = drawing ? term_output_fd() : -1, .events = POLLOUT},
    };
    int ready = poll(fds, sizeof fds / sizeof *fds, timeout_ms(loop));
    if (ready < 0) {
        loop->ended = errno != EINTR && errno != EAGAIN;
        return;
    }
    if (fds[1].revents)
        read_wake(loop);
    bool input = fds[0].revents != 0;
    if (input)
        read_input(loop);
    run_due(loop);
    if (loop->quit || loop->ended || input)
        return;
    if (drawing && fds[2].revents && loop->resize_ms == NEVER)
        draw(loop);
    else if (loop->working && ready == 0)
        loop->working = loop->client->work && loop->client->work(loop->client->state);
}

bool loop_run(struct loop *loop)
{
    loop->dirty = true;
    while (!loop->quit && !loop->ended)
        turn(loop);
    return loop->quit;
}

/* ---- open and close ---- */

static bool open_pipe(int *ends)
{
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

bool loop_open(struct loop *loop, const struct loop_client *client, const struct glyph_set *glyphs)
{
    *loop = (struct loop){.client = client, .glyphs = glyphs};
    loop->escape_ms = loop->resize_ms = NEVER;
    int rows, cols;
    term_size(&rows, &cols);
    if (!frame_resize(&loop->frame, rows, cols, glyphs))
        return false;
    if (!open_pipe(loop->wake)) {
        frame_free(&loop->frame);
        return false;
    }
    loop->decoder.extra = term_sequences(&loop->decoder.extra_count);
    term_wake_fd(loop->wake[1]);
    return true;
}

void loop_close(struct loop *loop)
{
    term_wake_fd(-1);
    close(loop->wake[0]);
    close(loop->wake[1]);
    key_decoder_free(&loop->decoder);
    frame_free(&loop->frame);
}

/* ---- for the client ---- */

void loop_quit(struct loop *loop)
{
    loop->quit = true;
}

void loop_dirty(struct loop *loop)
{
    loop->dirty = true;
}

void loop_work(struct loop *loop)
{
    loop->working = true;
}

void loop_suspend(struct loop *loop)
{
    term_suspend();
    resume(loop);
}
