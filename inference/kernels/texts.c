/* Look-ups and hashes of texts and numbers, and counts of what was found. */
#include "inference/kernels/texts.h"

#include "base/fingerprint.h"
#include "inference/kernels/kernels.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

_Static_assert(crypto_shorthash_KEYBYTES == 2 * sizeof(uint64_t) && crypto_shorthash_BYTES == sizeof(uint64_t),
               "SipHash-2-4 as TensorFlow has it");

enum { DIGITS = 24 };

static uint64_t bucket_of(const struct al_hashing *h, struct al_text text)
{
    uint64_t hash;
    if (h->salted)
        (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text.at, text.length,
                               (const unsigned char *)h->salt);
    else
        hash = al_fingerprint64(text.at, text.length);
    return hash % h->buckets;
}

static struct al_text digits(char out[DIGITS], int64_t number)
{
    return (struct al_text){out, (size_t)snprintf(out, DIGITS, "%" PRId64, number)};
}

static int64_t hash_number(const struct al_hashing *h, int64_t number)
{
    char room[DIGITS];
    return h->first + (int64_t)bucket_of(h, digits(room, number));
}

/* ---- vocabularies ---- */

static uint32_t slot_of(const struct al_table *t, struct al_text text, int64_t number)
{
    uint64_t hash = t->of_texts ? al_fingerprint64(text.at, text.length)
                                : al_fingerprint64((const char *)&number, sizeof number);
    uint32_t slot = (uint32_t)hash & t->slot_mask;
    for (; t->slots[slot] != 0; slot = (slot + 1) & t->slot_mask) {
        const uint32_t i = t->slots[slot] - 1;
        if (t->of_texts ? al_text_equal(t->texts[i], text) : t->numbers[i] == number)
            break;
    }
    return slot;
}

bool al_table_fill(struct al_table *t, uint32_t count, struct al_arena *arena)
{
    uint32_t slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    t->slots = al_arena_alloc(arena, slots, sizeof *t->slots);
    t->slot_mask = slots - 1;
    t->count = count;
    for (uint32_t i = 0; t->slots != NULL && i < count; i++)
        t->slots[slot_of(t, t->of_texts ? t->texts[i] : al_text_of(""), t->of_texts ? 0 : t->numbers[i])] = i + 1;
    return t->slots != NULL;
}

static bool unknown(struct al_run *run, const struct al_table *t, struct al_text text, int64_t number, int64_t *index)
{
    const int64_t buckets = (int64_t)t->hashing.buckets;
    switch (t->unknown) {
    case AL_UNKNOWN_ONE:
        *index = t->unknown_index;
        return true;
    case AL_UNKNOWN_MODULO:
        *index = t->unknown_index + (number % buckets + buckets) % buckets;
        return true;
    case AL_UNKNOWN_HASHED:
        *index = t->of_texts ? t->hashing.first + (int64_t)bucket_of(&t->hashing, text)
                             : hash_number(&t->hashing, number);
        return true;
    case AL_UNKNOWN_FAILS:
        break;
    }
    run->index_out_of_range = true;
    al_fail(run->err, AL_REFUSED, 0, "a value is not in the vocabulary, which has no place for unknown ones");
    return false;
}

static bool look_up(struct al_run *run, const struct al_table *t, struct al_text text, int64_t number, int64_t *index)
{
    if (t->masked && (t->of_texts ? al_text_equal(text, t->mask_text) : number == t->mask_number)) {
        *index = t->mask_value;
        return true;
    }
    const uint32_t found = t->slots[slot_of(t, text, number)];
    *index = t->first + (int64_t)found - 1;
    return found != 0 || unknown(run, t, text, number, index);
}

bool al_kernel_lookup(struct al_run *run, const struct al_step *s)
{
    const struct al_table *t = s->operation->attributes->table;
    const struct al_view *const views[] = {&s->out[0], &s->in[0]};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t from = w.offset[1] + i * w.stride[1][w.rank - 1];
            const struct al_text text = t->of_texts ? ((const struct al_text *)views[1]->data)[from] : al_text_of("");
            if (!look_up(run, t, text, t->of_texts ? 0 : ((const int64_t *)views[1]->data)[from],
                         (int64_t *)views[0]->data + w.offset[0] + i * w.stride[0][w.rank - 1]))
                return false;
        }
    return true;
}

