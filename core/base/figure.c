#include "core/base/figure.h"

const char *lt_standing_name(enum lt_standing standing)
{
    static const char *const NAME[] = {
        [LT_EXACT] = "exact", [LT_MODEL] = "model", [LT_ASSUMED] = "assumed", [LT_UNKNOWN] = "unknown"};
    return NAME[standing];
}
