/* One row run through the program: what it predicts beside what was measured. */
#ifndef TESTS_ACCURACY_OUTCOME_H
#define TESTS_ACCURACY_OUTCOME_H

#include "core/step/machine_choice.h"
#include "tests/accuracy/row.h"

struct outcome {
    const struct row *row;
    const char *refused; /* why the program could not run it; NULL: it did */
    struct lt_figure predicted;
    enum lt_verdict verdict;
    bool complete;
};

/* What all rows are run with. */
struct runner {
    struct lt_database *database;
    const char *const *dropped; /* settings not to make, by name; NULL-terminated */
    const char *const *forced;  /* assignments made after a row's own; NULL-terminated */
    double gap_scale;           /* of the gap between two kernels; 1: the database's */
};

/* Texts of the outcome live in the arena. */
struct outcome outcome_of(const struct runner *runner, const struct row *row, struct lt_arena *arena);

#endif
