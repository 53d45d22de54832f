/* Which bytes of a file (or of a heap) have been given a meaning. */
#ifndef AL_LOADER_HDF5_CLAIMS_H
#define AL_LOADER_HDF5_CLAIMS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct al_h5_range {
    uint64_t offset, length;
};

struct al_h5_claims {
    struct al_h5_range *list;
    size_t count, room;
    uint64_t total; /* bytes claimed so far */
    uint64_t size;  /* bytes there are */
};

enum al_h5_claim { AL_H5_CLAIMED, AL_H5_OUTSIDE, AL_H5_TOO_MUCH, AL_H5_CLAIM_NO_MEMORY };

/* Forgets all claims; the list's memory is kept. */
void al_h5_claims_reset(struct al_h5_claims *claims, uint64_t size);

/* Claims a range. AL_H5_TOO_MUCH once more bytes are claimed than there are: then
   two claims overlap, and because that is noticed at once, no structure that
   contains itself is read for longer than the file is long. */
enum al_h5_claim al_h5_claim(struct al_h5_claims *claims, struct al_arena *arena, uint64_t offset, uint64_t length);

/* Sorts the claims and looks for two that overlap. True where none do; else
   *offset is the first byte claimed twice. False with *offset UINT64_MAX where
   memory ran out. */
bool al_h5_claims_disjoint(struct al_h5_claims *claims, struct al_arena *arena, uint64_t *offset);

#endif
