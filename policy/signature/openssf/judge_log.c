/* Sigstore's keyless signatures, offline; see openssf.h. The certificate lived for minutes: that it
   did so when the signature was made is the word of a transparency log, whose key the policy names
   (signatures.rekor); that it was given in public is the word of a log of certificates
   (signatures.certificate_logs); whose it is stands in it. All of that is required. Time stamps of
   other authorities (RFC 3161) may be there and are not looked at. */
#include "policy/signature/openssf/openssf.h"

#include "policy/signature/openssf/log_entry.h"
#include "policy/signature/openssf/stamp.h"

#include <sodium.h>

static bool untrusted(struct al_signature *out, const struct al_place *place, const char *expected,
                      const char *message, const struct al_judging *j)
{
    out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
    return al_find(j->findings, AL_SIGNATURE_UNTRUSTED, place, expected, AL_NOTHING, "%s", message);
}

/* The key of a list of logs, and whether it still counts. */
static bool read_log(struct al_ec_key *key, const struct al_trusted_key *trusted, const struct al_judging *j)
{
    return trusted->text != NULL && j->now <= trusted->not_after
        && al_ec_key_read_pem(key, al_text_of(trusted->text), j->arena) && !al_trust_revokes(j->trust, key->id);
}

static bool find_log(struct al_ec_key *key, const struct al_log_entry *entry, const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_REKOR];
    for (size_t i = 0; i < list->count; i++) {
        uint8_t id[AL_LOG_HASH];
        if (!read_log(key, &list->keys[i], j))
            continue;
        (void)crypto_hash_sha256(id, (const uint8_t *)key->spki.at, key->spki.length);
        if (memcmp(id, entry->log, sizeof id) == 0)
            return true;
    }
    return false;
}

/* What one trusted log says, whoever of the policy's authorities of that name gave the certificate. */
static enum al_stamp_answer ask(const struct al_certificate *signer, const struct al_certificate *roots, size_t count,
                                const struct al_ec_key *log)
{
    enum al_stamp_answer answer = AL_STAMP_NONE;
    for (size_t i = 0; i < count && answer != AL_STAMP_GOOD; i++)
        if (al_text_equal(roots[i].subject, signer->issuer))
            answer = al_stamp_by(signer, roots[i].spki, log);
    return answer;
}

static bool was_public(struct al_signature *out, const struct al_certificate *signer,
                       const struct al_trusted_key *authority, const struct al_place *place,
                       const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_CT];
    struct al_certificate *roots = al_arena_alloc(j->arena, AL_CERTIFICATE_ROOTS_MAX, sizeof *roots);
    size_t count;
    j->findings->failed = j->findings->failed || roots == NULL;
    if (roots == NULL || !al_certificates_read_pem(roots, &count, AL_CERTIFICATE_ROOTS_MAX,
                                                   al_text_of(authority->text), place, j->findings))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        struct al_ec_key log;
        if (!read_log(&log, &list->keys[i], j))
            continue;
        enum al_stamp_answer answer = ask(signer, roots, count, &log);
        if (answer == AL_STAMP_WRONG)
            return al_find(j->findings, AL_SIGNATURE_CERTIFICATE, place, NULL, AL_NOTHING,
                           "The log of certificates did not see this one");
        if (answer == AL_STAMP_GOOD)
            return true;
    }
    return untrusted(out, place, "a time stamp of a log that signatures.certificate_logs names",
                     "No log that the policy trusts has seen the certificate", j);
}

/* Everybody can have a certificate of Sigstore's: only the names in it tell people apart. */
static bool names_somebody(struct al_signature *out, const struct al_trusted_key *authority,
                           const struct al_place *place, const struct al_judging *j)
{
    bool complete = authority->identity_count > 0;
    for (size_t i = 0; i < authority->identity_count; i++)
        complete = complete && authority->identities[i].issuer != NULL;
    return complete || untrusted(out, place, "identities, each with its issuer, under the root in the policy",
                                 "The policy does not say whose keyless signatures count", j);
}

bool al_openssf_by_log(struct al_signature *out, const struct al_envelope *envelope, const char *where,
                       const struct al_judging *j)
{
    struct al_certificate signer;
    struct al_log_entry entry;
    struct al_ec_key key, log;
    const struct al_place root = al_place_root(where);
    const struct al_place place = al_place_key(&root, al_text_of("verificationMaterial"));
    out->scheme = "openssf-sigstore";
    if (j->trust->lists[AL_KEY_CERTIFICATE].count == 0 || j->trust->lists[AL_KEY_REKOR].count == 0)
        return untrusted(out, &place, "signatures.certificates and signatures.rekor in the policy",
                         "The signature is by a certificate of minutes, and the policy does not trust an authority "
                         "and a log for it", j);
    if (!al_certificate_read(&signer, envelope->chain[0], &place, j->findings)
        || !al_log_entry_read(&entry, envelope->log, &place, j->findings))
        return false;
    if (!al_ec_key_read(&key, signer.spki))
        return al_find(j->findings, AL_SIGNATURE_UNSUPPORTED, &place, "a key on P-256, P-384 or P-521", AL_NOTHING,
                       "The signer's key is of a kind that is not judged");
    if (!find_log(&log, &entry, j))
        return untrusted(out, &place, "a log that signatures.rekor names", "The signature is in no log that the "
                         "policy trusts", j);
    if (!al_log_entry_holds(&entry, &log, &place, j->findings)
        || !al_log_entry_is_of(&entry, envelope, signer.der, &place, j->findings))
        return false;
    const struct al_trusted_key *authority = al_openssf_vouched(out, &signer, 1, entry.time, where, j);
    return authority != NULL && names_somebody(out, authority, &place, j)
        && was_public(out, &signer, authority, &place, j) && al_openssf_signed_by(&key, envelope, where, j->findings);
}
