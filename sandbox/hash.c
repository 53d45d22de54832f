/* Hashing a file in one pass; see hash.h. */
#include "sandbox/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the second-level cache, so that what was read is hashed before it leaves it. */
enum { CHUNK = 1 << 18 };

static enum al_status cannot(enum al_finding_id id, const char *path, const char *what, struct al_findings *f,
                             struct al_error *err)
{
    (void)al_find_at(f, id, al_text_of(path), NULL, AL_NOTHING, "%s", what);
    return al_fail(err, AL_IO, 0, "%s", what);
}

static bool hash_all(int fd, uint8_t *chunk, uint8_t blake2b[AL_BLAKE2B_BYTES], uint64_t *size)
{
    crypto_generichash_blake2b_state state;
    (void)crypto_generichash_blake2b_init(&state, NULL, 0, AL_BLAKE2B_BYTES);
    *size = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        (void)crypto_generichash_blake2b_update(&state, chunk, (size_t)n);
        *size += (uint64_t)n;
    }
    (void)crypto_generichash_blake2b_final(&state, blake2b, AL_BLAKE2B_BYTES);
    return true;
}

/* A digest of a file that was written meanwhile is one of a file that nobody wrote. */
static bool unchanged(const struct stat *before, const struct stat *after, uint64_t size)
{
    return (uint64_t)before->st_size == size && after->st_size == before->st_size &&
           after->st_mtim.tv_sec == before->st_mtim.tv_sec && after->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

static enum al_status hash_open(int fd, uint8_t blake2b[AL_BLAKE2B_BYTES], uint64_t *size, const char *path,
                                struct al_findings *f, struct al_error *err)
{
    struct stat before, after;
    if (fstat(fd, &before) != 0)
        return cannot(AL_INPUT_UNREADABLE, path, "fstat failed", f, err);
    if (!S_ISREG(before.st_mode))
        return cannot(AL_INPUT_NOT_REGULAR, path, "Only regular files are opened", f, err);
    uint8_t *chunk = malloc(CHUNK);
    if (chunk == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory to read the file");
    bool hashed = hash_all(fd, chunk, blake2b, size);
    free(chunk);
    if (!hashed)
        return cannot(AL_INPUT_UNREADABLE, path, strerrordesc_np(errno), f, err);
    if (fstat(fd, &after) != 0 || !unchanged(&before, &after, *size))
        return cannot(AL_INPUT_CHANGED, path, "The file changed while it was read", f, err);
    return AL_OK;
}

enum al_status al_hash_path(uint8_t blake2b[AL_BLAKE2B_BYTES], uint64_t *size, const char *path,
                            struct al_findings *f, struct al_error *err)
{
    if (sodium_init() < 0)
        return al_fail(err, AL_HOST, 0, "libsodium cannot be used");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return cannot(errno == ELOOP ? AL_INPUT_SYMLINK : AL_INPUT_UNREADABLE, path, strerrordesc_np(errno), f, err);
    enum al_status status = hash_open(fd, blake2b, size, path, f, err);
    (void)close(fd);
    return status;
}
