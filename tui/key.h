/* Keys as numbers and as names ("ctrl-r", "f1", "down", "x"), and the decoder that turns the bytes of a terminal into
 * events. Bytes in, events out: it reads no file descriptor and no clock, so that every sequence can be tested. */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buffer.h"

/* A key is a code point or one of these, plus modifiers. ctrl-a is K_CTRL | 'a', always the lower-case letter; shift is
 * only told apart on named keys (shift-tab), since letters have their own upper case. */
enum key_code {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_SPACE = 32,
    K_BACKSPACE = 127,
    K_UP = 0x110000, /* above all code points */
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_INSERT,
    K_DELETE,
    K_F1,
    K_F12 = K_F1 + 11,
    K_SHIFT = 1 << 24,
    K_ALT = 1 << 25,
    K_CTRL = 1 << 26,
};

enum { KEY_TEXT = 32 }; /* bytes enough for any key_format result */

/* The name of a key, as key_parse reads it: modifiers in the order ctrl-, alt-, shift-, then a name or the character
 * itself ("space", "tab", "enter", "esc", "backspace", "pgup", "pgdn", "ins", "del"). Returns out[KEY_TEXT]. */
char *key_format(int32_t key, char *out);

/* The key of a name, in any case for modifiers and named keys; K_NONE where there is none. */
int32_t key_parse(const char *name);

/* A code point that types itself: no modifier, no control character. */
bool key_is_text(int32_t key);

enum event_kind {
    EVENT_NONE,
    EVENT_KEY,
    EVENT_MOUSE,
    EVENT_PASTE,
};

enum mouse_action { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct event {
    enum event_kind kind;
    int32_t key; /* EVENT_KEY; for EVENT_MOUSE the modifiers held */
    enum mouse_action action;
    uint8_t button;   /* 1 left, 2 middle, 3 right; 0 with the wheel or where it is not told */
    int row, col;     /* of the mouse, from 0, in the frame */
    const char *text; /* EVENT_PASTE: valid UTF-8 or not, controls included, borrowed until the next call */
    size_t text_bytes;
};

/* A sequence that one terminal sends for a key, from its description; longest match wins. */
struct key_sequence {
    const char *bytes; /* borrowed, for as long as the decoder lives */
    int32_t key;
};

enum { KEY_PASTE_LIMIT = 1 << 20 };

/* All-zero is a decoder with no terminal's own sequences. */
struct key_decoder {
    const struct key_sequence *extra; /* tried before the built-in ones */
    size_t extra_count;
    struct lt_buffer in;    /* bytes not yet decoded */
    size_t at;              /* of which these are done */
    struct lt_buffer paste; /* of a bracketed paste in progress, up to KEY_PASTE_LIMIT; the rest is dropped */
    bool pasting;
};

void key_feed(struct key_decoder *decoder, const char *bytes, size_t count);

/* The next event; false where there is none yet. Unknown sequences are swallowed whole, never taken for keys.
 * `timed_out`: no more bytes will follow soon, so that a lone escape is the Esc key. */
bool key_next(struct key_decoder *decoder, bool timed_out, struct event *event);

/* An unfinished sequence is waiting: ask again with `timed_out` after KEY_ESCAPE_MS without input. */
bool key_waiting(const struct key_decoder *decoder);
enum { KEY_ESCAPE_MS = 25 };

void key_decoder_free(struct key_decoder *decoder);

#endif
