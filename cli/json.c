/* Reports as JSON values. Everything the library says is valid UTF-8 already, so that
   jansson can only fail for want of memory; NULL is passed on from inside out. */
#include "cli/json.h"
#include "cli/report.h"

#include <string.h>

/* Words separated by blanks, as a list. */
static json_t *list_of_words(const char *words)
{
    json_t *list = json_array();
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (json_array_append_new(list, json_stringn(words, length)) != 0)
            break;
        words += length + strspn(words + length, " ");
    }
    return list;
}

static json_t *json_of_shape(uint32_t rank, const int64_t *shape)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < rank; i++)
        json_array_append_new(list, shape[i] < 0 ? json_null() : json_integer(shape[i]));
    return list;
}

static json_t *json_of_ports(uint32_t count, const struct al_port_facts *const *ports)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", ports[i]->name, "dtype", ports[i]->dtype,
                                              "shape", json_of_shape(ports[i]->rank, ports[i]->shape)));
    return list;
}

static json_t *json_of_model(const struct al_model_facts *m)
{
    return json_pack("{s:s, s:I, s:I, s:o, s:o}", "name", m->name, "layers", (json_int_t)m->layers, "parameters",
                     (json_int_t)m->parameters, "inputs", json_of_ports(m->input_count, m->inputs), "outputs",
                     json_of_ports(m->output_count, m->outputs));
}

static json_t *json_of_remarks(const struct al_report *report)
{
    size_t count;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct al_remark *m = remarks[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "id", m->id, "severity",
                                al_severity_word(m->severity), "where", m->where, "message", m->message, "expected",
                                m->expected, "found", m->found, "remedy", m->remedy, "cwe", list_of_words(m->cwe),
                                "cve", list_of_words(m->cve));
        json_array_append_new(list, one);
    }
    return list;
}

json_t *json_of_signature(const struct al_file_facts *file)
{
    struct signature_fact facts[SIGNATURE_FACTS];
    json_t *signature = json_pack("{s:s}", "status", file->signature);
    for (const struct signature_fact *f = signature_facts(facts, file); f->name != NULL; f++)
        (void)json_object_set_new(signature, f->name, json_string(f->value));
    return signature;
}

json_t *json_of_report(const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *model = al_report_model(report);
    json_t *result = json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:o, s:I, s:o}", "path", file->path, "verdict",
                               al_verdict_word(al_report_verdict(report)), "format", file->format, "written_by",
                               file->written_by, "size", (json_int_t)file->size, "sealed", file->sealed, "defences",
                               list_of_words(file->defences), "microseconds", (json_int_t)file->microseconds,
                               "signature", json_of_signature(file));
    if (*file->sha256 != '\0')
        json_object_set_new(result, "digests", json_pack("{s:s, s:s}", "sha256", file->sha256, "blake2b-512",
                                                         file->blake2b_512));
    if (*file->error != '\0')
        json_object_set_new(result, "error", json_string(file->error));
    if (model != NULL)
        json_object_set_new(result, "model", json_of_model(model));
    json_object_set_new(result, "findings", json_of_remarks(report));
    return result;
}

static json_t *json_of_settings(const struct al_layer_facts *l)
{
    json_t *settings = json_object();
    for (uint32_t i = 0; i < l->setting_count; i++)
        json_object_set_new(settings, l->settings[i]->key, json_loads(l->settings[i]->value, JSON_DECODE_ANY, NULL));
    return settings;
}

json_t *json_of_layers(const struct al_report *report)
{
    size_t count;
    const struct al_layer_facts *const *layers = al_report_layers(report, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct al_layer_facts *l = layers[i];
        json_t *shapes = json_array();
        for (uint32_t k = 0; k < l->output_count; k++)
            json_array_append_new(shapes, json_of_shape(l->outputs[k]->rank, l->outputs[k]->shape));
        json_t *calls = json_array();
        for (uint32_t k = 0; k < l->call_count; k++)
            json_array_append_new(calls, json_string(l->calls[k]));
        json_t *one = json_pack("{s:s, s:s, s:i, s:I, s:b, s:s, s:s, s:o, s:s, s:o, s:o}", "name", l->name, "kind",
                                l->kind, "depth", (int)l->depth, "parameters", (json_int_t)l->parameters,
                                "trainable", l->trainable, "dtype", l->dtype, "variable_dtype", l->variable_dtype,
                                "outputs", shapes, "from", l->from, "config", json_of_settings(l), "calls", calls);
        if (*l->ends != '\0')
            json_object_set_new(one, "ends", json_string(l->ends));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *json_of_numbers(const struct al_weight_numbers *n)
{
    json_t *bins = json_array();
    for (int i = 0; i < AL_WEIGHT_BINS; i++)
        json_array_append_new(bins, json_integer((json_int_t)n->bins[i]));
    return json_pack("{s:I, s:I, s:f, s:f, s:f, s:o}", "count", (json_int_t)n->count, "not_finite",
                     (json_int_t)n->not_finite, "minimum", n->minimum, "maximum", n->maximum, "mean", n->mean,
                     "histogram", bins);
}

json_t *json_of_weights(const struct al_report *report)
{
    size_t count;
    const struct al_weight_facts *const *weights = al_report_weights(report, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct al_weight_facts *w = weights[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:I}", "layer", w->layer, "name", w->name, "stored_as",
                                w->stored_as, "dtype", w->dtype, "shape", json_of_shape(w->rank, w->shape), "bytes",
                                (json_int_t)w->bytes);
        if (w->numbers != NULL)
            json_object_set_new(one, "numbers", json_of_numbers(w->numbers));
        json_array_append_new(list, one);
    }
    return list;
}

json_t *json_of_policy(const struct al_policy *policy)
{
    char digest[65];
    if (al_policy_digest(policy, digest, NULL) != AL_OK)
        return NULL;
    return json_pack("{s:s, s:s}", "name", al_policy_name(policy), "sha256", digest);
}
