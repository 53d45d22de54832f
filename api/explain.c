/* The table of findings as callers see it: by id and in the order of ids. */
#include "policy/finding.h"

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
