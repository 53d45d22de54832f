/* Each weight of each layer, one step beside what Keras stores: missing, one too many, its
   axes exchanged, longer by one, of another rank or type. The file of weights is made here
   by asking: what the loader misses is put in, until it misses nothing. */
#include "tests/unit/honest.h"
#include "tests/unit/unit.h"

#include "loader/hdf5/reader.h"
#include "loader/keras/weights.h"
#include "policy/policy.h"
#include "validator/validate.h"

#include <stdio.h>

enum { MOST_OBJECTS = 512, MOST_WEIGHTS = 100 };

/* A file of weights in memory: [0] is the root. */
struct file {
    struct al_h5_object objects[MOST_OBJECTS];
    uint32_t children[MOST_OBJECTS][MOST_OBJECTS / 8];
    uint32_t count;
    uint32_t datasets[MOST_WEIGHTS]; /* indexes of objects */
    uint32_t dataset_count;
};

static struct file file;
static uint32_t reached[AL_KIND_COUNT]; /* weights, by the kind that demands them */

/* A child of `parent`, in the order that look-ups rely on. */
static uint32_t add_object(uint32_t parent, struct al_text name)
{
    const uint32_t index = file.count++;
    struct al_h5_object *p = &file.objects[parent];
    assert_true(index < MOST_OBJECTS && p->child_count < MOST_OBJECTS / 8);
    file.objects[index] = (struct al_h5_object){.name = name, .parent = parent, .children = file.children[index]};
    uint32_t at = p->child_count++;
    for (; at > 0 && al_h5_compare_names(name, file.objects[p->children[at - 1]].name) < 0; at--)
        p->children[at] = p->children[at - 1];
    p->children[at] = index;
    return index;
}

/* The object at a path below the root, made where it is missing. */
static uint32_t make_path(const char *path)
{
    uint32_t at = 0;
    while (*path != '\0') {
        const struct al_text step = {path, strcspn(path, "/")};
        const struct al_h5_tree tree = {.object_count = file.count, .objects = file.objects};
        const uint32_t child = al_h5_child(&tree, at, step);
        at = child != AL_NONE_INDEX ? child : add_object(at, step);
        path += step.length + (path[step.length] == '/');
    }
    return at;
}

static void make_dataset(const char *path, const struct al_shape *shape, enum al_dtype dtype)
{
    static const uint8_t numbers[1 << 16];
    const uint32_t at = make_path(path);
    struct al_h5_object *o = &file.objects[at];
    uint64_t count = 0;
    assert_true(al_shape_count(shape, 0, shape->rank, &count) && count * 8 <= sizeof numbers);
    o->dataset = true;
    o->type = (struct al_h5_type){.class_ = AL_H5_NUMBER, .dtype = dtype, .size = (uint32_t)al_dtype_size(dtype)};
    o->shape = *shape;
    o->bytes = count * al_dtype_size(dtype);
    o->storage = AL_H5_COMPACT;
    o->compact = numbers;
}

/* The first weight that is demanded and not given, and who demands it. */
static const struct al_weight *first_missing(const struct al_model *m, uint32_t *layer)
{
    for (*layer = 0; *layer < m->layer_count; ++*layer)
        for (uint32_t w = 0; w < m->layers[*layer].demand_count; w++)
            if (m->layers[*layer].weights[w] == AL_NONE_INDEX && !m->layers[*layer].demands[w].optional)
                return &m->layers[*layer].demands[w];
    return NULL;
}

/* What the file as it stands is refused for; `h` stays open. */
static enum al_finding_id judge(struct honest *h, json_t *model, const struct al_policy *policy)
{
    assert_true(honest_read(h, model, policy));
    bool *taken = al_arena_alloc(h->arena, file.count, sizeof *taken);
    struct al_keras_store store = {.tree = {.object_count = file.count, .objects = file.objects},
                                   .member = "model.weights.h5", .taken = taken};
    const bool good = al_keras_weights_v3(&h->keras, &store, 1) &&
                      al_check_weights(&h->model, policy, NULL, 0, &h->findings);
    const enum al_finding_id id = honest_refusal(h);
    assert_true(good == (id == AL_FINDING_COUNT));
    return id;
}

/* Fills the file with all that the model wants. False where the model wants more than a test does. */
static bool complete(json_t *model, const struct al_policy *policy)
{
    static char paths[MOST_WEIGHTS][256];
    struct honest h;
    uint32_t layer;
    memset(&file, 0, sizeof file);
    file.count = 1;
    file.objects[0] = (struct al_h5_object){.parent = AL_NONE_INDEX, .children = file.children[0]};
    while (judge(&h, model, policy) == AL_WEIGHTS_MISSING) {
        const struct al_weight *w = first_missing(&h.model, &layer);
        assert_non_null(w);
        assert_true(file.dataset_count < MOST_WEIGHTS);
        char *path = paths[file.dataset_count];
        (void)snprintf(path, sizeof paths[0], "%s", h.findings.list[h.findings.count - 1].where);
        make_dataset(path, &w->shape, w->dtype);
        file.datasets[file.dataset_count++] = make_path(path);
        reached[h.model.layers[layer].kind]++;
        honest_close(&h);
    }
    const enum al_finding_id id = honest_refusal(&h);
    if (id != AL_FINDING_COUNT)
        print_error("honest weights: %s\n", h.findings.list[h.findings.count - 1].message);
    honest_close(&h);
    return id == AL_FINDING_COUNT;
}

