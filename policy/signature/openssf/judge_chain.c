/* Signatures by the holder of a certificate; see openssf.h. The package judges a chain at the time
   at which the signer's certificate began, so that none ever expires; here it is the time of
   judging, because when something was signed is known from the signer's own word only. */
#include "policy/signature/openssf/openssf.h"

static bool untrusted(struct al_signature *out, const char *where, const char *expected, struct al_text found,
                      const char *message, const struct al_judging *j)
{
    out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
    return al_find_at(j->findings, AL_SIGNATURE_UNTRUSTED, al_text_of(where), expected, found, "%s", message);
}

/* How a chain stands under the roots of one entry of the policy. */
static enum al_chain_answer ask(const struct al_trusted_key *key, const struct al_certificate *chain, size_t count,
                                int64_t time, const char **why, const struct al_judging *j)
{
    const struct al_place policy = al_place_root("policy");
    struct al_certificate *roots = al_arena_alloc(j->arena, AL_CERTIFICATE_ROOTS_MAX, sizeof *roots);
    size_t root_count;
    *why = "the roots cannot be read";
    j->findings->failed = j->findings->failed || roots == NULL;
    if (roots == NULL || key->text == NULL
        || !al_certificates_read_pem(roots, &root_count, AL_CERTIFICATE_ROOTS_MAX, al_text_of(key->text), &policy,
                                     j->findings))
        return AL_CHAIN_BROKEN;
    return al_certificate_chain(chain, count, roots, root_count, time, why);
}

static const struct al_trusted_key *find_roots(struct al_signature *out, const struct al_certificate *chain,
                                               size_t count, int64_t time, const char *where,
                                               const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_CERTIFICATE];
    enum al_chain_answer worst = AL_CHAIN_STRANGER;
    const char *reason = "";
    for (size_t i = 0; i < list->count; i++) {
        const char *why;
        enum al_chain_answer answer = ask(&list->keys[i], chain, count, time, &why, j);
        if (answer == AL_CHAIN_GOOD)
            return &list->keys[i];
        if (answer != AL_CHAIN_STRANGER) {
            worst = answer;
            reason = why;
        }
    }
    switch (worst) {
    case AL_CHAIN_OUT_OF_TIME:
        out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
        (void)al_find_at(j->findings, AL_SIGNATURE_EXPIRED, al_text_of(where), "certificates that are valid now",
                         al_text_of(reason), "A certificate of the chain does not hold at this time");
        break;
    case AL_CHAIN_NO_LIBRARY:
        (void)al_find_at(j->findings, AL_SIGNATURE_UNSUPPORTED, al_text_of(where), NULL, al_text_of(reason),
                         "OpenSSL is not there to judge the signature");
        break;
    case AL_CHAIN_BROKEN:
        (void)al_find_at(j->findings, AL_SIGNATURE_CERTIFICATE, al_text_of(where), NULL, al_text_of(reason),
                         "The chain of certificates does not hold");
        break;
    case AL_CHAIN_GOOD:
    case AL_CHAIN_STRANGER:
        (void)untrusted(out, where, "a chain to a root that the policy names", al_text_of(out->signer),
                        "Nobody whom the policy trusts vouches for the signer", j);
        break;
    }
    return NULL;
}

/* Stricter than the package, which is content with either: a usage or purpose that is given must allow it. */
static bool may_sign(const struct al_certificate *chain, size_t count, const char *where, const struct al_judging *j)
{
    const struct al_certificate *signer = &chain[0];
    const char *fault = NULL;
    if (signer->authority)
        fault = "is one of an authority";
    else if (!signer->has_usage && !signer->has_purposes)
        fault = "says nothing of what it is for";
    else if (signer->has_usage && (signer->usage & AL_USAGE_SIGN) == 0)
        fault = "is not for signatures (key usage)";
    else if (signer->has_purposes && !signer->for_code)
        fault = "is not for signing code (extended key usage)";
    for (size_t i = 1; fault == NULL && i < count; i++)
        if (chain[i].has_purposes && !chain[i].for_code)
            fault = "is vouched for by an authority that is not for signing code";
    return fault == NULL || al_find_at(j->findings, AL_SIGNATURE_CERTIFICATE, al_text_of(where),
                                       "digitalSignature, codeSigning, not an authority", AL_NOTHING,
                                       "The signer's certificate %s", fault);
}

