/* The engine that is always there: recurrences in float32 with their weights packed once.
   All other steps are left to the plain kernels. */
#include "inference/engine.h"

#include "base/checked.h"
#include "inference/kernels/tile.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_AHEAD = 64 }; /* of a single sample: their inputs' part is one product */

/* Weights with a row for each input and columns padded for al_tile_multiply. */
struct packed {
    float *numbers;
    int64_t rows, width;     /* width: padded */
};

struct al_prepared {
    const struct al_step *step;
    int64_t units, batch, gates, ahead;
    struct packed input, recurrent, third; /* third: of a GRU, the recurrent part of its candidate */
    float *bias, *third_bias;
    float *sums, *waiting, *reset; /* gates of `ahead` steps; a GRU's third part, and r * h */
    float *h, *c, *before;   /* (batch, units); of h the width is padded */
};

static int64_t padded(int64_t n)
{
    return (n + AL_TILE - 1) / AL_TILE * AL_TILE;
}

static float *numbers(int64_t rows, int64_t width)
{
    uint64_t count, bytes;
    if (!al_mul_u64((uint64_t)rows, (uint64_t)width, &count) || !al_mul_u64(count, sizeof(float), &bytes) ||
        bytes > UINT64_MAX / 2)
        return NULL;
    float *r = aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (r != NULL)
        memset(r, 0, (bytes / 64 + 1) * 64);
    return r;
}

static float number(const struct al_view *v, int64_t row, int64_t column)
{
    return ((const float *)v->data)[row * v->stride[1] + column * v->stride[2]];
}

/* Rows [first, first + count) of weights (1, rows, columns), turned. */
static bool pack(struct packed *p, const struct al_view *w, int64_t first, int64_t count)
{
    p->rows = w->shape.dim[2];
    p->width = padded(count);
    p->numbers = numbers(p->rows, p->width);
    for (int64_t i = 0; p->numbers != NULL && i < p->rows; i++)
        for (int64_t k = 0; k < count; k++)
            p->numbers[i * p->width + k] = number(w, first + k, i);
    return p->numbers != NULL;
}

/* What is added to every step: both halves of the bias, but for a GRU's candidate, whose
   recurrent half belongs to what is multiplied by r. */
static void pack_bias(struct al_prepared *p, const struct al_view *b)
{
    const int64_t width = p->gates * p->units;
    const bool gru = p->step->operation->operator_ == AL_OP_GRU;
    for (int64_t i = 0; i < width; i++) {
        const float *at = (const float *)b->data + i * b->stride[1], other = at[width * b->stride[1]];
        const bool apart = gru && i >= 2 * p->units;
        p->bias[i] = *at + (apart ? 0 : other);
        if (apart)
            p->third_bias[i - 2 * p->units] = other;
    }
}

static void release(struct al_prepared *p)
{
    if (p == NULL)
        return;
    free(p->input.numbers);
    free(p->recurrent.numbers);
    free(p->third.numbers);
    free(p->bias);
    free(p->third_bias);
    free(p->sums);
    free(p->waiting);
    free(p->reset);
    free(p->h);
    free(p->c);
    free(p->before);
    free(p);
}

static bool fits(const struct al_step *s)
{
    const bool biased = s->in_count > 3 && s->in[3].data != NULL;
    return al_operator_row(s->operation->operator_)->rule == AL_RULE_RECURRENT && s->in[0].dtype == AL_FLOAT32 &&
           s->operation->round == AL_DTYPE_NONE && (s->constant & 6) == 6 && (!biased || (s->constant & 8) != 0) &&
           (s->in[0].stride[2] == 1 || s->in[0].shape.dim[2] == 1) && al_view_count(&s->out[0]) > 0;
}

