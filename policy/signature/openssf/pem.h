/* PEM as RFC 7468 calls it strict: blocks of one label, lines of 64 letters, canonical
   base64, nothing before, between or behind. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_PEM_H
#define AL_POLICY_SIGNATURE_OPENSSF_PEM_H

#include "base/arena.h"
#include "base/text.h"

/* The most bytes one block may hold: certificates with many names are a few thousand. */
enum { AL_PEM_BLOCK_MAX = 16384 };

/* Takes the next block off `rest`, whose label must be `label` ("PUBLIC KEY", "CERTIFICATE").
   The bytes live in the arena. */
bool al_pem_take(struct al_text *rest, const char *label, struct al_text *der, struct al_arena *arena);

/* The same for a text that is one block. */
bool al_pem_only(struct al_text text, const char *label, struct al_text *der, struct al_arena *arena);

/* Writes a block as OpenSSL does. */
void al_pem_write(struct al_buffer *out, const char *label, struct al_text der);

#endif
