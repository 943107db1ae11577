/* The words in which the tables of lowerings are written. For the files of this folder alone. */
#ifndef LT_STEP_LOWERING_TABLE_H
#define LT_STEP_LOWERING_TABLE_H

#include "core/step/lowering/lowering.h"

#define ROW(id, ...) [LT_OP_##id] = {__VA_ARGS__}
/* The gradient with respect to the first operand reads `k`. */
#define KEEP(k)                 .keep = {(k)}
#define KERNELS(f, b)           .kernels = {(f), (b)}
#define PASSES(f, b)            .passes = {(f), (b)}
#define SCRATCH(f, b)           .scratch = {(f), (b)}
#define EXTRA(count, of, dtype) .extra = {{(count), (of), (dtype)}}

#define LT_COUNT_OF(list) ((int)(sizeof(list) / sizeof *(list)))

#endif
