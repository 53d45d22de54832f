/* The airlock command: finds the command's row and runs it. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void complain(const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    /* paths are whatever somebody named a file: nothing in them may steer a terminal */
    char *shown = al_text_shown(line);
    fprintf(stderr, "airlock: %s\n", shown != NULL ? shown : "no memory");
    al_text_free(shown);
}

int complain_of(const char *about, const struct al_error *err)
{
    complain("%s: %s", about, err->what[0] != '\0' ? err->what : al_status_word(err->code));
    return err->code == AL_REFUSED ? STATUS_REFUSED : STATUS_FAILED;
}

/* A descriptor from 0 to 2 that is closed would be given to the next file opened, and a
   complaint would go into it. What takes its place fails every write, as a closed one does. */
static bool hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    /* a reader that has gone away is a failed write, not a death without a word; and where the
       caller ignores the end of children, the kernel would not say how a cell ended */
    if (!hold_standard_descriptors() || signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || signal(SIGXFSZ, SIG_IGN) == SIG_ERR || signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        return STATUS_FAILED;
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return help_overview();
    if (strcmp(name, "--version") == 0) {
        printf("airlock %s\n", al_version());
        return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
    }
    struct suggestion best = {NULL, 0};
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return command_run(c, argc - 2, argv + 2);
        suggestion_offer(&best, name, c->name);
    }
    const char *near = suggestion_of(&best, name);
    if (*name == '\0')
        complain("which command? see 'airlock --help'");
    else if (near != NULL)
        complain("there is no command %s; did you mean %s?", name, near);
    else
        complain("there is no command %s; see 'airlock --help'", name);
    return STATUS_FAILED;
}
