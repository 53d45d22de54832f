/* Private keys of the three curves; see sign.h. */
#include "policy/signature/openssf/sign.h"

#include "policy/signature/openssf/libcrypto.h"

#include <stdlib.h>

enum { SPKI_MAX = 256 };

struct al_ec_secret {
    EVP_PKEY *key;               /* owned */
    struct al_ec_key public_key; /* its bytes are below */
    char spki[SPKI_MAX];
};

static int give_passphrase(char *out, int size, int writing, void *passphrase)
{
    size_t length = passphrase != NULL ? strlen(passphrase) : 0;
    if (writing || length > (size_t)size)
        return -1;
    memcpy(out, length > 0 ? passphrase : "", length);
    return (int)length;
}

static bool read_public(struct al_ec_secret *secret, const struct al_libcrypto *c)
{
    unsigned char *der = NULL;
    int size = c->i2d_PUBKEY(secret->key, &der);
    bool fits = size > 0 && size <= SPKI_MAX;
    if (fits)
        memcpy(secret->spki, der, (size_t)size);
    c->CRYPTO_free(der, "", 0);
    return fits && al_ec_key_read(&secret->public_key, (struct al_text){secret->spki, (size_t)size});
}

enum al_status al_ec_secret_read(struct al_ec_secret **out, struct al_text pem, const char *passphrase,
                                 struct al_error *err)
{
    const struct al_libcrypto *c = al_libcrypto();
    if (c == NULL)
        return al_fail(err, AL_HOST, 0, "libcrypto.so.3 (Debian package libssl3) is not installed");
    struct al_ec_secret *secret = calloc(1, sizeof *secret);
    BIO *in = pem.length <= INT32_MAX ? c->BIO_new_mem_buf(pem.at, (int)pem.length) : NULL;
    if (secret == NULL || in == NULL) {
        (void)c->BIO_free(in);
        free(secret);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a key");
    }
    secret->key =
        c->PEM_read_bio_PrivateKey_ex(in, NULL, give_passphrase, (void *)(uintptr_t)passphrase, c->context, NULL);
    (void)c->BIO_free(in);
    c->ERR_clear_error();
    if (secret->key == NULL || !read_public(secret, c)) {
        bool unread = secret->key == NULL;
        al_ec_secret_free(secret);
        return al_fail(err, AL_REFUSED, 0,
                       unread ? "this is not a private key in PEM, or the passphrase is wrong"
                              : "the key is not on P-256, P-384 or P-521");
    }
    *out = secret;
    return AL_OK;
}

void al_ec_secret_free(struct al_ec_secret *secret)
{
    if (secret == NULL)
        return;
    al_libcrypto()->EVP_PKEY_free(secret->key);
    free(secret);
}

bool al_ec_secret_is_encrypted(struct al_text pem)
{
    static const char *const marks[] = {"-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (pem.length > 0 && memmem(pem.at, pem.length, marks[i], strlen(marks[i])) != NULL)
            return true;
    return false;
}

const struct al_ec_key *al_ec_secret_public(const struct al_ec_secret *secret)
{
    return &secret->public_key;
}

enum al_status al_ec_sign(struct al_buffer *out, const struct al_ec_secret *secret, struct al_text message,
                          struct al_error *err)
{
    const struct al_libcrypto *c = al_libcrypto();
    unsigned char signature[SPKI_MAX];
    size_t size = sizeof signature;
    EVP_MD_CTX *digest = c->EVP_MD_CTX_new();
    bool good = digest != NULL
        && c->EVP_DigestSignInit_ex(digest, NULL, secret->public_key.curve->hash, c->context, NULL, secret->key,
                                    NULL) == 1
        && c->EVP_DigestSign(digest, signature, &size, (const unsigned char *)message.at, message.length) == 1;
    c->EVP_MD_CTX_free(digest);
    c->ERR_clear_error();
    if (!good)
        return al_fail(err, AL_HOST, 0, "libcrypto could not sign");
    al_buffer_bytes(out, signature, size);
    return out->failed ? al_fail(err, AL_NO_MEMORY, 0, "no memory for a signature") : AL_OK;
}
