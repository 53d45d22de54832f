/* Archives from strangers. What the strict reader accepts tiles the file: members lie
   inside it, share no byte and no name; libzip's disagreement is a refusal, never a
   surprise later; and reading is the same twice. */
#include "fuzz/harness.h"

#include "base/checked.h"
#include "loader/zip/archive.h"

enum { BUDGET = 1 << 24, MOST_UNPACKED = 1 << 20, CAP = 16 };

static void check_members(const struct al_zip *z)
{
    for (uint32_t i = 0; i < z->count; i++) {
        const struct al_zip_member *a = &z->members[i];
        AL_MUST(a->name.length > 0 && al_utf8_valid(a->name.at, a->name.length));
        AL_MUST(memchr(a->name.at, '\\', a->name.length) == NULL && a->name.at[0] != '/');
        AL_MUST(al_range_inside(a->offset, a->packed, z->size));
        AL_MUST(al_zip_find(z, a->name) == a);
        for (uint32_t k = 0; k < i; k++) {
            const struct al_zip_member *b = &z->members[k];
            AL_MUST(a->offset + a->packed <= b->offset || b->offset + b->packed <= a->offset);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AL_MUST(al_zip_library_open(NULL) == AL_OK);
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, CAP);
    struct al_zip strict, both;
    bool accepted = al_zip_read_strict(&strict, data, size, "m", arena, &f);
    AL_MUST(accepted == (f.refusals == 0));
    if (accepted) {
        check_members(&strict);
        size_t before = f.refusals;
        bool agreed = al_zip_read(&both, data, size, "m", arena, &f);
        AL_MUST(agreed == (f.refusals == before));
        AL_MUST(agreed || f.list[f.count - 1].id == AL_ZIP_READERS_DISAGREE || f.list[f.count - 1].id == AL_LIMIT_MEMORY);
        for (uint32_t i = 0; i < strict.count; i++) {
            const uint8_t *bytes = NULL;
            if (al_zip_bytes(&bytes, &strict, &strict.members[i], MOST_UNPACKED, arena, &f))
                AL_MUST(bytes != NULL && strict.members[i].size <= MOST_UNPACKED);
        }
    }
    al_arena_free(arena);
    return 0;
}
