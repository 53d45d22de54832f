/* The one door for JSON that somebody else wrote: configurations in models, and
   policy files. RFC 8259 to the letter and then stricter, so that no other reader
   can see another document than we do: UTF-8 without a byte order mark, no key
   twice in an object, nothing that JSON does not have (NaN, comments), no NUL. */
#ifndef AL_POLICY_JSON_H
#define AL_POLICY_JSON_H

#include "policy/finding.h"

#include <jansson.h>

/* Gives jansson its hash seed, for which it would otherwise open /dev/urandom at
   the first object: to be called before the cell locks. */
void al_json_warm_up(void);

/* Reads one document. `member` names it in findings. On true *out is the caller's,
   to be given back with json_decref; on false there is a finding (json.…, limit.json
   or limit.memory) with line, column and byte offset. */
bool al_json_read(json_t **out_take, const void *bytes, size_t size, const char *member, struct al_findings *f);

/* The first pass by itself: characters, words, depth and amounts, without memory and
   without recursion. What it lets through is not yet JSON, but safe to give to a parser. */
bool al_json_scan(const char *text, size_t size, const char *member, struct al_findings *f);

/* A view of a string's bytes, or AL_NOTHING for what is no string. Lives as long as the string. */
struct al_text al_json_text(const json_t *string);

/* What a value is, for people: "a string", "null" … and "nothing" for NULL. */
const char *al_json_kind(const json_t *value);

/* A value as the `found` of a finding: scalars and short texts as they are, otherwise
   what it is and how many items it has. */
struct al_text al_json_show(struct al_findings *f, const json_t *value);

#endif
