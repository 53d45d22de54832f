/* What is known while a plan is made: where every operand lies, who still reads it. Private
   to plan.c, place.c and place_operation.c. */
#ifndef AL_INFERENCE_PLANNER_H
#define AL_INFERENCE_PLANNER_H

#include "inference/plan.h"

enum { AL_PLAN_ALIGNMENT = 64 };

enum al_spot_where { AL_SPOT_NOWHERE, AL_SPOT_CONSTANT, AL_SPOT_MEMORY };

struct al_spot {
    enum al_spot_where where;
    uint32_t block;          /* AL_SPOT_MEMORY */
    int64_t offset;          /* AL_SPOT_MEMORY: in numbers, from the block's begin */
    struct al_view view;     /* AL_SPOT_CONSTANT: with its data */
};

struct al_folded {
    struct al_folded *next;
    void *data;
};

struct al_plan {
    struct al_ops *ops;
    struct al_arena *arena;
    const struct al_engine *engine;
    struct al_step *steps;
    uint32_t step_count;
    size_t step_room;
    void *memory;
    uint64_t memory_bytes, folded_bytes, most_bytes;
    struct al_folded *folded;
    struct al_view *inputs, *outputs;
};

/* A view whose address is known once memory has been given out. */
struct al_bound {
    struct al_view *view;
    uint32_t block;
    int64_t offset;
};

/* What is only needed while planning. */
struct al_planner {
    struct al_plan *p;
    struct al_run *run;
    struct al_spot *places;  /* of operands */
    bool *needed;            /* operations */
    bool *followed;          /* operations that are done with a product before them */
    uint32_t *root;          /* of each operand: the one whose memory it shares by being a view */
    uint32_t *last_use;      /* of each root: the last operation that reads it */
    uint32_t *uses;          /* of each operand; 2 more for outputs: never fused away */
    uint32_t *user;          /* of each operand: the last operation that reads it */
    struct al_block *blocks;
    uint32_t block_count;
    size_t block_room;
    struct al_bound *bounds;
    uint32_t bound_count;
    size_t bound_room;
};

/* Both record the failure in words and return false. */
bool al_planner_no_memory(struct al_planner *n);
bool al_planner_too_large(struct al_planner *n);

/* The result is another view of the input's memory: no kernel. */
bool al_is_view(enum al_operator op);

/* ---- place.c; all false after a failure was recorded ---- */

/* A new block for an operand, its axes in the order of `like` (NULL: row-major). */
bool al_place_new(struct al_planner *n, const struct al_operand *o, const struct al_view *like, struct al_spot *at);
/* Says that `view` is what lies at `at`, for the step about to be added. */
bool al_place_bind(struct al_planner *n, const struct al_spot *at, struct al_view *view);
/* `in` may hold NULL. The results of `o`, or of `then` after it, are at `out`. */
bool al_place_step(struct al_planner *n, const struct al_operation *o, const struct al_operation *then,
                   const struct al_spot *const *in, uint32_t in_count, const struct al_spot *const *out,
                   uint32_t out_count);
/* A dense copy of what lies at `from`, row-major or (`in_order`) with its axes as they lie;
   made at once when it is constant. */
bool al_place_copy(struct al_planner *n, const struct al_operand *o, const struct al_spot *from, bool in_order,
                   struct al_spot *to);
/* An operation that is a view of its input, and one whose inputs are all constant. */
bool al_place_view(struct al_planner *n, const struct al_operation *o);
bool al_place_constant(struct al_planner *n, const struct al_operation *o);

/* ---- place_operation.c ---- */

bool al_place_operation(struct al_planner *n, uint32_t i);

#endif
