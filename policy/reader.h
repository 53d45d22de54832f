/* Typed reading of JSON objects whose keys are known: what the policy and its
   declarations are read with. Every refusal names the place as a JSON pointer, and
   what was expected and found. Internal to policy/. */
#ifndef AL_POLICY_READER_H
#define AL_POLICY_READER_H

#include "policy/finding.h"
#include "policy/json.h"
#include "policy/policy.h"

struct al_reader {
    struct al_arena *arena;      /* borrowed; what is read lives here */
    struct al_findings *findings;
};

/* A key an object may have. `read` gets the `into` that was given for the whole object. */
struct al_member {
    const char *key;
    bool required;
    bool (*read)(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);
};

/* Reads the keys in the order of `members`, whatever their order in the text;
   "note" (a string) may be there, any other key is refused. */
bool al_read_object(struct al_reader *r, void *into, const json_t *value, const struct al_place *place,
                    const struct al_member *members, size_t count);

/* Calls `read` for each item of a list with the item's place and index. */
bool al_read_list(struct al_reader *r, void *into, const json_t *value, const struct al_place *place, size_t most,
                  bool (*read)(struct al_reader *r, void *into, size_t index, const json_t *value,
                               const struct al_place *place));

bool al_read_bool(struct al_reader *r, const json_t *value, const struct al_place *place, bool *out);
bool al_read_integer(struct al_reader *r, const json_t *value, const struct al_place *place, int64_t minimum,
                     int64_t maximum, int64_t *out);
bool al_read_real(struct al_reader *r, const json_t *value, const struct al_place *place, double *out);

/* Printable text of 1 to AL_MAX_NAME_BYTES bytes, copied into the arena. */
bool al_read_text(struct al_reader *r, const json_t *value, const struct al_place *place, const char **out);

/* A list of such texts, each one once. */
bool al_read_texts(struct al_reader *r, const json_t *value, const struct al_place *place, const char *const **out,
                   size_t *count);

/* One of a column of names; *out is its index. */
bool al_read_choice(struct al_reader *r, const json_t *value, const struct al_place *place,
                    const char *const *choices, size_t count, size_t stride, size_t *out);

/* Refusals, each false. */
bool al_read_wrong_type(struct al_reader *r, const json_t *value, const struct al_place *place, const char *expected);
bool al_read_unknown(struct al_reader *r, enum al_finding_id id, const char *what, struct al_text name,
                     const struct al_place *place, const char *const *known, size_t count, size_t stride);
bool al_read_no_memory(struct al_reader *r);

#endif
