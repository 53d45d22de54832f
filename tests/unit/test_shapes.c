/* The rows of the catalogue against what Keras says of itself: every key that it writes
   is known, every weight has its name and shape, every result its shape and type, and
   what Keras refuses is refused (tests/make/shapes.py). */
#include "tests/unit/from_json.h"
#include "tests/unit/unit.h"

#include "policy/policy.h"
#include "validator/structure.h"
#include "validator/validate.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUDGET = 1 << 22 };

static struct al_shape shape_of(json_t *list)
{
    struct al_shape s = {.rank = (uint32_t)json_array_size(list)};
    for (uint32_t i = 0; i < s.rank; i++) {
        json_t *dim = json_array_get(list, i);
        s.dim[i] = json_is_null(dim) ? -1 : json_integer_value(dim);
    }
    return s;
}

static uint32_t argument_named(const struct al_row *row, const char *name)
{
    for (uint32_t i = 0; i < row->argument_count; i++)
        if (strcmp(row->arguments[i].name, name) == 0)
            return i;
    fail_msg("%s takes no %s", row->name, name);
    return 0;
}

static void add_input(struct al_built *b, json_t *shape, const char *dtype)
{
    json_t *object =
        json_pack("{s:s, s:{s:O, s:s}}", "class_name", "InputLayer", "config", "batch_shape", shape, "dtype", dtype);
    assert_int_not_equal(al_build_layer(b, object, 0), AL_NONE_INDEX);
    json_decref(object);
}

/* What the case gives to the layer: its tensors, then constants; sorted by argument as models have it. */
static void give(struct al_built *b, struct al_call *call, json_t *c, uint32_t inputs)
{
    const struct al_row *row = al_row_of(b->policy, b->model.layers[call->layer].kind);
    json_t *names = json_object_get(c, "arguments"), *constants = json_object_get(c, "constants"), *value;
    struct al_given *given = al_arena_alloc(b->arena, 16, sizeof *given);
    struct al_item *items = al_arena_alloc(b->arena, inputs + 16, sizeof *items);
    const char *key;
    for (uint32_t i = 0; i < inputs; i++)
        items[i] = (struct al_item){.call = i};
    if (json_array_size(names) == 0)
        given[call->given_count++] = (struct al_given){
            .argument = 0, .list = json_is_true(json_object_get(c, "list")), .count = inputs, .items = items};
    for (uint32_t i = 0; i < json_array_size(names); i++)
        given[call->given_count++] =
            (struct al_given){.argument = argument_named(row, json_string_value(json_array_get(names, i))),
                              .count = 1,
                              .items = &items[i]};
    for (uint32_t a = 0; a < row->argument_count; a++)
        json_object_foreach(constants, key, value)
            if (strcmp(row->arguments[a].name, key) == 0) {
                struct al_item *item = &items[inputs++];
                *item = (struct al_item){.call = AL_NONE_INDEX,
                                         .value = {.type = AL_VALUE_BOOL, .integer = json_is_true(value)}};
                given[call->given_count++] = (struct al_given){.argument = a, .count = 1, .items = item};
            }
    call->given = given;
}

