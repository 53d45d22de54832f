/* The walk over graphs: nested and shared models, what a hostile cell may send in
   their place, and the limits that bound the work. */
#include "tests/unit/from_json.h"
#include "tests/unit/unit.h"

#include "policy/policy.h"
#include "validator/validate.h"

#include <stdio.h>

enum { BUDGET = 1 << 26 };

#define INPUT(shape) "{'class_name': 'InputLayer', 'config': {'batch_shape': " shape "}}"
#define DENSE(units) "{'class_name': 'Dense', 'config': {'units': " units "}}"
/* x -> Dense(3), as a model of its own */
#define INNER(shape) \
    "{'class_name': 'Functional', 'config': {'layers': [" INPUT(shape) ", " DENSE( \
        "3") "], 'calls': [[0, []], [1, [[0, " \
             "0]]]], 'inputs': [0], 'outputs': [[1, 0]]}}"
/* two inputs, the inner model on each, their sum */
#define TWINS(inner, left, right) \
    "{'class_name': 'Functional', 'config': {'layers': [" INPUT(left) ", " INPUT( \
        right) ", " inner ", {'class_name': 'Add', 'config': {}}], 'calls': [[0, []], [1, []], [2, [[0, 0]]], [2, " \
                          "[[1, 0]]], [3, [[2, 0], [3, " \
               "0]]]], 'inputs': [0, 1], 'outputs': [[4, 0]]}}"

static bool infer(struct al_test_model *x)
{
    return al_infer(&x->built.model, x->policy, &x->findings);
}

/* Refused, with that finding first. */
static void refused_as(struct al_test_model *x, enum al_finding_id id, const char *what)
{
    if (infer(x))
        fail_msg("%s is accepted", what);
    if (x->findings.count == 0)
        fail_msg("%s is refused without a finding", what);
    if (x->findings.list[0].id != id)
        fail_msg("%s is refused as %s", what, al_finding_row(x->findings.list[0].id)->id);
    al_test_model_unload(x);
}

static void a_shared_model_has_one_set_of_weights(void **state)
{
    (void)state;
    struct al_test_model x;
    al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[2, 4]"));
    assert_true(infer(&x));
    const struct al_model *m = &x.built.model;
    const struct al_layer *dense = &m->layers[5];
    assert_int_equal(dense->demand_count, 2);
    assert_string_equal(dense->demands[0].name, "kernel");
    assert_string_equal(dense->demands[0].path, "");
    assert_int_equal(dense->demands[1].index, 1);
    const struct al_call *sum = &m->layers[0].graph->calls[4];
    assert_int_equal(sum->output_shapes[0].dim[0], 2);
    assert_int_equal(sum->output_shapes[0].dim[1], 3);
    /* what was filled before is not believed: the second pass starts over */
    assert_true(infer(&x));
    assert_int_equal(dense->demand_count, 2);
    al_test_model_unload(&x);
}

static void a_shared_layer_cannot_need_two_shapes(void **state)
{
    (void)state;
    struct al_test_model x;
    al_test_model_load(&x, TWINS(DENSE("3"), "[null, 4]", "[null, 5]"));
    refused_as(&x, AL_GRAPH_SHARED_LAYER, "a Dense on 4 and on 5 numbers");
    al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 5]"));
    refused_as(&x, AL_GRAPH_SHAPE, "an inner model of 4 numbers on 5");
}

static void inputs_need_a_shape_from_somewhere(void **state)
{
    (void)state;
    struct al_test_model x;
    al_test_model_load(&x, TWINS(INNER("null"), "[null, 4]", "[null, 4]"));
    assert_true(infer(&x));
    al_test_model_unload(&x);
    al_test_model_load(&x, TWINS(INNER("null"), "null", "[null, 4]"));
    refused_as(&x, AL_GRAPH_SHAPE, "a model without a shape");
}

/* One thing wrong in the model of a_shared_model…: layers are 0 the model, 1 and 2 inputs,
   3 the inner model, 4 its input, 5 its Dense, 6 Add. */
