/* From a dataset of an HDF5 file to a tensor of the model: where its numbers lie, or
   what they are once put into plain little-endian order. */
#include "loader/keras/weights.h"

#include "base/checked.h"

#include <string.h>

bool al_keras_store_open(struct al_keras *k, struct al_keras_store *store, const uint8_t *image, uint64_t size,
                         const char *member)
{
    store->member = member;
    if (!al_h5_read(&store->tree, image, size, member, k->arena, k->findings))
        return false;
    store->taken = al_arena_alloc(k->arena, store->tree.object_count, sizeof *store->taken);
    return store->taken != NULL || al_keras_no_memory(k);
}

uint32_t al_keras_store_find(const struct al_keras_store *store, uint32_t group, struct al_text path)
{
    size_t from = 0;
    for (size_t i = 0; i <= path.length && group != AL_NONE_INDEX; i++) {
        if (i < path.length && path.at[i] != '/')
            continue;
        if (i > from)
            group = al_h5_child(&store->tree, group, (struct al_text){path.at + from, i - from});
        from = i + 1;
    }
    return group;
}

/* Keras marks bfloat16, which older HDF5 has no number for, as two opaque bytes with this attribute. */
static enum al_dtype dtype_of(const struct al_keras_store *store, uint32_t dataset)
{
    const struct al_h5_object *o = &store->tree.objects[dataset];
    const struct al_h5_attribute *mark = al_h5_attribute(&store->tree, dataset, "dtype");
    if (o->type.class_ == AL_H5_NUMBER)
        return o->type.dtype;
    bool bfloat16 = o->type.class_ == AL_H5_OPAQUE && o->type.size == 2 && mark != NULL && mark->count == 1 &&
                    mark->texts != NULL && al_text_is(mark->texts[0], "bfloat16");
    return bfloat16 ? AL_BFLOAT16 : AL_DTYPE_NONE;
}

static bool refuse(struct al_keras *k, const struct al_keras_store *store, uint32_t dataset, enum al_finding_id id,
                   const char *expected, const char *message)
{
    struct al_h5_place place;
    return al_find(k->findings, id, al_h5_place(&place, &store->tree, dataset, store->member), expected, AL_NOTHING,
                   "%s", message);
}

/* A copy with each number's bytes in little-endian order. */
static uint8_t *decode(struct al_keras *k, const uint8_t *source, uint64_t bytes, uint32_t size, bool swap)
{
    uint8_t *out = bytes <= SIZE_MAX ? al_arena_alloc(k->arena, (size_t)bytes, 1) : NULL;
    if (out == NULL)
        return NULL;
    if (!swap) {
        memcpy(out, source, (size_t)bytes);
        return out;
    }
    for (uint64_t i = 0; i + size <= bytes; i += size)
        for (uint32_t b = 0; b < size; b++)
            out[i + b] = source[i + size - 1 - b];
    return out;
}

static bool place_numbers(struct al_keras *k, const struct al_keras_store *store, uint32_t dataset, struct al_tensor *t)
{
    const struct al_h5_object *o = &store->tree.objects[dataset];
    uint32_t size = al_dtype_size(t->dtype);
    const uint8_t *source = o->compact;
    if (o->storage == AL_H5_CONTIGUOUS) {
        if (!al_range_inside(o->offset, o->bytes, store->tree.size))
            return refuse(k, store, dataset, AL_WEIGHTS_EXTENT, NULL, "the numbers lie outside the file");
        source = store->tree.image + o->offset;
        bool swap = o->type.big_endian && size > 1;
        if (store->in_place && !swap) {
            t->stored = AL_STORED_EXTENT;
            t->input = store->input;
            t->offset = store->base + o->offset;
            return true;
        }
        if (!swap && (uintptr_t)source % size == 0 && !store->in_place) {
            t->stored = AL_STORED_DATA;
            t->data = source;
            return true;
        }
    }
    t->stored = AL_STORED_DATA;
    t->data = decode(k, source, t->bytes, size, o->type.big_endian);
    return t->data != NULL || al_keras_no_memory(k);
}

bool al_keras_store_take(struct al_keras *k, struct al_keras_store *store, uint32_t dataset, struct al_text name,
                         uint32_t *tensor)
{
    struct al_model *m = k->model;
    const struct al_h5_object *o = &store->tree.objects[dataset];
    struct al_tensor t = {.name = name, .dtype = dtype_of(store, dataset), .shape = o->shape, .bytes = o->bytes};
    uint64_t count;
    if (t.dtype == AL_DTYPE_NONE || al_dtype_size(t.dtype) == 0)
        return refuse(k, store, dataset, AL_WEIGHTS_DTYPE, "numbers", "a weight that is not made of numbers");
    if (!al_shape_count(&t.shape, 0, t.shape.rank, &count) || !al_mul_u64(count, al_dtype_size(t.dtype), &count) ||
        count != t.bytes)
        return refuse(k, store, dataset, AL_WEIGHTS_SIZE, "as many bytes as the shape says",
                      "the type, the shape and the number of bytes do not belong together");
    if (o->storage == AL_H5_NOT_STORED && t.bytes > 0)
        return refuse(k, store, dataset, AL_HDF5_UNALLOCATED, "stored numbers", "a weight without any numbers");
    if (m->tensor_count >= AL_MAX_TENSORS)
        return refuse(k, store, dataset, AL_LIMIT_PARAMETERS, NULL, "more tensors than Airlock reads");
    struct al_tensor *list = al_arena_grow(k->arena, m->tensors, m->tensor_count, &k->tensor_room, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    m->tensors = list;
    if (t.bytes == 0)
        t.stored = AL_STORED_DATA;
    else if (!place_numbers(k, store, dataset, &t))
        return false;
    store->taken[dataset] = true;
    list[m->tensor_count] = t;
    *tensor = m->tensor_count++;
    return true;
}

bool al_keras_weight_places(struct al_keras *k)
{
    for (uint32_t i = 0; i < k->model->layer_count; i++) {
        struct al_layer *l = &k->model->layers[i];
        l->weights = al_arena_alloc(k->arena, l->demand_count, sizeof *l->weights);
        if (l->weights == NULL)
            return al_keras_no_memory(k);
        l->weight_count = l->demand_count;
        for (uint32_t w = 0; w < l->demand_count; w++)
            l->weights[w] = AL_NONE_INDEX;
    }
    return true;
}
