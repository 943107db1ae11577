/* Foreign text made safe to show, and how wide text is on a screen.
 * Every name or string that came from a file passes through here before a person sees it. */
#ifndef LT_BASE_TEXT_H
#define LT_BASE_TEXT_H

#include "core/base/arena.h"

/* `text` with controls, escapes, invalid UTF-8, bidirectional marks and other invisible or direction-changing
 * characters written as \xNN or \u{NNNN}. Returns `text` itself where nothing had to change; NULL where memory ends.
 * The second form reads `bytes` bytes, which may hold NUL, and always returns a copy. */
const char *lt_safe_text(struct lt_arena *arena, const char *text);
const char *lt_safe_text_n(struct lt_arena *arena, const char *text, size_t bytes);

/* The next character of valid or invalid UTF-8: its code point, or -1 for an invalid byte; moves *text on by
 * 1 to 4 bytes. At the end (NUL) returns 0 and does not move. */
int32_t lt_utf8_next(const char **text);

/* The same for text that need not end in NUL: the character at `text`, of which `left` > 0 bytes are there, and its
 * length in bytes; -1 and 1 where invalid. */
int32_t lt_utf8_decode(const char *text, size_t left, int *length);

/* Whether a character is safe to show as it is: no control, nothing invisible, nothing that changes the direction of
 * text. False for -1, the invalid byte. Writers of JSON and YAML escape what is not. */
bool lt_is_visible(int32_t code);

/* Columns that a character takes on a terminal: 0 combining, 2 East Asian wide, otherwise 1. Own table: no locale. */
int lt_char_width(int32_t code);

/* Columns of a safe UTF-8 text. */
int lt_text_width(const char *text);

/* For tables of names, not against enemies: FNV-1a. */
uint32_t lt_hash_text(const char *text);

/* Which of `count` names is nearest to `name` by edit distance, for "did you mean"; -1 where none is near. */
int lt_nearest(const char *name, const char *const *names, int count);

#endif
