/* What is around the steps of every recurrence, and any step at all as a Scan (masks and
   directions: keras/src/backend/tensorflow/rnn.py). */
#include "inference/families/recurrent.h"

#include "validator/recurrence.h"

#include <string.h>

const struct al_value *al_layer_param(const struct al_lowering *l, uint32_t layer, const char *key)
{
    const struct al_layer *owner = &l->site.model->layers[layer];
    const struct al_row *row = al_row_of(l->site.policy, owner->kind);
    for (uint32_t i = 0; row != NULL && i < row->param_count; i++)
        if (strcmp(row->params[i].key, key) == 0)
            return &owner->params[i];
    return NULL;
}

uint32_t al_time_first(struct al_lowering *l, uint32_t x)
{
    return al_emit_move_axis(l, x, 1, 0);
}

bool al_goes_backwards(const struct al_lowering *l)
{
    return al_param_bool(&l->site, "go_backwards");
}

static bool own_flag(const struct al_lowering *l, const char *key)
{
    const struct al_value *v = al_layer_param(l, (uint32_t)(l->site.layer - l->site.model->layers), key);
    return v != NULL && v->integer != 0;
}

/* Bidirectional decides for the layers it owns (its _force_zero_output_for_mask). */
static bool wants_zeros(const struct al_lowering *l)
{
    return l->in_bidirectional ? al_param_bool(&l->site, "return_sequences") : own_flag(l, "zero_output_for_mask");
}

/* An unrolled sequence that goes backwards is zeroed at its end, by the mask as it was
   given: by the steps of the other end (rnn() in keras/src/backend, its unrolled branch). */
static bool zeros_at_end(const struct al_lowering *l)
{
    return wants_zeros(l) && al_goes_backwards(l) && own_flag(l, "unroll") &&
           al_param_bool(&l->site, "return_sequences");
}

bool al_zero_where_masked(const struct al_lowering *l)
{
    return wants_zeros(l) && !zeros_at_end(l);
}

/* (batch, time) booleans as (batch, time, 1 …) beside a sequence. */
static uint32_t spread(struct al_lowering *l, uint32_t mask, uint32_t sequence)
{
    const uint32_t live = al_emit_cast(l, mask, AL_BOOL);
    struct al_shape shape = *al_emit_shape(l, sequence);
    for (uint32_t i = 2; i < shape.rank; i++)
        shape.dim[i] = 1;
    return live == AL_NONE_INDEX || sequence == AL_NONE_INDEX ? AL_NONE_INDEX : al_emit_reshape(l, live, &shape);
}

bool al_recurrences_pass_masks(const struct al_lowering *l)
{
    return al_model_before(l->site.model, 3, 16);
}

uint32_t al_initial_state(const struct al_lowering *l, uint32_t n)
{
    const uint32_t first = al_site_input(&l->site, "initial_state");
    return first == AL_NONE_INDEX || first + n >= l->in_count ? AL_NONE_INDEX : l->in[first + n].operand;
}

void al_recurrent_finish(struct al_lowering *l, uint32_t y, const uint32_t *states, uint32_t count, uint32_t mask)
{
    const bool sequences = al_param_bool(&l->site, "return_sequences");
    const int64_t steps = al_emit_shape(l, y)->dim[0];
    if (y == AL_NONE_INDEX)
        return;
    uint32_t out;
    if (sequences) {
        out = al_time_first(l, al_goes_backwards(l) ? al_emit_flip(l, y, 0) : y);
        if (mask != AL_NONE_INDEX && zeros_at_end(l))
            out = al_emit_where(l, spread(l, mask, out), out, al_emit_number(l, l->real, 0));
    } else
        out = al_emit_drop_axis(l, al_emit_slice(l, y, 0, al_goes_backwards(l) ? 0 : steps - 1, 1, 1), 0);
    al_lower_result_masked(l, out, sequences && al_recurrences_pass_masks(l) ? mask : AL_NONE_INDEX);
    for (uint32_t i = 0; al_param_bool(&l->site, "return_state") && i < count; i++)
        al_lower_result_masked(l, states[i], AL_NONE_INDEX);
}

uint32_t al_zeros(struct al_lowering *l, const struct al_shape *shape)
{
    return al_emit_expand(l, al_emit_number(l, l->real, 0), shape);
}

/* ---- any step: a Scan ---- */