static void spoil(struct al_model *m, int what)
{
    struct al_graph *g = m->layers[0].graph;
    switch (what) {
    case 0: m->layers[0].owner = 0; break;
    case 1: m->layers[5].owner = 5; break;
    case 2: m->layers[5].owner = 6; break;
    case 3: m->layers[5].owner = AL_NONE_INDEX; break;
    case 4: m->layers[3].children[1] = 6; break;
    case 5: m->layers[3].child_count = 3; break;
    case 6: m->layers[3].child_count = 0; break;
    case 7: m->layers[5].kind = AL_KIND_COUNT; break;
    case 8: m->layers[5].kind = AL_KIND_CUSTOM; break;
    case 9: m->layers[5].kind = UINT32_MAX; break;
    case 10: m->layers[3].graph = NULL; break;
    case 11: m->layers[5].graph = g; break;
    case 12: g->calls[2].layer = 5; break;
    case 13: g->calls[2].layer = 0; break;
    case 14: g->calls[2].layer = 99; break;
    case 15: g->calls[2].given[0].items[0].call = 2; break;
    case 16: g->calls[2].given[0].items[0].call = 4; break;
    case 17: g->calls[2].given[0].items[0].output = 1; break;
    case 18: g->calls[2].given[0].argument = 3; break;
    case 19: g->calls[4].given[0].list = false; break;
    case 20: m->layers[5].compute_dtype = AL_DTYPE_COUNT; break;
    case 21: m->layers[5].params[1] = (struct al_value){.type = AL_VALUE_LAYER, .integer = 6}; break;
    case 22: m->layers[5].params[1] = (struct al_value){.type = AL_VALUE_LAYER, .integer = -1}; break;
    case 23: m->layers[5].params = NULL; break;
    default: m->layers[0].kind = AL_KIND_DENSE; break;
    }
}

static void what_contradicts_itself_is_refused(void **state)
{
    (void)state;
    for (int what = 0; what <= 24; what++) {
        struct al_test_model x;
        char name[32];
        al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 4]"));
        (void)snprintf(name, sizeof name, "spoilt model %d", what);
        spoil(&x.built.model, what);
        refused_as(&x, AL_GRAPH_STRUCTURE, name);
    }
}

/* The release decides how much is computed, so the parent does not take it from a cell unseen. */
static void a_release_is_one_of_keras_2_or_3(void **state)
{
    (void)state;
    static const struct {
        struct al_version version;
        bool good;
    } cases[] = {{{0, 0, 0, false}, true},  {{2, 2, 4, true}, true}, {{3, 15, 1, false}, true}, {{1, 2, 2, false}, false},
                 {{0, 0, 1, false}, false}, {{7, 0, 0, false}, false}, {{UINT32_MAX, 3, 0, false}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct al_test_model x;
        al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 4]"));
        x.built.model.version = cases[i].version;
        if (cases[i].good) {
            assert_true(infer(&x));
            al_test_model_unload(&x);
        } else {
            refused_as(&x, AL_KERAS_VERSION, "a release that is none");
        }
    }
}

static void ports_and_arguments_must_be_whole(void **state)
{
    (void)state;
    static const struct al_value null_value = {.type = AL_VALUE_NULL};
    for (int what = 0; what < 9; what++) {
        struct al_test_model x;
        al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 4]"));
        struct al_graph *g = x.built.model.layers[0].graph;
        bool port = what < 6;
        switch (what) {
        case 0: g->inputs[1].call = 0; break;
        case 1: g->inputs[1].call = 2; break;
        case 2: g->input_count = 1; break;
        case 3: g->outputs[0].call = 5; break;
        case 4: g->outputs[0].output = 1; break;
        case 5: g->output_count = 0; break;
        case 6: g->calls[2].given_count = 0; break;
        case 7: g->calls[4].given[0].items[0] = (struct al_item){.call = AL_NONE_INDEX, .value = null_value}; break;
        default: g->calls[4].given[0].count = 0; break;
        }
        refused_as(&x, port ? AL_GRAPH_PORT : AL_GRAPH_ARGUMENT, "a port or an argument that is not there");
    }
}

