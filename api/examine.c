/* What this host gives, as callers see it. */
#include "base/arena.h"
#include "sandbox/doctor.h"

#include <stdlib.h>

struct al_examination {
    struct al_arena *arena;  /* owned */
    const struct al_defence_facts **defences;
    size_t count;
    bool fit;
};

static enum al_status examine(struct al_examination *e, struct al_error *err)
{
    const struct al_proof *proofs;
    enum al_status status = al_doctor(&proofs, &e->count, e->arena, err);
    if (status != AL_OK)
        return status;
    struct al_defence_facts *facts = al_arena_alloc(e->arena, e->count, sizeof *facts);
    e->defences = al_arena_alloc(e->arena, e->count, sizeof *e->defences);
    if (facts == NULL || e->defences == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for what was found");
    e->fit = e->count > 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct al_proof *p = &proofs[i];
        facts[i] = (struct al_defence_facts){p->name, p->always_required, p->held, p->proof};
        e->defences[i] = &facts[i];
        if (p->always_required && !p->held)
            e->fit = false;
    }
    return AL_OK;
}

enum al_status al_examine(struct al_examination **out, struct al_error *err)
{
    struct al_examination *e = calloc(1, sizeof *e);
    if (e == NULL || (e->arena = al_arena_new((size_t)16 << 20)) == NULL) {
        free(e);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory to examine the host");
    }
    enum al_status status = examine(e, err);
    if (status != AL_OK) {
        al_examination_free(e);
        return status;
    }
    *out = e;
    return AL_OK;
}

bool al_examination_fit(const struct al_examination *e)
{
    return e->fit;
}

const struct al_defence_facts *const *al_examination_defences(const struct al_examination *e, size_t *count)
{
    *count = e->count;
    return e->defences;
}

void al_examination_free(struct al_examination *e)
{
    if (e == NULL)
        return;
    al_arena_free(e->arena);
    free(e);
}
