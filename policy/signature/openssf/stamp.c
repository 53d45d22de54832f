/* Time stamps inside a certificate; see stamp.h. What the log signed is the certificate as it was
   before the stamps were put in: its to-be-signed part without that extension. */
#include "policy/signature/openssf/stamp.h"

#include "policy/signature/openssf/der.h"

#include <sodium.h>

enum { HASH = 32, TIME = 8, TBS_MAX = 1 << 15, SHA256_ID = 4, ECDSA_ID = 3 };

/* Takes `size` bytes off the front. */
static bool take(struct al_text *rest, size_t size, struct al_text *out)
{
    if (rest->length < size)
        return false;
    *out = (struct al_text){rest->at, size};
    rest->at += size;
    rest->length -= size;
    return true;
}

/* Takes what a length of two bytes says (RFC 8446, 3.4). */
static bool take_vector(struct al_text *rest, struct al_text *out)
{
    struct al_text length;
    return take(rest, 2, &length)
        && take(rest, (size_t)((unsigned char)length.at[0] << 8 | (unsigned char)length.at[1]), out);
}

static void put(struct al_buffer *out, int tag, const struct al_buffer *content)
{
    al_buffer_u8(out, (uint8_t)tag);
    if (content->size >= 0x100) {
        al_buffer_u8(out, 0x82);
        al_buffer_u8(out, (uint8_t)(content->size >> 8));
    } else if (content->size >= 0x80)
        al_buffer_u8(out, 0x81);
    al_buffer_u8(out, (uint8_t)content->size);
    al_buffer_bytes(out, content->data, content->size);
}

static void put_extensions(struct al_buffer *out, struct al_text list)
{
    static const char stamps[] = "\x06\x0A\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02";
    struct al_text one, whole;
    while (al_der_take(&list, AL_DER_SEQUENCE, &one, &whole))
        if (one.length < sizeof stamps - 1 || memcmp(one.at, stamps, sizeof stamps - 1) != 0)
            al_buffer_bytes(out, whole.at, whole.length);
}

/* Appends the certificate's to-be-signed part without its stamps. */
static void put_precertificate(struct al_buffer *out, const struct al_certificate *c)
{
    struct al_buffer extensions, list, tagged, parts;
    struct al_buffer *const all[] = {&extensions, &list, &tagged, &parts};
    struct al_text rest, part, whole;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        al_buffer_init(all[i], TBS_MAX);
    (void)al_der_only(c->tbs, AL_DER_SEQUENCE, &rest);
    while (al_der_tag(rest) != AL_DER_CONTEXT + 3 && al_der_take(&rest, al_der_tag(rest), &part, &whole))
        al_buffer_bytes(&parts, whole.at, whole.length);
    put_extensions(&extensions, c->extensions);
    put(&list, AL_DER_SEQUENCE, &extensions);
    put(&tagged, AL_DER_CONTEXT + 3, &list);
    al_buffer_bytes(&parts, tagged.data, tagged.size);
    put(out, AL_DER_SEQUENCE, &parts);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        out->failed = out->failed || all[i]->failed;
        al_buffer_free(all[i]);
    }
}

static bool holds(const struct al_certificate *c, struct al_text issuer_spki, const struct al_ec_key *log,
                  struct al_text time, struct al_text extensions, struct al_text signature)
{
    static const uint8_t version_and_kind[] = {0, 0}, precertificate[] = {0, 1};
    uint8_t issuer[HASH];
    struct al_buffer tbs, message;
    al_buffer_init(&tbs, TBS_MAX);
    al_buffer_init(&message, 3 * TBS_MAX);
    put_precertificate(&tbs, c);
    (void)crypto_hash_sha256(issuer, (const uint8_t *)issuer_spki.at, issuer_spki.length);
    al_buffer_bytes(&message, version_and_kind, sizeof version_and_kind);
    al_buffer_bytes(&message, time.at, time.length);
    al_buffer_bytes(&message, precertificate, sizeof precertificate);
    al_buffer_bytes(&message, issuer, sizeof issuer);
    al_buffer_u8(&message, (uint8_t)(tbs.size >> 16));
    al_buffer_u8(&message, (uint8_t)(tbs.size >> 8));
    al_buffer_u8(&message, (uint8_t)tbs.size);
    al_buffer_bytes(&message, tbs.data, tbs.size);
    al_buffer_u8(&message, (uint8_t)(extensions.length >> 8));
    al_buffer_u8(&message, (uint8_t)extensions.length);
    al_buffer_bytes(&message, extensions.at, extensions.length);
    bool good = !tbs.failed && !message.failed
        && al_ec_verify(log, (struct al_text){(const char *)message.data, message.size}, signature) == AL_EC_GOOD;
    al_buffer_free(&tbs);
    al_buffer_free(&message);
    return good;
}

enum al_stamp_answer al_stamp_by(const struct al_certificate *certificate, struct al_text issuer_spki,
                                 const struct al_ec_key *log)
{
    struct al_text all = certificate->stamps, list;
    uint8_t id[HASH];
    enum al_stamp_answer answer = AL_STAMP_NONE;
    (void)crypto_hash_sha256(id, (const uint8_t *)log->spki.at, log->spki.length);
    if (all.length == 0)
        return AL_STAMP_NONE;
    if (!take_vector(&all, &list) || all.length != 0)
        return AL_STAMP_WRONG;
    while (list.length > 0) {
        struct al_text stamp, version, who, time, extensions, algorithms, signature;
        if (!take_vector(&list, &stamp) || !take(&stamp, 1, &version) || !take(&stamp, HASH, &who)
            || !take(&stamp, TIME, &time) || !take_vector(&stamp, &extensions) || !take(&stamp, 2, &algorithms)
            || !take_vector(&stamp, &signature) || stamp.length != 0 || version.at[0] != 0)
            return AL_STAMP_WRONG;
        if (memcmp(who.at, id, sizeof id) != 0)
            continue;
        if (algorithms.at[0] != SHA256_ID || algorithms.at[1] != ECDSA_ID
            || !holds(certificate, issuer_spki, log, time, extensions, signature))
            return AL_STAMP_WRONG;
        answer = AL_STAMP_GOOD;
    }
    return answer;
}
