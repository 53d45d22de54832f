/* Operators of policy/operators.def that are no operation of the graph, put together from those
   that are, by their definitions in ONNX. */
#include "inference/families/custom.h"

#include <math.h>

static uint32_t x_of(struct al_custom_lowering *c, const struct al_term *t)
{
    return al_custom_argument(c, t, 0);
}

/* x / 2 (1 + erf(x / sqrt 2)), or by tanh: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
static uint32_t gelu(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    struct al_lowering *l = c->l;
    uint32_t x = x_of(c, t), inner;
    if (al_setting_of(t, "approximate")->choice == AL_GELU_EXACT) {
        inner = al_emit_unary(l, AL_OP_ERF, al_emit_with_number(l, AL_OP_MUL, x, M_SQRT1_2));
    } else {
        uint32_t cube = al_emit_binary(l, AL_OP_MUL, x, al_emit_binary(l, AL_OP_MUL, x, x));
        uint32_t sum = al_emit_binary(l, AL_OP_ADD, x, al_emit_with_number(l, AL_OP_MUL, cube, 0.044715));
        inner = al_emit_unary(l, AL_OP_TANH, al_emit_with_number(l, AL_OP_MUL, sum, M_2_SQRTPI * M_SQRT1_2));
    }
    uint32_t half = al_emit_with_number(l, AL_OP_MUL, x, 0.5);
    return al_emit_binary(l, AL_OP_MUL, half, al_emit_with_number(l, AL_OP_ADD, inner, 1));
}

static uint32_t mean(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    return al_emit_with_number(c->l, AL_OP_DIV, al_custom_fold(c, t, AL_OP_ADD), t->argument_count);
}

/* x + bias below -lambd, x - bias above lambd, 0 between */
static uint32_t shrink(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    struct al_lowering *l = c->l;
    uint32_t x = x_of(c, t), zero = al_emit_number(l, al_emit_dtype(l, x), 0);
    double bias = al_setting_real(t, "bias", &c->scope), lambd = al_setting_real(t, "lambd", &c->scope);
    uint32_t below = al_emit_with_number(l, AL_OP_LESS, x, -lambd), above = al_emit_with_number(l, AL_OP_GREATER, x, lambd);
    uint32_t high = al_emit_where(l, above, al_emit_with_number(l, AL_OP_SUB, x, bias), zero);
    return al_emit_where(l, below, al_emit_with_number(l, AL_OP_ADD, x, bias), high);
}

static uint32_t log_sum(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = x_of(c, t), axes[AL_MAX_RANK] = {0};
    struct al_integers list = al_custom_integers(c, t, "axes");
    if (c->l->failed || list.count > AL_MAX_RANK)
        return al_lower_fail(c->l, AL_REFUSED, "too many axes");
    for (uint32_t i = 0; i < list.count; i++)
        axes[i] = al_emit_axis(c->l, list.at[i], al_emit_shape(c->l, x)->rank);
    bool keepdims = al_setting_flag(t, "keepdims");
    return al_emit_unary(c->l, AL_OP_LOG, al_emit_reduce(c->l, AL_OP_REDUCE_SUM, x, axes, list.count, keepdims));
}

