/* Making keys and signatures that minisign takes; see minisign.h. */
#include "policy/signature/minisign.h"

#include "policy/signature/lines.h"

/* The secret key as it lies in its file (minisign.h of minisign 0.11: SeckeyStruct). */
struct secret_file {
    uint8_t algorithm[2];       /* "Ed" */
    uint8_t kdf[2];             /* "Sc", or zeros: not encrypted */
    uint8_t checksum_kind[2];   /* "B2": BLAKE2b-256 */
    uint8_t salt[crypto_pwhash_scryptsalsa208sha256_SALTBYTES];
    uint8_t opslimit[8], memlimit[8]; /* little-endian */
    struct {
        uint8_t id[AL_MINISIGN_ID_BYTES];
        uint8_t key[crypto_sign_SECRETKEYBYTES];
        uint8_t checksum[crypto_generichash_BYTES];
    } inner;                    /* XORed with scrypt's output where encrypted */
};
_Static_assert(sizeof(struct secret_file) == 158, "the file has no padding");

static uint64_t load64(const uint8_t bytes[8])
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v |= (uint64_t)bytes[i] << (8 * i);
    return v;
}

static void store64(uint8_t bytes[8], uint64_t v)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
}

static void checksum(uint8_t out[crypto_generichash_BYTES], const struct secret_file *s)
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
    (void)crypto_generichash_update(&state, s->algorithm, sizeof s->algorithm);
    (void)crypto_generichash_update(&state, s->inner.id, sizeof s->inner.id);
    (void)crypto_generichash_update(&state, s->inner.key, sizeof s->inner.key);
    (void)crypto_generichash_final(&state, out, crypto_generichash_BYTES);
    sodium_memzero(&state, sizeof state);
}

/* Encrypts and decrypts: XOR with the key stream is its own inverse. */
static bool scrypt_xor(struct secret_file *s, const char *passphrase)
{
    uint8_t stream[sizeof s->inner];
    if (crypto_pwhash_scryptsalsa208sha256(stream, sizeof stream, passphrase, strlen(passphrase), s->salt,
                                           load64(s->opslimit), (size_t)load64(s->memlimit)) != 0)
        return false;
    uint8_t *inner = (uint8_t *)&s->inner;
    for (size_t i = 0; i < sizeof stream; i++)
        inner[i] ^= stream[i];
    sodium_memzero(stream, sizeof stream);
    return true;
}

static bool parse_secret(struct secret_file *s, struct al_text file)
{
    struct al_text rest = file, comment;
    return file.length <= AL_MINISIGN_FILE_MAX &&
           al_line_comment(al_line_next(&rest), "untrusted comment: ", AL_MINISIGN_COMMENT_MAX, &comment) &&
           al_line_base64(al_line_next(&rest), (uint8_t *)s, sizeof *s) && rest.length == 0 &&
           memcmp(s->algorithm, "Ed", 2) == 0 && memcmp(s->checksum_kind, "B2", 2) == 0 &&
           (memcmp(s->kdf, "Sc", 2) == 0 || memcmp(s->kdf, "\0\0", 2) == 0);
}

/* Never in swap, and zeroed by sodium_free; NULL where there is no memory. */
static struct secret_file *locked_memory(void)
{
    struct secret_file *s = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *s);
    if (s != NULL)
        sodium_memzero(s, sizeof *s);
    return s;
}

bool al_minisign_secret_is_encrypted(struct al_text file)
{
    struct secret_file *s = locked_memory();
    bool encrypted = s != NULL && parse_secret(s, file) && s->kdf[0] != 0;
    sodium_free(s);
    return encrypted;
}

static enum al_status open_secret(struct secret_file *s, const char *passphrase, struct al_error *err)
{
    if (s->kdf[0] != 0) {
        if (passphrase == NULL)
            return al_fail(err, AL_REFUSED, 0, "the key needs its passphrase");
        if (load64(s->opslimit) > crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE ||
            load64(s->memlimit) > crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE)
            return al_fail(err, AL_LIMIT, 0, "the key file asks for more work than minisign's");
        if (!scrypt_xor(s, passphrase))
            return al_fail(err, AL_NO_MEMORY, 0, "scrypt needs %llu bytes of memory",
                           (unsigned long long)load64(s->memlimit));
    }
    uint8_t sum[crypto_generichash_BYTES];
    checksum(sum, s);
    if (sodium_memcmp(sum, s->inner.checksum, sizeof sum) != 0)
        return al_fail(err, AL_REFUSED, 0, s->kdf[0] != 0 ? "wrong passphrase" : "the key file is damaged");
    return AL_OK;
}

