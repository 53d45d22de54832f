/* What rows of several families are written with: the usual arguments of a call,
   and short names for the usual keys. */
#ifndef AL_VALIDATOR_FAMILIES_COMMON_H
#define AL_VALIDATOR_FAMILIES_COMMON_H

#include "validator/catalogue.h"

#define AL_LENGTH(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))
#define AL_PARAMS(array) .params = (array), .param_count = AL_LENGTH(array)
#define AL_ARGUMENTS(array) .arguments = (array), .argument_count = AL_LENGTH(array)

/* call(inputs, training=None, mask=None), and the same with inputs a list */
extern const struct al_argument al_arguments_input[3];
extern const struct al_argument al_arguments_inputs[3];
/* call(data, training=True): layers that prepare images; Keras writes their default into the file */
extern const struct al_argument al_arguments_data[2];

extern const char *const al_choices_data_format[];   /* channels_last, channels_first */
extern const char *const al_choices_padding[];        /* valid, same */
extern const char *const al_choices_padding_causal[]; /* valid, same, causal */

enum { AL_MAX_UNITS = 1 << 24 }; /* of one layer; products are checked besides */

#define AL_BOOL_KEY(name, value) {.key = (name), .type = AL_PARAM_BOOL, .standard = (value)}
#define AL_UNITS_KEY(name) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = AL_MAX_UNITS}
#define AL_ACTIVATION_KEY(name, value) {.key = (name), .type = AL_PARAM_ACTIVATION, .standard = (value)}
#define AL_INITIALIZER_KEY(name) {.key = (name), .type = AL_PARAM_INITIALIZER}
#define AL_REGULARIZER_KEY(name) {.key = (name), .type = AL_PARAM_REGULARIZER}
#define AL_CONSTRAINT_KEY(name) {.key = (name), .type = AL_PARAM_CONSTRAINT}
#define AL_IGNORED_BOOL_KEY(name) {.key = (name), .type = AL_PARAM_IGNORED_BOOL}
#define AL_SEED_KEY(name) {.key = (name), .type = AL_PARAM_SEED}
#define AL_FIXED_KEY(name, value, why) {.key = (name), .type = AL_PARAM_FIXED, .fixed = (value), .refusal = (why)}
/* a key that says only how the variable was created, for one variable */
#define AL_CREATION_KEYS(prefix) \
    AL_INITIALIZER_KEY(prefix "_initializer"), AL_REGULARIZER_KEY(prefix "_regularizer"), \
        AL_CONSTRAINT_KEY(prefix "_constraint")

/* keys of what moves a window over its input (validator/window.h) */
#define AL_DATA_FORMAT_KEY \
    {.key = "data_format", .type = AL_PARAM_CHOICE, .choices = al_choices_data_format, \
     .standard = "\"channels_last\""}
#define AL_PADDING_KEY \
    {.key = "padding", .type = AL_PARAM_CHOICE, .choices = al_choices_padding, .standard = "\"valid\""}
#define AL_SPATIAL_KEY(name, dims, value) \
    {.key = (name), .type = AL_PARAM_INTEGERS_OR_ONE, .minimum = 1, .maximum = 1 << 20, .count_min = (dims), \
     .count_max = (dims), .standard = (value)}
#define AL_SPATIAL_KEY_REQUIRED(name, dims) \
    {.key = (name), .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = 1 << 20, \
     .count_min = (dims), .count_max = (dims)}

/* LoRA and quantization of Dense, Embedding, EinsumDense and the convolutions since 3.x: the delta of LoRA is
   merged before saving, but for whole models in the legacy layout, where its keys count; quantized layers are told by their dtype, and the
   config says what becomes of their inputs */
#define AL_LORA_KEYS \
    {.key = "lora_rank", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = 1, \
     .maximum = AL_MAX_UNITS}, \
        {.key = "lora_alpha", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE}
#define AL_QUANTIZATION_KEY \
    {.key = "quantization_config", .type = AL_PARAM_QUANTIZATION, .flags = AL_PARAM_NULLABLE}

/* input_length came with Keras 2: a number or a list that changes nothing */
#define AL_EMBEDDING_KEYS \
    AL_UNITS_KEY("output_dim"), \
        {.key = "input_dim", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = 1, \
         .maximum = 1LL << 40}, \
        AL_BOOL_KEY("mask_zero", "false"), AL_CREATION_KEYS("embeddings"), AL_LORA_KEYS, AL_QUANTIZATION_KEY, \
        {.key = "input_length", .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE}

/* The table of an Embedding and its kin, and the shape behind a look-up in it. */
bool al_demand_embeddings(struct al_site *s);
bool al_embedded(struct al_site *s);

struct al_shape al_shape_1(int64_t a);
struct al_shape al_shape_2(int64_t a, int64_t b);

/* The shape of all inputs one behind the other along `axis`; false after a finding. */
bool al_concatenated(struct al_site *s, int64_t axis, struct al_shape *out);

/* `in` in the shape `wanted`, whose one -1 is worked out where all of `in` is known. */
bool al_reshaped(struct al_site *s, const struct al_shape *in, const struct al_shape *wanted, struct al_shape *out);

/* The activation named by `key` may be a layer object; its shape rule must keep the shape. */
bool al_check_activation(struct al_site *s, const char *key, const struct al_shape *shape);

/* Refuses integers where that Keras computes with them as integers (truncated means and
   deviations): the numbers would not be those of the layer's formula. */
bool al_site_real_input(struct al_site *s, bool keras2);
/* The same, whichever Keras wrote the file. */
bool al_site_real_input_always(struct al_site *s);

#endif
