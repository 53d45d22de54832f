/* CycloneDX 1.6 (ECMA-424) with a component of type machine-learning-model for each
   file: digests, a model card with inputs and outputs, its layers, and the findings as
   vulnerabilities. */
#include "cli/json.h"
#include "cli/report.h"

#include <string.h>

static void add(json_t *properties, const char *name, json_t *value_take)
{
    (void)json_array_append_new(properties, json_pack("{s:s, s:o}", "name", name, "value", value_take));
}

static json_t *ports(const struct al_port_facts *const *list, uint32_t count)
{
    json_t *out = json_array();
    for (uint32_t i = 0; i < count; i++) {
        char shape[SHAPE_TEXT];
        json_t *format = json_sprintf("%s: %s %s", list[i]->name, list[i]->dtype, shape_text(shape, list[i]));
        (void)json_array_append_new(out, json_pack("{s:o}", "format", format));
    }
    return out;
}

static json_t *model_card(const struct al_model_facts *m)
{
    return json_pack("{s:{s:s, s:o, s:o}}", "modelParameters", "modelArchitecture", m->name, "inputs",
                     ports(m->inputs, m->input_count), "outputs", ports(m->outputs, m->output_count));
}

static json_t *properties(const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *m = al_report_model(report);
    json_t *list = json_array();
    add(list, "airlock:verdict", json_string(al_verdict_word(al_report_verdict(report))));
    add(list, "airlock:format", json_string(file->format));
    add(list, "airlock:size", json_sprintf("%llu", (unsigned long long)file->size));
    add(list, "airlock:signature", json_string(file->signature));
    struct signature_fact facts[SIGNATURE_FACTS];
    for (const struct signature_fact *f = signature_facts(facts, file); f->name != NULL; f++) {
        char name[64];
        (void)snprintf(name, sizeof name, "airlock:signature-%s", f->name);
        add(list, name, json_string(f->value));
    }
    if (*file->written_by != '\0')
        add(list, "airlock:written-by", json_string(file->written_by));
    if (m == NULL)
        return list;
    add(list, "airlock:parameters", json_sprintf("%llu", (unsigned long long)m->parameters));
    size_t count = 0;
    const struct al_layer_facts *const *layers = al_report_layers(report, &count);
    for (size_t i = 0; i < count; i++)
        add(list, "airlock:layer", json_sprintf("%s (%s, %llu parameters)", layers[i]->name, layers[i]->kind,
                                                (unsigned long long)layers[i]->parameters));
    return list;
}

static json_t *hashes(const struct al_file_facts *file)
{
    json_t *list = json_array();
    if (*file->sha256 != '\0')
        (void)json_array_append_new(list, json_pack("{s:s, s:s}", "alg", "SHA-256", "content", file->sha256));
    if (*file->blake2b_512 != '\0')
        (void)json_array_append_new(list, json_pack("{s:s, s:s}", "alg", "BLAKE2b-512", "content",
                                                    file->blake2b_512));
    return list;
}

static json_t *numbers_of(const char *cwe)
{
    json_t *list = json_array();
    for (const char *at = cwe; *at != '\0'; at += strspn(at, " ")) {
        json_int_t number = 0;
        for (at += strlen("CWE-"); *at >= '0' && *at <= '9'; at++)
            number = number * 10 + (*at - '0');
        (void)json_array_append_new(list, json_integer(number));
    }
    return list;
}

static json_t *references(const char *cve)
{
    json_t *list = json_array();
    for (const char *at = cve; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        json_t *url = json_sprintf("https://www.cve.org/CVERecord?id=%.*s", (int)length, at);
        (void)json_array_append_new(list, json_pack("{s:s%, s:{s:s, s:o}}", "id", at, length, "source", "name", "CVE",
                                                    "url", url));
        at += length;
    }
    return list;
}

static json_t *vulnerability(const struct al_remark *m, const char *ref)
{
    const char *severity = m->severity == AL_REFUSE ? "high" : m->severity == AL_WARN ? "low" : "info";
    return json_pack("{s:s, s:{s:s}, s:[{s:s, s:s}], s:o, s:o, s:o, s:s, s:[{s:s}]}", "id", m->id, "source", "name",
                     "Airlock", "ratings", "severity", severity, "method", "other", "cwes", numbers_of(m->cwe),
                     "references", references(m->cve), "description", json_sprintf("%s: %s", m->where, m->message),
                     "recommendation", m->remedy, "affects", "ref", ref);
}

/* The same models give the same number, whoever asks: an UUID of version 8 (RFC 9562, 5.8) from their digests. */
static json_t *serial_number(json_t *components)
{
    enum { DIGITS = 32, VERSION = 12, VARIANT = 16 };
    static const char hex[] = "0123456789abcdef";
    unsigned mixed[DIGITS] = {0};
    char digits[DIGITS + 1] = "";
    size_t index;
    json_t *component;
    json_array_foreach (components, index, component) {
        const char *content = json_string_value(
            json_object_get(json_array_get(json_object_get(component, "hashes"), 0), "content"));
        for (size_t i = 0; content != NULL && i < DIGITS && content[i] != '\0'; i++)
            mixed[i] ^= (unsigned)(strchr(hex, content[i]) - hex);
    }
    mixed[VERSION] = 8;
    mixed[VARIANT] = 8 | (mixed[VARIANT] & 3);
    for (size_t i = 0; i < DIGITS; i++)
        digits[i] = hex[mixed[i] & 15];
    return json_sprintf("urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
                        digits + 20);
}

/* state: { components, vulnerabilities } */
static bool begin(struct reporting *r)
{
    r->state = json_pack("{s:[], s:[]}", "components", "vulnerabilities");
    return r->state != NULL;
}

static bool result(struct reporting *r, const struct al_report *report)
{
    json_t *components = json_object_get(r->state, "components");
    json_t *vulnerabilities = json_object_get(r->state, "vulnerabilities");
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *m = al_report_model(report);
    char ref[32];
    (void)snprintf(ref, sizeof ref, "model-%zu", json_array_size(components) + 1);
    json_t *component = json_pack("{s:s, s:s, s:s, s:o, s:o}", "type", "machine-learning-model", "bom-ref", ref,
                                  "name", file->path, "hashes", hashes(file), "properties", properties(report));
    if (component != NULL && m != NULL)
        (void)json_object_set_new(component, "modelCard", model_card(m));
    bool good = json_array_append_new(components, component) == 0;
    size_t count = 0;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    for (size_t i = 0; good && i < count; i++)
        good = json_array_append_new(vulnerabilities, vulnerability(remarks[i], ref)) == 0;
    return good;
}

static bool end(struct reporting *r)
{
    json_t *state = r->state;
    json_t *document = json_pack(
        "{s:s, s:s, s:s, s:o, s:i, s:{s:{s:[{s:s, s:s, s:s}]}}, s:O, s:O}", "$schema",
        "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat", "CycloneDX", "specVersion", "1.6",
        "serialNumber", serial_number(json_object_get(state, "components")), "version", 1, "metadata", "tools", "components", "type", "application", "name", "airlock", "version", al_version(),
        "components", json_object_get(state, "components"), "vulnerabilities",
        json_object_get(state, "vulnerabilities"));
    bool good = document != NULL;
    if (good && json_dumpf(document, r->stream, JSON_INDENT(1)) == 0)
        (void)fputc('\n', r->stream);
    json_decref(document);
    json_decref(state);
    return good;
}

const struct report_format report_cyclonedx = {"cyclonedx", begin, result, end};
