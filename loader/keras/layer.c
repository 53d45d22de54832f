/* One layer of a configuration: looked up in the catalogue, then read by its row. */
#include "loader/keras/reading.h"

#include "validator/custom.h"

static const char *const object_keys[] = {"class_name",   "config",           "module", "registered_name",
                                          "build_config", "shared_object_id", "name",   "inbound_nodes",
                                          "compile_config", NULL};

uint32_t al_keras_layer_add(struct al_keras *k, uint32_t kind, uint32_t owner, struct al_text class_name,
                            const char *attribute, bool in_list)
{
    struct al_model *m = k->model;
    if (m->layer_count >= AL_MAX_LAYERS) {
        al_find(k->findings, AL_LIMIT_LAYERS, NULL, NULL, AL_NOTHING, "more layers than Airlock reads");
        return AL_NONE_INDEX;
    }
    struct al_layer *layers = al_arena_grow(k->arena, m->layers, m->layer_count, &k->layer_room, sizeof *layers);
    struct al_keras_layer *extra = al_arena_grow(k->arena, k->layers, m->layer_count, &k->extra_room, sizeof *extra);
    const struct al_row *row = al_row_of(k->policy, kind);
    struct al_value *params = al_arena_alloc(k->arena, row->param_count, sizeof *params);
    if (layers == NULL || extra == NULL || params == NULL) {
        al_keras_no_memory(k);
        return AL_NONE_INDEX;
    }
    m->layers = layers;
    k->layers = extra;
    layers[m->layer_count] = (struct al_layer){
        .kind = kind,
        .owner = owner,
        .compute_dtype = AL_FLOAT32,
        .variable_dtype = AL_FLOAT32,
        .trainable = true,
        .params = params,
    };
    extra[m->layer_count] =
        (struct al_keras_layer){.class_name = class_name, .attribute = attribute, .in_list = in_list};
    return m->layer_count++;
}

bool al_keras_adopt(struct al_keras *k, uint32_t owner)
{
    struct al_model *m = k->model;
    uint32_t count = 0;
    for (uint32_t i = owner + 1; i < m->layer_count; i++)
        count += m->layers[i].owner == owner ? 1 : 0;
    uint32_t *children = al_arena_alloc(k->arena, count, sizeof *children);
    if (children == NULL)
        return al_keras_no_memory(k);
    uint32_t at = 0;
    for (uint32_t i = owner + 1; i < m->layer_count; i++)
        if (m->layers[i].owner == owner)
            children[at++] = i;
    m->layers[owner].children = children;
    m->layers[owner].child_count = count;
    return true;
}

/* Keras 3 names an operation by its class, Keras 2 by the function that a layer of one of
   two classes calls. */
static uint32_t operation_kind(struct al_keras *k, const struct al_keras_object *o)
{
    static const char *const modules[] = {"keras.layers", "keras.src.layers.core.tf_op_layer",
                                          "keras.layers.core.tf_op_layer", "tf_keras.layers"};
    if (!k->keras2)
        return al_kind_of_operation(o->module, o->class_name, false);
    bool known = o->module.at == NULL;
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
        known = known || al_text_is(o->module, modules[i]);
    json_t *function = json_object_get(o->config, "function");
    if (!known || !json_is_string(function))
        return AL_NONE_INDEX;
    bool calls = al_text_is(o->class_name, "TFOpLambda") || al_text_is(o->class_name, "SlicingOpLambda");
    return calls ? al_kind_of_operation(AL_NOTHING, al_json_text(function), true) : AL_NONE_INDEX;
}

/* Keras 3 writes an operation into an .h5 file without its module, so that it looks like the
   layer of the same name; a layer of that name always says its type. */
static bool is_bare_operation(const struct al_keras *k, const struct al_keras_object *o)
{
    return !k->keras2 && o->module.at == NULL && json_object_get(o->config, "dtype") == NULL &&
           json_object_get(o->config, "trainable") == NULL &&
           al_kind_of_operation(AL_NOTHING, o->class_name, false) != AL_NONE_INDEX;
}

