/* From findings and verdicts to the facts of a report. */
#include "api/report.h"

#include <stdlib.h>
#include <string.h>

enum { HEX_ROOM = 2 * AL_BLAKE2B_BYTES + 1 };
static const size_t FACTS_BUDGET = (size_t)1 << 32;

const char *al_fact_text(struct al_arena *arena, struct al_text text)
{
    struct al_buffer b;
    al_buffer_init(&b, (size_t)1 << 20);
    al_text_escape(&b, text, AL_MAX_FINDING_TEXT);
    const char *copy = b.failed ? NULL : al_arena_copy(arena, b.data, b.size);
    al_buffer_free(&b);
    return copy;
}

struct al_report *al_report_new(const char *shown, const struct al_policy *policy)
{
    struct al_report *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->arena = al_arena_new(FACTS_BUDGET);
    r->own_policy = policy == NULL ? al_policy_shipped("default") : NULL;
    r->policy = policy != NULL ? policy : r->own_policy;
    if (r->arena == NULL || r->policy == NULL)
        goto fail;
    al_findings_init(&r->findings, r->arena, r->policy, AL_MAX_FINDINGS);
    r->file = (struct al_file_facts){.format = "unknown", .written_by = "", .sha256 = "", .blake2b_512 = "",
                                     .signature = "none", .error = "", .defences = "", .signature_scheme = "",
                                     .signature_file = "", .signature_key = "", .signature_signer = "",
                                     .signature_comment = ""};
    r->file.path = al_fact_text(r->arena, al_text_of(shown));
    if (r->file.path == NULL)
        goto fail;
    return r;
fail:
    al_report_free(r);
    return NULL;
}

static const char *copy(struct al_arena *arena, const char *text)
{
    return al_arena_copy(arena, text, strlen(text));
}

static bool add_remark(struct al_report *r, const struct al_finding *finding)
{
    const struct al_finding_row *row = al_finding_row(finding->id);
    struct al_remark *remark = al_arena_alloc(r->arena, 1, sizeof *remark);
    if (remark == NULL)
        return false;
    *remark = (struct al_remark){.id = row->id,
                                 .severity = finding->severity,
                                 .where = copy(r->arena, finding->where),
                                 .message = copy(r->arena, finding->message),
                                 .expected = copy(r->arena, finding->expected),
                                 .found = copy(r->arena, finding->found),
                                 .remedy = row->remedy,
                                 .cwe = row->cwe,
                                 .cve = row->cve};
    r->remarks[r->remark_count++] = remark;
    return remark->where != NULL && remark->message != NULL && remark->expected != NULL && remark->found != NULL;
}

static bool add_remarks(struct al_report *r)
{
    const struct al_findings *cell = r->vetted != NULL ? &r->vetted->findings : NULL;
    size_t most = r->findings.count + (cell != NULL ? cell->count : 0);
    r->remarks = al_arena_alloc(r->arena, most, sizeof *r->remarks);
    if (r->remarks == NULL)
        return false;
    for (size_t i = 0; i < r->findings.count; i++)
        if (!add_remark(r, &r->findings.list[i]))
            return false;
    for (size_t i = 0; cell != NULL && i < cell->count; i++)
        if (!add_remark(r, &cell->list[i]))
            return false;
    return true;
}

static enum al_verdict settle(const struct al_report *r)
{
    if (r->findings.refusals > 0)
        return AL_VERDICT_REFUSE;
    if (r->verified && !r->findings.failed)
        return AL_VERDICT_ACCEPT;
    if (r->vetted == NULL || r->findings.failed)
        return AL_VERDICT_ERROR;
    return r->vetted->verdict;
}

static const char *hex(struct al_arena *arena, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char text[HEX_ROOM];
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return al_arena_copy(arena, text, 2 * count);
}

