/* Namespaces of its own: an advisory layer, because many hosts do not let ordinary
   users have them. Nothing else relies on it. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <sched.h>

static int leave(int flags)
{
    return unshare(flags) == 0 ? 0 : errno;
}

void al_lock_namespaces(int answers[AL_STEP_COUNT])
{
    /* one call where it can be: each one waits for the kernel's other processors */
    int code = leave(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS);
    if (code == 0) {
        answers[AL_STEP_USER_NAMESPACE] = answers[AL_STEP_NETWORK_NAMESPACE] = answers[AL_STEP_OTHER_NAMESPACES] = 0;
        return;
    }
    /* root without user namespaces can still have the others */
    answers[AL_STEP_USER_NAMESPACE] = leave(CLONE_NEWUSER);
    answers[AL_STEP_NETWORK_NAMESPACE] = leave(CLONE_NEWNET);
    answers[AL_STEP_OTHER_NAMESPACES] = leave(CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS);
}
