/* JSON objects whose keys are a closed set, read by tables: what signature bundles and
   manifests are made of. Every refusal is signature.malformed and names its place as a
   JSON pointer. Keys twice in an object were refused when the text was read. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_FIELDS_H
#define AL_POLICY_SIGNATURE_OPENSSF_FIELDS_H

#include "policy/finding.h"
#include "policy/json.h"

enum al_field_kind { AL_FIELD_TEXT, AL_FIELD_OBJECT, AL_FIELD_LIST, AL_FIELD_BOOLEAN, AL_FIELD_NUMBER };

struct al_field {
    const char *key;
    enum al_field_kind kind;
    bool required;
};

/* Sets values[i] to the value of fields[i], NULL where it is not there. */
bool al_fields_read(const json_t *object, const struct al_place *place, const struct al_field *fields, size_t count,
                    const json_t **values, struct al_findings *f);

/* The `index`-th item of a list, which must be of the kind. */
bool al_field_item(const json_t **out, const json_t *list, size_t index, enum al_field_kind kind,
                   const struct al_place *place, struct al_findings *f);

/* True when the list has `least` to `most` items. */
bool al_field_count(const json_t *list, size_t least, size_t most, const struct al_place *place,
                    struct al_findings *f);

/* True when the text is exactly `expected`. */
bool al_field_is(const json_t *text, const char *expected, const struct al_place *place, struct al_findings *f);

/* Base64 (RFC 4648 section 4), padded, in its one canonical spelling, of 1 to `most` bytes.
   The bytes live in the sink's arena. */
bool al_field_base64(struct al_text *out, const json_t *text, size_t most, const struct al_place *place,
                     struct al_findings *f);

/* Exactly `size` bytes as lower-case hexadecimal digits. */
bool al_field_hex(uint8_t *out, size_t size, const json_t *text, const struct al_place *place,
                  struct al_findings *f);

/* A decimal number in a string, as protobuf's JSON has 64-bit integers: no sign, no leading zero. */
bool al_field_decimal(uint64_t *out, const json_t *text, const struct al_place *place, struct al_findings *f);

#endif
