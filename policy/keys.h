/* The parts of a policy that are read and written in files of their own. Internal
   to policy/. */
#ifndef AL_POLICY_KEYS_H
#define AL_POLICY_KEYS_H

#include "policy/reader.h"

/* "signatures": `into` is the policy. */
bool al_read_signatures(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);
void al_write_signatures(struct al_buffer *out, const struct al_trust *trust);

/* A JSON string with its quotation marks. */
void al_write_string(struct al_buffer *out, const char *text);
/* A list of strings. */
void al_write_strings(struct al_buffer *out, const char *const *list, size_t count);

#endif
