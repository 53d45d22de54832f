/* Which steps make up which line of defence; see held.h. */
#include "sandbox/lockdown/held.h"

#include "policy/policy.h"

static const struct {
    enum al_defence defence;
    enum al_step step;
} table[] = {
    {AL_DEFENCE_SECCOMP, AL_STEP_SECCOMP},
    {AL_DEFENCE_NO_NEW_PRIVS, AL_STEP_NO_NEW_PRIVS},
    {AL_DEFENCE_DESCRIPTORS, AL_STEP_DESCRIPTORS},
    {AL_DEFENCE_RLIMITS, AL_STEP_RLIMITS},
    {AL_DEFENCE_LANDLOCK, AL_STEP_LANDLOCK},
    {AL_DEFENCE_USER_NAMESPACE, AL_STEP_USER_NAMESPACE},
    {AL_DEFENCE_NETWORK_NAMESPACE, AL_STEP_NETWORK_NAMESPACE},
    {AL_DEFENCE_CAPABILITIES, AL_STEP_CAPABILITIES},
    {AL_DEFENCE_MDWE, AL_STEP_MDWE},
    {AL_DEFENCE_NOT_DUMPABLE, AL_STEP_NOT_DUMPABLE},
};

uint32_t al_held(const int answers[AL_STEP_COUNT])
{
    uint32_t held = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (answers[table[i].step] == 0)
            held |= (uint32_t)table[i].defence;
    return held;
}
