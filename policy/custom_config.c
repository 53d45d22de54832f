/* The configuration keys of a custom layer: types, ranges, defaults. See custom.h. */
#include "policy/custom_draft.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const double MOST_INTEGER = 9007199254740992.0; /* 2^53, where a double is exact */

struct key_draft {
    struct al_custom_key key;
    bool minimum, maximum;
};

static bool read_type(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct key_draft *d = into;
    size_t count = 0, type = 0;
    while (al_custom_type_names[count] != NULL)
        count++;
    bool good = al_read_choice(r, value, place, al_custom_type_names, count, sizeof al_custom_type_names[0], &type);
    d->key.type = (enum al_custom_type)type;
    return good;
}

static bool read_minimum(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct key_draft *d = into;
    d->minimum = true;
    return al_read_real(r, value, place, &d->key.minimum);
}

static bool read_maximum(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct key_draft *d = into;
    d->maximum = true;
    return al_read_real(r, value, place, &d->key.maximum);
}

static bool read_choices(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct key_draft *d = into;
    const char *const *list = NULL;
    size_t count = 0;
    if (!al_read_texts(r, value, place, &list, &count))
        return false;
    const char **ended = al_arena_alloc(r->arena, count + 1, sizeof *ended);
    if (ended == NULL)
        return al_read_no_memory(r);
    memcpy(ended, list, count * sizeof *ended);
    d->key.choices = ended;
    return true;
}

static bool read_default(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct key_draft *d = into;
    if (json_is_object(value) || json_is_array(value))
        return al_read_wrong_type(r, value, place, "null, true, false, a number or text");
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17));
    d->key.standard = text != NULL ? al_arena_copy(r->arena, text, strlen(text)) : NULL;
    free(text);
    return d->key.standard != NULL || al_read_no_memory(r);
}

/* The default must be a value that a file could have, too. */
static bool default_fits(struct al_reader *r, const struct al_custom_key *key, const json_t *value,
                         const struct al_place *place)
{
    struct al_place here = al_place_key(place, al_text_of("default"));
    bool good = true;
    if (value == NULL)
        return true;
    if (key->type == AL_CUSTOM_INTEGER || key->type == AL_CUSTOM_NUMBER) {
        double number = json_number_value(value);
        good = (key->type == AL_CUSTOM_INTEGER ? json_is_integer(value) : json_is_number(value))
            && number >= key->minimum && number <= key->maximum;
    } else if (key->type == AL_CUSTOM_BOOLEAN) {
        good = json_is_boolean(value);
    } else if (key->type == AL_CUSTOM_CHOICE) {
        good = false;
        for (size_t i = 0; json_is_string(value) && key->choices[i] != NULL; i++)
            good |= al_text_is(al_json_text(value), key->choices[i]);
    } else if (key->type == AL_CUSTOM_TEXT) {
        good = json_is_string(value);
    } else {
        good = json_is_null(value);
    }
    return good || al_find(r->findings, AL_POLICY_VALUE, &here, "a value that the key may have", AL_NOTHING,
                           "the default is not of the key's type or range");
}

static bool check_key(struct al_reader *r, struct key_draft *d, const struct al_place *place)
{
    bool ranged = d->key.type == AL_CUSTOM_INTEGER || d->key.type == AL_CUSTOM_NUMBER;
    double most = d->key.type == AL_CUSTOM_INTEGER ? MOST_INTEGER : DBL_MAX;
    if (!ranged && (d->minimum || d->maximum))
        return al_find(r->findings, AL_POLICY_DECLARATION, place, NULL, AL_NOTHING,
                       "only integers and numbers have a minimum and a maximum");
    if ((d->key.type == AL_CUSTOM_CHOICE) != (d->key.choices != NULL && d->key.choices[0] != NULL))
        return al_find(r->findings, AL_POLICY_DECLARATION, place, NULL, AL_NOTHING,
                       "choices belong to the type \"choice\", and to it alone");
    if (!ranged)
        return true;
    d->key.minimum = d->minimum ? d->key.minimum : -most;
    d->key.maximum = d->maximum ? d->key.maximum : most;
    bool whole = d->key.type == AL_CUSTOM_NUMBER
              || (d->key.minimum == floor(d->key.minimum) && d->key.maximum == floor(d->key.maximum));
    if (whole && d->key.minimum < d->key.maximum && d->key.minimum >= -most && d->key.maximum <= most)
        return true;
    return al_find(r->findings, AL_POLICY_DECLARATION, place, "a minimum below the maximum", AL_NOTHING,
                   "the range of this key cannot be used");
}

static bool read_key(struct al_reader *r, struct al_draft *draft, struct al_text name, const json_t *value,
                     const struct al_place *place)
{
    static const struct al_member members[] = {
        {"type", true, read_type},       {"minimum", false, read_minimum}, {"maximum", false, read_maximum},
        {"choices", false, read_choices}, {"default", false, read_default},
    };
    struct key_draft d = {0};
    d.key.name = al_arena_copy(r->arena, name.at, name.length);
    if (d.key.name == NULL)
        return al_read_no_memory(r);
    if (al_text_is(name, "name") || al_text_is(name, "trainable") || al_text_is(name, "dtype"))
        return al_find(r->findings, AL_POLICY_DECLARATION, place, NULL, name, "every layer has this key already");
    if (!al_read_object(r, &d, value, place, members, sizeof members / sizeof members[0])
        || !check_key(r, &d, place) || !default_fits(r, &d.key, json_object_get(value, "default"), place))
        return false;
    uint32_t i = draft->custom->key_count++;
    bool whole = d.key.type == AL_CUSTOM_INTEGER || d.key.type == AL_CUSTOM_BOOLEAN;
    draft->keys[i] = d.key;
    draft->whole[i] = whole ? d.key.name : "";
    draft->numbers[i] = whole || d.key.type == AL_CUSTOM_NUMBER ? d.key.name : "";
    return true;
}

bool al_read_draft_config(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    if (!json_is_object(value))
        return al_read_wrong_type(r, value, place, "an object");
    size_t count = json_object_size(value);
    draft->keys = al_arena_alloc(r->arena, count, sizeof *draft->keys);
    draft->whole = al_arena_alloc(r->arena, count, sizeof *draft->whole);
    draft->numbers = al_arena_alloc(r->arena, count, sizeof *draft->numbers);
    if (draft->keys == NULL || draft->whole == NULL || draft->numbers == NULL)
        return al_read_no_memory(r);
    draft->custom->keys = draft->keys;
    bool good = true;
    const char *key;
    size_t length;
    json_t *item;
    json_object_keylen_foreach((json_t *)(uintptr_t)value, key, length, item) {
        struct al_text name = {key, length};
        struct al_place here = al_place_key(place, name);
        /* a layer may well have a key "note": only text is a remark of the policy's author */
        if (!al_text_is(name, "note") || !json_is_string(item))
            good &= read_key(r, draft, name, item, &here);
    }
    draft->wrong |= !good;
    return good;
}
