#include "tui/advised.h"

#include "core/base/text.h"
#include "core/base/units.h"

void advised_refresh(struct advised *advised, const struct session *session)
{
    const struct lt_estimate *now = session_now(session);
    struct lt_advice advice[LT_ADVICE_MOST];
    if (advised->generation == session->generation)
        return;
    lt_arena_clear(&advised->arena);
    advised->generation = session->generation;
    advised->count =
        now ? lt_advise(session->document, now, session->options->database, &session->options->here, advice) : 0;
    for (int i = 0; i < advised->count; i++) {
        char bytes[LT_NUMBER_TEXT];
        const char *set = lt_advice_text(&advice[i], &advised->arena);
        const char *line = lt_format(&advised->arena, "%10s %+5.0f %% time  %s",
                                     lt_number(bytes, advice[i].needed_bytes.value, LT_UNIT_BYTES),
                                     100 * (advice[i].time_ratio - 1), set ? set : "");
        advised->line[i] = line ? line : "";
    }
}

void advised_close(struct advised *advised)
{
    lt_arena_free(&advised->arena);
}
