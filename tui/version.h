/* The version of the program, in one place: --version, the manual page and the changelog agree with it (tests/style).
 */
#ifndef TUI_VERSION_H
#define TUI_VERSION_H

#define LAYERTOP_VERSION "0.1.0"

#endif
