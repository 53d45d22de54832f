/* See place.h. */
#include "tests/mutants/place.h"

#include "base/buffer.h"
#include "loader/zip/archive.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUDGET = 1 << 24, MEMBERS = 3 };

const char *const container_words[CONTAINERS] = {
    [ARCHIVE] = ".keras", [DIRECTORY] = ".keras directory", [HDF5] = ".h5", [APART] = "weights and architecture",
    [SHARDED] = "sharded weights and architecture"};

static void read_one(struct file *file, enum al_role role, const char *folder, const char *name, const char *end)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    char *kept = strdup(path);
    if (kept == NULL || !case_read(file, role, kept))
        exit(2);
}

static struct al_text member_names[MEMBERS];
static struct file members[MEMBERS];

/* The archive's parts, by the order in which Keras writes them. */
static void unpack(const struct file *archive)
{
    static const char *const names[MEMBERS] = {"metadata.json", "config.json", "model.weights.h5"};
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    struct al_zip z;
    const uint8_t *bytes;
    al_findings_init(&f, arena, NULL, 4);
    if (!al_zip_read_strict(&z, archive->bytes, archive->size, "", arena, &f))
        exit(2);
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct al_zip_member *m = al_zip_find(&z, al_text_of(names[i]));
        if (m == NULL || !al_zip_bytes(&bytes, &z, m, BUDGET, arena, &f))
            exit(2);
        free(members[i].bytes);
        members[i] = (struct file){AL_ROLE_MEMBER, names[i], malloc((size_t)m->size), (size_t)m->size, (size_t)m->size};
        memcpy(members[i].bytes, bytes, (size_t)m->size);
        member_names[i] = al_text_of(names[i]);
    }
    al_arena_free(arena);
}

/* A JSON text of a legacy file by the key that it begins with: model_config with the class of the
   model, training_config with anything else. */
static bool find_text(const struct file *hdf5, bool training, size_t *start, size_t *length)
{
    static const char module[] = "{\"module\": \"keras.src.models", class_name[] = "{\"class_name\": \"Functional\"";
    size_t starts[MOST_TEXTS], lengths[MOST_TEXTS], count = find_hdf5_json(hdf5, starts, lengths);
    for (size_t i = 0; i < count; i++) {
        *start = starts[i];
        *length = lengths[i];
        const uint8_t *text = hdf5->bytes + starts[i];
        bool model = memcmp(text, module, strlen(module)) == 0 || memcmp(text, class_name, strlen(class_name)) == 0;
        if (model != training)
            return true;
    }
    return false;
}

void base_read(struct base *b, const char *folder, const char *name)
{
    struct file text;
    *b = (struct base){.name = name};
    read_one(&b->archive, AL_ROLE_MODEL, folder, name, ".keras");
    read_one(&b->hdf5, AL_ROLE_MODEL, folder, name, ".h5");
    read_one(&b->weights, AL_ROLE_MODEL, folder, name, ".weights.h5");
    read_one(&text, AL_ROLE_ARCHITECTURE, folder, name, ".json");
    b->sharded = strcmp(name, "places3") == 0;
    if (b->sharded) {
        read_one(&b->index, AL_ROLE_MODEL, folder, name, "_shards.weights.json");
        read_one(&b->shards[0], AL_ROLE_SHARD, folder, name, "_shards_00000.weights.h5");
        read_one(&b->shards[1], AL_ROLE_SHARD, folder, name, "_shards_00001.weights.h5");
    }
    unpack(&b->archive);
    b->metadata = json_loadb((const char *)members[0].bytes, members[0].size, 0, NULL);
    size_t start, length, training, training_length;
    if (!find_text(&b->hdf5, false, &start, &length) || !find_text(&b->hdf5, true, &training, &training_length))
        exit(2);
    b->training = json_loadb((const char *)b->hdf5.bytes + training, training_length, 0, NULL);
    b->configs[ARCHIVE] = json_loadb((const char *)members[1].bytes, members[1].size, 0, NULL);
    b->configs[DIRECTORY] = json_incref(b->configs[ARCHIVE]);
    b->configs[HDF5] = json_loadb((const char *)b->hdf5.bytes + start, length, 0, NULL);
    b->configs[APART] = json_loadb((const char *)text.bytes, text.size, 0, NULL);
    b->configs[SHARDED] = json_incref(b->configs[APART]);
    free(text.bytes);
    for (enum container c = 0; c < CONTAINERS; c++)
        if (b->metadata == NULL || b->training == NULL || b->configs[c] == NULL)
            exit(2);
}