/* Models in models, each calling the inner one twice. */
static void load_tower(struct al_test_model *out, uint32_t levels)
{
    struct al_test_model x;
    x.arena = al_arena_new(BUDGET);
    x.policy = al_policy_shipped("default");
    al_findings_init(&x.findings, x.arena, x.policy, 20);
    x.built = (struct al_built){.policy = x.policy, .arena = x.arena};
    x.built.model.arena = x.arena;
    json_t *inner = json_pack("{s:s, s:{s:s}}", "class_name", "Activation", "config", "activation", "relu");
    for (uint32_t i = 0; i < levels; i++) {
        json_t *input = json_pack("{s:s, s:{s:[n, i]}}", "class_name", "InputLayer", "config", "batch_shape", 4);
        inner = json_pack("{s:s, s:{s:[o, o], s:[[i, []], [i, [[i, i]]], [i, [[i, i]]]], s:[i], s:[[i, i]]}}",
                          "class_name", "Functional", "config", "layers", input, inner, "calls", 0, 1, 0, 0, 1, 1, 0,
                          "inputs", 0, "outputs", 2, 0);
        assert_non_null(inner);
    }
    assert_int_equal(al_build_layer(&x.built, inner, AL_NONE_INDEX), 0);
    al_build_owners(&x.built);
    json_decref(inner);
    *out = x;
    out->findings.arena = x.arena;
}

static void towers_of_models_run_into_limits(void **state)
{
    (void)state;
    struct al_test_model x;
    load_tower(&x, AL_MAX_LAYER_DEPTH - 2);
    refused_as(&x, AL_LIMIT_CALLS, "a model of 2^30 calls");
    load_tower(&x, AL_MAX_LAYER_DEPTH + 2);
    refused_as(&x, AL_LIMIT_DEPTH, "models nested deeper than allowed");
}

static void limits_of_the_policy_hold(void **state)
{
    (void)state;
    static const char *const model = TWINS(DENSE("3"), "[null, 4]", "[null, 4]");
    struct al_test_model x;
    al_test_model_load(&x, model);
    x.policy->limits.layers = 4;
    refused_as(&x, AL_LIMIT_LAYERS, "a model of five layers");
    al_test_model_load(&x, model);
    x.policy->limits.parameters = 11;
    refused_as(&x, AL_LIMIT_PARAMETERS, "a kernel of twelve numbers");
    al_test_model_load(&x, model);
    x.policy->limits.activation_bytes = 15;
    refused_as(&x, AL_LIMIT_ACTIVATION, "an input of sixteen bytes");
    al_test_model_load(&x, TWINS(DENSE("16777216"), "[null, 1099511627776]", "[null, 4]"));
    refused_as(&x, AL_LIMIT_ACTIVATION, "an input of four tebibytes");
}

static void a_policy_can_refuse_and_allow_by_name(void **state)
{
    (void)state;
    static const char *const dense[] = {"Dense"}, *const both[] = {"Dense", "Add"};
    static const char *const model = TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 4]");
    struct al_test_model x;
    al_test_model_load(&x, model);
    x.policy->refuse_layers = dense;
    x.policy->refuse_layer_count = 1;
    refused_as(&x, AL_POLICY_LAYER, "a layer that the policy refuses");
    al_test_model_load(&x, model);
    x.policy->allow_layers = dense;
    x.policy->allow_layer_count = 1;
    refused_as(&x, AL_POLICY_LAYER, "a layer that the policy does not name");
    al_test_model_load(&x, model);
    x.policy->allow_layers = both;
    x.policy->allow_layer_count = 2;
    assert_true(infer(&x));
    al_test_model_unload(&x);
}

static void every_refused_layer_is_named(void **state)
{
    (void)state;
    struct al_test_model x;
    al_test_model_load(&x, TWINS(INNER("[null, 4]"), "[null, 4]", "[null, 4]"));
    x.built.model.layers[5].kind = AL_KIND_LAMBDA;
    x.built.model.layers[6].kind = AL_KIND_TFSM_LAYER;
    assert_false(infer(&x));
    assert_int_equal(x.findings.count, 2);
    assert_int_equal(x.findings.list[0].id, AL_KERAS_LAMBDA);
    assert_string_equal(x.findings.list[0].where, "layer Functional/Dense");
    assert_int_equal(x.findings.list[1].id, AL_KERAS_TFSM_LAYER);
    al_test_model_unload(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_model_has_one_set_of_weights),
        cmocka_unit_test(a_shared_layer_cannot_need_two_shapes),
        cmocka_unit_test(inputs_need_a_shape_from_somewhere),
        cmocka_unit_test(what_contradicts_itself_is_refused),
        cmocka_unit_test(a_release_is_one_of_keras_2_or_3),
        cmocka_unit_test(ports_and_arguments_must_be_whole),
        cmocka_unit_test(towers_of_models_run_into_limits),
        cmocka_unit_test(limits_of_the_policy_hold),
        cmocka_unit_test(a_policy_can_refuse_and_allow_by_name),
        cmocka_unit_test(every_refused_layer_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
