/* Solving for one field of the set-up: estimates with other values until the answer is found. */
#ifndef LT_WHATIF_SOLVE_H
#define LT_WHATIF_SOLVE_H

#include "core/step/estimate.h"

/* The largest batch whose verdict is "fits" on this machine, all else as in the document. 0: not even one sample fits,
 * or the machine's memory is not known. Memory grows with the batch, so about ten estimates suffice. */
uint64_t lt_largest_batch(const struct lt_document *document, const struct lt_machine *machine);

#endif
