#include "tui/paths.h"

#include <stdlib.h>

/* The specification tells to ignore what is not absolute. */
static const char *absolute(const char *variable)
{
    const char *value = getenv(variable);
    return value && value[0] == '/' ? value : NULL;
}

static const char *under(struct lt_arena *arena, const char *variable, const char *in_home, const char *rest)
{
    const char *base = absolute(variable), *home = absolute("HOME");
    if (base)
        return lt_format(arena, "%s/%s", base, rest);
    return home ? lt_format(arena, "%s/%s/%s", home, in_home, rest) : NULL;
}

const char *paths_hwdb(struct lt_arena *arena)
{
    return under(arena, "XDG_CONFIG_HOME", ".config", "layertop/hwdb");
}

const char *paths_layers(struct lt_arena *arena)
{
    return under(arena, "XDG_CONFIG_HOME", ".config", "layertop/layers");
}

const char *paths_state(struct lt_arena *arena)
{
    return under(arena, "XDG_STATE_HOME", ".local/state", "layertop");
}
