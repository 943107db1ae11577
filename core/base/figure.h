/* A number that says how far it can be trusted. */
#ifndef LT_BASE_FIGURE_H
#define LT_BASE_FIGURE_H

/* In order of trust: a figure made of several is as good as the worst of them. */
enum lt_standing {
    LT_EXACT,   /* counted: low and high equal the value */
    LT_MODEL,   /* a formula with known errors */
    LT_ASSUMED, /* rests on a guess that the user can change */
    LT_UNKNOWN, /* at least a part is not known; the value is a lower bound of the rest */
};

/* The unit is in the name of the variable that holds it. low..high is meant to hold the truth in 90 % of cases; how
 * many it holds of those that were measured is in tests/accuracy/RESULTS.md. */
struct lt_figure {
    double value, low, high;
    enum lt_standing standing;
};

/* exact, model, assumed, unknown */
const char *lt_standing_name(enum lt_standing standing);

static inline enum lt_standing lt_worse(enum lt_standing a, enum lt_standing b)
{
    return a > b ? a : b;
}

static inline struct lt_figure lt_exactly(double value)
{
    return (struct lt_figure){value, value, value, LT_EXACT};
}

#endif
