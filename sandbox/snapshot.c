/* From a path, a descriptor, a stream or memory to sealed bytes; see snapshot.h. */
#include "sandbox/snapshot.h"

#include "base/limits.h"
#include "sandbox/digest.h"
#include "sandbox/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

/* What every maker needs to say what went wrong. */
struct maker {
    const char *name;
    const struct al_policy *policy;
    struct al_findings *findings;
    struct al_error *err;
};

static enum al_status cannot(const struct maker *m, enum al_finding_id id, const char *call)
{
    int code = errno;
    const char *why = code != 0 ? strerrordesc_np(code) : "ended early";
    (void)al_find_at(m->findings, id, al_text_of(m->name), NULL, AL_NOTHING, "%s: %s", call,
                     why != NULL ? why : "unknown error");
    return al_fail(m->err, code == ENOMEM ? AL_NO_MEMORY : AL_IO, 0, "%s: %s", call,
                   why != NULL ? why : "unknown error");
}

static enum al_status too_large(const struct maker *m, enum al_finding_id id, const char *key, uint64_t size,
                                uint64_t limit)
{
    char expected[64];
    (void)snprintf(expected, sizeof expected, "at most %llu bytes", (unsigned long long)limit);
    (void)al_find_at(m->findings, id, al_text_of(m->name), expected,
                     al_found(m->findings, "%llu bytes", (unsigned long long)size),
                     "The file is larger than %s allows", key);
    return al_fail(m->err, AL_REFUSED, 0, "larger than %s allows", key);
}

/* Takes `fd` in every case. */
static enum al_status finish_take(struct al_snapshot **out, int fd, uint64_t size, bool sealed, const struct maker *m)
{
    struct al_snapshot *s = calloc(1, sizeof *s);
    if (s == NULL) {
        (void)close(fd);
        return al_fail(m->err, AL_NO_MEMORY, 0, "no memory for a snapshot");
    }
    *s = (struct al_snapshot){.fd = fd, .size = size, .sealed = sealed};
    if (sealed) {
        /* private: a shared mapping of a write-sealed memfd is refused by kernels before 6.7 */
        void *map = size > 0 ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
        if (map == MAP_FAILED) {
            al_snapshot_free(s);
            return cannot(m, AL_INPUT_UNREADABLE, "mmap");
        }
        s->bytes = size > 0 ? map : (const uint8_t *)"";
    }
    *out = s;
    return AL_OK;
}

static enum al_status seal_take(struct al_snapshot **out, int memfd, uint64_t size, const struct maker *m)
{
    if (!al_seal(memfd)) {
        enum al_status status = cannot(m, AL_INPUT_UNREADABLE, "fcntl(F_ADD_SEALS)");
        (void)close(memfd);
        return status;
    }
    return finish_take(out, memfd, size, true, m);
}

static enum al_status unsealed_borrow(struct al_snapshot **out, int fd, uint64_t size, const struct maker *m)
{
    if (!m->policy->allow_unsealed)
        return too_large(m, AL_LIMIT_COPY_BYTES, "limits.copy_bytes", size, m->policy->limits.copy_bytes);
    (void)al_find_at(m->findings, AL_INPUT_UNSEALED, al_text_of(m->name), NULL, AL_NOTHING,
                     "The file was judged as it lies, without a sealed copy");
    int mine = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (mine < 0)
        return cannot(m, AL_INPUT_UNREADABLE, "fcntl(F_DUPFD_CLOEXEC)");
    return finish_take(out, mine, size, false, m);
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static enum al_status copy_regular(struct al_snapshot **out, int fd, const struct stat *before, const struct maker *m)
{
    uint64_t size = (uint64_t)before->st_size;
    int memfd = al_memfd("airlock-input");
    if (memfd < 0)
        return cannot(m, AL_INPUT_UNREADABLE, "memfd_create");
    if (!al_copy_file(memfd, fd, size)) {
        enum al_status status = cannot(m, errno == 0 ? AL_INPUT_CHANGED : AL_INPUT_UNREADABLE, "reading the file");
        (void)close(memfd);
        return status;
    }
    /* a copy torn between two versions is a file that nobody wrote */
    struct stat after;
    if (fstat(fd, &after) != 0 || after.st_size != before->st_size || !same_time(after.st_mtim, before->st_mtim)) {
        (void)close(memfd);
        (void)al_find_at(m->findings, AL_INPUT_CHANGED, al_text_of(m->name), NULL, AL_NOTHING,
                         "The file changed while it was read");
        return al_fail(m->err, AL_IO, 0, "the file changed while it was read");
    }
    return seal_take(out, memfd, size, m);
}

static enum al_status regular_borrow(struct al_snapshot **out, int fd, const struct maker *m)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return cannot(m, AL_INPUT_UNREADABLE, "fstat");
    if (!S_ISREG(st.st_mode)) {
        (void)al_find_at(m->findings, AL_INPUT_NOT_REGULAR, al_text_of(m->name), "a regular file", AL_NOTHING,
                         "Only regular files are opened");
        return al_fail(m->err, AL_IO, 0, "not a regular file");
    }
    uint64_t size = (uint64_t)st.st_size;
    if (size > m->policy->limits.file_bytes || size > AL_MAX_FILE_BYTES)
        return too_large(m, AL_LIMIT_FILE_BYTES, "limits.file_bytes", size, m->policy->limits.file_bytes);
    if (al_is_sealed(fd)) {
        int mine = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        return mine < 0 ? cannot(m, AL_INPUT_UNREADABLE, "fcntl(F_DUPFD_CLOEXEC)")
                        : finish_take(out, mine, size, true, m);
    }
    if (size > m->policy->limits.copy_bytes)
        return unsealed_borrow(out, fd, size, m);
    return copy_regular(out, fd, &st, m);
}