struct run {
    const struct al_policy *policy;
    json_t *model;
    size_t made, wrong;
};

static void expect(struct run *r, enum al_finding_id wanted, const struct al_h5_object *o, const char *what)
{
    struct honest h;
    const enum al_finding_id id = judge(&h, r->model, r->policy);
    honest_close(&h);
    r->made++;
    if (id == wanted)
        return;
    char *text = json_dumps(r->model, JSON_COMPACT);
    print_error("%s: %s of %.*s is %s\n", text, what, (int)o->name.length, o->name.at, honest_word(id));
    free(text);
    r->wrong++;
}

static void reshape(struct run *r, struct al_h5_object *o, const struct al_shape *shape, const char *what)
{
    const struct al_h5_object before = *o;
    uint64_t count = 0;
    assert_true(al_shape_count(shape, 0, shape->rank, &count));
    o->shape = *shape;
    o->bytes = count * o->type.size;
    expect(r, AL_WEIGHTS_SHAPE, o, what);
    *o = before;
}

static void spoil_weight(struct run *r, struct al_h5_object *o)
{
    const struct al_h5_object before = *o;
    struct al_shape shape = before.shape;
    o->dataset = false;
    expect(r, AL_WEIGHTS_MISSING, o, "the absence");
    *o = before;
    o->type.dtype = before.type.dtype == AL_UINT8 ? AL_INT8 : AL_UINT8;
    o->type.size = 1;
    o->bytes = before.bytes / before.type.size;
    expect(r, AL_WEIGHTS_DTYPE, o, "another type");
    *o = before;
    if (shape.rank < AL_MAX_RANK) {
        shape.dim[shape.rank++] = 1;
        reshape(r, o, &shape, "one axis more");
    }
    for (uint32_t i = 0; i < before.shape.rank; i++) {
        shape = before.shape;
        shape.dim[i]++;
        reshape(r, o, &shape, "a longer axis");
        for (uint32_t k = 0; k < i; k++) {
            shape = before.shape;
            shape.dim[i] = before.shape.dim[k];
            shape.dim[k] = before.shape.dim[i];
            if (!al_shape_equal(&shape, &before.shape))
                reshape(r, o, &shape, "the exchange of axes");
        }
    }
}

/* One more variable beside the last one, and one in a group of its own. */
static void spoil_count(struct run *r)
{
    static const struct al_shape one = {.rank = 1, .dim = {1}};
    static const char *const places[] = {"vars/0", "layers/surplus/vars/0", "layers/dense_7/vars/0"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct file before = file;
        make_dataset(places[i], &one, AL_FLOAT32);
        expect(r, AL_WEIGHTS_SURPLUS, &file.objects[file.count - 1], "the presence");
        file = before;
    }
    if (file.dataset_count == 0)
        return;
    const struct file before = file;
    const uint32_t vars = file.objects[file.datasets[file.dataset_count - 1]].parent;
    const uint32_t more = add_object(vars, al_text_of("99"));
    file.objects[more] = before.objects[file.datasets[file.dataset_count - 1]];
    file.objects[more].name = al_text_of("99");
    expect(r, AL_WEIGHTS_SURPLUS, &file.objects[more], "the presence");
    file = before;
}

static void spoil_all(bool keras2)
{
    struct al_policy *policy = al_policy_shipped("default");
    struct run r = {.policy = policy};
    json_t *models = honest_models(keras2);
    for (size_t i = 0; i < json_array_size(models); i++) {
        r.model = json_array_get(models, i);
        if (!complete(r.model, policy)) {
            r.wrong++;
            continue;
        }
        spoil_count(&r);
        for (uint32_t d = 0; d < file.dataset_count; d++)
            spoil_weight(&r, &file.objects[file.datasets[d]]);
    }
    print_message("# %zu near misses\n", r.made);
    json_decref(models);
    al_policy_free(policy);
    assert_int_equal(r.wrong, 0);
}

static void keras3(void **state)
{
    (void)state;
    spoil_all(false);
}

static void keras2(void **state)
{
    (void)state;
    spoil_all(true);
}

/* A row that names weights for people demands some of Keras's models. */
static void every_row_with_weights_is_reached(void **state)
{
    (void)state;
    size_t missing = 0;
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++) {
        const struct al_row *row = al_row_of(NULL, kind);
        /* a look-up's are learnt with its vocabulary, which is no part of a configuration */
        if (row->weights == NULL || strncmp(row->weights, "those of ", strlen("those of ")) == 0 || reached[kind] > 0 ||
            row->named_weights)
            continue;
        print_error("%s: no weight of it was demanded\n", row->name);
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras3),
        cmocka_unit_test(keras2),
        cmocka_unit_test(every_row_with_weights_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
