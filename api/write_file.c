/* See write_file.h. */
#include "api/write_file.h"

#include "sandbox/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum al_status failed(struct al_error *err, const char *call)
{
    const char *why = strerrordesc_np(errno);
    return al_fail(err, errno == EEXIST ? AL_USAGE : AL_IO, 0, "%s: %s", call, why != NULL ? why : "unknown error");
}

static enum al_status fill(int fd, const void *bytes, size_t size, struct al_error *err)
{
    if (!al_write_all(fd, bytes, size))
        return failed(err, "write");
    return fsync(fd) == 0 ? AL_OK : failed(err, "fsync");
}

/* link() leaves an existing name alone; not every file system has RENAME_NOREPLACE. */
static enum al_status place(const char *temporary, const char *path, bool replace, struct al_error *err)
{
    if (replace)
        return rename(temporary, path) == 0 ? AL_OK : failed(err, "rename");
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return AL_OK;
    if (errno != EINVAL)
        return failed(err, "rename");
    if (link(temporary, path) != 0)
        return failed(err, "link");
    (void)unlink(temporary);
    return AL_OK;
}

enum al_status al_write_file(const char *path, const void *bytes, size_t size, mode_t mode, bool replace,
                             struct al_error *err)
{
    const char *slash = strrchr(path, '/');
    char *temporary = NULL;
    /* not mkostemp: the kernel applies the umask, which a thread cannot ask for without setting it */
    if (sodium_init() < 0 || asprintf(&temporary, "%.*s.airlock-%08x%08x", slash != NULL ? (int)(slash - path + 1) : 0,
                                      path, randombytes_random(), randombytes_random()) < 0)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a name");
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    enum al_status status = fd >= 0 ? fill(fd, bytes, size, err) : failed(err, "creating a file beside it");
    if (fd >= 0 && close(fd) != 0 && status == AL_OK)
        status = failed(err, "close");
    if (status == AL_OK)
        status = place(temporary, path, replace, err);
    if (status != AL_OK && fd >= 0)
        (void)unlink(temporary);
    free(temporary);
    return status;
}
