/* Policy files. A policy that is read, printed and read again is the same policy: the
   cell, which is given the printed form, judges by exactly what the user wrote. */
#include "fuzz/harness.h"

#include "policy/custom.h"

#include <string.h>

enum { ARENA = 1 << 20, CAP = 16 };

static struct al_policy *read_policy(const void *text, size_t size)
{
    struct al_arena *arena = al_arena_new(ARENA);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_policy *policy = NULL;
    al_findings_init(&f, arena, NULL, CAP);
    enum al_status status = al_policy_read(&policy, text, size, &f, NULL);
    AL_MUST((status == AL_OK) == (policy != NULL));
    AL_MUST(status == AL_OK ? f.refusals == 0 : status != AL_REFUSED || f.refusals > 0);
    al_arena_free(arena);
    return policy;
}

static void check(const struct al_policy *p)
{
    AL_MUST((p->require & AL_DEFENCE_ALWAYS) == AL_DEFENCE_ALWAYS);
    for (size_t i = 0; i < al_limit_row_count; i++) {
        uint64_t limit = al_limit_get(&p->limits, &al_limit_rows[i]);
        AL_MUST(limit >= 1 && limit <= al_limit_rows[i].ceiling);
    }
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const struct al_finding_row *row = al_finding_row((enum al_finding_id)i);
        AL_MUST(row->soft || p->severity[i] == (uint8_t)row->severity);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm) {
        json_object_seed(1); /* the same order of work for the same input */
        warm = true;
    }
    struct al_policy *first = read_policy(data, size);
    if (first == NULL)
        return 0;
    check(first);
    struct al_buffer printed, again;
    al_buffer_init(&printed, 64U << 20);
    al_buffer_init(&again, 64U << 20);
    al_policy_write(&printed, first);
    AL_MUST(!printed.failed);
    struct al_policy *second = read_policy(printed.data, printed.size);
    AL_MUST(second != NULL);
    al_policy_write(&again, second);
    AL_MUST(printed.size == again.size && memcmp(printed.data, again.data, again.size) == 0);
    AL_MUST(memcmp(&first->limits, &second->limits, sizeof first->limits) == 0);
    AL_MUST(memcmp(first->severity, second->severity, sizeof first->severity) == 0);
    AL_MUST(first->custom_count == second->custom_count && first->formats == second->formats);
    al_policy_free(first);
    al_policy_free(second);
    al_buffer_free(&printed);
    al_buffer_free(&again);
    return 0;
}
