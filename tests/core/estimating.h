/* For tests that estimate: a document opened, a device of the built-in database chosen, one call. */
#ifndef TESTS_CORE_ESTIMATING_H
#define TESTS_CORE_ESTIMATING_H

#include "core/formats/formats.h"
#include "core/formats/keras.h"
#include "core/model/edit.h"
#include "core/step/machine_choice.h"
#include "tests/core/test.h"

#include <stdio.h>
#include <unistd.h>

struct estimating {
    struct lt_arena text, results;
    struct lt_problems problems; /* of the last call */
    struct lt_database *database;
    struct lt_document *document;
    struct lt_machine machine;
    struct lt_estimate estimate;
};

static inline void estimating_begin(struct estimating *t)
{
    *t = (struct estimating){0};
    t->problems.arena = &t->text;
    t->database = lt_database_open(NULL, 0, &t->problems);
    assert_non_null(t->database);
}

static inline void estimating_take(struct estimating *t, const char *name, struct lt_document *document)
{
    t->document = document;
    if (!document)
        fail_msg("%s: %s", name, t->problems.count ? t->problems.item[0].message : "not opened");
}

static inline void estimating_open(struct estimating *t, const char *path)
{
    estimating_begin(t);
    estimating_take(t, path, lt_open(path, &t->problems));
}

/* A model as Keras describes it in JSON. */
static inline void estimating_read(struct estimating *t, const char *name, const struct lt_tree *model)
{
    estimating_begin(t);
    estimating_take(t, name, lt_keras_read(name, model, &t->problems));
}

/* One of keras.applications or a sample, by its name. */
static inline void estimating_model(struct estimating *t, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "tests/reference/applications/%s.keras", name);
    if (access(path, F_OK))
        snprintf(path, sizeof path, "samples/%s.keras", name);
    estimating_open(t, path);
}

/* NULL-terminated assignments, then one estimate on a fixed GPU or what `device=` said. */
static inline enum lt_status estimating_run(struct estimating *t, const char *const *assignments)
{
    const struct lt_this_machine here = {"nvidia-a100-sxm4-80gb", (uint64_t)64 << 30};
    for (; assignments && *assignments; assignments++)
        if (lt_set(t->document, *assignments, &t->problems))
            fail_msg("%s: %s", *assignments, t->problems.item[t->problems.count - 1].message);
    /* The host's CPU is a named one, so that figures do not depend on the machine of the test. */
    assert_int_equal(lt_set(t->document, "cpu=intel-xeon-e5-2620-v3", &t->problems), LT_OK);
    assert_int_equal(lt_machine_resolve(t->database, &here, &t->document->setup, &t->machine, &t->problems), LT_OK);
    lt_arena_clear(&t->results);
    return lt_estimate(t->document, &t->machine, &t->results, &t->estimate, &t->problems);
}

static inline void estimating_close(struct estimating *t)
{
    lt_document_free(t->document);
    lt_database_close(t->database);
    lt_arena_free(&t->results);
    lt_arena_free(&t->text);
}

#endif