static struct al_prepared *prepare(const struct al_step *s, bool *followed)
{
    *followed = false;
    struct al_prepared *p = fits(s) ? calloc(1, sizeof *p) : NULL;
    if (p == NULL)
        return NULL;
    const bool gru = s->operation->operator_ == AL_OP_GRU;
    p->step = s;
    p->gates = s->operation->operator_ == AL_OP_LSTM ? 4 : gru ? 3 : 1;
    p->units = s->in[2].shape.dim[2];
    p->batch = s->in[0].shape.dim[1];
    p->ahead = p->batch > 1 ? 1 : s->in[0].shape.dim[0] < STEPS_AHEAD ? s->in[0].shape.dim[0] : STEPS_AHEAD;
    const int64_t u = p->units, width = p->gates * u;
    const bool packed = pack(&p->input, &s->in[1], 0, width) &&
        pack(&p->recurrent, &s->in[2], 0, gru ? 2 * u : width) && (!gru || pack(&p->third, &s->in[2], 2 * u, u));
    p->bias = numbers(1, p->input.width);
    p->third_bias = numbers(1, padded(u));
    p->sums = numbers(p->ahead * p->batch, p->input.width);
    p->waiting = numbers(p->batch, padded(u));
    p->reset = numbers(p->batch, padded(u));
    p->h = numbers(p->batch, padded(u));
    p->c = numbers(p->batch, u);
    p->before = numbers(p->batch, u);
    if (!packed || p->bias == NULL || p->third_bias == NULL || p->sums == NULL || p->waiting == NULL ||
        p->reset == NULL || p->h == NULL || p->c == NULL || p->before == NULL) {
        release(p);
        return NULL;
    }
    if (s->in_count > 3 && s->in[3].data != NULL)
        pack_bias(p, &s->in[3]);
    return p;
}

static void spread_rows(float *to, int64_t rows, int64_t width, const float *row)
{
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + i * width, row, (size_t)width * sizeof *row);
}

/* The inputs' part of `count` steps from `first` on: rows of p->sums, a step behind the other. */
static void input_part(struct al_prepared *p, int64_t first, int64_t count)
{
    const struct al_view *x = &p->step->in[0];
    const bool reverse = p->step->operation->attributes->mode == AL_MODE_REVERSE;
    const int64_t steps = x->shape.dim[0], width = p->input.width;
    const int64_t at = reverse ? steps - 1 - first : first;
    const float *from = (const float *)x->data + at * x->stride[0];
    spread_rows(p->sums, count * p->batch, width, p->bias);
    const bool single = p->batch == 1;
    al_tile_multiply(single ? count : p->batch, p->input.rows, width, from,
                     single ? (reverse ? -x->stride[0] : x->stride[0]) : x->stride[1], p->input.numbers, width,
                     p->sums, width);
}

static void apply(const struct al_prepared *p, enum al_recurrent_attribute which, int64_t n, float *to)
{
    const struct al_attributes *a = p->step->operation->attributes;
    al_apply(a->function[which], a->function_alpha[which], a->function_beta[which], AL_FLOAT32, n, to);
}

/* Gates i, o, f, c: ONNX's order. */
static void lstm_sample(const struct al_prepared *p, float *g, float *h, float *c)
{
    const int64_t u = p->units;
    apply(p, AL_GATE_FUNCTION, 3 * u, g);
    apply(p, AL_STATE_FUNCTION, u, g + 3 * u);
    for (int64_t i = 0; i < u; i++)
        h[i] = c[i] = g[2 * u + i] * c[i] + g[i] * g[3 * u + i];
    apply(p, AL_STATE_FUNCTION, u, h);
    for (int64_t i = 0; i < u; i++)
        h[i] *= g[u + i];
}

/* Gates z, r, h; z and r are applied already, `w` is the third gate's recurrent part. */
static void gru_sample(const struct al_prepared *p, float *g, const float *w, float *h)
{
    const int64_t u = p->units;
    if (p->step->operation->attributes->linear_before_reset)
        for (int64_t i = 0; i < u; i++)
            g[2 * u + i] += g[u + i] * w[i];
    else
        for (int64_t i = 0; i < u; i++)
            g[2 * u + i] += w[i];
    apply(p, AL_STATE_FUNCTION, u, g + 2 * u);
    for (int64_t i = 0; i < u; i++)
        h[i] = (1 - g[i]) * g[2 * u + i] + g[i] * h[i];
}

/* A GRU's third gate: from h where r comes later, else from r * h. */
static void third_part(struct al_prepared *p, const float *sums)
{
    const int64_t u = p->units, width = p->third.width;
    const float *from = p->h;
    if (!p->step->operation->attributes->linear_before_reset) {
        from = p->reset;
        for (int64_t b = 0; b < p->batch; b++)
            for (int64_t i = 0; i < u; i++)
                p->reset[b * width + i] = sums[b * p->input.width + u + i] * p->h[b * width + i];
    }
    spread_rows(p->waiting, p->batch, width, p->third_bias);
    al_tile_multiply(p->batch, u, width, from, width, p->third.numbers, width, p->waiting, width);
}

