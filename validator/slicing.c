/* Subscripts; see slicing.h. Arithmetic as in Python's slice.indices and numpy's
   basic indexing. */
#include "validator/slicing.h"

enum { INDEX_FAR = 1 << 30 }; /* beyond any axis that fits in memory; sums of two stay in int64_t */

uint32_t al_index_count(const struct al_value *value)
{
    return value->count / AL_INDEX_NUMBERS;
}

struct al_index al_index_at(const struct al_value *value, uint32_t at)
{
    const int64_t *n = value->integers + (size_t)at * AL_INDEX_NUMBERS;
    return (struct al_index){(enum al_index_kind)n[0], (uint32_t)n[1], n[2], n[3], n[4]};
}

static bool number_sound(bool there, int64_t n)
{
    return there ? n >= -INDEX_FAR && n <= INDEX_FAR : n == 0;
}

bool al_index_sound(const struct al_value *value)
{
    if (value->type != AL_VALUE_INTEGERS || value->count == 0 || value->count % AL_INDEX_NUMBERS != 0 ||
        al_index_count(value) > AL_MAX_INDEX_PLACES)
        return false;
    uint32_t ellipses = 0;
    for (uint32_t i = 0; i < al_index_count(value); i++) {
        const int64_t *n = value->integers + (size_t)i * AL_INDEX_NUMBERS;
        if (n[0] < 0 || n[0] >= AL_INDEX_KIND_COUNT || n[1] < 0 || n[1] > 7)
            return false;
        bool slice = n[0] == AL_INDEX_SLICE;
        if (!slice && n[1] != (n[0] == AL_INDEX_INTEGER ? AL_INDEX_HAS_START : 0))
            return false;
        if (!number_sound(n[1] & AL_INDEX_HAS_START, n[2]) || !number_sound(n[1] & AL_INDEX_HAS_STOP, n[3]) ||
            !number_sound(n[1] & AL_INDEX_HAS_STEP, n[4]) || ((n[1] & AL_INDEX_HAS_STEP) && n[4] == 0))
            return false;
        ellipses += n[0] == AL_INDEX_ELLIPSIS;
    }
    return ellipses <= 1;
}

static int64_t clamp(int64_t at, int64_t length, int64_t low, int64_t high)
{
    if (at < 0)
        at += length;
    return at < low ? low : at > high ? high : at;
}

int64_t al_slice_length(const struct al_index *slice, int64_t length, int64_t *first)
{
    int64_t step = slice->has & AL_INDEX_HAS_STEP ? slice->step : 1;
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? length : length - 1;
    int64_t start = step > 0 ? low : high, stop = step > 0 ? high : low;
    if (slice->has & AL_INDEX_HAS_START)
        start = clamp(slice->start, length, low, high);
    if (slice->has & AL_INDEX_HAS_STOP)
        stop = clamp(slice->stop, length, low, high);
    *first = start;
    if (step > 0)
        return start < stop ? (stop - start - 1) / step + 1 : 0;
    return start > stop ? (start - stop - 1) / -step + 1 : 0;
}

static bool whole(const struct al_index *slice)
{
    return slice->has == 0 || (slice->has == AL_INDEX_HAS_STEP && slice->step == 1);
}

/* One place of the subscript against axis `dim`; appends to `out` unless the axis goes away. */
static bool take(struct al_site *s, const struct al_index *index, int64_t dim, struct al_shape *out)
{
    int64_t first;
    if (index->kind == AL_INDEX_INTEGER) {
        if (dim != -1 && (index->start < -dim || index->start >= dim))
            return al_site_refuse(s, AL_GRAPH_SHAPE, "an index inside the axis",
                                  al_found(s->findings, "%lld", (long long)index->start),
                                  "the subscript is outside an axis of length %lld", (long long)dim);
        return true;
    }
    int64_t length = dim == -1 ? (whole(index) ? -1 : -2) : al_slice_length(index, dim, &first);
    if (length == 0)
        return al_site_refuse(s, AL_GRAPH_SHAPE, "a slice that holds something", AL_NOTHING,
                              "the slice of an axis of length %lld is empty", (long long)dim);
    /* a part of an axis not known yet is not known either */
    out->dim[out->rank++] = length == -2 ? -1 : length;
    return true;
}

bool al_index_shape(struct al_site *s, const struct al_value *key, const struct al_shape *in, struct al_shape *out)
{
    uint32_t uses = 0, adds = 0, count = al_index_count(key);
    bool ellipsis = false;
    for (uint32_t i = 0; i < count; i++) {
        enum al_index_kind kind = al_index_at(key, i).kind;
        uses += kind == AL_INDEX_INTEGER || kind == AL_INDEX_SLICE;
        adds += kind == AL_INDEX_NEW_AXIS;
        ellipsis |= kind == AL_INDEX_ELLIPSIS;
    }
    if (uses > in->rank || in->rank + adds > AL_MAX_RANK)
        return al_site_bad_shape(s, "as many axes as the subscript names", in);
    *out = (struct al_shape){0};
    uint32_t axis = 0;
    for (uint32_t i = 0; i <= count; i++) {
        /* what the subscript leaves out stands where the ellipsis is, or at the end */
        if (i == count ? !ellipsis : al_index_at(key, i).kind == AL_INDEX_ELLIPSIS)
            for (uint32_t k = 0; k < in->rank - uses; k++)
                out->dim[out->rank++] = in->dim[axis++];
        if (i == count)
            break;
        struct al_index index = al_index_at(key, i);
        if (index.kind == AL_INDEX_NEW_AXIS)
            out->dim[out->rank++] = 1;
        else if (index.kind != AL_INDEX_ELLIPSIS && !take(s, &index, in->dim[axis++], out))
            return false;
    }
    return true;
}
