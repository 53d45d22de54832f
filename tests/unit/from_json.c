/* Layers from configurations; see from_json.h. */
#include "tests/unit/from_json.h"

#include "tests/unit/unit.h"
#include "validator/activation.h"
#include "validator/params.h"

#include <stdio.h>

static bool trouble(struct al_built *b, const char *class_name, const char *key)
{
    (void)snprintf(b->text, sizeof b->text, "%s.%s", class_name, key);
    b->trouble = b->text;
    return false;
}

static bool integers(struct al_built *b, json_t *json, uint32_t times, struct al_value *v)
{
    size_t n = json_is_array(json) ? json_array_size(json) : times;
    int64_t *list = al_arena_alloc(b->arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_is_array(json) ? json_array_get(json, i) : json;
        if (!json_is_integer(item) && !json_is_null(item))
            return false;
        list[i] = json_is_null(item) ? -1 : json_integer_value(item);
    }
    *v = (struct al_value){.type = AL_VALUE_INTEGERS, .count = (uint32_t)n, .integers = list};
    return true;
}

/* n, [a, b] or [[a, b], …] */
static bool pairs(struct al_built *b, json_t *json, uint32_t axes, struct al_value *v)
{
    int64_t *list = al_arena_alloc(b->arena, 2 * (size_t)axes, sizeof *list);
    for (uint32_t i = 0; i < axes; i++)
        for (uint32_t k = 0; k < 2; k++) {
            json_t *at = json;
            if (json_is_array(at) && (axes > 1 || json_is_array(json_array_get(at, 0))))
                at = json_array_get(at, i);
            list[2 * i + k] = json_integer_value(json_is_array(at) ? json_array_get(at, k) : at);
        }
    *v = (struct al_value){.type = AL_VALUE_INTEGERS, .count = 2 * axes, .integers = list};
    return true;
}

static bool reals(struct al_built *b, json_t *json, struct al_value *v)
{
    size_t n = json_is_array(json) ? json_array_size(json) : 1;
    double *list = al_arena_alloc(b->arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = json_number_value(json_is_array(json) ? json_array_get(json, i) : json);
    *v = (struct al_value){.type = AL_VALUE_REALS, .count = (uint32_t)n, .reals = list};
    v->shape.rank = json_is_array(json);
    v->shape.dim[0] = (int64_t)n;
    return true;
}

static bool texts(struct al_built *b, json_t *json, struct al_value *v)
{
    size_t n = json_array_size(json);
    struct al_text *list = al_arena_alloc(b->arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(json, i));
        if (text == NULL)
            return false;
        list[i] = (struct al_text){al_arena_copy(b->arena, text, strlen(text)), strlen(text)};
    }
    *v = (struct al_value){.type = AL_VALUE_TEXTS, .count = (uint32_t)n, .texts = list};
    return json_is_array(json);
}

static bool layers(struct al_built *b, json_t *json, uint32_t self, struct al_value *v)
{
    int64_t *list = al_arena_alloc(b->arena, json_array_size(json), sizeof *list);
    for (size_t i = 0; i < json_array_size(json); i++) {
        uint32_t child = al_build_layer(b, json_array_get(json, i), self);
        if (child == AL_NONE_INDEX)
            return false;
        list[i] = child;
    }
    *v = (struct al_value){.type = AL_VALUE_INTEGERS, .count = (uint32_t)json_array_size(json), .integers = list};
    return true;
}

static bool choice(const struct al_param *p, json_t *json, struct al_value *v)
{
    for (int64_t i = 0; json_is_string(json) && p->choices[i] != NULL; i++)
        if (strcmp(p->choices[i], json_string_value(json)) == 0) {
            *v = (struct al_value){.type = AL_VALUE_CHOICE, .integer = i};
            return true;
        }
    return false;
}

