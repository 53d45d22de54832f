/* The loader's one door: bytes in, a typed model or findings out. Runs in the
   cell; has no side effects and needs no system call besides memory. */
#ifndef AL_LOADER_LOADER_H
#define AL_LOADER_LOADER_H

#include "policy/policy.h"
#include "validator/model.h"

enum al_role {
    AL_ROLE_MODEL,         /* what the user named */
    AL_ROLE_ARCHITECTURE,  /* --architecture: model.to_json() */
    AL_ROLE_SHARD,         /* a part of sharded weights; `name` is its file name */
    AL_ROLE_MEMBER,        /* a file of an unpacked .keras directory; `name` is its path in it */
    AL_ROLE_ARRAYS,        /* an .npy or .npz given to `run` */
    AL_ROLE_COUNT
};

/* One input file, whole and read-only in memory. */
struct al_input {
    enum al_role role;
    const char *name;      /* file name or path inside the model, never a path of the host; for findings and look-up */
    const uint8_t *bytes;
    uint64_t size;
};

/* Reads and validates. inputs[0] has role MODEL, or ARRAYS. On true *out is a model
   in `arena` that al_infer and al_check_weights accept; on false `f` has a refusing
   finding (or f->failed). Format by content, never by suffix. */
bool al_load(struct al_model **out, const struct al_input *inputs, uint32_t input_count,
             const struct al_policy *policy, struct al_arena *arena, struct al_findings *f);

#endif
