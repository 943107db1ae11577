#include "core/formats/opening.h"

#include "core/data/hdf5.h"
#include "core/data/json.h"
#include "core/formats/keras.h"

static struct lt_tree *read_json(struct opening *o, const struct lt_hdf5 *found, enum lt_hdf5_text which,
                                 struct lt_problems *problems)
{
    return lt_json_read(&o->arena, o->file, found->text[which], found->bytes[which], LT_JSON_MODEL, problems);
}

/* The attributes as one tree, as TF.js writes them too. A training_config that is no JSON costs only the set-up. */
static const struct lt_tree *join(struct opening *o, const struct lt_hdf5 *found)
{
    struct lt_problems ignored = {.arena = &o->arena};
    struct lt_tree *root = lt_tree_new(&o->arena, LT_TREE_MAP, NULL, NULL);
    struct lt_tree *model = root ? read_json(o, found, LT_HDF5_MODEL_CONFIG, o->problems) : NULL;
    if (!model)
        return NULL;
    lt_tree_attach(root, "model_config", model);
    if (found->text[LT_HDF5_TRAINING_CONFIG]) {
        struct lt_tree *training = read_json(o, found, LT_HDF5_TRAINING_CONFIG, &ignored);
        if (training)
            lt_tree_attach(root, "training_config", training);
        else
            lt_problem_add(o->problems, LT_WARNING, (struct lt_place){.file = o->file, .path = "training_config"},
                           "set optimizer and loss", "this cannot be read: %s",
                           ignored.count ? ignored.item[0].message : lt_status_name(LT_NO_MEMORY));
    }
    if (found->text[LT_HDF5_KERAS_VERSION])
        lt_tree_add_text(&o->arena, root, "keras_version", found->text[LT_HDF5_KERAS_VERSION]);
    if (found->text[LT_HDF5_BACKEND])
        lt_tree_add_text(&o->arena, root, "backend", found->text[LT_HDF5_BACKEND]);
    return o->arena.failed ? NULL : root;
}

static struct lt_document *refuse_without_model(struct opening *o, const struct lt_hdf5 *found)
{
    if (found->weight_elements)
        return opening_refuse(
            o, "open the file with the model: save it with model.save(), or write model.to_json() to a file",
            "this file holds weights alone, without the layers they belong to");
    return opening_refuse(o, "a file that model.save() wrote has the attribute model_config",
                          "this HDF5 file holds no Keras model");
}

struct lt_document *opening_h5(struct opening *o, const char *path)
{
    struct lt_hdf5 found;
    if (lt_hdf5_describe(&o->arena, path, &found, o->problems) != LT_OK)
        return NULL;
    if (!found.text[LT_HDF5_MODEL_CONFIG])
        return refuse_without_model(o, &found);
    const struct lt_tree *root = join(o, &found);
    struct lt_document *document = root ? lt_keras_read_archive(o->file, root, NULL, o->layers, o->problems) : NULL;
    if (!document)
        return NULL;
    document->origin.format = LT_FORMAT_KERAS_H5;
    document->origin.weight_elements = found.weight_elements;
    document->origin.optimizer_elements = found.optimizer_elements;
    return document;
}

void opening_count_weights(struct opening *o, struct lt_document *document, const char *path, const char *member)
{
    struct lt_problems problems = {.arena = &o->arena};
    struct lt_hdf5 found = {0};
    enum lt_status status = member ? lt_hdf5_describe_member(&o->arena, path, member, &found, &problems)
                                   : lt_hdf5_describe(&o->arena, path, &found, &problems);
    if (status == LT_UNSUPPORTED)
        return;
    for (uint32_t i = 0; i < problems.count; i++)
        lt_problem_add(o->problems, LT_WARNING, (struct lt_place){.file = o->file, .path = "model.weights.h5"}, NULL,
                       "%s", problems.item[i].message);
    document->origin.weight_elements = found.weight_elements;
    document->origin.optimizer_elements = found.optimizer_elements;
}