static bool activation(struct al_built *b, json_t *json, struct al_value *v)
{
    const char *name = json_string_value(json_is_object(json) ? json_object_get(json, "config") : json);
    if (name == NULL)
        return false;
    *v = (struct al_value){.type = AL_VALUE_CHOICE, .integer = al_activation_by_name(al_text_of(name), b->keras2)};
    return v->integer < AL_ACTIVATION_COUNT;
}

static bool text(struct al_built *b, json_t *json, struct al_value *v)
{
    if (!json_is_string(json))
        return false;
    const char *copy = al_arena_copy(b->arena, json_string_value(json), json_string_length(json));
    assert_non_null(copy);
    *v = (struct al_value){.type = AL_VALUE_TEXT, .text = al_text_of(copy)};
    return true;
}

static bool fixed(const struct al_param *p, json_t *json)
{
    json_t *only = json_loads(p->fixed, JSON_DECODE_ANY, NULL);
    bool equal = json_equal(only, json) || json_is_null(json);
    json_decref(only);
    return equal;
}

static bool read_value(struct al_built *b, const struct al_param *p, json_t *json, uint32_t self, struct al_value *v)
{
    *v = (struct al_value){0};
    if (p->type == AL_PARAM_FIXED)
        return fixed(p, json);
    if (al_param_is_dropped(p->type))
        return true;
    if (json_is_null(json)) {
        v->type = AL_VALUE_NULL;
        return p->flags & AL_PARAM_NULLABLE;
    }
    switch ((int)p->type) {
    case AL_PARAM_BOOL:
        *v = (struct al_value){.type = AL_VALUE_BOOL, .integer = json_is_true(json)};
        return json_is_boolean(json);
    case AL_PARAM_INTEGER:
        *v = (struct al_value){.type = AL_VALUE_INTEGER, .integer = json_integer_value(json)};
        return json_is_integer(json);
    case AL_PARAM_REAL:
        *v = (struct al_value){.type = AL_VALUE_REAL, .real = json_number_value(json)};
        return json_is_number(json);
    case AL_PARAM_CHOICE:
        return choice(p, json, v);
    case AL_PARAM_TEXT:
        return text(b, json, v);
    case AL_PARAM_TEXTS:
        return texts(b, json, v);
    case AL_PARAM_TEXT_OR_INTEGER:
        *v = (struct al_value){.type = AL_VALUE_INTEGER, .integer = json_integer_value(json)};
        return json_is_integer(json) || text(b, json, v);
    case AL_PARAM_INTEGERS:
    case AL_PARAM_SHAPE:
        return json_is_array(json) && integers(b, json, 0, v);
    case AL_PARAM_AXES:
        return integers(b, json, 1, v);
    case AL_PARAM_INTEGERS_OR_ONE:
        return integers(b, json, p->count_max, v);
    case AL_PARAM_PAIRS:
        return pairs(b, json, p->count_max, v);
    case AL_PARAM_REALS:
        return reals(b, json, v);
    case AL_PARAM_ACTIVATION:
        return activation(b, json, v);
    case AL_PARAM_LAYER:
        *v = (struct al_value){.type = AL_VALUE_LAYER, .integer = al_build_layer(b, json, self)};
        return v->integer != AL_NONE_INDEX;
    case AL_PARAM_LAYERS:
        return layers(b, json, self, v);
    case AL_PARAM_DTYPE:
        *v = (struct al_value){.type = AL_VALUE_CHOICE,
                               .integer = al_dtype_by_name(al_text_of(json_string_value(json)))};
        return true;
    default:
        return false;
    }
}

static bool is_common(const char *key)
{
    static const char *const common[] = {"name", "trainable", "dtype", "activity_regularizer", "batch_input_shape"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strcmp(common[i], key) == 0)
            return true;
    return false;
}

