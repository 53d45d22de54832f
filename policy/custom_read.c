/* Reads declarations of custom layers and functions; see custom.h. Whatever can be
   checked without a model file is checked here, once, with the place in the policy. */
#include "policy/custom_draft.h"

#include "base/limits.h"

#include <inttypes.h>
#include <math.h>

static bool declaration(struct al_reader *r, const struct al_place *place, const struct al_error *err)
{
    return al_find(r->findings, AL_POLICY_DECLARATION, place, NULL, AL_NOTHING, "%s", err->what);
}

/* ---- shapes ---- */

struct shape_draft {
    struct al_draft *draft;
    struct al_formula *list;
};

static bool read_dimension(struct al_reader *r, void *into, size_t index, const json_t *value,
                           const struct al_place *place)
{
    struct shape_draft *d = into;
    struct al_error err = {0};
    struct al_lexer lexer;
    struct al_names names = {d->draft->whole, d->draft->custom->key_count, &d->draft->custom->input_count};
    const char *text = NULL;
    int64_t number = 0;
    if (json_is_integer(value)) {
        if (!al_read_integer(r, value, place, 1, AL_MAX_DIMENSION, &number))
            return false;
        text = al_arena_format(r->arena, "%" PRId64, number);
        if (text == NULL)
            return al_read_no_memory(r);
    } else if (!al_read_text(r, value, place, &text)) {
        return false;
    }
    al_lexer_begin(&lexer, al_text_of(text));
    if (!al_formula_parse(&d->list[index], &lexer, &names, r->arena, &err)
        || (lexer.kind != AL_WORD_END && !al_expression_fail(&err, lexer.column, "expected the end of the formula")))
        return al_find(r->findings, AL_POLICY_EXPRESSION, place, NULL, al_text_of(text), "%s", err.what);
    d->list[index].text = text;
    return true;
}

static bool read_shape(struct al_reader *r, struct al_draft *draft, const json_t *value, const struct al_place *place,
                       const struct al_formula **list, uint32_t *count)
{
    struct shape_draft d = {draft, al_arena_alloc(r->arena, json_array_size(value), sizeof *d.list)};
    if (d.list == NULL)
        return al_read_no_memory(r);
    bool good = al_read_list(r, &d, value, place, AL_MAX_RANK, read_dimension);
    *list = d.list;
    *count = (uint32_t)json_array_size(value);
    draft->wrong |= !good;
    return good;
}

/* ---- weights ---- */

struct weight_draft {
    struct al_draft *draft;
    struct al_custom_weight *weight;
};

static bool read_weight_name(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct weight_draft *d = into;
    return al_read_text(r, value, place, &d->weight->name);
}

static bool read_weight_shape(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct weight_draft *d = into;
    return read_shape(r, d->draft, value, place, &d->weight->shape, &d->weight->rank_most);
}

static bool read_trainable(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct weight_draft *d = into;
    return al_read_bool(r, value, place, &d->weight->trainable);
}

static bool name_is_free(const struct al_draft *draft, uint32_t index, struct al_text name)
{
    uint32_t input;
    for (uint32_t i = 0; i < index; i++)
        if (draft->weight_names[i] != NULL && al_text_is(name, draft->weight_names[i]))
            return false;
    for (uint32_t i = 0; i < draft->custom->key_count; i++)
        if (al_text_is(name, draft->numbers[i]))
            return false;
    return !al_input_by_name(name, &input);
}

static bool read_weight(struct al_reader *r, void *into, size_t index, const json_t *value,
                        const struct al_place *place)
{
    static const struct al_member members[] = {
        {"name", true, read_weight_name},
        {"shape", true, read_weight_shape},
        {"trainable", false, read_trainable},
    };
    struct al_draft *draft = into;
    struct weight_draft d = {draft, &draft->weights[index]};
    d.weight->trainable = true;
    if (!al_read_object(r, &d, value, place, members, sizeof members / sizeof members[0])) {
        draft->wrong = true;
        return false;
    }
    if (!name_is_free(draft, (uint32_t)index, al_text_of(d.weight->name))) {
        draft->wrong = true;
        return al_find(r->findings, AL_POLICY_DUPLICATE, place, NULL, al_text_of(d.weight->name),
                       "the name \"%s\" has a meaning already", al_show(r->findings, al_text_of(d.weight->name)));
    }
    draft->weight_names[index] = d.weight->name;
    return true;
}

