/* Models as layers, and their inputs. The loader has turned their configuration
   into calls; nothing of it is left as a parameter. */
#include "validator/families/common.h"

/* ---- InputLayer ---- */

static const struct al_param input_params[] = {
    {.key = "batch_shape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_NULLABLE, .count_min = 1,
     .count_max = AL_MAX_RANK},
    {.key = "dtype", .type = AL_PARAM_DTYPE, .standard = "\"float32\""},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
    AL_FIXED_KEY("ragged", "false", "ragged tensors are not computed"),
    AL_IGNORED_BOOL_KEY("optional"),
};

static bool given_fits(const struct al_shape *declared, const struct al_shape *given)
{
    if (declared->rank != given->rank)
        return false;
    for (uint32_t i = 0; i < declared->rank; i++)
        if (declared->dim[i] != -1 && given->dim[i] != -1 && declared->dim[i] != given->dim[i])
            return false;
    return true;
}

/* s->in holds what an outer model gives, or nothing where this is an input of the whole */
static bool infer_input(struct al_site *s)
{
    const struct al_value *batch_shape = al_param_of(s, "batch_shape");
    struct al_shape shape = {.rank = batch_shape->count};
    bool declared = batch_shape->type == AL_VALUE_INTEGERS;
    for (uint32_t i = 0; declared && i < shape.rank; i++)
        shape.dim[i] = batch_shape->integers[i];
    if (!declared && s->in_count == 0)
        return al_site_refuse(s, AL_GRAPH_SHAPE, "a shape", AL_NOTHING,
                              "the model does not say the shape of its input");
    if (declared && s->in_count > 0 && !given_fits(&shape, &s->in[0]))
        return al_site_bad_shape(s, al_shape_show(s->findings, &shape), &s->in[0]);
    /* what the outer model knows of the shape holds inside too */
    for (uint32_t i = 0; declared && s->in_count > 0 && i < shape.rank; i++)
        if (s->in[0].dim[i] != -1)
            shape.dim[i] = s->in[0].dim[i];
    if (!al_site_output(s, declared ? &shape : &s->in[0]))
        return false;
    s->out_dtypes[0] = s->in_count > 0 ? s->in_dtypes[0] : (enum al_dtype)al_param_int(s, "dtype");
    return true;
}

const struct al_row al_row_input_layer = {
    .name = "InputLayer",
    AL_PARAMS(input_params),
    .mask = AL_MASK_PASSES,
    .takes_texts = true,
    .computes = "its input",
    .infer = infer_input,
};

/* ---- Functional and Sequential ---- */

/* call(inputs, training=None, mask=None): a mask for each input, or none */
static const struct al_argument model_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSORS},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    {.name = "mask", .type = AL_ARGUMENT_TENSORS, .flags = AL_ARGUMENT_OPTIONAL},
};

static const char *const functional_names[] = {"Model", NULL};
static const char *const functional_modules[] = {
    "keras.src.models.functional", "keras.src.engine.functional", "tf_keras.src.engine.functional",
    "keras.engine.functional",     "keras.models",                "keras",
    "tf_keras.models",             NULL,
};

const struct al_row al_row_functional = {
    .name = "Functional",
    .other_names = functional_names,
    .modules = functional_modules,
    AL_ARGUMENTS(model_arguments),
    .mask = AL_MASK_OWN,
    .takes_texts = true,
    .weights = "those of its layers",
    .computes = "its graph",
    .infer = al_site_graph,
};

static const char *const sequential_modules[] = {
    "keras",  "keras.models", "keras.src.models.sequential", "keras.src.engine.sequential", "keras.engine.sequential",
    "tf_keras", "tf_keras.models", "tf_keras.src.engine.sequential", NULL,
};

const struct al_row al_row_sequential = {
    .name = "Sequential",
    .modules = sequential_modules,
    AL_ARGUMENTS(model_arguments),
    .mask = AL_MASK_OWN,
    .takes_texts = true,
    .weights = "those of its layers",
    .computes = "its layers, one after the other",
    .infer = al_site_graph,
};