static bool add_digests(struct al_report *r)
{
    /* of a model in several files there is no one digest */
    const struct al_snapshot *s = r->bundle.count > 0 && !r->bundle.several ? r->bundle.inputs[0].snapshot : NULL;
    if (s == NULL || !s->digested)
        return true;
    r->file.sha256 = hex(r->arena, s->sha256, AL_SHA256_BYTES);
    r->file.blake2b_512 = hex(r->arena, s->blake2b, AL_BLAKE2B_BYTES);
    return r->file.sha256 != NULL && r->file.blake2b_512 != NULL;
}

static bool add_defences(struct al_report *r)
{
    struct al_buffer b;
    al_buffer_init(&b, 1024);
    for (uint32_t bit = 1; bit < AL_DEFENCE_ALL; bit <<= 1)
        if ((r->vetted->held & bit) != 0 && al_defence_name(bit) != NULL)
            al_buffer_format(&b, "%s%s", b.size > 0 ? " " : "", al_defence_name(bit));
    r->file.defences = b.failed ? NULL : al_arena_copy(r->arena, b.data, b.size);
    al_buffer_free(&b);
    return r->file.defences != NULL;
}

static const char *writer(struct al_arena *arena, const struct al_model *m)
{
    const struct al_version *v = &m->version;
    if (v->major == 0 && v->minor == 0 && v->patch == 0)
        return "";
    /* some files tell only which generation wrote them */
    return v->minor == 0 && v->patch == 0
               ? al_arena_format(arena, "%s %u", m->framework, v->major)
               : al_arena_format(arena, "%s %u.%u.%u%s", m->framework, v->major, v->minor, v->patch,
                                 v->tensorflow ? "-tf" : "");
}

bool al_report_finish(struct al_report *r)
{
    r->verdict = settle(r);
    for (uint32_t i = 0; i < r->bundle.count; i++)
        r->file.size += r->bundle.inputs[i].role != AL_ROLE_ARCHITECTURE ? r->bundle.inputs[i].snapshot->size : 0;
    if (!add_remarks(r) || !add_digests(r))
        return false;
    if (r->verdict == AL_VERDICT_ERROR) {
        const struct al_error *e = r->vetted != NULL ? &r->vetted->error : &r->error;
        r->file.error = al_fact_text(r->arena, al_text_of(e->what[0] != '\0' ? e->what : al_status_word(e->code)));
        if (r->file.error == NULL)
            return false;
    }
    if (r->vetted == NULL)
        return true;
    r->file.sealed = r->vetted->sealed;
    if (r->vetted->format != AL_FORMAT_UNKNOWN)
        r->file.format = al_format_name(r->vetted->format);
    if (!add_defences(r))
        return false;
    if (r->verdict != AL_VERDICT_ACCEPT)
        return true;
    r->file.written_by = writer(r->arena, r->vetted->model);
    return r->file.written_by != NULL && al_report_describe(r, r->vetted->model);
}

void al_report_forget_bytes(struct al_report *r)
{
    al_vetted_free(r->vetted);
    r->vetted = NULL;
    al_bundle_free(&r->bundle);
}

enum al_verdict al_report_verdict(const struct al_report *r)
{
    return r->verdict;
}

const struct al_file_facts *al_report_file(const struct al_report *r)
{
    return &r->file;
}

const struct al_model_facts *al_report_model(const struct al_report *r)
{
    return r->model;
}

const struct al_remark *const *al_report_remarks(const struct al_report *r, size_t *count)
{
    *count = r->remark_count;
    return r->remarks;
}

const struct al_layer_facts *const *al_report_layers(const struct al_report *r, size_t *count)
{
    *count = r->layer_count;
    return r->layers;
}

const struct al_weight_facts *const *al_report_weights(const struct al_report *r, size_t *count)
{
    *count = r->weight_count;
    return (const struct al_weight_facts *const *)r->weights;
}

void al_report_free(struct al_report *r)
{
    if (r == NULL)
        return;
    al_report_forget_bytes(r);
    al_policy_free(r->own_policy);
    al_arena_free(r->arena);
    free(r);
}
