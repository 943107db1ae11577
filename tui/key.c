#include "tui/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/text.h"
#include "tui/frame.h"

/* ---- names ---- */

static const struct {
    const char *name;
    int32_t key;
} names[] = {
    {"tab", K_TAB},     {"enter", K_ENTER},  {"esc", K_ESC},        {"space", K_SPACE}, {"backspace", K_BACKSPACE},
    {"up", K_UP},       {"down", K_DOWN},    {"left", K_LEFT},      {"right", K_RIGHT}, {"home", K_HOME},
    {"end", K_END},     {"pgup", K_PAGE_UP}, {"pgdn", K_PAGE_DOWN}, {"ins", K_INSERT},  {"del", K_DELETE},
    {"f1", K_F1},       {"f2", K_F1 + 1},    {"f3", K_F1 + 2},      {"f4", K_F1 + 3},   {"f5", K_F1 + 4},
    {"f6", K_F1 + 5},   {"f7", K_F1 + 6},    {"f8", K_F1 + 7},      {"f9", K_F1 + 8},   {"f10", K_F1 + 9},
    {"f11", K_F1 + 10}, {"f12", K_F12},
};

static const struct {
    const char *prefix;
    int32_t bit;
} modifiers[] = {{"ctrl-", K_CTRL}, {"alt-", K_ALT}, {"shift-", K_SHIFT}};

enum { MODIFIERS = K_SHIFT | K_ALT | K_CTRL, COUNT_OF_NAMES = sizeof names / sizeof *names };

/* Terminals send the same byte for these pairs; the key has one value, whichever way it came. */
static int32_t unify(int32_t key)
{
    int32_t others = key & (K_ALT | K_SHIFT);
    switch (key & ~others) {
    case K_CTRL | 'i':
        return K_TAB | others;
    case K_CTRL | 'j':
    case K_CTRL | 'm':
        return K_ENTER | others;
    case K_CTRL | '[':
        return K_ESC | others;
    default:
        return key;
    }
}

bool key_is_text(int32_t key)
{
    return key >= 0x20 && key < K_UP && lt_is_visible(key);
}

char *key_format(int32_t key, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
        if (key & modifiers[i].bit)
            at += (size_t)snprintf(out + at, KEY_TEXT - at, "%s", modifiers[i].prefix);
    }
    int32_t plain = key & ~MODIFIERS;
    for (size_t i = 0; i < COUNT_OF_NAMES; i++) {
        if (names[i].key == plain) {
            snprintf(out + at, KEY_TEXT - at, "%s", names[i].name);
            return out;
        }
    }
    struct lt_buffer utf8 = {0};
    frame_utf8(key_is_text(plain) ? plain : '?', &utf8);
    snprintf(out + at, KEY_TEXT - at, "%s", utf8.failed ? "?" : utf8.text);
    lt_buffer_free(&utf8);
    return out;
}

static int32_t parse_plain(const char *name)
{
    for (size_t i = 0; i < COUNT_OF_NAMES; i++) {
        if (!strcasecmp(names[i].name, name))
            return names[i].key;
    }
    int32_t code = lt_utf8_next(&name);
    return code > 0 && !*name && key_is_text(code) ? code : K_NONE;
}

int32_t key_parse(const char *name)
{
    int32_t held = 0;
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
        size_t length = strlen(modifiers[i].prefix);
        if (!strncasecmp(name, modifiers[i].prefix, length) && name[length]) {
            held |= modifiers[i].bit;
            name += length;
        }
    }
    int32_t key = parse_plain(name);
    if (key == K_NONE || (held & K_SHIFT && key_is_text(key) && key != K_SPACE))
        return K_NONE;
    if (held & K_CTRL && key >= 'A' && key <= 'Z')
        key += 'a' - 'A';
    return unify(key | held);
}

/* ---- what terminals send: the forms that all of them share, after xterm's "Control Sequences" ---- */

/* The last letter of CSI x and SS3 x. */
static int32_t letter_key(char letter)
{
    static const struct {
        char letter;
        int32_t key;
    } table[] = {
        {'A', K_UP}, {'B', K_DOWN},   {'C', K_RIGHT},  {'D', K_LEFT},   {'H', K_HOME},  {'F', K_END},
        {'P', K_F1}, {'Q', K_F1 + 1}, {'R', K_F1 + 2}, {'S', K_F1 + 3}, {'M', K_ENTER}, {'Z', K_TAB | K_SHIFT},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].letter == letter)
            return table[i].key;
    }
    return K_NONE;
}