static bool read_weights(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    size_t count = json_array_size(value);
    draft->weights = al_arena_alloc(r->arena, count, sizeof *draft->weights);
    draft->weight_names = al_arena_alloc(r->arena, count, sizeof *draft->weight_names);
    if (draft->weights == NULL || draft->weight_names == NULL)
        return al_read_no_memory(r);
    if (!al_read_list(r, draft, value, place, AL_MAX_CUSTOM_ITEMS, read_weight))
        return false;
    draft->custom->weights = draft->weights;
    draft->custom->weight_count = (uint32_t)count;
    return true;
}

/* ---- the rest of a declaration ---- */

static bool read_name(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    return al_read_text(r, value, place, &draft->custom->name);
}

static bool read_output(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    return read_shape(r, draft, value, place, &draft->custom->output, &draft->custom->output_count);
}

static bool read_masking(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    return al_read_bool(r, value, place, &draft->custom->passes_mask);
}

/* Types without a model: nothing is known of the inputs and the configuration. */
static bool check_types(struct al_reader *r, const struct al_custom *c, const struct al_place *place)
{
    struct al_error err = {0};
    struct al_shape output;
    double *keys = al_arena_alloc(r->arena, c->key_count, sizeof *keys);
    struct al_shape *inputs = al_arena_alloc(r->arena, c->input_count, sizeof *inputs);
    enum al_sort *sorts = al_arena_alloc(r->arena, c->input_count, sizeof *sorts);
    struct al_shape *weights = al_arena_alloc(r->arena, c->weight_count, sizeof *weights);
    struct al_typed *types = al_arena_alloc(r->arena, c->computes.term_count, sizeof *types);
    if (keys == NULL || inputs == NULL || sorts == NULL || weights == NULL || types == NULL)
        return al_read_no_memory(r);
    for (uint32_t i = 0; i < c->key_count; i++)
        keys[i] = NAN;
    for (uint32_t i = 0; i < c->input_count; i++) {
        inputs[i].rank = AL_UNRANKED;
        sorts[i] = AL_SORT_ANY;
    }
    struct al_scope scope = {c->key_count, keys, c->input_count, inputs};
    return al_custom_infer(c, &scope, sorts, weights, types, &output, &err) || declaration(r, place, &err);
}

static bool read_lines(struct al_reader *r, const json_t *value, const struct al_place *place,
                       const char *const **lines, uint32_t *count)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    const char **list = al_arena_alloc(r->arena, n, sizeof *list);
    if (list == NULL)
        return al_read_no_memory(r);
    if (!json_is_string(value) && !json_is_array(value))
        return al_read_wrong_type(r, value, place, "text, or a list of lines");
    for (size_t i = 0; i < n; i++) {
        struct al_place here = al_place_index(place, i);
        const json_t *line = json_is_array(value) ? json_array_get(value, i) : value;
        if (!json_is_string(line))
            return al_read_wrong_type(r, line, &here, "text");
        list[i] = al_arena_copy(r->arena, json_string_value(line), json_string_length(line));
        if (list[i] == NULL)
            return al_read_no_memory(r);
    }
    *lines = list;
    *count = (uint32_t)n;
    return n <= AL_MAX_CUSTOM_ITEMS
        || al_find(r->findings, AL_POLICY_VALUE, place, "at most 256 lines", AL_NOTHING, "there are too many lines");
}

