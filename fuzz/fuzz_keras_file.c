/* Whole model files through the loader's one door, as the cell gives them to it. */
#include "fuzz/harness.h"

#include "loader/hdf5/tree.h"
#include "loader/loader.h"
#include "loader/zip/archive.h"
#include "policy/json.h"

enum { ARENA = 1 << 26, CAP = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct al_policy *policy;
    if (policy == NULL) {
        struct al_error err;
        json_object_seed(1); /* the same order of work for the same input */
        policy = al_policy_shipped("default");
        AL_MUST(policy != NULL && al_h5_library_warm() && al_zip_library_open(&err) == AL_OK);
    }
    struct al_arena *arena = al_arena_new(ARENA);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_model *model = NULL;
    al_findings_init(&f, arena, policy, CAP);
    struct al_input input = {AL_ROLE_MODEL, "model", data, size};
    bool good = al_load(&model, &input, 1, policy, arena, &f);
    AL_MUST(good ? model != NULL && f.refusals == 0 : f.refusals > 0 || f.failed);
    for (uint32_t i = 0; good && i < model->tensor_count; i++)
        AL_MUST(model->tensors[i].stored != AL_STORED_EXTENT ||
                (model->tensors[i].offset <= size && model->tensors[i].bytes <= size - model->tensors[i].offset));
    al_arena_free(arena);
    return 0;
}
