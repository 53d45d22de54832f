/* A row of the layer catalogue: everything Airlock knows about one kind of
   layer or operation, apart from its arithmetic. The loader reads keys and
   ranges from it, the validator shapes and weights, the documentation and the
   fuzz dictionaries all of it. The rows stand in validator/families/, the list
   of kinds in validator/catalogue.def. */
#ifndef AL_VALIDATOR_ROW_H
#define AL_VALIDATOR_ROW_H

#include "validator/model.h"

/* ---- configuration keys ---- */

enum al_param_type {
    AL_PARAM_BOOL,
    AL_PARAM_INTEGER,       /* minimum … maximum */
    AL_PARAM_REAL,          /* minimum … maximum; an integer is taken too */
    AL_PARAM_CHOICE,        /* one of `choices`, exactly */
    AL_PARAM_TEXT,
    AL_PARAM_INTEGERS,      /* a list; minimum … maximum for each, `count_min` … `count_max` of them */
    AL_PARAM_INTEGERS_OR_ONE, /* likewise, or one number standing for `count_max` equal ones */
    AL_PARAM_REALS,         /* a number or evenly nested lists of numbers */
    AL_PARAM_TEXTS,         /* each of at most `maximum` bytes; 0: AL_MAX_NAME_BYTES */
    AL_PARAM_TEXT_OR_INTEGER,
    AL_PARAM_PAIRS,         /* paddings and croppings: n, [a, b] or [[a, b], …] -> INTEGERS of 2 * count_max */
    AL_PARAM_SHAPE,         /* a list of integers and nulls: null becomes -1 */
    AL_PARAM_AXES,          /* one integer or a list of them, without a range: axes, may be negative */
    AL_PARAM_ACTIVATION,    /* a name or object of validator/activation.h -> CHOICE, or a layer object -> LAYER */
    AL_PARAM_LAYER,         /* a layer object -> LAYER */
    AL_PARAM_LAYERS,        /* a list of them -> INTEGERS of layer indexes */
    AL_PARAM_DTYPE,         /* a name of a type -> CHOICE, an enum al_dtype */
    /* checked for form and dropped: nothing at inference depends on them */
    AL_PARAM_INITIALIZER,
    AL_PARAM_REGULARIZER,
    AL_PARAM_CONSTRAINT,
    AL_PARAM_SEED,
    AL_PARAM_IGNORED_BOOL,
    AL_PARAM_IGNORED_NUMBER,
    AL_PARAM_IGNORED_SHAPE, /* null, a number, a list or a map of them, nested */
    AL_PARAM_IGNORED_TEXT,
    AL_PARAM_QUANTIZATION,  /* a quantization config: what of it counts goes to the layer's quantization */
    AL_PARAM_FIXED,         /* only the value of `fixed` (JSON text) is allowed: another one is not computed */
    AL_PARAM_TYPE_COUNT
};

enum {
    AL_PARAM_NULLABLE = 1,   /* null is a value of its own */
    AL_PARAM_REQUIRED = 2,   /* absence refuses the file */
    AL_PARAM_ALIAS = 4       /* an older spelling: its value goes to the param that `alias_of` names */
};

struct al_param {
    const char *key;
    enum al_param_type type;
    uint32_t flags;
    double minimum, maximum;        /* of each number; 0, 0: any finite one. Integers stay within 2^53,
                                       where a double is exact */
    uint32_t count_min, count_max;  /* of lists; 0, 0: up to AL_MAX_RANK, or AL_MAX_LIST for REALS and TEXTS */
    const char *const *choices;     /* NULL-ended */
    const char *standard;           /* JSON text of the default where the key is absent; NULL: ABSENT */
    const char *fixed;
    const char *alias_of;
    const char *refusal;            /* FIXED, CHOICE: why other values are refused, for the message */
};

/* ---- call arguments ----

   In the order of the signature of Keras 3's `call`, which is the order of positional
   arguments; the first is what the inbound lists of Keras 2 name first. A call lists
   what it gives in ascending order of these, each at most once. */

enum al_argument_type {
    AL_ARGUMENT_TENSOR,
    AL_ARGUMENT_TENSORS,     /* a list of tensors, or one */
    AL_ARGUMENT_OPERAND,     /* a tensor or a number */
    AL_ARGUMENT_MASK,        /* a tensor of booleans or null */
    AL_ARGUMENT_VALUE,       /* a constant described by `param` */
    AL_ARGUMENT_INDEX,       /* the key of GetItem: see validator/slicing.h */
    AL_ARGUMENT_TRAINING,    /* only false and null are allowed, and dropped */
    AL_ARGUMENT_IGNORED      /* null only, dropped */
};
enum {
    AL_ARGUMENT_OPTIONAL = 1,
    AL_ARGUMENT_REST = 2,    /* TENSORS: takes all positional arguments that are left (Python's *args) */
    AL_ARGUMENT_OVERRIDDEN = 4 /* TRAINING: true is dropped too, since predict() passes false in its place */
};
struct al_argument {
    const char *name;
    enum al_argument_type type;
    uint32_t flags;
    struct al_param param;   /* VALUE only */
};

/* ---- masks (Keras: Layer.compute_mask) ---- */

enum al_mask_rule {
    AL_MASK_DROPS,           /* does not support masking: the output has none */
    AL_MASK_PASSES,          /* the output has the (first) input's mask */
    AL_MASK_PASSES_IN_KERAS3, /* as PASSES; in Keras 2 the layer does not support masking */
    AL_MASK_OWN              /* its lowering decides */
};

enum al_decision {
    AL_COMPUTED,
    AL_IDENTITY,             /* changes nothing at inference */
    AL_NOT_ALLOWED           /* known, and refused with `reason` and `finding` */
};

