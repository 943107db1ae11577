#include "tui/glyph.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One row per sign: Unicode, ASCII. */
#define GLYPHS(X)                                                                                                      \
    X(GLYPH_BLANK, ' ', ' ')                                                                                           \
    X(GLYPH_HLINE, 0x2500, '-')                                                                                        \
    X(GLYPH_VLINE, 0x2502, '|')                                                                                        \
    X(GLYPH_TREE_OPEN, 0x25BE, '-')                                                                                    \
    X(GLYPH_TREE_CLOSED, 0x25B8, '+')                                                                                  \
    X(GLYPH_SORT_UP, 0x25B2, '^')                                                                                      \
    X(GLYPH_SORT_DOWN, 0x25BC, 'v')                                                                                    \
    X(GLYPH_ELLIPSIS, 0x2026, '~')                                                                                     \
    X(GLYPH_CUT, '#', '#')                                                                                             \
    X(GLYPH_LIMIT, 0x2503, '|')                                                                                        \
    X(GLYPH_FREE, 0x00B7, '.')                                                                                         \
    X(GLYPH_SCROLL, 0x2502, '|')                                                                                       \
    X(GLYPH_SCROLL_AT, 0x2588, '#')                                                                                    \
    X(GLYPH_FULL, 0x2588, '#')                                                                                         \
    X(GLYPH_LEFT_1, 0x258F, ' ')                                                                                       \
    X(GLYPH_LEFT_1 + 1, 0x258E, ' ')                                                                                   \
    X(GLYPH_LEFT_1 + 2, 0x258D, ' ')                                                                                   \
    X(GLYPH_LEFT_1 + 3, 0x258C, '#')                                                                                   \
    X(GLYPH_LEFT_1 + 4, 0x258B, '#')                                                                                   \
    X(GLYPH_LEFT_1 + 5, 0x258A, '#')                                                                                   \
    X(GLYPH_LEFT_1 + 6, 0x2589, '#')                                                                                   \
    X(GLYPH_LOWER_1, 0x2581, '_')                                                                                      \
    X(GLYPH_LOWER_1 + 1, 0x2582, '_')                                                                                  \
    X(GLYPH_LOWER_1 + 2, 0x2583, '.')                                                                                  \
    X(GLYPH_LOWER_1 + 3, 0x2584, '.')                                                                                  \
    X(GLYPH_LOWER_1 + 4, 0x2585, ':')                                                                                  \
    X(GLYPH_LOWER_1 + 5, 0x2586, ':')                                                                                  \
    X(GLYPH_LOWER_1 + 6, 0x2587, '|')

#define UNICODE_ENTRY(glyph, unicode, ascii) [glyph] = unicode,
#define ASCII_ENTRY(glyph, unicode, ascii)   [glyph] = ascii,

const struct glyph_set glyph_unicode = {"unicode", true, {GLYPHS(UNICODE_ENTRY)}};
const struct glyph_set glyph_ascii = {"ascii", false, {GLYPHS(ASCII_ENTRY)}};

/* The variable that decides, in the order of setlocale(3). */
static const char *wanted_locale(void)
{
    static const char *const variable[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof variable / sizeof *variable; i++) {
        const char *value = getenv(variable[i]);
        if (value && value[0])
            return value;
    }
    return "C";
}

static bool names_utf8(const char *locale)
{
    const char *codeset = strchr(locale, '.');
    return codeset && (!strncasecmp(codeset + 1, "UTF-8", 5) || !strncasecmp(codeset + 1, "UTF8", 4));
}

void glyph_set_locale(void)
{
    if (!setlocale(LC_CTYPE, "") && names_utf8(wanted_locale()))
        setlocale(LC_CTYPE, "C.UTF-8");
}

const struct glyph_set *glyph_choose(bool ascii)
{
    return !ascii && !strcmp(nl_langinfo(CODESET), "UTF-8") ? &glyph_unicode : &glyph_ascii;
}

/* Signs that texts use, the program's own and those of models, apart from the glyphs above. */
static const struct {
    int32_t code;
    char ascii;
} likeness[] = {
    {0x00A0, ' '}, {0x2009, ' '}, {0x202F, ' '},  {0x2010, '-'},  {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'},
    {0x2014, '-'}, {0x2212, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x00AB, '<'},
    {0x00BB, '>'}, {0x2190, '<'}, {0x2192, '>'},  {0x2264, '<'},  {0x2265, '>'}, {0x2022, '*'}, {0x00D7, 'x'},
    {0x00B1, '~'}, {0x2248, '~'}, {0x00B2, '2'},  {0x00B3, '3'},  {0x00B5, 'u'}, {0x03BC, 'u'},
};

int32_t glyph_to_ascii(int32_t code)
{
    if (code >= 0x20 && code < 0x7F)
        return code;
    for (int i = 0; i < GLYPH_COUNT; i++) {
        if (glyph_unicode.code[i] == code)
            return glyph_ascii.code[i];
    }
    for (size_t i = 0; i < sizeof likeness / sizeof *likeness; i++) {
        if (likeness[i].code == code)
            return likeness[i].ascii;
    }
    return '?';
}
