#include "core/data/json.h"

#include "core/base/decimal.h"
#include "core/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Reads straight into the arena, one pass, no recursion. Besides RFC 8259 it takes what Python writes: NaN, Infinity
 * and -Infinity. A tree holds C strings of valid characters, so \u0000 and half of a surrogate pair (\uD800 alone)
 * become U+FFFD, the character for what cannot be shown. Integers beyond int64_t become floats. */
struct reader {
    struct lt_arena *arena;
    struct lt_problems *problems;
    const char *file, *text, *at, *end;
    char *room;           /* for the strings: none is longer than its source, so a copy of the text holds them all */
    struct lt_tree *open; /* the list or map that is being filled */
    bool fresh;           /* it was opened just now: no comma before its first child */
    uint32_t depth, values;
    struct lt_tree_limits limits;
    bool failed;
};

/* Line and column (in characters) of a byte. */
static struct lt_place place_of(const struct reader *reader, const char *at)
{
    struct lt_place place = {.file = reader->file, .line = 1, .column = 1};
    for (const char *c = reader->text; c < at; c++) {
        if (*c == '\n') {
            place.line++;
            place.column = 1;
        } else if ((*c & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

/* Only the first problem is told: what follows a syntax error means nothing. Returns NULL for the caller to hand on. */
static void *fail(struct reader *reader, const char *at, const char *hint, const char *message)
{
    if (!reader->failed)
        lt_problem_add(reader->problems, LT_ERROR, place_of(reader, at), hint, "%s", message);
    reader->failed = true;
    return NULL;
}

static void *fail_memory(struct reader *reader)
{
    if (!reader->failed)
        lt_problem_add(reader->problems, LT_ERROR, (struct lt_place){.file = reader->file}, NULL, "%s",
                       lt_status_name(LT_NO_MEMORY));
    reader->failed = true;
    return NULL;
}

/* `message`, or that the text ends here. */
static void *fail_expected(struct reader *reader, const char *message)
{
    if (reader->at == reader->end)
        return fail(reader, reader->at, "the file may be cut off", "the text ends too early");
    return fail(reader, reader->at, NULL, message);
}

/* The next character that is no white space; 0 at the end. */
static char peek(struct reader *reader)
{
    while (reader->at < reader->end && memchr(" \n\r\t", *reader->at, 4))
        reader->at++;
    return reader->at < reader->end ? *reader->at : '\0';
}

/* ---- text ---- */

/* The four hexadecimal digits at `at`; -1 where they are not there. */
static int32_t read_hex(const struct reader *reader, const char *at)
{
    int32_t value = 0;
    if (reader->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdefABCDEF", *digit = memchr(digits, at[i], 22);
        if (!digit)
            return -1;
        value = value * 16 + (int32_t)(digit - digits < 16 ? digit - digits : digit - digits - 6);
    }
    return value;
}

static char *put_utf8(char *out, int32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char LEAD[] = {0, 0xC0, 0xE0, 0xF0};
    *out++ = (char)(LEAD[more] | code >> 6 * more);
    for (int i = more - 1; i >= 0; i--)
        *out++ = (char)(0x80 | (code >> 6 * i & 0x3F));
    return out;
}

/* \uNNNN, or two of them for one character beyond the basic plane. reader->at is at the first digit. */
static char *read_code(struct reader *reader, char *out)
{
    int32_t code = read_hex(reader, reader->at);
    if (code < 0)
        return fail(reader, reader->at, "four hexadecimal digits after \\u", "bad escape in a string");
    reader->at += 4;
    if (code >= 0xD800 && code < 0xDC00 && reader->end - reader->at >= 6 && memcmp(reader->at, "\\u", 2) == 0) {
        const int32_t low = read_hex(reader, reader->at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            reader->at += 6;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    const bool shown = code && !(code >= 0xD800 && code < 0xE000);
    return put_utf8(out, shown ? code : 0xFFFD);
}

static char *read_escape(struct reader *reader, char *out)
{
    static const char NAME[] = "\"\\/bfnrt", VALUE[] = "\"\\/\b\f\n\r\t";
    const char c = reader->at < reader->end ? *reader->at : '\0';
    if (c == 'u') {
        reader->at++;
        return read_code(reader, out);
    }
    const char *name = memchr(NAME, c, sizeof NAME - 1);
    if (!name)
        return fail_expected(reader, "bad escape in a string");
    reader->at++;
    *out++ = VALUE[name - NAME];
    return out;
}

/* The closing quote of the string whose content starts at reader->at; NULL and a problem where it never closes or holds
 * what no string may hold. */
static const char *string_end(struct reader *reader)
{
    for (const char *c = reader->at; c < reader->end;) {
        const unsigned char byte = (unsigned char)*c;
        int length = 1;
        if (byte == '"')
            return c;
        if (byte < 0x20)
            return fail(reader, c, "write it as an escape, such as \\n", "a control character in a string");
        if (byte >= 0x80 && lt_utf8_decode(c, (size_t)(reader->end - c), &length) < 0)
            return fail(reader, c, "text in UTF-8", "a byte that is not UTF-8");
        c += byte == '\\' ? 2 : length;
    }
    return fail(reader, reader->end, "the file may be cut off", "a string does not end");
}

/* The string at reader->at, which is at its opening quote. NULL and a problem on failure. */
static const char *read_string(struct reader *reader)
{
    reader->at++;
    const char *end = string_end(reader), *text = reader->room;
    char *out = end ? reader->room : NULL;
    while (out && reader->at < end) {
        const char *escape = memchr(reader->at, '\\', (size_t)(end - reader->at));
        const size_t plain = (size_t)((escape ? escape : end) - reader->at);
        out = (char *)memcpy(out, reader->at, plain) + plain;
        reader->at += plain + (escape != NULL);
        if (escape)
            out = read_escape(reader, out);
    }
    if (!out)
        return NULL;
    *out = '\0';
    reader->room = out + 1;
    reader->at = end + 1;
    return text;
}

/* ---- numbers and words ---- */

static const char *skip_digits(const struct reader *reader, const char *at)
{
    while (at < reader->end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of the number at reader->at: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?; NULL where it is none. */
static const char *number_end(const struct reader *reader, bool *integer)
{
    const char *start = reader->at + (*reader->at == '-'), *at = skip_digits(reader, start);
    *integer = true;
    if (at == start || (*start == '0' && at > start + 1))
        return NULL;
    if (at < reader->end && *at == '.') {
        *integer = false;
        start = at + 1;
        at = skip_digits(reader, start);
        if (at == start)
            return NULL;
    }
    if (at < reader->end && (*at == 'e' || *at == 'E')) {
        *integer = false;
        start = at + 1;
        start += start < reader->end && (*start == '+' || *start == '-');
        at = skip_digits(reader, start);
        if (at == start)
            return NULL;
    }
    return at;
}

static bool fits_integer(const char *at, const char *end, int64_t *value)
{
    const bool negative = *at == '-';
    *value = 0;
    for (at += negative; at < end; at++) {
        const int digit = negative ? '0' - *at : *at - '0';
        if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, digit, value))
            return false;
    }
    return true;
}

static void read_number(struct reader *reader, struct lt_tree *node)
{
    bool integer;
    const char *start = reader->at, *end = number_end(reader, &integer);
    if (!end) {
        fail_expected(reader, "not a number");
        return;
    }
    reader->at = end;
    if (integer && fits_integer(start, end, &node->integer)) {
        node->type = LT_TREE_INT;
        return;
    }
    char *stop;
    memcpy(reader->room, start, (size_t)(end - start));
    reader->room[end - start] = '\0';
    node->type = LT_TREE_FLOAT;
    node->number = lt_strtod(reader->room, &stop);
    if (!isfinite(node->number))
        fail(reader, start, "up to 1.8e308", "the number is too large");
}

/* A word of the language; false where there is none. */
static bool read_word(struct reader *reader, struct lt_tree *node)
{
    static const struct {
        const char *text;
        enum lt_tree_type type;
        double value;
    } WORD[] = {
        {"null", LT_TREE_NULL, 0},
        {"true", LT_TREE_BOOL, 1},
        {"false", LT_TREE_BOOL, 0},
        {"NaN", LT_TREE_FLOAT, NAN},
        {"Infinity", LT_TREE_FLOAT, INFINITY},
        {"-Infinity", LT_TREE_FLOAT, -INFINITY},
    };
    const size_t left = (size_t)(reader->end - reader->at);
    for (unsigned i = 0; i < sizeof WORD / sizeof *WORD; i++) {
        const size_t length = strlen(WORD[i].text);
        if (length > left || memcmp(reader->at, WORD[i].text, length) != 0)
            continue;
        reader->at += length;
        node->type = WORD[i].type;
        if (node->type == LT_TREE_BOOL)
            node->boolean = WORD[i].value != 0;
        else if (node->type == LT_TREE_FLOAT)
            node->number = WORD[i].value;
        return true;
    }
    return false;
}

/* ---- lists and maps ---- */

/* A key that stands again. Of two equal keys the later one counts, as in Python; `a` is the earlier one. */
struct entry {
    struct lt_tree *node;
    uint32_t order;
};

static int entry_compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->node->key, y->node->key);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Small maps, nearly all there are, are compared key by key without further memory. */
static bool may_repeat(const struct lt_tree *map)
{
    if (map->count > 16)
        return true;
    for (const struct lt_tree *a = map->child; a; a = a->next)
        for (const struct lt_tree *b = a->next; b; b = b->next)
            if (strcmp(a->key, b->key) == 0)
                return true;
    return false;
}

/* Takes the children without a key out of a map. */
static void remove_marked(struct lt_tree *map)
{
    struct lt_tree **link = &map->child;
    map->last = NULL;
    while (*link) {
        if ((*link)->key) {
            map->last = *link;
            link = &(*link)->next;
        } else {
            *link = (*link)->next;
            map->count--;
        }
    }
}

/* The path costs a walk over the siblings: only for problems that will be listed. */
static void repeated(struct reader *reader, const struct lt_tree *node)
{
    const bool listed = reader->problems->total[LT_WARNING] < LT_PROBLEM_LIMIT;
    const struct lt_place nowhere = {.file = reader->file};
    lt_problem_add(reader->problems, LT_WARNING, listed ? lt_tree_place(reader->arena, reader->file, node) : nowhere,
                   "the last value counts", "the key stands twice");
}

/* Leaves the last of several equal keys of a map that is complete, with a warning. Sorting makes it n log n. */
static void drop_repeated(struct reader *reader, struct lt_tree *map)
{
    struct entry *entry = lt_alloc_array(reader->arena, map->count, sizeof *entry);
    uint32_t count = 0, dropped = 0;
    if (!entry) {
        fail_memory(reader);
        return;
    }
    for (struct lt_tree *child = map->child; child; child = child->next, count++)
        entry[count] = (struct entry){child, count};
    qsort(entry, count, sizeof *entry, entry_compare);
    for (uint32_t i = 1; i < count; i++) {
        if (strcmp(entry[i - 1].node->key, entry[i].node->key) != 0)
            continue;
        repeated(reader, entry[i].node);
        entry[i - 1].node->key = NULL;
        dropped++;
    }
    if (dropped)
        remove_marked(map);
}

static void open_node(struct reader *reader, struct lt_tree *node, enum lt_tree_type type)
{
    if (++reader->depth > reader->limits.depth) {
        char *message = lt_format(reader->arena, "nested deeper than %u levels", reader->limits.depth);
        fail(reader, reader->at, NULL, message ? message : "nested too deep");
        return;
    }
    reader->at++;
    node->type = type;
    reader->open = node;
    reader->fresh = true;
}

static void close_node(struct reader *reader)
{
    struct lt_tree *node = reader->open;
    reader->at++;
    reader->depth--;
    reader->fresh = false;
    reader->open = (struct lt_tree *)node->parent;
    if (node->type == LT_TREE_MAP && may_repeat(node))
        drop_repeated(reader, node);
}

static void read_value(struct reader *reader, struct lt_tree *node)
{
    const char c = peek(reader);
    if (c == '{' || c == '[') {
        open_node(reader, node, c == '{' ? LT_TREE_MAP : LT_TREE_LIST);
    } else if (c == '"') {
        node->type = LT_TREE_TEXT;
        node->text = read_string(reader);
    } else if (!read_word(reader, node)) {
        if (c == '-' || (c >= '0' && c <= '9'))
            read_number(reader, node);
        else
            fail_expected(reader, "a value is expected here");
    }
}

/* A node for the next child of the open list or map, in a map after its key has been read. */
static struct lt_tree *next_child(struct reader *reader)
{
    const char *key = NULL;
    if (++reader->values > reader->limits.values) {
        char *message = lt_format(reader->arena, "more than %u values", reader->limits.values);
        return fail(reader, reader->at, "a model of fewer layers", message ? message : "too many values");
    }
    if (reader->open->type == LT_TREE_MAP) {
        if (peek(reader) != '"')
            return fail_expected(reader, "a key in double quotes is expected here");
        key = read_string(reader);
        if (key && peek(reader) != ':')
            return fail_expected(reader, "':' is expected after a key");
        if (!key)
            return NULL;
        reader->at++;
    }
    struct lt_tree *child = lt_tree_append(reader->arena, reader->open, key);
    return child ? child : fail_memory(reader);
}

/* Past commas and closing brackets to the node for the next value; NULL at the end of the outermost one. */
static struct lt_tree *next_node(struct reader *reader)
{
    while (reader->open && !reader->failed) {
        const bool map = reader->open->type == LT_TREE_MAP;
        const char c = peek(reader);
        if (c == (map ? '}' : ']')) {
            close_node(reader);
            continue;
        }
        if (!reader->fresh && c != ',')
            return fail_expected(reader, map ? "',' or '}' is expected here" : "',' or ']' is expected here");
        reader->at += !reader->fresh;
        reader->fresh = false;
        return next_child(reader);
    }
    return NULL;
}

struct lt_tree *lt_json_read(struct lt_arena *arena, const char *file, const char *text, size_t bytes,
                             struct lt_tree_limits limits, struct lt_problems *problems)
{
    struct reader reader = {.arena = arena, .problems = problems, .file = file, .text = text, .at = text};
    reader.end = text + bytes;
    reader.limits = limits;
    if (bytes > limits.bytes) {
        char *hint = lt_format(arena, "up to %zu bytes", limits.bytes);
        lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = file}, hint, "the file is too large");
        return NULL;
    }
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) /* the byte order mark of some editors */
        reader.at += 3;
    struct lt_tree *root = lt_tree_append(arena, NULL, NULL);
    reader.room = lt_alloc_raw(arena, bytes + 1, 1);
    if (!root || !reader.room)
        return fail_memory(&reader);
    for (struct lt_tree *node = root; node && !reader.failed; node = next_node(&reader))
        read_value(&reader, node);
    if (!reader.failed && (peek(&reader) || reader.at < reader.end))
        fail(&reader, reader.at, "one value in a file", "something follows after the end");
    return reader.failed ? NULL : root;
}
