#include "core/data/hdf5.h"

/* In place of hdf5.c where the program is built with HDF5=0. */

enum lt_status lt_hdf5_describe(struct lt_arena *arena, const char *path, struct lt_hdf5 *out,
                                struct lt_problems *problems)
{
    (void)arena;
    *out = (struct lt_hdf5){0};
    lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = path},
                   "save the model as .keras, or write model.to_json() to a file and open that",
                   "this is an HDF5 file (.h5); this program was built without HDF5");
    return LT_UNSUPPORTED;
}

/* Not counting an archive's weights is nothing to complain about. */
enum lt_status lt_hdf5_describe_member(struct lt_arena *arena, const char *path, const char *member,
                                       struct lt_hdf5 *out, struct lt_problems *problems)
{
    (void)arena, (void)path, (void)member, (void)problems;
    *out = (struct lt_hdf5){0};
    return LT_UNSUPPORTED;
}
