/* A policy read from text; see policies.h. */
#include "tests/unit/policies.h"

#include <string.h>

int policies_begin(void **state)
{
    static struct fixture f;
    f = (struct fixture){.arena = al_arena_new(4U << 20)};
    *state = &f;
    return f.arena != NULL ? 0 : -1;
}

int policies_end(void **state)
{
    struct fixture *f = *state;
    al_policy_free(f->policy);
    al_arena_free(f->arena);
    return 0;
}

enum al_status policies_read(struct fixture *f, const char *json)
{
    al_policy_free(f->policy);
    f->policy = NULL;
    al_findings_init(&f->findings, f->arena, NULL, 20);
    return al_policy_read(&f->policy, json, strlen(json), &f->findings, NULL);
}
