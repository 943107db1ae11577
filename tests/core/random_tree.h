/* Trees grown from a seed, for tests that write and read them back: every type, odd numbers and odd strings. */
#ifndef LT_TESTS_CORE_RANDOM_TREE_H
#define LT_TESTS_CORE_RANDOM_TREE_H

#include "core/data/tree.h"
#include "tests/core/random.h"
#include "tests/core/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const ODD_TEXT[] = {
    "",
    " ",
    "null",
    "~",
    "true",
    "True",
    "yes",
    "off",
    "1",
    "-1",
    "0x1F",
    "0o17",
    "1e3",
    "1.",
    ".5",
    "+.inf",
    ".nan",
    ": ",
    ":",
    "a: b",
    "a:",
    ":a",
    "a:b",
    "- x",
    "-",
    "--- ",
    "---",
    "...",
    "#",
    " #",
    "a #b",
    "a#b",
    "?",
    "? a",
    "!",
    "!x",
    "&a",
    "*a",
    "%TAG",
    "@a",
    "`a",
    "|",
    ">",
    "[",
    "]",
    "{",
    "}",
    ",",
    "a, b",
    "[1]",
    "{a: 1}",
    "'",
    "\"",
    "'a'",
    "\"a\"",
    "a'",
    "a\"",
    "\\",
    "\\n",
    "a\\",
    " a",
    "a ",
    "a  b",
    "\ta",
    "a\t",
    "\n",
    "\n\n",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b",
    "a \nb",
    "a\nb ",
    "a\rb",
    "a\r\nb",
    "a\x01"
    "b",
    "\x1B[0m",
    "\x7F",
    "\xC2\x85",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF"
    "a",
    "\xE2\x80\xAE",
    "gr\xC3\xBC\xC3\x9F",
    "\xE5\xB1\xA4",
    "\xF0\x9F\x8E\x89",
    "\xF3\xA0\x81\x81",
    "\xEF\xBF\xBD",
    "\xEF\xBF\xBE",
    "12:30:45",
    "2024-05-06",
    "1_000",
    "1,5",
    "80 GiB",
    "8.0",
    "<<",
    "=",
    "https://keras.io/api/#x",
    "conv2d/kernel:0",
    "key with spaces",
    "# no comment\n# none\n",
    "- a\n- b\n",
    "a: b\nc: d",
};

static inline const char *random_text(uint64_t *seed, char *space, size_t bytes)
{
    const uint32_t count = COUNT(ODD_TEXT);
    switch (random_below(seed, 8)) {
    case 0:
        snprintf(space, bytes, "%s%s", ODD_TEXT[random_below(seed, count)], ODD_TEXT[random_below(seed, count)]);
        return space;
    case 1: /* long lines, longer than any line limit of a format */
        memset(space, 'x', bytes - 1);
        for (size_t i = 0; i < bytes; i += 1 + random_below(seed, 200))
            space[i] = " \n:#\"'\t\\"[random_below(seed, 8)];
        space[bytes - 1] = '\0';
        return space;
    default:
        return ODD_TEXT[random_below(seed, count)];
    }
}

static inline double random_number(uint64_t *seed)
{
    static const double ODD[] = {0.0, -0.0, 1.0, -1.0, 0.1, 1e20, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, 1.0 / 3};
    const uint64_t bits = random_bits(seed);
    double value;
    memcpy(&value, &bits, sizeof value);
    return random_below(seed, 2) && isfinite(value) ? value : ODD[random_below(seed, COUNT(ODD))];
}

/* A tree of at most `depth` levels. Keys are made different by a number where they must be. */
static inline struct lt_tree *random_tree(struct lt_arena *arena, uint64_t *seed, uint32_t depth,
                                          struct lt_tree *parent)
{
    char space[1500], name[1600];
    const char *key = NULL;
    if (parent && parent->type == LT_TREE_MAP) {
        key = random_text(seed, space, random_below(seed, 20) ? 40 : sizeof space);
        if (lt_tree_get(parent, key)) {
            snprintf(name, sizeof name, "%s%u", key, parent->count);
            key = lt_tree_get(parent, name) ? NULL : name;
            if (!key)
                return NULL;
        }
    }
    const uint32_t pick = random_below(seed, depth ? 10 : 6);
    if (pick < 6) {
        char text[1500];
        switch (pick) {
        case 0:
            return lt_tree_new(arena, LT_TREE_NULL, parent, key);
        case 1:
            return lt_tree_add_bool(arena, parent, key, random_below(seed, 2));
        case 2:
            return lt_tree_add_int(arena, parent, key,
                                   random_below(seed, 2)   ? (int64_t)random_below(seed, 100) - 50
                                   : random_below(seed, 2) ? INT64_MIN
                                                           : INT64_MAX);
        case 3:
            return lt_tree_add_number(arena, parent, key, random_number(seed));
        default:
            return lt_tree_add_text(arena, parent, key, random_text(seed, text, sizeof text));
        }
    }
    struct lt_tree *tree = lt_tree_new(arena, pick < 8 ? LT_TREE_LIST : LT_TREE_MAP, parent, key);
    for (uint32_t i = random_below(seed, 7); i > 0; i--)
        random_tree(arena, seed, depth - 1, tree);
    return tree;
}

#endif
