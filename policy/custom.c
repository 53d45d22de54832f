/* Declarations of custom layers: look-up, shapes, printing. See custom.h. */
#include "policy/custom.h"

#include "policy/keys.h"

#include <inttypes.h>

const char *const al_custom_type_names[] = {
    [AL_CUSTOM_INTEGER] = "integer",
    [AL_CUSTOM_NUMBER] = "number",
    [AL_CUSTOM_BOOLEAN] = "boolean",
    [AL_CUSTOM_CHOICE] = "choice",
    [AL_CUSTOM_TEXT] = "text",
    [AL_CUSTOM_INITIALIZER] = "initializer",
    [AL_CUSTOM_REGULARIZER] = "regularizer",
    [AL_CUSTOM_CONSTRAINT] = "constraint",
    NULL,
};

const struct al_custom *al_custom_by_name(const struct al_policy *policy, struct al_text name, bool function,
                                          uint32_t *index)
{
    for (size_t i = 0; i < policy->custom_count; i++) {
        if (policy->custom[i]->function == function && al_text_is(name, policy->custom[i]->name)) {
            *index = (uint32_t)i;
            return policy->custom[i];
        }
    }
    return NULL;
}

static bool same_shape(const struct al_shape *declared, const struct al_shape *computed, struct al_error *err)
{
    if (declared->rank == AL_UNRANKED || computed->rank == AL_UNRANKED)
        return true;
    if (declared->rank != computed->rank) {
        (void)al_fail(err, AL_REFUSED, 0, "the output is declared with %u dimensions and computed with %u",
                      declared->rank, computed->rank);
        return false;
    }
    for (uint32_t i = 0; i < declared->rank; i++) {
        int64_t a = declared->dim[i], b = computed->dim[i];
        if (a >= 0 && b >= 0 && a != b) {
            (void)al_fail(err, AL_REFUSED, 0,
                          "dimension %u of the output is declared as %" PRId64 " and computed as %" PRId64, i, a, b);
            return false;
        }
    }
    return true;
}

bool al_custom_infer(const struct al_custom *c, const struct al_scope *scope, const enum al_sort *inputs,
                     struct al_shape *weights, struct al_typed *types, struct al_shape *output, struct al_error *err)
{
    for (uint32_t i = 0; i < c->weight_count; i++)
        if (!al_formula_shape(c->weights[i].shape, c->weights[i].rank_most, scope, &weights[i], err))
            return false;
    if (!al_expression_types(&c->computes, scope, inputs, weights, types, err))
        return false;
    const struct al_typed *result = &types[c->computes.result];
    if (result->sort != AL_SORT_FLOAT && result->sort != AL_SORT_ANY) {
        (void)al_fail(err, AL_REFUSED, 0, "the output is %s, not floating-point numbers of the layer's type",
                      al_sort_word(result->sort));
        return false;
    }
    struct al_shape declared;
    if (c->function)
        declared = scope->inputs[0];
    else if (!al_formula_shape(c->output, c->output_count, scope, &declared, err))
        return false;
    if (!same_shape(&declared, &result->shape, err))
        return false;
    *output = declared.rank == AL_UNRANKED ? result->shape : declared;
    return true;
}

static void write_formulas(struct al_buffer *out, const struct al_formula *list, uint32_t count)
{
    al_buffer_text(out, "[");
    for (uint32_t i = 0; i < count; i++) {
        al_buffer_text(out, i > 0 ? ", " : "");
        if (strspn(list[i].text, "0123456789") == strlen(list[i].text))
            al_buffer_text(out, list[i].text);
        else
            al_write_string(out, list[i].text);
    }
    al_buffer_text(out, "]");
}

static void write_key(struct al_buffer *out, const struct al_custom_key *key)
{
    al_write_string(out, key->name);
    al_buffer_format(out, ": { \"type\": \"%s\"", al_custom_type_names[key->type]);
    if (key->type == AL_CUSTOM_INTEGER || key->type == AL_CUSTOM_NUMBER)
        al_buffer_format(out, key->type == AL_CUSTOM_INTEGER ? ", \"minimum\": %.0f, \"maximum\": %.0f"
                                                             : ", \"minimum\": %.17g, \"maximum\": %.17g",
                         key->minimum, key->maximum);
    if (key->type == AL_CUSTOM_CHOICE) {
        size_t count = 0;
        while (key->choices[count] != NULL)
            count++;
        al_buffer_text(out, ", \"choices\": ");
        al_write_strings(out, key->choices, count);
    }
    if (key->standard != NULL) {
        al_buffer_text(out, ", \"default\": ");
        al_buffer_text(out, key->standard);
    }
    al_buffer_text(out, " }");
}

static void write_keys(struct al_buffer *out, const struct al_custom *c)
{
    al_buffer_text(out, ",\n      \"config\": {");
    for (uint32_t i = 0; i < c->key_count; i++) {
        al_buffer_text(out, i > 0 ? ",\n        " : "\n        ");
        write_key(out, &c->keys[i]);
    }
    al_buffer_text(out, c->key_count > 0 ? "\n      }" : "}");
}

static void write_weights(struct al_buffer *out, const struct al_custom *c)
{
    al_buffer_text(out, ",\n      \"weights\": [");
    for (uint32_t i = 0; i < c->weight_count; i++) {
        al_buffer_text(out, i > 0 ? ",\n        { \"name\": " : "\n        { \"name\": ");
        al_write_string(out, c->weights[i].name);
        al_buffer_text(out, ", \"shape\": ");
        write_formulas(out, c->weights[i].shape, c->weights[i].rank_most);
        al_buffer_format(out, ", \"trainable\": %s }", c->weights[i].trainable ? "true" : "false");
    }
    al_buffer_text(out, c->weight_count > 0 ? "\n      ]" : "]");
}

static void write_declaration(struct al_buffer *out, const struct al_custom *c)
{
    al_buffer_text(out, "\n    {\n      \"name\": ");
    al_write_string(out, c->name);
    if (!c->function) {
        write_keys(out, c);
        write_weights(out, c);
        al_buffer_text(out, ",\n      \"output\": ");
        write_formulas(out, c->output, c->output_count);
        al_buffer_format(out, ",\n      \"masking\": %s", c->passes_mask ? "true" : "false");
    }
    al_buffer_text(out, ",\n      \"computes\": ");
    al_write_strings(out, c->computes.lines, c->computes.line_count);
    al_buffer_text(out, "\n    }");
}

static void write_all(struct al_buffer *out, const struct al_policy *policy, bool functions, const char *key)
{
    const char *separator = "";
    al_buffer_format(out, ",\n  \"%s\": [", key);
    for (size_t i = 0; i < policy->custom_count; i++) {
        if (policy->custom[i]->function != functions)
            continue;
        al_buffer_text(out, separator);
        write_declaration(out, policy->custom[i]);
        separator = ",";
    }
    al_buffer_text(out, *separator != '\0' ? "\n  ]" : "]");
}

void al_custom_write(struct al_buffer *out, const struct al_policy *policy)
{
    write_all(out, policy, false, "custom_layers");
    write_all(out, policy, true, "custom_functions");
}
