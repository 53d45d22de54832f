/* LSTM, GRU and the simple recurrence in plain C: one direction, one step after the
   other, all samples of a step at once. */
#include "inference/kernels/kernels.h"

#include <string.h>

struct cell {
    enum al_operator operator_, function[2];
    double alpha[2], beta[2];
    enum al_dtype dtype;
    int64_t units, batch, gates;
    bool linear_before_reset;
};

#define TEMPLATE "inference/kernels/recurrent.inc"
#include "inference/kernels/reals.inc"

/* Where the parts of the scratch memory lie; each packed, (batch, …). */
struct memory {
    struct al_view sums;      /* gates * units: input's part, then everything */
    struct al_view recurrent; /* gates * units */
    struct al_view reset;     /* units: r * h of a GRU */
    struct al_view h, c;      /* units */
    char *before;             /* units: of one sample, as it was before a masked step */
};

static struct al_view rows(enum al_dtype dtype, int64_t batch, int64_t width, char **at)
{
    struct al_view v = {.dtype = dtype, .shape = {2, {batch, width}}, .data = *at};
    al_view_pack(&v);
    *at += batch * width * (int64_t)al_element_size(dtype);
    return v;
}

static char *number(const struct al_view *v, int64_t index)
{
    return (char *)v->data + index * (int64_t)al_element_size(v->dtype);
}

static void add(const struct cell *l, int64_t n, char *to, const char *from, int64_t step)
{
    const void *in = from;
    void *out = to;
    if (l->dtype == AL_FLOAT32)
        add_float(n, out, in, step);
    else
        add_double(n, out, in, step);
}

/* Adds entries [from, from + count) of the bias to a row. */
static void add_bias(const struct cell *l, const struct al_view *bias, int64_t from, int64_t count, char *row)
{
    if (bias->data != NULL)
        add(l, count, row, number(bias, from * bias->stride[1]), bias->stride[1]);
}

/* W (1, rows, columns) as a matrix to multiply with from the right. */
static struct al_view turned(const struct al_view *w, int64_t first, int64_t count)
{
    struct al_view v = {.dtype = w->dtype, .shape = {2, {w->shape.dim[2], count}},
                        .stride = {w->stride[2], w->stride[1]}};
    v.data = number(w, first * w->stride[1]);
    return v;
}

/* GRU without linear_before_reset: the third gate's recurrent part needs r first. */
static void reset_first(const struct cell *l, const struct al_step *s, const struct memory *m)
{
    const int64_t u = l->units, size = al_element_size(l->dtype);
    for (int64_t b = 0; b < l->batch; b++) {
        const char *h = number(&m->h, b * u), *r = number(&m->sums, b * l->gates * u + u);
        char *to = number(&m->reset, b * u);
        memcpy(to, h, (size_t)(u * size));
        for (int64_t i = 0; i < u; i++) {
            if (l->dtype == AL_FLOAT32)
                ((float *)(void *)to)[i] *= ((const float *)(const void *)r)[i];
            else
                ((double *)(void *)to)[i] *= ((const double *)(const void *)r)[i];
        }
    }
    const struct al_view r = turned(&s->in[2], 2 * u, u);
    struct al_view third = m->recurrent;
    third.shape.dim[1] = u;
    third.data = number(&m->recurrent, 2 * u);
    al_multiply(&m->reset, &r, &third);
}

static void sample(const struct cell *l, const struct memory *m, int64_t b)
{
    const int64_t u = l->units;
    void *g = number(&m->sums, b * l->gates * u), *h = number(&m->h, b * u), *c = number(&m->c, b * u);
    void *r = number(&m->recurrent, b * l->gates * u + (l->gates - 1) * u);
    const bool narrow = l->dtype == AL_FLOAT32;
    if (l->operator_ == AL_OP_LSTM && narrow) {
        lstm_float(l, g, h, c);
    } else if (l->operator_ == AL_OP_LSTM) {
        lstm_double(l, g, h, c);
    } else if (l->operator_ == AL_OP_GRU && narrow) {
        gru_float(l, g, r, h);
    } else if (l->operator_ == AL_OP_GRU) {
        gru_double(l, g, r, h);
    } else {
        memcpy(h, g, (size_t)u * al_element_size(l->dtype));
        al_apply(l->function[AL_STATE_FUNCTION], l->alpha[1], l->beta[1], l->dtype, u, h);
    }
}

/* Fills m->sums with everything but what a GRU's third gate has to wait for. */
static void sum_up(const struct cell *l, const struct al_step *s, const struct memory *m, const struct al_view *x)
{
    static const struct al_view none;
    const int64_t u = l->units, width = l->gates * u;
    const struct al_view w = turned(&s->in[1], 0, width), r = turned(&s->in[2], 0, width);
    const struct al_view *bias = s->in_count > 3 ? &s->in[3] : &none;
    const int64_t at_once = l->operator_ == AL_OP_GRU ? 2 * u : width;
    al_multiply(x, &w, &m->sums);
    al_multiply(&m->h, &r, &m->recurrent);
    for (int64_t b = 0; b < l->batch; b++) {
        char *row = number(&m->sums, b * width), *recurrent = number(&m->recurrent, b * width);
        add_bias(l, bias, 0, width, row);
        add_bias(l, bias, width, width, recurrent);
        add(l, at_once, row, recurrent, 1);
        if (l->operator_ == AL_OP_GRU)
            al_apply(l->function[AL_GATE_FUNCTION], l->alpha[0], l->beta[0], l->dtype, 2 * u, row);
    }
    if (l->operator_ != AL_OP_GRU || l->linear_before_reset)
        return;
    reset_first(l, s, m);
    for (int64_t b = 0; b < l->batch; b++)
        add_bias(l, bias, width + 2 * u, u, number(&m->recurrent, b * width + 2 * u));
}

