/* Files that Keras wrote, in every layout: each weight must reach the layer it belongs
   to. tests/make/keras_files.py wrote them so that each number says whose it is. */
#include "tests/unit/unit.h"

#include "loader/hdf5/tree.h"
#include "loader/loader.h"
#include "loader/zip/archive.h"
#include "policy/json.h"
#include "validator/catalogue.h"

#include <stdio.h>

enum { BUDGET = 1 << 26, MOST_PATH = 512 };

struct file {
    uint8_t *bytes;
    size_t size;
};

struct loaded {
    struct al_arena *arena;
    struct al_policy *policy;
    struct al_findings findings;
    struct al_model *model;
    struct al_input inputs[2];
    struct file files[2];
    uint32_t count;
    bool good;
};

static struct file read_file(const char *name)
{
    char path[MOST_PATH];
    struct file file = {0};
    assert_true(snprintf(path, sizeof path, "%s/keras/%s", getenv("AIRLOCK_TEST_DATA"), name) < (int)sizeof path);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    assert_true(size > 0);
    rewind(f);
    file.size = (size_t)size;
    file.bytes = malloc(file.size);
    assert_non_null(file.bytes);
    assert_int_equal(fread(file.bytes, 1, file.size, f), file.size);
    assert_int_equal(fclose(f), 0);
    return file;
}

static void load(struct loaded *l, const char *name, const char *architecture)
{
    *l = (struct loaded){.count = architecture != NULL ? 2 : 1};
    l->arena = al_arena_new(BUDGET);
    l->policy = al_policy_shipped("default");
    assert_non_null(l->arena);
    assert_non_null(l->policy);
    al_findings_init(&l->findings, l->arena, l->policy, 10);
    l->files[0] = read_file(name);
    l->inputs[0] = (struct al_input){AL_ROLE_MODEL, name, l->files[0].bytes, l->files[0].size};
    if (architecture != NULL) {
        l->files[1] = read_file(architecture);
        l->inputs[1] = (struct al_input){AL_ROLE_ARCHITECTURE, architecture, l->files[1].bytes, l->files[1].size};
    }
    l->good = al_load(&l->model, l->inputs, l->count, l->policy, l->arena, &l->findings);
    if (!l->good && l->findings.count > 0)
        print_error("%s: %s %s\n", name, al_finding_row(l->findings.list[0].id)->id, l->findings.list[0].message);
}

static void unload(struct loaded *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        free(l->files[i].bytes);
    al_policy_free(l->policy);
    al_arena_free(l->arena);
}

static float number_at(const struct loaded *l, const struct al_tensor *t, uint64_t index)
{
    float v;
    const uint8_t *from = t->stored == AL_STORED_EXTENT ? l->inputs[t->input].bytes + t->offset : t->data;
    memcpy(&v, from + index * sizeof v, sizeof v);
    return v;
}

/* The number that a layer called something_N must hold, or less than 0 for a name without one. */
static float mark_of(struct al_text name)
{
    char word[AL_MAX_NAME_BYTES + 1];
    memcpy(word, name.at, name.length);
    word[name.length] = '\0';
    const char *last = strrchr(word, '_');
    if (last == NULL || last[1] < '0' || last[1] > '9')
        return -1;
    return strtof(last + 1, NULL) + (strncmp(word, "backward", 8) == 0 ? 0.5F : 0);
}

/* How many weights carry the mark of their layer; anything else fails the test. */
static uint32_t check_marks(const struct loaded *l)
{
    uint32_t checked = 0;
    for (uint32_t i = 0; i < l->model->layer_count; i++) {
        const struct al_layer *layer = &l->model->layers[i];
        assert_int_equal(layer->weight_count, layer->demand_count);
        for (uint32_t w = 0; w < layer->weight_count; w++) {
            const struct al_tensor *t = &l->model->tensors[layer->weights[w]];
            float expected = mark_of(layer->name) + (float)w / 16;
            assert_int_equal(t->dtype, AL_FLOAT32);
            for (uint64_t n = 0; n < t->bytes / sizeof(float); n++)
                assert_true(number_at(l, t, n) == expected);
            checked++;
        }
    }
    return checked;
}

static void holds_marks(const char *name, const char *architecture, uint32_t weights)
{
    struct loaded l;
    load(&l, name, architecture);
    assert_true(l.good);
    assert_int_equal(check_marks(&l), weights);
    assert_int_equal(l.model->tensor_count, weights);
    unload(&l);
}

static void test_sequential(void **state)
{
    (void)state;
    holds_marks("keras3_mlp.keras", NULL, 4);
    holds_marks("keras3_mlp.h5", NULL, 4);
    holds_marks("keras2_mlp.keras", NULL, 4);
    holds_marks("keras2_mlp.h5", NULL, 4);
}

