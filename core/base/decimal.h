/* Floating-point numbers to and from their decimal text, for files and programs. Always in the C locale: the calls
 * switch the thread's locale for their own duration, so neither setlocale nor uselocale elsewhere can bring in a comma.
 */
#ifndef LT_BASE_DECIMAL_H
#define LT_BASE_DECIMAL_H

enum { LT_DECIMAL_TEXT = 32 }; /* bytes enough for any lt_decimal result */

/* Writes a finite `value` into out[LT_DECIMAL_TEXT] with the fewest digits that read back equal, always recognizable as
 * a floating-point number (1.0, 1e+20); returns out. */
char *lt_decimal(char *out, double value);

/* The same for people: a value that a file had as float32 (0.0010000000474974513) is shown as the float32 it is
 * (0.001). */
char *lt_decimal_shown(char *out, double value);

/* strtod in the C locale: the number `text` starts with, and in *end (not NULL) what follows it. */
double lt_strtod(const char *text, char **end);

#endif
