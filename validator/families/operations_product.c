/* Raw operations that sum products along axes (keras/src/ops/numpy.py). */
#include "validator/families/operations.h"

#include "validator/einsum.h"

/* ---- Matmul ---- */

/* (…, n, k) · (…, k, m); a vector stands for a row on the left, a column on the right */
static bool matmul_shape(const struct al_shape *a, const struct al_shape *b, struct al_shape *out)
{
    struct al_shape x = *a, y = *b, front_x, front_y;
    if (x.rank == 0 || y.rank == 0)
        return false;
    if (x.rank == 1)
        x = al_shape_2(1, a->dim[0]);
    if (y.rank == 1)
        y = al_shape_2(b->dim[0], 1);
    int64_t left = x.dim[x.rank - 1], right = y.dim[y.rank - 2];
    if (left != right && left != -1 && right != -1)
        return false;
    front_x = x;
    front_y = y;
    front_x.rank -= 2;
    front_y.rank -= 2;
    if (!al_shape_broadcast(&front_x, &front_y, out))
        return false;
    if (a->rank > 1)
        out->dim[out->rank++] = x.dim[x.rank - 2];
    if (b->rank > 1)
        out->dim[out->rank++] = y.dim[y.rank - 1];
    return true;
}

static const struct al_param matmul_params[] = {
    AL_FIXED_KEY("transpose_a", "false", "transpose the tensor by itself"),
    AL_BOOL_KEY("transpose_b", "false"),
    AL_FIXED_KEY("adjoint_a", "false", "complex numbers are not computed"),
    AL_FIXED_KEY("adjoint_b", "false", "complex numbers are not computed"),
    AL_FIXED_KEY("a_is_sparse", "false", "sparse tensors are not computed"),
    AL_FIXED_KEY("b_is_sparse", "false", "sparse tensors are not computed"),
    AL_FIXED_KEY("output_type", "null", "another type for the result is not computed"),
};
static const struct al_argument matmul_arguments[] = {
    {.name = "x1", .type = AL_ARGUMENT_TENSOR},
    {.name = "x2", .type = AL_ARGUMENT_TENSOR},
};

static bool infer_matmul(struct al_site *s)
{
    struct al_shape right = s->in[1], out;
    if (al_param_bool(s, "transpose_b")) {
        if (right.rank < 2)
            return al_site_bad_shape(s, "a matrix", &right);
        right.dim[right.rank - 1] = s->in[1].dim[right.rank - 2];
        right.dim[right.rank - 2] = s->in[1].dim[right.rank - 1];
    }
    if (!matmul_shape(&s->in[0], &right, &out))
        return al_site_bad_shape(s, al_shape_show(s->findings, &s->in[0]), &s->in[1]);
    return al_site_typed(s, &out, al_dtype_promote(s->in_dtypes[0], s->in_dtypes[1]));
}

static const char *const matmul_functions[] = {"linalg.matmul", NULL};

const struct al_row al_row_op_matmul = {
    AL_OPERATION("Matmul", al_modules_numpy, matmul_functions),
    AL_PARAMS(matmul_params),
    AL_ARGUMENTS(matmul_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the matrix product",
    .infer = infer_matmul,
};

/* ---- Dot: as numpy.dot ---- */

static bool infer_dot(struct al_site *s)
{
    const struct al_shape *a = &s->in[0], *b = &s->in[1];
    struct al_shape out = {0};
    uint32_t contracted = b->rank >= 2 ? b->rank - 2 : 0;
    if (a->rank == 0 || b->rank == 0 || a->rank + b->rank - 2 > AL_MAX_RANK ||
        (a->dim[a->rank - 1] != b->dim[contracted] && a->dim[a->rank - 1] != -1 && b->dim[contracted] != -1))
        return al_site_bad_shape(s, al_shape_show(s->findings, a), b);
    for (uint32_t i = 0; i + 1 < a->rank; i++)
        out.dim[out.rank++] = a->dim[i];
    for (uint32_t i = 0; i < b->rank; i++)
        if (i != contracted)
            out.dim[out.rank++] = b->dim[i];
    return al_site_typed(s, &out, al_dtype_promote(s->in_dtypes[0], s->in_dtypes[1]));
}

const struct al_row al_row_op_dot = {
    AL_OPERATION("Dot", al_modules_numpy, NULL),
    AL_ARGUMENTS(matmul_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the sum of products over the last axis of x1 and the last but one of x2",
    .infer = infer_dot,
};

/* ---- Einsum ---- */

static const struct al_param einsum_params[] = {
    {.key = "subscripts", .type = AL_PARAM_TEXT, .flags = AL_PARAM_REQUIRED},
};
static const struct al_argument einsum_arguments[] = {
    {.name = "operands", .type = AL_ARGUMENT_TENSORS, .flags = AL_ARGUMENT_REST},
};

static bool infer_einsum(struct al_site *s)
{
    struct al_shape out;
    enum al_dtype dtype = s->in_dtypes[0];
    for (uint32_t i = 1; i < s->in_count; i++)
        dtype = al_dtype_promote(dtype, s->in_dtypes[i]);
    return al_einsum_shape(s, al_param_of(s, "subscripts")->text, &out) && al_site_typed(s, &out, dtype);
}

const struct al_row al_row_op_einsum = {
    AL_OPERATION("Einsum", al_modules_numpy, NULL),
    AL_PARAMS(einsum_params),
    AL_ARGUMENTS(einsum_arguments),
    .computes = "the sum of products that the subscripts say",
    .infer = infer_einsum,
};
