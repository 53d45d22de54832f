/* Dense and Embedding and their kin, and what only passes or marks (keras/src/layers/core). */
#include "inference/families/families.h"
#include "inference/quantized.h"

void al_lower_dense(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand, bias = al_lower_weight(l, "bias");
    uint32_t y;
    if (l->site.layer->quantization.mode == AL_QUANTIZED_NONE) {
        y = al_emit_dense(l, x, al_lower_kernel(l, "kernel", "lora_kernel_a", "lora_kernel_b"), bias);
    } else {
        y = al_emit_lora(l, NULL, x, al_lower_quantized_dense(l, x));
        y = bias == AL_NONE_INDEX ? y : al_emit_binary(l, AL_OP_ADD, y, bias);
    }
    al_lower_result(l, al_lower_activation(l, "activation", y));
}

/* Where the numbers differ from `value`. */
static uint32_t differs(struct al_lowering *l, uint32_t x, double value)
{
    return al_emit_unary(l, AL_OP_NOT, al_emit_with_number(l, AL_OP_EQUAL, x, value));
}

static const struct al_stored_names table_names = {"", "embeddings", "embeddings_scale", "embeddings_zero"};

static struct al_shape table_shape(const struct al_lowering *l)
{
    return (struct al_shape){
        .rank = 2, .dim = {al_param_int(&l->site, "input_dim"), al_param_int(&l->site, "output_dim")}};
}

/* The table's integers where it is quantized, else its numbers. */
static uint32_t table(struct al_lowering *l)
{
    const struct al_shape whole = table_shape(l);
    return l->site.layer->quantization.mode == AL_QUANTIZED_INT4 ? al_lower_unpacked(l, &table_names, &whole, 1)
                                                                 : al_lower_weight(l, "embeddings");
}

static uint32_t looked_up(struct al_lowering *l, uint32_t data, uint32_t indices)
{
    const struct al_attributes rows = {.axis = 0, .strict = true};
    const uint32_t in[] = {data, indices};
    return data == AL_NONE_INDEX || indices == AL_NONE_INDEX ? AL_NONE_INDEX : al_emit(l, AL_OP_GATHER, in, 2, &rows);
}

/* Scales or zero points of the rows looked up, one for each group, as one for each column. */
static uint32_t for_columns(struct al_lowering *l, uint32_t of_groups)
{
    const struct al_shape of_table = table_shape(l), columns = {.rank = 1, .dim = {of_table.dim[1]}};
    const uint32_t last = al_emit_shape(l, of_groups)->rank - 1;
    const uint32_t *groups =
        l->failed ? NULL : al_lower_groups(l, "", columns.dim[0], al_emit_shape(l, of_groups)->dim[last]);
    double *numbers = groups == NULL ? NULL : al_arena_alloc(l->ops->arena, (size_t)columns.dim[0], sizeof *numbers);
    if (numbers == NULL)
        return l->failed ? AL_NONE_INDEX : al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (int64_t i = 0; i < columns.dim[0]; i++)
        numbers[i] = groups[i];
    return al_emit_gather(l, of_groups, al_emit_numbers(l, AL_INT64, &columns, numbers), last);
}

/* Embeddings do not cast their variables: under a mixed policy scales, and so what they scale, stay float32. */
static void keep_variables(struct al_lowering *l)
{
    if (l->site.layer->variable_dtype == AL_FLOAT32)
        l->round = AL_DTYPE_NONE;
}