enum al_status al_minisign_read_secret(struct al_minisign_secret *out, struct al_text file, const char *passphrase,
                                       struct al_error *err)
{
    struct secret_file *s = locked_memory();
    if (s == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a secret key");
    enum al_status status = parse_secret(s, file)
                                ? open_secret(s, passphrase, err)
                                : al_fail(err, AL_REFUSED, 0, "this is not a secret key of minisign's");
    if (status == AL_OK) {
        memcpy(out->id, s->inner.id, sizeof out->id);
        memcpy(out->key, s->inner.key, sizeof out->key);
    }
    sodium_free(s);
    return status;
}

enum al_status al_minisign_generate(struct al_minisign_public *public_key, struct al_minisign_secret *secret,
                                    struct al_error *err)
{
    if (sodium_init() < 0)
        return al_fail(err, AL_HOST, 0, "libsodium found no source of random numbers");
    randombytes_buf(public_key->id, sizeof public_key->id);
    memcpy(secret->id, public_key->id, sizeof secret->id);
    (void)crypto_sign_keypair(public_key->key, secret->key);
    return AL_OK;
}

void al_minisign_public_of(struct al_minisign_public *out, const struct al_minisign_secret *secret)
{
    memcpy(out->id, secret->id, sizeof out->id);
    (void)crypto_sign_ed25519_sk_to_pk(out->key, secret->key);
}

void al_minisign_secret_wipe(struct al_minisign_secret *secret)
{
    sodium_memzero(secret, sizeof *secret);
}

static void write_base64(struct al_buffer *out, const void *bytes, size_t size)
{
    char text[sodium_base64_ENCODED_LEN(2 + AL_MINISIGN_ID_BYTES + crypto_sign_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    (void)sodium_bin2base64(text, sizeof text, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    al_buffer_text(out, text);
}

static void write_base64_line(struct al_buffer *out, const void *bytes, size_t size)
{
    write_base64(out, bytes, size);
    al_buffer_text(out, "\n");
}
void al_minisign_write_letters(struct al_buffer *out, const struct al_minisign_public *key)
{
    uint8_t raw[2 + sizeof key->id + sizeof key->key] = "Ed";
    memcpy(raw + 2, key->id, sizeof key->id);
    memcpy(raw + 2 + sizeof key->id, key->key, sizeof key->key);
    write_base64(out, raw, sizeof raw);
}

enum al_status al_minisign_write_public(struct al_buffer *out, const struct al_minisign_public *key)
{
    char id[AL_MINISIGN_ID_TEXT];
    al_minisign_id_text(id, key->id);
    al_buffer_format(out, "untrusted comment: minisign public key %s\n", id);
    al_minisign_write_letters(out, key);
    al_buffer_text(out, "\n");
    return out->failed ? AL_NO_MEMORY : AL_OK;
}

static bool fill_secret(struct secret_file *s, const struct al_minisign_secret *secret, const char *passphrase)
{
    memcpy(s->algorithm, "Ed", sizeof s->algorithm);
    memcpy(s->checksum_kind, "B2", sizeof s->checksum_kind);
    memcpy(s->inner.id, secret->id, sizeof s->inner.id);
    memcpy(s->inner.key, secret->key, sizeof s->inner.key);
    checksum(s->inner.checksum, s);
    if (passphrase == NULL)
        return true;
    memcpy(s->kdf, "Sc", sizeof s->kdf);
    randombytes_buf(s->salt, sizeof s->salt);
    store64(s->opslimit, crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE);
    store64(s->memlimit, crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE);
    return scrypt_xor(s, passphrase);
}

enum al_status al_minisign_write_secret(char out[AL_MINISIGN_SECRET_TEXT], const struct al_minisign_secret *secret,
                                        const char *passphrase, struct al_error *err)
{
    struct secret_file *s = locked_memory();
    if (s == NULL || !fill_secret(s, secret, passphrase)) {
        sodium_free(s);
        return al_fail(err, AL_NO_MEMORY, 0, "a secret key needs memory, scrypt 1 GiB of it");
    }
    const char *comment = passphrase != NULL ? "untrusted comment: minisign encrypted secret key\n"
                                             : "untrusted comment: minisign secret key\n";
    size_t length = strlen(comment);
    memcpy(out, comment, length);
    (void)sodium_bin2base64(out + length, AL_MINISIGN_SECRET_TEXT - length, (const uint8_t *)s, sizeof *s,
                            sodium_base64_VARIANT_ORIGINAL);
    strcat(out, "\n");
    sodium_free(s);
    return AL_OK;
}
_Static_assert(sizeof "untrusted comment: minisign encrypted secret key\n" +
                       sodium_base64_ENCODED_LEN(sizeof(struct secret_file), sodium_base64_VARIANT_ORIGINAL) <=
                   AL_MINISIGN_SECRET_TEXT,
               "the whole of a secret key's file");

enum al_status al_minisign_sign(struct al_buffer *out, const struct al_minisign_secret *secret,
                                const struct al_signed_bytes *what, const char *trusted_comment, struct al_error *err)
{
    struct al_text ignored, comment = al_text_of(trusted_comment);
    if (!al_line_comment(comment, "", AL_MINISIGN_TRUSTED_COMMENT_MAX, &ignored))
        return al_fail(err, AL_USAGE, 0, "a comment is at most %d bytes of UTF-8 without control characters",
                       AL_MINISIGN_TRUSTED_COMMENT_MAX);
    uint8_t raw[2 + AL_MINISIGN_ID_BYTES + crypto_sign_BYTES] = "ED";
    uint8_t *signature = raw + 2 + AL_MINISIGN_ID_BYTES;
    uint8_t message[crypto_sign_BYTES + AL_MINISIGN_TRUSTED_COMMENT_MAX], global[crypto_sign_BYTES];
    memcpy(raw + 2, secret->id, sizeof secret->id);
    (void)crypto_sign_detached(signature, NULL, what->blake2b, crypto_generichash_BYTES_MAX, secret->key);
    memcpy(message, signature, crypto_sign_BYTES);
    memcpy(message + crypto_sign_BYTES, comment.at, comment.length);
    (void)crypto_sign_detached(global, NULL, message, crypto_sign_BYTES + comment.length, secret->key);
    al_buffer_text(out, "untrusted comment: signature from airlock\n");
    write_base64_line(out, raw, sizeof raw);
    al_buffer_format(out, "trusted comment: %s\n", trusted_comment);
    write_base64_line(out, global, sizeof global);
    return out->failed ? al_fail(err, AL_NO_MEMORY, 0, "no memory for the signature") : AL_OK;
}
