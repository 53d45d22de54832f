/* What the numbers of each weight are like: a range and a histogram for people to look
   at. Read in pieces, so that a large model costs time and no memory. */
#include "api/report.h"
#include "inference/weights.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 4096 };

/* A pass over all numbers of a tensor; false where they do not lie in its file. */
typedef void see(struct al_weight_numbers *n, double number);
static bool pass(const struct al_weights *w, uint32_t tensor, struct al_weight_numbers *n, see *look)
{
    double piece[PIECE];
    for (uint64_t first = 0; first < n->count; first += PIECE) {
        const uint64_t left = n->count - first, count = left < PIECE ? left : PIECE;
        if (!al_weights_read(w, tensor, first, count, piece))
            return false;
        for (uint64_t i = 0; i < count; i++)
            look(n, piece[i]);
    }
    return true;
}

/* The mean is kept as a sum until all are seen. */
static void measure(struct al_weight_numbers *n, double number)
{
    if (!isfinite(number)) {
        n->not_finite++;
        return;
    }
    n->minimum = number < n->minimum ? number : n->minimum;
    n->maximum = number > n->maximum ? number : n->maximum;
    n->mean += number;
}

static void sort_in(struct al_weight_numbers *n, double number)
{
    if (!isfinite(number))
        return;
    /* halves, since the difference of two large numbers need not be one */
    const double width = n->maximum / 2 - n->minimum / 2;
    const double part = width > 0 ? (number / 2 - n->minimum / 2) / width * AL_WEIGHT_BINS : 0;
    n->bins[part < AL_WEIGHT_BINS ? (unsigned)part : AL_WEIGHT_BINS - 1]++;
}

static bool numbers_of(const struct al_weights *w, const struct al_tensor *t, uint32_t tensor,
                       struct al_weight_numbers *n)
{
    *n = (struct al_weight_numbers){.count = t->bytes / al_dtype_size(t->dtype), .minimum = HUGE_VAL,
                                    .maximum = -HUGE_VAL};
    if (!pass(w, tensor, n, measure))
        return false;
    const uint64_t finite = n->count - n->not_finite;
    if (finite == 0) {
        n->minimum = n->maximum = n->mean = 0;
        return true;
    }
    n->mean /= (double)finite;
    return pass(w, tensor, n, sort_in);
}

bool al_report_weight_numbers(struct al_report *r, const struct al_vetted *v)
{
    struct al_mapped *inputs = calloc((size_t)v->input_count + 1, sizeof *inputs);
    struct al_weights *weights = inputs != NULL ? al_weights_new(v->model, inputs, v->input_count) : NULL;
    bool good = weights != NULL;
    for (uint32_t i = 0; good && i < v->input_count; i++)
        inputs[i] = (struct al_mapped){v->inputs[i], v->input_sizes[i]};
    for (size_t i = 0; good && i < r->weight_count; i++) {
        const struct al_tensor *t = &v->model->tensors[r->weight_tensors[i]];
        struct al_weight_numbers *n = al_arena_alloc(r->arena, 1, sizeof *n);
        good = n != NULL;
        if (good && al_dtype_size(t->dtype) > 0 && numbers_of(weights, t, r->weight_tensors[i], n))
            r->weights[i]->numbers = n;
    }
    al_weights_free(weights);
    free(inputs);
    return good;
}