static struct file as_text(json_t *json, enum al_role role, const char *name)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (text == NULL)
        exit(2);
    return (struct file){role, name, (uint8_t *)text, strlen(text), strlen(text)};
}

static bool into_hdf5(struct file *out, const struct file *hdf5, json_t *json, bool training)
{
    size_t start, length;
    struct file text = as_text(json, AL_ROLE_MODEL, "");
    bool fits = find_text(hdf5, training, &start, &length) && text.size <= length;
    if (fits) {
        *out = (struct file){AL_ROLE_MODEL, hdf5->name, malloc(hdf5->size), hdf5->size, hdf5->size};
        memcpy(out->bytes, hdf5->bytes, hdf5->size);
        memset(out->bytes + start, ' ', length);
        memcpy(out->bytes + start, text.bytes, text.size);
    }
    free(text.bytes);
    return fits;
}

static void into_archive(struct file *out, const struct base *b)
{
    struct al_buffer packed;
    al_buffer_init(&packed, BUDGET);
    pack_archive(&packed, member_names, members, MEMBERS);
    if (packed.failed)
        exit(2);
    *out = (struct file){AL_ROLE_MODEL, b->archive.name, packed.data, packed.size, packed.size};
}

bool place(struct kase *out, const struct base *b, enum container container, json_t *config, json_t *metadata,
           json_t *training)
{
    *out = (struct kase){.label = b->name, .count = 1};
    bool own_metadata = metadata != NULL;
    metadata = metadata != NULL ? metadata : b->metadata;
    config = config != NULL ? config : b->configs[container];
    if (training != NULL && container != HDF5)
        return false;
    unpack(&b->archive);
    free(members[0].bytes);
    members[0] = as_text(metadata, AL_ROLE_MEMBER, "metadata.json");
    free(members[1].bytes);
    members[1] = as_text(config, AL_ROLE_MEMBER, "config.json");
    switch (container) {
    case ARCHIVE:
        into_archive(&out->files[0], b);
        return true;
    case DIRECTORY:
        out->count = MEMBERS;
        for (uint32_t i = 0; i < MEMBERS; i++)
            out->files[i] = members[i];
        out->files[0].bytes = malloc(members[0].size);
        if (out->files[0].bytes != NULL)
            memcpy(out->files[0].bytes, members[0].bytes, members[0].size);
        return true;
    case HDF5:
        return !own_metadata && into_hdf5(&out->files[0], &b->hdf5, training != NULL ? training : config, training != NULL);
    case APART:
    case SHARDED:
    case CONTAINERS:
        break;
    }
    if (own_metadata || (container == SHARDED && !b->sharded))
        return false;
    /* the text is the file that is owned */
    out->files[out->count++] = container == SHARDED ? b->index : b->weights;
    out->files[0] = as_text(config, AL_ROLE_ARCHITECTURE, "architecture.json");
    for (uint32_t i = 0; container == SHARDED && i < 2; i++)
        out->files[out->count++] = b->shards[i];
    return true;
}

json_t *value_at_pointer(json_t *root, const char *pointer)
{
    char step[64];
    while (root != NULL && *pointer == '/') {
        size_t length = strcspn(++pointer, "/");
        (void)snprintf(step, sizeof step, "%.*s", (int)length, pointer);
        if (json_is_array(root))
            root = step[0] >= '0' && step[0] <= '9' ? json_array_get(root, strtoul(step, NULL, 10)) : NULL;
        else
            root = json_object_get(root, step);
        pointer += length;
    }
    return root;
}

bool put_at_pointer(json_t *root, const char *pointer, json_t *value)
{
    char holder[256];
    const char *last = strrchr(pointer, '/');
    (void)snprintf(holder, sizeof holder, "%.*s", (int)(last - pointer), pointer);
    json_t *at = value_at_pointer(root, holder);
    if (json_is_array(at))
        return json_array_set_new(at, strtoul(last + 1, NULL, 10), value) == 0;
    return json_object_set_new(at, last + 1, value) == 0;
}
