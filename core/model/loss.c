#include "core/model/loss.h"

#include <stddef.h>

#include "core/model/name.h"

/* What Keras calls the same loss: its class, its function and their abbreviations (losses/__init__.py). */
static const char *const mse[] = {"mse", "MeanSquaredError", NULL};
static const char *const mae[] = {"mae", "MeanAbsoluteError", NULL};
static const char *const mape[] = {"mape", "MeanAbsolutePercentageError", NULL};
static const char *const msle[] = {"msle", "MeanSquaredLogarithmicError", NULL};
static const char *const log_cosh[] = {"logcosh", "LogCosh", NULL};
static const char *const huber[] = {"huber_loss", NULL};
static const char *const kl[] = {"kld", "kullback_leibler_divergence", "KLDivergence", NULL};
static const char *const cosine[] = {"CosineSimilarity", "cosine_proximity", NULL};
static const char *const sparse_crossentropy[] = {"SparseCategoricalCrossentropy", NULL};
static const char *const categorical_crossentropy[] = {"CategoricalCrossentropy", NULL};
static const char *const binary_crossentropy[] = {"bce", "BinaryCrossentropy", NULL};
static const char *const categorical_focal[] = {"CategoricalFocalCrossentropy", NULL};
static const char *const binary_focal[] = {"BinaryFocalCrossentropy", NULL};
static const char *const squared_hinge[] = {"SquaredHinge", NULL};
static const char *const categorical_hinge[] = {"CategoricalHinge", NULL};

/* Bytes beyond y_pred in float32, measured on TensorFlow with Keras 3.15.1; the focal losses, the hinges, dice and
 * tversky, mape and msle are counted in their formulas. */
const struct lt_loss lt_losses[] = {
    {"sparse_categorical_crossentropy", sparse_crossentropy, true, true, 4, 12},
    {"categorical_crossentropy", categorical_crossentropy, true, false, 4, 12},
    {"binary_crossentropy", binary_crossentropy, true, false, 9, 20},
    {"categorical_focal_crossentropy", categorical_focal, false, false, 28, 28},
    {"binary_focal_crossentropy", binary_focal, false, false, 28, 28},
    {"mean_squared_error", mse, false, false, 4, 4},
    {"mean_absolute_error", mae, false, false, 4, 4},
    {"mean_absolute_percentage_error", mape, false, false, 8, 8},
    {"mean_squared_logarithmic_error", msle, false, false, 8, 8},
    {"huber", huber, false, false, 5, 5},
    {"log_cosh", log_cosh, false, false, 4, 4},
    {"poisson", NULL, false, false, 8, 8},
    {"kl_divergence", kl, false, false, 16, 16},
    {"cosine_similarity", cosine, false, false, 8, 8},
    {"hinge", NULL, false, false, 8, 8},
    {"squared_hinge", squared_hinge, false, false, 8, 8},
    {"categorical_hinge", categorical_hinge, false, false, 8, 8},
    {"dice", NULL, false, false, 8, 8},
    {"tversky", NULL, false, false, 8, 8},
};
const int lt_loss_count = sizeof lt_losses / sizeof *lt_losses;

const char *const lt_loss_names[] = {
    "auto",
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
    "categorical_focal_crossentropy",
    "binary_focal_crossentropy",
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "poisson",
    "kl_divergence",
    "cosine_similarity",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "dice",
    "tversky",
    NULL,
};

const struct lt_loss *lt_loss_find(const char *name)
{
    if (!name)
        return NULL;
    name = lt_name_class(name);
    for (int i = 0; i < lt_loss_count; i++)
        if (lt_name_matches(name, lt_losses[i].name, lt_losses[i].alias))
            return &lt_losses[i];
    return NULL;
}

const struct lt_loss *lt_loss_suited(enum lt_op_kind activation)
{
    if (activation == LT_OP_SOFTMAX)
        return lt_loss_find("sparse_categorical_crossentropy");
    return lt_loss_find(activation == LT_OP_SIGMOID ? "binary_crossentropy" : "mean_squared_error");
}
