#include "tui/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/output.h"

bool script_draw(struct script *script)
{
    struct app *app = script->app;
    if (!frame_resize(&script->frame, script->rows, script->cols, script->glyphs))
        return false;
    app_layout(app, script->rows, script->cols);
    while (app_work(app))
        continue;
    app_layout(app, script->rows, script->cols);
    app_draw(app, &script->frame);
    return true;
}

static void fail(struct script *script, int status, const char *what, const char *text)
{
    struct lt_place place = {.file = script->name, .line = (uint32_t)script->line, .column = 1};
    script->status = status;
    lt_problem_add(script->problems, LT_ERROR, place, NULL, "%s %s", what, text);
}

static void press(struct script *script, int32_t key)
{
    struct event event = {.kind = EVENT_KEY, .key = key};
    app_event(script->app, &event);
    /* What comes next may depend on what is in view. */
    app_layout(script->app, script->rows, script->cols);
}

static void type(struct script *script, const char *text)
{
    for (int32_t code; (code = lt_utf8_next(&text));)
        press(script, code);
}

static void press_all(struct script *script, char *words)
{
    char *rest = words;
    for (char *word; (word = strtok_r(rest, " \t", &rest)) && !script->status;) {
        int32_t key = key_parse(word);
        if (key == K_NONE)
            fail(script, EXIT_DATA, "there is no key", word);
        else
            press(script, key);
    }
}

/* ---- directives ---- */

static void do_size(struct script *script, const char *args)
{
    int rows, cols;
    if (sscanf(args, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 || rows > FRAME_LIMIT || cols > FRAME_LIMIT) {
        fail(script, EXIT_DATA, "no size, such as 80x24:", args);
        return;
    }
    script->rows = rows;
    script->cols = cols;
    app_layout(script->app, rows, cols);
}

static void do_dump(struct script *script, const char *args)
{
    (void)args;
    if (script_draw(script))
        frame_dump(&script->frame, &script->dumped);
}

static void do_roles(struct script *script, const char *args)
{
    (void)args;
    if (script_draw(script))
        frame_dump_roles(&script->frame, &script->dumped);
}

static bool shows(struct script *script, const char *text)
{
    struct lt_buffer screen = {0};
    bool found = script_draw(script);
    if (found)
        frame_dump(&script->frame, &screen);
    found = found && screen.text && strstr(screen.text, text);
    lt_buffer_free(&screen);
    return found;
}

static void do_expect(struct script *script, const char *args)
{
    if (!shows(script, args)) {
        fail(script, EXIT_CHECK, "the screen does not show", args);
        do_dump(script, "");
    }
}

static void do_absent(struct script *script, const char *args)
{
    if (shows(script, args)) {
        fail(script, EXIT_CHECK, "the screen shows", args);
        do_dump(script, "");
    }
}

static const struct {
    const char *name;
    void (*run)(struct script *script, const char *args);
} directives[] = {
    {"size", do_size},     {"dump", do_dump},     {"roles", do_roles},
    {"expect", do_expect}, {"absent", do_absent}, {"type", type},
};

static void direct(struct script *script, const char *line)
{
    size_t length = strcspn(line, " ");
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (strlen(directives[i].name) != length || strncmp(directives[i].name, line, length) != 0)
            continue;
        directives[i].run(script, line + length + strspn(line + length, " "));
        return;
    }
    fail(script, EXIT_DATA, "there is no", line);
}

static void run_line(struct script *script, char *line)
{
    size_t length = strlen(line);
    while (length && strchr(" \t\r", line[length - 1]))
        line[--length] = '\0';
    line += strspn(line, " \t");
    if (*line == '@') {
        direct(script, line + 1);
    } else if (*line == ':' && line[1]) {
        type(script, line);
        press(script, K_ENTER);
    } else if (*line != '#') {
        press_all(script, line);
    }
}

void script_run(struct script *script, const char *text)
{
    app_layout(script->app, script->rows, script->cols);
    while (*text && !script->status && !script->app->quit) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        script->line++;
        if (line)
            run_line(script, line);
        free(line);
        text += length + (text[length] == '\n');
    }
}

void script_free(struct script *script)
{
    frame_free(&script->frame);
    lt_buffer_free(&script->dumped);
}
