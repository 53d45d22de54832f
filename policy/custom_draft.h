/* A declaration on its way from JSON to struct al_custom. Internal to policy/. */
#ifndef AL_POLICY_CUSTOM_DRAFT_H
#define AL_POLICY_CUSTOM_DRAFT_H

#include "policy/custom.h"

struct al_draft {
    struct al_custom *custom;
    struct al_custom_key *keys;
    struct al_custom_weight *weights;
    const char **whole, **numbers, **weight_names;  /* as al_vocabulary wants them */
    bool wrong;                                     /* some part is missing: no use in judging the rest */
};

/* "config": `into` is the draft. */
bool al_read_draft_config(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);

#endif