/* 0, 1, 2 … along an axis of x, to be compared with indices. */
static uint32_t counted_along(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    const struct al_shape *shape = al_emit_shape(l, x);
    const struct al_shape line = {.rank = 1, .dim = {shape->dim[axis]}};
    double *numbers = l->failed ? NULL : al_arena_alloc(l->ops->arena, (size_t)line.dim[0], sizeof *numbers);
    if (numbers == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (int64_t i = 0; i < line.dim[0]; i++)
        numbers[i] = (double)i;
    return al_emit_along(l, al_emit_numbers(l, AL_INT64, &line, numbers), axis, shape->rank);
}

/* 1 at the first of the largest, 0 elsewhere */
static uint32_t hardmax(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = x_of(c, t);
    struct al_attributes a = {.axis = al_custom_axis(c, t, x), .keepdims = true};
    if (c->l->failed)
        return AL_NONE_INDEX;
    uint32_t largest = al_emit(c->l, AL_OP_ARG_MAX, &x, 1, &a);
    uint32_t hit = al_emit_binary(c->l, AL_OP_EQUAL, counted_along(c->l, x, (uint32_t)a.axis), largest);
    return al_emit_cast(c->l, hit, al_emit_dtype(c->l, x));
}

static uint32_t lp_normalization(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = x_of(c, t), axis = al_custom_axis(c, t, x);
    int64_t p = al_custom_integer(c, t, "p");
    if (p != 1 && p != 2)
        return al_lower_fail(c->l, AL_REFUSED, "LpNormalization takes p of 1 or 2");
    enum al_operator norm = p == 1 ? AL_OP_REDUCE_L1 : AL_OP_REDUCE_L2;
    return al_emit_binary(c->l, AL_OP_DIV, x, al_emit_reduce(c->l, norm, x, &axis, 1, true));
}

static uint32_t global_pool(struct al_custom_lowering *c, const struct al_term *t, enum al_operator op)
{
    uint32_t x = x_of(c, t), axes[AL_MAX_RANK], count = 0;
    for (uint32_t i = 2; i < al_emit_shape(c->l, x)->rank; i++)
        axes[count++] = i;
    return al_emit_reduce(c->l, op, x, axes, count, true);
}

static uint32_t global_average(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    return global_pool(c, t, AL_OP_REDUCE_MEAN);
}

static uint32_t global_max(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    return global_pool(c, t, AL_OP_REDUCE_MAX);
}

static uint32_t one_hot(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = al_custom_operand(c, t->arguments[0], AL_INT64);
    struct al_attributes a = {.group = al_custom_integer(c, t, "depth"), .to = c->l->real};
    return c->l->failed ? AL_NONE_INDEX : al_emit(c->l, AL_OP_ONE_HOT, &x, 1, &a);
}

static uint32_t split(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = x_of(c, t), axis = al_custom_axis(c, t, x);
    struct al_integers sizes = al_custom_integers(c, t, "split");
    int64_t output = al_custom_integer(c, t, "output"), start = 0;
    if (c->l->failed)
        return AL_NONE_INDEX;
    for (int64_t i = 0; i < output; i++)
        start += sizes.at[i];
    return al_emit_slice(c->l, x, axis, start, sizes.at[output], 1);
}

/* Its first output: the numbers, the best first. */
static uint32_t top_k(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    (void)type;
    uint32_t x = x_of(c, t);
    struct al_attributes a = {.axis = al_custom_axis(c, t, x)};
    int64_t k = al_custom_integer(c, t, "k");
    if (c->l->failed)
        return AL_NONE_INDEX;
    uint32_t sorted = al_emit(c->l, AL_OP_SORT, &x, 1, &a), axis = (uint32_t)a.axis;
    if (al_setting_flag(t, "largest"))
        sorted = al_emit_flip(c->l, sorted, axis);
    return al_emit_slice(c->l, sorted, axis, 0, k, 1);
}

/* Keeps what lies on and above (below) the k-th diagonal of the last two axes. */
static uint32_t trilu(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type)
{
    struct al_lowering *l = c->l;
    uint32_t x = x_of(c, t), rank = type->shape.rank;
    int64_t k = al_custom_integer(c, t, "k");
    bool upper = al_setting_flag(t, "upper");
    if (l->failed || rank < 2)
        return al_lower_fail(l, AL_REFUSED, "Trilu needs two axes");
    uint32_t row = counted_along(l, x, rank - 2), column = counted_along(l, x, rank - 1);
    uint32_t kept = al_emit_binary(l, upper ? AL_OP_GREATER_OR_EQUAL : AL_OP_LESS_OR_EQUAL, column,
                                   al_emit_with_number(l, AL_OP_ADD, row, (double)k));
    return al_emit_where(l, kept, x, al_emit_number(l, al_emit_dtype(l, x), 0));
}

static const struct {
    const char *name;
    uint32_t (*lower)(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type);
} composed[] = {
    {"Gelu", gelu},       {"GlobalAveragePool", global_average}, {"GlobalMaxPool", global_max},
    {"Hardmax", hardmax}, {"LpNormalization", lp_normalization}, {"Mean", mean},
    {"OneHot", one_hot},  {"ReduceLogSum", log_sum},             {"Shrink", shrink},
    {"Split", split},     {"TopK", top_k},                       {"Trilu", trilu},
};

bool al_custom_composed(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type, uint32_t *out)
{
    for (size_t i = 0; i < sizeof composed / sizeof composed[0]; i++)
        if (strcmp(al_callables[t->index].name, composed[i].name) == 0) {
            *out = composed[i].lower(c, t, type);
            return true;
        }
    return false;
}
