/* Spawn, watch, decode, check again, verdict; see vet.h. */
#include "sandbox/vet.h"

#include "base/checked.h"
#include "sandbox/job.h"
#include "sandbox/judge.h"
#include "sandbox/seal.h"
#include "sandbox/spawn.h"
#include "sandbox/watch.h"
#include "validator/validate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OWN_BYTES = 16 << 20,        /* of the parent's memory for a result, besides model and data */
    OWN_FINDINGS = 8             /* the parent's own, besides those that the policy grants the cell */
};

/* One vetting: what lives only while it runs. */
struct vetting {
    struct al_vetted *v;
    const struct al_vet_input *inputs;
    uint32_t count;
    const struct al_policy *policy;
    const struct al_vet_options *options;
    struct al_wire_context context;
    struct al_snapshot **snapshots; /* in the result's arena */
    int *fds;
};

/* What the parent may come to hold: all that the cell may say, and a model as large as
   the cell's own heap. */
static size_t budget_of(const struct al_policy *policy)
{
    uint64_t bytes = OWN_BYTES;
    if (!al_add_u64(bytes, policy->limits.memory_bytes, &bytes)
        || !al_add_u64(bytes, policy->limits.output_bytes, &bytes) || bytes > SIZE_MAX)
        return SIZE_MAX;
    return (size_t)bytes;
}

static struct al_vetted *new_result(const struct al_policy *policy)
{
    struct al_arena *arena = al_arena_new(budget_of(policy));
    struct al_vetted *v = arena != NULL ? al_arena_alloc(arena, 1, sizeof *v) : NULL;
    if (v == NULL) {
        al_arena_free(arena);
        return NULL;
    }
    v->arena = arena;
    v->verdict = AL_VERDICT_ERROR;
    v->status = AL_INTERNAL;
    al_findings_init(&v->findings, arena, policy, (size_t)policy->limits.findings + OWN_FINDINGS);
    return v;
}

/* The inputs as the cell, the wire and the result want them. */
static bool take_stock(struct vetting *t)
{
    struct al_vetted *v = t->v;
    const uint8_t **bytes = al_arena_alloc(v->arena, t->count, sizeof *bytes);
    uint64_t *sizes = al_arena_alloc(v->arena, t->count, sizeof *sizes);
    t->snapshots = al_arena_alloc(v->arena, t->count, sizeof *t->snapshots);
    t->fds = al_arena_alloc(v->arena, t->count, sizeof *t->fds);
    if (bytes == NULL || sizes == NULL || t->snapshots == NULL || t->fds == NULL)
        return false;
    v->sealed = true;
    for (uint32_t i = 0; i < t->count; i++) {
        struct al_snapshot *s = t->inputs[i].snapshot;
        t->snapshots[i] = s;
        t->fds[i] = s->fd;
        bytes[i] = s->bytes;
        sizes[i] = s->size;
        v->sealed = v->sealed && s->sealed;
    }
    v->inputs = bytes;
    v->input_sizes = sizes;
    v->input_count = t->count;
    v->held = v->sealed ? AL_DEFENCE_SEALED : 0;
    t->context = (struct al_wire_context){.policy = t->policy,
                                          .input_sizes = sizes,
                                          .input_count = t->count,
                                          .findings = t->policy->limits.findings,
                                          .extents = v->sealed && !(t->options != NULL && t->options->data_only)};
    return true;
}

/* The job as a sealed memfd; -1 with the result's error. */
static int make_job(struct vetting *t)
{
    struct al_buffer policy, job;
    al_buffer_init(&policy, AL_JOB_MOST / 2);
    al_buffer_init(&job, AL_JOB_MOST);
    al_policy_write(&policy, t->policy);
    struct al_input *inputs = al_arena_alloc(t->v->arena, t->count, sizeof *inputs);
    int fd = -1;
    if (inputs == NULL || policy.failed)
        goto out;
    for (uint32_t i = 0; i < t->count; i++)
        inputs[i] = (struct al_input){
            .role = t->inputs[i].role, .name = t->inputs[i].name, .size = t->inputs[i].snapshot->size};
    const struct al_job content = {.parent = (uint32_t)getpid(),
                                   .seconds = t->policy->limits.seconds,
                                   .memory_bytes = t->policy->limits.memory_bytes,
                                   .output_bytes = t->policy->limits.output_bytes,
                                   .require = t->policy->require,
                                   .data_only = !t->context.extents,
                                   .input_count = t->count,
                                   .inputs = inputs,
                                   .policy = (const char *)policy.data,
                                   .policy_size = policy.size};
    al_job_write(&job, &content);
    fd = job.failed ? -1 : al_memfd("airlock-job");
    if (fd >= 0 && (!al_write_all(fd, job.data, job.size) || !al_seal(fd))) {
        (void)close(fd);
        fd = -1;
    }
out:
    if (fd < 0)
        (void)al_fail(&t->v->error, AL_HOST, 0, "no memory or descriptor for the cell's job");
    al_buffer_free(&policy);
    al_buffer_free(&job);
    return fd;
}

