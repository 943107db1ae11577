/* The program's screen without a terminal, on a machine that is the same everywhere. */
#ifndef TESTS_TUI_SCREEN_H
#define TESTS_TUI_SCREEN_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/edit.h"
#include "tui/model_file.h"
#include "tui/script.h"

struct screen {
    struct lt_arena arena;
    struct lt_problems problems;
    struct app_options options;
    struct app app;
    struct script script;
};

/* `model` as in model_file_open; `state_dir` of the journals, or NULL; NULL-terminated assignments after those that fix
 * the machine. */
static inline void screen_open_in(struct screen *s, const char *state_dir, const char *model,
                                  const char *const *assignments, const struct glyph_set *glyphs)
{
    static const char *const machine[] = {"device=nvidia-a100-sxm4-80gb", "cpu=amd-epyc-7742", "ram=256GiB", NULL};
    *s = (struct screen){0};
    s->problems.arena = &s->arena;
    s->options.state_dir = state_dir;
    s->options.here = (struct lt_this_machine){.device_id = "nvidia-a100-sxm4-80gb", .ram_bytes = UINT64_C(256) << 30};
    s->options.database = lt_database_open(NULL, 0, &s->problems);
    s->options.document = model_file_open(model, NULL, &s->problems);
    assert_non_null(s->options.database);
    const struct lt_device *cpu;
    const char *nearest[4];
    assert_int_equal(lt_database_find(s->options.database, "amd-epyc-7742", &cpu, nearest, &s->problems), LT_OK);
    assert_int_equal(lt_database_set_this(s->options.database, cpu), LT_OK);
    assert_non_null(s->options.document);
    for (int i = 0; machine[i]; i++)
        assert_int_equal(lt_set(s->options.document, machine[i], &s->problems), LT_OK);
    for (; assignments && *assignments; assignments++)
        assert_int_equal(lt_set(s->options.document, *assignments, &s->problems), LT_OK);
    assert_int_equal(app_open(&s->app, &s->options), LT_OK);
    s->script = (struct script){
        .app = &s->app, .name = "story", .problems = &s->problems, .glyphs = glyphs, .rows = 24, .cols = 80};
}

static inline void screen_open(struct screen *s, const char *model, const char *const *assignments,
                               const struct glyph_set *glyphs)
{
    screen_open_in(s, NULL, model, assignments, glyphs);
}

static inline void screen_close(struct screen *s)
{
    script_free(&s->script);
    app_close(&s->app);
    lt_database_close(s->options.database);
    lt_arena_free(&s->arena);
}

/* A story in the language of scripts; what went wrong is the message. */
static inline void screen_play(struct screen *s, const char *text)
{
    script_run(&s->script, text);
    if (s->problems.total[LT_ERROR])
        fail_msg("line %d: %s\n%s", s->script.line, s->problems.item[0].message,
                 s->script.dumped.text ? s->script.dumped.text : "");
}

#endif
