/* Arrays from strangers. An accepted array's tensors have exactly the bytes that their
   shape and type need, inside the file or in memory of their own. */
#include "fuzz/harness.h"

#include "base/checked.h"
#include "loader/npy/npy.h"
#include "loader/zip/archive.h"
#include "validator/model.h"

enum { BUDGET = 1 << 22, CAP = 16 };

static unsigned touched;

static void check_tensor(const struct al_tensor *t, const struct al_input *input)
{
    uint64_t count, bytes;
    AL_MUST(al_shape_count(&t->shape, 0, t->shape.rank, &count));
    AL_MUST(al_mul_u64(count, al_dtype_size(t->dtype), &bytes));
    /* texts have lengths of their own */
    AL_MUST(t->dtype == AL_STRING || bytes == t->bytes);
    bytes = t->bytes;
    const uint8_t *numbers = t->data;
    if (t->stored == AL_STORED_EXTENT) {
        AL_MUST(t->input == 0 && al_range_inside(t->offset, t->bytes, input->size));
        numbers = input->bytes + t->offset;
    }
    /* a sanitizer sees the read where the bytes are not there */
    for (uint64_t i = 0; i < bytes; i++)
        touched += numbers[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AL_MUST(al_zip_library_open(NULL) == AL_OK);
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, CAP);
    struct al_policy policy = {.limits = {.memory_bytes = BUDGET}};
    for (int i = 0; i < AL_FINDING_COUNT; i++)
        policy.severity[i] = AL_REFUSE;
    struct al_input input = {AL_ROLE_ARRAYS, "x", data, size};
    struct al_model *m = NULL;
    bool good = al_zip_is(data, size) ? al_npz_load(&m, &input, &policy, arena, &f) : al_npy_load(&m, &input, arena, &f);
    AL_MUST(good == (f.refusals == 0) && good == (m != NULL));
    for (uint32_t i = 0; good && i < m->tensor_count; i++)
        check_tensor(&m->tensors[i], &input);
    al_arena_free(arena);
    return 0;
}