enum al_status al_snapshot_path(struct al_snapshot **out, int directory, const char *path, const char *name,
                                const struct al_policy *policy, struct al_findings *f, struct al_error *err)
{
    const struct maker m = {name, policy, f, err};
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return cannot(&m, errno == ELOOP ? AL_INPUT_SYMLINK : AL_INPUT_UNREADABLE, "open");
    enum al_status status = regular_borrow(out, fd, &m);
    (void)close(fd);
    return status;
}

enum al_status al_snapshot_fd_borrow(struct al_snapshot **out, int fd, const char *name,
                                     const struct al_policy *policy, struct al_findings *f, struct al_error *err)
{
    const struct maker m = {name, policy, f, err};
    return regular_borrow(out, fd, &m);
}

/* Reads once; waits where the descriptor is non-blocking. -1 with errno, 0 at the end. */
static ssize_t read_patiently(int fd, char *chunk, size_t size)
{
    for (;;) {
        ssize_t n = read(fd, chunk, size);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN))
            return n;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (errno == EAGAIN && poll(&wait, 1, -1) < 0 && errno != EINTR)
            return -1;
    }
}

enum al_status al_snapshot_stream_borrow(struct al_snapshot **out, int fd, const char *name,
                                         const struct al_policy *policy, struct al_findings *f, struct al_error *err)
{
    const struct maker m = {name, policy, f, err};
    /* a stream has no place to lie in, so it is always copied, and the stricter cap holds */
    bool by_copy = policy->limits.copy_bytes < policy->limits.file_bytes;
    uint64_t cap = by_copy ? policy->limits.copy_bytes : policy->limits.file_bytes, size = 0;
    int memfd = al_memfd("airlock-input");
    if (memfd < 0)
        return cannot(&m, AL_INPUT_UNREADABLE, "memfd_create");
    enum al_status status;
    for (;;) {
        char chunk[CHUNK];
        ssize_t n = read_patiently(fd, chunk, sizeof chunk);
        if (n == 0)
            return seal_take(out, memfd, size, &m);
        if (n < 0 || !al_write_all(memfd, chunk, (size_t)n)) {
            status = cannot(&m, AL_INPUT_UNREADABLE, "reading the stream");
            break;
        }
        size += (uint64_t)n;
        if (size > cap) {
            status = too_large(&m, by_copy ? AL_LIMIT_COPY_BYTES : AL_LIMIT_FILE_BYTES,
                               by_copy ? "limits.copy_bytes" : "limits.file_bytes", size, cap);
            break;
        }
    }
    (void)close(memfd);
    return status;
}

enum al_status al_snapshot_bytes(struct al_snapshot **out, const void *bytes, uint64_t size, const char *name,
                                 const struct al_policy *policy, struct al_findings *f, struct al_error *err)
{
    const struct maker m = {name, policy, f, err};
    if (size > policy->limits.file_bytes || size > SIZE_MAX)
        return too_large(&m, AL_LIMIT_FILE_BYTES, "limits.file_bytes", size, policy->limits.file_bytes);
    int memfd = al_memfd("airlock-input");
    if (memfd < 0)
        return cannot(&m, AL_INPUT_UNREADABLE, "memfd_create");
    if (!al_write_all(memfd, bytes, (size_t)size)) {
        enum al_status status = cannot(&m, AL_INPUT_UNREADABLE, "write to a memfd");
        (void)close(memfd);
        return status;
    }
    return seal_take(out, memfd, size, &m);
}

void al_snapshot_free(struct al_snapshot *s)
{
    if (s == NULL)
        return;
    if (s->bytes != NULL && s->size > 0)
        (void)munmap((void *)(uintptr_t)s->bytes, s->size);
    (void)close(s->fd);
    al_digest_free(s->digest);
    free(s);
}
