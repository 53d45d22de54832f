/* Reads /proc/PID/status (Linux: Documentation/filesystems/proc.rst); see kernel_word.h. */
#include "sandbox/kernel_word.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The value of "\nKey:\tvalue" up to the line's end. */
static bool line_is(const char *status, const char *key, const char *value)
{
    const char *at = strstr(status, key);
    size_t length = strlen(value);
    if (at == NULL)
        return false;
    at += strlen(key);
    return strncmp(at, value, length) == 0 && at[length] == '\n';
}

bool al_kernel_says_locked(pid_t pid, char *words, size_t room)
{
    static const struct {
        const char *key, *value, *failure;
    } wanted[] = {
        {"\nSeccomp:\t", "2", "no seccomp filter"},
        {"\nNoNewPrivs:\t", "1", "new privileges possible"},
        {"\nCapEff:\t", "0000000000000000", "capabilities left"},
        {"\nCapPrm:\t", "0000000000000000", "capabilities left"},
    };
    char path[64], status[8192];
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)snprintf(words, room, "%s: %s", path, strerrordesc_np(errno));
        return false;
    }
    /* the kernel gives the whole of it at once */
    ssize_t n = read(fd, status, sizeof status - 1);
    (void)close(fd);
    status[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!line_is(status, wanted[i].key, wanted[i].value)) {
            (void)snprintf(words, room, "%s", wanted[i].failure);
            return false;
        }
    (void)snprintf(words, room, "Seccomp 2, NoNewPrivs 1, CapEff 0");
    return true;
}
