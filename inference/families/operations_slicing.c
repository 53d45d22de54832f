/* Raw operations that pick, order and stack parts of tensors (keras.src.ops.numpy). */
#include "validator/slicing.h"

#include "inference/families/families.h"

/* How many axes of the input the places of a key take up. */
static uint32_t axes_named(const struct al_value *key)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < al_index_count(key); i++) {
        const enum al_index_kind kind = al_index_at(key, i).kind;
        count += kind == AL_INDEX_INTEGER || kind == AL_INDEX_SLICE;
    }
    return count;
}

void al_lower_get_item(struct al_lowering *l)
{
    const struct al_value *key = al_site_constant(&l->site, "key");
    const uint32_t rank = l->site.in[0].rank, named = axes_named(key);
    uint32_t x = l->in[0].operand, at = 0;
    if (named > rank) {
        al_lower_fail(l, AL_INTERNAL, "more indices than axes");
        return;
    }
    for (uint32_t i = 0; i < al_index_count(key) && x != AL_NONE_INDEX; i++) {
        const struct al_index place = al_index_at(key, i);
        const int64_t length = at < al_emit_shape(l, x)->rank ? al_emit_shape(l, x)->dim[at] : 0;
        int64_t first = place.start < 0 ? place.start + length : place.start;
        switch (place.kind) {
        case AL_INDEX_INTEGER:
            x = al_emit_drop_axis(l, al_emit_slice(l, x, at, first, 1, 1), at);
            break;
        case AL_INDEX_SLICE: {
            const int64_t count = al_slice_length(&place, length, &first);
            x = al_emit_slice(l, x, at++, count > 0 ? first : 0, count,
                              (place.has & AL_INDEX_HAS_STEP) != 0 ? place.step : 1);
            break;
        }
        case AL_INDEX_NEW_AXIS: x = al_emit_insert_axis(l, x, at++); break;
        case AL_INDEX_ELLIPSIS: at += rank - named; break;
        case AL_INDEX_KIND_COUNT: break;
        }
    }
    al_lower_result(l, x);
}