static bool set(struct al_built *b, const struct al_row *row, const char *key, json_t *json, uint32_t self)
{
    for (uint32_t i = 0; i < row->param_count; i++) {
        if (strcmp(row->params[i].key, key) != 0)
            continue;
        struct al_value value;
        if (row->params[i].flags & AL_PARAM_ALIAS)
            return set(b, row, row->params[i].alias_of, json, self);
        if (!read_value(b, &row->params[i], json, self, &value))
            return b->trouble != NULL ? false : trouble(b, row->name, key);
        b->model.layers[self].params[i] = value;
        return true;
    }
    return is_common(key) || trouble(b, row->name, key);
}

static bool fill(struct al_built *b, const struct al_row *row, json_t *config, uint32_t self)
{
    const char *key;
    json_t *value;
    json_object_foreach(config, key, value)
        if (!set(b, row, key, value, self))
            return false;
    for (uint32_t i = 0; i < row->param_count; i++) {
        const struct al_param *p = &row->params[i];
        if (p->standard == NULL || b->model.layers[self].params[i].type != AL_VALUE_ABSENT)
            continue;
        json_t *standard = json_loads(p->standard, JSON_DECODE_ANY, NULL);
        bool good = set(b, row, p->key, standard, self);
        json_decref(standard);
        if (!good)
            return false;
    }
    return true;
}

/* {"layers": […], "calls": [[layer, [[call, output], …]], …], "inputs": [call, …], "outputs": [[call, output], …]}:
   calls name layers by their place in the list, and give all tensors as the first argument. */
static void build_graph(struct al_built *b, json_t *config, uint32_t self)
{
    json_t *layers = json_object_get(config, "layers"), *calls = json_object_get(config, "calls");
    json_t *inputs = json_object_get(config, "inputs"), *outputs = json_object_get(config, "outputs");
    uint32_t *indexes = al_arena_alloc(b->arena, json_array_size(layers), sizeof *indexes);
    struct al_graph *g = al_arena_alloc(b->arena, 1, sizeof *g);
    g->call_count = (uint32_t)json_array_size(calls);
    g->calls = al_arena_alloc(b->arena, g->call_count, sizeof *g->calls);
    for (size_t i = 0; i < json_array_size(layers); i++)
        indexes[i] = al_build_layer(b, json_array_get(layers, i), self);
    for (uint32_t i = 0; i < g->call_count; i++) {
        json_t *call = json_array_get(calls, i), *from = json_array_get(call, 1);
        uint32_t layer = indexes[json_integer_value(json_array_get(call, 0))],
                 count = (uint32_t)json_array_size(from);
        struct al_given *given = al_arena_alloc(b->arena, 1, sizeof *given);
        struct al_item *items = al_arena_alloc(b->arena, count, sizeof *items);
        for (uint32_t k = 0; k < count; k++)
            items[k] = (struct al_item){
                .call = (uint32_t)json_integer_value(json_array_get(json_array_get(from, k), 0)),
                .output = (uint32_t)json_integer_value(json_array_get(json_array_get(from, k), 1))};
        *given = (struct al_given){.list = count > 1, .count = count, .items = items};
        g->calls[i] = (struct al_call){.layer = layer, .given_count = count > 0, .given = given};
    }
    g->input_count = (uint32_t)json_array_size(inputs);
    g->output_count = (uint32_t)json_array_size(outputs);
    g->inputs = al_arena_alloc(b->arena, g->input_count, sizeof *g->inputs);
    g->outputs = al_arena_alloc(b->arena, g->output_count, sizeof *g->outputs);
    for (uint32_t i = 0; i < g->input_count; i++)
        g->inputs[i].call = (uint32_t)json_integer_value(json_array_get(inputs, i));
    for (uint32_t i = 0; i < g->output_count; i++) {
        g->outputs[i].call = (uint32_t)json_integer_value(json_array_get(json_array_get(outputs, i), 0));
        g->outputs[i].output = (uint32_t)json_integer_value(json_array_get(json_array_get(outputs, i), 1));
    }
    b->model.layers[self].graph = g;
}

