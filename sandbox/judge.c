/* Every way a cell can end, and what it means; see judge.h. Death is a refusal where
   the file can have caused it, an error where the host did; nothing but a whole
   conversation, an orderly end and the kernel's word leads to ACCEPT. */
#include "sandbox/judge.h"

#include "sandbox/lockdown/held.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

void al_judge_error(struct al_vetted *v, enum al_finding_id id)
{
    (void)al_find_at(&v->findings, id, AL_NOTHING, NULL, AL_NOTHING, "%s", v->error.what);
    if (v->verdict == AL_VERDICT_REFUSE)
        return;
    v->verdict = AL_VERDICT_ERROR;
    v->status = v->error.code;
}

static void error(struct al_vetted *v, enum al_finding_id id, enum al_status status, const char *what)
{
    (void)al_fail(&v->error, status, 0, "%s", what);
    al_judge_error(v, id);
}

static void refuse(struct al_vetted *v, enum al_finding_id id, struct al_text found, const char *what)
{
    (void)al_find_at(&v->findings, id, AL_NOTHING, NULL, found, "%s", what);
    v->verdict = AL_VERDICT_REFUSE;
    v->status = AL_REFUSED;
}

void al_judge_findings(struct al_vetted *v)
{
    if (v->findings.refusals > 0) {
        v->verdict = AL_VERDICT_REFUSE;
        v->status = AL_REFUSED;
    } else if (v->findings.failed) {
        v->verdict = AL_VERDICT_ERROR;
        v->status = al_fail(&v->error, AL_NO_MEMORY, 0, "no memory for what there is to say");
    }
}

void al_defence_list(char *out, size_t room, uint32_t defences)
{
    out[0] = '\0';
    for (uint32_t bit = 1; bit != 0 && bit <= defences; bit <<= 1) {
        const char *name = (defences & bit) != 0 ? al_defence_name((enum al_defence)bit) : NULL;
        size_t used = strlen(out);
        if (name != NULL)
            (void)snprintf(out + used, room - used, "%s%s", used > 0 ? ", " : "", name);
    }
}

/* The signals that end a process by its own doing, and what each means. */
static const struct {
    int signal;
    enum al_finding_id id;
    const char *what;
} deaths[] = {
    {SIGSYS, AL_CELL_KILLED, "The cell made a system call that is not allowed, or aborted"},
    {SIGSEGV, AL_CELL_CRASHED, "The cell used memory that it does not have"},
    {SIGBUS, AL_CELL_CRASHED, "The cell read a file beyond its end"},
    {SIGILL, AL_CELL_CRASHED, "The cell ran into what is no instruction"},
    {SIGFPE, AL_CELL_CRASHED, "The cell divided by zero"},
    {SIGABRT, AL_CELL_CRASHED, "The cell aborted"},
    {SIGTRAP, AL_CELL_CRASHED, "The cell ran into a trap"},
    {SIGXCPU, AL_LIMIT_SECONDS, "The cell used up its processor time"},
};

static void judge_death(struct al_vetted *v, int number)
{
    const char *name = sigabbrev_np(number);
    struct al_text found = al_found(&v->findings, "SIG%s", name != NULL ? name : "?");
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++)
        if (deaths[i].signal == number) {
            refuse(v, deaths[i].id, found, deaths[i].what);
            return;
        }
    char what[80];
    (void)snprintf(what, sizeof what, "the cell was ended from outside by SIG%s", name != NULL ? name : "?");
    error(v, AL_CELL_INTERRUPTED, AL_HOST, what);
}

/* Before HELLO nothing of the file was read: whatever happened is the host's doing, and a
   HELLO that is wrong is one of another build. */
static void judge_start(struct al_vetted *v, const struct al_watch *w, const struct al_conversation *talk)
{
    char what[160];
    if (talk->broken != NULL)
        (void)snprintf(what, sizeof what, "the cell's program is not this library's: broken is the rule that %s",
                       talk->broken);
    else if (w->timed_out)
        (void)snprintf(what, sizeof what, "the cell was not ready within %u seconds", w->seconds);
    else if (w->cause == CLD_EXITED)
        (void)snprintf(what, sizeof what, "the cell ended with status %d before it was locked", w->status);
    else
        (void)snprintf(what, sizeof what, "the cell died of signal %d before it was locked", w->status);
    error(v, AL_CELL_NOT_STARTED, AL_HOST, what);
}

/* Steps that are no line of defence but without which a cell cannot work. */
static const struct {
    enum al_step step;
    const char *what;
} needed[] = {
    {AL_STEP_PARENT_DEATH, "the cell could not tie its life to its parent's"},
    {AL_STEP_INPUTS, "the cell could not map its inputs"},
    {AL_STEP_LIBRARIES, "the cell's libraries could not be made ready"},
    {AL_STEP_HEAP, "the cell got no heap: limits.memory_bytes, or memory, is too small"},
};

