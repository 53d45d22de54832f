/* Starting a cell: a new program with nothing of its parent's but a pipe, a job and
   the inputs. */
#ifndef AL_SANDBOX_SPAWN_H
#define AL_SANDBOX_SPAWN_H

#include "base/status.h"

#include <stdint.h>
#include <sys/types.h>

struct al_child {
    pid_t pid;
    int pidfd;      /* owned */
    int pipe;       /* owned; the reading end, non-blocking */
};

/* Opens the program of the cell (or `name` beside it, NULL for the cell itself). The
   place: $AIRLOCK_CELL where this process runs with its user's own rights; beside this
   program or library; where it was installed. -1 and `err` where there is none. */
int al_cell_open(const char *name, struct al_error *err);

/* Runs the program behind `program` with the descriptors of contract.h. All descriptors
   stay the caller's. The child is an ordinary one: a host program that ignores SIGCHLD or
   reaps whatever it finds takes the kernel's word about it away, and nothing is accepted
   then. AL_OK, or AL_HOST with `err`. */
enum al_status al_spawn(struct al_child *out, int program, int job, const int *inputs, uint32_t input_count,
                        struct al_error *err);

#endif
