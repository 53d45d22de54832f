/* Landlock with every right handled and none granted: no path can be opened, made,
   run or removed even if the filter had a hole. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The system's header is often older than its kernel, so that the numbers stand here
   (Linux: include/uapi/linux/landlock.h). */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

struct ruleset {
    uint64_t files, network, scopes;
};

enum { VERSION_QUERY = 1 };

/* What each version of Landlock added: which rights exist, and how long the structure is. */
static const struct {
    int version;
    size_t size;
    struct ruleset rights;
} known[] = {
    {1, 8, {0x1fff, 0, 0}},
    {2, 8, {0x3fff, 0, 0}},      /* moving between directories */
    {3, 8, {0x7fff, 0, 0}},      /* truncating */
    {4, 16, {0x7fff, 0x3, 0}},   /* TCP bind and connect */
    {5, 16, {0xffff, 0x3, 0}},   /* ioctl on devices */
    {6, 24, {0xffff, 0x3, 0x3}}, /* abstract sockets, signals */
};

int al_lock_landlock(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_QUERY);
    if (version < 1)
        return version < 0 ? errno : ENOSYS;
    size_t newest = 0;
    while (newest + 1 < sizeof known / sizeof known[0] && known[newest + 1].version <= version)
        newest++;
    /* some kernels of distributions claim version 6 without all of its scopes: try the next lower one */
    for (size_t i = newest + 1; i-- > 0;) {
        long fd = syscall(SYS_landlock_create_ruleset, &known[i].rights, known[i].size, 0);
        if (fd < 0 && errno == EINVAL && i > 0)
            continue;
        if (fd < 0)
            return errno;
        int code = syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0 ? 0 : errno;
        (void)close((int)fd);
        return code;
    }
    return EINVAL;
}
