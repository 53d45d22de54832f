/* Normalization over axes, with what was learnt while training (keras/src/layers/normalization). */
#include "validator/families/common.h"

#define EPSILON_KEY(value) \
    {.key = "epsilon", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1e9, .standard = (value)}
#define AXES_KEY(value) \
    {.key = "axis", .type = AL_PARAM_AXES, .count_min = 1, .count_max = AL_MAX_RANK, .standard = (value)}
#define ONE_AXIS_KEY {.key = "axis", .type = AL_PARAM_AXES, .count_min = 1, .count_max = 1, .standard = "-1"}
#define CENTER_SCALE_KEYS \
    AL_BOOL_KEY("center", "true"), AL_BOOL_KEY("scale", "true"), AL_CREATION_KEYS("beta"), AL_CREATION_KEYS("gamma")

/* The dimensions of the axes that `axis` names, in its order: Keras 3 sorts the list
   before it writes it, Keras 2 does not, and lays the weights out so. */
static bool axes_shape(struct al_site *s, struct al_shape *out)
{
    uint32_t axes[AL_MAX_RANK], count;
    const struct al_value *named = al_param_of(s, "axis");
    if (!al_site_axes(s, "axis", s->in[0].rank, axes, &count))
        return false;
    *out = (struct al_shape){.rank = count};
    for (uint32_t i = 0; i < count; i++)
        out->dim[i] = s->in[0].dim[named->integers[i] < 0 ? named->integers[i] + s->in[0].rank : named->integers[i]];
    return true;
}

static bool demand_affine(struct al_site *s, const struct al_shape *shape, bool gamma, bool beta)
{
    return (!gamma || al_demand(s, "gamma", shape, true)) && (!beta || al_demand(s, "beta", shape, true));
}

/* ---- BatchNormalization ---- */

static const struct al_param batch_params[] = {
    AXES_KEY("-1"),
    EPSILON_KEY("0.001"),
    {.key = "momentum", .type = AL_PARAM_IGNORED_NUMBER},
    CENTER_SCALE_KEYS,
    AL_INITIALIZER_KEY("moving_mean_initializer"),
    AL_INITIALIZER_KEY("moving_variance_initializer"),
    AL_BOOL_KEY("renorm", "false"),
    {.key = "renorm_clipping", .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE},
    {.key = "renorm_momentum", .type = AL_PARAM_IGNORED_NUMBER, .flags = AL_PARAM_NULLABLE},
    AL_IGNORED_BOOL_KEY("synchronized"),
    AL_IGNORED_BOOL_KEY("fused"),
    AL_FIXED_KEY("virtual_batch_size", "null", "batches of another size than the given one are not computed"),
};

/* renorm keeps three more numbers per channel, which only training reads */
static bool infer_batch(struct al_site *s)
{
    struct al_shape n, whole = {.rank = s->in[0].rank};
    const struct al_value *named = al_param_of(s, "axis");
    if (!axes_shape(s, &n))
        return false;
    if (n.rank != 1 && !al_model_is_keras2(s->model))
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "one axis", al_found(s->findings, "%u axes", n.rank),
                              "Keras 3 normalizes batches over one axis");
    /* over several axes Keras 2 keeps the input's axes, the others of length 1 */
    for (uint32_t i = 0; i < whole.rank; i++)
        whole.dim[i] = 1;
    for (uint32_t i = 0; n.rank > 1 && i < n.rank; i++)
        whole.dim[named->integers[i] < 0 ? named->integers[i] + whole.rank : named->integers[i]] = n.dim[i];
    n = n.rank > 1 ? whole : n;
    if (!demand_affine(s, &n, al_param_bool(s, "scale"), al_param_bool(s, "center")) ||
        !al_demand(s, "moving_mean", &n, false) || !al_demand(s, "moving_variance", &n, false))
        return false;
    if (al_param_bool(s, "renorm") &&
        (!al_demand(s, "moving_stddev", &n, false) || !al_demand(s, "renorm_mean", &n, false) ||
         !al_demand(s, "renorm_stddev", &n, false)))
        return false;
    return al_site_same(s);
}

static const char *const batch_names[] = {"BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization",
                                          NULL};

