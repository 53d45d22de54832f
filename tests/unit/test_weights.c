/* Stored tensors against what a Dense demands, and against the file they lie in. */
#include "tests/unit/from_json.h"
#include "tests/unit/unit.h"

#include "policy/policy.h"
#include "validator/validate.h"

enum { FILE_BYTES = 1000 };

/* A model of one Dense: kernel (2, 3) at 100, bias (3) at 124. */
struct fixture {
    struct al_test_model m;
    struct al_tensor tensors[3];
    uint32_t weights[3];
};

static struct al_tensor tensor(const char *name, uint64_t offset, uint64_t bytes, struct al_shape shape)
{
    return (struct al_tensor){.name = al_text_of(name), .dtype = AL_FLOAT32, .shape = shape, .bytes = bytes,
                              .stored = AL_STORED_EXTENT, .offset = offset};
}

static void load(struct fixture *x)
{
    static const char *const text =
        "{\"class_name\": \"Functional\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", \"config\": "
        "{\"batch_shape\": [null, 2]}}, {\"class_name\": \"Dense\", \"config\": {\"units\": 3}}], \"calls\": [[0, "
        "[]], "
        "[1, [[0, 0]]]], \"inputs\": [0], \"outputs\": [[1, 0]]}}";
    *x = (struct fixture){0};
    al_test_model_load(&x->m, text);
    assert_true(al_infer(&x->m.built.model, x->m.policy, &x->m.findings));
    x->tensors[0] = tensor("dense/kernel", 100, 24, (struct al_shape){.rank = 2, .dim = {2, 3}});
    x->tensors[1] = tensor("dense/bias", 124, 12, (struct al_shape){.rank = 1, .dim = {3}});
    x->tensors[2] = tensor("more", 136, 4, (struct al_shape){0});
    x->weights[1] = 1;
    x->m.built.model.tensors = x->tensors;
    x->m.built.model.tensor_count = 2;
    x->m.built.model.layers[2].weights = x->weights;
    x->m.built.model.layers[2].weight_count = 2;
}

static bool check(struct fixture *x)
{
    const uint64_t size = FILE_BYTES;
    return al_check_weights(&x->m.built.model, x->m.policy, &size, 1, &x->m.findings);
}

static void unload(struct fixture *x)
{
    al_test_model_unload(&x->m);
}

static void honest_weights_pass(void **state)
{
    (void)state;
    struct fixture x;
    load(&x);
    assert_true(check(&x));
    x.tensors[1].stored = AL_STORED_DATA;
    x.tensors[1].data = (const uint8_t *)"twelve bytes";
    assert_true(check(&x));
    /* ends exactly where the file does */
    x.tensors[0].offset = FILE_BYTES - 24;
    assert_true(check(&x));
    unload(&x);
}

static enum al_finding_id spoil(struct fixture *x, int what)
{
    struct al_model *m = &x->m.built.model;
    switch (what) {
    case 0: m->layers[2].weight_count = 1; m->tensor_count = 1; return AL_WEIGHTS_MISSING;
    case 1: m->layers[2].weight_count = 3; return AL_WEIGHTS_SURPLUS;
    case 2: m->tensor_count = 3; return AL_WEIGHTS_SURPLUS;
    case 3: x->weights[1] = AL_NONE_INDEX; return AL_WEIGHTS_MISSING;
    case 4: x->weights[1] = 0; return AL_WEIGHTS_SHARED;
    case 5: x->weights[1] = 2; return AL_WEIGHTS_SHARED;
    case 6: x->weights[1] = UINT32_MAX; return AL_WEIGHTS_SHARED;
    case 7: x->tensors[0].shape.dim[0] = 3; x->tensors[0].shape.dim[1] = 2; return AL_WEIGHTS_SHAPE;
    case 8: x->weights[0] = 1; x->weights[1] = 0; return AL_WEIGHTS_SHAPE;
    case 9: x->tensors[0].dtype = AL_INT32; return AL_WEIGHTS_DTYPE;
    case 10: x->tensors[0].dtype = AL_FLOAT16; x->tensors[0].bytes = 12; return AL_WEIGHTS_DTYPE;
    case 11: x->tensors[0].bytes = 23; return AL_WEIGHTS_SIZE;
    case 12: x->tensors[0].shape.dim[0] = -1; return AL_WEIGHTS_SIZE;
    case 13: x->tensors[0].shape.dim[0] = INT64_MAX; return AL_WEIGHTS_SIZE;
    case 14: x->tensors[0].shape.rank = AL_MAX_RANK + 1; return AL_WEIGHTS_SIZE;
    case 15: x->tensors[0].dtype = AL_STRING; return AL_WEIGHTS_SIZE;
    case 16: x->tensors[0].dtype = AL_DTYPE_COUNT; return AL_WEIGHTS_SIZE;
    case 17: x->tensors[0].offset = FILE_BYTES - 23; return AL_WEIGHTS_EXTENT;
    case 18: x->tensors[0].offset = UINT64_MAX - 8; return AL_WEIGHTS_EXTENT;
    case 19: x->tensors[0].input = 1; return AL_WEIGHTS_EXTENT;
    case 20: x->tensors[0].stored = AL_STORED_DATA; return AL_WEIGHTS_EXTENT;
    case 21: x->tensors[0].stored = (enum al_stored)7; return AL_WEIGHTS_EXTENT;
    case 22: x->tensors[1].offset = 123; return AL_WEIGHTS_OVERLAP;
    case 23: x->tensors[1].offset = 100; return AL_WEIGHTS_OVERLAP;
    case 24: x->m.policy->limits.parameters = 8; return AL_LIMIT_PARAMETERS;
    default: m->tensor_count = AL_MAX_TENSORS + 1; return AL_LIMIT_PARAMETERS;
    }
}

static void each_fault_is_refused_by_its_name(void **state)
{
    (void)state;
    for (int what = 0; what <= 25; what++) {
        struct fixture x;
        load(&x);
        enum al_finding_id id = spoil(&x, what);
        if (check(&x))
            fail_msg("fault %d is accepted", what);
        if (x.m.findings.count != 1 || x.m.findings.list[0].id != id)
            fail_msg("fault %d is refused as %s", what, al_finding_row(x.m.findings.list[0].id)->id);
        unload(&x);
    }
}

static void a_model_of_tensors_only_needs_no_layers(void **state)
{
    (void)state;
    struct fixture x;
    load(&x);
    x.m.built.model.layer_count = 0;
    x.m.built.model.tensor_count = 3;
    assert_true(check(&x));
    x.tensors[2].offset = FILE_BYTES;
    assert_false(check(&x));
    unload(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_weights_pass),
        cmocka_unit_test(each_fault_is_refused_by_its_name),
        cmocka_unit_test(a_model_of_tensors_only_needs_no_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
