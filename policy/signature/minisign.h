/* minisign's files: who signed which bytes. Formats and limits as in minisign
   0.11 (its README, "Signature format" and "Secret key format"); Ed25519,
   BLAKE2b and scrypt are libsodium's. Runs in the parent: signatures are judged on
   the sealed bytes that the cell parses, never inside the cell.

   Every reader takes hostile bytes, is strict to the letter (no further lines, one
   base64 spelling) and says what is wrong through `f` as signature.malformed. */
#ifndef AL_POLICY_SIGNATURE_MINISIGN_H
#define AL_POLICY_SIGNATURE_MINISIGN_H

#include "base/status.h"
#include "policy/finding.h"

#include <sodium.h>
#include <stdbool.h>

enum {
    AL_MINISIGN_ID_BYTES = 8,
    AL_MINISIGN_COMMENT_MAX = 1024,        /* COMMENTMAXBYTES */
    AL_MINISIGN_TRUSTED_COMMENT_MAX = 8192, /* TRUSTEDCOMMENTMAXBYTES */
    AL_MINISIGN_FILE_MAX = 16384,
    AL_MINISIGN_ID_TEXT = 2 * AL_MINISIGN_ID_BYTES + 1,
    AL_MINISIGN_SECRET_TEXT = 512          /* room for the text of a secret key's file and its NUL */
};

struct al_minisign_public {
    uint8_t id[AL_MINISIGN_ID_BYTES];
    uint8_t key[crypto_sign_PUBLICKEYBYTES];
};

/* Wiped by al_minisign_secret_wipe; whoever holds one does so, or has it in sodium_malloc's memory. */
struct al_minisign_secret {
    uint8_t id[AL_MINISIGN_ID_BYTES];
    uint8_t key[crypto_sign_SECRETKEYBYTES];
};

struct al_minisign_signature {
    bool prehashed;                        /* "ED": over BLAKE2b-512 of the file; "Ed" (legacy): over the file */
    uint8_t id[AL_MINISIGN_ID_BYTES];
    uint8_t signature[crypto_sign_BYTES];
    uint8_t global[crypto_sign_BYTES];     /* over signature and trusted comment */
    struct al_text trusted_comment;        /* borrowed from the bytes read */
};

/* The signed bytes: sealed, and their BLAKE2b-512. `bytes` is needed for legacy signatures only. */
struct al_signed_bytes {
    const uint8_t *bytes;
    uint64_t size;
    const uint8_t *blake2b; /* crypto_generichash_BYTES_MAX of them */
};

/* minisign's way to show a key id: 16 upper-case hex digits of it as a little-endian number. */
void al_minisign_id_text(char out[AL_MINISIGN_ID_TEXT], const uint8_t id[AL_MINISIGN_ID_BYTES]);

/* A public key: the 56 letters alone ("RW…"), or the two-line file. */
bool al_minisign_read_public(struct al_minisign_public *out, struct al_text file, const char *name,
                             struct al_findings *f);
bool al_minisign_read_signature(struct al_minisign_signature *out, struct al_text file, const char *name,
                                struct al_findings *f);

/* True when `s` was made by `key` over `what`, comment included. Otherwise a finding:
   signature.untrusted (made by another key), signature.invalid, signature.comment. */
bool al_minisign_verify(const struct al_minisign_signature *s, const struct al_minisign_public *key,
                        const struct al_signed_bytes *what, const char *name, struct al_findings *f);

/* True when the file says of itself that it signs the bytes, not their digest. */
bool al_minisign_is_legacy(struct al_text file);

/* ---- secret keys ---- */

enum al_status al_minisign_generate(struct al_minisign_public *public_key, struct al_minisign_secret *secret,
                                    struct al_error *err);
void al_minisign_public_of(struct al_minisign_public *out, const struct al_minisign_secret *secret);
void al_minisign_secret_wipe(struct al_minisign_secret *secret);

/* Decrypts with scrypt as the file says (within libsodium's "sensitive" cost, which is
   what minisign uses). AL_REFUSED: malformed, or a wrong passphrase; AL_NO_MEMORY: scrypt
   wants 1 GiB. A key stored without a passphrase takes any `passphrase`, NULL too. */
enum al_status al_minisign_read_secret(struct al_minisign_secret *out, struct al_text file, const char *passphrase,
                                       struct al_error *err);
/* True when reading it needs a passphrase. */
bool al_minisign_secret_is_encrypted(struct al_text file);

/* The 56 letters of a public key, as policies name it. */
void al_minisign_write_letters(struct al_buffer *out, const struct al_minisign_public *key);

/* The files' texts. NULL passphrase: stored in the clear, as `minisign -W` does. */
enum al_status al_minisign_write_public(struct al_buffer *out, const struct al_minisign_public *key);
/* Into memory of the caller's, who wipes it: a buffer that grows would leave copies behind. */
enum al_status al_minisign_write_secret(char out[AL_MINISIGN_SECRET_TEXT], const struct al_minisign_secret *secret,
                                        const char *passphrase, struct al_error *err);

/* A signature file over what->blake2b. Comments: valid UTF-8 without control characters. */
enum al_status al_minisign_sign(struct al_buffer *out, const struct al_minisign_secret *secret,
                                const struct al_signed_bytes *what, const char *trusted_comment,
                                struct al_error *err);

#endif
