#include "core/data/yaml.h"

#include "core/base/text.h"
#include "core/data/scalar.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A key of a map that is still open, with its place: the node itself will carry the place of the value. */
struct open_key {
    const struct lt_tree *node;
    uint32_t line, column;
};

struct reader {
    struct lt_arena *arena;
    struct lt_problems *problems;
    const char *file, *text;
    size_t bytes;
    uint32_t depth, values;
    struct lt_tree_limits limits;
    yaml_parser_t parser;
    struct lt_tree *root, *open; /* the list or map that is being filled */
    struct lt_tree *slot;        /* the node whose key has been read and whose value comes next */
    struct open_key *key;        /* of all open maps, innermost last */
    size_t key_count, key_capacity;
    uint32_t documents;
    bool failed;
};

static void fail_at(struct reader *reader, uint32_t line, uint32_t column, const char *hint, const char *message)
{
    const struct lt_place place = {.file = reader->file, .line = line, .column = column};
    lt_problem_add(reader->problems, LT_ERROR, place, hint, "%s", message);
    reader->failed = true;
}

static void fail(struct reader *reader, yaml_mark_t mark, const char *hint, const char *message)
{
    fail_at(reader, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1, hint, message);
}

static bool fail_memory(struct reader *reader)
{
    fail_at(reader, 0, 0, NULL, lt_status_name(LT_NO_MEMORY));
    return false;
}

/* Line and column of a byte, for what libyaml refuses before it counts lines. */
static void fail_at_byte(struct reader *reader, size_t offset, const char *hint, const char *message)
{
    uint32_t line = 1, column = 1;
    const char *end = reader->text + (offset < reader->bytes ? offset : reader->bytes);
    for (const char *c = reader->text; c < end; c++) {
        if (*c == '\n') {
            line++;
            column = 1;
        } else if ((*c & 0xC0) != 0x80) {
            column++;
        }
    }
    fail_at(reader, line, column, hint, message);
}

static void fail_parse(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "this is not YAML";
    if (parser->error == YAML_MEMORY_ERROR) {
        fail_memory(reader);
    } else if (parser->error == YAML_READER_ERROR) {
        fail_at_byte(reader, parser->problem_offset, "text in UTF-8", problem);
    } else {
        char *message = parser->context ? lt_format(reader->arena, "%s %s", problem, parser->context) : NULL;
        fail(reader, parser->problem_mark, NULL, message ? message : problem);
    }
}

