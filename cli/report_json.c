/* The report for programs: one document, or (jsonl) a line per file as soon as it is
   judged and a last line with the sum. */
#include "cli/json.h"
#include "cli/report.h"

static json_t *json_of_tally(const struct tally *t)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "accepted", (json_int_t)t->accepted, "refused", (json_int_t)t->refused,
                     "errors", (json_int_t)t->errors, "skipped", (json_int_t)t->skipped);
}

/* Takes `value`. A failed write shows when the stream is closed. */
static bool dump_take(struct reporting *r, json_t *value, size_t flags)
{
    bool good = value != NULL;
    if (good && json_dumpf(value, r->stream, flags) == 0)
        fputc('\n', r->stream);
    json_decref(value);
    return good;
}

static bool json_begin(struct reporting *r)
{
    r->state = json_array();
    return r->state != NULL;
}

static bool json_result(struct reporting *r, const struct al_report *report)
{
    return json_array_append_new(r->state, json_of_report(report)) == 0;
}

static bool json_end(struct reporting *r)
{
    json_t *document = json_pack("{s:s, s:o, s:o, s:o}", "airlock", al_version(), "policy", json_of_policy(r->policy),
                                 "results", r->state, "summary", json_of_tally(&r->tally));
    return dump_take(r, document, JSON_INDENT(2));
}

static bool jsonl_begin(struct reporting *r)
{
    (void)r;
    return true;
}

static bool jsonl_result(struct reporting *r, const struct al_report *report)
{
    bool good = dump_take(r, json_of_report(report), JSON_COMPACT);
    (void)fflush(r->stream);
    return good;
}

static bool jsonl_end(struct reporting *r)
{
    json_t *line = json_pack("{s:s, s:o, s:o}", "airlock", al_version(), "policy", json_of_policy(r->policy),
                             "summary", json_of_tally(&r->tally));
    return dump_take(r, line, JSON_COMPACT);
}

const struct report_format report_json = {"json", json_begin, json_result, json_end};
const struct report_format report_jsonl = {"jsonl", jsonl_begin, jsonl_result, jsonl_end};
