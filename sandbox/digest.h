/* SHA-256 and BLAKE2b-512 over the same bytes, in steps. */
#ifndef AL_SANDBOX_DIGEST_H
#define AL_SANDBOX_DIGEST_H

struct al_digest;

/* NULL is allowed. */
void al_digest_free(struct al_digest *d);

#endif