static uint32_t looked_up_quantized(struct al_lowering *l, uint32_t indices)
{
    keep_variables(l);
    const uint32_t rows = looked_up(l, table(l), indices);
    const uint32_t scale = looked_up(l, al_lower_weight(l, "embeddings_scale"), indices);
    if (rows == AL_NONE_INDEX || scale == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    if (!al_has_zero_points(&l->site.layer->quantization))
        return al_emit_binary(l, AL_OP_DIV, rows, al_emit_insert_axis(l, scale, al_emit_shape(l, scale)->rank));
    const uint32_t zero = looked_up(l, al_lower_weight(l, "embeddings_zero"), indices);
    return al_emit_binary(l, AL_OP_MUL, al_emit_binary(l, AL_OP_SUB, rows, for_columns(l, zero)),
                          for_columns(l, scale));
}

static uint32_t float_table(struct al_lowering *l)
{
    return al_lower_kernel(l, "embeddings", "lora_embeddings_a", "lora_embeddings_b");
}

/* LoRA beside a quantized table: its rows are looked up too. */
static uint32_t with_lora(struct al_lowering *l, uint32_t indices, uint32_t y)
{
    if (al_lora_rank(&l->site) == 0)
        return y;
    const uint32_t rows = looked_up(l, al_lower_weight(l, "lora_embeddings_a"), indices);
    const uint32_t delta = al_emit_dense(l, rows, al_lower_weight(l, "lora_embeddings_b"), AL_NONE_INDEX);
    return al_emit_binary(l, AL_OP_ADD, y, al_emit_with_number(l, AL_OP_MUL, delta, al_lora_ratio(l)));
}

void al_lower_embedding(struct al_lowering *l)
{
    const uint32_t indices = al_emit_cast(l, l->in[0].operand, AL_INT64);
    const uint32_t mask = al_param_bool(&l->site, "mask_zero") ? differs(l, indices, 0) : AL_NONE_INDEX;
    al_lower_result_masked(l,
                           l->site.layer->quantization.mode == AL_QUANTIZED_NONE
                               ? looked_up(l, float_table(l), indices)
                               : with_lora(l, indices, looked_up_quantized(l, indices)),
                           mask);
}

/* x · table for a table (output_dim, input_dim) of its own, or the one of look-ups turned around. */
static uint32_t reversed_quantized(struct al_lowering *l, uint32_t x)
{
    static const struct al_stored_names own = {"", "reverse_embeddings", "reverse_embeddings_scale",
                                               "reverse_embeddings_zero"};
    const struct al_quantization *q = &l->site.layer->quantization;
    const struct al_shape whole = table_shape(l), back = {.rank = 2, .dim = {whole.dim[1], whole.dim[0]}};
    const bool tied = al_param_bool(&l->site, "tie_weights"), grouped = al_has_zero_points(q);
    const enum al_dtype round = l->round;
    uint32_t kernel;
    keep_variables(l);
    if (tied)
        kernel = al_emit_move_axis(l, grouped ? al_lower_dequantized_table(l, &table_names, &whole) : table(l), 1, 0);
    else if (grouped)
        kernel = al_lower_dequantized(l, &own, back.dim[0], back.dim[1], true, &back);
    else
        kernel = q->mode == AL_QUANTIZED_INT4 ? al_lower_unpacked(l, &own, &back, 0) : al_lower_weight(l, own.kernel);
    const uint32_t scale = grouped ? AL_NONE_INDEX : al_lower_weight(l, tied ? table_names.scale : own.scale);
    l->round = round;
    return al_emit_scaled_product(l, x, kernel, scale, back.dim[0]);
}

static uint32_t reversed(struct al_lowering *l, uint32_t x)
{
    uint32_t kernel = al_lower_weight(l, "reverse_embeddings");
    if (kernel == AL_NONE_INDEX)
        kernel = al_emit_move_axis(l, float_table(l), 1, 0);
    return al_emit_matmul(l, x, kernel);
}

/* Called with reverse=True it goes back from vectors to a number for each row, capped softly. */
void al_lower_reversible_embedding(struct al_lowering *l)
{
    const struct al_value *reverse = al_site_constant(&l->site, "reverse");
    if (reverse == NULL || reverse->integer == 0) {
        al_lower_embedding(l);
        return;
    }
    const bool plain = l->site.layer->quantization.mode == AL_QUANTIZED_NONE;
    uint32_t y = plain ? reversed(l, l->in[0].operand) : reversed_quantized(l, l->in[0].operand);
    if (!al_param_is_null(&l->site, "logit_soft_cap")) {
        const double cap = al_param_real(&l->site, "logit_soft_cap");
        y = al_emit_with_number(l, AL_OP_MUL, al_emit_unary(l, AL_OP_TANH, al_emit_with_number(l, AL_OP_DIV, y, cap)),
                                cap);
    }
    al_lower_result_masked(l, y, AL_NONE_INDEX);
}

void al_lower_masking(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand, last = l->site.in[0].rank - 1;
    const uint32_t differing = differs(l, x, al_param_real(&l->site, "mask_value"));
    const uint32_t live = al_emit_reduce(l, AL_OP_REDUCE_MAX, differing, &last, 1, true);
    const uint32_t y = al_emit_where(l, live, x, al_emit_number(l, al_emit_dtype(l, x), 0));
    al_lower_result_masked(l, y, al_emit_drop_axis(l, live, last));
}
