#include "core/data/json.h"

#include "core/base/decimal.h"
#include "core/base/text.h"

#include <inttypes.h>
#include <math.h>

/* Besides what JSON demands, everything a terminal or a reader could be fooled with is escaped: nothing is lost. */
static void write_text(struct lt_buffer *out, const char *text)
{
    lt_buffer_add(out, "\"", 1);
    for (const char *start = text; *text; start = text) {
        const int32_t code = lt_utf8_next(&text);
        if (code == '"' || code == '\\')
            lt_buffer_printf(out, "\\%c", (char)code);
        else if (code == '\n')
            lt_buffer_puts(out, "\\n");
        else if (code == '\t')
            lt_buffer_puts(out, "\\t");
        else if (lt_is_visible(code))
            lt_buffer_add(out, start, (size_t)(text - start));
        else if (code > 0xFFFF) /* a surrogate pair */
            lt_buffer_printf(out, "\\u%04X\\u%04X", (unsigned)(0xD7C0 + (code >> 10)),
                             (unsigned)(0xDC00 + (code & 0x3FF)));
        else
            lt_buffer_printf(out, "\\u%04X", code < 0 ? 0xFFFDU : (unsigned)code);
    }
    lt_buffer_add(out, "\"", 1);
}

static void write_value(struct lt_buffer *out, const struct lt_tree *tree, size_t indent);

static void write_children(struct lt_buffer *out, const struct lt_tree *tree, size_t indent)
{
    const bool map = tree->type == LT_TREE_MAP;
    lt_buffer_puts(out, map ? "{" : "[");
    for (const struct lt_tree *child = tree->child; child; child = child->next) {
        lt_buffer_puts(out, "\n");
        lt_buffer_repeat(out, ' ', indent + 2);
        if (map) {
            write_text(out, child->key);
            lt_buffer_puts(out, ": ");
        }
        write_value(out, child, indent + 2);
        if (child->next)
            lt_buffer_puts(out, ",");
    }
    if (tree->child) {
        lt_buffer_puts(out, "\n");
        lt_buffer_repeat(out, ' ', indent);
    }
    lt_buffer_puts(out, map ? "}" : "]");
}

static void write_value(struct lt_buffer *out, const struct lt_tree *tree, size_t indent)
{
    char number[LT_DECIMAL_TEXT];
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
        lt_buffer_puts(out, isfinite(tree->number) ? lt_decimal(number, tree->number) : "null");
        break;
    case LT_TREE_TEXT:
        write_text(out, tree->text);
        break;
    case LT_TREE_LIST:
    case LT_TREE_MAP:
        write_children(out, tree, indent);
        break;
    }
}

enum lt_status lt_json_write(struct lt_buffer *out, const struct lt_tree *tree)
{
    write_value(out, tree, 0);
    lt_buffer_puts(out, "\n");
    return out->failed ? LT_NO_MEMORY : LT_OK;
}
