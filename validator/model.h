/* The typed model: what a file says once it has been understood, and the only
   thing that crosses the wire. The loader builds it in the cell, the wire carries
   it, the parent rebuilds it and runs the same checks; inference lowers it.

   Everything hangs in one arena. Layers lie in one array in preorder (an owner
   before what it owns; layer 0 is the model), so nobody needs recursion to walk
   them. A graph lists calls in an order in which each uses only earlier ones: a
   graph with a cycle cannot be written down. */
#ifndef AL_VALIDATOR_MODEL_H
#define AL_VALIDATOR_MODEL_H

#include "base/arena.h"
#include "base/shape.h"
#include "base/text.h"
#include "policy/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum { AL_NONE_INDEX = 0x7FFFFFFF }; /* "no such thing" where an index stands; fits uint32_t */

enum al_dtype {
    AL_DTYPE_NONE,
    AL_FLOAT16,
    AL_BFLOAT16,
    AL_FLOAT32,
    AL_FLOAT64,
    AL_INT8,
    AL_INT16,
    AL_INT32,
    AL_INT64,
    AL_UINT8,
    AL_UINT16,
    AL_UINT32,
    AL_UINT64,
    AL_BOOL,
    AL_STRING,
    AL_DTYPE_COUNT
};
const char *al_dtype_name(enum al_dtype dtype);           /* Keras's and numpy's name */
enum al_dtype al_dtype_by_name(struct al_text name);
uint32_t al_dtype_size(enum al_dtype dtype);              /* bytes of one number; 0 for NONE and STRING */
/* Of what a stored tensor's shape counts: a number's bytes, or for texts 1, since their last axis counts bytes. */
uint32_t al_stored_size(enum al_dtype dtype);
bool al_dtype_is_float(enum al_dtype dtype);

bool al_shape_equal(const struct al_shape *a, const struct al_shape *b);
/* Product of the dimensions from axis `from` up to `to`; false where one is unknown or it overflows. */
bool al_shape_count(const struct al_shape *s, uint32_t from, uint32_t to, uint64_t *count);
/* Bytes of a tensor of that shape with every unknown dimension taken as 1; false on overflow. */
bool al_shape_bytes(const struct al_shape *s, enum al_dtype dtype, uint64_t *bytes);
/* Dimensions are -1 or 1 … AL_MAX_DIMENSION, rank at most AL_MAX_RANK. */
bool al_shape_sound(const struct al_shape *s);
/* "(None, 5, 4)", as Keras prints shapes. */
const char *al_shape_show(struct al_findings *f, const struct al_shape *s);

/* One value of a configuration or of a call. */
enum al_value_type {
    AL_VALUE_ABSENT,  /* not in the file: the row's default was not needed either */
    AL_VALUE_NULL,
    AL_VALUE_BOOL,    /* .integer 0 or 1 */
    AL_VALUE_INTEGER,
    AL_VALUE_REAL,
    AL_VALUE_CHOICE,  /* .integer indexes the parameter's list of choices */
    AL_VALUE_TEXT,
    AL_VALUE_INTEGERS,
    AL_VALUE_REALS,   /* a list, or nested lists of even length: .shape says how they lie */
    AL_VALUE_TEXTS,
    AL_VALUE_LAYER,   /* .integer is the index of a layer that this one owns */
    AL_VALUE_TYPE_COUNT
};
struct al_value {
    enum al_value_type type;
    int64_t integer;
    double real;
    struct al_text text;
    uint32_t count;              /* of the list */
    const int64_t *integers;
    const double *reals;
    const struct al_text *texts;
    struct al_shape shape;       /* REALS only */
};

/* A stored tensor. Bytes are little-endian and packed, row-major. Texts are numpy's type S: the last axis
   counts bytes, and zeros behind a text do not belong to it. Only arrays given to a run hold texts. */
enum al_stored { AL_STORED_EXTENT, AL_STORED_DATA };
struct al_tensor {
    struct al_text name;         /* its path in the container */
    enum al_dtype dtype;
    struct al_shape shape;       /* all known */
    uint64_t bytes;              /* product of shape times size of dtype */
    enum al_stored stored;
    uint32_t input;              /* EXTENT: which input file */
    uint64_t offset;             /* EXTENT: where in it */
    const uint8_t *data;         /* DATA: owned by the model; in the cell, where the wire reads it from */
};

/* What a layer demands: filled by al_infer, compared by al_check_weights. A layer's
   demands stand in the order of the legacy layout before its partition by `trainable`. */
struct al_weight {
    const char *path;            /* of the group below the layer's own in the v3 layout: "" for its own `vars`,
                                    "cell" in LSTM, "query_dense" in MultiHeadAttention. A layer that is owned
                                    (the `layer` of a wrapper, a cell of an RNN) demands its own weights */
    uint32_t index;              /* the dataset's name within that group's `vars` */
    const char *name;            /* "kernel", "gamma" …: a constant of the row, or of the policy */
    struct al_shape shape;
    enum al_dtype dtype;         /* of the variable */
    bool trainable;              /* as created; the legacy order needs it */
    bool optional;               /* may be missing from the file (lookup and seed state) */
};

