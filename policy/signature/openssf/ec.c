/* Keys, and whether they signed; see ec.h. */
#include "policy/signature/openssf/ec.h"

#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/libcrypto.h"
#include "policy/signature/openssf/pem.h"

#include <sodium.h>

#define PREFIX(bytes) bytes, sizeof bytes - 1
static const struct al_ec_curve curves[] = {
    {"P-256", "SHA256", PREFIX("\x30\x59\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48\xCE\x3D\x03"
                               "\x01\x07\x03\x42\x00"), 32},
    {"P-384", "SHA384", PREFIX("\x30\x76\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x22\x03"
                               "\x62\x00"), 48},
    {"P-521", "SHA512", PREFIX("\x30\x81\x9B\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x23"
                               "\x03\x81\x86\x00"), 66},
};

enum { UNCOMPRESSED = 0x04 };

void al_key_name(char id[AL_EC_ID_TEXT], struct al_text spki)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    struct al_buffer pem;
    al_buffer_init(&pem, 4096);
    al_pem_write(&pem, "PUBLIC KEY", spki);
    (void)crypto_hash_sha256(digest, pem.data, pem.size);
    (void)sodium_bin2hex(id, AL_EC_ID_TEXT, digest, sizeof digest);
    al_buffer_free(&pem);
}

bool al_ec_key_read(struct al_ec_key *out, struct al_text spki)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        const struct al_ec_curve *c = &curves[i];
        if (spki.length != c->prefix_size + 1 + 2 * c->number_size || memcmp(spki.at, c->prefix, c->prefix_size) != 0
            || spki.at[c->prefix_size] != UNCOMPRESSED)
            continue;
        *out = (struct al_ec_key){.curve = c, .spki = spki};
        al_key_name(out->id, spki);
        return true;
    }
    return false;
}

bool al_ec_key_read_pem(struct al_ec_key *out, struct al_text pem, struct al_arena *arena)
{
    struct al_text der;
    return al_pem_only(pem, "PUBLIC KEY", &der, arena) && al_ec_key_read(out, der);
}

/* Ecdsa-Sig-Value of RFC 3279, 2.2.3: two positive numbers that can belong to the curve. */
static bool is_shaped(const struct al_ec_curve *curve, struct al_text signature)
{
    struct al_text numbers, r, s;
    return al_der_only(signature, AL_DER_SEQUENCE, &numbers) && al_der_positive(&numbers, &r)
        && al_der_positive(&numbers, &s) && numbers.length == 0 && r.length <= curve->number_size
        && s.length <= curve->number_size;
}

enum al_ec_answer al_ec_verify(const struct al_ec_key *key, struct al_text message, struct al_text signature)
{
    const struct al_libcrypto *c = al_libcrypto();
    if (c == NULL)
        return AL_EC_NO_LIBRARY;
    if (!is_shaped(key->curve, signature))
        return AL_EC_MISSHAPEN;
    const unsigned char *der = (const unsigned char *)key->spki.at;
    EVP_PKEY *public_key = c->d2i_PUBKEY_ex(NULL, &der, (long)key->spki.length, c->context, NULL);
    EVP_MD_CTX *digest = c->EVP_MD_CTX_new();
    bool good = public_key != NULL && digest != NULL
        && c->EVP_DigestVerifyInit_ex(digest, NULL, key->curve->hash, c->context, NULL, public_key, NULL) == 1
        && c->EVP_DigestVerify(digest, (const unsigned char *)signature.at, signature.length,
                               (const unsigned char *)message.at, message.length) == 1;
    c->EVP_MD_CTX_free(digest);
    c->EVP_PKEY_free(public_key);
    c->ERR_clear_error();
    return good ? AL_EC_GOOD : AL_EC_BAD;
}