const struct al_row al_row_batch_normalization = {
    .name = "BatchNormalization",
    .other_names = batch_names,
    AL_PARAMS(batch_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .weights = "gamma, beta, moving_mean, moving_variance (each: length of the axis)",
    .computes = "gamma · (x - moving_mean) / √(moving_variance + epsilon) + beta",
    .infer = infer_batch,
};

/* ---- LayerNormalization ---- */

static const struct al_param layer_params[] = {
    AXES_KEY("-1"),
    EPSILON_KEY("0.001"),
    CENTER_SCALE_KEYS,
    AL_BOOL_KEY("rms_scaling", "false"),
};

static bool infer_layer(struct al_site *s)
{
    struct al_shape n;
    bool rms = al_param_bool(s, "rms_scaling");
    return al_site_real_input(s, false) && axes_shape(s, &n) &&
           demand_affine(s, &n, al_param_bool(s, "scale") || rms, al_param_bool(s, "center") && !rms) &&
           al_site_same(s);
}

const struct al_row al_row_layer_normalization = {
    .name = "LayerNormalization",
    AL_PARAMS(layer_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .weights = "gamma, beta (each: lengths of the axes)",
    .computes =
        "gamma · (x - mean) / √(variance + epsilon) + beta over the axes; rms_scaling: gamma · x / √(variance + "
        "epsilon)",
    .infer = infer_layer,
};

/* ---- GroupNormalization ---- */

static const struct al_param group_params[] = {
    {.key = "groups", .type = AL_PARAM_INTEGER, .minimum = -1, .maximum = AL_MAX_UNITS, .standard = "32"},
    ONE_AXIS_KEY,
    EPSILON_KEY("0.001"),
    CENTER_SCALE_KEYS,
};

static bool infer_group(struct al_site *s)
{
    struct al_shape n;
    int64_t groups = al_param_int(s, "groups");
    if (!al_site_real_input(s, false) || !axes_shape(s, &n))
        return false;
    if (groups == -1)
        groups = n.dim[0];
    if (groups < 1 || n.dim[0] < 1 || n.dim[0] % groups != 0)
        return al_site_bad_shape(s, "a number of channels that groups divides", &s->in[0]);
    return demand_affine(s, &n, al_param_bool(s, "scale"), al_param_bool(s, "center")) && al_site_same(s);
}

const struct al_row al_row_group_normalization = {
    .name = "GroupNormalization",
    AL_PARAMS(group_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK - 1,
    .weights = "gamma, beta (each: length of the axis)",
    .computes =
        "gamma · (x - mean) / √(variance + epsilon) + beta, over all but the batch within each group of channels",
    .infer = infer_group,
};

/* ---- RMSNormalization, UnitNormalization ---- */

static const struct al_param rms_params[] = {AXES_KEY("-1"), EPSILON_KEY("1e-06")};

static bool infer_rms(struct al_site *s)
{
    struct al_shape n;
    return al_site_real_input(s, false) && axes_shape(s, &n) && al_demand(s, "scale", &n, true) && al_site_same(s);
}

const struct al_row al_row_rms_normalization = {
    .name = "RMSNormalization",
    AL_PARAMS(rms_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .weights = "scale (lengths of the axes)",
    .computes = "scale · x / √(mean(x²) + epsilon) over the axes",
    .infer = infer_rms,
};

static const struct al_param unit_params[] = {AXES_KEY("-1")};

static bool infer_unit(struct al_site *s)
{
    struct al_shape n;
    return al_site_real_input(s, false) && axes_shape(s, &n) && al_site_same(s);
}

const struct al_row al_row_unit_normalization = {
    .name = "UnitNormalization",
    AL_PARAMS(unit_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x / √max(Σ x², 1e-24) over the axes",
    .infer = infer_unit,
};

/* ---- SpectralNormalization ---- */

static const struct al_param spectral_params[] = {
    {.key = "layer", .type = AL_PARAM_LAYER, .flags = AL_PARAM_REQUIRED},
    {.key = "power_iterations", .type = AL_PARAM_IGNORED_NUMBER},
};

/* The wrapper's first variable is the inner kernel under a second name: the v3 layout
   stores it twice, the legacy one once. */
static bool infer_spectral(struct al_site *s)
{
    uint32_t child = (uint32_t)al_param_int(s, "layer"), count;
    struct al_shape *out;
    enum al_dtype *dtypes;
    if (!al_site_real_input_always(s) || !al_site_call_child(s, child, 1, s->in, s->in_dtypes, &count, &out, &dtypes))
        return false;
    const struct al_layer *inner = &s->model->layers[child];
    if (count != 1 || inner->demand_count == 0 || inner->demands[0].shape.rank == 0)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "a layer with a kernel", AL_NOTHING,
                              "SpectralNormalization wraps a layer without a kernel");
    const struct al_weight kernel = inner->demands[0];
    struct al_shape u = al_shape_2(1, kernel.shape.dim[kernel.shape.rank - 1]);
    if (!al_demand_typed(s, kernel.name, &kernel.shape, true, kernel.dtype, true) ||
        !al_demand(s, "vector_u", &u, false) || !al_site_output(s, &out[0]))
        return false;
    s->out_dtypes[0] = dtypes[0];
    return true;
}

const struct al_row al_row_spectral_normalization = {
    .name = "SpectralNormalization",
    AL_PARAMS(spectral_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_OWN,
    .weights = "the kernel of its layer once more, vector_u (1, last dimension of the kernel); those of its layer",
    .computes = "its layer; only training changes the kernel",
    .infer = infer_spectral,
};

/* ---- LayerScale: ConvNeXt's own class (keras/src/applications/convnext.py) ---- */

static const char *const scale_modules[] = {"keras.src.applications.convnext", "keras.applications.convnext", NULL};

static const struct al_param scale_params[] = {
    {.key = "init_values", .type = AL_PARAM_IGNORED_NUMBER},
    AL_UNITS_KEY("projection_dim"),
};
static const struct al_argument scale_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
};

static bool infer_scale(struct al_site *s)
{
    struct al_shape gamma = al_shape_1(al_param_int(s, "projection_dim"));
    if (s->in[0].dim[s->in[0].rank - 1] != gamma.dim[0])
        return al_site_bad_shape(s, "a last axis as long as projection_dim", &s->in[0]);
    return al_demand(s, "gamma", &gamma, true) && al_site_same(s);
}

const struct al_row al_row_layer_scale = {
    .name = "LayerScale",
    .modules = scale_modules,
    AL_PARAMS(scale_params),
    AL_ARGUMENTS(scale_arguments),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .weights = "gamma (projection_dim)",
    .computes = "gamma · x over the last axis",
    .infer = infer_scale,
};
