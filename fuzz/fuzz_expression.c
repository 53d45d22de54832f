/* Expressions of custom layers, lines apart by line feeds, over a fixed vocabulary.
   What is refused while nothing is known of the inputs must be refused for all inputs,
   and a shape known early must be the shape known late. */
#include "fuzz/harness.h"

#include "policy/custom.h"

#include <math.h>
#include <string.h>

enum { ARENA = 1 << 22, MOST_LINES = 32, INPUTS = 2 };

static const char *const whole[] = {"n", "heads", ""}, *const numbers[] = {"n", "heads", "rate"};
static const char *const weights[] = {"w", "b"};

static void check_shapes(const struct al_expression *e, const struct al_typed *types)
{
    for (uint32_t i = 0; i < e->term_count; i++) {
        const struct al_shape *s = &types[i].shape;
        AL_MUST(s->rank <= AL_MAX_RANK || s->rank == AL_UNRANKED);
        for (uint32_t k = 0; s->rank != AL_UNRANKED && k < s->rank; k++)
            AL_MUST(s->dim[k] >= -1 && s->dim[k] <= AL_MAX_DIMENSION);
    }
}

static void check_agreement(const struct al_expression *e, const struct al_typed *early, const struct al_typed *late)
{
    for (uint32_t i = 0; i < e->term_count; i++) {
        const struct al_shape *a = &early[i].shape, *b = &late[i].shape;
        AL_MUST(early[i].sort == AL_SORT_ANY || early[i].sort == late[i].sort || late[i].sort == AL_SORT_FRACTION);
        if (a->rank == AL_UNRANKED)
            continue;
        AL_MUST(a->rank == b->rank);
        for (uint32_t k = 0; k < a->rank; k++)
            AL_MUST(a->dim[k] == -1 || a->dim[k] == b->dim[k]);
    }
}

static void judge(const struct al_expression *e, struct al_arena *arena)
{
    struct al_typed *early = al_arena_alloc(arena, e->term_count, sizeof *early);
    struct al_typed *late = al_arena_alloc(arena, e->term_count, sizeof *late);
    if (early == NULL || late == NULL)
        return;
    const double unknown_keys[] = {NAN, NAN, NAN}, keys[] = {4, 2, 0.5};
    const struct al_shape unranked[INPUTS] = {{.rank = AL_UNRANKED}, {.rank = AL_UNRANKED}};
    const enum al_sort any[INPUTS] = {AL_SORT_ANY, AL_SORT_ANY}, real[INPUTS] = {AL_SORT_FLOAT, AL_SORT_FLOAT};
    const struct al_shape early_weights[] = {{2, {-1, -1}}, {1, {-1}}};
    struct al_error err = {0};
    const struct al_scope early_scope = {3, unknown_keys, INPUTS, unranked};
    bool good = al_expression_types(e, &early_scope, any, early_weights, early, &err);
    if (good)
        check_shapes(e, early);
    static const struct al_shape inputs[][INPUTS] = {
        {{2, {3, 4}}, {2, {3, 4}}},
        {{3, {2, 3, 4}}, {1, {4}}},
        {{4, {1, 6, 5, 4}}, {0, {0}}},
        {{3, {-1, -1, 4}}, {2, {-1, 1}}},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const struct al_shape late_weights[] = {{2, {4, 4}}, {1, {4}}};
        const struct al_scope scope = {3, keys, INPUTS, inputs[i]};
        if (!al_expression_types(e, &scope, real, late_weights, late, &err))
            continue;
        AL_MUST(good);
        check_shapes(e, late);
        check_agreement(e, early, late);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct al_arena *arena = al_arena_new(ARENA);
    AL_MUST(arena != NULL);
    const char *lines[MOST_LINES];
    uint32_t count = 0;
    for (size_t at = 0; at <= size && count < MOST_LINES; count++) {
        const uint8_t *end = size > at ? memchr(data + at, '\n', size - at) : NULL;
        size_t length = end != NULL ? (size_t)(end - data) - at : size - at;
        lines[count] = al_arena_copy(arena, data + at, length);
        if (lines[count] == NULL)
            break;
        at += length + 1;
    }
    uint32_t inputs = INPUTS, line = 0;
    const struct al_vocabulary names = {{whole, 3, &inputs}, numbers, weights, 2};
    struct al_expression e = {0};
    struct al_error err = {0};
    if (al_expression_parse(&e, lines, count, &names, arena, &line, &err)) {
        if (inputs == INPUTS)
            judge(&e, arena);
    } else {
        AL_MUST(err.code != AL_OK && line < count);
    }
    al_arena_free(arena);
    return 0;
}
