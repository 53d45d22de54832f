/* Einsum as what it is made of: axes that only one operand has and nobody wants are
   summed away, the others are sorted into batch, left, contracted and right ones, and
   one matrix product does the rest. */
#include "inference/emit.h"

#include "base/checked.h"

#include <ctype.h>
#include <string.h>

struct letters {
    uint32_t count;
    char at[AL_MAX_RANK];
};

static bool has(const struct letters *l, char c)
{
    return memchr(l->at, c, l->count) != NULL;
}

/* Reads letters up to `end`; false at anything else, at a letter twice, at too many. */
static bool read_letters(const char **from, char end, struct letters *out)
{
    out->count = 0;
    for (; **from != end && **from != '\0'; (*from)++) {
        if (!isalpha((unsigned char)**from) || out->count == AL_MAX_RANK || has(out, **from))
            return false;
        out->at[out->count++] = **from;
    }
    return true;
}

static bool read_equation(const char *equation, bool two, struct letters *a, struct letters *b, struct letters *out)
{
    b->count = 0;
    if (!read_letters(&equation, two ? ',' : '-', a))
        return false;
    if (two && (*equation++ != ',' || !read_letters(&equation, '-', b)))
        return false;
    if (equation[0] != '-' || equation[1] != '>')
        return false;
    equation += 2;
    return read_letters(&equation, '\0', out);
}

/* Sums away the axes that neither the other operand nor the result has. */
static uint32_t sum_unwanted(struct al_lowering *l, uint32_t x, struct letters *of, const struct letters *other,
                             const struct letters *out)
{
    uint32_t axes[AL_MAX_RANK], count = 0, kept = 0;
    for (uint32_t i = 0; i < of->count; i++) {
        if (has(other, of->at[i]) || has(out, of->at[i]))
            of->at[kept++] = of->at[i];
        else
            axes[count++] = i;
    }
    of->count = kept;
    return count == 0 ? x : al_emit_reduce(l, AL_OP_REDUCE_SUM, x, axes, count, false);
}

/* Brings the axes of x into the order `first`, `second`, `third` and merges each group. */
static uint32_t grouped(struct al_lowering *l, uint32_t x, const struct letters *of, const struct letters *groups[3])
{
    uint32_t perm[AL_MAX_RANK], at = 0;
    struct al_shape merged = {.rank = 3};
    const struct al_shape before = *al_emit_shape(l, x);
    for (uint32_t g = 0; g < 3; g++) {
        merged.dim[g] = 1;
        for (uint32_t i = 0; i < groups[g]->count; i++) {
            const char *found = memchr(of->at, groups[g]->at[i], of->count);
            if (found == NULL || at == before.rank)
                return al_lower_fail(l, AL_INTERNAL, "an equation that its operands do not fit");
            perm[at] = (uint32_t)(found - of->at);
            if (!al_mul_i64(merged.dim[g], before.dim[perm[at]], &merged.dim[g]))
                return al_lower_fail(l, AL_LIMIT, "a product of too many numbers");
            at++;
        }
    }
    return al_emit_reshape(l, al_emit_transpose(l, x, perm), &merged);
}

/* From the order of `of` to that of `out`. */
static uint32_t ordered(struct al_lowering *l, uint32_t x, const struct letters *of, const struct letters *out)
{
    uint32_t perm[AL_MAX_RANK];
    for (uint32_t i = 0; i < out->count; i++) {
        const char *found = memchr(of->at, out->at[i], of->count);
        if (found == NULL || of->count != out->count)
            return al_lower_fail(l, AL_INTERNAL, "an equation whose result has letters of its own");
        perm[i] = (uint32_t)(found - of->at);
    }
    return al_emit_transpose(l, x, perm);
}

static void put(struct letters *to, char c)
{
    if (to->count < AL_MAX_RANK)
        to->at[to->count++] = c;
}

uint32_t al_emit_einsum(struct al_lowering *l, const char *equation, uint32_t a, uint32_t b)
{
    struct letters la, lb, out, batch = {0}, left = {0}, contracted = {0}, right = {0}, result = {0};
    if (l->failed)
        return AL_NONE_INDEX;
    if (!read_equation(equation, b != AL_NONE_INDEX, &la, &lb, &out) || la.count != al_emit_shape(l, a)->rank ||
        lb.count != al_emit_shape(l, b)->rank)
        return al_lower_fail(l, AL_INTERNAL, "an equation that its operands do not fit");
    struct al_shape shape = {.rank = 0};
    a = sum_unwanted(l, a, &la, &lb, &out);
    if (b == AL_NONE_INDEX)
        return ordered(l, a, &la, &out);
    b = sum_unwanted(l, b, &lb, &la, &out);
    for (uint32_t i = 0; i < la.count; i++)
        put(!has(&lb, la.at[i]) ? &left : has(&out, la.at[i]) ? &batch : &contracted, la.at[i]);
    for (uint32_t i = 0; i < lb.count; i++)
        if (!has(&la, lb.at[i]))
            put(&right, lb.at[i]);
    const struct letters *const parts[] = {&batch, &left, &right};
    for (uint32_t g = 0; g < 3; g++)
        for (uint32_t i = 0; i < parts[g]->count; i++) {
            const char *in_a = memchr(la.at, parts[g]->at[i], la.count),
                *in_b = memchr(lb.at, parts[g]->at[i], lb.count);
            put(&result, parts[g]->at[i]);
            if (shape.rank == AL_MAX_RANK)
                return al_lower_fail(l, AL_LIMIT, "a tensor of more than %u axes", (unsigned)AL_MAX_RANK);
            shape.dim[shape.rank++] = in_a != NULL ? al_emit_shape(l, a)->dim[in_a - la.at]
                                                   : al_emit_shape(l, b)->dim[in_b - lb.at];
        }
    a = grouped(l, a, &la, (const struct letters *[]){&batch, &left, &contracted});
    b = grouped(l, b, &lb, (const struct letters *[]){&batch, &contracted, &right});
    return ordered(l, al_emit_reshape(l, al_emit_matmul(l, a, b), &shape), &result, &out);
}
