/* Custom layers: each term of the declaration's expression becomes operations. The
   types are worked out again with all shapes known; what does not fit fails here. */
#include "inference/families/custom.h"

#include "inference/families/families.h"
#include "validator/activation.h"
#include "validator/custom.h"

#include <math.h>

bool al_custom_is_literal(const struct al_term *t)
{
    return t->kind == AL_TERM_NUMBER || t->kind == AL_TERM_LIST || t->kind == AL_TERM_KEY;
}

uint32_t al_custom_operand(struct al_custom_lowering *c, uint32_t term, enum al_dtype as)
{
    const struct al_term *t = &c->custom->computes.terms[term];
    if (!al_custom_is_literal(t))
        return c->operands[term];
    if (t->kind == AL_TERM_LIST)
        return al_emit_numbers(c->l, as, &(struct al_shape){1, {t->number_count}}, t->numbers);
    return al_emit_number(c->l, as, t->kind == AL_TERM_KEY ? c->scope.keys[t->index] : t->numbers[0]);
}

enum al_dtype al_custom_partner(const struct al_custom_lowering *c, const struct al_term *t, uint32_t from)
{
    for (uint32_t i = from; i < t->argument_count; i++)
        if (!al_custom_is_literal(&c->custom->computes.terms[t->arguments[i]]))
            return al_emit_dtype(c->l, c->operands[t->arguments[i]]);
    return c->l->real;
}

uint32_t al_custom_argument(struct al_custom_lowering *c, const struct al_term *t, uint32_t i)
{
    return al_custom_operand(c, t->arguments[i], c->l->real);
}

static uint32_t lower_term(struct al_custom_lowering *c, uint32_t index)
{
    const struct al_term *t = &c->custom->computes.terms[index];
    switch (t->kind) {
    case AL_TERM_WEIGHT:
        return al_lower_weight(c->l, c->custom->weights[t->index].name);
    case AL_TERM_INPUT:
        return c->inputs[t->index];
    case AL_TERM_CALL:
        return al_custom_call(c, t, &c->types[index]);
    case AL_TERM_NUMBER:
    case AL_TERM_LIST:
    case AL_TERM_KEY:
        break;
    }
    return AL_NONE_INDEX; /* made where it is used, in the type that is wanted there */
}

static uint32_t lower_expression(struct al_custom_lowering *c, const enum al_sort *sorts)
{
    const struct al_expression *e = &c->custom->computes;
    struct al_arena *arena = c->l->ops->arena;
    struct al_shape output, *weights = al_arena_alloc(arena, c->custom->weight_count, sizeof *weights);
    struct al_typed *types = al_arena_alloc(arena, e->term_count, sizeof *types);
    struct al_error err = {0};
    c->operands = al_arena_alloc(arena, e->term_count, sizeof *c->operands);
    c->types = types;
    if (weights == NULL || types == NULL || c->operands == NULL)
        return al_lower_fail(c->l, AL_NO_MEMORY, "lowering needs more memory than there is");
    if (!al_custom_infer(c->custom, &c->scope, sorts, weights, types, &output, &err))
        return al_lower_fail(c->l, AL_REFUSED, "%s", err.what);
    for (uint32_t i = 0; i < e->term_count && !c->l->failed; i++)
        c->operands[i] = lower_term(c, i);
    return al_custom_operand(c, e->result, c->l->real);
}

void al_lower_custom(struct al_lowering *l)
{
    struct al_custom_lowering c = {.l = l, .custom = l->site.row->custom};
    uint32_t *inputs = al_arena_alloc(l->ops->arena, l->in_count, sizeof *inputs);
    enum al_sort *sorts = NULL;
    if (inputs == NULL || !al_custom_scope(c.custom, &l->site, l->ops->arena, &c.scope, &sorts)) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    for (uint32_t i = 0; i < l->in_count; i++)
        inputs[i] = l->in[i].operand;
    c.inputs = inputs;
    al_lower_result(l, lower_expression(&c, sorts));
}

uint32_t al_lower_custom_function(struct al_lowering *l, int64_t activation, uint32_t x)
{
    const int64_t index = activation - AL_ACTIVATION_CUSTOM;
    if (x == AL_NONE_INDEX)
        return x;
    if (index < 0 || (uint64_t)index >= l->site.policy->custom_count)
        return al_lower_fail(l, AL_REFUSED, "activation %lld is not computed", (long long)activation);
    struct al_custom_lowering c = {
        .l = l, .custom = l->site.policy->custom[index], .inputs = &x,
        .scope = {.input_count = 1, .inputs = al_emit_shape(l, x)}};
    return lower_expression(&c, (const enum al_sort[]){AL_SORT_FLOAT});
}
