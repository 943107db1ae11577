/* Numbers for people: formatting and parsing with units. Always in the C locale, whatever the program's. */
#ifndef LT_BASE_UNITS_H
#define LT_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

enum lt_unit {
    LT_UNIT_NONE,
    LT_UNIT_BYTES,       /* 2.41 GiB: binary, three digits */
    LT_UNIT_COUNT,       /* 25.6 M: decimal */
    LT_UNIT_FLOPS,       /* 3.86 GFLOP: decimal */
    LT_UNIT_SECONDS,     /* 92.1 ms, 1.25 s, 4 min 10 s, 3 h 12 min */
    LT_UNIT_PER_SECOND,  /* 2,780 /s */
    LT_UNIT_BYTES_PER_S, /* 1.56 TB/s: decimal, as vendors print it */
    LT_UNIT_FLOPS_PER_S, /* 312 TFLOP/s */
};

enum { LT_NUMBER_TEXT = 32 }; /* bytes enough for any lt_number result */

/* Writes `value` in `unit` with three significant digits into out[LT_NUMBER_TEXT]; returns out. NaN is "?". "too large"
 * are bytes and counts of LT_HUGE (as a double) and above, infinities, and what exceeds the largest prefix (yotta):
 * FLOPs may well exceed 64 bits. ASCII only: microseconds are "us". Between 1000 and 1023 KiB a binary size has four
 * digits. */
char *lt_number(char *out, double value, enum lt_unit unit);

/* A count with thousands separators: 25,636,712. LT_HUGE is "too large". */
char *lt_grouped(char *out, uint64_t value);

/* Reads NUMBER[UNIT]: 80GiB, 1.5 GB, 0.2, 200ms, 1e9, 25.6M, and 7B for a count of billions. The whole text must be
 * used up. A byte size takes no bare prefix (80G): it could mean GB or GiB. False, and `value` untouched: not a number.
 */
bool lt_parse_number(const char *text, enum lt_unit unit, double *value);

#endif
