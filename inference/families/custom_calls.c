/* The operators of policy/operators.def as operations of the graph. */
#include "inference/families/custom.h"

static uint32_t short_of_memory(struct al_custom_lowering *c)
{
    return al_lower_fail(c->l, AL_NO_MEMORY, "lowering needs more memory than there is");
}

static enum al_operator operator_of(const struct al_term *t)
{
    return al_operator_by_name(al_text_of(al_callables[t->index].name));
}

/* Settings were checked with all shapes known: a failure here is one of ours. */
int64_t al_custom_integer(struct al_custom_lowering *c, const struct al_term *t, const char *name)
{
    int64_t value = 0;
    bool known = false;
    struct al_error err = {0};
    if (!al_setting_integer(t, name, &c->scope, &value, &known, &err) || !known)
        (void)al_lower_fail(c->l, AL_REFUSED, "%s is not known", name);
    return value;
}

struct al_integers al_custom_integers(struct al_custom_lowering *c, const struct al_term *t, const char *name)
{
    struct al_integers values = {0};
    struct al_error err = {0};
    bool good = al_setting_integers(t, name, &c->scope, &values, &err) && values.counted;
    for (uint32_t i = 0; i < values.count; i++)
        good &= values.known[i];
    if (!good)
        (void)al_lower_fail(c->l, AL_REFUSED, "%s is not known", name);
    return values;
}

static struct al_numbers numbers(struct al_custom_lowering *c, const struct al_term *t, const char *name)
{
    struct al_integers values = al_custom_integers(c, t, name);
    struct al_numbers r = {.count = values.count};
    memcpy(r.at, values.at, values.count * sizeof r.at[0]);
    return r;
}

uint32_t al_custom_axis(struct al_custom_lowering *c, const struct al_term *t, uint32_t x)
{
    return al_emit_axis(c->l, al_custom_integer(c, t, "axis"), al_emit_shape(c->l, x)->rank);
}

static uint32_t unary(struct al_custom_lowering *c, const struct al_term *t)
{
    struct al_attributes a = {0};
    const struct al_attribute *attributes = al_callables[t->index].attributes;
    for (uint32_t i = 0; attributes[i].name != NULL; i++) {
        double value = al_setting_real(t, attributes[i].name, &c->scope);
        if (strcmp(attributes[i].name, "alpha") == 0 || strcmp(attributes[i].name, "min") == 0)
            a.alpha = value;
        else if (strcmp(attributes[i].name, "gamma") == 0)
            a.gamma = value;
        else
            a.beta = value;
    }
    return al_emit_unary_with(c->l, operator_of(t), al_custom_argument(c, t, 0), a.alpha, a.beta, a.gamma);
}

/* Sum is Add repeated, Max and Min themselves. */
uint32_t al_custom_fold(struct al_custom_lowering *c, const struct al_term *t, enum al_operator op)
{
    enum al_dtype as = al_custom_partner(c, t, 0);
    uint32_t r = al_custom_operand(c, t->arguments[0], as);
    for (uint32_t i = 1; i < t->argument_count; i++)
        r = al_emit_binary(c->l, op, r, al_custom_operand(c, t->arguments[i], as));
    return r;
}

static uint32_t logic(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t x = c->operands[t->arguments[0]];
    return t->argument_count == 1 ? al_emit_unary(c->l, operator_of(t), x)
                                  : al_emit_binary(c->l, operator_of(t), x, c->operands[t->arguments[1]]);
}

static uint32_t where(struct al_custom_lowering *c, const struct al_term *t)
{
    enum al_dtype as = al_custom_partner(c, t, 1);
    return al_emit_where(c->l, c->operands[t->arguments[0]], al_custom_operand(c, t->arguments[1], as),
                         al_custom_operand(c, t->arguments[2], as));
}

