/* Groups of scales: quantized kernels name one for each of their rows, by a number that must not reach
   beyond them. Lowering looks again; here the file is refused by name. */
#include "loader/keras/weights.h"
#include "validator/quantization.h"

#include <string.h>

/* A float32 as it lies in the file. */
static float number_at(const uint8_t *at, bool big_endian)
{
    uint32_t bits = 0;
    float value;
    for (uint32_t b = 0; b < sizeof bits; b++)
        bits |= (uint32_t)at[big_endian ? sizeof bits - 1 - b : b] << (8 * b);
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool al_keras_groups_sound(struct al_keras *k, uint32_t layer, const struct al_weight *demand,
                           const struct al_keras_store *store, uint32_t dataset, struct al_text name)
{
    const struct al_h5_object *o = &store->tree.objects[dataset];
    const uint8_t *at = o->storage == AL_H5_CONTIGUOUS ? store->tree.image + o->offset : o->compact;
    if (strcmp(demand->name, "g_idx") != 0 || o->type.dtype != AL_FLOAT32 ||
        !al_shape_equal(&o->shape, &demand->shape) || at == NULL)
        return true; /* what is wrong with it is said elsewhere */
    const int64_t groups = al_group_count(demand->shape.dim[0], k->model->layers[layer].quantization.group);
    for (int64_t i = 0; i < demand->shape.dim[0]; i++) {
        const float group = number_at(at + (size_t)i * sizeof group, o->type.big_endian);
        if (!(group >= 0 && group < (float)groups))
            return al_find_at(k->findings, AL_KERAS_QUANTIZATION, name,
                              al_found(k->findings, "groups from 0 to %lld", (long long)groups - 1).at,
                              al_found(k->findings, "%g", (double)group), "a row of the kernel is in a group without "
                              "a scale");
    }
    return true;
}
