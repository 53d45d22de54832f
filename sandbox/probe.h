/* What a probe can be asked to try. */
#ifndef AL_SANDBOX_PROBE_H
#define AL_SANDBOX_PROBE_H

enum al_probe {
    AL_PROBE_NONE,
    /* in a cell locked whole: each of these must be the last thing it does */
    AL_PROBE_OPEN,
    AL_PROBE_SOCKET,
    AL_PROBE_WRITE_ELSEWHERE,
    AL_PROBE_FORK,
    AL_PROBE_SIGNAL_PARENT,
    AL_PROBE_EXECUTABLE_PAGE,
    AL_PROBE_OTHER_ABI,       /* int 0x80; x86_64 only */
    AL_PROBE_ANSWER,          /* the honest end: for the kernel's word about the dead */
    /* with one layer only, the filter and all others away */
    AL_PROBE_LAYERS,
    AL_PROBE_DESCRIPTORS = AL_PROBE_LAYERS,
    AL_PROBE_RLIMITS,
    AL_PROBE_LANDLOCK,
    AL_PROBE_USER_NAMESPACE,
    AL_PROBE_NETWORK_NAMESPACE,
    AL_PROBE_CAPABILITIES,
    AL_PROBE_MDWE,
    AL_PROBE_NOT_DUMPABLE,
    AL_PROBE_COUNT
};

/* What a probe that lives says: two numbers of four bytes, the step's own answer and
   the errno of the attempt (0: it succeeded, the defence does not hold). */
enum { AL_PROBE_WORDS = 8, AL_PROBE_CANARY_FD = 100 };

#endif
