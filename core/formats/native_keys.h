/* The words of the native format that reader and writer share. */
#ifndef LT_FORMATS_NATIVE_KEYS_H
#define LT_FORMATS_NATIVE_KEYS_H

enum { LT_NATIVE_VERSION = 1 };

/* The package of a class that is known not to be in the catalogue, whatever its name. */
#define LT_NATIVE_UNKNOWN "unknown"

/* Keys of a layer that are no configuration; no kind may have a field of such a name. */
extern const char *const lt_native_layer_keys[]; /* NULL-terminated */

#endif
