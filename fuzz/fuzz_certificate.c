/* Certificates: whatever our own strict reader lets through is given to libcrypto, which must
   not be surprised, and which must not find a chain where there is none. */
#include "fuzz/harness.h"

#include "base/checked.h"
#include "policy/signature/openssf/stamp.h"

enum { BUDGET = 1 << 22, CAP = 16 };

/* Our own bytes throughout: a view that leaves the input is a bug even where it is not read. */
static bool inside(struct al_text part, const uint8_t *data, size_t size)
{
    return part.length == 0
        || (part.at >= (const char *)data
            && al_range_inside((uint64_t)(part.at - (const char *)data), part.length, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_certificate c;
    const struct al_place place = al_place_root("certificate");
    al_findings_init(&f, arena, NULL, CAP);
    bool good = al_certificate_read(&c, (struct al_text){(const char *)data, size}, &place, &f);
    AL_MUST(good == (f.refusals == 0));
    if (good) {
        const struct al_text views[] = {c.tbs, c.extensions, c.spki, c.issuer, c.subject, c.common_name,
                                        c.identity_issuer, c.stamps};
        const char *why = NULL;
        for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
            AL_MUST(inside(views[i], data, size));
        for (size_t i = 0; i < c.name_count; i++)
            AL_MUST(inside(c.names[i], data, size) && c.names[i].length > 0);
        AL_MUST(al_certificate_chain(&c, 1, NULL, 0, c.not_before, &why) != AL_CHAIN_GOOD && why != NULL);
        struct al_ec_key log;
        if (al_ec_key_read(&log, c.spki))
            (void)al_stamp_by(&c, c.spki, &log);
        (void)al_certificate_chain(&c, 1, &c, 1, c.not_before, &why);
    }
    al_arena_free(arena);
    return 0;
}