/* (batch) booleans as (batch, 1 …) beside a state. */
static uint32_t beside(struct al_lowering *l, uint32_t live, uint32_t state)
{
    struct al_shape shape = {.rank = al_emit_shape(l, state)->rank, .dim = {al_emit_shape(l, live)->dim[0]}};
    for (uint32_t i = 1; i < shape.rank; i++)
        shape.dim[i] = 1;
    return live == AL_NONE_INDEX || state == AL_NONE_INDEX ? AL_NONE_INDEX : al_emit_reshape(l, live, &shape);
}

static uint32_t body_input(struct al_lowering *l, enum al_dtype dtype, const struct al_shape *shape)
{
    const uint32_t r = l->failed ? AL_NONE_INDEX : al_ops_input(l->ops, dtype, shape, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

/* Where the mask says no, the states stay, and the output repeats the last one or is zero.
   The repeated output is one more state, the last. */
static void hold_back(struct al_lowering *l, uint32_t live, const uint32_t *states, uint32_t count, uint32_t *out)
{
    const uint32_t before = al_zero_where_masked(l) ? al_emit_number(l, l->real, 0) : states[count];
    for (uint32_t i = 0; i < count; i++)
        out[1 + i] = al_emit_where(l, beside(l, live, out[1 + i]), out[1 + i], states[i]);
    out[0] = al_emit_where(l, beside(l, live, out[0]), out[0], before);
    out[1 + count] = out[0];
}

static bool body_outputs(struct al_lowering *l, const uint32_t *out, uint32_t states)
{
    struct al_ops *g = l->ops;
    g->outputs = l->failed ? NULL : al_arena_alloc(g->arena, states + 1, sizeof *g->outputs);
    if (g->outputs == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return false;
    }
    for (uint32_t i = 0; i < states; i++)
        g->outputs[g->output_count++] = out[1 + i];
    g->outputs[g->output_count++] = out[0];
    return true;
}

/* The body's graph; l->ops is that graph meanwhile. */
static bool make_body(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                      const struct al_shape *states, uint32_t count, bool masked, struct al_body *body)
{
    const struct al_shape x = al_step_shape(&l->site.in[0]), batch = {.rank = 1, .dim = {x.dim[0]}};
    uint32_t in[AL_MOST_STATES + 1], out[AL_MOST_STATES + 2] = {0};
    for (uint32_t i = 0; i < body->state_count; i++)
        in[i] = body_input(l, l->real, i < count ? &states[i] : output);
    const uint32_t now = body_input(l, l->real, &x);
    const uint32_t live = masked ? body_input(l, AL_BOOL, &batch) : AL_NONE_INDEX;
    if (l->failed)
        return false;
    step(l, now, in, count, out);
    if (masked)
        hold_back(l, live, in, count, out);
    return body_outputs(l, out, body->state_count);
}

void al_recurrent_scan(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                       const struct al_shape *states, uint32_t count)
{
    const uint32_t mask = al_lower_mask(l);
    const bool masked = mask != AL_NONE_INDEX;
    struct al_ops *outer = l->ops;
    struct al_body *body = l->failed ? NULL : al_arena_alloc(outer->arena, 1, sizeof *body);
    uint32_t in[AL_MOST_STATES + 3], at = 0;
    if (body == NULL || count > AL_MOST_STATES || (body->ops = al_ops_new_inside(outer)) == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    /* with a mask, the output before is one more state */
    body->state_count = count + masked;
    body->scan_count = 1 + masked;
    body->output_count = 1;
    body->reverse = al_goes_backwards(l);
    for (uint32_t i = 0; i < body->state_count; i++) {
        const uint32_t given = i < count ? al_initial_state(l, i) : AL_NONE_INDEX;
        in[at++] = given != AL_NONE_INDEX ? given : al_zeros(l, i < count ? &states[i] : output);
    }
    in[at++] = al_time_first(l, l->in[0].operand);
    if (masked)
        in[at++] = al_time_first(l, al_emit_cast(l, mask, AL_BOOL));
    l->ops = body->ops;
    const bool made = make_body(l, step, output, states, count, masked, body);
    l->ops = outer;
    if (!made)
        return;
    const struct al_attributes a = {.body = body};
    const uint32_t first = al_emit(l, AL_OP_SCAN, in, at, &a);
    uint32_t last[AL_MOST_STATES];
    for (uint32_t i = 0; i < count; i++)
        last[i] = first + i;
    if (first != AL_NONE_INDEX)
        al_recurrent_finish(l, first + body->state_count, last, count, mask);
}
