/* See terminal.h. */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
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

/* Without SA_RESTART: the read ends, and the echo comes back before the signal has its way. */
static void watch(struct sigaction *old)
{
    struct sigaction action = {.sa_handler = catch_signal};
    (void)sigemptyset(&action.sa_mask);
    caught = 0;
    for (size_t i = 0; i < WATCHED; i++)
        if (sigaction(watched[i], &action, &old[i]) == 0 && old[i].sa_handler == SIG_IGN)
            (void)sigaction(watched[i], &old[i], NULL);
}

static void unwatch(const struct sigaction *old)
{
    for (size_t i = 0; i < WATCHED; i++)
        (void)sigaction(watched[i], &old[i], NULL);
}

static bool read_line(int tty, char *out, size_t room)
{
    size_t length = 0;
    for (;;) {
        char c = 0;
        ssize_t got = read(tty, &c, 1);
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
    struct sigaction old[WATCHED];
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
    watch(old);
    bool good = tcsetattr(tty, TCSAFLUSH, &hidden) == 0 && write(tty, prompt, strlen(prompt)) >= 0;
    good = good && read_line(tty, out, room);
    int saved = errno;
    (void)tcsetattr(tty, TCSAFLUSH, &usual);
    unwatch(old);
    (void)close(tty);
    if (caught != 0)
        (void)raise(caught);
    errno = saved;
    return good;
}
