/* The attributes of a call with values put in; see expression.h. */
#include "policy/expression.h"

#include <math.h>

static uint32_t index_of(const struct al_term *t, const char *name)
{
    const struct al_attribute *attributes = al_callables[t->index].attributes;
    uint32_t i = 0;
    while (attributes[i].name != NULL && strcmp(attributes[i].name, name) != 0)
        i++;
    return i;
}

const struct al_setting *al_setting_of(const struct al_term *t, const char *name)
{
    return &t->settings[index_of(t, name)];
}

bool al_setting_integer(const struct al_term *t, const char *name, const struct al_scope *scope, int64_t *value,
                        bool *known, struct al_error *err)
{
    const struct al_setting *s = al_setting_of(t, name);
    if (s->given)
        return al_formula_value(&s->formulas[0], scope, value, known, err);
    *value = (int64_t)s->real;
    *known = true;
    return true;
}

bool al_setting_integers(const struct al_term *t, const char *name, const struct al_scope *scope,
                         struct al_integers *values, struct al_error *err)
{
    const struct al_setting *s = al_setting_of(t, name);
    return al_formula_list(s->formulas, s->formula_count, scope, values, err);
}

double al_setting_real(const struct al_term *t, const char *name, const struct al_scope *scope)
{
    const struct al_setting *s = al_setting_of(t, name);
    if (s->key == AL_NO_KEY)
        return s->real;
    return s->key < scope->key_count ? scope->keys[s->key] : NAN;
}

bool al_setting_flag(const struct al_term *t, const char *name)
{
    return al_setting_of(t, name)->real != 0;
}
