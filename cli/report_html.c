/* A report in one file for people to read and pass on: verdicts, findings with what to
   do, tables of layers and weights, and a picture of each graph. Nothing in it runs or
   is loaded from elsewhere, and its own policy (CSP) says so; every name is escaped. */
#include "cli/gather.h"
#include "cli/html_graph.h"
#include "cli/html_histogram.h"
#include "cli/markup.h"
#include "cli/report.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Airlock report</title>\n<style>\n"
    "body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2330}\n"
    "h1{font-size:1.5rem} h2{font-size:1.1rem;margin:0;overflow-wrap:anywhere}\n"
    "h3{font-size:1rem;margin:1rem 0 .3rem}\n"
    "section{border:1px solid #d5dae2;border-left-width:6px;border-radius:4px;padding:.8rem 1rem;"
    "margin:1rem 0}\n"
    ".accept{border-left-color:#2c8a4b}.refuse{border-left-color:#b8322a}.error{border-left-color:#c98a00}\n"
    ".word{font-weight:700;text-transform:uppercase;font-size:.8rem;letter-spacing:.05em}\n"
    ".accept .word{color:#23703d}.refuse .word{color:#a32a23}.error .word{color:#8d6100}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #e6e9ee;"
    "vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right}\n"
    "td.id,td.s,td.n{white-space:nowrap}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}.quiet{color:#5b6575}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0}\n"
    "dt{color:#5b6575}dd{margin:0}\n"
    "svg{max-width:100%;height:auto}svg rect{fill:#f2f5f9;stroke:#8a96a8}svg text{font:12px system-ui,sans-serif}\n"
    "svg path{fill:none;stroke:#8a96a8}svg.bars path{fill:#5b7fb0;stroke:none}\n"
    "@media(prefers-color-scheme:dark){body{background:#14181f;color:#dde3ec}section{border-color:#394150}"
    "th,td{border-color:#2b323e}svg rect{fill:#222935}svg text{fill:#dde3ec}.quiet,dt{color:#9aa5b5}"
    ".accept .word{color:#5cc27e}.refuse .word{color:#f0837b}.error .word{color:#e8b84a}}\n"
    "</style>\n<h1>Airlock report</h1>\n";

static bool begin(struct reporting *r)
{
    r->state = gather_new();
    return r->state != NULL;
}

static void fact(FILE *out, const char *term, const char *value)
{
    if (*value == '\0')
        return;
    (void)fprintf(out, "<dt>%s<dd>", term);
    markup_text(out, value);
    (void)fputc('\n', out);
}

static void write_facts(FILE *out, const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *m = al_report_model(report);
    char number[NUMBER_TEXT];
    (void)fputs("<dl>", out);
    fact(out, "format", file->format);
    fact(out, "written by", file->written_by);
    fact(out, "size", size_text(number, file->size));
    fact(out, "SHA-256", file->sha256);
    fact(out, "signature", file->signature);
    struct signature_fact facts[SIGNATURE_FACTS];
    for (const struct signature_fact *f = signature_facts(facts, file); f->name != NULL; f++) {
        char term[64];
        (void)snprintf(term, sizeof term, "signature: %s", f->name);
        fact(out, term, f->value);
    }
    fact(out, "could not be judged", file->error);
    if (m != NULL)
        fact(out, "parameters", count_text(number, m->parameters));
    (void)fputs("</dl>\n", out);
}

static void write_remark(FILE *out, const struct al_remark *m)
{
    (void)fprintf(out, "<tr><td class=\"id\"><code>%s</code><br><span class=\"quiet\">%s</span><td>", m->id,
                  al_severity_word(m->severity));
    markup_text(out, m->message);
    (void)fputs("<dl>", out);
    fact(out, "where", m->where);
    fact(out, "expected", m->expected);
    fact(out, "found", m->found);
    fact(out, "what to do", m->remedy);
    fact(out, "CWE", m->cwe);
    fact(out, "CVE", m->cve);
    (void)fputs("</dl>\n", out);
}

static void write_remarks(FILE *out, const struct al_report *report)
{
    size_t count = 0;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    if (count == 0)
        return;
    (void)fputs("<h3>Findings</h3>\n<table>\n", out);
    for (size_t i = 0; i < count; i++)
        write_remark(out, remarks[i]);
    (void)fputs("</table>\n", out);
}

static void write_ports(FILE *out, const char *title, const struct al_port_facts *const *ports, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char shape[SHAPE_TEXT];
        (void)fprintf(out, "<tr><td>%s<td>", title);
        markup_text(out, ports[i]->name);
        (void)fprintf(out, "<td>%s<td>%s\n", ports[i]->dtype, shape_text(shape, ports[i]));
    }
}

