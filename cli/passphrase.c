/* See passphrase.h. */
#include "cli/passphrase.h"

#include "cli/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DESCRIPTOR_MOST = 1 << 20 };

struct passphrase *passphrase_new(void)
{
    struct passphrase *p =
        mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        complain("no memory for a passphrase");
        return NULL;
    }
    /* where the limit on locked memory is 0 it may be swapped; it is wiped all the same */
    (void)mlock(p, sizeof *p);
    return p;
}

void passphrase_free(struct passphrase *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p, sizeof *p);
    (void)munmap(p, sizeof *p);
}

static bool from_descriptor(struct passphrase *p, int fd, const char *command)
{
    size_t length = 0;
    char c = 0;
    ssize_t got = 0;
    while (length <= PASSPHRASE_MOST && (got = read(fd, &c, 1)) != 0 && c != '\n') {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            complain("%s: --passphrase-fd %d: %s", command, fd, strerrordesc_np(errno));
            return false;
        }
        p->text[length++] = c;
    }
    if (length > PASSPHRASE_MOST) {
        complain("%s: the passphrase is longer than %d bytes", command, PASSPHRASE_MOST);
        return false;
    }
    p->text[length] = '\0';
    if (strlen(p->text) == length)
        return true;
    complain("%s: the passphrase has a NUL in it", command);
    return false;
}

static bool from_environment(struct passphrase *p, const char *name, const char *command)
{
    const char *value = getenv(name);
    if (value == NULL || strlen(value) > PASSPHRASE_MOST) {
        complain("%s: %s is %s", command, name, value == NULL ? "not in the environment" : "too long a passphrase");
        return false;
    }
    strcpy(p->text, value);
    return true;
}

static bool ask(struct passphrase *p, const char *prompt, const char *command)
{
    if (terminal_ask(prompt, p->text, PASSPHRASE_MOST + 1))
        return true;
    if (errno == ENOTTY)
        complain("%s: there is no terminal to ask at; give --passphrase-fd or --passphrase-env", command);
    else
        complain("%s: the passphrase could not be read: %s", command, strerrordesc_np(errno));
    return false;
}

static bool from_terminal(struct passphrase *p, const char *command, bool chosen)
{
    if (!ask(p, "Passphrase: ", command))
        return false;
    if (!chosen)
        return true;
    struct passphrase *again = passphrase_new();
    bool good = again != NULL && ask(again, "The same again: ", command);
    if (good && strcmp(p->text, again->text) != 0) {
        complain("%s: the two passphrases differ", command);
        good = false;
    }
    passphrase_free(again);
    return good;
}

bool passphrase_read(struct passphrase *p, const struct arguments *arguments, const char *command, bool chosen)
{
    unsigned long fd = 0;
    const char *name = argument_value(arguments, "--passphrase-env");
    bool from_fd = argument_given(arguments, "--passphrase-fd"), good = false;
    if (from_fd && name != NULL)
        complain("%s: --passphrase-fd and --passphrase-env exclude each other", command);
    else if (from_fd)
        good = argument_number(arguments, "--passphrase-fd", 0, DESCRIPTOR_MOST, &fd) &&
               from_descriptor(p, (int)fd, command);
    else if (name != NULL)
        good = from_environment(p, name, command);
    else
        good = from_terminal(p, command, chosen);
    if (good && chosen && p->text[0] == '\0') {
        complain("%s: the passphrase is empty; --no-passphrase makes a key without one", command);
        good = false;
    }
    return good;
}
