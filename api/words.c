/* The fixed words of the public interface. */
#include "include/airlock.h"

#include <stddef.h>

const char *al_version(void)
{
    return AL_VERSION;
}

const char *al_severity_word(enum al_severity severity)
{
    static const char *const words[] = {[AL_NOTE] = "note", [AL_WARN] = "warn", [AL_REFUSE] = "refuse"};
    return words[severity];
}

const char *al_verdict_word(enum al_verdict verdict)
{
    static const char *const words[] = {
        [AL_VERDICT_ERROR] = "error", [AL_VERDICT_ACCEPT] = "accept", [AL_VERDICT_REFUSE] = "refuse"};
    return words[verdict];
}