/* Two Dense, two BatchNormalization of four each, two Dense in the tower, one at the end. */
static void test_nested_shared_frozen(void **state)
{
    (void)state;
    holds_marks("keras3_nested.keras", NULL, 18);
    holds_marks("keras3_nested.h5", NULL, 18);
    holds_marks("keras2_nested.keras", NULL, 18);
    holds_marks("keras2_nested.h5", NULL, 18);
}

static void test_weights_apart(void **state)
{
    (void)state;
    holds_marks("keras3_apart.weights.h5", "keras3_apart.json", 18);
    holds_marks("keras2_apart.weights.h5", "keras2_apart.json", 18);
}

/* embeddings, two halves of an LSTM, a Dense, a GRU */
static void test_recurrent(void **state)
{
    (void)state;
    holds_marks("keras3_text.keras", NULL, 12);
    holds_marks("keras3_text.h5", NULL, 12);
    holds_marks("keras2_text.keras", NULL, 12);
    holds_marks("keras2_text.h5", NULL, 12);
}

static void test_initial_state_and_slice(void **state)
{
    (void)state;
    holds_marks("keras3_states.keras", NULL, 8);
    holds_marks("keras2_states.keras", NULL, 8);
    holds_marks("keras2_states.h5", NULL, 8);
}

static void test_weights_without_architecture(void **state)
{
    (void)state;
    struct loaded l;
    load(&l, "keras3_apart.weights.h5", NULL);
    assert_true(l.good);
    assert_int_equal(l.model->layer_count, 0);
    assert_int_equal(l.model->tensor_count, 18);
    unload(&l);
}

/* The author's own loss is named, warned of and dropped; the optimizer's state is left alone. */
static void test_compiled(void **state)
{
    (void)state;
    static const char *const names[] = {"keras3_compiled.keras", "keras3_compiled.h5", "keras2_compiled.keras",
                                        "keras2_compiled.h5"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct loaded l;
        load(&l, names[i], NULL);
        assert_true(l.good);
        assert_int_equal(check_marks(&l), 4);
        assert_int_equal(l.model->tensor_count, 4);
        assert_int_equal(l.findings.count, 1);
        assert_int_equal(l.findings.list[0].id, AL_KERAS_CUSTOM_TRAINING_FUNCTION);
        unload(&l);
    }
}

/* keras_version decides what some numbers mean, so it must be read from every layout. */
static void test_versions(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t major, minor;
    } cases[] = {{"keras3_mlp.keras", 3, 15}, {"keras3_mlp.h5", 3, 15}, {"keras2_mlp.keras", 2, 15},
                 {"keras2_mlp.h5", 2, 15}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct loaded l;
        load(&l, cases[i].name, NULL);
        assert_true(l.good);
        assert_int_equal(l.model->version.major, cases[i].major);
        assert_int_equal(l.model->version.minor, cases[i].minor);
        unload(&l);
    }
}

static void test_wrong_architecture(void **state)
{
    (void)state;
    struct loaded l;
    load(&l, "keras2_apart.weights.h5", "keras3_apart.json");
    assert_true(l.good); /* the same model, and the layout is the same */
    unload(&l);
    load(&l, "keras3_mlp.h5", "keras3_apart.json");
    assert_false(l.good);
    assert_int_equal(l.findings.list[0].id, AL_FORMAT_AMBIGUOUS);
    unload(&l);
}

/* Every cut and every single changed byte of a small file is answered, and never read as more than it is. */
static void test_damaged(void **state)
{
    (void)state;
    struct file file = read_file("keras3_mlp.keras");
    struct al_policy *policy = al_policy_shipped("default");
    for (size_t i = 0; i < file.size; i += 61) {
        struct al_arena *arena = al_arena_new(BUDGET);
        struct al_findings f;
        struct al_model *model;
        al_findings_init(&f, arena, policy, 10);
        struct al_input cut = {AL_ROLE_MODEL, "cut.keras", file.bytes, i};
        assert_false(al_load(&model, &cut, 1, policy, arena, &f));
        assert_true(f.refusals > 0);
        file.bytes[i] ^= 0x10;
        struct al_input whole = {AL_ROLE_MODEL, "changed.keras", file.bytes, file.size};
        al_findings_init(&f, arena, policy, 10);
        bool good = al_load(&model, &whole, 1, policy, arena, &f);
        assert_true(good == (f.refusals == 0));
        file.bytes[i] ^= 0x10;
        al_arena_free(arena);
    }
    al_policy_free(policy);
    free(file.bytes);
}

static int warm_up(void **state)
{
    (void)state;
    struct al_error err;
    al_json_warm_up();
    return al_h5_library_warm() && al_zip_library_open(&err) == AL_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequential),
        cmocka_unit_test(test_nested_shared_frozen),
        cmocka_unit_test(test_weights_apart),
        cmocka_unit_test(test_recurrent),
        cmocka_unit_test(test_initial_state_and_slice),
        cmocka_unit_test(test_weights_without_architecture),
        cmocka_unit_test(test_compiled),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_wrong_architecture),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests_name("keras files", tests, warm_up, NULL);
}
