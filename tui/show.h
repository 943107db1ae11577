/* Figures as the screen writes them: marks of what is assumed or a lower bound, intervals, changes, shapes. Texts may
 * hold signs outside ASCII; a frame of the ASCII set draws a likeness. */
#ifndef TUI_SHOW_H
#define TUI_SHOW_H

#include "core/base/figure.h"
#include "core/base/units.h"
#include "core/step/estimate.h"

enum { SHOW_TEXT = 96 }; /* bytes enough for any of these */

/* "" counted or computed, "~" assumed, "≥" a lower bound, since a part is not known. */
const char *show_mark(enum lt_standing standing);

/* The value with its mark: "~2.41 GiB". Returns out[SHOW_TEXT], as all of these do. */
char *show_figure(char *out, struct lt_figure figure, enum lt_unit unit);

/* "2.21-2.68", in the unit in which the value is shown; "" for an exact figure. */
char *show_interval(char *out, struct lt_figure figure, enum lt_unit unit);

/* "+2.41 GiB", "-512 MiB", "0" where it stayed; "" where there is nothing to compare with (before NULL). */
char *show_change(char *out, const struct lt_figure *before, struct lt_figure now, enum lt_unit unit);

/* "+22 %", "x3.1" from tenfold on. */
char *show_ratio(char *out, const struct lt_figure *before, struct lt_figure now);

/* "56x56x64" without the batch, "scalar", "?" where it is not known; more outputs than one are counted: "8x4 +2". */
char *show_output(char *out, const struct lt_layer_row *row);

/* As Keras writes it, batch first: (256, 56, 56, 64). */
char *show_shape(char *out, const struct lt_shape *shape);

/* A duration in one unit, for where there is little room: "1.25 ms", "4.2 min", "3.1 h". */
char *show_duration(char *out, double seconds);

/* A share of a whole: "74 %", "0.3 %", "-" where there is no whole. */
char *show_share(char *out, double part, double whole);

#endif