/* One item given to a call: an output of an earlier call of the same graph, or a constant. */
struct al_item {
    uint32_t call;               /* AL_NONE_INDEX: a constant */
    uint32_t output;
    struct al_value value;       /* the constant */
};
/* One argument of a call; `argument` indexes the row's list of arguments. */
struct al_given {
    uint32_t argument;
    bool list;                   /* [x, y] or (x, y) in the file, as opposed to one x */
    uint32_t count;
    struct al_item *items;
};
struct al_call {
    uint32_t layer;              /* a layer owned by the graph's owner */
    uint32_t given_count;
    struct al_given *given;
    /* filled by al_infer */
    uint32_t output_count;
    struct al_shape *output_shapes;
    enum al_dtype *output_dtypes;
};

/* A named end of a model's graph. */
struct al_port {
    struct al_text name;
    uint32_t call;
    uint32_t output;
};

struct al_graph {
    uint32_t call_count;
    struct al_call *calls;
    uint32_t input_count;        /* in the order in which the model takes them */
    struct al_port *inputs;      /* .call is the call of an InputLayer */
    uint32_t output_count;
    struct al_port *outputs;
};

/* Keras's quantization modes: a kernel that is stored as small numbers and their scale. */
enum al_quantized {
    AL_QUANTIZED_NONE,
    AL_QUANTIZED_INT8,
    AL_QUANTIZED_INT4,
    AL_QUANTIZED_GPTQ,
    AL_QUANTIZED_AWQ,
    AL_QUANTIZED_COUNT
};
/* What the policy of a layer's type and its `quantization_config` say together. */
struct al_quantization {
    enum al_quantized mode;
    uint32_t bits;               /* of a stored number: 8, 4; GPTQ: 2, 3, 4 or 8 */
    uint32_t group;              /* how many rows of the kernel share a scale; 0: all of them */
    bool inputs;                 /* inputs are brought into low … high too, each row by its largest number */
    int32_t low, high;
    double epsilon;              /* added to that largest number */
};

struct al_layer {
    uint32_t kind;               /* a row of the catalogue, or AL_KIND_CUSTOM + index into policy->custom */
    uint32_t owner;              /* AL_NONE_INDEX for layer 0 */
    struct al_text name;
    enum al_dtype compute_dtype, variable_dtype;
    struct al_quantization quantization; /* of the layer's own kernel, and of all it projects with */
    bool trainable;
    struct al_value *params;     /* as many as the row has, in its order */
    uint32_t child_count;        /* layers it owns: of a model, a wrapper, an RNN, an activation object */
    uint32_t *children;
    struct al_graph *graph;      /* Functional and Sequential only */
    /* filled by al_infer */
    uint32_t demand_count;
    struct al_weight *demands;
    bool built;
    /* which tensor satisfies each demand; AL_NONE_INDEX where optional and missing */
    uint32_t weight_count;
    uint32_t *weights;
};

struct al_version {
    uint32_t major, minor, patch; /* 0.0.0: not said */
    bool tensorflow;              /* "2.2.4-tf": TensorFlow's own Keras while there was another one */
};

struct al_model {
    struct al_arena *arena;      /* owns everything here */
    enum al_format format;
    const char *framework;       /* "keras" …, a constant */
    struct al_version version;
    struct al_text name;
    uint32_t layer_count;        /* 0: tensors only */
    struct al_layer *layers;
    uint32_t tensor_count;
    struct al_tensor *tensors;
};

/* Keras 2 and Keras 3 differ in numbers and in orders. tf_keras and files that
   name 2.x are generation 2. */
static inline bool al_model_is_keras2(const struct al_model *m)
{
    return m->version.major < 3;
}

/* Keras of its own up to 2.3, for several backends: some of its functions still were TensorFlow 1's. */
static inline bool al_model_is_multi_backend(const struct al_model *m)
{
    return m->version.major == 2 && m->version.minor < 4 && !m->version.tensorflow;
}

/* The JSON that Keras 3's to_json makes does not say its release. It is taken for one of the newest that is
   known, and so is 3.0.0, which looks the same here. */
enum { AL_NEWEST_MINOR = 15, AL_NEWEST_PATCH = 1 };

/* Whether the release that wrote the file is older than this one. */
static inline bool al_model_before_patch(const struct al_model *m, uint32_t major, uint32_t minor, uint32_t patch)
{
    struct al_version v = m->version;
    if (v.major == 3 && v.minor == 0 && v.patch == 0)
        v = (struct al_version){3, AL_NEWEST_MINOR, AL_NEWEST_PATCH, false};
    return v.major != major ? v.major < major : v.minor != minor ? v.minor < minor : v.patch < patch;
}

static inline bool al_model_before(const struct al_model *m, uint32_t major, uint32_t minor)
{
    return al_model_before_patch(m, major, minor, 0);
}

#endif
