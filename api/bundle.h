/* The files that are one model: found, opened once each, and copied into sealed
   memory. What the cell is given to read. */
#ifndef AL_API_BUNDLE_H
#define AL_API_BUNDLE_H

#include "sandbox/vet.h"

/* model_signing's usual name; where a directory is a model, the file of this name in it is no part of it. */
#define AL_SIGNATURE_OF_DIRECTORY "model.sig"

struct al_bundle {
    struct al_vet_input *inputs;   /* owned, snapshots too; names are in the arena given */
    uint32_t count, room;
    bool several;                  /* the model itself lies in more than one file */
};

/* What a path turned out to be. */
enum al_source_kind {
    AL_SOURCE_FILE,
    AL_SOURCE_DIRECTORY,  /* an unpacked .keras file */
    AL_SOURCE_SHARDED     /* X.weights.json, its shards beside it */
};

/* Where names and findings of a bundle go. */
struct al_bundle_maker {
    struct al_arena *arena;
    const struct al_policy *policy;
    struct al_findings *findings;
    struct al_error *err;
};

/* Adds what `path`, relative to `directory`, stands for. AL_REFUSED and other failures
   as al_snapshot_path has them: the findings say why. */
enum al_status al_bundle_path(struct al_bundle *b, int directory, const char *path, enum al_source_kind kind,
                              const struct al_bundle_maker *maker);

/* Adds one file in a role; `name` is copied. */
enum al_status al_bundle_file(struct al_bundle *b, enum al_role role, int directory, const char *path,
                              const char *name, const struct al_bundle_maker *maker);

/* Every file in a directory, whatever it is, in the order of names. */
enum al_status al_bundle_folder(struct al_bundle *b, const char *path, const struct al_bundle_maker *maker);

/* Takes a snapshot, also where it fails. */
enum al_status al_bundle_take(struct al_bundle *b, enum al_role role, struct al_snapshot *snapshot, const char *name,
                              const struct al_bundle_maker *maker);

void al_bundle_free(struct al_bundle *b);

/* What a file in `directory` under `name` is: by its neighbours, not by its content. */
enum al_source_kind al_source_kind_at(int directory, const char *name);

#endif
