#include "tui/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *show_mark(enum lt_standing standing)
{
    return standing == LT_ASSUMED ? "~" : standing == LT_UNKNOWN ? "≥" : "";
}

char *show_figure(char *out, struct lt_figure figure, enum lt_unit unit)
{
    char number[LT_NUMBER_TEXT];
    snprintf(out, SHOW_TEXT, "%s%s", show_mark(figure.standing), lt_number(number, figure.value, unit));
    return out;
}

/* The factor by which `value` has to be divided to be shown in the unit that lt_number picks for it; 0 where that is no
 * single unit (minutes and seconds). */
static double divisor(double value, enum lt_unit unit)
{
    char number[LT_NUMBER_TEXT];
    double shown;
    lt_number(number, value, unit);
    char *blank = strchr(number, ' ');
    if (!blank || strchr(blank + 1, ' ') || sscanf(number, "%lf", &shown) != 1 || !(shown > 0))
        return 0;
    double base = unit == LT_UNIT_BYTES ? 1024 : 1000, factor = value / shown;
    return unit == LT_UNIT_SECONDS && value >= 1 ? 1 : pow(base, round(log(factor) / log(base)));
}

static int put_plain(char *out, size_t size, double value)
{
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return snprintf(out, size, "%.*f", decimals, value);
}

char *show_interval(char *out, struct lt_figure figure, enum lt_unit unit)
{
    *out = '\0';
    double factor = divisor(figure.value, unit);
    if (factor > 0 && isfinite(figure.low) && isfinite(figure.high) && figure.low < figure.high) {
        int length = put_plain(out, SHOW_TEXT, figure.low / factor);
        out[length++] = '-';
        put_plain(out + length, (size_t)(SHOW_TEXT - length), figure.high / factor);
    }
    return out;
}

char *show_change(char *out, const struct lt_figure *before, struct lt_figure now, enum lt_unit unit)
{
    char number[LT_NUMBER_TEXT];
    double change = before ? now.value - before->value : 0;
    *out = '\0';
    if (!before)
        return out;
    if (change == 0)
        return strcpy(out, "0");
    snprintf(out, SHOW_TEXT, "%c%s", change < 0 ? '-' : '+', lt_number(number, fabs(change), unit));
    return out;
}

char *show_ratio(char *out, const struct lt_figure *before, struct lt_figure now)
{
    *out = '\0';
    if (!before || !(before->value > 0))
        return out;
    double ratio = now.value / before->value;
    if (now.value == before->value)
        return strcpy(out, "0");
    if (ratio >= 10)
        snprintf(out, SHOW_TEXT, "×%.3g", ratio);
    else if (fabs(ratio - 1) < 0.0005)
        strcpy(out, "0.0 %"); /* of no sign that would mean anything */
    else if (fabs(ratio - 1) < 0.0995)
        snprintf(out, SHOW_TEXT, "%+.1f %%", (ratio - 1) * 100);
    else
        snprintf(out, SHOW_TEXT, "%+.0f %%", (ratio - 1) * 100);
    return out;
}

char *show_output(char *out, const struct lt_layer_row *row)
{
    if (!row->out || !row->out_count || row->out[0].rank < 0)
        return strcpy(out, "?");
    const struct lt_shape *shape = &row->out[0];
    int length = 0;
    *out = '\0';
    for (int i = 1; i < shape->rank && length < SHOW_TEXT - 32; i++)
        length += snprintf(out + length, (size_t)(SHOW_TEXT - length), "%s%" PRId64, i > 1 ? "×" : "", shape->dim[i]);
    if (!length)
        length = snprintf(out, SHOW_TEXT, "scalar");
    if (row->out_count > 1)
        snprintf(out + length, (size_t)(SHOW_TEXT - length), " +%d", row->out_count - 1);
    return out;
}

char *show_shape(char *out, const struct lt_shape *shape)
{
    if (shape->rank < 0)
        return strcpy(out, "not known");
    int length = snprintf(out, SHOW_TEXT, "(");
    for (int i = 0; i < shape->rank && length < SHOW_TEXT - 32; i++)
        length += snprintf(out + length, (size_t)(SHOW_TEXT - length), "%s%" PRId64, i ? ", " : "", shape->dim[i]);
    snprintf(out + length, (size_t)(SHOW_TEXT - length), shape->rank == 1 ? ",)" : ")");
    return out;
}

char *show_share(char *out, double part, double whole)
{
    if (!(whole > 0) || !isfinite(whole))
        return strcpy(out, "-");
    double percent = part / whole * 100;
    snprintf(out, SHOW_TEXT, percent > 0 && percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
    return out;
}

char *show_duration(char *out, double seconds)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{365.25 * 86400, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        double value = seconds / units[i].seconds;
        if (value >= 1 && value < 1e4) {
            snprintf(out, SHOW_TEXT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[i].name);
            return out;
        }
    }
    return lt_number(out, seconds, LT_UNIT_SECONDS);
}
