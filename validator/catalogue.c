/* The table of rows, made from catalogue.def, and its look-ups: exact equality, no
   prefixes, no case folding, no import. */
#include "validator/catalogue.h"

#define AL_KIND(SYMBOL, symbol, since) extern const struct al_row al_row_##symbol;
#include "validator/catalogue.def"
#undef AL_KIND

#define AL_KIND(SYMBOL, symbol, since) [AL_KIND_##SYMBOL] = &al_row_##symbol,
static const struct al_row *const rows[AL_KIND_COUNT] = {
#include "validator/catalogue.def"
};
#undef AL_KIND

#define AL_KIND(SYMBOL, symbol, since) [AL_KIND_##SYMBOL] = (since),
static const char *const releases[AL_KIND_COUNT] = {
#include "validator/catalogue.def"
};
#undef AL_KIND

/* `module` of a built-in layer as Keras 2.12 to 3 and tf_keras write it */
static const char *const usual_modules[] = {"keras.layers", "tf_keras.layers", NULL};

const struct al_row *al_row_of(const struct al_policy *policy, uint32_t kind)
{
    if (kind < AL_KIND_COUNT)
        return rows[kind];
    bool declared = kind >= AL_KIND_CUSTOM && policy != NULL && policy->custom_rows != NULL &&
                    kind - AL_KIND_CUSTOM < policy->custom_count;
    return declared ? policy->custom_rows[kind - AL_KIND_CUSTOM] : NULL;
}

const char *al_kind_since(uint32_t kind)
{
    return kind < AL_KIND_COUNT ? releases[kind] : NULL;
}

static bool listed(const char *const *list, struct al_text text)
{
    for (; list != NULL && *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

/* Whether files of that generation can honestly have it. What is refused is known in both, by its
   own finding. */
static bool in_generation(uint32_t kind, bool keras2)
{
    if (!keras2)
        return !rows[kind]->keras2_only;
    return releases[kind][0] == '2' || rows[kind]->decision == AL_NOT_ALLOWED;
}

uint32_t al_kind_of_layer(struct al_text module, struct al_text class_name, bool keras2)
{
    for (uint32_t i = 0; i < AL_KIND_COUNT; i++) {
        const struct al_row *row = rows[i];
        if (row->operation || !in_generation(i, keras2))
            continue;
        if (!al_text_is(class_name, row->name) && !listed(row->other_names, class_name))
            continue;
        if (module.at == NULL || listed(row->modules != NULL ? row->modules : usual_modules, module))
            return i;
    }
    return AL_NONE_INDEX;
}

uint32_t al_kind_of_operation(struct al_text module, struct al_text class_name, bool keras2)
{
    for (uint32_t i = 0; i < AL_KIND_COUNT; i++) {
        const struct al_row *row = rows[i];
        if (!row->operation)
            continue;
        if (keras2 ? listed(row->functions, class_name)
                   : !row->keras2_only && al_text_is(class_name, row->name) &&
                         (module.at == NULL || listed(row->modules, module)))
            return i;
    }
    return AL_NONE_INDEX;
}