struct al_site;
struct al_row;

struct al_row {
    const char *name;                  /* the class's name in Keras 3 */
    const char *group_name;            /* of its groups in the v3 layout, where that is not the name in snake case */
    const char *const *other_names;    /* NULL-ended; Keras 2 spellings, aliases */
    const char *const *modules;        /* NULL-ended list of `module` values, exact; NULL: the layers' usual ones */
    enum al_decision decision;
    const char *reason;                /* NOT_ALLOWED */
    enum al_finding_id finding;        /* NOT_ALLOWED: the most specific one */
    bool operation;                    /* a raw operation of a graph, not a layer: no weights, no common keys */
    const char *const *functions;      /* NULL-ended; operations: Keras 2's TFOpLambda of these functions. What
                                          is a key of Keras 3's object is a keyword of the call there */
    bool keras2_only;                  /* Keras 3 does not have it any more */
    bool quantizable;                  /* its kernel, or those of its projections, may be stored quantized */
    bool computes_in_floats;           /* integers become numbers of the layer's type before, as those do that meet
                                          weights; without it they stay integers */
    bool takes_texts;                  /* tensors of strings; every other row refuses them */
    bool named_weights;                /* the v3 layout names its datasets as the demands are, not by number */
    const struct al_param *params;
    uint32_t param_count;
    const struct al_argument *arguments;
    uint32_t argument_count;
    enum al_mask_rule mask;
    uint32_t rank_min, rank_max;       /* of the first tensor, batch included; 0, 0: any */
    const struct al_custom *custom;    /* the policy's declaration this row was made from; else NULL */
    const char *weights;               /* for people: "kernel (…, in, units), bias (units)" */
    const char *computes;              /* for people: one line */

    /* Each says false after adding a finding. `check`: what the params say together,
       without any input. `infer`: from s->in to s->out, with al_demand for each weight
       in the order of vars/0, vars/1 … . */
    bool (*check)(struct al_site *s);
    bool (*infer)(struct al_site *s);
};

/* The place of one call of one layer while shapes are inferred. */
struct al_site {
    struct al_model *model;
    const struct al_policy *policy;
    struct al_findings *findings;
    struct al_layer *layer;
    const struct al_row *row;
    const struct al_call *call;        /* NULL when an owner calls the layer it wraps */
    uint32_t depth;                    /* of owners: at most AL_MAX_LAYER_DEPTH */
    /* tensors given, flattened in the order of arguments; argument_of[i] says which one in[i] came with */
    uint32_t in_count;
    const struct al_shape *in;
    const enum al_dtype *in_dtypes;
    const uint32_t *argument_of;
    const char *path;                  /* what al_demand writes into al_weight.path; starts as "" */
    uint32_t demanded;                 /* weights demanded by this call so far */
    uint64_t *work_left;               /* shared by all sites of one inference: bounds shared nested models */
    /* results; storage is from the arena (al_site_outputs) */
    uint32_t out_count;
    struct al_shape *out;
    enum al_dtype *out_dtypes;
};

/* Parameters by key; the key must be in the row (checked by a test for every call). */
const struct al_value *al_param_of(const struct al_site *s, const char *key);
int64_t al_param_int(const struct al_site *s, const char *key);
bool al_param_bool(const struct al_site *s, const char *key);
double al_param_real(const struct al_site *s, const char *key);
bool al_param_is_null(const struct al_site *s, const char *key);   /* null or absent */
const char *al_param_choice(const struct al_site *s, const char *key);

/* The index in s->in of the first tensor given with that argument, or AL_NONE_INDEX. */
uint32_t al_site_input(const struct al_site *s, const char *argument);
/* The constant given with an argument (or NULL). */
const struct al_value *al_site_constant(const struct al_site *s, const char *argument);

/* Makes room for `count` outputs; the dtypes start as the layer's compute dtype. */
bool al_site_outputs(struct al_site *s, uint32_t count);
/* The usual ends of an `infer`: one output of that shape; one like the first input. */
bool al_site_output(struct al_site *s, const struct al_shape *shape);
bool al_site_same(struct al_site *s);

/* Demands a weight, in the group that s->path names. On a second call of the same layer
   compares with the first. */
bool al_demand(struct al_site *s, const char *name, const struct al_shape *shape, bool trainable);
bool al_demand_typed(struct al_site *s, const char *name, const struct al_shape *shape, bool trainable,
                     enum al_dtype dtype, bool optional);

/* Calls a layer that this one owns with the given shapes: wrappers and RNNs. The
   results stay valid as long as the arena. */
bool al_site_call_child(struct al_site *s, uint32_t child, uint32_t in_count, const struct al_shape *in,
                        const enum al_dtype *in_dtypes, uint32_t *out_count, struct al_shape **out,
                        enum al_dtype **out_dtypes);

/* Follows the graph of a Functional or Sequential layer: its row's `infer`. */
bool al_site_graph(struct al_site *s);

/* An axis that may be negative as one counted from 0 within `rank`; refuses when outside. */
bool al_site_axis(struct al_site *s, const char *key, int64_t axis, uint32_t rank, uint32_t *out);

/* The axes of an AL_PARAM_AXES key, counted from 0, ascending; refuses one named twice. */
bool al_site_axes(struct al_site *s, const char *key, uint32_t rank, uint32_t axes[AL_MAX_RANK], uint32_t *count);

/* Refusals that every family needs: shapes that do not fit, and memory used up. Always false. */
bool al_site_bad_shape(struct al_site *s, const char *expected, const struct al_shape *found);
bool al_site_no_memory(struct al_site *s);

/* A refusal at this layer: place is "layer <owner>/<name>". Always returns false. */
bool al_site_refuse(struct al_site *s, enum al_finding_id id, const char *expected, struct al_text found,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