static uint32_t cast(struct al_custom_lowering *c, const struct al_term *t)
{
    const enum al_dtype to[] = {[AL_CAST_FLOAT] = c->l->round != AL_DTYPE_NONE ? c->l->round : c->l->real,
                                [AL_CAST_INT64] = AL_INT64,
                                [AL_CAST_BOOL] = AL_BOOL};
    return al_emit_cast(c->l, al_custom_argument(c, t, 0), to[al_setting_of(t, "to")->choice]);
}

static uint32_t reduce(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t x = al_custom_argument(c, t, 0), axes[AL_MAX_RANK] = {0};
    struct al_integers list = al_custom_integers(c, t, "axes");
    if (c->l->failed || list.count > AL_MAX_RANK)
        return al_lower_fail(c->l, AL_REFUSED, "too many axes");
    for (uint32_t i = 0; i < list.count; i++)
        axes[i] = al_emit_axis(c->l, list.at[i], al_emit_shape(c->l, x)->rank);
    return al_emit_reduce(c->l, operator_of(t), x, axes, list.count, al_setting_flag(t, "keepdims"));
}

static uint32_t along(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t x = al_custom_argument(c, t, 0);
    struct al_attributes a = {.axis = al_custom_axis(c, t, x)};
    const struct al_attribute *attributes = al_callables[t->index].attributes;
    for (uint32_t i = 0; attributes[i].name != NULL; i++) {
        a.keepdims |= strcmp(attributes[i].name, "keepdims") == 0 && al_setting_flag(t, "keepdims");
        a.exclusive |= strcmp(attributes[i].name, "exclusive") == 0 && al_setting_flag(t, "exclusive");
        a.reverse |= strcmp(attributes[i].name, "reverse") == 0 && al_setting_flag(t, "reverse");
    }
    return c->l->failed ? AL_NONE_INDEX : al_emit(c->l, operator_of(t), &x, 1, &a);
}

/* A vector is a row on the left and a column on the right, and its axis goes again. */
static uint32_t matmul(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    uint32_t a = al_custom_argument(c, t, 0), b = al_custom_argument(c, t, 1);
    bool row = al_emit_shape(c->l, a)->rank == 1, column = al_emit_shape(c->l, b)->rank == 1;
    if (row)
        a = al_emit_insert_axis(c->l, a, 0);
    if (column)
        b = al_emit_insert_axis(c->l, b, 1);
    uint32_t r = al_emit_matmul(c->l, a, b);
    return row || column ? al_emit_reshape(c->l, r, &type->shape) : r;
}

static uint32_t einsum(struct al_custom_lowering *c, const struct al_term *t)
{
    struct al_text equation = al_setting_of(t, "equation")->text;
    const char *copy = al_arena_copy(c->l->ops->arena, equation.at, equation.length);
    if (copy == NULL)
        return short_of_memory(c);
    return al_emit_einsum(c->l, copy, al_custom_argument(c, t, 0),
                          t->argument_count > 1 ? al_custom_argument(c, t, 1) : AL_NONE_INDEX);
}

static uint32_t slide(struct al_custom_lowering *c, const struct al_term *t, bool pool)
{
    struct al_attributes a = {.strides = numbers(c, t, "strides"), .pads = numbers(c, t, "pads")};
    uint32_t in[3] = {AL_NONE_INDEX, AL_NONE_INDEX, AL_NONE_INDEX};
    for (uint32_t i = 0; i < t->argument_count; i++)
        in[i] = al_custom_argument(c, t, i);
    if (pool) {
        a.kernel = numbers(c, t, "kernel_shape");
        a.count_include_pad = operator_of(t) == AL_OP_AVERAGE_POOL && al_setting_flag(t, "count_include_pad");
    } else {
        a.dilations = numbers(c, t, "dilations");
        a.group = al_custom_integer(c, t, "group");
    }
    return c->l->failed ? AL_NONE_INDEX : al_emit(c->l, operator_of(t), in, t->argument_count, &a);
}

