/* An archive of arrays. Keras once stored weights as pickles in such archives; a member
   that is no plain array refuses the whole. */
#include "loader/npy/npy.h"

#include "loader/npy/header.h"
#include "loader/zip/archive.h"

static bool load_member(struct al_tensor *out, const struct al_zip *zip, const struct al_zip_member *m,
                        const struct al_policy *policy, struct al_arena *arena, struct al_findings *f)
{
    static const char suffix[] = ".npy";
    enum { SUFFIX = sizeof suffix - 1 };
    struct al_place archive = al_place_root(zip->archive);
    struct al_place place = al_place_key(&archive, m->name);
    if (m->name.length <= SUFFIX || memcmp(m->name.at + m->name.length - SUFFIX, suffix, SUFFIX) != 0)
        return al_find(f, AL_NPY_MEMBER, &place, "names that end in .npy", m->name,
                       "the archive has a member that is no array");
    const uint8_t *bytes;
    if (!al_zip_bytes(&bytes, zip, m, policy->limits.memory_bytes, arena, f))
        return false;
    uint64_t offset = m->method == AL_ZIP_STORED ? m->offset : AL_NPY_NOWHERE;
    if (!al_npy_tensor(out, bytes, m->size, 0, offset, &place, arena, f))
        return false;
    out->name = (struct al_text){m->name.at, m->name.length - SUFFIX};
    return true;
}

bool al_npz_load(struct al_model **out, const struct al_input *input, const struct al_policy *policy,
                 struct al_arena *arena, struct al_findings *f)
{
    struct al_zip zip;
    if (!al_zip_read(&zip, input->bytes, input->size, input->name, arena, f))
        return false;
    struct al_model *m = al_npy_model(AL_FORMAT_NPZ, zip.count, arena, f);
    if (m == NULL)
        return false;
    for (uint32_t i = 0; i < zip.count; i++)
        if (!load_member(&m->tensors[i], &zip, &zip.members[i], policy, arena, f))
            return false;
    *out = m;
    return true;
}
