/* Hashes of words and numbers. */
#include "validator/catalogue.h"

#include "inference/families/encoding.h"

#include <string.h>

static struct al_hashing *new_hashing(struct al_lowering *l)
{
    struct al_hashing *h = al_arena_alloc(l->ops->arena, 1, sizeof *h);
    if (h == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "a hash needs more memory than there is");
    else
        h->buckets = (uint64_t)al_param_int(&l->site, "num_bins");
    return h;
}

static void result(struct al_lowering *l, uint32_t buckets)
{
    const char *mode = al_param_choice(&l->site, "output_mode");
    if (strcmp(mode, "int") != 0)
        buckets = al_lower_encoding(l, buckets, mode, al_param_int(&l->site, "num_bins"));
    al_lower_result(l, al_dtype_is_float(l->site.layer->compute_dtype) && strcmp(mode, "int") != 0
                           ? al_emit_cast(l, buckets, l->real) : buckets);
}

void al_lower_hashing(struct al_lowering *l)
{
    const struct al_value *mask = al_param_of(&l->site, "mask_value"), *salt = al_param_of(&l->site, "salt");
    struct al_hashing *h = new_hashing(l);
    uint32_t x = l->in[0].operand;
    if (h == NULL || x == AL_NONE_INDEX)
        return;
    /* bucket 0 is the mask's, where there is another one */
    if (mask->type != AL_VALUE_NULL && h->buckets > 1) {
        h->buckets--;
        h->first = 1;
        h->masked = true;
        h->mask_text = mask->text;
        h->mask_number = mask->integer;
    }
    for (uint32_t i = 0; i < 2 && salt->type == AL_VALUE_INTEGERS; i++) {
        h->salted = true;
        h->salt[i] = (uint64_t)salt->integers[i];
    }
    if (al_emit_dtype(l, x) != AL_STRING)
        x = al_emit_cast(l, x, AL_INT64);
    const struct al_attributes a = {.hashing = h};
    result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_HASH, &x, 1, &a));
}

void al_lower_hashed_crossing(struct al_lowering *l)
{
    struct al_hashing *h = new_hashing(l);
    uint32_t *in = al_arena_alloc(l->ops->arena, l->in_count, sizeof *in);
    if (h == NULL || in == NULL)
        return;
    for (uint32_t i = 0; i < l->in_count; i++)
        in[i] = al_emit_dtype(l, l->in[i].operand) == AL_STRING ? l->in[i].operand
                                                                : al_emit_cast(l, l->in[i].operand, AL_INT64);
    const struct al_attributes a = {.hashing = h};
    result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_CROSS, in, l->in_count, &a));
}
