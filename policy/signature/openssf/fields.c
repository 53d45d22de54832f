/* Closed objects and the texts in them; see fields.h. */
#include "policy/signature/openssf/fields.h"

#include "base/checked.h"
#include "policy/signature/lines.h"

#include <sodium.h>

static bool is_kind(const json_t *value, enum al_field_kind kind)
{
    switch (kind) {
    case AL_FIELD_TEXT: return json_is_string(value);
    case AL_FIELD_OBJECT: return json_is_object(value);
    case AL_FIELD_LIST: return json_is_array(value);
    case AL_FIELD_BOOLEAN: return json_is_boolean(value);
    case AL_FIELD_NUMBER: return json_is_number(value);
    }
    return false;
}

static const char *kind_word(enum al_field_kind kind)
{
    static const char *const words[] = {[AL_FIELD_TEXT] = "a string",
                                        [AL_FIELD_OBJECT] = "an object",
                                        [AL_FIELD_LIST] = "a list",
                                        [AL_FIELD_BOOLEAN] = "true or false",
                                        [AL_FIELD_NUMBER] = "a number"};
    return words[kind];
}

static bool check_kind(const json_t *value, enum al_field_kind kind, const struct al_place *place,
                       struct al_findings *f)
{
    return is_kind(value, kind) || al_find(f, AL_SIGNATURE_MALFORMED, place, kind_word(kind), al_json_show(f, value),
                                           "A value is of the wrong type");
}

static bool is_known(const char *key, const struct al_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, fields[i].key) == 0)
            return true;
    return false;
}

bool al_fields_read(const json_t *object, const struct al_place *place, const struct al_field *fields, size_t count,
                    const json_t **values, struct al_findings *f)
{
    const char *key;
    json_t *value;
    if (!check_kind(object, AL_FIELD_OBJECT, place, f))
        return false;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        if (!is_known(key, fields, count))
            return al_find(f, AL_SIGNATURE_MALFORMED, place, NULL, al_text_of(key),
                           "A key that is not part of this format");
    for (size_t i = 0; i < count; i++) {
        const struct al_place here = al_place_key(place, al_text_of(fields[i].key));
        values[i] = json_object_get(object, fields[i].key);
        /* how protobuf's JSON may write a field that is not set */
        if (json_is_null(values[i]) && !fields[i].required)
            values[i] = NULL;
        if (values[i] == NULL && fields[i].required)
            return al_find(f, AL_SIGNATURE_MALFORMED, place, fields[i].key, AL_NOTHING, "A key is missing");
        if (values[i] != NULL && !check_kind(values[i], fields[i].kind, &here, f))
            return false;
    }
    return true;
}

bool al_field_item(const json_t **out, const json_t *list, size_t index, enum al_field_kind kind,
                   const struct al_place *place, struct al_findings *f)
{
    *out = json_array_get(list, index);
    return check_kind(*out, kind, place, f);
}

bool al_field_count(const json_t *list, size_t least, size_t most, const struct al_place *place,
                    struct al_findings *f)
{
    size_t count = json_array_size(list);
    return (count >= least && count <= most)
        || al_find(f, AL_SIGNATURE_MALFORMED, place,
                   (least == most ? al_found(f, "%zu", least) : al_found(f, "%zu to %zu", least, most)).at,
                   al_found(f, "%zu", count), "A list has too few or too many items");
}

bool al_field_is(const json_t *text, const char *expected, const struct al_place *place, struct al_findings *f)
{
    return al_text_is(al_json_text(text), expected)
        || al_find(f, AL_SIGNATURE_MALFORMED, place, expected, al_json_text(text), "Not what this format says here");
}

bool al_field_base64(struct al_text *out, const json_t *text, size_t most, const struct al_place *place,
                     struct al_findings *f)
{
    struct al_text letters = al_json_text(text);
    size_t room = letters.length / 4 * 3, size = 0;
    const char *end = NULL;
    if (room > most + 2 || letters.length % 4 != 0)
        return al_find(f, AL_SIGNATURE_MALFORMED, place, al_found(f, "base64 of at most %zu bytes", most).at,
                       al_found(f, "%zu letters", letters.length), "The base64 has an impossible length");
    uint8_t *bytes = al_arena_alloc(f->arena, room, 1);
    if (bytes == NULL) {
        f->failed = true;
        return false;
    }
    /* libsodium refuses what is not padded, and bits that are left over and not zero */
    if (!al_text_is_ascii(letters)
        || sodium_base642bin(bytes, room, letters.at, letters.length, NULL, &size, &end,
                             sodium_base64_VARIANT_ORIGINAL) != 0
        || end != letters.at + letters.length || size == 0 || size > most)
        return al_find(f, AL_SIGNATURE_MALFORMED, place, "base64 (RFC 4648) in its one canonical spelling",
                       letters, "This is not canonical base64");
    *out = (struct al_text){(const char *)bytes, size};
    return true;
}

bool al_field_hex(uint8_t *out, size_t size, const json_t *text, const struct al_place *place, struct al_findings *f)
{
    static const char digits[] = "0123456789abcdef";
    struct al_text letters = al_json_text(text);
    bool good = letters.length == 2 * size;
    for (size_t i = 0; good && i < letters.length; i++) {
        const char *digit = letters.at[i] != '\0' ? strchr(digits, letters.at[i]) : NULL;
        good = digit != NULL;
        if (good)
            out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - digits));
    }
    return good || al_find(f, AL_SIGNATURE_MALFORMED, place,
                           al_found(f, "%zu lower-case hexadecimal digits", 2 * size).at, letters,
                           "This is not a digest of its algorithm");
}

bool al_field_decimal(uint64_t *out, const json_t *text, const struct al_place *place, struct al_findings *f)
{
    struct al_text digits = al_json_text(text);
    uint64_t value = 0;
    bool good = digits.length > 0 && (digits.length == 1 || digits.at[0] != '0');
    for (size_t i = 0; good && i < digits.length; i++)
        good = digits.at[i] >= '0' && digits.at[i] <= '9' && al_mul_u64(value, 10, &value)
            && al_add_u64(value, (uint64_t)(digits.at[i] - '0'), &value);
    *out = value;
    return good || al_find(f, AL_SIGNATURE_MALFORMED, place, "a decimal number", digits, "This is not a number");
}
