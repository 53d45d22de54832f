/* LocallyConnected1D and 2D: a product of the whole input with the whole output of which
   only what a window reaches counts (Keras 2, layers/locally_connected). */
#include "validator/window.h"

#include "base/checked.h"
#include "inference/families/families.h"

/* Lengths of one sample: spatial ones and channels, in and out. */
struct local {
    uint32_t spatial;
    int64_t in[2], out[2], channels, filters, inputs, outputs;
    bool channels_first, same;
    const struct al_value *kernel, *strides;
};

static bool describe(struct al_lowering *l, struct local *c)
{
    const uint32_t first = al_spatial_axis(&l->site), rank = l->site.in[0].rank;
    uint64_t inputs;
    *c = (struct local){.spatial = rank - 2, .channels = l->site.in[0].dim[al_channel_axis(&l->site, rank)],
                        .filters = al_param_int(&l->site, "filters"), .channels_first = first == 2,
                        .same = al_param_int(&l->site, "padding") == AL_PADDING_SAME,
                        .kernel = al_param_of(&l->site, "kernel_size"), .strides = al_param_of(&l->site, "strides")};
    c->outputs = c->filters;
    for (uint32_t i = 0; i < c->spatial; i++) {
        c->in[i] = l->site.in[0].dim[first + i];
        if (!al_window_length(c->in[i], c->kernel->integers[i], c->strides->integers[i], 1,
                              al_param_int(&l->site, "padding"), &c->out[i]) ||
            !al_mul_i64(c->outputs, c->out[i], &c->outputs))
            return false;
    }
    c->inputs = al_shape_count(&l->site.in[0], 1, rank, &inputs) ? (int64_t)inputs : 0;
    return true;
}

/* Splits the index of a number of one sample into its place and its channel. */
static void split(const struct local *c, int64_t index, const int64_t *lengths, int64_t channels, int64_t place[2],
                  int64_t *channel)
{
    int64_t places = 1;
    for (uint32_t i = 0; i < c->spatial; i++)
        places *= lengths[i];
    *channel = c->channels_first ? index / places : index % channels;
    index = c->channels_first ? index % places : index / channels;
    for (uint32_t i = c->spatial; i-- > 0; index /= lengths[i])
        place[i] = index % lengths[i];
}

/* Where along axis `i` the window of an output begins; it may lie outside. */
static int64_t window_start(const struct local *c, uint32_t i, int64_t out)
{
    return out * c->strides->integers[i] - (c->same ? c->kernel->integers[i] / 2 : 0);
}

static bool reaches(const struct local *c, const int64_t in[2], const int64_t out[2])
{
    for (uint32_t i = 0; i < c->spatial; i++) {
        const int64_t at = in[i] - window_start(c, i, out[i]);
        if (at < 0 || at >= c->kernel->integers[i])
            return false;
    }
    return true;
}

/* Which number of the stored kernel joins two numbers that are joined, implementation 1:
   (places, window cells and channels, filters). */
static int64_t stored_by_place(const struct local *c, const int64_t in[2], int64_t channel, const int64_t out[2],
                               int64_t filter)
{
    int64_t place = 0, cell = 0, cells = 1;
    for (uint32_t i = 0; i < c->spatial; i++) {
        place = place * c->out[i] + out[i];
        cell = cell * c->kernel->integers[i] + in[i] - window_start(c, i, out[i]);
        cells *= c->kernel->integers[i];
    }
    const int64_t feature = c->channels_first ? channel * cells + cell : cell * c->channels + channel;
    return (place * cells * c->channels + feature) * c->filters + filter;
}

/* The matrix (inputs, outputs) as indices into the kernel with a zero behind its last number.
   Implementation 3 stores what is joined in a row, by output, then by input. */
static double *matrix_indices(struct al_lowering *l, const struct local *c, int64_t implementation, int64_t zero)
{
    uint64_t count;
    double *indices = NULL;
    if (al_mul_u64((uint64_t)c->inputs, (uint64_t)c->outputs, &count) && count < l->ops->most_bytes / sizeof *indices)
        indices = al_arena_alloc(l->ops->arena, count, sizeof *indices);
    int64_t in[2] = {0}, out[2] = {0}, channel, filter, next = 0;
    for (int64_t o = 0; indices != NULL && o < c->outputs; o++) {
        split(c, o, c->out, c->filters, out, &filter);
        for (int64_t i = 0; i < c->inputs; i++) {
            split(c, i, c->in, c->channels, in, &channel);
            const bool joined = reaches(c, in, out);
            const int64_t at = implementation == 1   ? joined ? stored_by_place(c, in, channel, out, filter) : zero
                               : implementation == 2 ? i * c->outputs + o
                                                     : next;
            indices[i * c->outputs + o] = (double)(joined ? at : zero);
            next += joined;
        }
    }
    if (indices == NULL)
        al_lower_fail(l, AL_LIMIT, "a product of too many numbers");
    return indices;
}

static uint32_t matrix(struct al_lowering *l, const struct local *c)
{
    const uint32_t kernel = al_lower_weight(l, "kernel");
    uint64_t count;
    if (kernel == AL_NONE_INDEX || !al_shape_count(al_emit_shape(l, kernel), 0, al_emit_shape(l, kernel)->rank,
                                                   &count)) return AL_NONE_INDEX;
    const struct al_shape row = {1, {(int64_t)count}}, one = {1, {1}}, whole = {2, {c->inputs, c->outputs}};
    const double *indices = matrix_indices(l, c, al_param_int(&l->site, "implementation"), (int64_t)count);
    const double nothing = 0;
    const uint32_t parts[] = {al_emit_reshape(l, kernel, &row), al_emit_numbers(l, l->real, &one, &nothing)};
    if (l->failed)
        return AL_NONE_INDEX;
    return al_emit_gather(l, al_emit_concat(l, parts, 2, 0), al_emit_numbers(l, AL_INT64, &whole, indices), 0);
}

static void lower_local(struct al_lowering *l)
{
    struct local c;
    const uint32_t bias = al_lower_weight(l, "bias");
    if (!describe(l, &c)) {
        al_lower_fail(l, AL_INTERNAL, "a window that does not fit");
        return;
    }
    const struct al_shape flat = {2, {l->site.in[0].dim[0], c.inputs}};
    struct al_shape out = {.rank = c.spatial + 2, .dim = {flat.dim[0]}};
    out.dim[c.channels_first ? 1 : c.spatial + 1] = c.filters;
    for (uint32_t i = 0; i < c.spatial; i++)
        out.dim[(c.channels_first ? 2 : 1) + i] = c.out[i];
    uint32_t y = al_emit_matmul(l, al_emit_reshape(l, l->in[0].operand, &flat), matrix(l, &c));
    y = al_emit_reshape(l, y, &out);
    /* Keras 2's bias_add reads a bias (places, filters) as (filters, places) where channels are
       first: its memory reshaped, not its axes moved; models were trained with that */
    struct al_shape spread = out;
    spread.dim[0] = 1;
    if (bias != AL_NONE_INDEX)
        y = al_emit_binary(l, AL_OP_ADD, y, al_emit_reshape(l, bias, &spread));
    al_lower_result(l, al_lower_activation(l, "activation", y));
}

void al_lower_locally_connected1d(struct al_lowering *l)
{
    lower_local(l);
}

void al_lower_locally_connected2d(struct al_lowering *l)
{
    lower_local(l);
}
