/* The program's run: on a terminal with the loop, or from a script. */
#include "tui/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/data/file.h"
#include "tui/loop.h"
#include "tui/output.h"
#include "tui/script.h"
#include "tui/state.h"
#include "tui/term.h"

/* Why the terminal cannot be used. */
static int refuse(enum term_status status)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    lt_problem_add(&problems, LT_ERROR, (struct lt_place){.file = "layertop"}, NULL, "%s", term_status_text(status));
    output_problems(&problems, LT_ERROR);
    lt_arena_free(&arena);
    return EXIT_USAGE;
}

/* ---- on a terminal ---- */

/* What the loop hands back to its client. */
struct running {
    struct app app;
    struct loop loop;
    bool mouse; /* as the terminal was told */
};

/* Wishes of commands that only the terminal can fulfil. */
static void fulfil(struct running *running)
{
    struct app *app = &running->app;
    if (app->quit)
        loop_quit(&running->loop);
    if (app->redraw)
        term_forget();
    if (app->mouse != running->mouse)
        term_mouse(running->mouse = app->mouse);
    bool suspend = app->suspend;
    app->redraw = app->suspend = false;
    if (suspend)
        loop_suspend(&running->loop);
}

static void on_event(void *state, const struct event *event)
{
    struct running *running = state;
    app_event(&running->app, event);
    fulfil(running);
}

static void on_draw(void *state, struct frame *frame)
{
    struct running *running = state;
    app_layout(&running->app, frame->rows, frame->cols);
    app_draw(&running->app, frame);
    if (running->app.mode == MODE_PICKER)
        loop_work(&running->loop);
}

enum { SLICE = 8 }; /* estimates between two looks at the keyboard */

static bool on_work(void *state)
{
    struct running *running = state;
    bool more = true;
    for (int i = 0; i < SLICE && more; i++) {
        more = app_work(&running->app);
        if (more)
            loop_dirty(&running->loop);
    }
    return more;
}

static int run_loop(struct running *running, const struct glyph_set *glyphs)
{
    struct loop_client client = {running, on_event, on_draw, on_work};
    if (!loop_open(&running->loop, &client, glyphs))
        return EXIT_INTERNAL;
    loop_run(&running->loop);
    loop_close(&running->loop);
    return EXIT_OK;
}

static int run_terminal(const struct app_options *options)
{
    struct running *running = calloc(1, sizeof *running);
    struct term_options wish = {.type = options->term,
                                .no_color = options->no_color,
                                .plain = options->plain,
                                .glyphs = glyph_choose(options->ascii),
                                .mouse = !options->no_mouse};
    if (!running || app_open(&running->app, options)) {
        lt_document_free(options->document);
        free(running);
        return output_exit(LT_NO_MEMORY);
    }
    running->mouse = wish.mouse;
    enum term_status status = term_open(&wish);
    int result = status ? refuse(status) : run_loop(running, wish.glyphs);
    term_close();
    app_close(&running->app);
    free(running);
    return result == EXIT_INTERNAL ? output_exit(LT_NO_MEMORY) : result;
}

/* ---- from a script ---- */

enum { SCRIPT_BYTES = 1 << 20 };

/* Standard input may be a pipe, which has no size. */
static enum lt_status read_input(struct lt_buffer *out, struct lt_problems *problems)
{
    char piece[4096];
    for (ssize_t got; (got = read(STDIN_FILENO, piece, sizeof piece)) != 0;) {
        if (got > 0) {
            lt_buffer_add(out, piece, (size_t)got);
        } else if (errno != EINTR) {
            lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = "standard input"}, NULL, "%s",
                           strerror(errno));
            return LT_IO;
        }
    }
    lt_buffer_add(out, "", 0);
    return out->failed ? LT_NO_MEMORY : LT_OK;
}

static enum lt_status read_script(const char *path, struct lt_arena *arena, const char **text)
{
    struct lt_problems problems = {.arena = arena};
    struct lt_buffer input = {0};
    size_t bytes;
    enum lt_status status;
    if (strcmp(path, "-") != 0) {
        status = lt_file_read(arena, path, SCRIPT_BYTES, text, &bytes, &problems);
    } else {
        status = read_input(&input, &problems);
        *text = status ? NULL : lt_strdup(arena, input.text);
        lt_buffer_free(&input);
    }
    output_problems(&problems, LT_ERROR);
    return !status && !*text ? LT_NO_MEMORY : status;
}

static int perform(struct app *app, const char *text)
{
    const struct app_options *options = app->options;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &arena};
    struct script script = {.app = app,
                            .name = strcmp(options->script, "-") ? options->script : "standard input",
                            .problems = &problems,
                            .glyphs = glyph_choose(options->ascii),
                            .rows = options->rows ? options->rows : 24,
                            .cols = options->cols ? options->cols : 80};
    script_run(&script, text);
    output_problems(&problems, LT_ERROR);
    int written = output_write(&script.dumped, options->dump);
    script_free(&script);
    lt_arena_free(&arena);
    return script.status ? script.status : written;
}

static int run_script(const struct app_options *options)
{
    struct lt_arena arena = LT_ARENA_INIT;
    const char *text = NULL;
    struct app *app = calloc(1, sizeof *app);
    enum lt_status status = app ? read_script(options->script, &arena, &text) : LT_NO_MEMORY;
    if (!status)
        status = app_open(app, options);
    if (status)
        lt_document_free(options->document);
    int result = status ? output_exit(status) : perform(app, text);
    if (!status)
        app_close(app);
    free(app);
    lt_arena_free(&arena);
    return result;
}

int app_run(const struct app_options *options)
{
    return options->script ? run_script(options) : run_terminal(options);
}
