#include "core/hardware/process.h"

#include "core/hardware/framework.h"

#include <string.h>

static uint64_t bytes(struct lt_constants *r, const char *name, uint64_t otherwise)
{
    return (uint64_t)lt_constants_number(r, name, (double)otherwise);
}

/* With that generation of Keras, else of the framework alone. */
static uint64_t import_bytes(struct lt_constants *r, const char *keras)
{
    uint64_t plain = bytes(r, "host.import_bytes", 0);
    if (keras && strcmp(keras, "none") == 0)
        return plain;
    bool older = keras && strcmp(keras, "2") == 0;
    return bytes(r, older ? "host.keras_2_import_bytes" : "host.keras_3_import_bytes", plain);
}

enum lt_status lt_database_process(struct lt_database *database, const char *framework, const char *keras,
                                   const char *execution, const struct lt_device *device, struct lt_process *out,
                                   struct lt_problems *problems)
{
    struct lt_constants r = {database, framework, problems, LT_OK};
    bool eager = execution && strcmp(execution, "eager") == 0;
    uint64_t compiled = bytes(&r, "host.compiled_op_bytes", 0), each = bytes(&r, "host.eager_op_bytes", compiled);
    *out = (struct lt_process){
        .import_bytes = import_bytes(&r, keras),
        .device_bytes = device->kind == LT_DEVICE_CPU ? 0 : bytes(&r, "host.device_bytes", 0),
        .start_bytes = bytes(&r, "host.start_bytes", 0),
        .op_bytes = eager ? each : bytes(&r, "host.graph_op_bytes", each),
        .compiled_op_bytes = compiled,
        .hole_share = lt_constants_number(&r, "host.hole_share", 0),
    };
    return r.status;
}