/* The kind of an object, or AL_NONE_INDEX after a finding. */
static uint32_t kind_of(struct al_keras *k, const struct al_keras_object *o, const struct al_place *place)
{
    bool own_name = o->registered_name.at == NULL || al_text_equal(o->registered_name, o->class_name);
    if (own_name && is_bare_operation(k, o))
        return operation_kind(k, o);
    uint32_t kind = own_name ? al_kind_of_layer(o->module, o->class_name, k->keras2) : AL_NONE_INDEX;
    if (kind == AL_NONE_INDEX && own_name)
        kind = operation_kind(k, o);
    if (kind == AL_NONE_INDEX)
        kind = al_kind_of_custom(k->policy, o->registered_name.at != NULL ? o->registered_name : o->class_name);
    if (kind == AL_NONE_INDEX)
        al_keras_unknown_class(k, o, place, "a layer");
    return kind;
}

/* `name` beside `config` is what a functional model calls the layer; Keras writes it twice. */
static bool read_names(struct al_keras *k, uint32_t index, json_t *json, const struct al_keras_object *o,
                       const struct al_place *place)
{
    struct al_text name = AL_NOTHING, entry = AL_NOTHING;
    json_t *inner = json_is_object(o->config) ? json_object_get(o->config, "name") : NULL;
    json_t *outer = json_object_get(json, "name");
    struct al_place config = al_place_key(place, al_text_of("config"));
    struct al_place at = al_place_key(&config, al_text_of("name"));
    if (inner != NULL && !al_keras_name(k, inner, &at, &name))
        return false;
    at = al_place_key(place, al_text_of("name"));
    if (outer != NULL && !al_keras_name(k, outer, &at, &entry))
        return false;
    if (inner != NULL && outer != NULL && !al_text_equal(name, entry))
        return al_find(k->findings, AL_KERAS_NAME, &at, "the name in the layer's config", entry,
                       "a layer that goes by two names");
    /* a Sequential model inside a list of Keras 2.1 has no name; its class will do */
    if (inner == NULL && outer == NULL && !al_keras_name(k, json_object_get(json, "class_name"), &at, &name))
        return false;
    k->model->layers[index].name = inner == NULL && outer != NULL ? entry : name;
    return true;
}

static bool read_config(struct al_keras *k, uint32_t index, json_t *json, const struct al_keras_object *o,
                        const struct al_place *place)
{
    struct al_place at = al_place_key(place, al_text_of("config"));
    uint32_t kind = k->model->layers[index].kind;
    if (kind == AL_KIND_SEQUENTIAL)
        return al_keras_sequential(k, index, o->config, json_object_get(json, "build_config"), &at);
    if (!json_is_object(o->config))
        return al_find(k->findings, AL_KERAS_FORM, &at, "an object", al_json_show(k->findings, o->config),
                       "a layer without a configuration");
    if (kind == AL_KIND_FUNCTIONAL)
        return al_keras_functional(k, index, o->config, &at);
    if (kind == AL_KIND_BIDIRECTIONAL && !al_keras_add_backward_layer(k, o->config, &at))
        return false;
    return al_keras_params(k, index, al_row_of(k->policy, kind), o->config, &at) && al_keras_adopt(k, index);
}

static bool read_beside_config(struct al_keras *k, json_t *json, const struct al_place *place)
{
    json_t *build = json_object_get(json, "build_config");
    json_t *compile = json_object_get(json, "compile_config");
    struct al_place at = al_place_key(place, al_text_of("build_config"));
    if (!al_keras_only_keys(k, json, place, object_keys) || !al_keras_build_config(k, build, &at))
        return false;
    at = al_place_key(place, al_text_of("compile_config"));
    return al_keras_compile_config(k, compile, &at);
}

bool al_keras_layer_read(struct al_keras *k, json_t *json, const struct al_place *place, uint32_t owner,
                         const char *attribute, bool in_list, uint32_t *index)
{
    struct al_keras_object o;
    if (k->depth >= AL_MAX_LAYER_DEPTH)
        return al_find(k->findings, AL_LIMIT_DEPTH, place, NULL, AL_NOTHING, "layers nested too deep");
    if (!al_keras_object(k, json, place, &o))
        return false;
    uint32_t kind = kind_of(k, &o, place);
    if (kind == AL_NONE_INDEX)
        return false;
    const struct al_row *row = al_row_of(k->policy, kind);
    if (row->decision == AL_NOT_ALLOWED)
        return al_find(k->findings, row->finding, place, NULL, o.class_name, "%s: %s", row->name, row->reason);
    if (!read_beside_config(k, json, place))
        return false;
    *index = al_keras_layer_add(k, kind, owner, o.class_name, attribute, in_list);
    if (*index == AL_NONE_INDEX)
        return false;
    k->depth++;
    bool good = read_names(k, *index, json, &o, place) && read_config(k, *index, json, &o, place);
    k->depth--;
    return good;
}
