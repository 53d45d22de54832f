/* The closed table of what an expression may call. The operation graph has more
   operators than these; what is here can be checked from its declaration alone and
   has one output. */
#ifndef AL_POLICY_OPERATORS_H
#define AL_POLICY_OPERATORS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* How the type and shape of the result follow: typing.c has one function for each. */
enum al_rule {
    AL_BY_ANY,        /* as the tensor given */
    AL_BY_SAME,       /* likewise, of numbers */
    AL_BY_FLOAT,      /* likewise, of floating-point numbers */
    AL_BY_ALONG,      /* likewise, with an axis that must exist */
    AL_BY_BROADCAST,
    AL_BY_COMPARE,
    AL_BY_LOGIC,
    AL_BY_WHERE,
    AL_BY_CAST,
    AL_BY_REDUCE,
    AL_BY_ARG,
    AL_BY_MATMUL,
    AL_BY_EINSUM,
    AL_BY_CONV,
    AL_BY_POOL,
    AL_BY_NORMALIZE,
    AL_BY_RESHAPE,
    AL_BY_FLATTEN,
    AL_BY_SQUEEZE,
    AL_BY_UNSQUEEZE,
    AL_BY_TRANSPOSE,
    AL_BY_SLICE,
    AL_BY_EXPAND,
    AL_BY_CONCAT,
    AL_BY_GATHER,
    AL_BY_PAD,
    AL_BY_TILE,
    AL_BY_RANGE,
    AL_BY_GLOBAL,     /* the axes behind the first two become 1 */
    AL_BY_SPLIT,
    AL_BY_TOP_K,
    AL_BY_ONE_HOT
};

enum al_attribute_type {
    AL_ATTRIBUTE_INTEGER,    /* a formula */
    AL_ATTRIBUTE_INTEGERS,   /* a list of formulas, spans too */
    AL_ATTRIBUTE_REAL,       /* a number or a config key */
    AL_ATTRIBUTE_FLAG,       /* 0 or 1 */
    AL_ATTRIBUTE_CHOICE,     /* one of `choices`, between quotation marks */
    AL_ATTRIBUTE_TEXT        /* between quotation marks */
};
struct al_attribute {
    const char *name;
    enum al_attribute_type type;
    bool required;
    double standard;               /* INTEGER, REAL, FLAG; CHOICE: an index */
    const char *const *choices;    /* NULL-ended */
};

enum { AL_MOST_ARGUMENTS = 16 };

struct al_callable {
    const char *name;
    uint32_t least, most;          /* tensors by position */
    enum al_rule rule;
    const struct al_attribute *attributes; /* ends at a name of NULL */
};
extern const struct al_callable al_callables[];
extern const uint32_t al_callable_count;

/* The index of a name, or al_callable_count. */
uint32_t al_callable_by_name(struct al_text name);
uint32_t al_attribute_count(const struct al_callable *callable);

/* What Cast and Pad may be told, as indexes of their choices. */
enum al_cast_choice { AL_CAST_FLOAT, AL_CAST_INT64, AL_CAST_BOOL };
enum al_gelu_choice { AL_GELU_EXACT, AL_GELU_TANH };
enum al_pad_choice { AL_PAD_CONSTANT, AL_PAD_REFLECT, AL_PAD_EDGE };

#endif
