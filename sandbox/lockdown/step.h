/* The steps by which a cell locks itself, in the order in which they are taken.
   HELLO carries the answer to each: 0, or the errno. */
#ifndef AL_SANDBOX_LOCKDOWN_STEP_H
#define AL_SANDBOX_LOCKDOWN_STEP_H

enum al_step {
    AL_STEP_DESCRIPTORS,     /* nothing is open but the pipe, the job and the inputs */
    AL_STEP_PARENT_DEATH,    /* SIGKILL when the parent dies */
    AL_STEP_INPUTS,          /* job and inputs mapped, their descriptors closed */
    AL_STEP_LIBRARIES,       /* loaded and warmed up, so that they ask nothing of the kernel later */
    AL_STEP_OOM_SCORE,
    AL_STEP_USER_NAMESPACE,
    AL_STEP_NETWORK_NAMESPACE,
    AL_STEP_OTHER_NAMESPACES, /* ipc, uts, mount */
    AL_STEP_NO_NEW_PRIVS,
    AL_STEP_LANDLOCK,
    AL_STEP_CAPABILITIES,
    AL_STEP_MDWE,
    AL_STEP_NOT_DUMPABLE,
    AL_STEP_RLIMITS,
    AL_STEP_HEAP,            /* grown to its final size */
    AL_STEP_SPECULATION,
    AL_STEP_SECCOMP,
    AL_STEP_COUNT
};

#endif
