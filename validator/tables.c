/* Prints the catalogue as one JSON object, for docs/update.py, which makes
   docs/LAYERS.md, the names in the policy's schema and the dictionaries of the
   harnesses for Keras files from it. */
#include "validator/activation.h"
#include "validator/describe.h"
#include "validator/params.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *strings(const char *const *list)
{
    json_t *out = json_array();
    for (; list != NULL && *list != NULL; list++)
        json_array_append_new(out, json_string(*list));
    return out;
}

static json_t *keys(const struct al_row *row)
{
    json_t *out = json_array();
    for (uint32_t i = 0; i < row->param_count; i++) {
        const struct al_param *p = &row->params[i];
        struct al_buffer text;
        al_buffer_init(&text, AL_MAX_FINDING_TEXT);
        al_param_describe(&text, p);
        json_array_append_new(out, json_pack("{ss, ss%, so, sb}", "key", p->key, "takes", (const char *)text.data,
                                             text.size, "choices", strings(p->choices), "effect",
                                             !al_param_is_dropped(p->type) || p->type == AL_PARAM_FIXED));
        al_buffer_free(&text);
    }
    return out;
}

static json_t *arguments(const struct al_row *row)
{
    json_t *out = json_array();
    for (uint32_t i = 0; i < row->argument_count; i++)
        json_array_append_new(out, json_string(row->arguments[i].name));
    return out;
}

static void add(json_t *kinds, const char *family, const struct al_row *row, const char *since)
{
    const bool refused = row->decision == AL_NOT_ALLOWED;
    json_array_append_new(
        kinds, json_pack("{ss, ss, ss, ss, ss, ss*, ss*, ss, so, so, so, so, so, sb, ss, si, si}", "area",
                         al_kind_area(row), "name", row->name, "family", family, "since", since, "decision",
                         al_decision_word(row->decision), "weights", row->weights, "finding",
                         refused ? al_finding_row(row->finding)->id : NULL, "says",
                         refused ? row->reason : row->computes, "modules", strings(row->modules), "other_names",
                         strings(row->other_names), "functions", strings(row->functions), "keys", keys(row),
                         "arguments", arguments(row), "keras2_only", row->keras2_only, "mask",
                         al_mask_word(row->mask), "rank_min", (int)row->rank_min, "rank_max", (int)row->rank_max));
}

#define AL_FAMILY(name) family = (name);
#define AL_KIND(SYMBOL, symbol, since) add(kinds, family, al_row_of(NULL, AL_KIND_##SYMBOL), since);
static json_t *catalogue(void)
{
    json_t *kinds = json_array();
    const char *family = "";
#include "validator/catalogue.def"
    return kinds;
}
#undef AL_KIND

static json_t *activations(void)
{
    json_t *out = json_array();
    for (int64_t i = 0; i < AL_ACTIVATION_COUNT; i++)
        json_array_append_new(out, json_string(al_activation_name(i)));
    return out;
}

int main(void)
{
    json_t *tables = json_pack("{so, so}", "kinds", catalogue(), "activations", activations());
    int status = tables == NULL || json_dumpf(tables, stdout, JSON_INDENT(1)) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    json_decref(tables);
    return status;
}
