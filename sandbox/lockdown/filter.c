/* The last step. The instructions were made at build time from cell_policy.def:
   nothing is computed or allocated here. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static struct sock_filter instructions[] = {
#if defined(__x86_64__) && !defined(__ILP32__)
#include "sandbox/filter_x86_64.inc"
#elif defined(__aarch64__) && !defined(__ILP32__)
#include "sandbox/filter_aarch64.inc"
#else
#error "no filter for this architecture: add it to sandbox/meson.build"
#endif
};

int al_lock_seccomp(void)
{
    const struct sock_fprog program = {.len = sizeof instructions / sizeof instructions[0], .filter = instructions};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) == 0 ? 0 : errno;
}
