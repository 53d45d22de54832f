/* Keys that lie in files beside a policy. */
#ifndef AL_API_POLICY_KEYS_H
#define AL_API_POLICY_KEYS_H

#include "policy/policy.h"

/* Puts the text of every named PEM file in its place. `path`: the policy's own. False after
   a finding, or where memory is short (f->failed). */
bool al_policy_resolve_keys(struct al_policy *policy, const char *path, struct al_findings *f);

#endif
