#include "core/formats/keras_reader.h"

#include "core/model/policy.h"

#include <string.h>

/* Policies are written as a name, as an object with a name (DTypePolicy, Policy, FloatDTypePolicy), as an object with a
 * mode and the policy it was made of (QuantizedDTypePolicy …), or as a map with a default for the layers inside. */
static const char *policy_name(struct keras_reader *reader, const struct lt_tree *dtype)
{
    for (int turn = 0; turn < 4; turn++) { /* a default_policy may be an object again */
        if (!dtype || dtype->type != LT_TREE_MAP)
            return lt_tree_text(dtype, NULL);
        const struct lt_tree *config = lt_tree_get(dtype, "config");
        const char *mode = lt_tree_text(lt_tree_get(config, "mode"), NULL);
        const char *source = lt_tree_text(lt_tree_get(config, "source_name"), NULL);
        const char *name = lt_tree_text(lt_tree_get(config, "name"), NULL);
        if (name)
            return name;
        if (mode && source)
            return lt_format(reader->scratch, "%s_from_%s", mode, source);
        dtype = config && config->type == LT_TREE_MAP ? lt_tree_get(config, "default_policy") : NULL;
    }
    return NULL;
}

int16_t keras_policy(struct keras_reader *reader, const struct lt_tree *dtype)
{
    const char *name = policy_name(reader, dtype);
    if (!name)
        return -1;
    int found = lt_policy_find(name);
    if (found >= 0)
        return (int16_t)found;
    /* A quantization that the table does not have still says how the rest computes. */
    const char *source = strstr(name, "_from_");
    if (source) {
        keras_problem(reader, LT_WARNING, dtype, NULL, "the quantization %s is not known: read as %s",
                      keras_safe(reader, name), keras_safe(reader, source + strlen("_from_")));
        return (int16_t)lt_policy_find(source + strlen("_from_"));
    }
    if (lt_dtype_find(name) == LT_DTYPE_COUNT) /* preprocessing layers compute in integers or text: no policy */
        keras_problem(reader, LT_WARNING, dtype, "a dtype such as float32 or a policy such as mixed_float16",
                      "the dtype policy %s is not known", keras_safe(reader, name));
    return -1;
}

void keras_settle_precision(struct keras_reader *reader)
{
    struct lt_document *document = reader->document;
    uint32_t *uses = lt_alloc_array(reader->scratch, (size_t)lt_policy_count + 1, sizeof *uses);
    if (!uses)
        return;
    int most = -1;
    for (uint32_t i = 0; i < document->layer_count; i++) {
        int policy = document->layer[i].policy;
        if (policy < 0 || lt_policies[policy].quantization != LT_QUANTIZATION_NONE) /* a layer's own, always */
            continue;
        if (++uses[policy] > (most < 0 ? 0 : uses[most]))
            most = policy;
    }
    if (most < 0 || !keras_choose(reader, LT_SET_PRECISION, lt_policies[most].name))
        return;
    for (uint32_t i = 0; i < document->layer_count; i++)
        if (document->layer[i].policy == most)
            document->layer[i].policy = -1;
}
