/* Lowering: a layer of the verified model becomes operations. One function for each
   kind of layer, al_lower_<symbol> in inference/families/, named by
   validator/catalogue.def like the row that it belongs to. Shapes are all known here.

   A lowering function reads its parameters as the row's shape rule does, through
   l->site (al_param_int(&l->site, "units"), al_site_constant …; l->site.in holds the
   known shapes), takes its inputs from l->in, and says its results by
   al_lower_result. Failure is sticky: an operand may be AL_NONE_INDEX, every
   function then does nothing, and the caller reports l->err at the end. */
#ifndef AL_INFERENCE_LOWER_H
#define AL_INFERENCE_LOWER_H

#include "inference/graph.h"
#include "inference/kernels/texts.h"
#include "inference/view.h"
#include "inference/weights.h"
#include "validator/catalogue.h"

/* A tensor between layers, and the mask that Keras would attach to it. */
struct al_lowered {
    uint32_t operand;
    uint32_t mask;               /* BOOL, usually (batch, time); AL_NONE_INDEX: none */
};

/* What the inputs hold: a few layers give as many numbers as they find tokens. */
struct al_lower_data {
    bool (*fill)(void *context, uint32_t input, const struct al_view *to);
    void *context;
    bool used;                   /* the graph fits these inputs only */
};

struct al_lowering {
    struct al_site site;         /* model, policy, layer, row, call, shapes: as in validation */
    struct al_weights *weights;
    struct al_ops *ops;
    struct al_error *err;
    bool failed;
    enum al_dtype real;          /* FLOAT32 or FLOAT64: what this layer computes in */
    enum al_dtype round;         /* FLOAT16 or BFLOAT16: every result is rounded to it; else NONE */
    bool in_bidirectional;       /* owned by one, which decides what a masked step gives */
    uint32_t in_count;           /* in the order of site.argument_of */
    const struct al_lowered *in;
    uint32_t out_count;
    struct al_lowered out[AL_MAX_RANK * 4];
    struct al_lower_data *data;
    /* al_predict's wish for one layer of the outermost graph */
    struct al_text wanted_layer;
    uint32_t wanted_count;
    struct al_lowered *wanted;
};

typedef void al_lower_function(struct al_lowering *l);

/* The whole model for inputs of these shapes. `layer`: the outputs of this layer of the
   outermost graph instead of the model's (empty: the model's); *found says whether it
   is there. NULL after filling `err`. */
struct al_ops *al_lower_model(const struct al_model *model, const struct al_policy *policy,
                              struct al_weights *weights,
                              const struct al_shape *shapes, struct al_lower_data *data, struct al_text layer,
                              bool *found, struct al_error *err);

/* Whether there is a lowering for a kind of validator/catalogue.def. */
bool al_lower_knows(uint32_t kind);

/* ---- for lowering functions ---- */

/* Records a failure in words; the first one stays. Always returns AL_NONE_INDEX. */
uint32_t al_lower_fail(struct al_lowering *l, enum al_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The next output. Its mask is set by the row's rule (AL_MASK_PASSES: the first input's)
   unless the row says AL_MASK_OWN; then al_lower_result_masked. */
void al_lower_result(struct al_lowering *l, uint32_t operand);
void al_lower_result_masked(struct al_lowering *l, uint32_t operand, uint32_t mask);

/* The operand given with an argument by name, AL_NONE_INDEX where it was not given. */
uint32_t al_lower_input(const struct al_lowering *l, const char *argument);
/* The mask for the first input as Keras finds it: the argument `mask` where one was
   given, else what the input carries. AL_NONE_INDEX: none. */
uint32_t al_lower_mask(const struct al_lowering *l);

/* Likewise for the n-th input of a layer that takes a list, whose argument `mask` is a list too. */
uint32_t al_lower_mask_of(const struct al_lowering *l, uint32_t n);

/* A weight by the name under which the row demands it, in the layer's real type;
   AL_NONE_INDEX where the layer has none of that name (not a failure). */
uint32_t al_lower_weight(struct al_lowering *l, const char *name);
/* Likewise for what the row demands below `path`: a projection of an attention layer. */
uint32_t al_lower_weight_at(struct al_lowering *l, const char *path, const char *name);
/* Likewise by its index among the demands, as the given type (INT64 for integers). */
uint32_t al_lower_weight_as(struct al_lowering *l, uint32_t index, enum al_dtype as);

/* Lowers a layer that this one owns with the given inputs, `argument_of` NULL: all belong to
   its first argument. Results are in the child's order; at most `room`. */
uint32_t al_lower_child(struct al_lowering *l, uint32_t child, uint32_t in_count, const struct al_lowered *in,
                        const uint32_t *argument_of, uint32_t room, struct al_lowered *out);

/* How many tokens the longest of the texts at `x` has, by running the graph so far on the inputs (longest.c). */
uint32_t al_lower_longest(struct al_lowering *l, uint32_t x, const struct al_tokenizer *how);

/* The activation that parameter `key` holds: a function's name or a layer (families/activation.c). */
uint32_t al_lower_activation(struct al_lowering *l, const char *key, uint32_t x);
/* One function of validator/activation.h. */
uint32_t al_lower_function_of(struct al_lowering *l, int64_t activation, uint32_t x);

#endif
