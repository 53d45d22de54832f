/* Raw operations that pick, order and stack parts of tensors (keras.src.ops.numpy). */
#include "validator/families/operations.h"
#include "validator/slicing.h"

/* ---- GetItem ---- */

static const struct al_argument get_item_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "key", .type = AL_ARGUMENT_INDEX},
};

static bool infer_get_item(struct al_site *s)
{
    struct al_shape out;
    if (!al_index_shape(s, al_site_constant(s, "key"), &s->in[0], &out) || !al_site_output(s, &out))
        return false;
    s->out_dtypes[0] = s->in_dtypes[0];
    return true;
}

static const char *const get_item_functions[] = {"__operators__.getitem", NULL};

const struct al_row al_row_get_item = {
    AL_OPERATION("GetItem", al_modules_numpy, get_item_functions),
    AL_ARGUMENTS(get_item_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x[key]",
    .infer = infer_get_item,
};
