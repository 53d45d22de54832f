/* Custom layers without code: what a policy says about a class that its author wrote,
   so that a file that holds it can be checked and computed although nothing of the
   class is there. The safe counterpart of Keras's `custom_objects`. */
#ifndef AL_POLICY_CUSTOM_H
#define AL_POLICY_CUSTOM_H

#include "policy/expression.h"
#include "policy/policy.h"

enum al_custom_type {
    AL_CUSTOM_INTEGER,
    AL_CUSTOM_NUMBER,
    AL_CUSTOM_BOOLEAN,
    AL_CUSTOM_CHOICE,
    AL_CUSTOM_TEXT,
    /* checked for form, of no effect */
    AL_CUSTOM_INITIALIZER,
    AL_CUSTOM_REGULARIZER,
    AL_CUSTOM_CONSTRAINT
};

struct al_custom_key {
    const char *name;
    enum al_custom_type type;
    double minimum, maximum;         /* INTEGER, NUMBER */
    const char *const *choices;      /* CHOICE; NULL-ended */
    const char *standard;            /* JSON text of the value where the file has none; NULL: the key must be there */
};

struct al_custom_weight {
    const char *name;
    const struct al_formula *shape;
    uint32_t rank_most;              /* formulas; a span stands for several dimensions */
    bool trainable;
};

struct al_custom {
    const char *name;                /* matched whole: registered_name of Keras 3, class_name of legacy files */
    bool function;                   /* an activation: one input, its shape unchanged, no keys, no weights */
    bool passes_mask;                /* supports_masking in Keras; else its output has no mask */
    uint32_t input_count;
    uint32_t key_count;
    const struct al_custom_key *keys;
    uint32_t weight_count;
    const struct al_custom_weight *weights;
    uint32_t output_count;           /* formulas; unused in a function */
    const struct al_formula *output;
    struct al_expression computes;
};

/* The declaration of that name, or NULL; *index is its place in policy->custom. */
const struct al_custom *al_custom_by_name(const struct al_policy *policy, struct al_text name, bool function,
                                          uint32_t *index);

/* Shapes and types of one call: of the weights (weight_count of them), of every term
   (computes.term_count), of the output. Everything may be unknown in `scope`; what is
   known is checked. False after filling `err`. */
bool al_custom_infer(const struct al_custom *c, const struct al_scope *scope, const enum al_sort *inputs,
                     struct al_shape *weights, struct al_typed *types, struct al_shape *output, struct al_error *err);

/* "custom_layers" and "custom_functions" of a policy: `into` is the policy. */
bool al_read_custom_layers(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);
bool al_read_custom_functions(struct al_reader *r, void *into, const json_t *value, const struct al_place *place);
/* Both, as members of the policy's object, with a comma before each. */
void al_custom_write(struct al_buffer *out, const struct al_policy *policy);

extern const char *const al_custom_type_names[]; /* NULL-ended, in the order of enum al_custom_type */

#endif
