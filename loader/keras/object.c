/* One serialized Keras object, and the rules that stop everything but a closed set
   of classes: the class is a name to be looked up in a table, never something to
   import. Keras's keras.saving.serialization_lib writes these objects. */
#include "loader/keras/reading.h"

#include <string.h>

bool al_keras_no_memory(struct al_keras *k)
{
    return al_find(k->findings, AL_LIMIT_MEMORY, NULL, NULL, AL_NOTHING,
                   "the configuration takes more memory than allowed");
}

bool al_keras_bad_value(struct al_keras *k, const struct al_place *place, const char *expected, json_t *found,
                        const char *key)
{
    return al_find(k->findings, AL_KERAS_BAD_VALUE, place, expected, al_json_show(k->findings, found),
                   "\"%s\" has a value it cannot have", al_show(k->findings, al_text_of(key)));
}

bool al_keras_is_object(json_t *json)
{
    return json_is_object(json) && json_is_string(json_object_get(json, "class_name"));
}

/* An optional text: absent, null and "" are the same. */
static bool optional_text(struct al_keras *k, json_t *json, const char *key, const struct al_place *place,
                          struct al_text *out)
{
    json_t *value = json_object_get(json, key);
    *out = AL_NOTHING;
    if (value == NULL || json_is_null(value))
        return true;
    if (!json_is_string(value)) {
        struct al_place at = al_place_key(place, al_text_of(key));
        return al_keras_bad_value(k, &at, "a string or null", value, key);
    }
    *out = al_json_text(value);
    if (out->length == 0)
        *out = AL_NOTHING;
    return true;
}

bool al_keras_object(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_object *out)
{
    *out = (struct al_keras_object){0};
    if (!json_is_object(json))
        return al_find(k->findings, AL_KERAS_FORM, place, "an object with class_name and config",
                       al_json_show(k->findings, json), "something else than a serialized Keras object");
    json_t *class_name = json_object_get(json, "class_name");
    if (!json_is_string(class_name))
        return al_find(k->findings, AL_KERAS_FORM, place, "a class_name that is a string",
                       al_json_show(k->findings, class_name), "an object without the name of its class");
    out->class_name = al_json_text(class_name);
    out->config = json_object_get(json, "config");
    /* a configuration is a map of settings: an object in its stead would be read by nobody here, and by Keras */
    struct al_place at = al_place_key(place, al_text_of("config"));
    struct al_keras_object inner;
    if (al_keras_is_object(out->config))
        return al_keras_object(k, out->config, &at, &inner) && al_keras_unknown_class(k, &inner, &at, "a configuration");
    json_t *id = json_object_get(json, "shared_object_id");
    return optional_text(k, json, "module", place, &out->module) &&
           optional_text(k, json, "registered_name", place, &out->registered_name) &&
           al_keras_unused(k, json, "shared_object_id", json_is_integer(id), "a number", place);
}

bool al_keras_unused(struct al_keras *k, json_t *holder, const char *key, bool fits, const char *expected,
                     const struct al_place *place)
{
    json_t *value = json_object_get(holder, key);
    struct al_place at = al_place_key(place, al_text_of(key));
    struct al_keras_object o;
    if (fits || value == NULL || json_is_null(value))
        return true;
    /* one that names code says so, as everywhere; an object in an object in this place ends at the depth of JSON */
    if (al_keras_is_object(value) &&
        (!al_keras_object(k, value, &at, &o) || !al_keras_refuse_callable(k, &o, &at)))
        return false;
    return al_keras_bad_value(k, &at, expected, value, key);
}

static bool is_tag(struct al_text name)
{
    return name.length >= 2 && name.at[0] == '_' && name.at[1] == '_';
}

bool al_keras_refuse_callable(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place)
{
    if (al_text_is(o->class_name, "__lambda__"))
        return al_find(k->findings, AL_KERAS_LAMBDA, place, "no code", o->class_name,
                       "marshalled Python bytecode, which Keras would run");
    if (al_text_is(o->class_name, "function"))
        return al_find(k->findings, AL_KERAS_CALLABLE, place, "no function",
                       json_is_string(o->config) ? al_json_text(o->config) : AL_NOTHING,
                       "a Python function, to be imported from module \"%s\"",
                       o->module.at != NULL ? al_show(k->findings, o->module) : "");
    if (is_tag(o->class_name))
        return al_find(k->findings, AL_KERAS_DATA_TAG, place, "a value as this key takes it", o->class_name,
                       "a tagged object where none belongs");
    return true;
}

