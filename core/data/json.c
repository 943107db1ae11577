#include "core/data/json.h"

#include "core/base/text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* jansson takes strict JSON, what Keras writes is a little more. So the text is rewritten before it is parsed, where it
 * has to be:
 *   NaN, Infinity, -Infinity  ->  the strings "\u0000N", "\u0000I", "\u0000-", which nothing else can produce, since
 *   \u0000 in a string        ->  \uFFFD: a tree holds C strings, and U+FFFD is the character for what cannot be shown
 *   integers beyond int64_t   ->  the same with e0: jansson reads them as floats
 * The same pass limits the depth. Half a surrogate pair (\uD800 alone) is no character: jansson refuses it. */
struct scan {
    const char *text;
    size_t bytes, at;
    uint32_t depth, depth_limit;
    struct lt_buffer out; /* empty as long as nothing had to change */
    size_t copied;        /* input up to here is in `out` */
    bool too_deep;
};

static const struct {
    const char *word, *marker;
    double value;
} SPECIAL[] = {
    {"NaN", "\"\\u0000N\"", NAN}, {"Infinity", "\"\\u0000I\"", INFINITY}, {"-Infinity", "\"\\u0000-\"", -INFINITY}};

static void replace(struct scan *scan, size_t bytes, const char *with)
{
    lt_buffer_add(&scan->out, scan->text + scan->copied, scan->at - scan->copied);
    lt_buffer_puts(&scan->out, with);
    scan->at += bytes;
    scan->copied = scan->at;
}

