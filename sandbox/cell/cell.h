/* The cell's own life: read the job, lock, say hello, load, report, end. One process, one file,
   no way back. Shared with the probe and with test cells, which are locked by the
   same code and then misbehave. */
#ifndef AL_SANDBOX_CELL_CELL_H
#define AL_SANDBOX_CELL_CELL_H

#include "base/limits.h"
#include "loader/loader.h"
#include "sandbox/job.h"
#include "sandbox/lockdown/step.h"
#include "sandbox/wire/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct al_cell {
    struct al_job job;
    struct al_input inputs[AL_MAX_INPUTS];
    int answers[AL_STEP_COUNT];
    size_t heap;             /* bytes that were had */
    uint64_t output_left;    /* bytes that may still be said; room for a verdict is kept apart */
    uint32_t findings_said;
};

/* Maps the job and closes its descriptor. False where there is none. */
bool al_cell_read_job(struct al_cell *cell);

/* Takes every step, in order. Ends the process where the parent is gone; whether the
   steps held is for al_cell_greet to judge. */
void al_cell_lock(struct al_cell *cell);

/* HELLO. Ends the process where a required defence does not hold: no input is read then. */
void al_cell_greet(struct al_cell *cell);

/* Loads and reports; then ends the process. */
noreturn void al_cell_serve(struct al_cell *cell);

/* The last message, and the end. */
noreturn void al_cell_end(struct al_cell *cell, enum al_cell_verdict verdict, uint32_t dropped);

/* Everything that was found; false where it does not fit. */
bool al_cell_say_findings(struct al_cell *cell, const struct al_findings *f);

/* MODEL and DATA. AL_CELL_ACCEPTS when all was said. */
enum al_cell_verdict al_cell_say_model(struct al_cell *cell, struct al_model *m, const struct al_policy *policy);

/* Makes the libraries ask the kernel now for what they would ask later. */
int al_cell_warm(const struct al_cell *cell);

#endif
