/* Signing a model as `model_signing sign key` does: SHA-256 of whole files, an in-toto statement
   in a DSSE envelope in a Sigstore bundle. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_SIGN_H
#define AL_POLICY_SIGNATURE_OPENSSF_SIGN_H

#include "policy/signature/judge.h"
#include "policy/signature/openssf/ec.h"

struct al_ec_secret; /* a private key; it lies in libcrypto's memory, which wipes it */

/* Reads a private key in PEM (PKCS#8, encrypted or not; or SEC 1). AL_REFUSED: not such a key, or a
   wrong passphrase; AL_HOST: no libcrypto. `passphrase` may be NULL for a key in the clear. */
enum al_status al_ec_secret_read(struct al_ec_secret **out, struct al_text pem, const char *passphrase,
                                 struct al_error *err);
void al_ec_secret_free(struct al_ec_secret *secret);
/* True when reading it needs a passphrase. */
bool al_ec_secret_is_encrypted(struct al_text pem);
const struct al_ec_key *al_ec_secret_public(const struct al_ec_secret *secret);

/* Appends the DER of a signature over the message. */
enum al_status al_ec_sign(struct al_buffer *out, const struct al_ec_secret *secret, struct al_text message,
                          struct al_error *err);

/* Appends a bundle around a payload. */
enum al_status al_openssf_wrap(struct al_buffer *out, const struct al_ec_secret *secret, struct al_text payload,
                               struct al_error *err);

/* Appends a bundle over the files of a model, whose SHA-256 must be there. `name` is told to readers and proves
   nothing; `alone`: the model is one file and no directory. `ignored` are the paths left out of `files`. */
struct al_openssf_work {
    struct al_text name;
    const struct al_signed_file *files;
    size_t file_count;
    bool alone;
    const char *const *ignored;
    size_t ignored_count;
};
enum al_status al_openssf_sign(struct al_buffer *out, const struct al_ec_secret *secret,
                               const struct al_openssf_work *work, struct al_error *err);

#endif
