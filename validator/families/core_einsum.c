/* EinsumDense: a product that an equation describes (keras/src/layers/core/einsum_dense.py,
   _analyze_split_string). */
#include "base/checked.h"
#include "validator/einsum.h"
#include "validator/families/common.h"
#include "validator/quantization.h"

static const struct al_param einsum_params[] = {
    {.key = "equation", .type = AL_PARAM_TEXT, .flags = AL_PARAM_REQUIRED},
    /* without the batch and what an ellipsis stands for; null is worked out */
    {.key = "output_shape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_REQUIRED, .count_min = 0,
     .count_max = AL_MAX_RANK - 1},
    {.key = "bias_axes", .type = AL_PARAM_TEXT, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    AL_ACTIVATION_KEY("activation", "\"linear\""),
    AL_CREATION_KEYS("kernel"),
    AL_CREATION_KEYS("bias"),
    AL_LORA_KEYS,
    AL_QUANTIZATION_KEY,
    {.key = "gptq_unpacked_column_size", .type = AL_PARAM_IGNORED_NUMBER, .flags = AL_PARAM_NULLABLE},
};

/* The forms that Keras takes: "ab,bc->ac", "...x,xy->...y", "ab...,bc->ac...". */
static bool known_form(const struct al_einsum *e)
{
    const struct al_einsum_term *in = &e->inputs[0], *kernel = &e->inputs[1], *out = &e->output;
    if (e->input_count != 2 || kernel->ellipsis || in->ellipsis != out->ellipsis || in->count == 0 ||
        kernel->count == 0)
        return false;
    if (!in->ellipsis)
        return true;
    return in->ellipsis_at == 0 ? out->ellipsis_at == 0
                                : in->ellipsis_at == in->count && out->ellipsis_at == out->count;
}

/* The whole shape of the output: the batch, what the ellipsis stands for, what the configuration says. */
static bool output_shape(struct al_site *s, const struct al_einsum *e, struct al_shape *out)
{
    const struct al_shape *in = &s->in[0];
    const struct al_value *given = al_param_of(s, "output_shape");
    bool left = e->inputs[0].ellipsis && e->inputs[0].ellipsis_at == 0;
    uint32_t elided = in->rank - e->inputs[0].count, from = left ? 1 : in->rank - elided;
    uint32_t rank = 1 + given->count + (left && elided > 0 ? elided - 1 : elided);
    if ((!e->inputs[0].ellipsis && elided != 0) || rank > AL_MAX_RANK || rank != e->output.count + elided)
        return al_site_bad_shape(s, "as many axes as the equation names", in);
    *out = (struct al_shape){.rank = 1, .dim = {in->dim[0]}};
    for (uint32_t i = 0; left && i + 1 < elided; i++)
        out->dim[out->rank++] = in->dim[from + i];
    for (uint32_t i = 0; i < given->count; i++)
        out->dim[out->rank++] = given->integers[i];
    for (uint32_t i = 0; !left && i < elided; i++)
        out->dim[out->rank++] = in->dim[from + i];
    return true;
}

/* Letters that input and output share must agree; what the output leaves open it takes from the input. */
static bool match_letters(struct al_site *s, const struct al_einsum *e, struct al_shape *out)
{
    for (uint32_t i = 0; i < e->inputs[0].count; i++) {
        char letter = e->inputs[0].letters[i];
        uint32_t at = al_einsum_axis(&e->output, letter, out->rank);
        int64_t length = s->in[0].dim[al_einsum_axis(&e->inputs[0], letter, s->in[0].rank)];
        if (at == AL_NONE_INDEX)
            continue;
        if (out->dim[at] != -1 && out->dim[at] != length)
            return al_site_bad_shape(s, al_shape_show(s->findings, out), &s->in[0]);
        out->dim[at] = length;
    }
    return true;
}

static bool kernel_shape(struct al_site *s, const struct al_einsum *e, const struct al_shape *out,
                         struct al_shape *kernel)
{
    *kernel = (struct al_shape){.rank = e->inputs[1].count};
    for (uint32_t i = 0; i < kernel->rank; i++) {
        uint32_t in_output = al_einsum_axis(&e->output, e->inputs[1].letters[i], out->rank);
        uint32_t in_input = al_einsum_axis(&e->inputs[0], e->inputs[1].letters[i], s->in[0].rank);
        if (in_output == AL_NONE_INDEX && in_input == AL_NONE_INDEX)
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "letters of the input or the output", AL_NOTHING,
                                  "the equation has a letter that is the kernel's alone");
        kernel->dim[i] = in_output != AL_NONE_INDEX ? out->dim[in_output] : s->in[0].dim[in_input];
    }
    return true;
}

