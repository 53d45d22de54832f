/* Lists of signed files. What is read is sorted, each file once and below the model, and fits no
   other set of files than the one that it lists. */
#include "fuzz/harness.h"

#include "policy/signature/openssf/manifest.h"

#include <jansson.h>
#include <sodium.h>

enum { BUDGET = 1 << 24, CAP = 16 };

static int order(const struct al_resource *a, const struct al_resource *b)
{
    size_t least = a->name.length < b->name.length ? a->name.length : b->name.length;
    int first = memcmp(a->name.at, b->name.at, least);
    if (first != 0 || a->name.length != b->name.length)
        return first != 0 ? first : a->name.length < b->name.length ? -1 : 1;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void check(const struct al_manifest *m)
{
    AL_MUST(m->resource_count > 0);
    for (size_t i = 0; i < m->resource_count; i++) {
        const struct al_resource *r = &m->resources[i];
        AL_MUST(al_text_is(r->name, ".") || al_manifest_path(r->name));
        AL_MUST(al_utf8_valid(r->name.at, r->name.length));
        AL_MUST(m->shard_size == 0 ? r->end == 0 : r->start < r->end);
        AL_MUST(i == 0 || order(&m->resources[i - 1], r) < 0);
    }
}

/* One file alone; its bytes are the input, so that no digest in the input can be theirs. */
static void check_fit(const struct al_manifest *m, const uint8_t *data, size_t size, struct al_arena *arena,
                      struct al_findings *f)
{
    uint8_t sha256[32], blake2b[64];
    (void)crypto_hash_sha256(sha256, data, size);
    (void)crypto_generichash(blake2b, sizeof blake2b, data, size, NULL, 0);
    const struct al_signed_file file = {"m", size, data, sha256, blake2b, false};
    const struct al_judging j = {.files = &file, .file_count = 1, .arena = arena, .findings = f};
    AL_MUST(!al_manifest_fits(m, &j, "m.sig"));
    AL_MUST(f->refusals > 0 || f->failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm)
        json_object_seed(1); /* the same order of work for the same input */
    warm = true;
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_manifest m;
    al_findings_init(&f, arena, NULL, CAP);
    bool good = al_manifest_read(&m, (struct al_text){(const char *)data, size}, "m.sig", &f);
    AL_MUST(good == (f.refusals == 0) || f.failed);
    if (good) {
        check(&m);
        check_fit(&m, data, size, arena, &f);
    }
    al_arena_free(arena);
    return 0;
}
