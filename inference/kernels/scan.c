/* Scan: a graph of its own, run once for each step of a sequence. For recurrences that
   have no operator: cells of one's own making, convolutional cells, stacked cells. */
#include "inference/plan.h"

/* The `t`-th slice along axis 0. */
static struct al_view slice_at(const struct al_view *v, int64_t t)
{
    struct al_view r = {.dtype = v->dtype, .shape = {.rank = v->shape.rank - 1}};
    for (uint32_t i = 0; i < r.shape.rank; i++) {
        r.shape.dim[i] = v->shape.dim[i + 1];
        r.stride[i] = v->stride[i + 1];
    }
    r.data = (char *)v->data + t * v->stride[0] * (int64_t)al_element_size(v->dtype);
    return r;
}

/* Between two steps the new states may lie where the old ones of others are read from:
   the results of the operation hold them meanwhile. */
static bool run_step(struct al_run *run, const struct al_step *s, const struct al_body *b, int64_t t)
{
    for (uint32_t i = 0; i < b->state_count; i++)
        al_view_copy(&s->out[i], al_plan_input(s->body, i));
    for (uint32_t i = b->state_count; i < b->state_count + b->scan_count; i++) {
        const struct al_view now = slice_at(&s->in[i], t);
        al_view_copy(&now, al_plan_input(s->body, i));
    }
    for (uint32_t i = b->state_count + b->scan_count; i < s->in_count; i++)
        al_view_copy(&s->in[i], al_plan_input(s->body, i));
    if (!al_plan_run(s->body, run))
        return false;
    for (uint32_t i = 0; i < b->state_count; i++)
        al_view_copy(al_plan_output(s->body, i), &s->out[i]);
    for (uint32_t i = b->state_count; i < s->out_count; i++) {
        const struct al_view now = slice_at(&s->out[i], t);
        al_view_copy(al_plan_output(s->body, i), &now);
    }
    return true;
}

bool al_kernel_scan(struct al_run *run, const struct al_step *s)
{
    const struct al_body *b = s->operation->attributes->body;
    const int64_t steps = s->in[b->state_count].shape.dim[0];
    for (uint32_t i = 0; i < b->state_count; i++)
        al_view_copy(&s->in[i], &s->out[i]);
    for (int64_t i = 0; i < steps; i++)
        if (!run_step(run, s, b, b->reverse ? steps - 1 - i : i))
            return false;
    return true;
}
