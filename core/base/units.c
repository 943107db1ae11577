#include "core/base/units.h"

#include "core/base/checked.h"
#include "core/base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How a unit is scaled and written. All digits below are printed from integers, so that no locale has a say. */
struct style {
    double step;           /* from one prefix to the next */
    const char *prefix[9]; /* from 1 upwards */
    const char *suffix;    /* follows the prefix */
    bool grouped;          /* below a million with thousands separators instead of a prefix */
    bool counted;          /* comes from a 64-bit count: LT_HUGE is "too large" */
};

#define SI                                                                                                             \
    {                                                                                                                  \
        "", "k", "M", "G", "T", "P", "E", "Z", "Y"                                                                     \
    }
#define IEC                                                                                                            \
    {                                                                                                                  \
        "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"                                                             \
    }

static const struct style STYLE[] = {
    [LT_UNIT_NONE] = {1000, SI, "", true, false},
    [LT_UNIT_BYTES] = {1024, IEC, "B", false, true},
    [LT_UNIT_COUNT] = {1000, SI, "", false, true},
    [LT_UNIT_FLOPS] = {1000, SI, "FLOP", false, false},
    [LT_UNIT_PER_SECOND] = {1000, SI, "/s", true, false},
    [LT_UNIT_BYTES_PER_S] = {1000, SI, "B/s", false, false},
    [LT_UNIT_FLOPS_PER_S] = {1000, SI, "FLOP/s", false, false},
};

/* 10^places; places 0 to 6. */
static int power_of_ten(int places)
{
    int power = 1;
    while (places--)
        power *= 10;
    return power;
}

/* d.dde-NN, for what is too small for a fixed point. */
static void put_scientific(char *out, double value)
{
    if (value < 1e-99) {
        strcpy(out, "<1e-99");
        return;
    }
    int exponent = (int)floor(log10(value));
    long long mantissa = llround(value * pow(10, 2 - exponent));
    if (mantissa >= 1000) {
        mantissa /= 10;
        exponent++;
    }
    snprintf(out, LT_NUMBER_TEXT, "%lld.%02llde%d", mantissa / 100, mantissa % 100, exponent);
}

/* 0 < value < 1024 with three significant digits: 0.0123, 1.20, 25.6, 781; above 1000 with four. */
static void put_digits(char *out, double value)
{
    if (value < 0.0001) {
        put_scientific(out, value);
        return;
    }
    int places = 2;
    for (double v = value; v < 0.9995 && places < 6; v *= 10)
        places++;
    if (value >= 9.995)
        places = value >= 99.95 ? 0 : 1;
    int unit = power_of_ten(places), scaled = (int)lround(value * unit);
    snprintf(out, LT_NUMBER_TEXT / 2, "%d", scaled / unit);
    if (places) {
        char fraction[LT_NUMBER_TEXT / 2]; /* the 1 in front keeps leading zeros; the point takes its place */
        snprintf(fraction, sizeof fraction, "%d", unit + scaled % unit);
        fraction[0] = '.';
        strcat(out, fraction);
    }
}

/* 1,000 <= value < 1e6, three significant digits. */
static void put_grouped(char *out, double value)
{
    double unit = value < 9995 ? 10 : value < 99950 ? 100 : 1000;
    lt_grouped(out, (uint64_t)(llround(value / unit) * (long long)unit));
}

static void put_scaled(char *out, double value, const struct style *style)
{
    char digits[LT_NUMBER_TEXT];
    int prefix = 0;
    if (style->grouped && value >= 999.5 && value < 999500) {
        put_grouped(digits, value);
    } else {
        /* A value that would round up to the next prefix is written with it: 1.00 M, not 1000 k. */
        double limit = style->step - 0.5;
        for (; value >= limit && prefix < 8; prefix++)
            value /= style->step;
        if (value >= limit) {
            strcpy(out, "too large");
            return;
        }
        if (!prefix && value == floor(value))
            snprintf(digits, sizeof digits, "%d", (int)value);
        else
            put_digits(digits, value);
    }
    const char *space = *style->prefix[prefix] || *style->suffix ? " " : "";
    snprintf(out, LT_NUMBER_TEXT, "%.16s%s%s%s", digits, space, style->prefix[prefix], style->suffix);
}

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, YEAR = 365 * DAY };

/* Two neighbouring units of time, rounded to the smaller one. */
static void put_pair(char *out, double seconds, int large, const char *large_name, int small, const char *small_name)
{
    long long smalls = llround(seconds / small), per_large = large / small;
    snprintf(out, LT_NUMBER_TEXT, "%lld %s %lld %s", smalls / per_large, large_name, smalls % per_large, small_name);
}

static void put_seconds(char *out, double seconds)
{
    static const struct {
        double below, unit;
        const char *name;
    } SHORT[] = {{999.5e-9, 1e-9, "ns"}, {999.5e-6, 1e-6, "us"}, {999.5e-3, 1e-3, "ms"}, {59.95, 1, "s"}};
    if (seconds == 0) {
        strcpy(out, "0 s");
        return;
    }
    char digits[LT_NUMBER_TEXT];
    for (unsigned i = 0; i < sizeof SHORT / sizeof *SHORT; i++)
        if (seconds < SHORT[i].below) {
            put_digits(digits, seconds / SHORT[i].unit);
            snprintf(out, LT_NUMBER_TEXT, "%.20s %s", digits, SHORT[i].name);
            return;
        }
    if (seconds < HOUR - 0.5)
        put_pair(out, seconds, MINUTE, "min", 1, "s");
    else if (seconds < DAY - MINUTE / 2)
        put_pair(out, seconds, HOUR, "h", MINUTE, "min");
    else if (seconds < (double)YEAR - HOUR / 2)
        put_pair(out, seconds, DAY, "d", HOUR, "h");
    else
        put_scaled(out, seconds / YEAR, &(struct style){1000, SI, "years", false, false});
}

