#include "core/formats/detect.h"

#include <stdbool.h>
#include <string.h>

#define SAVE_AS   "save the model as .keras, or write model.to_json() to a file"
#define NO_LAYERS "it holds numbers, not layers; " SAVE_AS

/* Formats by the bytes they begin with. Sources: the formats' own specifications. */
static const struct magic {
    size_t offset, length;
    const char *bytes;
    struct lt_file_kind kind;
} MAGIC[] = {
    {0, 4, "PK\x03\x04", {LT_FILE_ZIP, "a zip archive", NULL}},
    {0, 4, "PK\x05\x06", {LT_FILE_ZIP, "an empty zip archive", NULL}},
    {0, 8, "\x89HDF\r\n\x1a\n", {LT_FILE_HDF5, "an HDF5 file", NULL}},
    {0, 6, "\x93NUMPY", {LT_FILE_FOREIGN, "a NumPy array", NO_LAYERS}},
    {0, 2, "\x80\x02", {LT_FILE_FOREIGN, "a Python pickle", "pickles are code and never opened; " SAVE_AS}},
    {0, 2, "\x80\x03", {LT_FILE_FOREIGN, "a Python pickle", "pickles are code and never opened; " SAVE_AS}},
    {0, 2, "\x80\x04", {LT_FILE_FOREIGN, "a Python pickle", "pickles are code and never opened; " SAVE_AS}},
    {0, 2, "\x80\x05", {LT_FILE_FOREIGN, "a Python pickle", "pickles are code and never opened; " SAVE_AS}},
    {4, 4, "TFL3", {LT_FILE_FOREIGN, "a TensorFlow Lite model", "open the Keras model that it was converted from"}},
    {0, 4, "GGUF", {LT_FILE_FOREIGN, "a GGUF file", NO_LAYERS}},
    {8, 2, "{\"", {LT_FILE_FOREIGN, "a safetensors file", NO_LAYERS}},
    {0, 2, "\x1f\x8b", {LT_FILE_FOREIGN, "a gzip file", "unpack it first"}},
    {257, 5, "ustar", {LT_FILE_FOREIGN, "a tar archive", "unpack it first"}},
    {0, 4, "%PDF", {LT_FILE_FOREIGN, "a PDF document", SAVE_AS}},
    {0, 4, "\x89PNG", {LT_FILE_FOREIGN, "a picture", SAVE_AS}},
    {0,
     4,
     "\x7f"
     "ELF",
     {LT_FILE_FOREIGN, "a program", SAVE_AS}},
};

static bool matches(const struct magic *magic, const char *bytes, size_t count)
{
    return count >= magic->offset + magic->length && memcmp(bytes + magic->offset, magic->bytes, magic->length) == 0;
}

/* Binary files have NUL bytes or bytes that no text has early on. */
static bool is_text(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i] < 0x20 && !strchr("\t\n\r\f\x1b", bytes[i]))
            return false;
    return count == 0 || memchr(bytes, '\0', count) == NULL;
}

struct lt_file_kind lt_detect_file(const char *bytes, size_t count)
{
    if (!count)
        return (struct lt_file_kind){LT_FILE_EMPTY, "an empty file", SAVE_AS};
    bool text = is_text(bytes, count < LT_DETECT_BYTES ? count : LT_DETECT_BYTES);
    for (size_t i = 0; i < sizeof MAGIC / sizeof *MAGIC; i++)
        if ((!text || MAGIC[i].offset == 0) && matches(&MAGIC[i], bytes, count))
            return MAGIC[i].kind;
    size_t start = count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte order mark */
    while (start < count && memchr(" \t\r\n", bytes[start], 4))
        start++;
    if (start < count && (bytes[start] == '{' || bytes[start] == '['))
        return (struct lt_file_kind){LT_FILE_JSON, "a JSON file", NULL};
    if (text)
        return (struct lt_file_kind){LT_FILE_TEXT, "a text file", NULL};
    return (struct lt_file_kind){LT_FILE_BINARY, "a binary file of no format known here", SAVE_AS};
}
