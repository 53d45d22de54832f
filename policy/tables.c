/* Prints the tables of this room as one JSON object, for docs/update.py, which makes
   the reference of findings, the schema and tables of policies and the dictionaries of
   the fuzz harnesses from it. */
#include "policy/custom.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *severity_word(enum al_severity severity)
{
    static const char *const words[] = {[AL_NOTE] = "note", [AL_WARN] = "warn", [AL_REFUSE] = "refuse"};
    return words[severity];
}

static json_t *findings(void)
{
    json_t *list = json_array();
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const struct al_finding_row *row = al_finding_row((enum al_finding_id)i);
        json_array_append_new(list, json_pack("{ss, ss, sb, ss, ss, ss, ss, ss}", "id", row->id, "severity",
                                              severity_word(row->severity), "soft", row->soft, "title", row->title,
                                              "why", row->why, "remedy", row->remedy, "cwe", row->cwe, "cve",
                                              row->cve));
    }
    return list;
}

static json_t *limits(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < al_limit_row_count; i++)
        json_array_append_new(list, json_pack("{ss, sI, sI, ss}", "key", al_limit_rows[i].key, "standard",
                                              (json_int_t)al_limit_rows[i].standard, "ceiling",
                                              (json_int_t)al_limit_rows[i].ceiling, "meaning",
                                              al_limit_rows[i].meaning));
    return list;
}

static json_t *names(const char *const *column)
{
    json_t *list = json_array();
    for (size_t i = 0; column != NULL && column[i] != NULL; i++)
        json_array_append_new(list, json_string(column[i]));
    return list;
}

static json_t *attributes(const struct al_callable *c)
{
    static const char *const types[] = {
        [AL_ATTRIBUTE_INTEGER] = "integer", [AL_ATTRIBUTE_INTEGERS] = "integers", [AL_ATTRIBUTE_REAL] = "number",
        [AL_ATTRIBUTE_FLAG] = "flag",       [AL_ATTRIBUTE_CHOICE] = "choice",     [AL_ATTRIBUTE_TEXT] = "text"};
    json_t *list = json_array();
    for (uint32_t i = 0; c->attributes[i].name != NULL; i++) {
        const struct al_attribute *a = &c->attributes[i];
        /* JSON has no infinity: the sides that Clip leaves open */
        json_array_append_new(list, json_pack("{ss, ss, sb, so, so}", "name", a->name, "type", types[a->type],
                                              "required", a->required, "choices", names(a->choices), "standard",
                                              isfinite(a->standard) ? json_real(a->standard) : json_null()));
    }
    return list;
}

static json_t *operators(void)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < al_callable_count; i++)
        json_array_append_new(list, json_pack("{ss, si, si, so}", "name", al_callables[i].name, "least",
                                              (int)al_callables[i].least, "most", (int)al_callables[i].most,
                                              "attributes", attributes(&al_callables[i])));
    return list;
}

static json_t *formats(void)
{
    json_t *list = json_array();
    for (int i = 1; i < AL_FORMAT_COUNT; i++)
        json_array_append_new(list, json_string(al_format_name((enum al_format)i)));
    return list;
}

static json_t *defences(void)
{
    json_t *list = json_array();
    for (unsigned i = 0; al_defence_name(1U << i) != NULL; i++)
        json_array_append_new(list, json_string(al_defence_name(1U << i)));
    return list;
}

int main(void)
{
    json_t *tables = json_pack("{so, so, so, so, so, so}", "findings", findings(), "limits", limits(), "operators",
                               operators(), "formats", formats(), "defences", defences(), "types",
                               names(al_custom_type_names));
    int status = tables == NULL || json_dumpf(tables, stdout, JSON_INDENT(1)) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    json_decref(tables);
    return status;
}
