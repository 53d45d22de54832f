/* The layers that a policy names; see allowed.h. */
#include "validator/allowed.h"

#include "policy/custom.h"
#include "policy/suggest.h"
#include "validator/structure.h"

#include <string.h>

static bool is_named(const struct al_row *row, const char *name)
{
    if (strcmp(row->name, name) == 0)
        return true;
    for (const char *const *other = row->other_names; other != NULL && *other != NULL; other++)
        if (strcmp(*other, name) == 0)
            return true;
    return false;
}

bool al_policy_allows(const struct al_policy *policy, uint32_t kind)
{
    const struct al_row *row = al_row_of(policy, kind);
    for (size_t i = 0; i < policy->refuse_layer_count; i++)
        if (is_named(row, policy->refuse_layers[i]))
            return false;
    /* a list of allowed layers is about what computes; the frame around it is implied */
    if (policy->allow_layers == NULL || al_kind_is_model(kind) || kind == AL_KIND_INPUT_LAYER || row->custom != NULL)
        return true;
    for (size_t i = 0; i < policy->allow_layer_count; i++)
        if (is_named(row, policy->allow_layers[i]))
            return true;
    return false;
}

static bool is_known(const struct al_policy *policy, const char *name)
{
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++)
        if (is_named(al_row_of(NULL, kind), name))
            return true;
    for (size_t i = 0; i < policy->custom_count; i++)
        if (strcmp(policy->custom[i]->name, name) == 0)
            return true;
    return false;
}

static bool check_list(const struct al_policy *policy, const char *key, const char *const *names, size_t count,
                       struct al_findings *f)
{
    const char *known[AL_KIND_COUNT];
    for (uint32_t kind = 0; kind < AL_KIND_COUNT; kind++)
        known[kind] = al_row_of(NULL, kind)->name;
    const struct al_place root = al_place_root("policy"), layers = al_place_key(&root, al_text_of("layers"));
    const struct al_place list = al_place_key(&layers, al_text_of(key));
    for (size_t i = 0; i < count; i++) {
        const struct al_place at = al_place_index(&list, i);
        const char *near = al_suggest(al_text_of(names[i]), known, AL_KIND_COUNT, sizeof *known);
        if (!is_known(policy, names[i]))
            return al_find(f, AL_POLICY_VALUE, &at, near != NULL ? near : "a layer that `airlock explain` lists",
                           al_text_of(names[i]), "there is no such layer");
    }
    return true;
}

bool al_policy_check_names(const struct al_policy *policy, struct al_findings *f)
{
    return check_list(policy, "refuse", policy->refuse_layers, policy->refuse_layer_count, f) &&
           check_list(policy, "allow", policy->allow_layers, policy->allow_layer_count, f);
}
