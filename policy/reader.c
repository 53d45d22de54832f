/* See reader.h. */
#include "policy/reader.h"

#include "base/limits.h"
#include "policy/suggest.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool al_read_no_memory(struct al_reader *r)
{
    r->findings->failed = true;
    return false;
}

bool al_read_wrong_type(struct al_reader *r, const json_t *value, const struct al_place *place, const char *expected)
{
    return al_find(r->findings, AL_POLICY_TYPE, place, expected, al_json_show(r->findings, value),
                   "wrong type of value");
}

bool al_read_unknown(struct al_reader *r, enum al_finding_id id, const char *what, struct al_text name,
                     const struct al_place *place, const char *const *known, size_t count, size_t stride)
{
    const char *near = al_suggest(name, known, count, stride);
    const char *shown = al_show(r->findings, name);
    if (near != NULL)
        return al_find(r->findings, id, place, near, name, "unknown %s \"%s\"; did you mean \"%s\"?", what, shown,
                       near);
    return al_find(r->findings, id, place, NULL, name, "unknown %s \"%s\"", what, shown);
}

static const struct al_member *member_of(struct al_text key, const struct al_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (al_text_is(key, members[i].key))
            return &members[i];
    return NULL;
}

static bool check_keys(struct al_reader *r, json_t *object, const struct al_place *place,
                       const struct al_member *members, size_t count)
{
    bool good = true;
    const char *key;
    size_t length;
    json_t *value;
    json_object_keylen_foreach(object, key, length, value) {
        struct al_text name = {key, length};
        struct al_place here = al_place_key(place, name);
        if (al_text_is(name, "note"))
            good &= json_is_string(value) || al_read_wrong_type(r, value, &here, "text");
        else if (member_of(name, members, count) == NULL)
            good &= al_read_unknown(r, AL_POLICY_UNKNOWN, "key", name, &here, &members[0].key, count,
                                    sizeof *members);
    }
    return good;
}

bool al_read_object(struct al_reader *r, void *into, const json_t *value, const struct al_place *place,
                    const struct al_member *members, size_t count)
{
    if (!json_is_object(value))
        return al_read_wrong_type(r, value, place, "an object");
    /* jansson's iterators want an object that may be written; none of this writes */
    bool good = check_keys(r, (json_t *)(uintptr_t)value, place, members, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_object_get(value, members[i].key);
        struct al_place here = al_place_key(place, al_text_of(members[i].key));
        if (item != NULL)
            good &= members[i].read(r, into, item, &here);
        else if (members[i].required)
            good &= al_find(r->findings, AL_POLICY_MISSING, &here, members[i].key, AL_NOTHING,
                            "the key \"%s\" must be there", members[i].key);
    }
    return good;
}

bool al_read_list(struct al_reader *r, void *into, const json_t *value, const struct al_place *place, size_t most,
                  bool (*read)(struct al_reader *r, void *into, size_t index, const json_t *value,
                               const struct al_place *place))
{
    if (!json_is_array(value))
        return al_read_wrong_type(r, value, place, "a list");
    size_t count = json_array_size(value);
    if (count > most)
        return al_find(r->findings, AL_POLICY_VALUE, place, al_found(r->findings, "at most %zu", most).at,
                       al_found(r->findings, "%zu", count), "the list is too long");
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        struct al_place here = al_place_index(place, i);
        good &= read(r, into, i, json_array_get(value, i), &here);
    }
    return good;
}

bool al_read_bool(struct al_reader *r, const json_t *value, const struct al_place *place, bool *out)
{
    if (!json_is_boolean(value))
        return al_read_wrong_type(r, value, place, "true or false");
    *out = json_is_true(value);
    return true;
}

bool al_read_integer(struct al_reader *r, const json_t *value, const struct al_place *place, int64_t minimum,
                     int64_t maximum, int64_t *out)
{
    if (!json_is_integer(value))
        return al_read_wrong_type(r, value, place, "an integer");
    int64_t number = json_integer_value(value);
    if (number < minimum || number > maximum)
        return al_find(r->findings, AL_POLICY_VALUE, place,
                       al_found(r->findings, "%" PRId64 " to %" PRId64, minimum, maximum).at,
                       al_found(r->findings, "%" PRId64, number), "the number is out of range");
    *out = number;
    return true;
}

bool al_read_real(struct al_reader *r, const json_t *value, const struct al_place *place, double *out)
{
    if (!json_is_number(value) || !isfinite(json_number_value(value)))
        return al_read_wrong_type(r, value, place, "a number");
    *out = json_number_value(value);
    return true;
}

static bool printable(struct al_text text)
{
    for (size_t at = 0; at < text.length;)
        if (al_utf8_unsafe(al_utf8_next(text.at, text.length, &at)))
            return false;
    return true;
}

bool al_read_text(struct al_reader *r, const json_t *value, const struct al_place *place, const char **out)
{
    if (!json_is_string(value))
        return al_read_wrong_type(r, value, place, "text");
    struct al_text text = al_json_text(value);
    if (text.length == 0 || text.length > AL_MAX_NAME_BYTES || !printable(text))
        return al_find(r->findings, AL_POLICY_VALUE, place, "1 to 512 bytes of printable text", text,
                       "this text cannot be used");
    *out = al_arena_copy(r->arena, text.at, text.length);
    return *out != NULL || al_read_no_memory(r);
}


static bool read_one_text(struct al_reader *r, void *into, size_t index, const json_t *value,
                          const struct al_place *place)
{
    const char **list = into;
    if (!al_read_text(r, value, place, &list[index]))
        return false;
    for (size_t i = 0; i < index; i++)
        if (list[i] != NULL && strcmp(list[i], list[index]) == 0)
            return al_find(r->findings, AL_POLICY_DUPLICATE, place, NULL, al_text_of(list[index]),
                           "\"%s\" stands twice in the list", al_show(r->findings, al_text_of(list[index])));
    return true;
}

bool al_read_texts(struct al_reader *r, const json_t *value, const struct al_place *place, const char *const **out,
                   size_t *count)
{
    const char **list = al_arena_alloc(r->arena, json_array_size(value), sizeof *list);
    if (list == NULL)
        return al_read_no_memory(r);
    if (!al_read_list(r, list, value, place, AL_MAX_CUSTOM, read_one_text))
        return false;
    *out = list;
    *count = json_array_size(value);
    return true;
}

bool al_read_choice(struct al_reader *r, const json_t *value, const struct al_place *place,
                    const char *const *choices, size_t count, size_t stride, size_t *out)
{
    if (!json_is_string(value))
        return al_read_wrong_type(r, value, place, "text");
    struct al_text name = al_json_text(value);
    for (size_t i = 0; i < count; i++) {
        const char *choice = *(const char *const *)(const void *)((const char *)choices + i * stride);
        if (al_text_is(name, choice)) {
            *out = i;
            return true;
        }
    }
    return al_read_unknown(r, AL_POLICY_VALUE, "value", name, place, choices, count, stride);
}
