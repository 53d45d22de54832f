/* Steps that are one attribute of the process each; see lockdown.h. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65 /* Linux 6.3 */
#define PR_MDWE_REFUSE_EXEC_GAIN 1UL
#endif
#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9; one number on every architecture */
#endif

static int answer(long result)
{
    return result < 0 ? errno : 0;
}

/* Before Linux 5.9, and under profiles that do not know close_range. */
static int close_one_by_one(unsigned first)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return errno;
    /* a descriptor above a lowered limit can have been inherited: the hard limit bounds what an
       ordinary process could have opened */
    rlim_t end = files.rlim_max < (1U << 20) ? files.rlim_max : (1U << 20);
    for (unsigned fd = first; fd < end; fd++)
        (void)close((int)fd);
    return 0;
}

int al_lock_descriptors(unsigned first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return 0;
    return errno == ENOSYS || errno == EPERM ? close_one_by_one(first) : errno;
}

int al_lock_parent_death(uint32_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return errno;
    /* it may have died before the signal was asked for */
    return (uint32_t)getppid() == parent ? 0 : ESRCH;
}

int al_lock_oom_score(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int code = answer(write(fd, "1000", 4));
    (void)close(fd);
    return code;
}

int al_lock_no_new_privs(void)
{
    return answer(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
}

int al_lock_mdwe(void)
{
    return answer(prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L));
}

int al_lock_not_dumpable(void)
{
    return answer(prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L));
}

int al_lock_speculation(void)
{
    int store = answer(prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_FORCE_DISABLE, 0L, 0L));
    int branch = answer(prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_FORCE_DISABLE, 0L, 0L));
    return store != 0 ? store : branch;
}
