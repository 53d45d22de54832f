/* Reports and results are gathered in memory and reach their file by a rename, so
   nobody ever reads half of one, a full disk leaves the old file alone, and whoever is
   interrupted leaves nothing behind. */
#include "cli/output.h"
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device or a pipe cannot be replaced by a rename, and has no content to protect. */
static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static char *beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    char *result;
    return asprintf(&result, "%.*s%s", slash != NULL ? (int)(slash - path + 1) : 0, path, name) >= 0 ? result : NULL;
}

/* Better to hear of a mistyped directory before an hour of work than after it. */
static bool is_writable(const char *path)
{
    char *directory = beside(path, ".");
    bool good = directory != NULL && (is_special(path) ? access(path, W_OK) : access(directory, W_OK)) == 0;
    int saved = errno;
    free(directory);
    errno = saved;
    return good;
}

bool output_open(struct output *out, const char *path)
{
    *out = (struct output){.path = path};
    if (path == NULL)
        out->stream = stdout;
    else if (is_writable(path))
        out->stream = open_memstream(&out->gathered, &out->size);
    if (out->stream == NULL)
        complain("%s: cannot be written: %s", path, strerror(errno));
    return out->stream != NULL;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

/* mkostemp makes 0600; a report should be as readable as any new file of this user. */
static bool usual_mode(int fd)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

/* A file without a name in the directory of `path`, so that even SIGKILL leaves nothing;
   where the file system has no such files, one named `temporary`. */
static int open_nameless(const char *path, char *temporary, bool *named)
{
    char *directory = beside(path, ".");
    int fd = directory != NULL ? open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
    free(directory);
    *named = fd < 0;
    return fd < 0 ? mkostemp(temporary, O_CLOEXEC) : fd;
}

/* Gives the file its name: at once where there is none yet, by way of `temporary` where an
   old file is to be replaced. */
static bool give_name(int fd, const char *path, char *temporary, bool *named)
{
    char self[64];
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (!*named && linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
        return true;
    /* six digits of the process's number instead of the X: who else has taken this name is not replaced */
    if (!*named && errno == EEXIST) {
        char *digit = temporary + strlen(temporary);
        for (int i = 0, rest = (int)getpid(); i < 6; i++, rest /= 10)
            *--digit = (char)('0' + rest % 10);
        *named = linkat(AT_FDCWD, self, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0;
    }
    return *named && rename(temporary, path) == 0;
}

static bool replace(const char *path, const char *bytes, size_t size)
{
    char *temporary = beside(path, ".airlock-XXXXXX");
    bool named = false;
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    int fd = temporary != NULL ? open_nameless(path, temporary, &named) : -1;
    bool good = fd >= 0 && usual_mode(fd) && write_all(fd, bytes, size) && fsync(fd) == 0
             && give_name(fd, path, temporary, &named);
    int saved = errno;
    if (!good && named)
        (void)unlink(temporary);
    if (fd >= 0)
        (void)close(fd);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(temporary);
    errno = saved;
    return good;
}

static bool write_special(const char *path, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write_all(fd, bytes, size);
    int saved = errno;
    if (fd >= 0 && close(fd) != 0 && good)
        return false;
    errno = saved;
    return good;
}

bool output_close(struct output *out)
{
    if (out->path == NULL)
        return output_finish_stdout();
    bool good = !ferror(out->stream) && fflush(out->stream) == 0;
    good = fclose(out->stream) == 0 && good;
    if (good)
        good = is_special(out->path) ? write_special(out->path, out->gathered, out->size)
                                     : replace(out->path, out->gathered, out->size);
    if (!good)
        complain("%s: cannot be written: %s", out->path, strerror(errno));
    free(out->gathered);
    *out = (struct output){0};
    return good;
}

void output_discard(struct output *out)
{
    if (out->path != NULL) {
        (void)fclose(out->stream);
        free(out->gathered);
    }
    *out = (struct output){0};
}

bool output_finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    complain("standard output: %s", strerror(errno));
    return false;
}