static int key_compare(const void *a, const void *b)
{
    const struct open_key *x = a, *y = b;
    int order = strcmp(x->node->key, y->node->key);
    if (order == 0)
        order = (x->line > y->line) - (x->line < y->line);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

static bool push_key(struct reader *reader, const struct lt_tree *node, yaml_mark_t mark)
{
    if (reader->key_count == reader->key_capacity) {
        size_t capacity = reader->key_capacity ? 2 * reader->key_capacity : 64;
        struct open_key *key = lt_grow(reader->arena, reader->key, reader->key_count, capacity, sizeof *key);
        if (!key)
            return fail_memory(reader);
        reader->key = key;
        reader->key_capacity = capacity;
    }
    reader->key[reader->key_count++] = (struct open_key){node, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
    return true;
}

/* The map ends: its keys are the last ones on the stack. Sorting finds duplicates in n log n, however they are chosen.
 */
static void pop_keys(struct reader *reader, const struct lt_tree *map)
{
    struct open_key *key = reader->key + (reader->key_count - map->count);
    if (map->count > 1)
        qsort(key, map->count, sizeof *key, key_compare);
    for (uint32_t i = 1; i < map->count && !reader->failed; i++)
        if (strcmp(key[i - 1].node->key, key[i].node->key) == 0) {
            const char *name = lt_safe_text(reader->arena, key[i].node->key);
            char *message = lt_format(reader->arena, "the key \"%s\" stands here again", name ? name : "");
            char *hint = lt_format(reader->arena, "keep one of them, the first is in line %u", key[i - 1].line);
            fail_at(reader, key[i].line, key[i].column, hint, message ? message : "duplicate key");
        }
    reader->key_count -= map->count;
}

/* The text of a scalar. NUL, which only the escape \0 can bring, becomes U+FFFD: a tree holds C strings. */
static const char *scalar_text(struct reader *reader, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    const size_t length = event->data.scalar.length;
    if (!memchr(value, '\0', length))
        return lt_strndup(reader->arena, value, length);
    char *text = lt_alloc_raw(reader->arena, length + 1, 3), *out = text;
    for (size_t i = 0; text && i < length; i++) {
        if (value[i])
            *out++ = value[i];
        else
            out = (char *)memcpy(out, "\xEF\xBF\xBD", 3) + 3;
    }
    if (text)
        *out = '\0';
    return text;
}

/* A new child of the open list or map, or the root. NULL and a problem where there are too many or memory ends. */
static struct lt_tree *append(struct reader *reader, const yaml_event_t *event, const char *key)
{
    if (++reader->values > reader->limits.values) {
        char *message = lt_format(reader->arena, "more than %u values", reader->limits.values);
        fail(reader, event->start_mark, "a model of fewer layers", message ? message : "too many values");
        return NULL;
    }
    struct lt_tree *node = lt_tree_append(reader->arena, reader->open, key);
    if (!node)
        fail_memory(reader);
    return node;
}

/* The node that the value of `event` goes into; NULL where memory ends or where a key should be. */
static struct lt_tree *take_slot(struct reader *reader, const yaml_event_t *event)
{
    struct lt_tree *node = reader->slot;
    if (!node && reader->open && reader->open->type == LT_TREE_MAP) {
        fail(reader, event->start_mark, "a plain word or text in quotes", "a list or a map cannot be a key");
        return NULL;
    }
    if (!node)
        node = append(reader, event, NULL);
    if (!node)
        return NULL;
    if (!reader->open)
        reader->root = node;
    reader->slot = NULL;
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    return node;
}

static const char CORE_TAG[] = "tag:yaml.org,2002:";

/* The tag's name within the core schema ("str"), "" where there is none; NULL and a problem for any other tag, and for
 * anchors, which only aliases need. */
static const char *plain_tag(struct reader *reader, const yaml_event_t *event, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    static const char *const KNOWN[] = {"str", "int", "float", "bool", "null", "seq", "map"};
    if (anchor) {
        fail(reader, event->start_mark, "write the value out where it is used", "anchors (&) are not supported");
        return NULL;
    }
    if (!tag)
        return "";
    if (strcmp((const char *)tag, "!") == 0) /* "not what it looks like": text, where it could be something else */
        return event->type == YAML_SCALAR_EVENT ? "str" : "";
    const char *name = (const char *)tag;
    if (strncmp(name, CORE_TAG, sizeof CORE_TAG - 1) == 0)
        for (unsigned i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
            if (strcmp(name + sizeof CORE_TAG - 1, KNOWN[i]) == 0)
                return KNOWN[i];
    fail(reader, event->start_mark, "plain values need no tag", "tags (!) other than YAML's own are not supported");
    return NULL;
}

/* Whether a value read as `type` is what the tag promises. */
static bool tag_agrees(const char *tag, enum lt_tree_type type)
{
    static const char *const NAME[] = {
        [LT_TREE_NULL] = "null", [LT_TREE_BOOL] = "bool", [LT_TREE_INT] = "int", [LT_TREE_FLOAT] = "float",
        [LT_TREE_TEXT] = "str",  [LT_TREE_LIST] = "seq",  [LT_TREE_MAP] = "map",
    };
    return !*tag || strcmp(tag, NAME[type]) == 0;
}

static void read_key(struct reader *reader, const yaml_event_t *event)
{
    const char *text = scalar_text(reader, event);
    if (!text) {
        fail_memory(reader);
        return;
    }
    struct lt_tree *node = append(reader, event, text);
    if (node && push_key(reader, node, event->start_mark))
        reader->slot = node;
}

static void read_scalar(struct reader *reader, const yaml_event_t *event)
{
    const char *tag = plain_tag(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (!tag)
        return;
    if (reader->open && reader->open->type == LT_TREE_MAP && !reader->slot) {
        read_key(reader, event);
        return;
    }
    struct lt_tree *node = take_slot(reader, event);
    const char *text = node ? scalar_text(reader, event) : NULL;
    if (!node)
        return;
    if (!text) {
        fail_memory(reader);
        return;
    }
    const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (strcmp(tag, "str") == 0 || (!*tag && !(plain && event->data.scalar.plain_implicit))) {
        node->type = LT_TREE_TEXT;
        node->text = text;
        node->quoted = true;
    } else if (!lt_scalar_read(node, text)) {
        fail(reader, event->start_mark, "up to 1.8e308", "the number is too large");
    } else if (node->type == LT_TREE_INT && strcmp(tag, "float") == 0) {
        node->type = LT_TREE_FLOAT;
        node->number = (double)node->integer;
    } else if (!tag_agrees(tag, node->type)) {
        fail(reader, event->start_mark, "leave the tag out", "the value is not what its tag says");
    }
}

static void open_collection(struct reader *reader, const yaml_event_t *event, enum lt_tree_type type,
                            const yaml_char_t *anchor, const yaml_char_t *tag_text)
{
    const char *tag = plain_tag(reader, event, anchor, tag_text);
    struct lt_tree *node = tag ? take_slot(reader, event) : NULL;
    if (!node)
        return;
    node->type = type;
    if (!tag_agrees(tag, type)) {
        fail(reader, event->start_mark, "leave the tag out", "the value is not what its tag says");
    } else if (++reader->depth > reader->limits.depth) {
        char *message = lt_format(reader->arena, "nested deeper than %u levels", reader->limits.depth);
        fail(reader, event->start_mark, NULL, message ? message : "nested too deep");
    }
    reader->open = node;
}

static void close_collection(struct reader *reader)
{
    if (reader->open->type == LT_TREE_MAP)
        pop_keys(reader, reader->open);
    reader->open = (struct lt_tree *)reader->open->parent;
    reader->depth--;
}

static void read_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents++)
            fail(reader, event->start_mark, "one document in a file", "a second document starts here");
        break;
    case YAML_ALIAS_EVENT:
        fail(reader, event->start_mark, "write the value out where it is used", "aliases (*) are not supported");
        break;
    case YAML_SCALAR_EVENT:
        read_scalar(reader, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_collection(reader, event, LT_TREE_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        open_collection(reader, event, LT_TREE_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(reader);
        break;
    default:
        break;
    }
}

/* All events up to the end of the stream or the first failure. Never more than one event is held. */
static void read_stream(struct reader *reader)
{
    for (bool more = true; more && !reader->failed;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event)) {
            fail_parse(reader);
            return;
        }
        read_event(reader, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    /* A file of nothing but comments is a null. */
    if (!reader->failed && !reader->root && !(reader->root = lt_tree_append(reader->arena, NULL, NULL)))
        fail_memory(reader);
}

struct lt_tree *lt_yaml_read(struct lt_arena *arena, const char *file, const char *text, size_t bytes,
                             struct lt_tree_limits limits, struct lt_problems *problems)
{
    struct reader reader = {.arena = arena, .problems = problems, .file = file, .text = text, .bytes = bytes};
    reader.limits = limits;
    if (bytes > limits.bytes) {
        char *hint = lt_format(arena, "up to %zu bytes", limits.bytes);
        fail_at(&reader, 0, 0, hint, "the file is too large");
        return NULL;
    }
    if (!yaml_parser_initialize(&reader.parser)) {
        fail_memory(&reader);
        return NULL;
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, bytes);
    read_stream(&reader);
    yaml_parser_delete(&reader.parser);
    return reader.failed ? NULL : reader.root;
}
