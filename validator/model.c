/* What may be asked of types of numbers and of shapes; see model.h. */
#include "validator/model.h"

#include "base/checked.h"

static const struct {
    const char *name;
    uint32_t size;
    bool is_float;
} dtypes[AL_DTYPE_COUNT] = {
    [AL_DTYPE_NONE] = {"none", 0, false},   [AL_FLOAT16] = {"float16", 2, true},
    [AL_BFLOAT16] = {"bfloat16", 2, true},  [AL_FLOAT32] = {"float32", 4, true},
    [AL_FLOAT64] = {"float64", 8, true},    [AL_INT8] = {"int8", 1, false},
    [AL_INT16] = {"int16", 2, false},       [AL_INT32] = {"int32", 4, false},
    [AL_INT64] = {"int64", 8, false},       [AL_UINT8] = {"uint8", 1, false},
    [AL_UINT16] = {"uint16", 2, false},     [AL_UINT32] = {"uint32", 4, false},
    [AL_UINT64] = {"uint64", 8, false},     [AL_BOOL] = {"bool", 1, false},
    [AL_STRING] = {"string", 0, false},
};

const char *al_dtype_name(enum al_dtype dtype)
{
    return (unsigned)dtype < AL_DTYPE_COUNT ? dtypes[dtype].name : dtypes[AL_DTYPE_NONE].name;
}

enum al_dtype al_dtype_by_name(struct al_text name)
{
    for (int i = AL_DTYPE_NONE + 1; i < AL_DTYPE_COUNT; i++)
        if (al_text_is(name, dtypes[i].name))
            return (enum al_dtype)i;
    return AL_DTYPE_NONE;
}

uint32_t al_stored_size(enum al_dtype dtype)
{
    return dtype == AL_STRING ? 1 : al_dtype_size(dtype);
}

uint32_t al_dtype_size(enum al_dtype dtype)
{
    return (unsigned)dtype < AL_DTYPE_COUNT ? dtypes[dtype].size : 0;
}

bool al_dtype_is_float(enum al_dtype dtype)
{
    return (unsigned)dtype < AL_DTYPE_COUNT && dtypes[dtype].is_float;
}

bool al_shape_equal(const struct al_shape *a, const struct al_shape *b)
{
    if (a->rank != b->rank || a->rank > AL_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

bool al_shape_count(const struct al_shape *s, uint32_t from, uint32_t to, uint64_t *count)
{
    uint64_t product = 1;
    if (to > s->rank || s->rank > AL_MAX_RANK)
        return false;
    for (uint32_t i = from; i < to; i++)
        if (s->dim[i] < 0 || !al_mul_u64(product, (uint64_t)s->dim[i], &product))
            return false;
    *count = product;
    return true;
}

bool al_shape_bytes(const struct al_shape *s, enum al_dtype dtype, uint64_t *bytes)
{
    uint64_t product = al_dtype_size(dtype) > 0 ? al_dtype_size(dtype) : 1;
    if (s->rank > AL_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < s->rank; i++)
        if (s->dim[i] >= 0 && !al_mul_u64(product, (uint64_t)s->dim[i], &product))
            return false;
    *bytes = product;
    return true;
}

bool al_shape_sound(const struct al_shape *s)
{
    if (s->rank > AL_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < s->rank; i++)
        if (s->dim[i] != -1 && (s->dim[i] < 1 || s->dim[i] > AL_MAX_DIMENSION))
            return false;
    return true;
}

const char *al_shape_show(struct al_findings *f, const struct al_shape *s)
{
    struct al_buffer b;
    al_buffer_init(&b, 32 * (AL_MAX_RANK + 1));
    al_buffer_text(&b, "(");
    for (uint32_t i = 0; i < s->rank && i < AL_MAX_RANK; i++) {
        if (i > 0)
            al_buffer_text(&b, ", ");
        if (s->dim[i] == -1)
            al_buffer_text(&b, "None");
        else
            al_buffer_format(&b, "%lld", (long long)s->dim[i]);
    }
    al_buffer_text(&b, s->rank == 1 ? ",)" : ")");
    const char *shown = b.failed ? NULL : al_arena_copy(f->arena, b.data, b.size);
    al_buffer_free(&b);
    return shown != NULL ? shown : "(…)";
}