static bool read_computes(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    struct al_draft *draft = into;
    struct al_custom *c = draft->custom;
    struct al_vocabulary names = {{draft->whole, c->key_count, &c->input_count}, draft->numbers, draft->weight_names,
                                  c->weight_count};
    const char *const *lines = NULL;
    uint32_t count = 0, line = 0;
    struct al_error err = {0};
    if (!read_lines(r, value, place, &lines, &count))
        return false;
    if (draft->wrong)
        return false;
    if (al_expression_parse(&c->computes, lines, count, &names, r->arena, &line, &err))
        return true;
    if (err.code == AL_NO_MEMORY)
        return al_read_no_memory(r);
    struct al_place here = json_is_array(value) && count > 0 ? al_place_index(place, line) : *place;
    return al_find(r->findings, AL_POLICY_EXPRESSION, &here, NULL, count > 0 ? al_text_of(lines[line]) : AL_NOTHING,
                   "%s", err.what);
}

static bool keep(struct al_reader *r, struct al_policy *p, const struct al_custom *c, const struct al_place *place)
{
    uint32_t index = 0;
    if (al_custom_by_name(p, al_text_of(c->name), c->function, &index) != NULL)
        return al_find(r->findings, AL_POLICY_DUPLICATE, place, NULL, al_text_of(c->name), "\"%s\" is declared twice",
                       al_show(r->findings, al_text_of(c->name)));
    if (p->custom_count == AL_MAX_CUSTOM)
        return al_find(r->findings, AL_POLICY_VALUE, place, "at most 1024", AL_NOTHING,
                       "there are too many declarations");
    /* grown by one: the arena keeps the old lists, and a policy has a handful */
    const struct al_custom **list = al_arena_alloc(r->arena, p->custom_count + 1, sizeof *list);
    if (list == NULL)
        return al_read_no_memory(r);
    if (p->custom_count > 0)
        memcpy(list, p->custom, p->custom_count * sizeof *list);
    list[p->custom_count++] = c;
    p->custom = list;
    return true;
}

static bool read_declaration(struct al_reader *r, struct al_policy *p, bool function, const json_t *value,
                             const struct al_place *place)
{
    static const struct al_member of_layer[] = {
        {"name", true, read_name},     {"config", false, al_read_draft_config},   {"weights", false, read_weights},
        {"output", true, read_output}, {"masking", false, read_masking}, {"computes", true, read_computes},
    };
    static const struct al_member of_function[] = {
        {"name", true, read_name},
        {"computes", true, read_computes},
    };
    struct al_draft draft = {.custom = al_arena_alloc(r->arena, 1, sizeof *draft.custom)};
    if (draft.custom == NULL)
        return al_read_no_memory(r);
    struct al_custom *c = draft.custom;
    c->function = function;
    bool good = function ? al_read_object(r, &draft, value, place, of_function, 2)
                         : al_read_object(r, &draft, value, place, of_layer, sizeof of_layer / sizeof of_layer[0]);
    if (good && (c->input_count == 0 || (function && c->input_count > 1)))
        good = al_find(r->findings, AL_POLICY_DECLARATION, place, NULL, AL_NOTHING,
                       function ? "a function takes one input" : "nothing is computed from the layer's input");
    return good && check_types(r, c, place) && keep(r, p, c, place);
}

static bool read_layer(struct al_reader *r, void *into, size_t index, const json_t *value,
                       const struct al_place *place)
{
    (void)index;
    return read_declaration(r, into, false, value, place);
}

static bool read_function(struct al_reader *r, void *into, size_t index, const json_t *value,
                          const struct al_place *place)
{
    (void)index;
    return read_declaration(r, into, true, value, place);
}

bool al_read_custom_layers(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    return al_read_list(r, into, value, place, AL_MAX_CUSTOM, read_layer);
}

bool al_read_custom_functions(struct al_reader *r, void *into, const json_t *value, const struct al_place *place)
{
    return al_read_list(r, into, value, place, AL_MAX_CUSTOM, read_function);
}
