/* See custom.h. */
#include "validator/custom.h"

#include "validator/activation.h"
#include "validator/catalogue.h"

#include <math.h>

/* The first argument takes a list or a single tensor, as `call` of a Keras layer
   may; further tensors may come by position. */
static const struct al_argument arguments_of_one[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    {.name = "mask", .type = AL_ARGUMENT_IGNORED},
};
static const struct al_argument arguments_of_several[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSORS},
    {.name = "input_1", .type = AL_ARGUMENT_TENSOR, .flags = AL_ARGUMENT_OPTIONAL},
    {.name = "input_2", .type = AL_ARGUMENT_TENSOR, .flags = AL_ARGUMENT_OPTIONAL},
    {.name = "input_3", .type = AL_ARGUMENT_TENSOR, .flags = AL_ARGUMENT_OPTIONAL},
};

static struct al_param param_of(const struct al_custom_key *key)
{
    static const enum al_param_type types[] = {
        [AL_CUSTOM_INTEGER] = AL_PARAM_INTEGER,         [AL_CUSTOM_NUMBER] = AL_PARAM_REAL,
        [AL_CUSTOM_BOOLEAN] = AL_PARAM_BOOL,            [AL_CUSTOM_CHOICE] = AL_PARAM_CHOICE,
        [AL_CUSTOM_TEXT] = AL_PARAM_TEXT,               [AL_CUSTOM_INITIALIZER] = AL_PARAM_INITIALIZER,
        [AL_CUSTOM_REGULARIZER] = AL_PARAM_REGULARIZER, [AL_CUSTOM_CONSTRAINT] = AL_PARAM_CONSTRAINT,
    };
    bool computed = key->type < AL_CUSTOM_INITIALIZER;
    return (struct al_param){
        .key = key->name,
        .type = types[key->type],
        .flags = computed && key->standard == NULL ? AL_PARAM_REQUIRED : 0,
        .minimum = key->minimum,
        .maximum = key->maximum,
        .choices = key->choices,
        .standard = computed ? key->standard : NULL,
    };
}

static double number_of(const struct al_value *v)
{
    if (v->type == AL_VALUE_INTEGER || v->type == AL_VALUE_BOOL)
        return (double)v->integer;
    return v->type == AL_VALUE_REAL ? v->real : NAN;
}

static bool sort_of(enum al_dtype dtype, enum al_sort *sort)
{
    *sort = al_dtype_is_float(dtype) ? AL_SORT_FLOAT : dtype == AL_BOOL ? AL_SORT_BOOLEAN : AL_SORT_INTEGER;
    return dtype != AL_STRING && dtype != AL_DTYPE_NONE;
}

bool al_custom_scope(const struct al_custom *c, const struct al_site *s, struct al_arena *arena,
                     struct al_scope *scope, enum al_sort **sorts)
{
    double *keys = al_arena_alloc(arena, c->key_count, sizeof *keys);
    *sorts = al_arena_alloc(arena, s->in_count, sizeof **sorts);
    if (keys == NULL || *sorts == NULL)
        return false;
    for (uint32_t i = 0; i < c->key_count; i++)
        keys[i] = number_of(&s->layer->params[i]);
    for (uint32_t i = 0; i < s->in_count; i++)
        if (!sort_of(s->in_dtypes[i], &(*sorts)[i]))
            return false;
    *scope = (struct al_scope){c->key_count, keys, s->in_count, s->in};
    return true;
}

