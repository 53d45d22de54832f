/* Initializers, regularizers, constraints and seeds: they matter while a model is
   trained, never when it predicts. Their form is held against closed lists, so that no
   other object can hide among them, and then they are dropped. */
#include "loader/keras/reading.h"

#include <string.h>

enum { NESTED_LISTS = 3 };

static const char *const initializers[] = {
    "Constant", "constant", "Zeros", "zeros", "zero", "Ones", "ones", "one", "Identity", "identity",
    "IdentityInitializer", "STFT", "STFTInitializer", "stft", "Orthogonal", "orthogonal", "OrthogonalInitializer",
    "RandomNormal", "random_normal", "normal", "RandomUniform", "random_uniform", "uniform", "TruncatedNormal",
    "truncated_normal", "VarianceScaling", "variance_scaling", "GlorotNormal", "glorot_normal", "GlorotUniform",
    "glorot_uniform", "HeNormal", "he_normal", "HeUniform", "he_uniform", "LecunNormal", "lecun_normal",
    "LecunUniform", "lecun_uniform", NULL};
static const char *const regularizers[] = {"L1", "l1", "L2", "l2", "L1L2", "l1_l2", "l1l2", "OrthogonalRegularizer",
                                           "orthogonal_regularizer", NULL};
static const char *const constraints[] = {"MaxNorm", "max_norm", "maxnorm", "MinMaxNorm", "min_max_norm", "NonNeg",
                                          "non_neg", "nonneg", "UnitNorm", "unit_norm", "unitnorm",
                                          "RadialConstraint", "radial_constraint", NULL};
static const char *const seeds[] = {"SeedGenerator", NULL};

static const char *const initializer_modules[] = {
    "keras.initializers", "tf_keras.initializers", "keras.initializers.initializers",
    "keras.src.initializers.random_initializers", "keras.src.initializers.constant_initializers",
    "keras.src.initializers.initializers", "keras.initializers.initializers_v2", "keras.src.initializers", NULL};
static const char *const regularizer_modules[] = {"keras.regularizers", "tf_keras.regularizers",
                                                  "keras.src.regularizers.regularizers", "keras.src.regularizers",
                                                  NULL};
static const char *const constraint_modules[] = {"keras.constraints", "tf_keras.constraints",
                                                 "keras.src.constraints.constraints", "keras.src.constraints", NULL};
static const char *const seed_modules[] = {"keras.random", "keras.src.random.seed_generator", "keras.src.backend",
                                           "keras.src.random", NULL};

static const struct {
    const char *what;
    const char *const *classes;
    const char *const *modules;
} areas[] = {
    [AL_KERAS_INITIALIZERS] = {"an initializer", initializers, initializer_modules},
    [AL_KERAS_REGULARIZERS] = {"a regularizer", regularizers, regularizer_modules},
    [AL_KERAS_CONSTRAINTS] = {"a constraint", constraints, constraint_modules},
    [AL_KERAS_SEEDS] = {"a seed generator", seeds, seed_modules},
};

static const char *const object_keys[] = {"class_name", "config", "module", "registered_name", "shared_object_id",
                                          "build_config", NULL};

static bool listed(const char *const *list, struct al_text text)
{
    for (; *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

/* Numbers, words, lists of them, and a seed: nothing else is in the configuration of these. */
static bool inert(struct al_keras *k, json_t *json, const struct al_place *place, const char *key, uint32_t depth)
{
    if (al_keras_is_object(json))
        return al_keras_untag(k, json) != json || al_keras_builtin(k, AL_KERAS_SEEDS, json, place);
    if (json_is_object(json) || depth > NESTED_LISTS)
        return al_keras_bad_value(k, place, "a number, a word or a list of them", json, key);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct al_place at = al_place_index(place, i);
        if (!inert(k, json_array_get(json, i), &at, key, depth + 1))
            return false;
    }
    return true;
}

static bool check_config(struct al_keras *k, json_t *config, const struct al_place *place)
{
    const char *key;
    json_t *value;
    if (config == NULL || json_is_null(config))
        return true;
    if (!json_is_object(config))
        return al_find(k->findings, AL_KERAS_FORM, place, "an object", al_json_show(k->findings, config),
                       "an object's configuration of another kind");
    json_object_foreach(config, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        if (!inert(k, value, &at, key, 0))
            return false;
    }
    return true;
}

bool al_keras_builtin(struct al_keras *k, enum al_keras_area area, json_t *json, const struct al_place *place)
{
    struct al_keras_object o;
    const char *what = areas[area].what;
    if (json == NULL || json_is_null(json) || (area == AL_KERAS_SEEDS && json_is_integer(json)))
        return true;
    if (json_is_string(json) && area != AL_KERAS_SEEDS)
        return listed(areas[area].classes, al_json_text(json)) ||
               al_find(k->findings, AL_KERAS_CALLABLE, place, "a built-in name", al_json_text(json),
                       "%s that is not one of Keras's", what);
    if (!al_keras_object(k, json, place, &o) || !al_keras_refuse_callable(k, &o, place))
        return false;
    bool own_name = o.registered_name.at == NULL || al_text_equal(o.registered_name, o.class_name);
    bool own_module = o.module.at == NULL || listed(areas[area].modules, o.module);
    if (!own_name || !own_module || !listed(areas[area].classes, o.class_name))
        return al_keras_unknown_class(k, &o, place, what);
    struct al_place at = al_place_key(place, al_text_of("config"));
    return al_keras_only_keys(k, json, place, object_keys) && check_config(k, o.config, &at);
}
