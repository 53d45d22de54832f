/* Attention layers quantized by Model.quantize: their projections are stored so, but the configuration keeps
   the layer's float policy, and Keras cannot load its own file. What it leaves unsaid, the other layers of
   the file say, since Model.quantize treats them all alike. */
#include "loader/keras/quantization.h"

static bool same(const struct al_quantization *a, const struct al_quantization *b)
{
    const double apart = a->epsilon - b->epsilon;
    return a->mode == b->mode && a->bits == b->bits && a->group == b->group && a->inputs == b->inputs &&
           a->low == b->low && a->high == b->high && !(apart > 0) && !(apart < 0);
}

/* What the kernels that do say it agree on; false where they differ or there are none. */
static bool said_elsewhere(const struct al_model *m, struct al_quantization *out)
{
    out->mode = AL_QUANTIZED_NONE;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        const struct al_layer *l = &m->layers[i];
        if (l->quantization.mode == AL_QUANTIZED_NONE || (l->kind != AL_KIND_DENSE && l->kind != AL_KIND_EINSUM_DENSE))
            continue;
        if (out->mode != AL_QUANTIZED_NONE && !same(out, &l->quantization))
            return false;
        *out = l->quantization;
    }
    return out->mode != AL_QUANTIZED_NONE;
}

bool al_keras_projections_quantized(struct al_keras *k, uint32_t layer, struct al_text dataset, bool unpacked)
{
    struct al_model *m = k->model;
    struct al_quantization *q = &m->layers[layer].quantization;
    struct al_quantization found;
    if (said_elsewhere(m, &found)) {
        *q = found;
    } else if (unpacked && !al_model_is_keras2(m) && al_model_before(m, 3, 12)) {
        /* configs came with 3.12: until then int8 was one thing */
        *q = (struct al_quantization){.mode = AL_QUANTIZED_INT8, .bits = 8};
        al_keras_default_inputs(q);
    } else {
        return al_find_at(k->findings, AL_KERAS_QUANTIZATION, dataset, "a layer of the file that says how",
                          al_text_of("int8"),
                          "the projections of this attention layer are stored quantized, and nothing in the file says "
                          "how their inputs are");
    }
    return al_find_at(k->findings, AL_KERAS_QUANTIZATION_UNSAID, dataset, NULL, m->layers[layer].name,
                      "the projections are quantized, but the layer's configuration does not say so");
}