static void first_state(const struct al_step *s, uint32_t input, struct al_view *to)
{
    struct al_view v = *to;
    v.shape = (struct al_shape){3, {1, to->shape.dim[0], to->shape.dim[1]}};
    al_view_pack(&v);
    if (input < s->in_count && s->in[input].data != NULL)
        al_view_copy(&s->in[input], &v);
    else
        memset(to->data, 0, (size_t)al_view_count(to) * al_element_size(to->dtype));
}

static void last_state(const struct al_view *from, const struct al_view *to)
{
    struct al_view v = *to;
    v.shape = from->shape;
    v.stride[0] = to->stride[1];
    v.stride[1] = to->stride[2];
    al_view_copy(from, &v);
}

static void round_states(const struct al_step *s, const struct memory *m)
{
    if (s->operation->round == AL_DTYPE_NONE || m->h.dtype != AL_FLOAT32)
        return;
    al_round_to(&m->h, s->operation->round);
    al_round_to(&m->c, s->operation->round);
}

/* One step over all samples; where the mask says no, a sample's state is put back. */
static void step(const struct cell *l, const struct al_step *s, const struct memory *m, int64_t t)
{
    const struct al_view *x = &s->in[0], *y = &s->out[0];
    const uint32_t mask_at = l->operator_ == AL_OP_LSTM ? 7 : 6;
    const struct al_view *mask = mask_at < s->in_count && s->in[mask_at].data != NULL ? &s->in[mask_at] : NULL;
    const size_t bytes = (size_t)l->units * al_element_size(l->dtype);
    const struct al_view now = {.dtype = l->dtype, .shape = {2, {l->batch, x->shape.dim[2]}},
                                .stride = {x->stride[1], x->stride[2]}, .data = number(x, t * x->stride[0])};
    sum_up(l, s, m, &now);
    for (int64_t b = 0; b < l->batch; b++) {
        const bool live = mask == NULL ||
                          ((const uint8_t *)mask->data)[t * mask->stride[0] + b * mask->stride[1]] != 0;
        if (live)
            sample(l, m, b);
    }
    round_states(s, m);
    for (int64_t b = 0; b < l->batch; b++) {
        const bool live = mask == NULL ||
                          ((const uint8_t *)mask->data)[t * mask->stride[0] + b * mask->stride[1]] != 0;
        char *kept = m->before + (size_t)b * bytes;
        const void *from = number(&m->h, b * l->units);
        struct al_view to = {.dtype = l->dtype, .shape = {1, {l->units}}, .stride = {y->stride[3]}};
        to.data = number(y, t * y->stride[0] + b * y->stride[2]);
        struct al_view row = {.dtype = l->dtype, .shape = {1, {l->units}}, .stride = {1}, .data = kept};
        if (live)
            memcpy(kept, from, bytes);
        else if (s->operation->attributes->exclusive)
            memset(kept, 0, bytes);
        al_view_copy(&row, &to);
    }
}

bool al_kernel_recurrent(struct al_run *run, const struct al_step *s)
{
    const struct al_attributes *a = s->operation->attributes;
    struct cell l = {.operator_ = s->operation->operator_, .function = {a->function[0], a->function[1]},
                     .alpha = {a->function_alpha[0], a->function_alpha[1]},
                     .beta = {a->function_beta[0], a->function_beta[1]}, .dtype = s->in[0].dtype,
                     .units = s->in[2].shape.dim[2], .batch = s->in[0].shape.dim[1],
                     .linear_before_reset = a->linear_before_reset};
    l.gates = l.operator_ == AL_OP_LSTM ? 4 : l.operator_ == AL_OP_GRU ? 3 : 1;
    const int64_t steps = s->in[0].shape.dim[0];
    char *at = al_run_scratch(run, (uint64_t)l.batch * (uint64_t)l.units, (uint64_t)(2 * l.gates + 4) * 8);
    if (at == NULL)
        return false;
    struct memory m;
    m.sums = rows(l.dtype, l.batch, l.gates * l.units, &at);
    m.recurrent = rows(l.dtype, l.batch, l.gates * l.units, &at);
    m.reset = rows(l.dtype, l.batch, l.units, &at);
    m.h = rows(l.dtype, l.batch, l.units, &at);
    m.c = rows(l.dtype, l.batch, l.units, &at);
    m.before = at;
    memset(m.before, 0, (size_t)(l.batch * l.units) * al_element_size(l.dtype));
    first_state(s, 5, &m.h);
    first_state(s, l.operator_ == AL_OP_LSTM ? 6 : UINT32_MAX, &m.c);
    for (int64_t i = 0; i < steps; i++)
        step(&l, s, &m, a->mode == AL_MODE_REVERSE ? steps - 1 - i : i);
    last_state(&m.h, &s->out[1]);
    if (l.operator_ == AL_OP_LSTM)
        last_state(&m.c, &s->out[2]);
    return true;
}
