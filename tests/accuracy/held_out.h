/* How well the step times hold on rows that nothing was fitted on: one part of the rows at a time is left out, what is
 * fitted on these rows is fitted again on the others, and the part is judged by that. Fitted are the gap between two
 * kernels of each framework and execution, and the ends of the 90 % interval of each class of devices. */
#ifndef TESTS_ACCURACY_HELD_OUT_H
#define TESTS_ACCURACY_HELD_OUT_H

#include "tests/accuracy/outcome.h"

/* As text to standard output, part by part: error and share inside the interval, held out and as shown. The parts are
 * the values of `label`. False: no memory. */
bool held_out_print(const struct runner *runner, const struct outcome *outcome, int count, enum label label,
                    struct lt_arena *arena);

#endif
