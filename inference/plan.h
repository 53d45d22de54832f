/* A plan: an operation graph with every byte of memory given out and everything that
   does not depend on the inputs computed. Made once for given shapes, run often. */
#ifndef AL_INFERENCE_PLAN_H
#define AL_INFERENCE_PLAN_H

#include "inference/engine.h"
#include "inference/graph.h"
#include "inference/kernels/kernels.h"

struct al_plan;

/* Takes `ops`, also on failure. `most_bytes` bounds the memory of the run and of what is
   computed ahead. `engine` NULL: plain kernels only. Constants' data must outlive the plan. */
enum al_status al_plan_new_take(struct al_plan **out, struct al_ops *ops, const struct al_engine *engine,
                                uint64_t most_bytes, struct al_run *run);
void al_plan_free(struct al_plan *p);

/* Where inputs are to be written (packed) and outputs to be read (any strides). */
const struct al_view *al_plan_input(const struct al_plan *p, uint32_t index);
const struct al_view *al_plan_output(const struct al_plan *p, uint32_t index);
uint64_t al_plan_bytes(const struct al_plan *p);
/* How many steps the engine took. */
uint32_t al_plan_prepared(const struct al_plan *p);

/* False after filling run->err. */
bool al_plan_run(struct al_plan *p, struct al_run *run);

/* ---- between the planner, memory.c and run.c ---- */

/* A piece of memory that is needed from one step to another. */
struct al_block {
    uint64_t bytes;
    uint32_t first, last;
    uint64_t offset;         /* given by al_blocks_place */
};

/* Gives every block an offset such that none that are needed at the same time
   overlap. `blocks` are sorted by `first`. False on overflow or lack of memory. */
bool al_blocks_place(struct al_block *blocks, uint32_t count, uint64_t *total);

bool al_step_run(struct al_run *run, const struct al_step *s);

#endif
