#include "core/data/scalar.h"

#include "core/base/decimal.h"

#include <math.h>
#include <string.h>

/* The words of the schema. A sign may stand before .inf only. */
static const struct word {
    const char *text;
    enum lt_tree_type type;
    double value;
} WORD[] = {
    {"", LT_TREE_NULL, 0},
    {"~", LT_TREE_NULL, 0},
    {"null", LT_TREE_NULL, 0},
    {"Null", LT_TREE_NULL, 0},
    {"NULL", LT_TREE_NULL, 0},
    {"true", LT_TREE_BOOL, 1},
    {"True", LT_TREE_BOOL, 1},
    {"TRUE", LT_TREE_BOOL, 1},
    {"false", LT_TREE_BOOL, 0},
    {"False", LT_TREE_BOOL, 0},
    {"FALSE", LT_TREE_BOOL, 0},
    {".nan", LT_TREE_FLOAT, NAN},
    {".NaN", LT_TREE_FLOAT, NAN},
    {".NAN", LT_TREE_FLOAT, NAN},
    {".inf", LT_TREE_FLOAT, INFINITY},
    {".Inf", LT_TREE_FLOAT, INFINITY},
    {".INF", LT_TREE_FLOAT, INFINITY},
};

static bool read_word(struct lt_tree *node, const char *text)
{
    const bool sign = *text == '+' || *text == '-';
    for (unsigned i = 0; i < sizeof WORD / sizeof *WORD; i++) {
        const struct word *word = &WORD[i];
        if (strcmp(text + sign, word->text) != 0 || (sign && !isinf(word->value)))
            continue;
        node->type = word->type;
        if (word->type == LT_TREE_BOOL)
            node->boolean = word->value != 0;
        else if (word->type == LT_TREE_FLOAT)
            node->number = *text == '-' ? -word->value : word->value;
        return true;
    }
    return false;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* [-+]?[0-9]+, 0o[0-7]+ or 0x[0-9a-fA-F]+. False: no such thing. */
static bool read_integer(struct lt_tree *node, const char *text)
{
    const bool octal = strncmp(text, "0o", 2) == 0, hexadecimal = strncmp(text, "0x", 2) == 0;
    const int base = octal ? 8 : hexadecimal ? 16 : 10;
    const bool negative = *text == '-';
    const char *digit = text + (base != 10 ? 2 : *text == '+' || negative);
    if (!*digit)
        return false;
    int64_t value = 0;
    double large = 0;
    bool fits = true;
    for (; *digit; digit++) {
        int d = digit_value(*digit);
        if (d >= base)
            return false;
        fits = fits && !__builtin_mul_overflow(value, base, &value) &&
               !__builtin_add_overflow(value, negative ? -d : d, &value);
        large = large * base + d;
    }
    node->type = fits ? LT_TREE_INT : LT_TREE_FLOAT;
    if (fits)
        node->integer = value;
    else
        node->number = base == 10 ? lt_strtod(text, &(char *){NULL}) : large;
    return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_decimal(const char *text)
{
    static const char DIGITS[] = "0123456789";
    text += *text == '+' || *text == '-';
    size_t whole = strspn(text, DIGITS), fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(text + 1, DIGITS);
        text += 1 + fraction;
    }
    if (!whole && !fraction)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if (!*text)
            return false;
        text += strspn(text, DIGITS);
    }
    return !*text;
}

bool lt_scalar_read(struct lt_tree *node, const char *text)
{
    if (read_word(node, text))
        return true;
    if (read_integer(node, text))
        return node->type == LT_TREE_INT || isfinite(node->number);
    if (is_decimal(text)) {
        char *end;
        node->type = LT_TREE_FLOAT;
        node->number = lt_strtod(text, &end);
        return isfinite(node->number);
    }
    node->type = LT_TREE_TEXT;
    node->text = text;
    return true;
}