/* Keras 2 leaves out the other side of a Bidirectional: a copy that goes the other way. */
static json_t *with_backward(json_t *config)
{
    json_t *whole = json_deep_copy(config);
    json_t *layer = json_object_get(whole, "layer");
    if (json_object_get(whole, "backward_layer") == NULL && layer != NULL) {
        json_t *back = json_deep_copy(layer), *inner = json_object_get(back, "config");
        json_object_set_new(inner, "go_backwards",
                            json_boolean(!json_is_true(json_object_get(inner, "go_backwards"))));
        json_object_set_new(whole, "backward_layer", back);
    }
    return whole;
}

uint32_t al_build_layer(struct al_built *b, json_t *object, uint32_t owner)
{
    const char *class_name = json_string_value(json_object_get(object, "class_name"));
    uint32_t kind = al_kind_of_layer(AL_NOTHING, al_text_of(class_name), b->keras2);
    if (kind == AL_NONE_INDEX) {
        trouble(b, class_name, "?");
        return AL_NONE_INDEX;
    }
    const struct al_row *row = al_row_of(b->policy, kind);
    struct al_layer *grown =
        al_arena_grow(b->arena, b->model.layers, b->model.layer_count, &b->room, sizeof *b->model.layers);
    struct al_value *params = al_arena_alloc(b->arena, row->param_count, sizeof *params);
    assert_non_null(grown);
    assert_non_null(params);
    b->model.layers = grown;
    uint32_t self = b->model.layer_count++;
    b->model.layers[self] = (struct al_layer){.kind = kind,
                                              .owner = owner,
                                              .name = al_text_of(row->name),
                                              .compute_dtype = AL_FLOAT32,
                                              .variable_dtype = AL_FLOAT32,
                                              .trainable = true,
                                              .params = params};
    json_t *config = json_object_get(object, "config"), *dtype = json_object_get(config, "dtype");
    if (json_is_string(dtype) && al_dtype_by_name(al_text_of(json_string_value(dtype))) != AL_DTYPE_NONE)
        b->model.layers[self].compute_dtype = al_dtype_by_name(al_text_of(json_string_value(dtype)));
    if (kind == AL_KIND_FUNCTIONAL && json_object_get(config, "calls") != NULL) {
        build_graph(b, config, self);
        return self;
    }
    json_t *whole = kind == AL_KIND_BIDIRECTIONAL ? with_backward(config) : json_incref(config);
    bool good = fill(b, row, whole, self);
    json_decref(whole);
    return good ? self : AL_NONE_INDEX;
}

void al_build_owners(struct al_built *b)
{
    struct al_model *m = &b->model;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        uint32_t *children = al_arena_alloc(b->arena, m->layer_count, sizeof *children);
        assert_non_null(children);
        m->layers[i].children = children;
        for (uint32_t k = i + 1; k < m->layer_count; k++)
            if (m->layers[k].owner == i)
                children[m->layers[i].child_count++] = k;
    }
}

void al_test_model_load(struct al_test_model *x, const char *text)
{
    char copy[8192];
    const size_t n = strlen(text);
    assert_true(n < sizeof copy);
    for (size_t i = 0; i <= n; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    json_t *json = json_loads(copy, 0, NULL);
    assert_non_null(json);
    *x = (struct al_test_model){.arena = al_arena_new(1 << 26), .policy = al_policy_shipped("default")};
    al_findings_init(&x->findings, x->arena, x->policy, 20);
    x->built = (struct al_built){.policy = x->policy, .arena = x->arena};
    x->built.model.arena = x->arena;
    x->built.model.version.major = 3;
    assert_int_equal(al_build_layer(&x->built, json, AL_NONE_INDEX), 0);
    al_build_owners(&x->built);
    json_decref(json);
}

void al_test_model_unload(struct al_test_model *x)
{
    al_policy_free(x->policy);
    al_arena_free(x->arena);
}
