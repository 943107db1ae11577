/* Estimates of one document on one machine after the other. What no machine changes is worked out once for all machines
 * of a kind, so each of them costs a fraction of an estimate. The caller owns the search; two searches share nothing.
 */
#ifndef LT_WHATIF_SEARCH_H
#define LT_WHATIF_SEARCH_H

#include "core/step/estimate.h"

/* All-zero is a valid empty search. */
struct lt_search {
    const struct lt_document *document;
    struct lt_arena common, single; /* what machines have in common; the estimate on the last one */
    struct lt_prepared *prepared;   /* NULL: nothing yet */
};

/* From here on the estimates are those of `document`, which must neither change nor go before the next start. */
void lt_search_start(struct lt_search *search, const struct lt_document *document);

/* The same figures as lt_estimate's, without its problems. They live until the next call. */
enum lt_status lt_search_on(struct lt_search *search, const struct lt_machine *machine, struct lt_estimate *out);

void lt_search_free(struct lt_search *search);

#endif
