/* Arrays: .npy and .npz files are foreign files, so a cell reads them too. */
#include "api/ndarrays.h"
#include "api/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const size_t LIST_BUDGET = (size_t)64 << 30;

struct al_ndarrays *al_ndarrays_new(size_t count)
{
    struct al_ndarrays *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->arena = al_arena_new(LIST_BUDGET);
    a->list = a->arena != NULL ? al_arena_alloc(a->arena, count, sizeof *a->list) : NULL;
    if (a->list == NULL) {
        al_ndarrays_free(a);
        return NULL;
    }
    return a;
}

bool al_ndarrays_add(struct al_ndarrays *a, struct al_text name, enum al_dtype dtype, const struct al_shape *shape,
                     const void *data, size_t bytes)
{
    const char *shown = al_fact_text(a->arena, name);
    int64_t *dims = al_arena_alloc(a->arena, shape->rank, sizeof *dims);
    if (shown == NULL || dims == NULL)
        return false;
    for (uint32_t i = 0; i < shape->rank; i++)
        dims[i] = shape->dim[i];
    a->list[a->count++] = (struct al_ndarray){shown, al_dtype_name(dtype), shape->rank, dims, data, bytes};
    return true;
}

/* The bytes of a tensor, at an address that is aligned for its type; NULL where there is no memory. */
static const uint8_t *aligned_bytes(struct al_ndarrays *a, const struct al_vetted *v, const struct al_tensor *t)
{
    const uint8_t *bytes = al_vetted_bytes(v, t);
    if ((uintptr_t)bytes % al_dtype_size(t->dtype) == 0)
        return bytes;
    uint8_t *copy = al_arena_alloc(a->arena, (size_t)t->bytes, 1);
    if (copy != NULL)
        memcpy(copy, bytes, (size_t)t->bytes);
    return copy;
}

/* Texts lie in a tensor as bytes of equal width, zeros behind them. */
static bool add_texts(struct al_ndarrays *a, const struct al_tensor *t, const uint8_t *bytes)
{
    struct al_shape shape = t->shape;
    const size_t width = (size_t)shape.dim[--shape.rank];
    uint64_t count;
    struct al_string *list = NULL;
    if (al_shape_count(&shape, 0, shape.rank, &count))
        list = al_arena_alloc(a->arena, count, sizeof *list);
    for (uint64_t i = 0; list != NULL && i < count; i++) {
        list[i] = (struct al_string){(const char *)bytes + i * width, width};
        while (list[i].length > 0 && list[i].bytes[list[i].length - 1] == '\0')
            list[i].length--;
    }
    return list != NULL && al_ndarrays_add(a, t->name, AL_STRING, &shape, list, count * sizeof *list);
}

static enum al_status unpack_take(struct al_ndarrays **out, struct al_report *r, struct al_error *err)
{
    const struct al_model *m = r->vetted->model;
    struct al_ndarrays *a = al_ndarrays_new(m->tensor_count);
    if (a == NULL) {
        al_report_free(r);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a list of arrays");
    }
    a->report = r;
    for (uint32_t i = 0; i < m->tensor_count; i++) {
        const struct al_tensor *t = &m->tensors[i];
        const uint8_t *bytes = t->dtype == AL_STRING ? al_vetted_bytes(r->vetted, t) : aligned_bytes(a, r->vetted, t);
        if (bytes == NULL || !(t->dtype == AL_STRING
                                   ? add_texts(a, t, bytes)
                                   : al_ndarrays_add(a, t->name, t->dtype, &t->shape, bytes, t->bytes))) {
            al_ndarrays_free(a);
            return al_fail(err, AL_NO_MEMORY, 0, "no memory for a list of arrays");
        }
    }
    *out = a;
    return AL_OK;
}

enum al_status al_ndarrays_load(struct al_ndarrays **out, const char *path, const struct al_policy *policy,
                                struct al_report **report, struct al_error *err)
{
    const struct al_source source = {.from = AL_FROM_PATH, .role = AL_ROLE_ARRAYS, .given_to_model = true, .shown = path,
                                     .directory = AT_FDCWD, .path = path, .kind = AL_SOURCE_FILE};
    const struct al_options options = {.size = sizeof options, .policy = policy, .no_digests = true};
    struct al_report *r = NULL;
    enum al_status status = al_source_vet(&r, &source, &options, err);
    if (status != AL_OK)
        return status;
    if (r->verdict == AL_VERDICT_ACCEPT)
        return unpack_take(out, r, err);
    if (r->verdict == AL_VERDICT_REFUSE)
        status = al_fail(err, AL_REFUSED, 0, "%s", r->remark_count > 0 ? r->remarks[0]->message : "refused");
    else
        status = al_fail(err, r->error.code != AL_OK ? r->error.code : AL_IO, 0, "%s", r->file.error);
    if (report != NULL)
        *report = r;
    else
        al_report_free(r);
    return status;
}

size_t al_ndarrays_count(const struct al_ndarrays *a)
{
    return a->count;
}

const struct al_ndarray *al_ndarrays_at(const struct al_ndarrays *a, size_t index)
{
    return index < a->count ? &a->list[index] : NULL;
}

void al_ndarrays_free(struct al_ndarrays *a)
{
    if (a == NULL)
        return;
    if (a->results.arena != NULL)
        al_results_free(&a->results);
    al_report_free(a->report);
    al_arena_free(a->arena);
    free(a);
}
