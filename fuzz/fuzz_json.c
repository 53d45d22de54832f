/* JSON from strangers. What is accepted, written out again in its shortest form,
   is accepted too and equal: no text is read as something it does not say. */
#include "fuzz/harness.h"

#include "policy/json.h"

enum { ARENA = 1 << 20, CAP = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm) {
        json_object_seed(1); /* the same order of work for the same input */
        warm = true;
    }
    struct al_arena *arena = al_arena_new(ARENA);
    AL_MUST(arena != NULL);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, CAP);
    json_t *root = NULL, *again = NULL;
    if (al_json_read(&root, data, size, "config.json", &f)) {
        AL_MUST(root != NULL && f.count == 0);
        char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        AL_MUST(text != NULL);
        AL_MUST(al_json_read(&again, text, strlen(text), "again", &f));
        AL_MUST(json_equal(root, again));
        free(text);
    } else {
        AL_MUST(root == NULL && f.refusals > 0);
    }
    json_decref(root);
    json_decref(again);
    al_arena_free(arena);
    return 0;
}
