/* A minisign signature held against the keys of a policy; see judge.h. */
#include "policy/signature/judge.h"
#include "policy/signature/minisign.h"

/* The key of the policy that the signature names; NULL where it names none. */
static const struct al_trusted_key *find_key(struct al_minisign_public *key, const struct al_minisign_signature *s,
                                             const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_MINISIGN];
    for (size_t i = 0; i < list->count; i++)
        if (al_minisign_read_public(key, al_text_of(list->keys[i].text), "policy", j->findings) &&
            memcmp(key->id, s->id, sizeof key->id) == 0)
            return &list->keys[i];
    return NULL;
}

void al_minisign_judge(struct al_signature *out, struct al_text signature, const char *where,
                       const struct al_judging *j)
{
    struct al_minisign_signature s;
    struct al_minisign_public key;
    char id[AL_MINISIGN_ID_TEXT];
    out->scheme = "minisign";
    out->status = AL_SIGNATURE_STATUS_INVALID;
    if (!al_minisign_read_signature(&s, signature, where, j->findings))
        return;
    out->scheme = s.prehashed ? "minisign" : "minisign-legacy";
    al_minisign_id_text(id, s.id);
    out->key_id = al_signature_text(j, al_text_of(id));
    const struct al_trusted_key *trusted = find_key(&key, &s, j);
    out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
    if (trusted == NULL) {
        /* a revoked key is known by its id alone: its owner may be struck from the list, and should be told of */
        (void)al_find_at(j->findings, al_trust_revokes(j->trust, id) ? AL_SIGNATURE_REVOKED : AL_SIGNATURE_UNTRUSTED,
                         al_text_of(where), "a key that the policy names", al_text_of(id),
                         "The signature was made by another key");
        return;
    }
    if (j->file_count != 1 || j->directory) {
        (void)al_find_at(j->findings, AL_SIGNATURE_INCOMPLETE, al_text_of(where), "one file", AL_NOTHING,
                         "The signature covers one file, and the model has %zu", j->file_count);
        return;
    }
    const struct al_signed_file *file = &j->files[0];
    const struct al_signed_bytes what = {file->bytes, file->size, file->blake2b};
    if (!al_minisign_verify(&s, &key, &what, where, j->findings)) {
        out->status = AL_SIGNATURE_STATUS_INVALID;
        return;
    }
    if (!al_key_counts(trusted, id, where, j))
        return;
    out->status = AL_SIGNATURE_STATUS_VALID;
    out->comment = al_signature_text(j, s.trusted_comment);
}
