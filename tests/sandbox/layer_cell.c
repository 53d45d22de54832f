/* A cell that takes some layers of the real lock-down and makes one attempt to get out
   (see attempts.h). As "privileged" or "done" it is what an attempt runs: its status says
   whether it got anywhere. */
#include "sandbox/cell/cell.h"
#include "sandbox/contract.h"
#include "sandbox/lockdown/lockdown.h"
#include "tests/sandbox/attempts.h"
#include "tests/sandbox/layers.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SPACE = 1 << 30 };

static struct al_cell cell;

/* One layer, and what it cannot be had without. The answer of the layer itself. */
static int take_alone(enum al_step layer)
{
    int *answers = cell.answers;
    switch ((int)layer) {
    case AL_STEP_DESCRIPTORS:
        return al_lock_descriptors(AL_CELL_INPUTS);
    case AL_STEP_OOM_SCORE:
        return al_lock_oom_score();
    case AL_STEP_USER_NAMESPACE:
    case AL_STEP_NETWORK_NAMESPACE:
    case AL_STEP_OTHER_NAMESPACES:
        al_lock_namespaces(answers);
        return answers[layer];
    case AL_STEP_NO_NEW_PRIVS:
        return al_lock_no_new_privs();
    case AL_STEP_LANDLOCK:
        (void)al_lock_no_new_privs();
        return al_lock_landlock();
    case AL_STEP_CAPABILITIES:
        return al_lock_capabilities();
    case AL_STEP_MDWE:
        return al_lock_mdwe();
    case AL_STEP_NOT_DUMPABLE:
        return al_lock_not_dumpable();
    case AL_STEP_RLIMITS:
        return al_lock_rlimits(cell.job.seconds, SPACE);
    case AL_STEP_SECCOMP:
        (void)al_lock_no_new_privs();
        return al_lock_seccomp();
    default:
        return EINVAL;
    }
}

static void take_landlock_and_namespaces(void)
{
    al_lock_namespaces(cell.answers);
    (void)al_lock_no_new_privs();
    (void)al_lock_landlock();
}

static void take_all_but_the_filter(void)
{
    (void)al_lock_descriptors(AL_CELL_INPUTS);
    (void)al_lock_parent_death(cell.job.parent);
    (void)al_lock_oom_score();
    take_landlock_and_namespaces();
    (void)al_lock_capabilities();
    (void)al_lock_mdwe();
    (void)al_lock_not_dumpable();
    (void)al_lock_rlimits(cell.job.seconds, SPACE);
    (void)al_lock_speculation();
}

noreturn static void say(int answer, int outcome)
{
    const int words[2] = {answer, outcome};
    (void)!write(AL_CELL_PIPE, words, sizeof words);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "privileged") == 0)
        return geteuid() == 0 ? 0 : EPERM;
    if (argc > 0 && strcmp(argv[0], "done") == 0)
        return 0;
    struct bait bait;
    if (!al_cell_read_job(&cell) || cell.job.policy_size != sizeof bait)
        _exit(AL_EXIT_NO_JOB);
    memcpy(&bait, cell.job.policy, sizeof bait);
    const struct attempt *a = attempt_at(cell.job.probe / LAYERS_COUNT);
    enum layers layers = (enum layers)(cell.job.probe % LAYERS_COUNT);
    prepare_attempts(&bait);
    bool as_root = a->place == IN_NAMESPACE && layers != WHOLE;
    int answer = as_root && unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0 ? errno : 0;
    if (layers == ALONE)
        answer = take_alone(a->layer);
    else if (layers == LANDLOCK_AND_NAMESPACES)
        take_landlock_and_namespaces();
    else if (layers == ALL_BUT_THE_FILTER)
        take_all_but_the_filter();
    else if (layers == WHOLE)
        al_cell_lock(&cell);
    say(answer, a->go());
}
