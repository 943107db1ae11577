/* How the classes of memory look: a letter, a role and a sentence each. */
#ifndef TUI_CLASSES_H
#define TUI_CLASSES_H

#include "core/step/estimate.h"
#include "tui/theme.h"

struct memory_class {
    char letter;
    enum role role;
    const char *help;
};

extern const struct memory_class device_classes[LT_MEMORY_CLASS_COUNT];
extern const struct memory_class host_classes[LT_HOST_CLASS_COUNT];

#endif
