#include "core/data/yaml.h"

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/data/scalar.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    STEP = 2,        /* columns per level */
    FLOW_WIDTH = 80, /* a list of scalars up to so many bytes stays on one line */
    SIMPLE_KEY = 900 /* YAML reads a key of up to 1024 characters without an explicit "?" */
};

/* Words that older readers (YAML 1.1) take for truth values. */
static bool is_old_boolean(const char *text)
{
    static const char *const WORD[] = {"y",  "Y",  "yes", "Yes", "YES", "n",   "N",   "no",
                                       "No", "NO", "on",  "On",  "ON",  "off", "Off", "OFF"};
    for (unsigned i = 0; i < sizeof WORD / sizeof *WORD; i++)
        if (strcmp(text, WORD[i]) == 0)
            return true;
    return false;
}

/* What older readers may take for a number, a time or a date: 1_000, 12:30, 2024-05-06. */
static bool is_number_like(const char *text)
{
    return strspn(text, "0123456789_:.,-+eETZ ") == strlen(text);
}

static bool can_start_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80 || c == '_' ||
           c == '/' || c == '(';
}

/* Whether the text, written without quotes, reads back as itself in block and in flow style. */
static bool is_plain(const char *text)
{
    const size_t length = strlen(text);
    if (!can_start_plain((unsigned char)text[0]) || strchr(" :", text[length - 1]))
        return false;
    if (strpbrk(text, "#,[]{}\"'`\\") || strstr(text, ": ") || is_old_boolean(text) || is_number_like(text))
        return false;
    struct lt_tree meaning = {0};
    if (!lt_scalar_read(&meaning, text) || meaning.type != LT_TREE_TEXT)
        return false;
    for (int32_t code; (code = lt_utf8_next(&text)) != 0;)
        if (!lt_is_visible(code))
            return false;
    return true;
}

/* A block of lines can show text of several lines as it is: no line starts with a space or ends with one, and there is
 * at most one line break at the end. */
static bool is_literal(const char *text)
{
    const size_t length = strlen(text);
    if (!strchr(text, '\n') || *text == '\n' || (length > 1 && strcmp(text + length - 2, "\n\n") == 0))
        return false;
    if (*text == ' ' || text[length - 1] == ' ' || strstr(text, "\n ") || strstr(text, " \n"))
        return false;
    for (int32_t code; (code = lt_utf8_next(&text)) != 0;)
        if (code != '\n' && !lt_is_visible(code))
            return false;
    return true;
}

static void write_literal(struct lt_buffer *out, const char *text, size_t indent)
{
    const size_t length = strlen(text);
    const bool ends = text[length - 1] == '\n';
    lt_buffer_puts(out, ends ? "|" : "|-");
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        lt_buffer_add(out, "\n", 1);
        if (end > text)
            lt_buffer_repeat(out, ' ', indent);
        lt_buffer_add(out, text, (size_t)(end - text));
    }
}

static void write_quoted(struct lt_buffer *out, const char *text)
{
    lt_buffer_add(out, "\"", 1);
    for (const char *start = text; *text; start = text) {
        int32_t code = lt_utf8_next(&text);
        if (code == '"' || code == '\\')
            lt_buffer_printf(out, "\\%c", (char)code);
        else if (code == '\n')
            lt_buffer_puts(out, "\\n");
        else if (code == '\t')
            lt_buffer_puts(out, "\\t");
        else if (lt_is_visible(code))
            lt_buffer_add(out, start, (size_t)(text - start));
        else if (code > 0xFFFF)
            lt_buffer_printf(out, "\\U%08X", (unsigned)code);
        else
            lt_buffer_printf(out, "\\u%04X", code < 0 ? 0xFFFDU : (unsigned)code);
    }
    lt_buffer_add(out, "\"", 1);
}

static void write_text(struct lt_buffer *out, const char *text)
{
    if (is_plain(text))
        lt_buffer_puts(out, text);
    else
        write_quoted(out, text);
}

