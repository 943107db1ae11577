#include "tui/theme.h"

/* The sixteen palette colours, which every terminal lets its user choose; BRIGHT is not to be had with 8. */
enum { NONE = -1, RED = 1, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6, BRIGHT = 8 };

/* Two from the fixed part of the 256: readable on black and on white. */
enum { ORANGE = 166, STEEL = 67 };

struct look {
    char letter;
    uint8_t mono;       /* attributes without colour */
    uint8_t attributes; /* with colour */
    int16_t foreground[THEME_DEPTHS];
};

#define ALL(color)                                                                                                     \
    {                                                                                                                  \
        NONE, (color), (color), (color)                                                                                \
    }
#define PLAIN                                                                                                          \
    {                                                                                                                  \
        NONE, NONE, NONE, NONE                                                                                         \
    }
#define ORANGE_LIKE                                                                                                    \
    {                                                                                                                  \
        NONE, YELLOW, YELLOW, ORANGE                                                                                   \
    }
#define DIM_LIKE                                                                                                       \
    {                                                                                                                  \
        NONE, NONE, BRIGHT, BRIGHT                                                                                     \
    }
#define STEEL_LIKE                                                                                                     \
    {                                                                                                                  \
        NONE, CYAN, CYAN, STEEL                                                                                        \
    }

/* Bar segments are reversed: the colour fills the cell and the letter in it takes the background's colour. Neighbours
 * in the usual order of a bar differ in mono too, by turns reversed, underlined and bold. */
static const struct look looks[ROLE_COUNT] = {
    [ROLE_TEXT] = {'.', 0, 0, PLAIN},
    [ROLE_DIM] = {'d', STYLE_DIM, STYLE_DIM, DIM_LIKE},
    [ROLE_TITLE] = {'t', STYLE_BOLD, STYLE_BOLD, PLAIN},
    [ROLE_TITLE_FOCUS] = {'T', STYLE_REVERSE, STYLE_REVERSE | STYLE_BOLD, PLAIN},
    [ROLE_HEADER] = {'h', STYLE_UNDERLINE, STYLE_BOLD, ALL(BLUE)},
    [ROLE_BORDER] = {'b', 0, 0, DIM_LIKE},
    [ROLE_SELECTED] = {'S', STYLE_REVERSE, STYLE_REVERSE, PLAIN},
    [ROLE_SELECTED_IDLE] = {'s', STYLE_BOLD, STYLE_BOLD, PLAIN},
    [ROLE_CHANGED] = {'c', STYLE_BOLD, STYLE_BOLD, ALL(CYAN)},
    [ROLE_GOOD] = {'g', 0, 0, ALL(BLUE)},
    [ROLE_WARN] = {'w', STYLE_UNDERLINE, 0, ORANGE_LIKE},
    [ROLE_BAD] = {'B', STYLE_BOLD, STYLE_BOLD, ORANGE_LIKE},
    [ROLE_ERROR] = {'e', STYLE_REVERSE, STYLE_BOLD, ALL(RED)},
    [ROLE_KEY] = {'k', STYLE_BOLD, STYLE_BOLD, ALL(BLUE)},
    [ROLE_KEY_LABEL] = {'l', 0, 0, PLAIN},
    [ROLE_PROMPT] = {'p', STYLE_BOLD, STYLE_BOLD, PLAIN},
    [ROLE_INPUT] = {'i', STYLE_UNDERLINE, STYLE_UNDERLINE, PLAIN},
    [ROLE_BAR_WEIGHTS] = {'W', STYLE_REVERSE, STYLE_REVERSE, ALL(BLUE)},
    [ROLE_BAR_GRADIENTS] = {'G', STYLE_UNDERLINE, STYLE_REVERSE, ALL(CYAN)},
    [ROLE_BAR_OPTIMIZER] = {'O', STYLE_REVERSE | STYLE_BOLD, STYLE_REVERSE, ALL(MAGENTA)},
    [ROLE_BAR_KEPT] = {'K', STYLE_BOLD, STYLE_REVERSE, ORANGE_LIKE},
    [ROLE_BAR_TRANSIENT] = {'R', STYLE_REVERSE, STYLE_REVERSE, STEEL_LIKE},
    [ROLE_BAR_WORKSPACE] = {'X', STYLE_UNDERLINE, STYLE_REVERSE, ALL(MAGENTA)},
    [ROLE_BAR_INPUTS] = {'I', STYLE_REVERSE | STYLE_BOLD, STYLE_REVERSE, ALL(BLUE)},
    [ROLE_BAR_POOL] = {'P', STYLE_UNDERLINE, STYLE_REVERSE | STYLE_DIM, PLAIN},
    [ROLE_BAR_CONTEXT] = {'C', STYLE_REVERSE, STYLE_REVERSE | STYLE_DIM, DIM_LIKE},
    [ROLE_BAR_FREE] = {'f', 0, 0, DIM_LIKE},
    [ROLE_BAR_LIMIT] = {'L', STYLE_BOLD, STYLE_BOLD, PLAIN},
    [ROLE_BAR_OVER] = {'!', STYLE_BOLD | STYLE_UNDERLINE, STYLE_REVERSE | STYLE_BOLD, ALL(RED)},
    [ROLE_PLOT] = {'o', 0, 0, ALL(BLUE)},
    [ROLE_PLOT_MARK] = {'M', STYLE_BOLD, STYLE_BOLD, ORANGE_LIKE},
    [ROLE_AXIS] = {'a', STYLE_DIM, 0, DIM_LIKE},
};

static const struct look *look_of(enum role role)
{
    return &looks[(unsigned)role & ~(unsigned)ROLE_FLAT];
}

struct style theme_style(enum role role, enum theme_depth depth)
{
    const struct look *look = look_of(role);
    uint8_t attributes = depth == THEME_MONO ? look->mono : look->attributes;
    /* A bright palette colour is the dim look already; both together vanish on many terminals. */
    if (look->foreground[depth] == BRIGHT)
        attributes &= (uint8_t)~STYLE_DIM;
    if (role & ROLE_FLAT)
        attributes &= (uint8_t) ~(STYLE_REVERSE | STYLE_UNDERLINE);
    return (struct style){look->foreground[depth], NONE, attributes};
}

static enum theme_depth depth_of(int colors)
{
    if (colors >= 256)
        return THEME_256;
    if (colors >= 16)
        return THEME_16;
    return colors >= 8 ? THEME_8 : THEME_MONO;
}

enum theme_depth theme_choose(bool plain, const char *no_color, int colors)
{
    return plain || (no_color && no_color[0]) ? THEME_MONO : depth_of(colors);
}

char theme_role_letter(enum role role)
{
    return look_of(role)->letter;
}
