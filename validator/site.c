/* What a row's functions see of the call they judge: parameters, inputs, outputs,
   demands, refusals. See row.h. */
#include "validator/catalogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct al_value absent = {.type = AL_VALUE_ABSENT};

const struct al_value *al_param_of(const struct al_site *s, const char *key)
{
    for (uint32_t i = 0; i < s->row->param_count; i++)
        if (strcmp(s->row->params[i].key, key) == 0)
            return &s->layer->params[i];
    return &absent;
}

int64_t al_param_int(const struct al_site *s, const char *key)
{
    return al_param_of(s, key)->integer;
}

bool al_param_bool(const struct al_site *s, const char *key)
{
    return al_param_of(s, key)->integer != 0;
}

double al_param_real(const struct al_site *s, const char *key)
{
    return al_param_of(s, key)->real;
}

bool al_param_is_null(const struct al_site *s, const char *key)
{
    enum al_value_type type = al_param_of(s, key)->type;
    return type == AL_VALUE_NULL || type == AL_VALUE_ABSENT;
}

const char *al_param_choice(const struct al_site *s, const char *key)
{
    for (uint32_t i = 0; i < s->row->param_count; i++)
        if (strcmp(s->row->params[i].key, key) == 0 && s->layer->params[i].type == AL_VALUE_CHOICE)
            return s->row->params[i].choices[s->layer->params[i].integer];
    return "";
}

uint32_t al_site_input(const struct al_site *s, const char *argument)
{
    for (uint32_t i = 0; i < s->in_count; i++)
        if (s->argument_of[i] < s->row->argument_count &&
            strcmp(s->row->arguments[s->argument_of[i]].name, argument) == 0)
            return i;
    return AL_NONE_INDEX;
}

const struct al_value *al_site_constant(const struct al_site *s, const char *argument)
{
    if (s->call == NULL)
        return NULL;
    for (uint32_t i = 0; i < s->call->given_count; i++) {
        const struct al_given *given = &s->call->given[i];
        if (strcmp(s->row->arguments[given->argument].name, argument) == 0)
            return given->count == 1 && given->items[0].call == AL_NONE_INDEX ? &given->items[0].value : NULL;
    }
    return NULL;
}

bool al_site_outputs(struct al_site *s, uint32_t count)
{
    s->out = al_arena_alloc(s->model->arena, count, sizeof *s->out);
    s->out_dtypes = al_arena_alloc(s->model->arena, count, sizeof *s->out_dtypes);
    if (s->out == NULL || s->out_dtypes == NULL)
        return al_site_no_memory(s);
    for (uint32_t i = 0; i < count; i++)
        s->out_dtypes[i] = s->layer->compute_dtype;
    s->out_count = count;
    return true;
}

bool al_site_output(struct al_site *s, const struct al_shape *shape)
{
    if (!al_site_outputs(s, 1))
        return false;
    s->out[0] = *shape;
    return true;
}

bool al_site_same(struct al_site *s)
{
    return al_site_output(s, &s->in[0]);
}

bool al_demand(struct al_site *s, const char *name, const struct al_shape *shape, bool trainable)
{
    return al_demand_typed(s, name, shape, trainable, s->layer->variable_dtype, false);
}

static bool demand_again(struct al_site *s, const struct al_weight *now)
{
    const struct al_weight *first = &s->layer->demands[s->demanded];
    if (s->demanded >= s->layer->demand_count || strcmp(first->name, now->name) != 0 ||
        !al_shape_equal(&first->shape, &now->shape) || first->dtype != now->dtype)
        return al_site_refuse(s, AL_GRAPH_SHARED_LAYER, "the same weights at every call",
                              al_text_of(al_shape_show(s->findings, &now->shape)),
                              "a layer that is called again needs another shape of its weight %s", now->name);
    s->demanded++;
    return true;
}

