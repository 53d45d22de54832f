/* How a model was compiled and built: of no use to a prediction, and a place where
   objects that run code have been hidden. The form is checked, the rest dropped. */
#include "loader/keras/reading.h"
#include "loader/keras/training_names.h"

#include <string.h>

static const char *const compile_keys[] = {
    "optimizer",          "optimizer_config",    "loss",        "loss_weights",    "metrics",
    "weighted_metrics",   "sample_weight_mode",  "run_eagerly", "jit_compile",     "steps_per_execution",
    "auto_scale_loss",    "optimizer_class_name", "loss_fn",    "target_tensors",  NULL};

static const char *const object_keys[] = {"class_name",   "config",         "module", "registered_name",
                                          "build_config", "compile_config", "shared_object_id", NULL};

/* where a name stands: what the compiler calls a loss or metric, or just a word in somebody's settings */
enum role { ROLE_NAME, ROLE_SETTING };

static bool custom(struct al_keras *k, struct al_text name, const struct al_place *place)
{
    return al_find(k->findings, AL_KERAS_CUSTOM_TRAINING_FUNCTION, place, NULL, name,
                   "a loss, metric or optimizer of the author's own was named for training; nothing is looked up and "
                   "it is dropped");
}

static bool is_identifier(struct al_text name)
{
    if (name.length == 0 || name.length > AL_MAX_NAME_BYTES || (name.at[0] >= '0' && name.at[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
        if (!letter && !(c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

/* "package>Name", as @keras.saving.register_keras_serializable names a class. */
static bool is_registered(struct al_text name)
{
    const char *split = name.length > 0 ? memchr(name.at, '>', name.length) : NULL;
    if (split == NULL)
        return is_identifier(name);
    struct al_text package = {name.at, (size_t)(split - name.at)};
    struct al_text rest = {split + 1, name.length - package.length - 1};
    return package.length > 0 && package.length <= AL_MAX_NAME_BYTES && is_identifier(rest);
}

static bool check_name(struct al_keras *k, struct al_text name, const struct al_place *place)
{
    if (al_keras_training_name(name))
        return true;
    if (is_registered(name))
        return custom(k, name, place);
    return al_find(k->findings, AL_KERAS_CALLABLE, place, "the name of a loss, metric or optimizer", name,
                   "something else than a name");
}

static bool check_value(struct al_keras *k, json_t *json, const struct al_place *place, enum role role);

static bool check_items(struct al_keras *k, json_t *json, const struct al_place *place, enum role role)
{
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct al_place at = al_place_index(place, i);
        if (!check_value(k, json_array_get(json, i), &at, role))
            return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        if (!check_value(k, value, &at, role))
            return false;
    }
    return true;
}

static bool check_function(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place)
{
    if (o->module.at != NULL && !al_text_is(o->module, "builtins"))
        return al_keras_refuse_callable(k, o, place);
    if (!json_is_string(o->config))
        return al_find(k->findings, AL_KERAS_CALLABLE, place, "the name of a function",
                       al_json_show(k->findings, o->config), "a function that is more than a name");
    return check_name(k, al_json_text(o->config), place);
}

/* Keras's own classes, and registered ones of the author: both only named, never built. */
static bool check_class(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place)
{
    struct al_text name = o->class_name;
    if (al_text_is(name, "DTypePolicy") || al_text_is(name, "Policy"))
        return true;
    bool known = al_keras_training_class(name);
    if (o->module.at != NULL)
        return (known && al_keras_training_module(o->module)
                && (o->registered_name.at == NULL || al_text_equal(o->registered_name, name)
                    || al_keras_training_class(o->registered_name)))
               || al_keras_unknown_class(k, o, place, "a loss, metric or optimizer");
    if (known)
        return true;
    struct al_text registered = o->registered_name.at != NULL ? o->registered_name : name;
    if (is_registered(registered) && is_registered(name))
        return custom(k, registered, place);
    return al_keras_unknown_class(k, o, place, "a loss, metric or optimizer");
}

static bool check_object(struct al_keras *k, json_t *json, const struct al_place *place)
{
    struct al_keras_object o;
    if (!al_keras_object(k, json, place, &o) || !al_keras_only_keys(k, json, place, object_keys))
        return false;
    if (al_text_is(o.class_name, "function"))
        return check_function(k, &o, place);
    if (al_keras_untag(k, json) != json)
        return true;
    if (!al_keras_refuse_callable(k, &o, place) || !check_class(k, &o, place))
        return false;
    struct al_place at = al_place_key(place, al_text_of("config"));
    if (o.config != NULL && !json_is_null(o.config) && !json_is_object(o.config))
        return al_find(k->findings, AL_KERAS_FORM, &at, "an object", al_json_show(k->findings, o.config),
                       "settings of another kind");
    return check_items(k, o.config, &at, ROLE_SETTING);
}

static bool check_value(struct al_keras *k, json_t *json, const struct al_place *place, enum role role)
{
    if (json_is_object(json) && json_object_get(json, "class_name") != NULL)
        return check_object(k, json, place);
    if (json_is_string(json) && role == ROLE_NAME)
        return check_name(k, al_json_text(json), place);
    return check_items(k, json, place, role);
}

static bool names_functions(const char *key)
{
    return strcmp(key, "loss") == 0 || strcmp(key, "metrics") == 0 || strcmp(key, "weighted_metrics") == 0 ||
           strcmp(key, "optimizer") == 0;
}

static bool check_compiled(struct al_keras *k, json_t *json, const struct al_place *place)
{
    if (json == NULL || json_is_null(json))
        return true;
    if (!json_is_object(json))
        return al_find(k->findings, AL_KERAS_FORM, place, "an object or null", al_json_show(k->findings, json),
                       "a training configuration of another kind");
    if (!al_keras_only_keys(k, json, place, compile_keys))
        return false;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        if (!check_value(k, value, &at, names_functions(key) ? ROLE_NAME : ROLE_SETTING))
            return false;
    }
    return true;
}

bool al_keras_compile_config(struct al_keras *k, json_t *json, const struct al_place *place)
{
    return check_compiled(k, json, place);
}

bool al_keras_training_config(struct al_keras *k, json_t *json, const struct al_place *place)
{
    return check_compiled(k, json, place);
}

/* Shapes, types and words by name: what Layer.get_build_config gives. */
static bool is_plain(struct al_keras *k, json_t *json, const struct al_place *place, const char *key, uint32_t depth)
{
    if (al_keras_is_object(json)) {
        struct al_keras_object o;
        if (!al_keras_object(k, json, place, &o) || !al_keras_refuse_callable(k, &o, place))
            return false;
        return al_keras_bad_value(k, place, "a shape", json, key);
    }
    if (depth > 8)
        return al_keras_bad_value(k, place, "a shape", json, key);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct al_place at = al_place_index(place, i);
        if (!is_plain(k, json_array_get(json, i), &at, key, depth + 1))
            return false;
    }
    const char *inner;
    json_t *value;
    json_object_foreach(json, inner, value) {
        struct al_place at = al_place_key(place, al_text_of(inner));
        if (!is_plain(k, value, &at, inner, depth + 1))
            return false;
    }
    return !json_is_real(json) || al_keras_bad_value(k, place, "a shape", json, key);
}

bool al_keras_build_config(struct al_keras *k, json_t *json, const struct al_place *place)
{
    if (json == NULL || json_is_null(json))
        return true;
    if (!json_is_object(json))
        return al_find(k->findings, AL_KERAS_FORM, place, "an object or null", al_json_show(k->findings, json),
                       "a build configuration of another kind");
    return is_plain(k, json, place, "build_config", 0);
}
