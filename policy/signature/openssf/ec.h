/* ECDSA over the three curves of OpenSSF model signing. The curve alone says which hash
   belongs to it: nothing in a signature file is asked. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_EC_H
#define AL_POLICY_SIGNATURE_OPENSSF_EC_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

#include <stdint.h>

enum { AL_EC_ID_TEXT = 64 + 1 };

struct al_ec_curve {
    const char *name;      /* "P-256" */
    const char *hash;      /* "SHA256", as libcrypto calls it */
    const char *prefix;    /* of a SubjectPublicKeyInfo: all but the point (RFC 5480) */
    size_t prefix_size;
    size_t number_size;    /* bytes of one coordinate, and at most of r and s */
};

struct al_ec_key {
    const struct al_ec_curve *curve;
    struct al_text spki;           /* DER SubjectPublicKeyInfo, borrowed */
    char id[AL_EC_ID_TEXT];        /* SHA-256 of the key's PEM, as model_signing's bundles have it */
};

/* SHA-256 of a public key's PEM, as 64 lower-case hex digits: how bundles and policies call a key. */
void al_key_name(char id[AL_EC_ID_TEXT], struct al_text spki);

/* A key on one of the curves, named and not spelled out, its point uncompressed. Whether the point
   lies on the curve is asked when the key is used. */
bool al_ec_key_read(struct al_ec_key *out, struct al_text spki);
/* The same from a "PUBLIC KEY" in PEM; its bytes go into the arena. */
bool al_ec_key_read_pem(struct al_ec_key *out, struct al_text pem, struct al_arena *arena);

enum al_ec_answer {
    AL_EC_GOOD,
    AL_EC_BAD,          /* another key, or other bytes */
    AL_EC_MISSHAPEN,    /* not the DER of two numbers of this curve */
    AL_EC_NO_LIBRARY
};

/* Both (r, s) and its mirror (r, n-s) are good, as for every ECDSA verifier and signer of this
   format: nothing here takes a signature's bytes for a name of what was signed. */
enum al_ec_answer al_ec_verify(const struct al_ec_key *key, struct al_text message, struct al_text signature);

#endif
