#include "tui/layout.h"

#include <assert.h>
#include <stdbool.h>

/* Which part to drop next: the highest `drop`, the last of equals. -1: only one is left. */
static int next_to_drop(const struct part *parts, int count, const bool *kept)
{
    int found = -1, left = 0;
    for (int i = 0; i < count; i++) {
        if (!kept[i])
            continue;
        left++;
        if (found < 0 || parts[i].drop >= parts[found].drop)
            found = i;
    }
    return left > 1 ? found : -1;
}

static int sum_of_minima(const struct part *parts, int count, const bool *kept, int gap)
{
    int sum = 0, left = 0;
    for (int i = 0; i < count; i++) {
        if (kept[i]) {
            sum += parts[i].min;
            left++;
        }
    }
    return left > 1 ? sum + gap * (left - 1) : sum;
}

/* One round: hands `spare` out in proportion to the shares of the parts that are below their maximum, each up to its
 * maximum. Returns what is left: more than 0 where a part was filled, and another round may help the others. */
static int hand_out(int spare, const struct part *parts, int count, const bool *kept, int *out)
{
    int shares = 0;
    for (int i = 0; i < count; i++)
        shares += kept[i] && out[i] < parts[i].max ? parts[i].share : 0;
    int left = spare, given = 0, seen = 0;
    for (int i = 0; i < count && shares > 0; i++) {
        if (!kept[i] || out[i] >= parts[i].max || !parts[i].share)
            continue;
        seen += parts[i].share;
        /* Rounding the ends, not the lengths, keeps the sum exact. */
        int end = (int)((int64_t)spare * seen / shares);
        int want = end - given;
        int room = parts[i].max - out[i];
        given = end;
        out[i] += want < room ? want : room;
        left -= want < room ? want : room;
    }
    return left;
}

static void split(int total, const struct part *parts, int count, int gap, int *out)
{
    assert(count <= LAYOUT_PARTS);
    bool kept[LAYOUT_PARTS];
    for (int i = 0; i < count; i++)
        kept[i] = parts[i].max > 0;
    int need;
    while ((need = sum_of_minima(parts, count, kept, gap)) > total) {
        int victim = next_to_drop(parts, count, kept);
        if (victim < 0)
            break;
        kept[victim] = false;
    }
    for (int i = 0; i < count; i++)
        out[i] = kept[i] ? parts[i].min : 0;
    if (need > total) {
        for (int i = 0; i < count; i++)
            out[i] = kept[i] ? total : 0;
        return;
    }
    for (int spare = total - need, left; spare > 0; spare = left) {
        left = hand_out(spare, parts, count, kept, out);
        if (left == spare)
            break;
    }
}

void layout_rows(struct rect rect, const struct part *parts, int count, int gap, struct rect *out)
{
    int rows[LAYOUT_PARTS], at = rect.row;
    split(rect.rows, parts, count, gap, rows);
    for (int i = 0; i < count; i++) {
        out[i] = (struct rect){at, rect.col, rows[i], rect.cols};
        at += rows[i] ? rows[i] + gap : 0;
    }
}

void layout_cols(struct rect rect, const struct part *parts, int count, int gap, struct rect *out)
{
    int cols[LAYOUT_PARTS], at = rect.col;
    split(rect.cols, parts, count, gap, cols);
    for (int i = 0; i < count; i++) {
        out[i] = (struct rect){rect.row, at, rect.rows, cols[i]};
        at += cols[i] ? cols[i] + gap : 0;
    }
}
