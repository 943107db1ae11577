/* The program's run: on a terminal with the loop, or from a script. */
#include "tui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/loop.h"
#include "tui/script.h"
#include "tui/state.h"
#include "tui/term.h"

enum { STATUS_TERMINAL = 2, STATUS_FILE = 3, STATUS_INTERNAL = 4 };

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

static int run_terminal(const struct app_options *options)
{
    const struct glyph_set *glyphs = glyph_choose(options->ascii);
    struct running *running = calloc(1, sizeof *running);
    struct loop_client client = {running, on_event, on_draw, on_work};
    struct term_options wish = {.type = options->term,
                                .no_color = options->no_color,
                                .color_flag = options->color,
                                .glyphs = glyphs,
                                .mouse = !options->no_mouse};
    if (!running || app_open(&running->app, options)) {
        free(running);
        return STATUS_INTERNAL;
    }
    running->mouse = wish.mouse;
    enum term_status status = term_open(&wish);
    int result = 0;
    if (status) {
        fprintf(stderr, "layertop: %s\n", term_status_text(status));
        result = STATUS_TERMINAL;
    } else if (loop_open(&running->loop, &client, glyphs)) {
        loop_run(&running->loop);
        loop_close(&running->loop);
        term_close();
        result = running->app.status;
    } else {
        term_close();
        result = STATUS_INTERNAL;
    }
    app_close(&running->app);
    free(running);
    return result;
}

/* ---- from a script ---- */

static char *read_stream(FILE *in)
{
    struct lt_buffer text = {0};
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, in)) > 0;)
        lt_buffer_add(&text, piece, got);
    lt_buffer_add(&text, "", 0);
    if (text.failed || !text.text) {
        lt_buffer_free(&text);
        return calloc(1, 1);
    }
    return text.text;
}

static char *read_script(const char *path)
{
    bool input = !strcmp(path, "-");
    FILE *in = input ? stdin : fopen(path, "r");
    char *text = in ? read_stream(in) : NULL;
    if (!in)
        perror(path);
    else if (!input)
        fclose(in);
    return text;
}

static int write_dump(const char *path, const struct lt_buffer *dump)
{
    FILE *out = path ? fopen(path, "w") : stdout;
    if (!out) {
        perror(path);
        return STATUS_FILE;
    }
    if (dump->text)
        fwrite(dump->text, 1, dump->length, out);
    bool failed = path ? fclose(out) != 0 : fflush(out) != 0;
    if (failed)
        perror(path ? path : "standard output");
    return failed ? STATUS_FILE : 0;
}

static int run_script(const struct app_options *options)
{
    char *text = read_script(options->script);
    struct app *app = calloc(1, sizeof *app);
    if (!text || !app || app_open(app, options)) {
        int status = text ? STATUS_INTERNAL : STATUS_FILE;
        lt_document_free(options->document);
        free(text);
        free(app);
        return status;
    }
    struct script script = {.app = app,
                            .glyphs = glyph_choose(options->ascii),
                            .rows = options->rows ? options->rows : 24,
                            .cols = options->cols ? options->cols : 80};
    script_run(&script, text);
    if (script.trouble.text)
        fprintf(stderr, "%s: %s", options->script, script.trouble.text);
    int status = write_dump(options->dump, &script.dumped);
    status = script.status ? script.status : status;
    script_free(&script);
    app_close(app);
    free(app);
    free(text);
    return status;
}

int app_run(const struct app_options *options)
{
    return options->script ? run_script(options) : run_terminal(options);
}