static bool live(const struct al_prepared *p, int64_t t, int64_t b)
{
    const struct al_step *s = p->step;
    const uint32_t at = s->operation->operator_ == AL_OP_LSTM ? 7 : 6;
    if (at >= s->in_count || s->in[at].data == NULL)
        return true;
    return ((const uint8_t *)s->in[at].data)[t * s->in[at].stride[0] + b * s->in[at].stride[1]] != 0;
}

static void write_output(struct al_prepared *p, int64_t t, int64_t b, bool is_live)
{
    const struct al_view *y = &p->step->out[0];
    const int64_t u = p->units;
    float *to = (float *)y->data + t * y->stride[0] + b * y->stride[2], *kept = p->before + b * u;
    if (is_live)
        memcpy(kept, p->h + b * padded(u), (size_t)u * sizeof *kept);
    else if (p->step->operation->attributes->exclusive)
        memset(kept, 0, (size_t)u * sizeof *kept);
    for (int64_t i = 0; i < u; i++)
        to[i * y->stride[3]] = kept[i];
}

/* Step `t` over all samples, with the inputs' part in `sums`. */
static void step(struct al_prepared *p, int64_t t, float *sums)
{
    const enum al_operator op = p->step->operation->operator_;
    const int64_t u = p->units, width = p->input.width, wide = padded(u);
    al_tile_multiply(p->batch, u, p->recurrent.width, p->h, wide, p->recurrent.numbers, p->recurrent.width, sums,
                     width);
    if (op == AL_OP_GRU) {
        for (int64_t b = 0; b < p->batch; b++)
            apply(p, AL_GATE_FUNCTION, 2 * u, sums + b * width);
        third_part(p, sums);
    }
    for (int64_t b = 0; b < p->batch; b++) {
        float *g = sums + b * width, *h = p->h + b * wide;
        const bool is_live = live(p, t, b);
        if (is_live && op == AL_OP_LSTM) {
            lstm_sample(p, g, h, p->c + b * u);
        } else if (is_live && op == AL_OP_GRU) {
            gru_sample(p, g, p->waiting + b * wide, h);
        } else if (is_live) {
            memcpy(h, g, (size_t)u * sizeof *h);
            apply(p, AL_STATE_FUNCTION, u, h);
        }
        write_output(p, t, b, is_live);
    }
}

/* A state (1, batch, units) in or out of rows that are `width` apart. */
static void first_state(const struct al_prepared *p, uint32_t input, float *to, int64_t width)
{
    const struct al_view *v = input < p->step->in_count ? &p->step->in[input] : NULL;
    for (int64_t b = 0; b < p->batch; b++)
        for (int64_t i = 0; i < p->units; i++)
            to[b * width + i] = v == NULL || v->data == NULL ? 0 : number(v, b, i);
}

static void last_state(const struct al_prepared *p, const struct al_view *to, const float *from, int64_t width)
{
    for (int64_t b = 0; b < p->batch; b++)
        for (int64_t i = 0; i < p->units; i++)
            ((float *)to->data)[b * to->stride[1] + i * to->stride[2]] = from[b * width + i];
}

static bool run(struct al_prepared *p)
{
    const struct al_step *s = p->step;
    const bool lstm = s->operation->operator_ == AL_OP_LSTM,
        reverse = s->operation->attributes->mode == AL_MODE_REVERSE;
    const int64_t steps = s->in[0].shape.dim[0], wide = padded(p->units);
    first_state(p, 5, p->h, wide);
    first_state(p, lstm ? 6 : UINT32_MAX, p->c, p->units);
    memset(p->before, 0, (size_t)(p->batch * p->units) * sizeof *p->before);
    for (int64_t first = 0; first < steps; first += p->ahead) {
        const int64_t count = steps - first < p->ahead ? steps - first : p->ahead;
        input_part(p, first, count);
        for (int64_t i = 0; i < count; i++)
            step(p, reverse ? steps - 1 - first - i : first + i, p->sums + i * p->batch * p->input.width);
    }
    last_state(p, &s->out[1], p->h, wide);
    if (lstm)
        last_state(p, &s->out[2], p->c, p->units);
    return true;
}

const struct al_engine al_engine_builtin = {
    .version = AL_ENGINE_VERSION,
    .name = "plain C",
    .prepare = prepare,
    .run = run,
    .release = release,
};
