/* Limits that the kernel keeps. Those that are zero are a second wall behind the
   filter; CPU and address space bound what a parser may use up. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <sys/resource.h>

static int limit(int resource, rlim_t soft, rlim_t hard)
{
    /* an ordinary process may lower a hard limit and never raise one */
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
        return errno;
    struct rlimit want = {.rlim_cur = soft < now.rlim_max ? soft : now.rlim_max,
                          .rlim_max = hard < now.rlim_max ? hard : now.rlim_max};
    return setrlimit((__rlimit_resource_t)resource, &want) == 0 ? 0 : errno;
}

int al_lock_rlimits(uint32_t seconds, uint64_t address_space)
{
    static const int none[] = {RLIMIT_CORE,  RLIMIT_FSIZE,    RLIMIT_NPROC,      RLIMIT_NOFILE,
                               RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE};
    enum { STACK_BYTES = 8 << 20 };
    int first = 0;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        int code = limit(none[i], 0, 0);
        first = first != 0 ? first : code;
    }
    int stack = limit(RLIMIT_STACK, STACK_BYTES, STACK_BYTES);
    int space = limit(RLIMIT_AS, address_space, address_space);
    /* the soft limit's SIGXCPU says why; the hard limit's SIGKILL follows a second later */
    int cpu = limit(RLIMIT_CPU, seconds, seconds + 1U);
    first = first != 0 ? first : stack;
    first = first != 0 ? first : space;
    return first != 0 ? first : cpu;
}
