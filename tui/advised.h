/* What would make the model fit, as lines for the memory pane: found anew only where the document has changed. */
#ifndef TUI_ADVISED_H
#define TUI_ADVISED_H

#include "tui/session.h"
#include "core/whatif/advice.h"

struct advised {
    struct lt_arena arena;
    const char *line[LT_ADVICE_MOST];
    int count;
    unsigned generation; /* of the session that the lines are of */
};

/* Brings the lines up to date. */
void advised_refresh(struct advised *advised, const struct session *session);
void advised_close(struct advised *advised);

#endif
