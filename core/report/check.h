/* Requirements on an estimate, for scripts: NAME OP NUMBER[UNIT], joined by commas. Names are the paths of the JSON
 * report, so what can be read there can be checked here. */
#ifndef LT_REPORT_CHECK_H
#define LT_REPORT_CHECK_H

#include "core/report/report.h"

/* Operators: < <= > >= == !=. A figure is compared by its value. Texts take == and != alone. `unmet` receives an error
 * for each requirement that does not hold, and for each that cannot be told because a figure is not known, or is only a
 * lower bound and would have to be below something. LT_OK: all were looked at. LT_INVALID: the expression is wrong
 * (what, in `problems`). LT_NO_MEMORY. */
enum lt_status lt_check(const struct lt_report *report, const char *expression, struct lt_problems *unmet,
                        struct lt_problems *problems);

#endif
