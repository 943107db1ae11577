#include "core/model/name.h"

#include <string.h>

/* Not tolower: in a Turkish locale "I" would not become "i". */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool lt_name_equal(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

const char *lt_name_class(const char *name)
{
    const char *start = name;
    for (const char *c = name; *c; c++)
        if ((*c == '>' || *c == '.') && c[1])
            start = c + 1;
    return start;
}

bool lt_name_matches(const char *name, const char *own, const char *const *alias)
{
    if (lt_name_equal(name, own))
        return true;
    for (; alias && *alias; alias++)
        if (lt_name_equal(name, *alias))
            return true;
    return false;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

char *lt_name_snake(struct lt_arena *arena, const char *class_name)
{
    char *name = lt_alloc(arena, strlen(class_name) * 2 + 1), *out = name;
    for (const char *c = class_name; name && *c; c++) {
        if (c > class_name && is_upper(*c) && (is_lower(c[-1]) || is_lower(c[1])))
            *out++ = '_';
        *out++ = lower(*c);
    }
    return name;
}
