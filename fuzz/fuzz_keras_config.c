/* Keras configurations from strangers: JSON that the strict reader lets through, read
   into a typed model and its shapes inferred. Either the model is whole, or a finding
   says why not; never both, never neither. */
#include "fuzz/harness.h"

#include "loader/keras/reading.h"
#include "validator/validate.h"

enum { ARENA = 1 << 24, CAP = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct al_policy *policy;
    if (policy == NULL) {
        json_object_seed(1); /* the same order of work for the same input */
        policy = al_policy_shipped("default");
        AL_MUST(policy != NULL);
    }
    struct al_arena *arena = al_arena_new(ARENA);
    AL_MUST(arena != NULL);
    struct al_findings f;
    al_findings_init(&f, arena, policy, CAP);
    json_t *json = NULL;
    if (al_json_read(&json, data, size, "config.json", &f)) {
        struct al_model model = {.arena = arena};
        struct al_keras k = {.arena = arena, .findings = &f, .policy = policy, .model = &model};
        bool good = al_keras_read_model(&k, json, "config.json") && al_infer(&model, policy, &f);
        AL_MUST(good == (f.refusals == 0) || f.failed);
        /* what was understood once is understood again: the parent repeats this step */
        AL_MUST(!good || (model.layer_count > 0 && al_infer(&model, policy, &f)));
    }
    json_decref(json);
    al_arena_free(arena);
    return 0;
}
