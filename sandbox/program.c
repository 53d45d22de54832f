/* Where the cell's program lies; see spawn.h. */
#include "sandbox/spawn.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_program(const char *directory, size_t length, const char *rest, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%.*s%s%s", (int)length, directory, rest, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

/* In this file's own shared library or program: an installed tree that was moved, a
   wheel, a build tree. */
static int open_beside(const char *file, const char *name)
{
    static const char *const rests[] = {"/", "/../libexec/airlock/", "/../sandbox/"};
    size_t length = directory_length(file);
    int fd = -1;
    for (size_t i = 0; i < sizeof rests / sizeof rests[0] && fd < 0 && length > 0; i++)
        fd = open_program(file, length, rests[i], name);
    return fd;
}

int al_cell_open(const char *name, struct al_error *err)
{
    const char *program = name != NULL ? name : "airlock-cell";
    /* not for set-user-id programs: there the environment is an attacker's */
    const char *told = secure_getenv("AIRLOCK_CELL");
    int fd = -1;
    if (told != NULL) {
        fd = name == NULL ? open(told, O_RDONLY | O_CLOEXEC) : open_program(told, directory_length(told), "/", name);
    } else {
        static const char anchor;
        Dl_info library;
        char self[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
        self[n > 0 ? n : 0] = '\0';
        if (dladdr(&anchor, &library) != 0 && library.dli_fname != NULL && library.dli_fname[0] == '/')
            fd = open_beside(library.dli_fname, program);
        if (fd < 0)
            fd = open_beside(self, program);
        if (fd < 0)
            fd = open_program(AIRLOCK_LIBEXEC, strlen(AIRLOCK_LIBEXEC), "/", program);
    }
    if (fd < 0)
        (void)al_fail(err, AL_HOST, 0, "%s is not where it should be: %s", program, strerrordesc_np(errno));
    return fd;
}
