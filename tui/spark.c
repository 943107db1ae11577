#include "tui/spark.h"

#include <math.h>
#include <stdio.h>

#include "core/base/text.h"

static double greatest(const struct spark *spark)
{
    double most = spark->limit > 0 ? spark->limit : 0;
    for (int i = 0; i < spark->count; i++)
        most = spark->value[i] > most ? spark->value[i] : most; /* false for NaN */
    return most;
}

double spark_top(const struct spark *spark)
{
    static const double step[] = {1, 2, 2.5, 5, 10};
    double scale = spark->scale > 0 ? spark->scale : 1, most = greatest(spark) / scale;
    if (!(most > 0) || isinf(most))
        return scale;
    double power = pow(10, floor(log10(most)));
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        if (step[i] * power >= most)
            return step[i] * power * scale;
    }
    return 10 * power * scale;
}

static void format_label(const struct spark *spark, double value, char *out, size_t bytes)
{
    char text[SPARK_LABEL];
    if (spark->format) {
        snprintf(out, bytes, "%s", spark->format(text, value));
        return;
    }
    snprintf(out, bytes, "%.3g", value);
}

/* What the columns take of the rectangle: the axis labels stand left of them. */
static struct rect plot_rect(struct rect rect, const struct spark *spark)
{
    char top[SPARK_LABEL], zero[SPARK_LABEL];
    format_label(spark, spark_top(spark), top, sizeof top);
    format_label(spark, 0, zero, sizeof zero);
    int width = lt_text_width(top) > lt_text_width(zero) ? lt_text_width(top) : lt_text_width(zero);
    int left = width + 1 < rect.cols ? width + 1 : 0;
    return (struct rect){rect.row, rect.col + left, rect.rows, rect.cols - left};
}

/* The columns of a value: first to before the next one's first. With more values than columns several share one. */
static int first_col(const struct spark *spark, int cols, int index)
{
    if (spark->count > cols)
        return (int)((int64_t)index * cols / spark->count);
    return index * (cols / spark->count);
}

/* The greatest value of a column, and whether the marked one is among them. NaN where all are unknown. */
static double column_value(const struct spark *spark, int cols, int col, bool *marked)
{
    double most = NAN;
    int from =
        spark->count > cols ? (int)(((int64_t)col * spark->count + cols - 1) / cols) : col / (cols / spark->count);
    *marked = false;
    for (int i = from; i < spark->count; i++) {
        int first = first_col(spark, cols, i);
        if (first > col)
            break;
        most = isnan(most) || spark->value[i] > most ? spark->value[i] : most;
        *marked = *marked || i == spark->mark;
    }
    return most;
}

static void draw_column(struct frame *frame, struct rect plot, int col, double value, double top, enum role role)
{
    if (isnan(value)) {
        frame_put(frame, plot, plot.rows - 1, col, ROLE_AXIS, '?');
        return;
    }
    double share = value > 0 ? value / top : 0;
    int height = (int)lround((share < 1 ? share : 1) * 8 * plot.rows);
    for (int i = 0; i < height / 8; i++)
        frame_glyph(frame, plot, plot.rows - 1 - i, col, role, GLYPH_FULL);
    if (height % 8)
        frame_glyph(frame, plot, plot.rows - 1 - height / 8, col, role, (enum glyph)(GLYPH_LOWER_1 + height % 8 - 1));
}

static void draw_limit(struct frame *frame, struct rect plot, double limit, double top)
{
    int row = plot.rows - (int)ceil(limit / top * plot.rows);
    row = row < 0 ? 0 : row >= plot.rows ? plot.rows - 1 : row;
    for (int col = 0; col < plot.cols; col++) {
        const struct cell *cell = frame_cell(frame, plot.row + row, plot.col + col);
        if (cell && cell->code == ' ')
            frame_glyph(frame, plot, row, col, ROLE_BAR_LIMIT, GLYPH_HLINE);
    }
}

void spark_draw(struct frame *frame, struct rect rect, const struct spark *spark)
{
    if (rect.rows < 1 || rect.cols < 1 || spark->count < 1)
        return;
    frame_fill(frame, rect, ROLE_TEXT);
    struct rect plot = plot_rect(rect, spark);
    double top = spark_top(spark);
    char label[SPARK_LABEL];
    int labels = plot.col - rect.col - 1;
    format_label(spark, 0, label, sizeof label);
    if (labels > 0)
        frame_number(frame, rect, rect.rows - 1, 0, labels, ROLE_AXIS, label);
    format_label(spark, top, label, sizeof label);
    if (labels > 0)
        frame_number(frame, rect, 0, 0, labels, ROLE_AXIS, label);
    int used = spark->count > plot.cols ? plot.cols : spark->count * (plot.cols / spark->count);
    for (int col = 0; col < used; col++) {
        bool marked;
        double value = column_value(spark, plot.cols, col, &marked);
        enum role role = marked ? ROLE_PLOT_MARK : ROLE_PLOT;
        if (spark->limit > 0 && value > spark->limit)
            role = ROLE_BAR_OVER;
        draw_column(frame, plot, col, value, top, (enum role)(role | ROLE_FLAT));
    }
    if (spark->limit > 0)
        draw_limit(frame, plot, spark->limit, top);
}
