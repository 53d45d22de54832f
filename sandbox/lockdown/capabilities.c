/* No capability in any set. A process in a new user namespace has all of that
   namespace's until this step. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int al_lock_capabilities(void)
{
    /* the bounding set first, while CAP_SETPCAP lasts; who lacks that has none to lose, and the first
       capability that the kernel does not know ends the list */
    for (unsigned long c = 0; c < 64 && prctl(PR_CAPBSET_DROP, c, 0L, 0L, 0L) == 0; c++) {
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
    return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}
