/* Hashing in steps, so that a parent hashes while it waits for its cell; see
   snapshot.h. Both digests are taken chunk by chunk, so that the bytes pass
   through the cache once. */
#include "sandbox/digest.h"

#include "sandbox/snapshot.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(AL_SHA256_BYTES == crypto_hash_sha256_BYTES, "the size of a SHA-256");
_Static_assert(AL_BLAKE2B_BYTES == crypto_generichash_blake2b_BYTES_MAX, "the size of a BLAKE2b-512");

enum { CHUNK = 1 << 16 };

struct al_digest {
    crypto_hash_sha256_state sha256;
    crypto_generichash_blake2b_state blake2b;
    uint64_t done;
};

void al_digest_free(struct al_digest *d)
{
    free(d);
}

static bool begin(struct al_snapshot *s)
{
    if (sodium_init() < 0)
        return false;
    /* the state of BLAKE2b asks for 64 bytes' alignment, and sizes are multiples of it */
    s->digest = aligned_alloc(_Alignof(struct al_digest), sizeof *s->digest);
    if (s->digest == NULL)
        return false;
    s->digest->done = 0;
    return crypto_hash_sha256_init(&s->digest->sha256) == 0
        && crypto_generichash_blake2b_init(&s->digest->blake2b, NULL, 0, AL_BLAKE2B_BYTES) == 0;
}

/* Hashes one chunk; false where it cannot be read. */
static bool hash_chunk(struct al_snapshot *s)
{
    struct al_digest *d = s->digest;
    uint64_t left = s->size - d->done;
    size_t size = left < CHUNK ? (size_t)left : CHUNK;
    uint8_t copy[CHUNK];
    const uint8_t *bytes = s->bytes != NULL ? s->bytes + d->done : copy;
    if (s->bytes == NULL) {
        ssize_t n;
        do
            n = pread(s->fd, copy, size, (off_t)d->done);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
            return false;
        size = (size_t)n;
    }
    (void)crypto_hash_sha256_update(&d->sha256, bytes, size);
    (void)crypto_generichash_blake2b_update(&d->blake2b, bytes, size);
    d->done += size;
    return true;
}

static void end(struct al_snapshot *s)
{
    (void)crypto_hash_sha256_final(&s->digest->sha256, s->sha256);
    (void)crypto_generichash_blake2b_final(&s->digest->blake2b, s->blake2b, AL_BLAKE2B_BYTES);
    s->digested = true;
    al_digest_free(s->digest);
    s->digest = NULL;
}

bool al_snapshot_digest_step(struct al_snapshot *s, uint64_t most)
{
    if (s->digested || (s->digest == NULL && !begin(s)))
        return false;
    uint64_t stop = s->size - s->digest->done > most ? s->digest->done + most : s->size;
    while (s->digest->done < stop)
        if (!hash_chunk(s))
            return false;
    if (s->digest->done < s->size)
        return true;
    end(s);
    return false;
}

bool al_snapshot_digest(struct al_snapshot *s)
{
    (void)al_snapshot_digest_step(s, UINT64_MAX);
    return s->digested;
}
