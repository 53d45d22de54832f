/* The operation graph: what a verified model becomes for given input shapes. The
   operators have the names and semantics of ONNX (opset 18), so that a graph can be
   written out as one; what ONNX takes as a constant tensor (axes, a shape, starts)
   is an attribute here. Every shape is fully known.

   Operations lie in an order in which each uses only earlier results. Constants are
   operands with data. Nothing is ever changed after it was added. */
#ifndef AL_INFERENCE_GRAPH_H
#define AL_INFERENCE_GRAPH_H

#include "base/status.h"
#include "validator/model.h"

#define AL_OPERATOR(SYMBOL, ...) AL_OP_##SYMBOL,
enum al_operator {
#include "inference/operators.def"
    AL_OP_COUNT
};
#undef AL_OPERATOR

/* How an operator's output shape follows from its inputs: inference/shapes.c. */
enum al_shape_rule {
    AL_RULE_SAME,          /* the first input's */
    AL_RULE_SAME_REAL,     /* likewise; the function has no values of integers, which are refused */
    AL_RULE_BROADCAST,     /* numpy's rule over all inputs, aligned at the last axis */
    AL_RULE_COMPARE,       /* likewise, and the result is boolean */
    AL_RULE_REDUCE,
    AL_RULE_ARG,
    AL_RULE_MATMUL,
    AL_RULE_GEMM,
    AL_RULE_CONV,
    AL_RULE_CONV_TRANSPOSE,
    AL_RULE_POOL,
    AL_RULE_RESHAPE,
    AL_RULE_TRANSPOSE,
    AL_RULE_SLICE,
    AL_RULE_CONCAT,
    AL_RULE_GATHER,
    AL_RULE_GATHER_ELEMENTS,
    AL_RULE_EXPAND,
    AL_RULE_PAD,
    AL_RULE_TILE,
    AL_RULE_CAST,
    AL_RULE_RECURRENT,
    AL_RULE_ONE_HOT,
    AL_RULE_TOKENS,
    AL_RULE_INDICES,       /* the first input's shape; INT64 */
    AL_RULE_WORDS,
    AL_RULE_TALLY,
    AL_RULE_SCAN
};

struct al_numbers {
    uint32_t count;
    int64_t at[2 * AL_MAX_RANK];
};

enum al_mode {
    AL_MODE_CONSTANT, AL_MODE_REFLECT, AL_MODE_EDGE, AL_MODE_SYMMETRIC, AL_MODE_WRAP, /* Pad */
    AL_MODE_FORWARD = AL_MODE_CONSTANT, AL_MODE_REVERSE = AL_MODE_WRAP + 1            /* LSTM, GRU, RNN */
};

/* The functions that a recurrent operation may apply: an index into its `functions`. */
enum al_recurrent_attribute { AL_GATE_FUNCTION, AL_STATE_FUNCTION };

/* ONNX's attributes; each operator reads those that it knows (operators.def says which). */
struct al_attributes {
    struct al_numbers axes;      /* Transpose: perm. Reduce*: axes, empty: all */
    struct al_shape shape;       /* Reshape, Expand, Slice, Tile (repeats) */
    struct al_numbers starts;    /* Slice: one for each axis, inside the axis; `shape` says how many */
    struct al_numbers steps;     /* Slice: one for each axis, may be negative */
    struct al_numbers pads;      /* Conv, pools, Pad: all begins, then all ends */
    struct al_numbers strides, dilations, kernel, output_padding;
    int64_t axis, group;
    bool keepdims, exclusive, reverse;
    bool count_include_pad;
    bool strict;                 /* Gather: a negative index fails too, as in an Embedding */
    bool linear_before_reset;    /* GRU */
    double alpha, beta, gamma;   /* as ONNX names them; Clip: minimum, maximum */
    enum al_mode mode;
    enum al_dtype to;            /* Cast */
    enum al_operator function[2];/* LSTM, GRU, RNN: gates, states. IDENTITY, TANH, SIGMOID, RELU, HARD_SIGMOID … */
    double function_alpha[2], function_beta[2];
    const struct al_body *body;  /* Scan */
    const struct al_tokenizer *tokenizer; /* Tokens: `group` is how many of each row */
    const struct al_table *table;         /* Lookup */
    const struct al_words *words;         /* Words */
    const struct al_hashing *hashing;     /* Hash, Cross */
};

