/* SARIF 2.1.0 (OASIS): what code-scanning services take. Every finding is a rule, with
   the words of `airlock explain`; a refusal is an error, a warning a warning. Files that
   could not be judged are notifications of the run, never silence. */
#include "cli/json.h"
#include "cli/report.h"

#include <string.h>

static const char *level_of(enum al_severity severity)
{
    return severity == AL_REFUSE ? "error" : severity == AL_WARN ? "warning" : "note";
}

static json_t *text(const char *words)
{
    return json_pack("{s:s}", "text", words);
}

/* CWE and CVE numbers as tags, the way GitHub reads the former. */
static json_t *tags_of(const struct al_explanation *e)
{
    json_t *tags = json_array();
    (void)json_array_append_new(tags, json_string("security"));
    for (const char *at = e->cwe; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        (void)json_array_append_new(tags, json_sprintf("external/cwe/cwe-%.*s", (int)length - 4, at + 4));
        at += length;
    }
    for (const char *at = e->cve; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        (void)json_array_append_new(tags, json_stringn(at, length));
        at += length;
    }
    return tags;
}

static json_t *rules(void)
{
    json_t *list = json_array();
    for (size_t i = 0; al_explanation_at(i) != NULL; i++) {
        const struct al_explanation *e = al_explanation_at(i);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:o, s:o, s:o, s:{s:s}, s:{s:o}}", "id", e->id, "shortDescription", text(e->title),
                            "fullDescription", text(e->why), "help", text(e->remedy), "defaultConfiguration", "level",
                            level_of(e->severity), "properties", "tags", tags_of(e)));
    }
    return list;
}

static size_t rule_index(const char *id)
{
    size_t i = 0;
    while (al_explanation_at(i) != NULL && strcmp(al_explanation_at(i)->id, id) != 0)
        i++;
    return i;
}

/* A path as a URI reference (RFC 3986): relative where the path is. */
static json_t *uri_of(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char uri[3 * 4096 + 1];
    size_t n = 0;
    for (const char *at = path; *at != '\0' && n + 3 < sizeof uri; at++) {
        if (strchr(plain, *at) != NULL)
            uri[n++] = *at;
        else
            n += (size_t)snprintf(uri + n, 4, "%%%02X", (unsigned)(unsigned char)*at);
    }
    return json_stringn(uri, n);
}

static json_t *message_of(const struct al_remark *m)
{
    if (*m->expected != '\0' && *m->found != '\0')
        return json_pack("{s:o}", "text",
                         json_sprintf("%s (expected: %s; found: %s)", m->message, m->expected, m->found));
    if (*m->expected != '\0')
        return json_pack("{s:o}", "text", json_sprintf("%s (expected: %s)", m->message, m->expected));
    if (*m->found != '\0')
        return json_pack("{s:o}", "text", json_sprintf("%s (found: %s)", m->message, m->found));
    return text(m->message);
}

static json_t *result_of(const struct al_remark *m, const char *path)
{
    json_t *location = json_pack("{s:{s:{s:o}}}", "physicalLocation", "artifactLocation", "uri", uri_of(path));
    if (location != NULL && *m->where != '\0')
        (void)json_object_set_new(location, "logicalLocations", json_pack("[{s:s}]", "fullyQualifiedName", m->where));
    return json_pack("{s:s, s:I, s:s, s:o, s:[o]}", "ruleId", m->id, "ruleIndex", (json_int_t)rule_index(m->id),
                     "level", level_of(m->severity), "message", message_of(m), "locations", location);
}

static json_t *artifact_of(const struct al_file_facts *file)
{
    json_t *artifact = json_pack("{s:{s:o}, s:I}", "location", "uri", uri_of(file->path), "length",
                                 (json_int_t)file->size);
    if (artifact != NULL && *file->sha256 != '\0')
        (void)json_object_set_new(artifact, "hashes", json_pack("{s:s}", "sha-256", file->sha256));
    if (artifact != NULL)
        (void)json_object_set_new(artifact, "properties", json_pack("{s:o}", "signature", json_of_signature(file)));
    return artifact;
}

/* state: { results, artifacts, notifications } */
static bool begin(struct reporting *r)
{
    r->state = json_pack("{s:[], s:[], s:[]}", "results", "artifacts", "notifications");
    return r->state != NULL;
}

static bool result(struct reporting *r, const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    size_t count = 0;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    bool good = json_array_append_new(json_object_get(r->state, "artifacts"), artifact_of(file)) == 0;
    for (size_t i = 0; good && i < count; i++)
        good = json_array_append_new(json_object_get(r->state, "results"), result_of(remarks[i], file->path)) == 0;
    if (good && al_report_verdict(report) == AL_VERDICT_ERROR) {
        json_t *words = json_sprintf("%s could not be judged: %s", file->path, file->error);
        json_t *notification = json_pack("{s:s, s:{s:o}}", "level", "error", "message", "text", words);
        good = json_array_append_new(json_object_get(r->state, "notifications"), notification) == 0;
    }
    return good;
}

static bool end(struct reporting *r)
{
    json_t *state = r->state;
    json_t *document = json_pack(
        "{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[{s:b, s:O}], s:O, s:O, s:s}]}", "$schema",
        "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver", "name",
        "Airlock", "version", al_version(), "rules", rules(), "invocations", "executionSuccessful",
        r->tally.errors == 0, "toolExecutionNotifications", json_object_get(state, "notifications"), "artifacts",
        json_object_get(state, "artifacts"), "results", json_object_get(state, "results"), "columnKind",
        "utf16CodeUnits");
    bool good = document != NULL;
    if (good && json_dumpf(document, r->stream, JSON_INDENT(1)) == 0)
        (void)fputc('\n', r->stream);
    json_decref(document);
    json_decref(state);
    return good;
}

const struct report_format report_sarif = {"sarif", begin, result, end};