static void write_number(struct lt_buffer *out, double number)
{
    char text[LT_DECIMAL_TEXT];
    if (isnan(number))
        lt_buffer_puts(out, ".nan");
    else if (isinf(number))
        lt_buffer_puts(out, number < 0 ? "-.inf" : ".inf");
    else
        lt_buffer_puts(out, lt_decimal(text, number));
}

/* A value that fits on one line; an empty list or map is one too. */
static void write_scalar(struct lt_buffer *out, const struct lt_tree *tree)
{
    switch (tree->type) {
    case LT_TREE_NULL:
        lt_buffer_puts(out, "null");
        break;
    case LT_TREE_BOOL:
        lt_buffer_puts(out, tree->boolean ? "true" : "false");
        break;
    case LT_TREE_INT:
        lt_buffer_printf(out, "%" PRId64, tree->integer);
        break;
    case LT_TREE_FLOAT:
        write_number(out, tree->number);
        break;
    case LT_TREE_TEXT:
        write_text(out, tree->text);
        break;
    case LT_TREE_LIST:
        lt_buffer_puts(out, "[]");
        break;
    case LT_TREE_MAP:
        lt_buffer_puts(out, "{}");
        break;
    }
}

/* Writes a list of scalars as [a, b]. False, and nothing written, where it holds more than scalars or gets too long. */
static bool write_flow(struct lt_buffer *out, const struct lt_tree *list)
{
    const size_t start = out->length;
    if (list->type != LT_TREE_LIST)
        return false;
    for (const struct lt_tree *item = list->child; item; item = item->next)
        if (item->child)
            return false;
    lt_buffer_add(out, "[", 1);
    for (const struct lt_tree *item = list->child; item; item = item->next) {
        write_scalar(out, item);
        lt_buffer_puts(out, item->next ? ", " : "]");
        if (out->length - start > FLOW_WIDTH) {
            out->length = start;
            out->text[start] = '\0';
            return false;
        }
    }
    return true;
}

static void break_line(struct lt_buffer *out, size_t indent)
{
    lt_buffer_add(out, "\n", 1);
    lt_buffer_repeat(out, ' ', indent);
}

static void write_key(struct lt_buffer *out, const char *key, size_t indent)
{
    if (strlen(key) <= SIMPLE_KEY / 10) { /* the longest escape has ten characters */
        write_text(out, key);
    } else {
        lt_buffer_puts(out, "? ");
        write_text(out, key);
        break_line(out, indent);
    }
    lt_buffer_add(out, ":", 1);
}

/* The children of a list or map, the first of them where the line stands now, in column `indent`. */
static void write_block(struct lt_buffer *out, const struct lt_tree *tree, size_t indent)
{
    const bool map = tree->type == LT_TREE_MAP;
    for (const struct lt_tree *child = tree->child; child; child = child->next) {
        if (child != tree->child)
            break_line(out, indent);
        if (map)
            write_key(out, child->key, indent);
        else
            lt_buffer_add(out, "-", 1);
        const size_t start = out->length;
        lt_buffer_add(out, " ", 1);
        if (child->type == LT_TREE_TEXT && is_literal(child->text)) {
            write_literal(out, child->text, indent + STEP);
        } else if (!child->child) {
            write_scalar(out, child);
        } else if (!write_flow(out, child)) {
            if (map && !out->failed) {
                out->length = start; /* the block starts on its own line */
                break_line(out, indent + STEP);
            }
            write_block(out, child, indent + STEP);
        }
    }
}

enum lt_status lt_yaml_write(struct lt_buffer *out, const struct lt_tree *tree)
{
    if (!tree->child)
        write_scalar(out, tree);
    else if (!write_flow(out, tree))
        write_block(out, tree, 0);
    lt_buffer_add(out, "\n", 1);
    return out->failed ? LT_NO_MEMORY : LT_OK;
}