bool al_keras_unknown_class(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place,
                            const char *what)
{
    if (!al_keras_refuse_callable(k, o, place))
        return false;
    struct al_text registered = o->registered_name;
    bool other = registered.at != NULL && !al_text_equal(registered, o->class_name);
    if (other || memchr(o->class_name.at, '>', o->class_name.length) != NULL)
        return al_find(k->findings, AL_KERAS_REGISTERED_NAME, place, "a class of Keras",
                       other ? registered : o->class_name, "%s \"%s\" is a class of the author's own", what,
                       al_show(k->findings, o->class_name));
    /* a module that classes of Keras do come from is not what is wrong */
    static const char *const homes[] = {"keras", "keras.layers", "keras.initializers", "keras.regularizers",
                                        "keras.constraints", "keras.losses", "keras.metrics", "keras.optimizers",
                                        "tf_keras.layers"};
    bool at_home = o->module.at == NULL;
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        at_home = at_home || al_text_is(o->module, homes[i]);
    if (!at_home)
        return al_find(k->findings, AL_KERAS_MODULE, place, "a class and module of Keras",
                       al_found(k->findings, "%s of %s", al_show(k->findings, o->class_name),
                                al_show(k->findings, o->module)),
                       "%s that is not one of Keras's; Keras would import the module", what);
    return al_find(k->findings, AL_KERAS_CLASS, place, "a class of Keras", o->class_name,
                   "%s of a class that is not in the catalogue", what);
}

bool al_keras_no_objects(struct al_keras *k, json_t *json, const struct al_place *place)
{
    struct al_keras_object o;
    if (json_object_get(json, "class_name") != NULL)
        return al_keras_object(k, json, place, &o) && al_keras_refuse_callable(k, &o, place) &&
               al_keras_bad_value(k, place, "plain text and numbers", json, "class_name");
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        if (!al_keras_no_objects(k, value, &at))
            return false;
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct al_place at = al_place_index(place, i);
        if (!al_keras_no_objects(k, json_array_get(json, i), &at))
            return false;
    }
    return true;
}

/* Slashes separate groups in the legacy layout, so their parts must be names too. */
static bool sound_parts(struct al_text name)
{
    size_t from = 0;
    for (size_t i = 0; i <= name.length; i++) {
        if (i < name.length && name.at[i] != '/')
            continue;
        struct al_text part = {name.at + from, i - from};
        if (part.length == 0 || al_text_is(part, ".") || al_text_is(part, ".."))
            return false;
        from = i + 1;
    }
    return true;
}

bool al_keras_name(struct al_keras *k, json_t *json, const struct al_place *place, struct al_text *out)
{
    static const char expected[] = "1 to 512 bytes, no control characters, not '.' or '..'";
    if (!json_is_string(json))
        return al_find(k->findings, AL_KERAS_NAME, place, expected, al_json_show(k->findings, json),
                       "a name that is not a string");
    struct al_text name = al_json_text(json);
    bool fits = name.length > 0 && name.length <= AL_MAX_NAME_BYTES && sound_parts(name);
    for (size_t at = 0; fits && at < name.length;) {
        uint32_t scalar = al_utf8_next(name.at, name.length, &at);
        fits = scalar >= 0x20 && scalar != 0x7F && !(scalar >= 0x80 && scalar < 0xA0);
        if (scalar == '/' && !k->names_with_slash)
            fits = false;
    }
    if (!fits)
        return al_find(k->findings, AL_KERAS_NAME, place, expected, name, "a name that Keras does not give a layer");
    char *copy = al_arena_copy(k->arena, name.at, name.length);
    if (copy == NULL)
        return al_keras_no_memory(k);
    *out = (struct al_text){copy, name.length};
    return true;
}

bool al_keras_only_keys(struct al_keras *k, json_t *json, const struct al_place *place, const char *const *allowed)
{
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        bool known = false;
        for (size_t i = 0; allowed[i] != NULL && !known; i++)
            known = strcmp(key, allowed[i]) == 0;
        if (!known) {
            struct al_place at = al_place_key(place, al_text_of(key));
            return al_find(k->findings, AL_KERAS_UNKNOWN_KEY, &at, NULL, al_json_show(k->findings, value),
                           "a key that Keras does not write here");
        }
    }
    return true;
}
