/* What a quantized kernel consists of; see quantization.h. */
#include "validator/quantization.h"

#include "base/checked.h"
#include "validator/families/common.h"

#include <math.h>

struct al_kernel al_kernel_of_dense(int64_t in, int64_t units)
{
    return (struct al_kernel){.whole = al_shape_2(in, units), .rows = in, .columns = units,
                              .scale = al_shape_1(units)};
}

bool al_int4_is_old(const struct al_model *m)
{
    return !al_model_is_keras2(m) && al_model_before(m, 3, 14);
}

int64_t al_group_count(int64_t length, uint32_t group)
{
    return group == 0 ? 1 : (length + (int64_t)group - 1) / (int64_t)group;
}

struct al_shape al_packed(struct al_shape shape, uint32_t axis)
{
    shape.dim[axis] = shape.dim[axis] / 2 + shape.dim[axis] % 2;
    return shape;
}

bool al_is_turned(const struct al_quantization *q)
{
    return q->mode == AL_QUANTIZED_GPTQ || q->mode == AL_QUANTIZED_AWQ;
}

bool al_has_zero_points(const struct al_quantization *q)
{
    return al_is_turned(q) || (q->mode == AL_QUANTIZED_INT4 && q->group > 0);
}

static bool demand_bias(struct al_site *s, const struct al_shape *bias)
{
    return bias == NULL || al_demand(s, "bias", bias, true);
}

static bool demand_numbers(struct al_site *s, const char *name, struct al_shape shape, enum al_dtype dtype)
{
    return al_demand_typed(s, name, &shape, false, dtype, false);
}

static bool demand_int4(struct al_site *s, const struct al_kernel *k, const struct al_shape *bias)
{
    const enum al_dtype scale = s->layer->variable_dtype;
    const uint32_t group = s->layer->quantization.group;
    if (al_int4_is_old(s->model))
        return demand_numbers(s, "kernel", al_packed(k->whole, k->pack_axis), AL_INT8) && demand_bias(s, bias) &&
               demand_numbers(s, "kernel_scale", k->scale, scale);
    if (!demand_numbers(s, "kernel", al_packed(al_shape_2(k->rows, k->columns), 1), AL_INT8) || !demand_bias(s, bias))
        return false;
    if (group == 0)
        return demand_numbers(s, "kernel_scale", al_shape_1(k->columns), scale);
    const struct al_shape grouped = al_shape_2(al_group_count(k->rows, group), k->columns);
    return demand_numbers(s, "kernel_scale", grouped, scale) && demand_numbers(s, "kernel_zero", grouped, AL_INT8) &&
           demand_numbers(s, "g_idx", al_shape_1(k->rows), AL_FLOAT32);
}

/* GPTQ and AWQ take the largest axis of an EinsumDense's kernel for the width of the model, and what is on
   its other side as one. */
static bool split_by_size(struct al_site *s, const struct al_shape *whole, int64_t *rows, int64_t *columns)
{
    const int64_t *dim = whole->dim;
    if (whole->rank < 2 || whole->rank > 3)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "a kernel of two or three axes",
                              al_text_of(al_shape_show(s->findings, whole)),
                              "GPTQ and AWQ know kernels of two and three axes only");
    *rows = dim[0];
    *columns = dim[whole->rank - 1];
    if (whole->rank == 2)
        return true;
    const bool first = dim[0] >= dim[1] && dim[0] >= dim[2];
    return al_mul_i64(dim[1], first ? dim[2] : dim[0], first ? columns : rows) ||
           al_site_bad_shape(s, "a kernel of fewer numbers", whole);
}

/* GPTQ and AWQ store the kernel turned around: a row for each column. */
static bool demand_turned(struct al_site *s, const struct al_kernel *k, const struct al_shape *bias)
{
    const struct al_quantization *q = &s->layer->quantization;
    const enum al_dtype scale = s->layer->variable_dtype;
    int64_t rows, columns;
    if (!split_by_size(s, &k->whole, &rows, &columns))
        return false;
    const struct al_shape turned = al_shape_2(columns, rows);
    const struct al_shape grouped = al_shape_2(columns, al_group_count(rows, q->group));
    return demand_bias(s, bias) &&
           demand_numbers(s, "kernel", q->bits == 4 ? al_packed(turned, 0) : turned, AL_UINT8) &&
           demand_numbers(s, "kernel_scale", grouped, scale) &&
           demand_numbers(s, k->lies_as_output ? "zero_point" : "kernel_zero", grouped, AL_UINT8) &&
           (q->mode != AL_QUANTIZED_AWQ || demand_numbers(s, "awq_scales", al_shape_1(rows), scale)) &&
           demand_numbers(s, "g_idx", al_shape_1(rows), AL_FLOAT32);
}

