/* What the files of this folder share while one Keras configuration is read into a
   typed model. Every function that returns bool says false after adding a finding. */
#ifndef AL_LOADER_KERAS_READING_H
#define AL_LOADER_KERAS_READING_H

#include "policy/json.h"
#include "validator/catalogue.h"
#include "validator/model.h"

/* What weights need to know of a layer besides what the model keeps; beside model->layers. */
struct al_keras_layer {
    struct al_text class_name;       /* Python's: groups of the v3 layout are named after it */
    const char *attribute;           /* of the owner that holds this layer: "layers", "cell" … */
    bool in_list;                    /* that attribute is a list: elements are named by class and counted */
    bool starts_with_node;           /* a nested model that existed as a graph before it was first called */
    uint32_t input_count;            /* models: how a call by keyword finds its inputs */
    const struct al_text *input_keys;
    struct al_quantization config;   /* what its quantization_config says; mode NONE: nothing */
};

struct al_keras {
    struct al_arena *arena;          /* borrowed, as all below */
    struct al_findings *findings;
    const struct al_policy *policy;
    struct al_model *model;
    struct al_keras_layer *layers;   /* as many as model->layer_count */
    size_t layer_room, extra_room, tensor_room;
    uint32_t depth;                  /* of layers within layers */
    bool keras2;                     /* numbers, names and indexes of nodes as in Keras 2 */
    bool names_with_slash;           /* Keras 2 lets a layer's name hold '/' */
};

/* One serialized object: {"class_name": …, "config": …, "module": …, "registered_name": …}. */
struct al_keras_object {
    struct al_text class_name;
    struct al_text module;           /* AL_NOTHING where absent or null */
    struct al_text registered_name;  /* likewise */
    json_t *config;                  /* NULL where absent */
};

/* object.c */
bool al_keras_is_object(json_t *json);
bool al_keras_object(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_object *out);
bool al_keras_refuse_callable(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place);
bool al_keras_unknown_class(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place,
                            const char *what);
bool al_keras_name(struct al_keras *k, json_t *json, const struct al_place *place, struct al_text *out);
/* False after a finding when an object carries a key that is in none of the NULL-ended lists. */
bool al_keras_only_keys(struct al_keras *k, json_t *json, const struct al_place *place, const char *const *allowed);
/* A value that nothing depends on, but that is still only what Keras writes there: absent, null or `fits`.
   `place` is of the object that holds it. */
bool al_keras_unused(struct al_keras *k, json_t *holder, const char *key, bool fits, const char *expected,
                     const struct al_place *place);
/* Authors may add notes of their own to metadata, but no serialized objects, at any depth. */
bool al_keras_no_objects(struct al_keras *k, json_t *json, const struct al_place *place);
bool al_keras_bad_value(struct al_keras *k, const struct al_place *place, const char *expected, json_t *found,
                        const char *key);
bool al_keras_no_memory(struct al_keras *k);

/* scan.c: what is dangerous wherever it stands, found before anything else is said. */
bool al_keras_scan(struct al_findings *f, json_t *config, const char *member);

/* layer.c */
bool al_keras_layer_read(struct al_keras *k, json_t *json, const struct al_place *place, uint32_t owner,
                         const char *attribute, bool in_list, uint32_t *index);
/* Adds an empty layer. AL_NONE_INDEX after a finding. */
uint32_t al_keras_layer_add(struct al_keras *k, uint32_t kind, uint32_t owner, struct al_text class_name,
                            const char *attribute, bool in_list);
/* Fills the list of what `owner` owns, in the order of the layers. */
bool al_keras_adopt(struct al_keras *k, uint32_t owner);

/* common.c: keys that any layer may have. `handled` says whether the key was one of them. */
bool al_keras_common_key(struct al_keras *k, uint32_t layer, const char *key, json_t *value,
                         const struct al_place *place, bool *handled);

/* bidirectional.c: completes the configuration of a Bidirectional layer that names one direction only. */
bool al_keras_add_backward_layer(struct al_keras *k, json_t *config, const struct al_place *place);

/* params.c, value.c */
bool al_keras_params(struct al_keras *k, uint32_t layer, const struct al_row *row, json_t *config,
                     const struct al_place *place);
uint32_t al_keras_find_param(const struct al_row *row, const char *key);
bool al_keras_take_param(struct al_keras *k, uint32_t layer, const struct al_row *row, uint32_t at, json_t *json,
                         const struct al_place *place);
/* Fills in what `config` (NULL: nothing) does not say. */
bool al_keras_default_params(struct al_keras *k, uint32_t layer, const struct al_row *row, json_t *config,
                             const struct al_place *place);
bool al_keras_value(struct al_keras *k, uint32_t layer, const struct al_param *param, json_t *json,
                    const struct al_place *place, struct al_value *out);
bool al_keras_shape(struct al_keras *k, json_t *json, const struct al_place *place, struct al_shape *out);
/* The number inside the data tags in which Keras writes constants, or the value itself. */
json_t *al_keras_untag(struct al_keras *k, json_t *json);

/* activation.c, dtype.c, builtin.c */
bool al_keras_activation(struct al_keras *k, uint32_t layer, const char *key, json_t *json,
                         const struct al_place *place, struct al_value *out);
/* A type of numbers, or a policy: what is computed in, what variables are, how kernels are quantized. */
struct al_keras_policy {
    enum al_dtype compute, variable;
    struct al_quantization quantization;
};
bool al_keras_policy(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_policy *out);
/* The same where nothing can be quantized. */
bool al_keras_dtype(struct al_keras *k, json_t *json, const struct al_place *place, enum al_dtype *compute,
                    enum al_dtype *variable);
enum al_keras_area { AL_KERAS_INITIALIZERS, AL_KERAS_REGULARIZERS, AL_KERAS_CONSTRAINTS, AL_KERAS_SEEDS };
bool al_keras_builtin(struct al_keras *k, enum al_keras_area area, json_t *json, const struct al_place *place);

/* sequential.c, functional.c */
bool al_keras_sequential(struct al_keras *k, uint32_t layer, json_t *config, json_t *build_config,
                         const struct al_place *place);
bool al_keras_functional(struct al_keras *k, uint32_t layer, json_t *config, const struct al_place *place);

/* paths.c: where an archive keeps what belongs to a layer. */
struct al_keras_paths {
    const char *list;                /* "layers", or what it was called up to 2.14 */
    bool twice;                      /* 2.12 and 2.13 count a layer with weights twice */
    bool *weighted;                  /* the layer or one it owns has weights */
    const char **of;                 /* of each layer, without a leading slash; NULL before it is known */
};
bool al_keras_paths_start(struct al_keras *k, struct al_keras_paths *p);
/* The path of each layer that `owner` has, counting those of one class in one list. */
bool al_keras_paths_below(struct al_keras *k, struct al_keras_paths *p, uint32_t owner);

/* training.c: compile_config, training_config, build_config: form only. */
bool al_keras_compile_config(struct al_keras *k, json_t *json, const struct al_place *place);
bool al_keras_training_config(struct al_keras *k, json_t *json, const struct al_place *place);
bool al_keras_build_config(struct al_keras *k, json_t *json, const struct al_place *place);

/* model.c: a whole configuration, outermost object first. Layer 0 is the model. `version` is
   what the file says wrote it (empty: not said). */
bool al_keras_read_model(struct al_keras *k, json_t *json, const char *member);
bool al_keras_version(struct al_findings *f, struct al_text text, const struct al_place *place,
                      struct al_version *out);

#endif