static bool start(struct vetting *t, struct al_child *child)
{
    int job = make_job(t);
    int program = job >= 0 ? al_cell_open(NULL, &t->v->error) : -1;
    bool started = program >= 0 && al_spawn(child, program, job, t->fds, t->count, &t->v->error) == AL_OK;
    if (program >= 0)
        (void)close(program);
    if (job >= 0)
        (void)close(job);
    return started;
}

static bool said_already(const struct al_findings *f, const struct al_finding *one)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].id == one->id && strcmp(f->list[i].where, one->where) == 0
            && strcmp(f->list[i].message, one->message) == 0)
            return true;
    return false;
}

/* The same validator over the decoded model. Its findings join those of the cell,
   which has mostly said the same. */
static void check_again(struct vetting *t, struct al_model *tainted_model)
{
    struct al_vetted *v = t->v;
    struct al_findings again;
    al_findings_init(&again, v->arena, t->policy, t->policy->limits.findings);
    bool good = al_check_format(tainted_model, t->policy, t->inputs[0].name, &again)
             && al_infer(tainted_model, t->policy, &again)
             && al_check_weights(tainted_model, t->policy, v->input_sizes, v->input_count, &again);
    for (size_t i = 0; i < again.count; i++) {
        const struct al_finding *one = &again.list[i];
        if (!said_already(&v->findings, one))
            (void)al_find_again(&v->findings, one->id, one->where, one->message, one->expected, one->found);
    }
    v->findings.failed = v->findings.failed || again.failed;
    if (!good && again.refusals == 0 && !v->findings.failed) {
        (void)al_fail(&v->error, AL_INTERNAL, 0, "the validator refused without a reason: a bug");
        v->verdict = AL_VERDICT_ERROR;
        v->status = AL_INTERNAL;
    }
    al_judge_findings(v);
    if (v->verdict == AL_VERDICT_ACCEPT)
        v->model = tainted_model; /* no longer tainted: everything it says was checked here */
}

static void watch_and_judge(struct vetting *t, struct al_child *child)
{
    struct al_vetted *v = t->v;
    const struct al_vet_options *o = t->options;
    bool digests = o != NULL && o->digests;
    struct al_watch w = {.seconds = t->policy->limits.seconds,
                         .cancel_fd = o != NULL ? o->cancel_fd : 0,
                         .idle = t->snapshots,
                         .idle_count = digests ? t->count : 0};
    struct al_conversation talk;
    al_conversation_begin(&talk, &t->context, v->arena, &v->findings, t->policy->limits.output_bytes);
    al_watch_take(&w, child, &talk);
    v->spawn_ns = w.hello_ns;
    v->cell_ns = w.end_ns;
    al_judge_cell(v, &w, &talk, t->policy);
    uint64_t before = al_now_ns();
    if (talk.model != NULL)
        v->format = talk.model->format;
    if (v->verdict == AL_VERDICT_ACCEPT)
        check_again(t, talk.model);
    v->check_ns = al_now_ns() - before;
    al_conversation_free(&talk);
    if (v->findings.dropped > 0)
        (void)al_find_at(&v->findings, AL_LIMIT_FINDINGS, AL_NOTHING, NULL,
                         al_found(&v->findings, "%llu more", (unsigned long long)v->findings.dropped),
                         "There is more to say than limits.findings allows");
    for (uint32_t i = 0; i < t->count && digests; i++)
        (void)al_snapshot_digest(t->snapshots[i]);
}

static void vet(struct vetting *t)
{
    struct al_vetted *v = t->v;
    struct al_child child;
    if (t->count == 0 || t->count > AL_MAX_INPUTS) {
        v->status = al_fail(&v->error, AL_USAGE, 0, "a model has 1 to %u inputs", AL_MAX_INPUTS);
        return;
    }
    if (!take_stock(t)) {
        v->status = al_fail(&v->error, AL_NO_MEMORY, 0, "no memory for the inputs' places");
        return;
    }
    if (!v->sealed && (t->policy->require & AL_DEFENCE_SEALED) != 0) {
        (void)al_fail(&v->error, AL_HOST, 0, "the policy requires sealed input, and this one is not");
        al_judge_error(v, AL_CELL_REQUIREMENT);
        return;
    }
    if (start(t, &child))
        watch_and_judge(t, &child);
    else
        al_judge_error(v, AL_CELL_NOT_STARTED);
}

enum al_status al_vet(struct al_vetted **out, const struct al_vet_input *inputs, uint32_t count,
                      const struct al_policy *policy, const struct al_vet_options *options)
{
    struct al_vetted *v = new_result(policy);
    if (v == NULL)
        return AL_NO_MEMORY;
    struct vetting t = {.v = v, .inputs = inputs, .count = count, .policy = policy, .options = options};
    vet(&t);
    *out = v;
    return AL_OK;
}

void al_vetted_free(struct al_vetted *v)
{
    if (v != NULL)
        al_arena_free(v->arena);
}

const uint8_t *al_vetted_bytes(const struct al_vetted *v, const struct al_tensor *tensor)
{
    return tensor->stored == AL_STORED_DATA ? tensor->data : v->inputs[tensor->input] + tensor->offset;
}
