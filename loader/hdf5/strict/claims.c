/* The interval map as an append-only list: overlap is looked for once, at the end,
   by sorting. Until then the sum of all lengths bounds what can be claimed. */
#include "loader/hdf5/strict/claims.h"

#include "base/checked.h"

#include <string.h>

void al_h5_claims_reset(struct al_h5_claims *claims, uint64_t size)
{
    claims->count = 0;
    claims->total = 0;
    claims->size = size;
}

enum al_h5_claim al_h5_claim(struct al_h5_claims *claims, struct al_arena *arena, uint64_t offset, uint64_t length)
{
    if (!al_range_inside(offset, length, claims->size))
        return AL_H5_OUTSIDE;
    if (length == 0)
        return AL_H5_CLAIMED;
    if (length > claims->size - claims->total)
        return AL_H5_TOO_MUCH;
    if (claims->count == claims->room) {
        struct al_h5_range *list =
            al_arena_grow(arena, claims->list, claims->count, &claims->room, sizeof *claims->list);
        if (list == NULL)
            return AL_H5_CLAIM_NO_MEMORY;
        claims->list = list;
    }
    claims->list[claims->count++] = (struct al_h5_range){offset, length};
    claims->total += length;
    return AL_H5_CLAIMED;
}

static void insertion_sort(struct al_h5_range *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct al_h5_range moving = list[i];
        size_t at = i;
        for (; at > 0 && list[at - 1].offset > moving.offset; at--)
            list[at] = list[at - 1];
        list[at] = moving;
    }
}

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, FEW = 96 };

/* One pass of a radix sort; stable. */
static void distribute(const struct al_h5_range *from, struct al_h5_range *to, size_t count, unsigned shift)
{
    size_t start[DIGITS + 1] = {0};
    for (size_t i = 0; i < count; i++)
        start[((from[i].offset >> shift) & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        start[d + 1] += start[d];
    for (size_t i = 0; i < count; i++)
        to[start[(from[i].offset >> shift) & (DIGITS - 1)]++] = from[i];
}

/* Millions of claims in no order: comparing them would cost more than reading the file. */
static bool radix_sort(struct al_h5_claims *claims, struct al_arena *arena)
{
    struct al_h5_range *other = al_arena_alloc(arena, claims->count, sizeof *other);
    if (other == NULL)
        return false;
    claims->room = claims->count;
    struct al_h5_range *from = claims->list, *to = other;
    for (unsigned shift = 0; shift < 64 && claims->size >> shift != 0; shift += DIGIT_BITS) {
        distribute(from, to, claims->count, shift);
        struct al_h5_range *swap = from;
        from = to;
        to = swap;
    }
    claims->list = from;
    return true;
}

bool al_h5_claims_disjoint(struct al_h5_claims *claims, struct al_arena *arena, uint64_t *offset)
{
    *offset = UINT64_MAX;
    if (claims->count <= FEW)
        insertion_sort(claims->list, claims->count);
    else if (!radix_sort(claims, arena))
        return false;
    for (size_t i = 1; i < claims->count; i++) {
        const struct al_h5_range *before = &claims->list[i - 1];
        if (claims->list[i].offset - before->offset < before->length) {
            *offset = claims->list[i].offset;
            return false;
        }
    }
    return true;
}