static bool build(struct al_built *b, json_t *c)
{
    json_t *inputs = json_object_get(c, "inputs"), *dtypes = json_object_get(c, "dtypes");
    uint32_t n = (uint32_t)json_array_size(inputs);
    json_t *root = json_pack("{s:s, s:{}}", "class_name", "Functional", "config");
    struct al_call *calls = al_arena_alloc(b->arena, n + 1, sizeof *calls);
    struct al_port *ports = al_arena_alloc(b->arena, n + 1, sizeof *ports);
    struct al_graph *graph = al_arena_alloc(b->arena, 1, sizeof *graph);
    (void)al_build_layer(b, root, AL_NONE_INDEX);
    json_decref(root);
    for (uint32_t i = 0; i < n; i++) {
        add_input(b, json_array_get(inputs, i), json_string_value(json_array_get(dtypes, i)));
        calls[i].layer = i + 1;
        ports[i].call = i;
    }
    calls[n].layer = al_build_layer(b, json_object_get(c, "layer"), 0);
    if (calls[n].layer == AL_NONE_INDEX)
        return false;
    al_build_owners(b);
    give(b, &calls[n], c, n);
    ports[n].call = n;
    *graph = (struct al_graph){.call_count = n + 1, .calls = calls, .input_count = n, .inputs = ports,
                               .output_count = 1, .outputs = &ports[n]};
    b->model.layers[0].graph = graph;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name (2, 3)" for each weight of the model, sorted. */
static size_t weights_of(const struct al_built *b, struct al_findings *f, char **list)
{
    size_t n = 0;
    for (uint32_t i = 0; i < b->model.layer_count; i++)
        for (uint32_t k = 0; k < b->model.layers[i].demand_count; k++) {
            const struct al_weight *w = &b->model.layers[i].demands[k];
            if (w->optional)
                continue; /* the same numbers under a second name */
            list[n++] = al_arena_format(b->arena, "%s %s", w->name, al_shape_show(f, &w->shape));
        }
    qsort(list, n, sizeof *list, by_text);
    return n;
}

/* Each comparison gives NULL, or what is wrong. */
static const char *compare_weights(struct al_built *b, struct al_findings *f, json_t *c)
{
    char *have[256], *want[256];
    size_t n = weights_of(b, f, have), m = 0;
    json_t *weights = json_object_get(c, "weights");
    for (; m < json_array_size(weights); m++) {
        json_t *w = json_array_get(weights, m);
        struct al_shape s = shape_of(json_array_get(w, 1));
        want[m] = al_arena_format(b->arena, "%s %s", json_string_value(json_array_get(w, 0)), al_shape_show(f, &s));
    }
    qsort(want, m, sizeof *want, by_text);
    if (n != m)
        return al_arena_format(b->arena, "%zu weights, Keras has %zu", n, m);
    for (size_t i = 0; i < n; i++)
        if (strcmp(have[i], want[i]) != 0)
            return al_arena_format(b->arena, "the weight %s, Keras has %s", have[i], want[i]);
    return NULL;
}

/* We may know more than Keras says: it does not carry all lengths through an EinsumDense. */
static bool agrees(const struct al_shape *keras, const struct al_shape *ours)
{
    if (keras->rank != ours->rank)
        return false;
    for (uint32_t i = 0; i < keras->rank; i++)
        if (keras->dim[i] != ours->dim[i] && keras->dim[i] != -1)
            return false;
    return true;
}

static const char *compare_outputs(struct al_built *b, struct al_findings *f, json_t *c)
{
    const struct al_call *call = &b->model.layers[0].graph->calls[b->model.layers[0].graph->call_count - 1];
    json_t *outputs = json_object_get(c, "outputs"), *dtypes = json_object_get(c, "output_dtypes");
    if (call->output_count != json_array_size(outputs))
        return al_arena_format(b->arena, "%u outputs, Keras has %zu", call->output_count, json_array_size(outputs));
    for (uint32_t i = 0; i < call->output_count; i++) {
        struct al_shape want = shape_of(json_array_get(outputs, i));
        const char *dtype = json_string_value(json_array_get(dtypes, i));
        if (!agrees(&want, &call->output_shapes[i]))
            return al_arena_format(b->arena, "output %u is %s, Keras says %s", i,
                                   al_shape_show(f, &call->output_shapes[i]), al_shape_show(f, &want));
        if (strcmp(dtype, al_dtype_name(call->output_dtypes[i])) != 0)
            return al_arena_format(b->arena, "output %u is of %s, Keras says %s", i,
                                   al_dtype_name(call->output_dtypes[i]), dtype);
    }
    return NULL;
}

static const char *why(const struct al_built *b, const struct al_findings *f)
{
    if (b->trouble != NULL)
        return b->trouble;
    return f->count > 0 ? al_arena_format(b->arena, "%s (%s, %s)", f->list[0].message, f->list[0].expected,
                                          f->list[0].found)
                        : "refused without a finding";
}

static bool check_case(json_t *c, const struct al_policy *policy, bool keras2)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    struct al_built b = {.policy = policy, .arena = arena, .keras2 = keras2};
    const char *wrong = NULL;
    al_findings_init(&f, arena, policy, 10);
    b.model.arena = arena;
    b.model.version.major = keras2 ? 2 : 3;
    b.model.version.minor = keras2 ? 0 : 7; /* since 3.8 Keras says a size of RandomCrop that it does not give */
    bool refused = json_is_true(json_object_get(c, "refused"));
    bool good = build(&b, c) && al_infer(&b.model, policy, &f);
    if (good == refused)
        wrong = good ? "Keras refuses it" : why(&b, &f);
    else if (good)
        wrong = compare_weights(&b, &f, c);
    if (good && wrong == NULL)
        wrong = compare_outputs(&b, &f, c);
    if (wrong != NULL) {
        char *text = json_dumps(c, JSON_COMPACT);
        print_error("%s\n    %s\n", wrong, text);
        free(text);
    }
    al_arena_free(arena);
    return wrong == NULL;
}

static void check_table(const char *file, bool keras2)
{
    char path[512];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/../data/%s", getenv("AIRLOCK_TEST_FILES"), file);
    json_t *cases = json_load_file(path, 0, &error);
    struct al_policy *policy = al_policy_shipped("default");
    assert_non_null(cases);
    assert_non_null(policy);
    assert_true(json_array_size(cases) > 200);
    size_t wrong = 0;
    for (size_t i = 0; i < json_array_size(cases); i++)
        wrong += !check_case(json_array_get(cases, i), policy, keras2);
    al_policy_free(policy);
    json_decref(cases);
    assert_int_equal(wrong, 0);
}

static void keras3_says_the_same(void **state)
{
    (void)state;
    check_table("shapes-keras3.json", false);
}

static void keras2_says_the_same(void **state)
{
    (void)state;
    check_table("shapes-keras2.json", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras3_says_the_same),
        cmocka_unit_test(keras2_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
