#include "core/formats/opening.h"

#include "core/data/file.h"
#include "core/data/json.h"
#include "core/formats/keras.h"

#include <string.h>

/* keras_metadata.pb is a protocol buffer of tf.keras 2.5 to 2.15 (tf_keras protobuf/saved_metadata.proto):
 *     message SavedMetadata { repeated SavedObject nodes = 1; }
 *     message SavedObject { int32 node_id = 2; string node_path = 3; string identifier = 4; string metadata = 5; ... }
 * The node "root" is the model, its metadata JSON with model_config and training_config. */

enum { FIELD_NODES = 1, FIELD_NODE_PATH = 3, FIELD_METADATA = 5, METADATA_LIMIT = 64 << 20 };
enum { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_FIXED32 = 5 };

/* What is left of a message. */
struct bytes {
    const char *at;
    size_t left;
};

static bool skip(struct bytes *b, uint64_t count)
{
    if (count > b->left)
        return false;
    b->at += count;
    b->left -= (size_t)count;
    return true;
}

static bool read_varint(struct bytes *b, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; b->left && shift < 64; shift += 7) {
        uint64_t byte = (unsigned char)*b->at;
        skip(b, 1);
        *out |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* The next field's number; its content where it has any. 0: the end, or no protocol buffer; *damaged tells. */
static uint32_t read_field(struct bytes *b, struct bytes *content, bool *damaged)
{
    uint64_t tag = 0, number = 0;
    *content = (struct bytes){b->at, 0};
    *damaged = b->left && !read_varint(b, &tag);
    if (*damaged || !tag)
        return 0;
    bool good = false;
    switch (tag & 7) {
    case WIRE_VARINT:
        good = read_varint(b, &number);
        break;
    case WIRE_FIXED64:
        good = skip(b, 8);
        break;
    case WIRE_FIXED32:
        good = skip(b, 4);
        break;
    case WIRE_BYTES:
        good = read_varint(b, &number);
        *content = (struct bytes){b->at, (size_t)number};
        good = good && skip(b, number);
        break;
    default:
        break;
    }
    *damaged = !good;
    return good && tag >> 3 <= UINT32_MAX ? (uint32_t)(tag >> 3) : 0;
}

/* The metadata of a node, where it is the root's. */
static bool read_node(struct bytes node, struct bytes *metadata, bool *damaged)
{
    static const char ROOT[] = "root";
    struct bytes content, found = {NULL, 0};
    bool root = false;
    for (uint32_t field; (field = read_field(&node, &content, damaged));) {
        if (field == FIELD_NODE_PATH)
            root = content.left == strlen(ROOT) && memcmp(content.at, ROOT, content.left) == 0;
        else if (field == FIELD_METADATA)
            found = content;
    }
    if (root && found.left)
        *metadata = found;
    return root && found.left;
}

static bool find_root(struct bytes file, struct bytes *metadata, bool *damaged)
{
    struct bytes node;
    for (uint32_t field; (field = read_field(&file, &node, damaged));)
        if (field == FIELD_NODES && read_node(node, metadata, damaged))
            return true;
        else if (*damaged)
            break;
    return false;
}

/* A tuple is an object here, {class_name: __tuple__, items: [...]}, and so is a TensorShape: both become lists. */
static void unwrap_tuples(struct lt_tree *tree)
{
    const char *class = tree->type == LT_TREE_MAP ? lt_tree_text(lt_tree_get(tree, "class_name"), "") : "";
    const struct lt_tree *items = lt_tree_get(tree, "items");
    if (items && items->type == LT_TREE_LIST &&
        (strcmp(class, "__tuple__") == 0 || strcmp(class, "TensorShape") == 0)) {
        tree->type = LT_TREE_LIST;
        tree->child = items->child;
        tree->last = items->last;
        tree->count = items->count;
    }
    for (struct lt_tree *child = tree->type >= LT_TREE_LIST ? tree->child : NULL; child; child = child->next) {
        child->parent = tree;
        unwrap_tuples(child);
    }
}

struct lt_document *opening_saved_model(struct opening *o, const char *metadata_path)
{
    struct bytes file = {NULL, 0}, root;
    bool damaged = false;
    if (lt_file_read(&o->arena, metadata_path, METADATA_LIMIT, &file.at, &file.left, o->problems) != LT_OK)
        return NULL;
    if (!find_root(file, &root, &damaged))
        return opening_refuse(o, "a complete copy of the directory",
                              damaged ? "its keras_metadata.pb is damaged or cut off"
                                      : "its keras_metadata.pb describes no model");
    struct lt_tree *tree = lt_json_read(&o->arena, o->file, root.at, root.left, LT_JSON_MODEL, o->problems);
    if (tree)
        unwrap_tuples(tree);
    struct lt_document *document = tree ? lt_keras_read_archive(o->file, tree, NULL, o->layers, o->problems) : NULL;
    if (document)
        document->origin.format = LT_FORMAT_SAVED_MODEL;
    return document;
}
