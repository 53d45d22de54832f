/* Layers that act only while training (keras/src/layers/regularization): the
   identity at inference. */
#include "validator/families/common.h"

#define RATE_KEY(name) {.key = (name), .type = AL_PARAM_IGNORED_NUMBER}

static const struct al_param dropout_params[] = {
    RATE_KEY("rate"),
    AL_SEED_KEY("seed"),
    {.key = "noise_shape", .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE},
};
static const struct al_param spatial_dropout_params[] = {
    RATE_KEY("rate"),
    AL_SEED_KEY("seed"),
    {.key = "noise_shape", .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE},
    {.key = "data_format", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE},
};
static const struct al_param noise_params[] = {RATE_KEY("stddev"), AL_SEED_KEY("seed")};
static const struct al_param activity_params[] = {RATE_KEY("l1"), RATE_KEY("l2")};

#define IDENTITY_ROW(symbol, class_name, keys, ranks_min, ranks_max) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .decision = AL_IDENTITY, \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_PASSES, \
        .rank_min = (ranks_min), \
        .rank_max = (ranks_max), \
        .computes = "x", \
        .infer = al_site_same, \
    }

IDENTITY_ROW(dropout, "Dropout", dropout_params, 0, 0);
IDENTITY_ROW(spatial_dropout1d, "SpatialDropout1D", spatial_dropout_params, 3, 3);
IDENTITY_ROW(spatial_dropout2d, "SpatialDropout2D", spatial_dropout_params, 4, 4);
IDENTITY_ROW(spatial_dropout3d, "SpatialDropout3D", spatial_dropout_params, 5, 5);
IDENTITY_ROW(alpha_dropout, "AlphaDropout", dropout_params, 0, 0);
IDENTITY_ROW(gaussian_dropout, "GaussianDropout", dropout_params, 0, 0);
IDENTITY_ROW(gaussian_noise, "GaussianNoise", noise_params, 0, 0);
IDENTITY_ROW(activity_regularization, "ActivityRegularization", activity_params, 0, 0);
