/* Where the user's own files are: the XDG base directories. The only place that reads these environment variables. */
#ifndef TUI_PATHS_H
#define TUI_PATHS_H

#include "core/base/arena.h"

/* $XDG_CONFIG_HOME/layertop/hwdb, else ~/.config/layertop/hwdb; NULL where neither variable is an absolute path. */
const char *paths_hwdb(struct lt_arena *arena);

/* $XDG_CONFIG_HOME/layertop/layers likewise: descriptions of layers. */
const char *paths_layers(struct lt_arena *arena);

/* $XDG_STATE_HOME/layertop, else ~/.local/state/layertop; NULL likewise. */
const char *paths_state(struct lt_arena *arena);

#endif
