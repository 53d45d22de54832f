/* Running one step: the engine's way where it made the step ready, else the kernel; then
   the function that follows, then rounding. */
#include "inference/plan.h"

#include "base/checked.h"

#include <stdlib.h>

void *al_run_scratch(struct al_run *run, uint64_t count, uint64_t size)
{
    uint64_t bytes;
    if (!al_mul_u64(count, size, &bytes) || bytes > run->scratch_most) {
        al_fail(run->err, AL_LIMIT, 0, "the computation needs more memory than the policy's limit activation_bytes");
        return NULL;
    }
    bytes = (bytes / 64 + 1) * 64;
    if (bytes > run->scratch_bytes) {
        free(run->scratch);
        run->scratch_bytes = 0;
        run->scratch = aligned_alloc(64, bytes);
        if (run->scratch == NULL) {
            al_fail(run->err, AL_NO_MEMORY, 0, "a kernel needs more memory than there is");
            return NULL;
        }
        run->scratch_bytes = bytes;
    }
    return run->scratch;
}

static bool compute(struct al_run *run, const struct al_step *s)
{
    if (s->prepared == NULL && !al_kernel_of(s->operation->operator_)(run, s))
        return false;
    if (s->prepared != NULL && !s->engine->run(s->prepared)) {
        al_fail(run->err, AL_INTERNAL, 0, "%s failed at a step that it had made ready", s->engine->name);
        return false;
    }
    if (s->then == NULL || s->followed)
        return true;
    const struct al_step then = {.operation = s->then, .in_count = 1, .out_count = 1, .in = s->out, .out = s->out};
    return al_kernel_of(s->then->operator_)(run, &then);
}

bool al_step_run(struct al_run *run, const struct al_step *s)
{
    if (!compute(run, s)) {
        if (run->at_layer.length == 0)
            run->at_layer = s->operation->layer;
        return false;
    }
    for (uint32_t i = 0; s->operation->round != AL_DTYPE_NONE && i < s->out_count; i++)
        if (s->out[i].dtype == AL_FLOAT32)
            al_round_to(&s->out[i], s->operation->round);
    return true;
}