/* ONNX: (x - mean) / sqrt(variance + epsilon) * scale + bias over the axes from `axis` on */
static uint32_t normalize(struct al_custom_lowering *c, const struct al_term *t)
{
    struct al_lowering *l = c->l;
    uint32_t x = al_custom_argument(c, t, 0), axes[AL_MAX_RANK], count = 0;
    for (uint32_t i = al_custom_axis(c, t, x); i < al_emit_shape(l, x)->rank; i++)
        axes[count++] = i;
    uint32_t centred = al_emit_binary(l, AL_OP_SUB, x, al_emit_reduce(l, AL_OP_REDUCE_MEAN, x, axes, count, true));
    uint32_t square = al_emit_binary(l, AL_OP_MUL, centred, centred);
    uint32_t variance = al_emit_reduce(l, AL_OP_REDUCE_MEAN, square, axes, count, true);
    uint32_t root = al_emit_unary(l, AL_OP_SQRT, al_emit_with_number(l, AL_OP_ADD, variance,
                                                                     al_setting_real(t, "epsilon", &c->scope)));
    uint32_t even = al_emit_binary(l, AL_OP_DIV, centred, root);
    uint32_t y = al_emit_binary(l, AL_OP_MUL, even, al_custom_argument(c, t, 1));
    return t->argument_count > 2 ? al_emit_binary(l, AL_OP_ADD, y, al_custom_argument(c, t, 2)) : y;
}

static uint32_t transpose(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t x = al_custom_argument(c, t, 0), perm[AL_MAX_RANK] = {0}, rank = al_emit_shape(c->l, x)->rank;
    struct al_integers list = al_custom_integers(c, t, "perm");
    for (uint32_t i = 0; i < rank; i++)
        perm[i] = list.count == rank ? (uint32_t)list.at[i] : rank - 1 - i;
    return al_emit_transpose(c->l, x, perm);
}

/* ONNX clamps starts to the tensor; how many numbers are taken the type says already. */
static uint32_t slice(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    uint32_t x = al_custom_argument(c, t, 0);
    struct al_integers starts = al_custom_integers(c, t, "starts"), axes = al_custom_integers(c, t, "axes");
    struct al_integers steps = al_custom_integers(c, t, "steps");
    for (uint32_t i = 0; i < starts.count && !c->l->failed; i++) {
        uint32_t axis = axes.count > 0 ? al_emit_axis(c->l, axes.at[i], type->shape.rank) : i;
        int64_t size = c->l->failed ? 0 : al_emit_shape(c->l, x)->dim[axis];
        int64_t start = starts.at[i] < 0 ? starts.at[i] + size : starts.at[i];
        int64_t step = steps.count > 0 ? steps.at[i] : 1, high = step > 0 ? size : size - 1;
        start = start < 0 ? 0 : start > high ? high : start;
        if (!c->l->failed)
            x = al_emit_slice(c->l, x, axis, start, type->shape.dim[axis], step);
    }
    return x;
}

static uint32_t concat(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t in[AL_MOST_ARGUMENTS];
    enum al_dtype as = al_custom_partner(c, t, 0);
    for (uint32_t i = 0; i < t->argument_count; i++)
        in[i] = al_custom_operand(c, t->arguments[i], as);
    uint32_t axis = al_custom_axis(c, t, in[0]);
    return al_emit_concat(c->l, in, t->argument_count, axis);
}

static uint32_t gather(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t data = al_custom_argument(c, t, 0);
    return al_emit_gather(c->l, data, al_custom_operand(c, t->arguments[1], AL_INT64), al_custom_axis(c, t, data));
}