static void write_layers(FILE *out, const struct al_layer_facts *const *layers, size_t count)
{
    (void)fprintf(out, "<details><summary>%zu layers</summary>\n<table><tr><th>layer<th>kind<th>output"
                       "<th class=\"n\">parameters\n", count);
    for (size_t i = 0; i < count; i++) {
        char shape[SHAPE_TEXT], number[NUMBER_TEXT];
        (void)fprintf(out, "<tr><td style=\"padding-left:%uem\">", layers[i]->depth + 1);
        markup_text(out, layers[i]->name);
        (void)fputs("<td>", out);
        markup_text(out, layers[i]->kind);
        (void)fprintf(out, "<td>%s<td class=\"n\">%s\n",
                      layers[i]->output_count > 0 ? shape_text(shape, layers[i]->outputs[0]) : "",
                      count_text(number, layers[i]->parameters));
    }
    (void)fputs("</table></details>\n", out);
}

static void write_weights(FILE *out, const struct al_weight_facts *const *weights, size_t count)
{
    (void)fprintf(out, "<details><summary>%zu weights</summary>\n<table><tr><th>layer<th>weight<th>type<th>shape"
                       "<th class=\"n\">size<th>range<th>mean<th>histogram<th>stored as\n", count);
    for (size_t i = 0; i < count; i++) {
        const struct al_weight_facts *w = weights[i];
        const struct al_port_facts port = {.rank = w->rank, .shape = w->shape};
        char shape[SHAPE_TEXT], number[NUMBER_TEXT];
        (void)fputs("<tr><td>", out);
        markup_text(out, w->layer);
        (void)fputs("<td>", out);
        markup_text(out, w->name);
        (void)fprintf(out, "<td class=\"s\">%s<td class=\"s\">%s<td class=\"n\">%s", w->dtype, shape_text(shape, &port),
                      size_text(number, w->bytes));
        html_histogram(out, w->numbers);
        (void)fputs("<td><code>", out);
        markup_text(out, w->stored_as);
        (void)fputs("</code>\n", out);
    }
    (void)fputs("</table></details>\n", out);
}

static void write_model(FILE *out, const struct al_report *report)
{
    const struct al_model_facts *m = al_report_model(report);
    size_t layer_count = 0, weight_count = 0;
    const struct al_layer_facts *const *layers = al_report_layers(report, &layer_count);
    const struct al_weight_facts *const *weights = al_report_weights(report, &weight_count);
    if (m == NULL)
        return;
    if (m->input_count + m->output_count > 0) {
        (void)fputs("<h3>Inputs and outputs</h3>\n<table>\n", out);
        write_ports(out, "in", m->inputs, m->input_count);
        write_ports(out, "out", m->outputs, m->output_count);
        (void)fputs("</table>\n", out);
    }
    html_graph(out, layers, layer_count);
    if (layer_count > 0)
        write_layers(out, layers, layer_count);
    if (weight_count > 0)
        write_weights(out, weights, weight_count);
}

static bool result(struct reporting *r, const struct al_report *report)
{
    struct gathered *g = r->state;
    const char *word = al_verdict_word(al_report_verdict(report));
    (void)fprintf(g->stream, "<section class=\"%s\"><span class=\"word\">%s</span><h2>", word, word);
    markup_text(g->stream, al_report_file(report)->path);
    (void)fputs("</h2>\n", g->stream);
    write_facts(g->stream, report);
    write_remarks(g->stream, report);
    write_model(g->stream, report);
    (void)fputs("</section>\n", g->stream);
    return true;
}

static bool end(struct reporting *r)
{
    struct gathered *g = r->state;
    const struct tally *t = &r->tally;
    bool good = gather_close(g);
    if (good) {
        (void)fputs(head, r->stream);
        (void)fprintf(r->stream, "<p>%zu accepted, %zu refused, %zu could not be judged, %zu skipped</p>\n"
                                 "<p class=\"quiet\">airlock %s, policy ", t->accepted, t->refused, t->errors,
                      t->skipped, al_version());
        markup_text(r->stream, al_policy_name(r->policy));
        (void)fputs("</p>\n", r->stream);
        (void)fwrite(g->text, 1, g->size, r->stream);
        (void)fputs("</html>\n", r->stream);
    }
    gather_free(g);
    return good;
}

const struct report_format report_html = {"html", begin, result, end};
