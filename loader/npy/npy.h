/* NumPy's array files: .npy, and .npz, a zip of them. They come as inputs of a run and
   as collections of weights; either way the result is a model without layers. Format:
   numpy.lib.format (NEP 1), versions 1.0, 2.0 and 3.0. */
#ifndef AL_LOADER_NPY_NPY_H
#define AL_LOADER_NPY_NPY_H

#include "loader/loader.h"

/* By content. An .npz is an archive of which the first member's name ends in ".npy". */
bool al_npy_is(const uint8_t *bytes, uint64_t size);

/* One tensor named "arr_0", as numpy names arrays without a name. False after a finding. */
bool al_npy_load(struct al_model **out, const struct al_input *input, struct al_arena *arena, struct al_findings *f);

/* A tensor per member, named as the member is without ".npy", in the archive's order. */
bool al_npz_load(struct al_model **out, const struct al_input *input, const struct al_policy *policy,
                 struct al_arena *arena, struct al_findings *f);

#endif