static uint32_t pad(struct al_custom_lowering *c, const struct al_term *t)
{
    static const enum al_mode modes[] = {
        [AL_PAD_CONSTANT] = AL_MODE_CONSTANT, [AL_PAD_REFLECT] = AL_MODE_REFLECT, [AL_PAD_EDGE] = AL_MODE_EDGE};
    uint32_t x = al_custom_argument(c, t, 0);
    struct al_integers pads = al_custom_integers(c, t, "pads");
    if (c->l->failed)
        return AL_NONE_INDEX;
    return al_emit_pad(c->l, x, modes[al_setting_of(t, "mode")->choice], pads.at,
                       pads.at + al_emit_shape(c->l, x)->rank, al_setting_real(t, "constant_value", &c->scope));
}

static uint32_t tile(struct al_custom_lowering *c, const struct al_term *t)
{
    uint32_t x = al_custom_argument(c, t, 0);
    struct al_integers repeats = al_custom_integers(c, t, "repeats");
    struct al_attributes a = {.shape = {.rank = repeats.count}};
    if (c->l->failed || repeats.count > AL_MAX_RANK)
        return AL_NONE_INDEX;
    memcpy(a.shape.dim, repeats.at, repeats.count * sizeof a.shape.dim[0]);
    return al_emit(c->l, AL_OP_TILE, &x, 1, &a);
}

static uint32_t range(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    int64_t start = al_custom_integer(c, t, "start"), delta = al_custom_integer(c, t, "delta"), count = type->shape.dim[0];
    double *values = count < 0 ? NULL : al_arena_alloc(c->l->ops->arena, (size_t)count, sizeof *values);
    if (values == NULL)
        return short_of_memory(c);
    for (int64_t i = 0; i < count; i++)
        values[i] = (double)(start + i * delta);
    return al_emit_numbers(c->l, AL_INT64, &type->shape, values);
}

uint32_t al_custom_call(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    uint32_t composed;
    if (al_custom_composed(c, t, type, &composed))
        return composed;
    switch (al_callables[t->index].rule) {
    case AL_BY_ANY:
    case AL_BY_SAME:
    case AL_BY_FLOAT:
        return unary(c, t);
    case AL_BY_ALONG:
    case AL_BY_ARG:
        return along(c, t);
    case AL_BY_BROADCAST:
    case AL_BY_COMPARE:
        return al_custom_fold(c, t, strcmp(al_callables[t->index].name, "Sum") == 0 ? AL_OP_ADD : operator_of(t));
    case AL_BY_LOGIC:
        return logic(c, t);
    case AL_BY_WHERE:
        return where(c, t);
    case AL_BY_CAST:
        return cast(c, t);
    case AL_BY_REDUCE:
        return reduce(c, t);
    case AL_BY_MATMUL:
        return matmul(c, t, type);
    case AL_BY_EINSUM:
        return einsum(c, t);
    case AL_BY_CONV:
        return slide(c, t, false);
    case AL_BY_POOL:
        return slide(c, t, true);
    case AL_BY_NORMALIZE:
        return normalize(c, t);
    case AL_BY_RESHAPE:
    case AL_BY_FLATTEN:
    case AL_BY_SQUEEZE:
    case AL_BY_UNSQUEEZE:
        return al_emit_reshape(c->l, al_custom_argument(c, t, 0), &type->shape);
    case AL_BY_TRANSPOSE:
        return transpose(c, t);
    case AL_BY_SLICE:
        return slice(c, t, type);
    case AL_BY_EXPAND:
        return al_emit_expand(c->l, al_custom_argument(c, t, 0), &type->shape);
    case AL_BY_CONCAT:
        return concat(c, t);
    case AL_BY_GATHER:
        return gather(c, t);
    case AL_BY_PAD:
        return pad(c, t);
    case AL_BY_TILE:
        return tile(c, t);
    case AL_BY_RANGE:
        return range(c, t, type);
    case AL_BY_GLOBAL:
    case AL_BY_SPLIT:
    case AL_BY_TOP_K:
    case AL_BY_ONE_HOT:
        break; /* composed, all of them */
    }
    return al_lower_fail(c->l, AL_INTERNAL, "an operator without a lowering");
}