int64_t al_lora_rank(const struct al_site *s)
{
    return s->model->format == AL_FORMAT_KERAS_H5 && !al_param_is_null(s, "lora_rank") ? al_param_int(s, "lora_rank")
                                                                                      : 0;
}

bool al_demand_lora(struct al_site *s, const char *a, const char *b, const struct al_shape *whole)
{
    const int64_t rank = al_lora_rank(s);
    if (rank == 0 || whole->rank == 0)
        return true;
    const bool own_type = al_model_before_patch(s->model, 3, 15, 1);
    const enum al_dtype dtype = own_type ? s->layer->variable_dtype : AL_FLOAT32;
    struct al_shape first = *whole;
    const struct al_shape second = al_shape_2(rank, whole->dim[whole->rank - 1]);
    first.dim[first.rank - 1] = rank;
    return al_demand_typed(s, a, &first, true, dtype, false) && al_demand_typed(s, b, &second, true, dtype, false);
}

static bool demand_stored(struct al_site *s, const struct al_kernel *kernel, const struct al_shape *bias)
{
    switch ((int)s->layer->quantization.mode) {
    case AL_QUANTIZED_NONE:
        return al_demand(s, "kernel", &kernel->whole, al_lora_rank(s) == 0) && demand_bias(s, bias);
    case AL_QUANTIZED_INT8:
        return demand_numbers(s, "kernel", kernel->whole, AL_INT8) && demand_bias(s, bias) &&
               demand_numbers(s, "kernel_scale", kernel->scale, s->layer->variable_dtype);
    case AL_QUANTIZED_INT4:
        return demand_int4(s, kernel, bias);
    default:
        return demand_turned(s, kernel, bias);
    }
}

bool al_demand_kernel(struct al_site *s, const struct al_kernel *kernel, const struct al_shape *bias)
{
    return demand_stored(s, kernel, bias) && al_demand_lora(s, "lora_kernel_a", "lora_kernel_b", &kernel->whole);
}

static bool bits_fit(const struct al_quantization *q)
{
    switch ((int)q->mode) {
    case AL_QUANTIZED_INT8:
        return q->bits == 8 && q->group == 0;
    case AL_QUANTIZED_INT4:
    case AL_QUANTIZED_AWQ:
        return q->bits == 4;
    default:
        return q->bits == 2 || q->bits == 3 || q->bits == 4 || q->bits == 8;
    }
}

static bool inputs_fit(const struct al_quantization *q)
{
    if (!q->inputs)
        return true;
    return (q->mode == AL_QUANTIZED_INT8 || q->mode == AL_QUANTIZED_INT4) && q->low >= INT8_MIN && q->low < 0 &&
           q->high > 0 && q->high <= INT8_MAX && isfinite(q->epsilon) && q->epsilon >= 0;
}

bool al_check_quantization(struct al_site *s)
{
    const struct al_quantization *q = &s->layer->quantization;
    if (q->mode == AL_QUANTIZED_NONE)
        return true;
    if (!s->row->quantizable)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "a plain or mixed float policy", al_text_of(s->row->name),
                              "%s has nothing that could be quantized", s->row->name);
    if (q->mode == AL_QUANTIZED_INT4 && q->group > 0 && al_int4_is_old(s->model))
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "Keras 3.14 or later", AL_NOTHING,
                              "int4 by groups, which the release that wrote the file does not have");
    if (!bits_fit(q) || !inputs_fit(q) || q->group > (uint32_t)INT32_MAX)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "a quantization that Keras knows", AL_NOTHING,
                              "the layer is quantized in no way that Keras knows");
    if (!al_dtype_is_float(s->layer->compute_dtype) || !al_dtype_is_float(s->layer->variable_dtype))
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "a float type to compute in",
                              al_text_of(al_dtype_name(s->layer->compute_dtype)),
                              "a quantized layer that does not compute in floats");
    if (q->mode == AL_QUANTIZED_INT8 && s->layer->compute_dtype == AL_FLOAT16)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "float32 or bfloat16", al_text_of("float16"),
                              "int8 kernels whose sums float16 cannot hold; Keras refuses them too");
    return true;
}
