/* From an array's bytes to a tensor: as they lie, or turned into our order. */
#include "loader/npy/npy.h"

#include "loader/npy/header.h"

#include <inttypes.h>

bool al_npy_is(const uint8_t *bytes, uint64_t size)
{
    return size >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0;
}

struct al_model *al_npy_model(enum al_format format, uint32_t count, struct al_arena *arena, struct al_findings *f)
{
    struct al_model *m = al_arena_alloc(arena, 1, sizeof *m);
    struct al_tensor *tensors = al_arena_alloc(arena, count, sizeof *tensors);
    if (m == NULL || tensors == NULL) {
        (void)al_find_at(f, AL_LIMIT_MEMORY, AL_NOTHING, NULL, AL_NOTHING, "no memory left for the list of arrays");
        return NULL;
    }
    *m = (struct al_model){
        .arena = arena,
        .format = format,
        .framework = "numpy",
        .tensor_count = count,
        .tensors = tensors,
    };
    return m;
}

static void copy_number(uint8_t *to, const uint8_t *from, uint32_t size, bool swap)
{
    for (uint32_t i = 0; i < size; i++)
        to[i] = from[swap ? size - 1 - i : i];
}

/* Walks the numbers in our order (the last index fastest) with their place in the file's. */
static void decode(uint8_t *to, const uint8_t *from, const struct al_npy_header *h)
{
    const uint32_t size = h->width, rank = h->shape.rank;
    const bool swap = h->big_endian && h->dtype != AL_STRING;
    uint64_t stride[AL_MAX_RANK] = {0}, step = size, at = 0;
    for (uint32_t k = 0; k < rank; k++) {
        uint32_t axis = h->fortran ? k : rank - 1 - k;
        stride[axis] = step;
        step *= (uint64_t)h->shape.dim[axis];
    }
    int64_t index[AL_MAX_RANK] = {0};
    for (uint64_t done = 0; done < h->bytes; done += size) {
        copy_number(to + done, from + at, size, swap);
        for (uint32_t axis = rank; axis-- > 0;) {
            at += stride[axis];
            if (++index[axis] < h->shape.dim[axis])
                break;
            at -= stride[axis] * (uint64_t)h->shape.dim[axis];
            index[axis] = 0;
        }
    }
}

static bool check_booleans(const uint8_t *bytes, uint64_t size, const struct al_place *place, struct al_findings *f)
{
    for (uint64_t i = 0; i < size; i++)
        if (bytes[i] > 1)
            return al_find(f, AL_NPY_BOOLEAN, place, "0 or 1", al_found(f, "%u", (unsigned)bytes[i]),
                           "item %" PRIu64 " is no boolean", i);
    return true;
}

static bool no_memory(const struct al_npy_header *h, const struct al_place *place, struct al_findings *f)
{
    return al_find(f, AL_LIMIT_MEMORY, place, NULL, al_found(f, "%" PRIu64 " bytes", h->bytes),
                   "no memory left to turn the array into row-major, little-endian order");
}

/* Texts get an axis more, which counts their bytes. */
static bool take_texts(struct al_tensor *out, const struct al_npy_header *h, const uint8_t *bytes,
                       const struct al_place *place, struct al_arena *arena, struct al_findings *f)
{
    if (h->shape.rank == AL_MAX_RANK)
        return al_find(f, AL_NPY_SHAPE, place, "at most 7 dimensions", AL_NOTHING, "too many dimensions of texts");
    uint32_t width = h->width;
    if (h->utf32 && !al_npy_utf8(&bytes, &width, h, place, arena, f))
        return false;
    out->data = bytes;
    out->shape.dim[out->shape.rank++] = width;
    out->bytes = h->bytes / h->width * width;
    return true;
}

bool al_npy_tensor(struct al_tensor *out, const uint8_t *bytes, uint64_t size, uint32_t input, uint64_t offset,
                   const struct al_place *place, struct al_arena *arena, struct al_findings *f)
{
    struct al_npy_header h;
    if (!al_npy_read_header(&h, bytes, size, place, f))
        return false;
    const uint8_t *numbers = bytes + h.data;
    if (h.dtype == AL_BOOL && !check_booleans(numbers, h.bytes, place, f))
        return false;
    *out = (struct al_tensor){
        .dtype = h.dtype, .shape = h.shape, .bytes = h.bytes, .stored = AL_STORED_DATA, .data = numbers};
    if (h.big_endian || (h.fortran && h.shape.rank > 1)) {
        uint8_t *turned = al_arena_alloc(arena, (size_t)h.bytes, 1);
        if (turned == NULL)
            return no_memory(&h, place, f);
        decode(turned, numbers, &h);
        out->data = turned;
    } else if (h.dtype != AL_STRING && offset != AL_NPY_NOWHERE) {
        out->stored = AL_STORED_EXTENT;
        out->input = input;
        out->offset = offset + h.data;
        out->data = NULL;
    }
    return h.dtype != AL_STRING || take_texts(out, &h, out->data, place, arena, f);
}

bool al_npy_load(struct al_model **out, const struct al_input *input, struct al_arena *arena, struct al_findings *f)
{
    struct al_place place = al_place_root(input->name);
    struct al_model *m = al_npy_model(AL_FORMAT_NPY, 1, arena, f);
    if (m == NULL || !al_npy_tensor(m->tensors, input->bytes, input->size, 0, 0, &place, arena, f))
        return false;
    m->tensors[0].name = al_text_of("arr_0");
    *out = m;
    return true;
}
