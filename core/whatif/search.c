#include "core/whatif/search.h"

void lt_search_start(struct lt_search *search, const struct lt_document *document)
{
    search->document = document;
    search->prepared = NULL;
}

static enum lt_status prepare(struct lt_search *search, const struct lt_machine *machine)
{
    struct lt_problems ignored = {.arena = &search->common};
    lt_arena_clear(&search->common);
    search->prepared = NULL;
    struct lt_prepared *prepared;
    enum lt_status status = lt_prepare(search->document, machine, &search->common, &prepared, &ignored);
    if (!status)
        search->prepared = prepared;
    return status;
}

enum lt_status lt_search_on(struct lt_search *search, const struct lt_machine *machine, struct lt_estimate *out)
{
    enum lt_status status = LT_OK;
    if (!search->prepared || !lt_is_prepared(search->prepared, machine))
        status = prepare(search, machine);
    lt_arena_clear(&search->single);
    return status ? status : lt_estimate_on(search->prepared, machine, &search->single, out);
}

void lt_search_free(struct lt_search *search)
{
    lt_arena_free(&search->common);
    lt_arena_free(&search->single);
    *search = (struct lt_search){0};
}