static void judge_requirements(struct al_vetted *v, const struct al_policy *policy, const int *answers)
{
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (answers[needed[i].step] != 0) {
            error(v, AL_CELL_NOT_STARTED, AL_HOST, needed[i].what);
            return;
        }
    uint32_t missing = (policy->require | AL_DEFENCE_ALWAYS) & ~v->held;
    if (missing == 0)
        return;
    char names[140], what[200];
    al_defence_list(names, sizeof names, missing);
    (void)snprintf(what, sizeof what, "this host does not give what is required: %s", names);
    error(v, AL_CELL_REQUIREMENT, AL_HOST, what);
}

/* What broke the conversation off, in order of what is surest. True where something did. */
static bool judge_break(struct al_vetted *v, const struct al_watch *w, const struct al_conversation *talk)
{
    if (talk->over_output)
        refuse(v, AL_LIMIT_OUTPUT, AL_NOTHING, "The cell had more to say than limits.output_bytes allows");
    else if (talk->no_memory)
        error(v, AL_LIMIT_FINDINGS, AL_NO_MEMORY, "no memory for what the cell said");
    else if (talk->broken != NULL)
        refuse(v, AL_CELL_PROTOCOL, AL_NOTHING, talk->broken);
    else if (w->timed_out)
        refuse(v, AL_LIMIT_SECONDS, al_found(&v->findings, "%u seconds", w->seconds), "The cell was too slow");
    else if (w->cause != CLD_EXITED)
        judge_death(v, w->status);
    else
        return false;
    return true;
}

/* What an orderly cell said at its end. */
static void judge_word(struct al_vetted *v, const struct al_watch *w, const struct al_conversation *talk)
{
    if (!al_conversation_complete(talk) || w->status != 0) {
        refuse(v, AL_CELL_EXITED, al_found(&v->findings, "exit status %d", w->status), "The cell ended early");
        return;
    }
    switch (talk->verdict) {
    case AL_CELL_ACCEPTS:
        v->verdict = AL_VERDICT_ACCEPT;
        v->status = AL_OK;
        break;
    case AL_CELL_REFUSES:
        if (v->findings.refusals == 0)
            refuse(v, AL_CELL_PROTOCOL, AL_NOTHING, "The cell refused without a reason");
        break;
    case AL_CELL_NO_MEMORY:
        refuse(v, AL_LIMIT_MEMORY, AL_NOTHING, "The cell's heap was used up");
        break;
    case AL_CELL_NO_OUTPUT:
        refuse(v, AL_LIMIT_OUTPUT, AL_NOTHING, "The cell had more to say than limits.output_bytes allows");
        break;
    case AL_CELL_CONFUSED:
    case AL_CELL_VERDICT_COUNT:
        error(v, AL_CELL_EXITED, AL_INTERNAL, "the cell could not write down what it read: a bug");
        break;
    }
    al_judge_findings(v);
}

static void judge_unlocked(struct al_vetted *v, const struct al_watch *w)
{
    char what[160];
    (void)snprintf(what, sizeof what, "the kernel does not say that the cell was locked: %s", w->evidence);
    error(v, AL_CELL_NOT_LOCKED, AL_HOST, what);
}

/* What was not heard says nothing about the file. */
static void judge_deaf(struct al_vetted *v, const struct al_watch *w)
{
    char what[120];
    (void)snprintf(what, sizeof what, "this program could not listen to the cell: %s", strerrordesc_np(w->deaf));
    error(v, AL_CELL_INTERRUPTED, AL_HOST, what);
}

void al_judge_cell(struct al_vetted *v, const struct al_watch *w, const struct al_conversation *talk,
                   const struct al_policy *policy)
{
    al_judge_findings(v);
    if (w->deaf != 0) {
        judge_deaf(v, w);
        return;
    }
    if (w->cancelled) {
        error(v, AL_CELL_INTERRUPTED, AL_HOST, "the caller gave up");
        return;
    }
    if (talk->turn == AL_TURN_HELLO) {
        judge_start(v, w, talk);
        return;
    }
    v->held |= al_held(talk->answers);
    judge_requirements(v, policy, talk->answers);
    if (v->verdict == AL_VERDICT_ERROR && v->status == AL_HOST)
        return;
    if (w->cause == 0) {
        judge_unlocked(v, w);
        return;
    }
    if (!judge_break(v, w, talk))
        judge_word(v, w, talk);
    /* last, and only where it matters: nothing is accepted on a cell's own word */
    if (v->verdict == AL_VERDICT_ACCEPT && !w->locked)
        judge_unlocked(v, w);
}
