/* The tables of findings and of kinds of layers as callers see them. */
#include "base/status.h"
#include "validator/describe.h"

#define AL_FINDING(symbol, id, severity, soft, title, why, remedy, cwe, cve) \
    {id, severity, soft, title, why, remedy, cwe, cve},
static const struct al_explanation explanations[] = {
#include "policy/findings.def"
};
#undef AL_FINDING

/* The areas in findings.def are sorted, and so are the rows of each: a test holds them to it. */
const struct al_explanation *al_explanation_at(size_t index)
{
    return index < AL_FINDING_COUNT ? &explanations[index] : NULL;
}

const struct al_explanation *al_explain(const char *id)
{
    enum al_finding_id known = al_finding_by_name(al_text_of(id));
    return known != AL_FINDING_COUNT ? &explanations[known] : NULL;
}

bool al_kind_at(struct al_kind_facts *out, size_t index)
{
    if (index >= AL_KIND_COUNT)
        return false;
    const struct al_row *row = al_row_of(NULL, (uint32_t)index);
    *out = (struct al_kind_facts){al_kind_area(row), row->name, al_kind_since((uint32_t)index),
                                  al_decision_word(row->decision),
                                  row->decision == AL_NOT_ALLOWED ? row->reason : row->computes};
    return true;
}

size_t al_kind_find(const char *id)
{
    const uint32_t kind = al_kind_of_name(al_text_of(id));
    return kind == AL_NONE_INDEX ? SIZE_MAX : kind;
}

enum al_status al_kind_text(char **out, size_t index, struct al_error *err)
{
    struct al_buffer text;
    *out = NULL;
    if (index >= AL_KIND_COUNT)
        return al_fail(err, AL_USAGE, 0, "the catalogue has %d kinds", AL_KIND_COUNT);
    al_buffer_init(&text, 1 << 16);
    al_describe_kind(&text, (uint32_t)index);
    al_buffer_u8(&text, 0);
    if (text.failed) {
        al_buffer_free(&text);
        return al_fail(err, AL_NO_MEMORY, 0, "the page needs more memory than there is");
    }
    *out = (char *)text.data;
    return AL_OK;
}