static bool has(struct al_text letters, char letter)
{
    for (size_t i = 0; i < letters.length; i++)
        if (letters.at[i] == letter)
            return true;
    return false;
}

/* From the first letter that has a bias to the end; 1 where a letter has none. */
static bool bias_shape(struct al_site *s, const struct al_einsum *e, const struct al_shape *out,
                       struct al_shape *bias)
{
    struct al_text letters = al_param_of(s, "bias_axes")->text;
    const struct al_einsum_term *term = &e->output;
    uint32_t found = 0;
    *bias = (struct al_shape){0};
    for (uint32_t i = 0; i < term->count; i++) {
        bool biased = has(letters, term->letters[i]);
        found += biased;
        if (found > 0)
            bias->dim[bias->rank++] = biased ? out->dim[al_einsum_axis(term, term->letters[i], out->rank)] : 1;
    }
    if (found != letters.length || found == 0)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "letters of the output, each once", letters,
                              "bias_axes names what the output does not have");
    for (uint32_t i = term->count; term->ellipsis && term->ellipsis_at > 0 && i < out->rank; i++)
        bias->dim[bias->rank++] = 1;
    return true;
}

/* Where the kernel's axes go: those that the output lacks are summed over; the scales of int8
   lie as the output does, with 1 where the kernel has no part (_analyze_quantization_info). */
static bool stored_kernel(struct al_site *s, const struct al_einsum *e, uint32_t rank, struct al_kernel *k)
{
    k->lies_as_output = true;
    k->rows = k->columns = 1;
    k->pack_axis = 0;
    k->scale = (struct al_shape){.rank = rank};
    for (uint32_t i = 0; i < rank; i++)
        k->scale.dim[i] = 1;
    bool summed = false;
    for (uint32_t i = 0; i < k->whole.rank; i++) {
        const uint32_t at = al_einsum_axis(&e->output, e->inputs[1].letters[i], rank);
        const int64_t length = k->whole.dim[i];
        if (length < 0 || !al_mul_i64(at == AL_NONE_INDEX ? k->rows : k->columns, length,
                                      at == AL_NONE_INDEX ? &k->rows : &k->columns))
            return al_site_bad_shape(s, "sizes known from the configuration", &k->whole);
        if (at != AL_NONE_INDEX)
            k->scale.dim[at] = length;
        else if (!summed)
            k->pack_axis = i;
        summed = summed || at == AL_NONE_INDEX;
    }
    return true;
}

bool al_einsum_dense_shapes(struct al_site *s, struct al_einsum *e, struct al_shape *said, struct al_shape *out,
                            struct al_kernel *kernel)
{
    struct al_text equation = al_param_of(s, "equation")->text;
    *kernel = (struct al_kernel){0};
    if (!al_einsum_parse(equation, e) || !known_form(e))
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "an equation such as ab,bc->ac", equation,
                              "the equation of EinsumDense is not one that is computed");
    if (s->in[0].rank < e->inputs[0].count)
        return al_site_bad_shape(s, "as many axes as the equation names", &s->in[0]);
    if (!output_shape(s, e, said))
        return false;
    *out = *said;
    /* weights take their lengths from what the configuration says, not from what can be worked out */
    return match_letters(s, e, out) && kernel_shape(s, e, said, &kernel->whole) &&
           (s->layer->quantization.mode == AL_QUANTIZED_NONE || stored_kernel(s, e, said->rank, kernel));
}

static bool infer_einsum_dense(struct al_site *s)
{
    struct al_einsum e;
    struct al_shape said, out, bias;
    struct al_kernel kernel;
    const bool biased = !al_param_is_null(s, "bias_axes");
    return al_einsum_dense_shapes(s, &e, &said, &out, &kernel) && (!biased || bias_shape(s, &e, &said, &bias)) &&
           al_demand_kernel(s, &kernel, biased ? &bias : NULL) && al_check_activation(s, "activation", &out) &&
           al_site_output(s, &out);
}

const struct al_row al_row_einsum_dense = {
    .name = "EinsumDense",
    .quantizable = true,
    AL_PARAMS(einsum_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .weights = "kernel (as the equation says), bias (as bias_axes says)",
    .computes = "activation(the sum of products that the equation says + bias)",
    .infer = infer_einsum_dense,
};
