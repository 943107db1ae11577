#include "core/base/decimal.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scope {
    locale_t c, before;
};

/* A locale made only of "C" is a constant of the C library: this neither allocates nor fails. */
static struct scope c_locale_enter(void)
{
    struct scope scope = {.c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    scope.before = uselocale(scope.c);
    return scope;
}

static void c_locale_leave(struct scope scope)
{
    uselocale(scope.before);
    if (scope.c)
        freelocale(scope.c);
}

char *lt_decimal(char *out, double value)
{
    struct scope scope = c_locale_enter();
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, LT_DECIMAL_TEXT, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    c_locale_leave(scope);
    if (!strpbrk(out, ".e"))
        strcat(out, ".0");
    return out;
}

char *lt_decimal_shown(char *out, double value)
{
    if ((double)(float)value != value)
        return lt_decimal(out, value);
    struct scope scope = c_locale_enter();
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(out, LT_DECIMAL_TEXT, "%.*g", digits, value);
        if (strtof(out, NULL) == (float)value)
            break;
    }
    c_locale_leave(scope);
    if (!strpbrk(out, ".e"))
        strcat(out, ".0");
    return out;
}

double lt_strtod(const char *text, char **end)
{
    struct scope scope = c_locale_enter();
    double value = strtod(text, end);
    c_locale_leave(scope);
    return value;
}