static bool infer_custom(struct al_site *s)
{
    const struct al_custom *c = s->row->custom;
    struct al_arena *arena = s->model->arena;
    struct al_scope scope;
    struct al_error err = {0};
    struct al_shape output, *weights = al_arena_alloc(arena, c->weight_count, sizeof *weights);
    struct al_typed *types = al_arena_alloc(arena, c->computes.term_count, sizeof *types);
    enum al_sort *sorts = NULL;
    if (weights == NULL || types == NULL)
        return al_site_no_memory(s);
    if (s->in_count != c->input_count)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, al_found(s->findings, "%u inputs", c->input_count).at,
                              al_found(s->findings, "%u", s->in_count), "the declaration of %s takes other inputs",
                              c->name);
    if (!al_custom_scope(c, s, arena, &scope, &sorts))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "numbers", AL_NOTHING, "%s is given something that is no number",
                              c->name);
    if (!al_custom_infer(c, &scope, sorts, weights, types, &output, &err))
        return al_site_refuse(s, AL_GRAPH_SHAPE, NULL, AL_NOTHING, "the declaration of %s does not fit this call: %s",
                              c->name, err.what);
    for (uint32_t i = 0; i < c->weight_count; i++)
        if (!al_demand(s, c->weights[i].name, &weights[i], c->weights[i].trainable))
            return false;
    if (output.rank > AL_MAX_RANK)
        return al_site_bad_shape(s, "an output of known rank", &s->in[0]);
    return al_site_output(s, &output);
}

static bool make_row(struct al_arena *arena, const struct al_custom *c, const struct al_row **out)
{
    struct al_row *row = al_arena_alloc(arena, 1, sizeof *row);
    struct al_param *params = al_arena_alloc(arena, c->key_count, sizeof *params);
    if (row == NULL || params == NULL)
        return false;
    for (uint32_t i = 0; i < c->key_count; i++)
        params[i] = param_of(&c->keys[i]);
    bool one = c->input_count == 1;
    *row = (struct al_row){
        .name = c->name,
        .params = params,
        .param_count = c->key_count,
        .arguments = one ? arguments_of_one : arguments_of_several,
        .argument_count = one ? sizeof arguments_of_one / sizeof arguments_of_one[0]
                              : sizeof arguments_of_several / sizeof arguments_of_several[0],
        .mask = c->passes_mask ? AL_MASK_PASSES : AL_MASK_DROPS,
        .custom = c,
        .computes = c->computes.lines[c->computes.line_count - 1],
        .infer = infer_custom,
    };
    *out = row;
    return true;
}

bool al_custom_bind(struct al_policy *policy)
{
    const struct al_row **rows = al_arena_alloc(policy->arena, policy->custom_count, sizeof *rows);
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < policy->custom_count; i++)
        if (!policy->custom[i]->function && !make_row(policy->arena, policy->custom[i], &rows[i]))
            return false;
    policy->custom_rows = rows;
    return true;
}

uint32_t al_kind_of_custom(const struct al_policy *policy, struct al_text name)
{
    uint32_t index;
    return al_custom_by_name(policy, name, false, &index) != NULL ? AL_KIND_CUSTOM + index : AL_NONE_INDEX;
}

uint32_t al_activation_of_custom(const struct al_policy *policy, struct al_text name)
{
    uint32_t index;
    return al_custom_by_name(policy, name, true, &index) != NULL ? AL_ACTIVATION_CUSTOM + index : AL_NONE_INDEX;
}

bool al_check_custom_function(struct al_site *s, int64_t activation, const struct al_shape *shape)
{
    /* al_param_fits has checked the index */
    const struct al_custom *c = s->policy->custom[activation - AL_ACTIVATION_CUSTOM];
    const enum al_sort sort = AL_SORT_FLOAT;
    struct al_scope scope = {.input_count = 1, .inputs = shape};
    struct al_error err = {0};
    struct al_shape output;
    struct al_typed *types = al_arena_alloc(s->model->arena, c->computes.term_count, sizeof *types);
    if (types == NULL)
        return al_site_no_memory(s);
    return al_custom_infer(c, &scope, &sort, NULL, types, &output, &err)
        || al_site_refuse(s, AL_GRAPH_SHAPE, NULL, AL_NOTHING, "the declaration of %s does not fit this call: %s",
                          c->name, err.what);
}
