/* Escaping for reports: whatever a file says, what is shown is valid UTF-8 without
   controls, and nothing shown can be taken for something else. */
#include "fuzz/harness.h"

#include "base/text.h"

enum { CAP = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > CAP / 12)
        return 0;
    struct al_text text = {(const char *)data, size};
    struct al_buffer b;
    al_buffer_init(&b, CAP);
    al_text_escape(&b, text, size);
    AL_MUST(!b.failed);
    const char *shown = (const char *)b.data;
    AL_MUST(b.size == 0 || al_utf8_valid(shown, b.size));
    for (size_t at = 0; at < b.size;)
        AL_MUST(!al_utf8_unsafe(al_utf8_next(shown, b.size, &at)));
    al_buffer_free(&b);
    return 0;
}
