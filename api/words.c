/* The fixed words of the public interface, and how foreign ones are shown. */
#include "base/text.h"
#include "include/airlock.h"

#include <stdlib.h>

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

char *al_text_shown(const char *text)
{
    struct al_buffer b;
    al_buffer_init(&b, (size_t)1 << 24);
    al_text_escape(&b, al_text_of(text), (size_t)1 << 20);
    al_buffer_u8(&b, 0);
    if (b.failed) {
        al_buffer_free(&b);
        return NULL;
    }
    return (char *)b.data;
}

void al_text_free(char *text)
{
    free(text);
}
