/* The table of operators.def with its attributes; defaults are ONNX's. */
#include "policy/operators.h"

#include <math.h>
#include <stddef.h>

static const char *const cast_choices[] = {"float", "int64", "bool", NULL};
static const char *const gelu_choices[] = {"none", "tanh", NULL};
static const char *const pad_choices[] = {"constant", "reflect", "edge", NULL};

#define INTEGER AL_ATTRIBUTE_INTEGER
#define INTEGERS AL_ATTRIBUTE_INTEGERS
#define REAL AL_ATTRIBUTE_REAL
#define FLAG AL_ATTRIBUTE_FLAG
#define END {NULL, INTEGER, false, 0, NULL}

static const struct al_attribute alpha_leaky[] = {{"alpha", REAL, false, 0.01, NULL}, END};
static const struct al_attribute alpha_one[] = {{"alpha", REAL, false, 1.0, NULL}, END};
static const struct al_attribute arg[] = {{"axis", INTEGER, false, 0, NULL}, {"keepdims", FLAG, false, 1, NULL}, END};
static const struct al_attribute average_pool[] = {
    {"kernel_shape", INTEGERS, true, 0, NULL},
    {"strides", INTEGERS, false, 0, NULL},
    {"pads", INTEGERS, false, 0, NULL},
    {"count_include_pad", FLAG, false, 0, NULL},
    END,
};
static const struct al_attribute axes[] = {{"axes", INTEGERS, true, 0, NULL}, END};
static const struct al_attribute axis_last[] = {{"axis", INTEGER, false, -1, NULL}, END};
static const struct al_attribute axis_one[] = {{"axis", INTEGER, false, 1, NULL}, END};
static const struct al_attribute axis_required[] = {{"axis", INTEGER, true, 0, NULL}, END};
static const struct al_attribute axis_zero[] = {{"axis", INTEGER, false, 0, NULL}, END};
static const struct al_attribute cast[] = {{"to", AL_ATTRIBUTE_CHOICE, true, 0, cast_choices}, END};
static const struct al_attribute clip[] = {
    {"min", REAL, false, -INFINITY, NULL},
    {"max", REAL, false, INFINITY, NULL},
    END,
};
static const struct al_attribute conv[] = {
    {"strides", INTEGERS, false, 0, NULL},
    {"dilations", INTEGERS, false, 0, NULL},
    {"pads", INTEGERS, false, 0, NULL},
    {"group", INTEGER, false, 1, NULL},
    END,
};
static const struct al_attribute cumsum[] = {
    {"axis", INTEGER, true, 0, NULL},
    {"exclusive", FLAG, false, 0, NULL},
    {"reverse", FLAG, false, 0, NULL},
    END,
};
static const struct al_attribute depth[] = {{"depth", INTEGER, true, 0, NULL}, END};
static const struct al_attribute einsum[] = {{"equation", AL_ATTRIBUTE_TEXT, true, 0, NULL}, END};
static const struct al_attribute gelu[] = {
    {"approximate", AL_ATTRIBUTE_CHOICE, false, AL_GELU_EXACT, gelu_choices},
    END,
};
static const struct al_attribute hard_sigmoid[] = {
    {"alpha", REAL, false, 0.2, NULL},
    {"beta", REAL, false, 0.5, NULL},
    END,
};
static const struct al_attribute lp[] = {{"axis", INTEGER, false, -1, NULL}, {"p", INTEGER, false, 2, NULL}, END};
static const struct al_attribute max_pool[] = {
    {"kernel_shape", INTEGERS, true, 0, NULL},
    {"strides", INTEGERS, false, 0, NULL},
    {"pads", INTEGERS, false, 0, NULL},
    END,
};
static const struct al_attribute none[] = {END};
static const struct al_attribute normalize[] = {
    {"axis", INTEGER, false, -1, NULL},
    {"epsilon", REAL, false, 1e-5, NULL},
    END,
};
static const struct al_attribute pad[] = {
    {"pads", INTEGERS, true, 0, NULL},
    {"mode", AL_ATTRIBUTE_CHOICE, false, AL_PAD_CONSTANT, pad_choices},
    {"constant_value", REAL, false, 0, NULL},
    END,
};
static const struct al_attribute perm[] = {{"perm", INTEGERS, false, 0, NULL}, END};
static const struct al_attribute range[] = {
    {"start", INTEGER, true, 0, NULL},
    {"limit", INTEGER, true, 0, NULL},
    {"delta", INTEGER, true, 0, NULL},
    END,
};
static const struct al_attribute reduce[] = {
    {"axes", INTEGERS, false, 0, NULL},
    {"keepdims", FLAG, false, 1, NULL},
    END,
};
static const struct al_attribute repeats[] = {{"repeats", INTEGERS, true, 0, NULL}, END};
static const struct al_attribute selu[] = {
    {"alpha", REAL, false, 1.67326319217681884765625, NULL},
    {"gamma", REAL, false, 1.05070102214813232421875, NULL},
    END,
};
static const struct al_attribute shape[] = {{"shape", INTEGERS, true, 0, NULL}, END};
static const struct al_attribute shrink[] = {
    {"bias", REAL, false, 0, NULL},
    {"lambd", REAL, false, 0.5, NULL},
    END,
};
static const struct al_attribute slice[] = {
    {"starts", INTEGERS, true, 0, NULL},
    {"ends", INTEGERS, true, 0, NULL},
    {"axes", INTEGERS, false, 0, NULL},
    {"steps", INTEGERS, false, 0, NULL},
    END,
};
/* of an operator with several outputs one is taken */
static const struct al_attribute split[] = {
    {"split", INTEGERS, true, 0, NULL},
    {"output", INTEGER, true, 0, NULL},
    {"axis", INTEGER, false, 0, NULL},
    END,
};
static const struct al_attribute top_k[] = {
    {"k", INTEGER, true, 0, NULL},
    {"axis", INTEGER, false, -1, NULL},
    {"largest", FLAG, false, 1, NULL},
    END,
};
static const struct al_attribute trilu[] = {{"upper", FLAG, false, 1, NULL}, {"k", INTEGER, false, 0, NULL}, END};

#define AL_CALLABLE(...) {__VA_ARGS__},
const struct al_callable al_callables[] = {
#include "policy/operators.def"
};
#undef AL_CALLABLE
const uint32_t al_callable_count = sizeof al_callables / sizeof al_callables[0];

uint32_t al_callable_by_name(struct al_text name)
{
    uint32_t i = 0;
    while (i < al_callable_count && !al_text_is(name, al_callables[i].name))
        i++;
    return i;
}

uint32_t al_attribute_count(const struct al_callable *callable)
{
    uint32_t count = 0;
    while (callable->attributes[count].name != NULL)
        count++;
    return count;
}
