/* What stands before an array's numbers. Internal to loader/npy/. */
#ifndef AL_LOADER_NPY_HEADER_H
#define AL_LOADER_NPY_HEADER_H

#include "validator/model.h"

struct al_npy_header {
    enum al_dtype dtype;
    bool big_endian;
    uint32_t width;        /* bytes of one item in the file */
    bool utf32;            /* texts as four bytes a character; else bytes */
    bool fortran;          /* the first index runs fastest */
    struct al_shape shape;
    uint64_t data;         /* offset of the numbers; they reach to the end */
    uint64_t bytes;        /* of the numbers */
};

/* Reads the header of an array that is `size` bytes long in all, and checks that
   exactly its numbers follow. False after a finding at `place`. */
bool al_npy_read_header(struct al_npy_header *out, const uint8_t *bytes, uint64_t size, const struct al_place *place,
                        struct al_findings *f);

/* One array -> one tensor without a name. `offset`: where `bytes` lie in input `input`,
   or AL_NPY_NOWHERE where they were unpacked. Decodes into `arena` where bytes lie in
   another order than ours. */
#define AL_NPY_NOWHERE UINT64_MAX
bool al_npy_tensor(struct al_tensor *out, const uint8_t *bytes, uint64_t size, uint32_t input, uint64_t offset,
                   const struct al_place *place, struct al_arena *arena, struct al_findings *f);

/* texts.c: the items, four bytes a character, as UTF-8 of equal width, zeros behind it. False after a
   finding. */
bool al_npy_utf8(const uint8_t **bytes, uint32_t *width, const struct al_npy_header *h, const struct al_place *place,
                 struct al_arena *arena, struct al_findings *f);

/* A model of `count` tensors and no layers, or NULL after a finding. */
struct al_model *al_npy_model(enum al_format format, uint32_t count, struct al_arena *arena, struct al_findings *f);

#endif
