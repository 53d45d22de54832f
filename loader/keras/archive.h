/* Containers of Keras models: the archive, its unpacked folder, HDF5 with or without
   an architecture beside it, and weights in several files. */
#ifndef AL_LOADER_KERAS_ARCHIVE_H
#define AL_LOADER_KERAS_ARCHIVE_H

#include "loader/keras/reading.h"
#include "loader/loader.h"
#include "loader/zip/archive.h"

/* A piece of a model's files, as bytes in memory. */
struct al_keras_part {
    const uint8_t *bytes;
    uint64_t size;
    bool in_place;               /* they are bytes of input number `input`, from `offset` on */
    uint32_t input;
    uint64_t offset;
};

/* A file of the archive that belongs to one layer. */
struct al_keras_asset {
    struct al_text name;         /* "assets/layers/string_lookup/vocabulary.txt" */
    const uint8_t *bytes;
    uint64_t size;
    bool taken;
};

/* vocabulary.c: gives each layer the vocabulary that is kept beside the configuration; refuses
   an asset that belongs to none. */
bool al_keras_is_asset(struct al_text name);
bool al_keras_vocabularies(struct al_keras *k, struct al_keras_asset *assets, uint32_t count);

bool al_keras_archive(struct al_keras *k, const struct al_zip *zip, uint32_t input);
bool al_keras_parts(struct al_keras *k, const struct al_keras_part *metadata, const struct al_keras_part *config,
                    const struct al_keras_part *weights, struct al_keras_asset *assets, uint32_t asset_count);
bool al_keras_metadata(struct al_keras *k, json_t *json, const char *member);

/* Reads the model's JSON and infers its shapes. *json_take stays with the caller also on
   failure: names point into it. */
bool al_keras_architecture(struct al_keras *k, const struct al_input *architecture, json_t **json_take);

/* hdf5.c: inputs[number] is an HDF5 file; `architecture` is the model's JSON, or NULL. */
bool al_keras_hdf5(struct al_keras *k, const struct al_input *inputs, uint32_t number,
                   const struct al_input *architecture);

/* sharded.c: inputs[number] is the JSON that names the shards, `map` what it holds. */
bool al_keras_sharded(struct al_keras *k, const struct al_input *inputs, uint32_t count, uint32_t number, json_t *map,
                      const struct al_input *architecture);

/* directory.c */
bool al_keras_directory(struct al_keras *k, const struct al_input *inputs, uint32_t count);

#endif