bool al_kernel_words(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_words *v = s->operation->attributes->words;
    const struct al_view *const views[] = {&s->out[0], &s->in[0]};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t index = ((const int64_t *)views[1]->data)[w.offset[1] + i * w.stride[1][w.rank - 1]];
            const int64_t to = w.offset[0] + i * w.stride[0][w.rank - 1];
            const bool mask = v->masked && index == 0, known = index >= v->first && index < v->first + v->count;
            if (v->of_texts)
                ((struct al_text *)views[0]->data)[to] =
                    mask ? v->mask_text : known ? v->texts[index - v->first] : v->other_text;
            else
                ((int64_t *)views[0]->data)[to] =
                    mask ? v->mask_number : known ? v->numbers[index - v->first] : v->other_number;
        }
    return true;
}

/* ---- hashes ---- */

bool al_kernel_hash(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_hashing *h = s->operation->attributes->hashing;
    const bool of_texts = s->in[0].dtype == AL_STRING;
    const struct al_view *const views[] = {&s->out[0], &s->in[0]};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t from = w.offset[1] + i * w.stride[1][w.rank - 1];
            const struct al_text text = of_texts ? ((const struct al_text *)views[1]->data)[from] : al_text_of("");
            const int64_t number = of_texts ? 0 : ((const int64_t *)views[1]->data)[from];
            const bool mask = h->masked && (of_texts ? al_text_equal(text, h->mask_text) : number == h->mask_number);
            ((int64_t *)views[0]->data)[w.offset[0] + i * w.stride[0][w.rank - 1]] =
                mask ? 0 : of_texts ? h->first + (int64_t)bucket_of(h, text) : hash_number(h, number);
        }
    return true;
}

/* tf.sparse.cross_hashed: the fingerprints of all inputs, one after the other. Numbers stand for themselves. */
bool al_kernel_cross(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const uint64_t key = 0xDECAFCAFFE; /* tensorflow/python/ops/sparse_ops.py, _DEFAULT_HASH_KEY */
    const struct al_hashing *h = s->operation->attributes->hashing;
    int64_t *y = s->out[0].data;
    const int64_t count = al_view_count(&s->out[0]);
    for (int64_t i = 0; i < count; i++)
        y[i] = (int64_t)key;
    for (uint32_t k = 0; k < s->in_count; k++) {
        const struct al_view *const views[] = {&s->out[0], &s->in[k]};
        struct al_walk w;
        for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
            for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
                const int64_t from = w.offset[1] + i * w.stride[1][w.rank - 1];
                int64_t *to = y + w.offset[0] + i * w.stride[0][w.rank - 1];
                uint64_t part;
                if (views[1]->dtype == AL_STRING) {
                    const struct al_text text = ((const struct al_text *)views[1]->data)[from];
                    part = al_fingerprint64(text.at, text.length);
                } else {
                    part = (uint64_t)((const int64_t *)views[1]->data)[from];
                }
                *to = (int64_t)al_fingerprint_join((uint64_t)*to, part);
            }
    }
    for (int64_t i = 0; i < count; i++)
        y[i] = (int64_t)((uint64_t)y[i] % h->buckets);
    return true;
}

/* ---- counts ---- */

/* How often each index stands in each row, or (`exclusive`) whether it does. */
bool al_kernel_count(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *x = &s->in[0], *y = &s->out[0];
    const bool once = s->operation->attributes->exclusive;
    const int64_t depth = y->shape.dim[1];
    for (int64_t row = 0; row < y->shape.dim[0]; row++) {
        int64_t *out = (int64_t *)y->data + row * y->stride[0];
        for (int64_t i = 0; i < depth; i++)
            out[i * y->stride[1]] = 0;
        for (int64_t i = 0; i < x->shape.dim[1]; i++) {
            const int64_t index = ((const int64_t *)x->data)[row * x->stride[0] + i * x->stride[1]];
            if (index >= 0 && index < depth)
                out[index * y->stride[1]] = once ? 1 : out[index * y->stride[1]] + 1;
        }
    }
    return true;
}
