/* Stored weights of a Keras model: HDF5 files whose datasets become the model's tensors. */
#ifndef AL_LOADER_KERAS_WEIGHTS_H
#define AL_LOADER_KERAS_WEIGHTS_H

#include "loader/hdf5/tree.h"
#include "loader/keras/reading.h"

/* One HDF5 file, where it lies, and which of its datasets have been taken. */
struct al_keras_store {
    struct al_h5_tree tree;
    const char *member;          /* its name in findings */
    bool in_place;               /* the file's bytes are bytes of an input: numbers can stay where they are */
    uint32_t input;
    uint64_t base;               /* where in that input the file begins */
    bool *taken;                 /* as many as tree.object_count */
};

/* Reads the HDF5 image into `store`; `member` is borrowed. */
bool al_keras_store_open(struct al_keras *k, struct al_keras_store *store, const uint8_t *image, uint64_t size,
                         const char *member);

/* The object at `path` ("a/b/c") below `group`, or AL_NONE_INDEX. */
uint32_t al_keras_store_find(const struct al_keras_store *store, uint32_t group, struct al_text path);

/* Takes a dataset as a tensor of the model; `name` is kept, and belongs to the arena. */
bool al_keras_store_take(struct al_keras *k, struct al_keras_store *store, uint32_t dataset, struct al_text name,
                         uint32_t *tensor);

/* Whether a dataset that the layer takes for its g_idx names only groups that there are; true for any other demand.
   False after a finding. */
bool al_keras_groups_sound(struct al_keras *k, uint32_t layer, const struct al_weight *demand,
                           const struct al_keras_store *store, uint32_t dataset, struct al_text name);

/* Gives each layer as many places for tensors as it demands, all empty. */
bool al_keras_weight_places(struct al_keras *k);

/* The layouts: model.weights.h5 of Keras 3 and 2.12+, in one file or several; `layer_names`
   and `weight_names` of full models and older weights files. */
bool al_keras_weights_v3(struct al_keras *k, struct al_keras_store *stores, uint32_t store_count);
bool al_keras_weights_legacy(struct al_keras *k, struct al_keras_store *store, uint32_t group);

/* No architecture: every dataset outside the optimizer's state is a tensor by its path. */
bool al_keras_weights_alone(struct al_keras *k, struct al_keras_store *store);

/* Refuses a dataset that nothing asked for. `group` is where to look; optimizer state,
   metrics and seeds are known to be of no use to a prediction. */
bool al_keras_weights_all_taken(struct al_keras *k, const struct al_keras_store *store, uint32_t group);
bool al_keras_store_is_training(const struct al_keras_store *store, uint32_t object);

/* True where the root or its group model_weights lists layers by name. */
bool al_keras_store_is_legacy(const struct al_keras_store *store, uint32_t *group);

/* A list of names in an attribute, also where it was split into name0, name1 …; *list NULL where absent. */
bool al_keras_names(struct al_keras *k, const struct al_keras_store *store, uint32_t group, const char *attribute,
                    const struct al_text **list, uint64_t *count);

#endif
