/* The system calls behind a snapshot, each with the older kernel's way beside it; see seal.h. */
#include "sandbox/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U /* Linux 6.3 */
#endif

enum {
    SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL,
    CHUNK = 1 << 16,
    SENDFILE_MOST = 1 << 30
};

int al_memfd(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd;
}

bool al_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, SEALS) == 0;
}

bool al_is_sealed(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & SEALS) == SEALS;
}

bool al_write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool copy_by_reading(int to, int from, off_t at, uint64_t size)
{
    char chunk[CHUNK];
    while (size > 0) {
        ssize_t n = pread(from, chunk, size < CHUNK ? (size_t)size : CHUNK, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = 0;
        if (n <= 0 || !al_write_all(to, chunk, (size_t)n))
            return false;
        at += n;
        size -= (uint64_t)n;
    }
    return true;
}

bool al_copy_file(int to, int from, uint64_t size)
{
    off_t at = 0;
    while (size > 0) {
        ssize_t n = sendfile(to, from, &at, size < SENDFILE_MOST ? (size_t)size : SENDFILE_MOST);
        if (n < 0 && errno == EINTR)
            continue;
        /* some file systems (FUSE, proc) have no splice to send from */
        if (n < 0 && (errno == EINVAL || errno == ENOSYS))
            return copy_by_reading(to, from, at, size);
        if (n == 0)
            errno = 0;
        if (n <= 0)
            return false;
        size -= (uint64_t)n;
    }
    return true;
}
