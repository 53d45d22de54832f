/* What a parent and its cell agree on besides the wire. */
#ifndef AL_SANDBOX_CONTRACT_H
#define AL_SANDBOX_CONTRACT_H

/* Descriptors of a cell; 0 to 2 are /dev/null. */
enum {
    AL_CELL_PIPE = 3,   /* write end; the only thing a cell can reach once it is locked */
    AL_CELL_JOB = 4,    /* sealed memfd: sandbox/job.h */
    AL_CELL_INPUTS = 5  /* the inputs, in the job's order */
};

/* How a cell ends. All but DONE say that it never read an input. */
enum al_cell_exit {
    AL_EXIT_DONE = 0,
    AL_EXIT_NO_JOB = 3,        /* started by hand, or a job that makes no sense */
    AL_EXIT_ORPHAN = 4,        /* the parent was gone already */
    AL_EXIT_NOT_LOCKED = 5     /* HELLO says which step failed */
};

#endif