static bool is_named(const struct al_certificate *signer, const struct al_identity *identity)
{
    if (identity->issuer != NULL && !al_text_is(signer->identity_issuer, identity->issuer))
        return false;
    for (size_t i = 0; i < signer->name_count; i++)
        if (al_text_is(signer->names[i], identity->name))
            return true;
    return false;
}

static bool check_identity(struct al_signature *out, const struct al_certificate *signer,
                           const struct al_trusted_key *key, const char *where, const struct al_judging *j)
{
    for (size_t i = 0; i < key->identity_count; i++)
        if (is_named(signer, &key->identities[i]))
            return true;
    return key->identity_count == 0
        || untrusted(out, where, al_show(j->findings, al_text_of(key->identities[0].name)), al_text_of(out->signer),
                     "The certificate was given to somebody whom the policy does not name", j);
}

/* A revoked key of the chain's revokes what it vouched for. */
static bool check_revoked(struct al_signature *out, const struct al_certificate *chain, size_t count,
                          const char *where, const struct al_judging *j)
{
    for (size_t i = 1; i < count; i++) {
        char id[AL_EC_ID_TEXT];
        al_key_name(id, chain[i].spki);
        if (!al_trust_revokes(j->trust, id))
            continue;
        out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
        return al_find_at(j->findings, AL_SIGNATURE_REVOKED, al_text_of(where), NULL, al_text_of(id),
                          "The key of an authority in the chain is revoked");
    }
    return true;
}

const struct al_trusted_key *al_openssf_vouched(struct al_signature *out, const struct al_certificate *chain,
                                                size_t count, int64_t time, const char *where,
                                                const struct al_judging *j)
{
    char id[AL_EC_ID_TEXT];
    al_key_name(id, chain[0].spki);
    out->key_id = al_signature_text(j, al_text_of(id));
    out->signer = al_signature_text(j, chain[0].name_count > 0 ? chain[0].names[0] : chain[0].common_name);
    const struct al_trusted_key *key = find_roots(out, chain, count, time, where, j);
    if (key == NULL || !may_sign(chain, count, where, j) || !check_identity(out, &chain[0], key, where, j)
        || !check_revoked(out, chain, count, where, j))
        return NULL;
    if (al_key_counts(key, id, where, j))
        return key;
    out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
    return NULL;
}

bool al_openssf_by_chain(struct al_signature *out, const struct al_envelope *envelope, const char *where,
                         const struct al_judging *j)
{
    struct al_certificate chain[AL_ENVELOPE_CHAIN_MAX];
    struct al_ec_key key;
    const struct al_place root = al_place_root(where);
    const struct al_place place = al_place_key(&root, al_text_of("verificationMaterial"));
    out->scheme = "openssf-certificate";
    /* nobody's certificate is parsed where the policy trusts no authority */
    if (j->trust->lists[AL_KEY_CERTIFICATE].count == 0)
        return untrusted(out, where, "a root that the policy names", AL_NOTHING,
                         "The signature is by a certificate, and the policy trusts nobody who gives them", j);
    for (size_t i = 0; i < envelope->chain_count; i++) {
        const struct al_place item = al_place_index(&place, i);
        if (!al_certificate_read(&chain[i], envelope->chain[i], &item, j->findings))
            return false;
    }
    if (!al_ec_key_read(&key, chain[0].spki))
        return al_find(j->findings, AL_SIGNATURE_UNSUPPORTED, &place, "a key on P-256, P-384 or P-521", AL_NOTHING,
                       "The signer's key is of a kind that is not judged");
    return al_openssf_vouched(out, chain, envelope->chain_count, j->now, where, j) != NULL
        && al_openssf_signed_by(&key, envelope, where, j->findings);
}
