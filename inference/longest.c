/* Shapes are known before anything is computed, save where a layer gives as many numbers
   as it finds tokens. Then the graph so far is run on the inputs at hand. */
#include "inference/emit.h"
#include "inference/plan.h"

#include <stdlib.h>

static bool count_tokens(const struct al_lower_data *data, struct al_plan *plan, struct al_run *run,
                         uint32_t input_count, const struct al_tokenizer *how, uint64_t *longest)
{
    for (uint32_t i = 0; i < input_count; i++)
        if (!data->fill(data->context, i, al_plan_input(plan, i)))
            return al_fail(run->err, AL_REFUSED, 0, "an input does not fit"), false;
    if (!al_plan_run(plan, run))
        return false;
    struct al_view texts = *al_plan_output(plan, 0);
    const int64_t count = al_view_count(&texts), row = texts.shape.rank > 1 ? texts.shape.dim[1] : 1;
    struct al_view packed = texts;
    al_view_pack(&packed);
    packed.data = al_arena_alloc(run->texts, (size_t)count, sizeof(struct al_text));
    if (packed.data == NULL)
        return al_fail(run->err, AL_LIMIT, 0, "the texts exceed the policy's limit activation_bytes"), false;
    al_view_copy(&texts, &packed);
    return al_tokens_longest(how, packed.data, row > 0 ? (uint64_t)(count / row) : 0, (uint64_t)row,
                             run->scratch_most, longest, run->err);
}

uint32_t al_lower_longest(struct al_lowering *l, uint32_t x, const struct al_tokenizer *how)
{
    if (l->failed)
        return 0;
    /* the plan frees what it takes, but for a graph that is inside another one */
    struct al_ops part = *l->ops;
    part.inside = true;
    part.outputs = &x;
    part.output_count = 1;
    const uint64_t most = l->ops->most_bytes;
    struct al_run run = {.err = l->err, .scratch_most = most, .texts = al_arena_new(most)};
    struct al_plan *plan = NULL;
    uint64_t longest = 0;
    bool good = l->data != NULL && run.texts != NULL &&
                al_plan_new_take(&plan, &part, NULL, most, &run) == AL_OK &&
                count_tokens(l->data, plan, &run, part.input_count, how, &longest);
    if (l->data != NULL)
        l->data->used = true;
    al_plan_free(plan);
    free(run.scratch);
    al_arena_free(run.texts);
    if (good && longest <= INT32_MAX)
        return (uint32_t)longest;
    if (l->err->code == AL_OK)
        al_lower_fail(l, AL_NO_MEMORY, "counting tokens needs more memory than there is");
    l->failed = true;
    return 0;
}
