/* See terminal.h. */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int watched[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
enum { WATCHED = sizeof watched / sizeof watched[0] };

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
    caught = number;
}

struct watch {
    struct sigaction old[WATCHED];
    sigset_t mask; /* as it was */
};

/* They are let through in ppoll alone, so that none slips in between a look and a read that would then
   wait for ever; the echo comes back before a signal has its way. */
static void watch(struct watch *w)
{
    struct sigaction action = {.sa_handler = catch_signal};
    sigset_t blocked;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&blocked);
    caught = 0;
    for (size_t i = 0; i < WATCHED; i++)
        (void)sigaddset(&blocked, watched[i]);
    (void)sigprocmask(SIG_BLOCK, &blocked, &w->mask);
    for (size_t i = 0; i < WATCHED; i++)
        if (sigaction(watched[i], &action, &w->old[i]) == 0 && w->old[i].sa_handler == SIG_IGN)
            (void)sigaction(watched[i], &w->old[i], NULL);
}

static void unwatch(const struct watch *w)
{
    for (size_t i = 0; i < WATCHED; i++)
        (void)sigaction(watched[i], &w->old[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &w->mask, NULL);
}

static bool read_line(int tty, char *out, size_t room, const sigset_t *mask)
{
    size_t length = 0;
    for (;;) {
        char c = 0;
        struct pollfd wait = {.fd = tty, .events = POLLIN};
        ssize_t got = ppoll(&wait, 1, NULL, mask) < 0 ? -1 : read(tty, &c, 1);
        if (got < 0)
            return false;
        if (got == 0 || c == '\n')
            break;
        if (length + 1 < room)
            out[length] = c;
        length++;
    }
    out[length < room ? length : 0] = '\0';
    errno = E2BIG;
    return length < room;
}

bool terminal_ask(const char *prompt, char *out, size_t room)
{
    struct termios usual, hidden;
    struct watch w;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0 || tcgetattr(tty, &usual) != 0) {
        if (tty >= 0)
            (void)close(tty);
        errno = ENOTTY;
        return false;
    }
    hidden = usual;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    hidden.c_lflag |= ECHONL;
    watch(&w);
    bool good = tcsetattr(tty, TCSAFLUSH, &hidden) == 0 && write(tty, prompt, strlen(prompt)) >= 0;
    good = good && read_line(tty, out, room, &w.mask);
    int saved = errno;
    (void)tcsetattr(tty, TCSAFLUSH, &usual);
    unwatch(&w);
    (void)close(tty);
    if (caught != 0)
        (void)raise(caught);
    errno = saved;
    return good;
}
