/* The hostile phase: from here on this process may be run by the file's author. */
#include "sandbox/cell/cell.h"

#include "base/arena.h"
#include "policy/policy.h"
#include "validator/custom.h"

noreturn void al_cell_serve(struct al_cell *cell)
{
    struct al_arena *arena = al_arena_new(cell->heap);
    if (arena == NULL)
        al_cell_end(cell, AL_CELL_NO_MEMORY, 0);
    struct al_findings findings;
    struct al_policy *policy = NULL;
    al_findings_init(&findings, arena, NULL, AL_MAX_FINDINGS);
    /* the parent wrote this policy; that it cannot be read is a bug or a lack of memory */
    if (al_policy_read(&policy, cell->job.policy, cell->job.policy_size, &findings, NULL) != AL_OK ||
        !al_custom_bind(policy))
        al_cell_end(cell, findings.failed || policy != NULL ? AL_CELL_NO_MEMORY : AL_CELL_CONFUSED, 0);

    struct al_model *model = NULL;
    al_findings_init(&findings, arena, policy, policy->limits.findings);
    bool loaded = al_load(&model, cell->inputs, cell->job.input_count, policy, arena, &findings);
    uint32_t dropped = findings.dropped < UINT32_MAX ? (uint32_t)findings.dropped : UINT32_MAX;
    if (!al_cell_say_findings(cell, &findings))
        al_cell_end(cell, AL_CELL_NO_OUTPUT, dropped);
    if (findings.failed)
        al_cell_end(cell, AL_CELL_NO_MEMORY, dropped);
    if (!loaded || findings.refusals > 0)
        al_cell_end(cell, findings.refusals > 0 ? AL_CELL_REFUSES : AL_CELL_CONFUSED, dropped);
    al_cell_end(cell, al_cell_say_model(cell, model, policy), dropped);
}
