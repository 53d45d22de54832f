/* The rules that every key is under, whatever its kind; see judge.h. */
#include "policy/signature/judge.h"

enum { TEXT_MOST = 8192 /* the longest comment of minisign's */ };

const char *al_signature_text(const struct al_judging *j, struct al_text text)
{
    struct al_buffer b;
    al_buffer_init(&b, 16 * TEXT_MOST);
    al_text_escape(&b, text, TEXT_MOST);
    const char *copy = b.failed ? NULL : al_arena_copy(j->arena, b.data, b.size);
    al_buffer_free(&b);
    j->findings->failed = j->findings->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

static bool name_allowed(const struct al_trusted_key *key, struct al_text name)
{
    for (size_t i = 0; i < key->name_count; i++)
        if (al_pattern_fits(key->names[i], name))
            return true;
    return key->name_count == 0;
}

bool al_key_counts(const struct al_trusted_key *key, const char *id, const char *where, const struct al_judging *j)
{
    struct al_text at = al_text_of(where);
    if (al_trust_revokes(j->trust, id))
        return al_find_at(j->findings, AL_SIGNATURE_REVOKED, at, NULL, al_text_of(id),
                          "The signature is by a key that the policy has revoked");
    if (j->now > key->not_after)
        return al_find_at(j->findings, AL_SIGNATURE_EXPIRED, at, key->not_after_text, al_text_of(id),
                          "The policy trusts this key no longer");
    if (!name_allowed(key, j->name))
        return al_find_at(j->findings, AL_SIGNATURE_NAME, at, key->names[0], j->name,
                          "The key may not sign a model of this name");
    return true;
}
