/* From the steps' answers to the lines of defence that a policy can require. */
#ifndef AL_SANDBOX_LOCKDOWN_HELD_H
#define AL_SANDBOX_LOCKDOWN_HELD_H

#include "sandbox/lockdown/step.h"

#include <stdint.h>

/* A set of enum al_defence; AL_DEFENCE_SEALED is not the cell's to say. */
uint32_t al_held(const int answers[AL_STEP_COUNT]);

#endif