/* From the opening quote past the closing one, or to the end of the text. */
static void scan_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->bytes; scan->at++) {
        const char c = scan->text[scan->at];
        if (c == '"') {
            scan->at++;
            return;
        }
        if (c != '\\')
            continue;
        if (scan->bytes - scan->at >= 6 && memcmp(scan->text + scan->at, "\\u0000", 6) == 0) {
            replace(scan, 6, "\\uFFFD");
            scan->at--;
        } else {
            scan->at++;
        }
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number. Integers of 19 digits and more are compared with the largest int64_t as text. */
static void scan_number(struct scan *scan)
{
    const char *digit = scan->text + scan->at + (scan->text[scan->at] == '-'), *end = digit;
    const char *stop = scan->text + scan->bytes;
    while (end < stop && is_digit(*end))
        end++;
    const size_t count = (size_t)(end - digit);
    const bool integer = end == stop || !memchr(".eE", *end, 3);
    scan->at = (size_t)(end - scan->text);
    if (integer && (count > 19 || (count == 19 && memcmp(digit, "9223372036854775807", 19) > 0)))
        replace(scan, 0, "e0");
    while (scan->at < scan->bytes && (is_digit(scan->text[scan->at]) || memchr(".eE+-", scan->text[scan->at], 5)))
        scan->at++;
}

static bool scan_special(struct scan *scan)
{
    for (unsigned i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++) {
        const size_t length = strlen(SPECIAL[i].word);
        if (scan->bytes - scan->at >= length && memcmp(scan->text + scan->at, SPECIAL[i].word, length) == 0) {
            replace(scan, length, SPECIAL[i].marker);
            return true;
        }
    }
    return false;
}

/* Goes on until the end, or until `out` has reached `output_limit` bytes. False: nested too deep, at scan->at. */
static bool scan_text(struct scan *scan, size_t output_limit)
{
    while (scan->at < scan->bytes && scan->out.length + (scan->at - scan->copied) < output_limit) {
        const char c = scan->text[scan->at];
        if (c == '"') {
            scan_string(scan);
        } else if (((c == 'N' || c == 'I' || c == '-') && scan_special(scan))) {
            continue;
        } else if (c == '-' || is_digit(c)) {
            scan_number(scan);
        } else {
            if ((c == '[' || c == '{') && ++scan->depth > scan->depth_limit)
                return false;
            if ((c == ']' || c == '}') && scan->depth)
                scan->depth--;
            scan->at++;
        }
    }
    return true;
}

struct reader {
    struct lt_arena *arena;
    struct lt_problems *problems;
    const char *file, *text;
    size_t bytes;
    uint32_t depth_limit;
};

/* Line and column of a byte of the file, columns in characters. */
static struct lt_place place_of(const struct reader *reader, size_t offset)
{
    struct lt_place place = {.file = reader->file, .line = 1, .column = 1};
    for (size_t i = 0; i < offset && i < reader->bytes; i++) {
        if (reader->text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if ((reader->text[i] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

/* Where in the file the byte `position` of the rewritten text comes from. */
static size_t original_offset(const struct reader *reader, size_t position)
{
    struct scan scan = {.text = reader->text, .bytes = reader->bytes, .depth_limit = reader->depth_limit};
    scan_text(&scan, position);
    const size_t written = scan.out.length + (scan.at - scan.copied);
    const size_t beyond = written > position ? written - position : 0;
    lt_buffer_free(&scan.out);
    return scan.at - (beyond < scan.at - scan.copied ? beyond : scan.at - scan.copied);
}

static void *fail_memory(const struct reader *reader)
{
    lt_problem_add(reader->problems, LT_ERROR, (struct lt_place){.file = reader->file}, NULL, "%s",
                   lt_status_name(LT_NO_MEMORY));
    return NULL;
}

static void report(const struct reader *reader, const json_error_t *error, enum lt_severity severity, const char *hint)
{
    const char *message = lt_safe_text(reader->arena, error->text);
    size_t offset = error->position > 0 ? original_offset(reader, (size_t)error->position) : 0;
    lt_problem_add(reader->problems, severity, place_of(reader, offset), hint, "%s",
                   message ? message : lt_status_name(LT_NO_MEMORY));
}

static const char *hint_for(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return "text in UTF-8";
    case json_error_premature_end_of_input:
        return "the file may be cut off";
    case json_error_end_of_input_expected:
        return "one value in a file";
    case json_error_numeric_overflow:
        return "up to 1.8e308";
    default:
        return NULL;
    }
}

/* Parses; NULL and a problem on failure. Of a key that stands twice the last one counts, as everywhere, but is
 * mentioned. */
static json_t *parse(const struct reader *reader, const char *text, size_t bytes)
{
    const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_error_t error;
    json_t *json = json_loadb(text, bytes, flags | JSON_REJECT_DUPLICATES, &error);
    if (!json && json_error_code(&error) == json_error_duplicate_key) {
        report(reader, &error, LT_WARNING, "the last value of the key counts");
        json = json_loadb(text, bytes, flags, &error);
    }
    if (json)
        return json;
    if (json_error_code(&error) == json_error_out_of_memory)
        return fail_memory(reader);
    report(reader, &error, LT_ERROR, hint_for(json_error_code(&error)));
    return NULL;
}

static bool set_text(struct lt_arena *arena, struct lt_tree *tree, const json_t *json)
{
    const char *text = json_string_value(json);
    const size_t length = json_string_length(json);
    if (length == 2 && !text[0]) { /* a marker: "\u0000N" */
        tree->type = LT_TREE_FLOAT;
        tree->number = text[1] == 'N' ? NAN : text[1] == 'I' ? INFINITY : -INFINITY;
        return true;
    }
    tree->type = LT_TREE_TEXT;
    tree->text = lt_strndup(arena, text, length);
    return tree->text;
}

static bool convert(struct lt_arena *arena, json_t *json, struct lt_tree *tree);

static bool convert_children(struct lt_arena *arena, json_t *json, struct lt_tree *tree)
{
    const char *key;
    json_t *value;
    size_t index;
    json_object_foreach(json, key, value)
    {
        struct lt_tree *child = lt_tree_new(arena, LT_TREE_NULL, tree, key);
        if (!child || !convert(arena, value, child))
            return false;
    }
    json_array_foreach(json, index, value)
    {
        struct lt_tree *child = lt_tree_new(arena, LT_TREE_NULL, tree, NULL);
        if (!child || !convert(arena, value, child))
            return false;
    }
    return true;
}

/* Fills `tree`; as deep as the scanner allowed. False where memory ends. */
static bool convert(struct lt_arena *arena, json_t *json, struct lt_tree *tree)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        tree->type = json_is_object(json) ? LT_TREE_MAP : LT_TREE_LIST;
        return convert_children(arena, json, tree);
    case JSON_STRING:
        return set_text(arena, tree, json);
    case JSON_INTEGER:
        tree->type = LT_TREE_INT;
        tree->integer = json_integer_value(json);
        return true;
    case JSON_REAL:
        tree->type = LT_TREE_FLOAT;
        tree->number = json_real_value(json);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        tree->type = LT_TREE_BOOL;
        tree->boolean = json_is_true(json);
        return true;
    case JSON_NULL:
        return true;
    }
    return true;
}

/* The parsed text, rewritten first where it must be. */
static json_t *scan_and_parse(const struct reader *reader)
{
    struct scan scan = {.text = reader->text, .bytes = reader->bytes, .depth_limit = reader->depth_limit};
    json_t *json = NULL;
    if (!scan_text(&scan, SIZE_MAX)) {
        lt_problem_add(reader->problems, LT_ERROR, place_of(reader, scan.at), NULL, "nested deeper than %u levels",
                       reader->depth_limit);
    } else if (!scan.out.length) {
        json = parse(reader, reader->text, reader->bytes);
    } else {
        replace(&scan, 0, "");
        json = scan.out.failed ? fail_memory(reader) : parse(reader, scan.out.text, scan.out.length);
    }
    lt_buffer_free(&scan.out);
    return json;
}

struct lt_tree *lt_json_read(struct lt_arena *arena, const char *file, const char *text, size_t bytes,
                             struct lt_json_limits limits, struct lt_problems *problems)
{
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* the byte order mark of some editors */
        text += 3;
        bytes -= 3;
    }
    const struct reader reader = {arena, problems, file, text, bytes, limits.depth};
    if (bytes > limits.bytes) {
        char *hint = lt_format(arena, "up to %zu bytes", limits.bytes);
        lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = file}, hint, "the file is too large");
        return NULL;
    }
    json_t *json = scan_and_parse(&reader);
    if (!json)
        return NULL;
    struct lt_tree *tree = lt_tree_new(arena, LT_TREE_NULL, NULL, NULL);
    const bool converted = tree && convert(arena, json, tree);
    json_decref(json);
    return converted ? tree : fail_memory(&reader);
}
