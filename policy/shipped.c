/* The policies that come with Airlock; their texts stand in policy/shipped/ and
   are compiled in. */
#include "policy/policy.h"

#include "base/limits.h"

#include <string.h>

static const struct {
    const char *name, *text;
} shipped[] = {
#include "policy/shipped_texts.h"
};

const char *al_policy_shipped_text(struct al_text name)
{
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++)
        if (al_text_is(name, shipped[i].name))
            return shipped[i].text;
    return NULL;
}

struct al_policy *al_policy_shipped(const char *name)
{
    const char *text = al_policy_shipped_text(al_text_of(name));
    struct al_arena *arena = al_arena_new((size_t)AL_MAX_POLICY_BYTES);
    struct al_policy *policy = NULL;
    if (text != NULL && arena != NULL) {
        struct al_findings findings;
        al_findings_init(&findings, arena, NULL, 8);
        if (al_policy_read(&policy, text, strlen(text), &findings, NULL) != AL_OK)
            policy = NULL;
    }
    al_arena_free(arena);
    return policy;
}