bool al_demand_typed(struct al_site *s, const char *name, const struct al_shape *shape, bool trainable,
                     enum al_dtype dtype, bool optional)
{
    struct al_weight weight = {.path = s->path, .name = name, .shape = *shape, .dtype = dtype,
                               .trainable = trainable, .optional = optional};
    uint64_t count;
    if (!al_shape_sound(shape) || !al_shape_count(shape, 0, shape->rank, &count))
        return al_site_refuse(s, AL_GRAPH_SHAPE, "sizes known from the configuration",
                              al_text_of(al_shape_show(s->findings, shape)),
                              "the shape of the weight %s is unknown or too large", name);
    struct al_layer *layer = s->layer;
    if (layer->built)
        return demand_again(s, &weight);
    if (count > s->policy->limits.parameters)
        return al_site_refuse(s, AL_LIMIT_PARAMETERS, NULL, al_text_of(al_shape_show(s->findings, shape)),
                              "the weight %s has more numbers than the policy allows", name);
    for (uint32_t i = 0; i < layer->demand_count; i++)
        weight.index += strcmp(layer->demands[i].path, s->path) == 0;
    /* grown by one: layers have a handful of weights, and the arena takes no frees */
    size_t room = layer->demand_count;
    struct al_weight *grown =
        al_arena_grow(s->model->arena, layer->demands, layer->demand_count, &room, sizeof *grown);
    if (grown == NULL)
        return al_site_no_memory(s);
    layer->demands = grown;
    layer->demands[layer->demand_count++] = weight;
    s->demanded++;
    return true;
}

bool al_site_axis(struct al_site *s, const char *key, int64_t axis, uint32_t rank, uint32_t *out)
{
    int64_t from_front = axis < 0 ? axis + (int64_t)rank : axis;
    if (from_front < 0 || from_front >= (int64_t)rank)
        return al_site_refuse(s, AL_GRAPH_SHAPE, "an axis of the input",
                              al_found(s->findings, "%lld", (long long)axis),
                              "%s names an axis that an input of rank %u does not have", key, rank);
    *out = (uint32_t)from_front;
    return true;
}

bool al_site_axes(struct al_site *s, const char *key, uint32_t rank, uint32_t axes[AL_MAX_RANK], uint32_t *count)
{
    const struct al_value *v = al_param_of(s, key);
    bool named[AL_MAX_RANK] = {false};
    for (uint32_t i = 0; i < v->count; i++) {
        uint32_t axis;
        if (!al_site_axis(s, key, v->integers[i], rank, &axis))
            return false;
        if (named[axis])
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "each axis once", al_found(s->findings, "%u", axis),
                                  "%s names an axis twice", key);
        named[axis] = true;
    }
    *count = 0;
    for (uint32_t i = 0; i < rank; i++)
        if (named[i])
            axes[(*count)++] = i;
    return true;
}

bool al_site_bad_shape(struct al_site *s, const char *expected, const struct al_shape *found)
{
    return al_site_refuse(s, AL_GRAPH_SHAPE, expected, al_text_of(al_shape_show(s->findings, found)),
                          "the shape does not fit %s", s->row->name);
}

bool al_site_no_memory(struct al_site *s)
{
    return al_site_refuse(s, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "the model needs more memory than allowed");
}

static void write_owners(struct al_buffer *out, const struct al_model *m, uint32_t index)
{
    uint32_t chain[AL_MAX_LAYER_DEPTH], depth = 0;
    while (index != AL_NONE_INDEX && index != 0 && index < m->layer_count && depth < AL_MAX_LAYER_DEPTH) {
        chain[depth++] = index;
        index = m->layers[index].owner;
    }
    while (depth-- > 0) {
        struct al_text name = m->layers[chain[depth]].name;
        al_buffer_bytes(out, name.at, name.length);
        if (depth > 0)
            al_buffer_text(out, "/");
    }
}

bool al_site_refuse(struct al_site *s, enum al_finding_id id, const char *expected, struct al_text found,
                    const char *format, ...)
{
    char message[AL_MAX_FINDING_TEXT / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct al_buffer where;
    al_buffer_init(&where, AL_MAX_FINDING_TEXT);
    if (s->layer == s->model->layers) {
        al_buffer_text(&where, "model");
    } else {
        al_buffer_text(&where, "layer ");
        write_owners(&where, s->model, (uint32_t)(s->layer - s->model->layers));
    }
    struct al_text place = {(const char *)where.data, where.size};
    (void)al_find_at(s->findings, id, place, expected, found, "%s", message);
    al_buffer_free(&where);
    return false;
}
