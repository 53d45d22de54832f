/* Reports and results reach their file by a rename, so nobody ever reads half of one
   and a full disk leaves the old file alone. */
#include "cli/output.h"
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* mkostemp makes 0600; a report should be as readable as any new file of this user. */
static bool usual_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

static bool open_temporary(struct output *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    int directory = slash != NULL ? (int)(slash - path + 1) : 0;
    if (asprintf(&out->temporary, "%.*s.airlock-XXXXXX", directory, path) < 0) {
        out->temporary = NULL;
        errno = ENOMEM;
        return false;
    }
    int fd = mkostemp(out->temporary, O_CLOEXEC);
    if (fd < 0)
        return false;
    if (!usual_mode(fd) || (out->stream = fdopen(fd, "w")) == NULL) {
        int saved = errno;
        close(fd);
        unlink(out->temporary);
        errno = saved;
        return false;
    }
    return true;
}

/* A device or a pipe cannot be replaced by a rename, and has no content to protect. */
static bool special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

bool output_open(struct output *out, const char *path)
{
    *out = (struct output){.path = path};
    if (path == NULL) {
        out->stream = stdout;
        return true;
    }
    bool opened = special(path) ? (out->stream = fopen(path, "we")) != NULL : open_temporary(out, path);
    if (!opened) {
        complain("%s: cannot be written: %s", path, strerror(errno));
        free(out->temporary);
        *out = (struct output){0};
    }
    return opened;
}

bool output_close(struct output *out)
{
    if (out->path == NULL)
        return output_finish_stdout();
    bool good = fflush(out->stream) == 0 && !ferror(out->stream);
    if (good && out->temporary != NULL)
        good = fsync(fileno(out->stream)) == 0;
    int saved = errno;
    if (fclose(out->stream) != 0 && good) {
        saved = errno;
        good = false;
    }
    if (good && out->temporary != NULL && rename(out->temporary, out->path) != 0) {
        saved = errno;
        good = false;
    }
    if (!good) {
        complain("%s: cannot be written: %s", out->path, strerror(saved));
        if (out->temporary != NULL)
            unlink(out->temporary);
    }
    free(out->temporary);
    *out = (struct output){0};
    return good;
}

void output_discard(struct output *out)
{
    if (out->path == NULL)
        return;
    fclose(out->stream);
    if (out->temporary != NULL)
        unlink(out->temporary);
    free(out->temporary);
    *out = (struct output){0};
}

bool output_finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    complain("standard output: %s", strerror(errno));
    return false;
}
