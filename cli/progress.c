/* Standard error only: what is piped or kept is the report's. */
#include "cli/progress.h"

#include "include/airlock.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static bool shown;

/* True when half a second has passed since it last was, or since the first time. */
static bool is_time(void)
{
    enum { MILLISECONDS = 500 };
    static int64_t last;
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    const int64_t now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    const bool first = last == 0;
    if (!first && now - last < MILLISECONDS)
        return false;
    last = now;
    return !first;
}

static int columns(void)
{
    enum { USUAL = 80 };
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL;
}

void progress_show(size_t number, size_t total, const char *path)
{
    char counted[64];
    if (!is_time() || isatty(STDERR_FILENO) == 0)
        return;
    char *name = al_text_shown(path);
    progress_clear();
    const int used = snprintf(counted, sizeof counted, "%zu of %zu: ", number, total), room = columns() - used - 1;
    /* a line that wraps could not be taken away; half a character is what a terminal replaces */
    (void)fprintf(stderr, "%s%.*s", counted, room > 0 ? room : 0, name != NULL ? name : "");
    (void)fflush(stderr);
    al_text_free(name);
    shown = true;
}

void progress_clear(void)
{
    if (!shown)
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    shown = false;
}
