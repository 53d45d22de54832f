/* Prediction from outside: a small model whose numbers are worked out by hand, what is
   said about arrays that do not fit, portions, single layers; and that every row that
   promises to be computed is. */
#include "tests/unit/from_json.h"
#include "tests/unit/unit.h"

#include "inference/lower.h"
#include "inference/predict.h"
#include "policy/policy.h"
#include "validator/validate.h"

/* Embedding of 4 rows of 2 numbers, then Dense to one number: y = (row · (1, 10)) + 0.5. */
static const char model_text[] =
    "{\"class_name\": \"Functional\", \"config\": {\"layers\": ["
    "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, null], \"dtype\": \"int32\"}},"
    "{\"class_name\": \"Embedding\", \"config\": {\"input_dim\": 4, \"output_dim\": 2}},"
    "{\"class_name\": \"Dense\", \"config\": {\"units\": 1}}],"
    "\"calls\": [[0, []], [1, [[0, 0]]], [2, [[1, 0]]]], \"inputs\": [0], \"outputs\": [[2, 0]]}}";
static const float rows[] = {0, 1, 2, 3, 4, 5, 6, 7}, kernel[] = {1, 10}, bias[] = {0.5F};

struct fixture {
    struct al_test_model m;
    struct al_tensor tensors[3];
    uint32_t of_embedding[1], of_dense[2];
    struct al_program *program;
    struct al_error error;
};

static struct al_tensor tensor(const float *numbers, uint32_t count)
{
    return (struct al_tensor){.dtype = AL_FLOAT32, .shape = {1, {count}}, .bytes = count * sizeof(float),
                              .stored = AL_STORED_DATA, .data = (const uint8_t *)numbers};
}

static void give_weights(struct al_layer *l, uint32_t *weights, uint32_t count)
{
    l->weights = weights;
    l->weight_count = count;
}

static void setup(struct fixture *x)
{
    *x = (struct fixture){0};
    al_test_model_load(&x->m, model_text);
    struct al_model *m = &x->m.built.model;
    m->layers[0].graph->inputs[0].name = al_text_of("words");
    m->layers[2].name = al_text_of("table");
    assert_true(al_infer(m, x->m.policy, &x->m.findings));
    x->tensors[0] = tensor(rows, 8);
    x->tensors[1] = tensor(kernel, 2);
    x->tensors[2] = tensor(bias, 1);
    x->of_dense[0] = 1;
    x->of_dense[1] = 2;
    m->tensors = x->tensors;
    m->tensor_count = 3;
    give_weights(&m->layers[2], x->of_embedding, 1);
    give_weights(&m->layers[3], x->of_dense, 2);
    assert_int_equal(al_program_new(&x->program, m, NULL, 0, x->m.policy, &x->error), AL_OK);
}

static void teardown(struct fixture *x)
{
    al_program_free(x->program);
    al_test_model_unload(&x->m);
}

static struct al_array words(const int32_t *numbers, int64_t batch, int64_t time)
{
    return (struct al_array){.dtype = AL_INT32, .shape = {2, {batch, time}}, .data = numbers};
}

static void test_numbers(void **state)
{
    (void)state;
    struct fixture x;
    setup(&x);
    const int32_t given[] = {0, 3, 1, 2, 2, 1};
    const float expected[] = {10.5F, 76.5F, 32.5F, 54.5F, 54.5F, 32.5F};
    const struct al_array in = words(given, 3, 2);
    /* all at once, in portions of which the last is smaller, and by name */
    for (uint64_t batch = 0; batch < 3; batch++) {
        const struct al_predict_options options = {.batch = batch};
        struct al_array named = in;
        named.name = al_text_of(batch == 1 ? "words" : "");
        struct al_results out;
        assert_int_equal(al_predict(x.program, &named, 1, &options, &out, &x.m.findings, &x.error), AL_OK);
        assert_int_equal(out.count, 1);
        assert_true(out.arrays[0].dtype == AL_FLOAT32 && out.arrays[0].shape.rank == 3);
        assert_memory_equal(out.arrays[0].data, expected, sizeof expected);
        al_results_free(&out);
    }
    teardown(&x);
}

static void test_one_layer(void **state)
{
    (void)state;
    struct fixture x;
    setup(&x);
    const int32_t given[] = {2};
    const float expected[] = {4, 5};
    const struct al_array in = words(given, 1, 1);
    struct al_predict_options options = {.layer = al_text_of("table")};
    struct al_results out;
    assert_int_equal(al_predict(x.program, &in, 1, &options, &out, &x.m.findings, &x.error), AL_OK);
    assert_memory_equal(out.arrays[0].data, expected, sizeof expected);
    al_results_free(&out);
    options.layer = al_text_of("nobody");
    assert_int_equal(al_predict(x.program, &in, 1, &options, &out, &x.m.findings, &x.error), AL_REFUSED);
    assert_int_equal(x.m.findings.list[0].id, AL_INPUT_NAME);
    teardown(&x);
}

static void refuses(const struct al_array *in, uint32_t count, enum al_finding_id id)
{
    struct fixture x;
    struct al_results out;
    setup(&x);
    assert_int_equal(al_predict(x.program, in, count, NULL, &out, &x.m.findings, &x.error), AL_REFUSED);
    assert_int_equal(x.m.findings.count, 1);
    assert_int_equal(x.m.findings.list[0].id, id);
    teardown(&x);
}

static void test_refusals(void **state)
{
    (void)state;
    const int32_t good[] = {1, 2}, high[] = {1, 4}, low[] = {-1, 0};
    const float half[] = {0.5F, 1};
    struct al_array in[] = {words(good, 1, 2), words(good, 1, 2)};
    refuses(in, 0, AL_INPUT_MISSING);
    refuses(in, 2, AL_INPUT_NAME);
    in[0].name = al_text_of("word");
    refuses(in, 1, AL_INPUT_NAME);
    in[0] = words(high, 1, 2);
    refuses(in, 1, AL_INPUT_INDEX);
    in[0] = words(low, 1, 2);
    refuses(in, 1, AL_INPUT_INDEX);
    in[0] = (struct al_array){.dtype = AL_INT32, .shape = {1, {2}}, .data = good};
    refuses(in, 1, AL_INPUT_SHAPE);
    in[0] = words(good, 0, 2);
    refuses(in, 1, AL_INPUT_SHAPE);
    in[0] = (struct al_array){.dtype = AL_FLOAT32, .shape = {2, {1, 2}}, .data = half};
    refuses(in, 1, AL_INPUT_DTYPE);
    in[0] = (struct al_array){.dtype = AL_STRING, .shape = {2, {1, 2}}};
    refuses(in, 1, AL_INPUT_DTYPE);
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    struct fixture x;
    setup(&x);
    static const int32_t zeros[100000];
    const struct al_array in = words(zeros, 1, 100000);
    struct al_results out;
    x.m.policy->limits.activation_bytes = 1 << 20;
    assert_int_equal(al_predict(x.program, &in, 1, NULL, &out, &x.m.findings, &x.error), AL_LIMIT);
    teardown(&x);
}

static void test_rows_and_lowerings_agree(void **state)
{
    (void)state;
    uint32_t wrong = 0;
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++) {
        const struct al_row *row = al_row_of(NULL, kind);
        if ((row->decision == AL_COMPUTED) == al_lower_knows(kind))
            continue;
        print_message("%s: validator/catalogue.def and the row's decision differ\n", row->name);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),           cmocka_unit_test(test_one_layer),
        cmocka_unit_test(test_refusals),          cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_rows_and_lowerings_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
