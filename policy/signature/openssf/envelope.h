/* A Sigstore bundle (version 0.3, in JSON) around a DSSE envelope: the file `model.sig` that
   OpenSSF model signing writes. Only its form is read here; nothing in it is believed, and
   the payload stays the bytes that were signed. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_ENVELOPE_H
#define AL_POLICY_SIGNATURE_OPENSSF_ENVELOPE_H

#include "policy/finding.h"
#include "policy/json.h"

enum {
    AL_ENVELOPE_FILE_MAX = 2 << 20,
    AL_ENVELOPE_CHAIN_MAX = 8,            /* the signer's certificate and those above it */
    AL_ENVELOPE_SIGNATURE_MAX = 144       /* DER of two numbers of P-521 is at most 139 bytes */
};

#define AL_ENVELOPE_PAYLOAD_TYPE "application/vnd.in-toto+json"

enum al_envelope_method {
    AL_ENVELOPE_KEY,          /* by a key that the verifier must know */
    AL_ENVELOPE_CHAIN,        /* by the key of a certificate, with the certificates above it */
    AL_ENVELOPE_LOGGED        /* Sigstore keyless: a certificate, and a transparency log's word for the time */
};

struct al_envelope {
    enum al_envelope_method method;
    struct al_text hint;                  /* method KEY: which key, by the signer's word; or AL_NOTHING */
    struct al_text chain[AL_ENVELOPE_CHAIN_MAX]; /* DER, the signer's own first */
    size_t chain_count;
    const json_t *log;                    /* method LOGGED: the entry, an object; lives as long as `json` */
    struct al_text payload;               /* the signed bytes without their frame */
    struct al_text signature;
    json_t *json;                         /* owned */
};

/* Everything it sets lives in the sink's arena, apart from `json`; al_envelope_free also after false. */
bool al_envelope_read(struct al_envelope *out, struct al_text file, const char *where, struct al_findings *f);
void al_envelope_free(struct al_envelope *envelope);

/* What the signature is over: DSSE 1.0's pre-authentication encoding of the payload. */
void al_envelope_frame(struct al_buffer *out, struct al_text payload);

#endif
