#include "core/step/verdict.h"

#include <math.h>

double lt_sure_bytes(const struct lt_figure *need)
{
    return need->value > 0 ? need->value * pow(need->high / need->value, 2.576 / 1.645) : need->high;
}

enum lt_verdict lt_verdict_of(const struct lt_figure *need, uint64_t room_bytes)
{
    double room = (double)room_bytes;
    if (!room_bytes)
        return LT_VERDICT_UNKNOWN;
    if (need->low > room)
        return LT_DOES_NOT_FIT;
    if (need->standing == LT_UNKNOWN)
        return LT_VERDICT_UNKNOWN;
    return lt_sure_bytes(need) <= room ? LT_FITS : LT_TIGHT;
}
