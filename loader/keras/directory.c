/* A .keras archive unpacked into a folder: the same members as files. */
#include "loader/keras/archive.h"

static const char *const names[] = {"metadata.json", "config.json", "model.weights.h5"};
enum { PARTS = sizeof names / sizeof names[0] };

bool al_keras_directory(struct al_keras *k, const struct al_input *inputs, uint32_t count)
{
    struct al_keras_part parts[PARTS] = {0};
    struct al_keras_asset *assets = al_arena_alloc(k->arena, count, sizeof *assets);
    uint32_t asset_count = 0;
    if (assets == NULL)
        return al_keras_no_memory(k);
    k->model->format = AL_FORMAT_KERAS_DIRECTORY;
    for (uint32_t i = 0; i < count; i++) {
        size_t part = 0;
        const struct al_text name = al_text_of(inputs[i].name);
        if (al_keras_is_asset(name)) {
            assets[asset_count++] = (struct al_keras_asset){name, inputs[i].bytes, inputs[i].size, false};
            continue;
        }
        while (part < PARTS && !al_text_is(name, names[part]))
            part++;
        if (part == PARTS || parts[part].bytes != NULL)
            return al_find_at(k->findings, AL_KERAS_UNEXPECTED_MEMBER, name,
                              "metadata.json, config.json, model.weights.h5 and vocabularies", AL_NOTHING,
                              "a file that an unpacked Keras archive does not have");
        parts[part] = (struct al_keras_part){inputs[i].bytes, inputs[i].size, true, i, 0};
    }
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].bytes == NULL)
            return al_find_at(k->findings, AL_KERAS_MISSING_MEMBER, al_text_of(names[i]), names[i], AL_NOTHING,
                              "the folder lacks the file %s", names[i]);
    return al_keras_parts(k, &parts[0], &parts[1], &parts[2], assets, asset_count);
}
