/* The parent's procedure, and the only way from a file to a model: spawn a cell,
   watch it, decode what it said, run the same validator again, ask the kernel
   whether the cell was locked, and only then say a verdict.
   Safe from several threads at once: nothing here is shared between calls. */
#ifndef AL_SANDBOX_VET_H
#define AL_SANDBOX_VET_H

#include "base/status.h"
#include "loader/loader.h"
#include "policy/policy.h"
#include "sandbox/snapshot.h"
#include "validator/model.h"

#include <stdbool.h>
#include <stdint.h>

/* inputs[0] has role MODEL or ARRAYS, as al_load wants it. */
struct al_vet_input {
    enum al_role role;
    const char *name;              /* file name or path inside the model; borrowed during the call */
    struct al_snapshot *snapshot;  /* borrowed; must outlive the result */
};

struct al_vet_options {
    bool digests;         /* hash sealed inputs while the cell works */
    bool data_only;       /* every tensor by value: the result does not need the snapshots */
    int cancel_fd;        /* where > 0: readable means give up (AL_VERDICT_ERROR); a signalfd, an eventfd */
};

struct al_vetted {
    struct al_arena *arena;          /* owned; everything below lives in it */
    enum al_verdict verdict;
    enum al_status status;           /* AL_OK, AL_REFUSED, or why it is an ERROR */
    struct al_error error;           /* words for an ERROR */
    struct al_findings findings;     /* the cell's and the parent's; a refusal has at least one that refuses */
    struct al_model *model;          /* only where accepted: checked by this process itself */
    enum al_format format;           /* of the model; AL_FORMAT_UNKNOWN where the cell said none */
    bool sealed;                     /* every input was */
    uint32_t held;                   /* enum al_defence: in force while the file was read */
    uint32_t input_count;
    const uint8_t *const *inputs;    /* bytes of each input, for extents; NULL where unsealed */
    const uint64_t *input_sizes;
    uint64_t spawn_ns, cell_ns, check_ns; /* until the cell was locked; until it ended; in the parent after that */
};

/* AL_OK with *out for every verdict, ERROR too; another status only where there is
   no memory for a result. `options` may be NULL. `policy` must outlive the result, and
   its custom layers must be bound (validator/custom.h). */
enum al_status al_vet(struct al_vetted **out, const struct al_vet_input *inputs, uint32_t count,
                      const struct al_policy *policy, const struct al_vet_options *options);

void al_vetted_free(struct al_vetted *v);

/* The bytes of a tensor of v->model, wherever they lie: an extent is not aligned for its dtype. */
const uint8_t *al_vetted_bytes(const struct al_vetted *v, const struct al_tensor *tensor);

#endif