/* The number of CSI n ~. */
static int32_t number_key(int number)
{
    static const int32_t table[] = {
        [1] = K_HOME,      [2] = K_INSERT,  [3] = K_DELETE,  [4] = K_END,      [5] = K_PAGE_UP,
        [6] = K_PAGE_DOWN, [7] = K_HOME,    [8] = K_END,     [11] = K_F1,      [12] = K_F1 + 1,
        [13] = K_F1 + 2,   [14] = K_F1 + 3, [15] = K_F1 + 4, [17] = K_F1 + 5,  [18] = K_F1 + 6,
        [19] = K_F1 + 7,   [20] = K_F1 + 8, [21] = K_F1 + 9, [23] = K_F1 + 10, [24] = K_F12,
    };
    return number >= 0 && number < (int)(sizeof table / sizeof *table) ? table[number] : K_NONE;
}

/* The modifier parameter: one more than 1 shift, 2 alt, 4 control, 8 meta. */
static int32_t held_keys(int parameter)
{
    int bits = parameter > 1 ? parameter - 1 : 0;
    return (bits & 1 ? K_SHIFT : 0) | (bits & (2 | 8) ? K_ALT : 0) | (bits & 4 ? K_CTRL : 0);
}

/* A character key that was sent with its modifiers spelled out: shift is already in the character. */
static int32_t spelled_key(int code, int parameter)
{
    int32_t held = held_keys(parameter);
    bool named = code == K_TAB || code == K_ENTER || code == K_ESC || code == K_BACKSPACE || code == K_SPACE;
    if (!named && !key_is_text(code))
        return K_NONE;
    if (!named)
        held &= ~K_SHIFT;
    if (held & K_CTRL && code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    return unify(code | held);
}

static int32_t control_key(unsigned char byte)
{
    switch (byte) {
    case K_TAB:
    case K_ENTER:
    case K_ESC:
    case K_BACKSPACE:
        return byte;
    case 0:
        return K_CTRL | K_SPACE;
    default:
        return unify(K_CTRL | (byte <= 26 ? byte + 'a' - 1 : byte + '@'));
    }
}

/* ---- the decoder ---- */

/* How much of the bytes one step used: 0 says that the sequence is not complete. */
struct step {
    size_t used;
    struct event event;
};

static struct step key_step(size_t used, int32_t key)
{
    return (struct step){used, {.kind = key == K_NONE ? EVENT_NONE : EVENT_KEY, .key = key}};
}

static const char PASTE_END[] = "\033[201~";
enum { PASTE_END_BYTES = sizeof PASTE_END - 1, PARAMETERS = 4, SEQUENCE_LIMIT = 4096 };

/* Mouse reports number buttons 0 to 2, 3 for none, and add 4 shift, 8 alt, 16 control, 32 moved, 64 wheel. */
static struct event mouse_event(int code, int col, int row, bool released)
{
    struct event event = {.kind = EVENT_MOUSE, .row = row > 0 ? row - 1 : 0, .col = col > 0 ? col - 1 : 0};
    int button = code & 3;
    event.key = (code & 4 ? K_SHIFT : 0) | (code & 8 ? K_ALT : 0) | (code & 16 ? K_CTRL : 0);
    if (code & 128 || (code & 64 && button > 1))
        return (struct event){.kind = EVENT_NONE};
    if (code & 64) {
        event.action = button == 0 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
        return event;
    }
    event.button = button == 3 ? 0 : (uint8_t)(button + 1);
    event.action = released || button == 3 ? MOUSE_RELEASE : code & 32 ? MOUSE_DRAG : MOUSE_PRESS;
    if (code & 32 && button == 3)
        event.kind = EVENT_NONE;
    return event;
}

/* The old form: three bytes, each 32 more than its value. */
static struct step old_mouse(const unsigned char *in, size_t count)
{
    if (count < 6)
        return (struct step){0};
    int code = in[3] - 32;
    return (struct step){6, mouse_event(code & ~128, in[4] - 32, in[5] - 32, (code & 3) == 3 && !(code & 64))};
}

static int parse_parameters(const unsigned char *in, size_t count, int *out)
{
    int found = 1;
    memset(out, 0, PARAMETERS * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        if (in[i] == ';' && ++found > PARAMETERS)
            return PARAMETERS;
        if (in[i] >= '0' && in[i] <= '9' && out[found - 1] < 10000000)
            out[found - 1] = out[found - 1] * 10 + (in[i] - '0');
    }
    return found;
}

/* CSI parameters final, complete. */
static struct event csi_event(struct key_decoder *decoder, const unsigned char *in, size_t count)
{
    int p[PARAMETERS];
    char final = (char)in[count - 1];
    bool private = in[2] == '<' || in[2] == '?' || in[2] == '>' || in[2] == '=';
    parse_parameters(in + 2, count - 3, p);
    if (in[2] == '<' && (final == 'M' || final == 'm'))
        return mouse_event(p[0], p[1], p[2], final == 'm');
    if (private)
        return (struct event){.kind = EVENT_NONE};
    if (final == '~' && p[0] == 200) {
        decoder->pasting = true;
        decoder->paste.length = 0;
        return (struct event){.kind = EVENT_NONE};
    }
    int32_t key = K_NONE;
    if (final == 'u')
        key = spelled_key(p[0], p[1]);
    else if (final == '~' && p[0] == 27)
        key = spelled_key(p[2], p[1]);
    else if (final == '~' || final == '^') /* rxvt: ^ with control */
        key = number_key(p[0]);
    else if (final != 'M')
        key = letter_key(final);
    if (key == K_NONE)
        return (struct event){.kind = EVENT_NONE};
    if (final != 'u' && p[0] != 27)
        key |= held_keys(p[1]) | (final == '^' ? K_CTRL : 0);
    return (struct event){.kind = EVENT_KEY, .key = key};
}

static struct step csi_step(struct key_decoder *decoder, const unsigned char *in, size_t count)
{
    if (count > 2 && in[2] == 'M')
        return old_mouse(in, count);
    if (count > 2 && in[2] == '[') /* Linux console: F1 to F5 */
        return count > 3 ? key_step(4, in[3] >= 'A' && in[3] <= 'E' ? K_F1 + in[3] - 'A' : K_NONE) : (struct step){0};
    for (size_t i = 2; i < count; i++) {
        if (in[i] >= 0x40 && in[i] <= 0x7E)
            return (struct step){i + 1, csi_event(decoder, in, i + 1)};
        if (in[i] < 0x20 || in[i] > 0x7E || i > SEQUENCE_LIMIT)
            return key_step(i, K_NONE);
    }
    return (struct step){0};
}

/* Control strings (answers to questions nobody asked): up to BEL or ESC \, all swallowed. */
static struct step string_step(const unsigned char *in, size_t count)
{
    for (size_t i = 2; i < count; i++) {
        if (in[i] == 0x07)
            return key_step(i + 1, K_NONE);
        if (in[i] == K_ESC && i + 1 < count)
            return key_step(in[i + 1] == '\\' ? i + 2 : i, K_NONE);
        if (i > SEQUENCE_LIMIT)
            return key_step(i, K_NONE);
    }
    return (struct step){0};
}

static struct step text_step(const unsigned char *in, size_t count, bool timed_out)
{
    char one[5] = {0};
    memcpy(one, in, count < 4 ? count : 4);
    const char *next = one;
    int32_t code = lt_utf8_next(&next);
    if (code > 0)
        return key_step((size_t)(next - one), key_is_text(code) ? code : K_NONE);
    /* The start of a character whose end has not come yet. */
    size_t need = in[0] >= 0xF0 ? 4 : in[0] >= 0xE0 ? 3 : in[0] >= 0xC2 ? 2 : 1;
    if (count < need && !timed_out)
        return (struct step){0};
    return key_step(1, K_NONE);
}

static struct step plain_step(const unsigned char *in, size_t count, bool timed_out)
{
    if (in[0] < 0x20 || in[0] == K_BACKSPACE)
        return key_step(1, control_key(in[0]));
    return text_step(in, count, timed_out);
}

/* Escape and what follows; a plain key after it is that key with alt. */
static struct step escape_step(struct key_decoder *decoder, const unsigned char *in, size_t count, bool timed_out)
{
    if (count < 2)
        return timed_out ? key_step(1, K_ESC) : (struct step){0};
    struct step step = {0};
    if (in[1] == K_ESC)
        return key_step(1, K_ESC);
    if (in[1] == '[')
        step = csi_step(decoder, in, count);
    else if (in[1] == 'O')
        step = count > 2 ? key_step(3, letter_key((char)in[2])) : step;
    else if (memchr("P]^_", in[1], 4))
        step = string_step(in, count);
    else {
        step = plain_step(in + 1, count - 1, timed_out);
        step.used += step.used ? 1 : 0;
        step.event.key |= step.event.kind == EVENT_KEY ? K_ALT : 0;
        return step;
    }
    if (!step.used && timed_out) /* nothing more comes: alt with that character, or a torn sequence */
        return key_step(count, count == 2 ? K_ALT | in[1] : K_NONE);
    return step;
}

/* The terminal's own sequences: the longest that matches; *partial where a longer one may still be completed. */
static struct step extra_step(const struct key_decoder *decoder, const char *in, size_t count, bool *partial)
{
    struct step best = {0};
    *partial = false;
    for (size_t i = 0; i < decoder->extra_count; i++) {
        const char *bytes = decoder->extra[i].bytes;
        size_t length = strlen(bytes);
        if (length <= count && length > best.used && !memcmp(bytes, in, length))
            best = key_step(length, decoder->extra[i].key);
        if (length > count && !memcmp(bytes, in, count))
            *partial = true;
    }
    return best;
}

static struct step paste_step(struct key_decoder *decoder, const char *in, size_t count)
{
    size_t end = 0;
    while (end + PASTE_END_BYTES <= count && memcmp(in + end, PASTE_END, PASTE_END_BYTES) != 0)
        end++;
    bool complete = end + PASTE_END_BYTES <= count;
    size_t room = KEY_PASTE_LIMIT - decoder->paste.length;
    lt_buffer_add(&decoder->paste, in, end < room ? end : room);
    if (!complete)
        return (struct step){end, {.kind = EVENT_NONE}};
    decoder->pasting = false;
    struct event event = {.kind = EVENT_PASTE, .text = decoder->paste.text, .text_bytes = decoder->paste.length};
    if (decoder->paste.failed || !event.text) /* out of memory: better nothing than half of it */
        event = (struct event){.kind = EVENT_NONE};
    decoder->paste.failed = false;
    return (struct step){end + PASTE_END_BYTES, event};
}

static struct step next_step(struct key_decoder *decoder, const char *in, size_t count, bool timed_out)
{
    const unsigned char *bytes = (const unsigned char *)in;
    if (decoder->pasting)
        return paste_step(decoder, in, count);
    bool partial;
    struct step step = extra_step(decoder, in, count, &partial);
    if (partial && !timed_out)
        return (struct step){0};
    if (step.used)
        return step;
    return bytes[0] == K_ESC ? escape_step(decoder, bytes, count, timed_out) : plain_step(bytes, count, timed_out);
}

void key_feed(struct key_decoder *decoder, const char *bytes, size_t count)
{
    struct lt_buffer *in = &decoder->in;
    if (decoder->at) {
        in->length -= decoder->at;
        memmove(in->text, in->text + decoder->at, in->length);
        decoder->at = 0;
    }
    lt_buffer_add(in, bytes, count);
    in->failed = false; /* out of memory: these bytes are lost, later ones need not be */
}

bool key_next(struct key_decoder *decoder, bool timed_out, struct event *event)
{
    while (decoder->at < decoder->in.length) {
        struct step step =
            next_step(decoder, decoder->in.text + decoder->at, decoder->in.length - decoder->at, timed_out);
        if (!step.used)
            break;
        decoder->at += step.used;
        if (step.event.kind != EVENT_NONE) {
            *event = step.event;
            return true;
        }
    }
    return false;
}

bool key_waiting(const struct key_decoder *decoder)
{
    return !decoder->pasting && decoder->at < decoder->in.length;
}

void key_decoder_free(struct key_decoder *decoder)
{
    lt_buffer_free(&decoder->in);
    lt_buffer_free(&decoder->paste);
    *decoder = (struct key_decoder){0};
}