char *lt_number(char *out, double value, enum lt_unit unit)
{
    const struct style *style = &STYLE[unit];
    const double magnitude = fabs(value);
    if (isnan(value))
        return strcpy(out, "?");
    if (isinf(value) || (style->counted && magnitude >= (double)LT_HUGE))
        return strcpy(out, "too large");
    char positive[LT_NUMBER_TEXT];
    if (unit == LT_UNIT_SECONDS)
        put_seconds(positive, magnitude);
    else
        put_scaled(positive, magnitude, style);
    snprintf(out, LT_NUMBER_TEXT, "%s%.30s", value < 0 ? "-" : "", positive);
    return out;
}

char *lt_grouped(char *out, uint64_t value)
{
    if (value == LT_HUGE)
        return strcpy(out, "too large");
    char digits[LT_NUMBER_TEXT];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

/* What may follow a number, by unit. `scaled`: an SI prefix may stand before it; `binary`: a binary one as well. A byte
 * count takes no bare prefix: 80G could mean either. */
static const struct word {
    enum lt_unit unit;
    const char *name;
    double factor;
    bool scaled, binary;
} WORD[] = {
    {LT_UNIT_BYTES, "B", 1, true, true},
    {LT_UNIT_COUNT, "B", 1e9, false, false}, /* billions, as in "a 7B model" */
    {LT_UNIT_COUNT, "", 1, true, false},
    {LT_UNIT_FLOPS, "FLOP", 1, true, false},
    {LT_UNIT_FLOPS, "FLOPs", 1, true, false},
    {LT_UNIT_SECONDS, "ns", 1e-9, false, false},
    {LT_UNIT_SECONDS, "us", 1e-6, false, false},
    {LT_UNIT_SECONDS, "\xC2\xB5s", 1e-6, false, false}, /* MICRO SIGN */
    {LT_UNIT_SECONDS, "\xCE\xBCs", 1e-6, false, false}, /* GREEK SMALL LETTER MU */
    {LT_UNIT_SECONDS, "ms", 1e-3, false, false},
    {LT_UNIT_SECONDS, "s", 1, false, false},
    {LT_UNIT_SECONDS, "min", MINUTE, false, false},
    {LT_UNIT_SECONDS, "h", HOUR, false, false},
    {LT_UNIT_SECONDS, "d", DAY, false, false},
    {LT_UNIT_PER_SECOND, "/s", 1, true, false},
    {LT_UNIT_BYTES_PER_S, "B/s", 1, true, true},
    {LT_UNIT_FLOPS_PER_S, "FLOP/s", 1, true, false},
    {LT_UNIT_FLOPS_PER_S, "FLOPS", 1, true, false},
};

/* The factor of the prefix in text[0..bytes), 0 where there is no such prefix. */
static double prefix_factor(const char *text, size_t bytes, const struct word *word)
{
    static const char *const SI_PREFIX[] = SI, *const IEC_PREFIX[] = IEC;
    if (bytes == 0)
        return 1;
    if (bytes == 1 && text[0] == 'K' && word->scaled)
        return 1000;
    for (int i = 1; i < 9; i++) {
        if (word->scaled && strlen(SI_PREFIX[i]) == bytes && memcmp(text, SI_PREFIX[i], bytes) == 0)
            return pow(1000, i);
        if (word->binary && strlen(IEC_PREFIX[i]) == bytes && memcmp(text, IEC_PREFIX[i], bytes) == 0)
            return pow(1024, i);
    }
    return 0;
}

static double unit_factor(const char *text, enum lt_unit unit)
{
    const size_t length = strlen(text);
    for (unsigned i = 0; i < sizeof WORD / sizeof *WORD; i++) {
        const size_t tail = strlen(WORD[i].name);
        if (WORD[i].unit != unit || tail > length || strcmp(text + length - tail, WORD[i].name) != 0)
            continue;
        double factor = prefix_factor(text, length - tail, &WORD[i]);
        if (factor > 0)
            return factor * WORD[i].factor;
    }
    return 0;
}

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

/* The end of a decimal number at `text`, or `text` where there is none: no hexadecimal, no inf, no nan. */
static const char *number_end(const char *text)
{
    const char *start = *text == '+' || *text == '-' ? text + 1 : text, *end = skip_digits(start);
    bool digits = end > start;
    if (*end == '.') {
        const char *fraction = skip_digits(end + 1);
        digits = digits || fraction > end + 1;
        end = fraction;
    }
    if (!digits)
        return text;
    if (*end == 'e' || *end == 'E') {
        const char *exponent = end[1] == '+' || end[1] == '-' ? end + 2 : end + 1;
        if (skip_digits(exponent) > exponent)
            return skip_digits(exponent);
    }
    return end;
}

bool lt_parse_number(const char *text, enum lt_unit unit, double *value)
{
    const char *end = number_end(text);
    if (end == text)
        return false;
    const char *suffix = end + strspn(end, " ");
    double factor = *suffix ? unit_factor(suffix, unit) : 1;
    char *stop;
    double number = lt_strtod(text, &stop) * factor;
    if (!(factor > 0) || stop != end || !isfinite(number))
        return false;
    *value = number;
    return true;
}