/* A value in the graph. The types that are computed in: FLOAT32, FLOAT64, INT64, BOOL,
   and STRING, whose elements are struct al_text; float16 and bfloat16 are FLOAT32 whose numbers are rounded. */
struct al_operand {
    enum al_dtype dtype;
    enum al_dtype rounded;       /* FLOAT16 or BFLOAT16 where every number is one; else NONE */
    struct al_shape shape;
    const void *data;            /* a constant's numbers, packed; NULL where computed or given */
    uint32_t producer;           /* the operation; AL_NONE_INDEX for constants and inputs */
};

struct al_operation {
    enum al_operator operator_;
    uint32_t in_count, out_count;
    const uint32_t *in;          /* operands; AL_NONE_INDEX where an optional one is left out */
    uint32_t *out;
    const struct al_attributes *attributes; /* never NULL */
    enum al_dtype round;         /* FLOAT16 or BFLOAT16: the kernel's results are rounded to it */
    struct al_text layer;        /* who asked for it, for messages */
};

struct al_ops {
    struct al_arena *arena;      /* holds everything but the weights' numbers */
    bool inside;                 /* a Scan's body: the arena is the outer graph's */
    uint64_t most_bytes;         /* of one operand, and of all constants made here */
    uint32_t operand_count;
    struct al_operand *operands;
    uint32_t operation_count;
    struct al_operation *operations;
    uint32_t input_count;
    uint32_t *inputs;            /* operands, given from outside */
    uint32_t output_count;
    uint32_t *outputs;
    size_t operand_room, operation_room;
};

/* The body of a Scan: a graph of its own. Its inputs are first the states, then one
   slice of each scanned input, then the operands of the outer graph that it only
   reads; its outputs the new states, then the slices of what is gathered. */
struct al_body {
    struct al_ops *ops;
    uint32_t state_count;
    uint32_t scan_count;         /* scanned along axis 0 of each */
    uint32_t output_count;       /* gathered along a new axis 0 */
    bool reverse;                /* from the last slice to the first; gathered in the order of the input */
};

struct al_operator_row {
    const char *name;            /* ONNX's */
    uint32_t in_min, in_max;     /* AL_MAX_CALL_ITEMS: any number */
    uint32_t out_count;
    enum al_shape_rule rule;
};
const struct al_operator_row *al_operator_row(enum al_operator op);
/* By ONNX's name; AL_OP_COUNT where it is not in the table. */
enum al_operator al_operator_by_name(struct al_text name);

struct al_ops *al_ops_new(uint64_t most_bytes);
void al_ops_free(struct al_ops *g);
/* A graph for the body of a Scan in `outer`; lives as long as that. NULL where memory is short. */
struct al_ops *al_ops_new_inside(struct al_ops *outer);

/* Each returns the new operand, or AL_NONE_INDEX after filling `err`. */
uint32_t al_ops_input(struct al_ops *g, enum al_dtype dtype, const struct al_shape *shape, struct al_error *err);
/* `data` is borrowed: packed numbers that outlive the graph. */
uint32_t al_ops_constant(struct al_ops *g, enum al_dtype dtype, const struct al_shape *shape, const void *data,
                         struct al_error *err);
/* Adds an operation with its shape inferred; its outputs follow each other: the
   first is returned. `attributes` are copied, NULL: none. */
uint32_t al_ops_add(struct al_ops *g, enum al_operator op, const uint32_t *in, uint32_t in_count,
                    const struct al_attributes *attributes, enum al_dtype round, struct al_text layer,
                    struct al_error *err);

/* The rule of one operator (shapes.c): at most 3 outputs. `in` may hold NULL. False after filling `err`. */
bool al_operator_infer(enum al_operator op, const struct al_attributes *a, const struct al_operand *const *in,
                       uint32_t in_count, struct al_operand *out, struct al_error *err);

/* Bytes of an operand; false on overflow. */
bool al_operand_bytes(const struct al_operand *o, uint64_t *bytes);
/* Bytes of one number as it is computed with: 4, 8, 8, 1. */
uint32_t al_element_size(enum al_dtype dtype);

#endif
