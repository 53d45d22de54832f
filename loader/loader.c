/* Which format a file is, by its bytes, and who reads it. */
#include "loader/loader.h"

#include "loader/keras/archive.h"
#include "loader/npy/npy.h"
#include "validator/validate.h"

#include <string.h>

struct magic {
    const char *bytes;
    size_t length;
    enum al_finding_id id;
    const char *message;
};

/* Known by their first bytes, and not models that Airlock reads. */
static const struct magic others[] = {
    {"\x80\x02", 2, AL_FORMAT_PICKLE, "a Python pickle: loading one runs what it says"},
    {"\x80\x03", 2, AL_FORMAT_PICKLE, "a Python pickle: loading one runs what it says"},
    {"\x80\x04", 2, AL_FORMAT_PICKLE, "a Python pickle: loading one runs what it says"},
    {"\x80\x05", 2, AL_FORMAT_PICKLE, "a Python pickle: loading one runs what it says"},
    {"\x93NUMPY", 6, AL_FORMAT_UNKNOWN_FILE, "an array of NumPy, not a model"},
    {"\x89PNG", 4, AL_FORMAT_UNKNOWN_FILE, "a PNG picture"},
    {"GGUF", 4, AL_FORMAT_UNKNOWN_FILE, "a GGUF model, which this version does not read"},
    {"\x1f\x8b", 2, AL_FORMAT_UNKNOWN_FILE, "a gzip stream; unpack it first"},
};

static bool begins(const struct al_input *in, const char *bytes, size_t length)
{
    return in->size >= length && memcmp(in->bytes, bytes, length) == 0;
}

/* Where HDF5 may lie behind a block of the user's own, which no model has (the format's level 0A). */
static bool behind_user_block(const struct al_input *in)
{
    for (uint64_t at = 512; at + 8 <= in->size && at <= UINT64_C(1) << 20; at *= 2)
        if (memcmp(in->bytes + at, "\x89HDF\r\n\x1a\n", 8) == 0)
            return true;
    return false;
}

static bool unknown(const struct al_input *in, struct al_findings *f)
{
    static const char expected[] = "a .keras archive, a Keras .h5 file or weights";
    struct al_text where = al_text_of(in->name);
    if (in->size == 0)
        return al_find_at(f, AL_FORMAT_UNKNOWN_FILE, where, expected, AL_NOTHING, "an empty file");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (begins(in, others[i].bytes, others[i].length))
            return al_find_at(f, others[i].id, where, expected, AL_NOTHING, "%s", others[i].message);
    if (behind_user_block(in))
        return al_find_at(f, AL_HDF5_USER_BLOCK, where, "HDF5 from the first byte", AL_NOTHING,
                          "HDF5 behind other bytes");
    return al_find_at(f, AL_FORMAT_UNKNOWN_FILE, where, expected, AL_NOTHING, "no format that Airlock reads");
}

static const struct al_input *with_role(const struct al_input *inputs, uint32_t count, enum al_role role)
{
    for (uint32_t i = 0; i < count; i++)
        if (inputs[i].role == role)
            return &inputs[i];
    return NULL;
}

static bool load_json(struct al_keras *k, const struct al_input *inputs, uint32_t count,
                      const struct al_input *architecture)
{
    json_t *json = NULL;
    if (!al_json_read(&json, inputs[0].bytes, (size_t)inputs[0].size, inputs[0].name, k->findings))
        return false;
    bool good;
    if (json_object_get(json, "weight_map") != NULL)
        good = al_keras_sharded(k, inputs, count, 0, json, architecture);
    else
        good = al_keras_scan(k->findings, json, inputs[0].name) &&
               al_find_at(k->findings, AL_FORMAT_NO_WEIGHTS, al_text_of(inputs[0].name), "weights", AL_NOTHING,
                          "JSON without the weights it describes");
    json_decref(json);
    return good;
}

static bool dispatch(struct al_keras *k, const struct al_input *inputs, uint32_t count)
{
    const struct al_input *architecture = with_role(inputs, count, AL_ROLE_ARCHITECTURE);
    if (with_role(inputs, count, AL_ROLE_MEMBER) != NULL)
        return al_keras_directory(k, inputs, count);
    if (al_zip_is(inputs[0].bytes, inputs[0].size)) {
        struct al_zip zip;
        return al_zip_read(&zip, inputs[0].bytes, inputs[0].size, inputs[0].name, k->arena, k->findings) &&
               al_keras_archive(k, &zip, 0);
    }
    if (begins(&inputs[0], "\x89HDF\r\n\x1a\n", 8))
        return al_keras_hdf5(k, inputs, 0, architecture);
    if (begins(&inputs[0], "{", 1))
        return load_json(k, inputs, count, architecture);
    return unknown(&inputs[0], k->findings);
}

static bool check_weights(struct al_model *m, const struct al_input *inputs, uint32_t count,
                          const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    uint64_t *sizes = al_arena_alloc(arena, count, sizeof *sizes);
    if (sizes == NULL)
        return al_find(f, AL_LIMIT_MEMORY, NULL, NULL, AL_NOTHING, "reading takes more memory than allowed");
    for (uint32_t i = 0; i < count; i++)
        sizes[i] = inputs[i].size;
    return al_check_weights(m, policy, sizes, count, f);
}

/* What `run` is given to predict from: whether the policy takes such files as models
   does not matter here. */
static bool load_arrays(struct al_model **out, const struct al_input *inputs, uint32_t count,
                        const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    if (count != 1 || !(al_zip_is(inputs[0].bytes, inputs[0].size) || al_npy_is(inputs[0].bytes, inputs[0].size)))
        return al_find_at(f, AL_FORMAT_UNKNOWN_FILE, al_text_of(inputs[0].name), "an .npy or .npz file", AL_NOTHING,
                          "no file of NumPy's");
    bool good = al_npy_is(inputs[0].bytes, inputs[0].size) ? al_npy_load(out, &inputs[0], arena, f)
                                                           : al_npz_load(out, &inputs[0], policy, arena, f);
    return good && f->refusals == 0 && !f->failed && check_weights(*out, inputs, count, policy, arena, f);
}

bool al_load(struct al_model **out, const struct al_input *inputs, uint32_t input_count,
             const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    if (input_count > 0 && inputs[0].role == AL_ROLE_ARRAYS)
        return load_arrays(out, inputs, input_count, policy, arena, f);
    struct al_model *m = al_arena_alloc(arena, 1, sizeof *m);
    if (m == NULL || input_count == 0 || input_count > AL_MAX_INPUTS)
        return al_find(f, AL_LIMIT_MEMORY, NULL, NULL, AL_NOTHING, "nothing to read, or too much");
    *m = (struct al_model){.arena = arena, .framework = "keras", .name = al_text_of("")};
    struct al_keras k = {.arena = arena, .findings = f, .policy = policy, .model = m};
    if (!dispatch(&k, inputs, input_count) || f->failed || f->refusals > 0)
        return false;
    if (!al_check_format(m, policy, inputs[0].name, f))
        return false;
    *out = m;
    return check_weights(m, inputs, input_count, policy, arena, f) && f->refusals == 0 && !f->failed;
}
