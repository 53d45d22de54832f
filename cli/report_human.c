/* The report for people: a line per file, under a refused one the reasons and what to
   do, and at the end the sum. */
#include "cli/report.h"

#include <string.h>

enum { REASON_WIDTH = 100, REASON_INDENT = 10, PATH_COLUMN_MOST = 60 };

static const char RED[] = "\033[31m", GREEN[] = "\033[32m", YELLOW[] = "\033[33m", BOLD[] = "\033[1m";
static const char PLAIN[] = "\033[0m";

static const char *in(bool colour, const char *code)
{
    return colour ? code : "";
}

/* Words wrapped behind the indent, the first line after `lead`. */
static void wrapped(FILE *s, const char *lead, const char *text)
{
    size_t column = REASON_INDENT + strlen(lead);
    fprintf(s, "%*s%s", REASON_INDENT, "", lead);
    bool first = true;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (!first && column + 1 + length > REASON_WIDTH) {
            fprintf(s, "\n%*s", REASON_INDENT + 2, "");
            column = REASON_INDENT + 2;
            first = true;
        }
        fprintf(s, "%s%.*s", first ? "" : " ", (int)length, text);
        column += length + !first;
        first = false;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', s);
}

static bool said_before(const struct al_remark *const *remarks, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(remarks[i]->id, remarks[index]->id) == 0)
            return true;
    return false;
}

static void reason(FILE *s, const struct al_remark *m, bool colour, bool with_remedy)
{
    const char *tint = m->severity == AL_REFUSE ? RED : YELLOW;
    fprintf(s, "%*s%s%s%s%s%s\n", REASON_INDENT - 2, "", in(colour, tint), m->id, in(colour, PLAIN),
            *m->where != '\0' ? "  " : "", m->where);
    wrapped(s, "", m->message);
    if (*m->expected != '\0')
        wrapped(s, "expected: ", m->expected);
    if (*m->found != '\0')
        wrapped(s, "found: ", m->found);
    if (*m->cve != '\0' && with_remedy)
        wrapped(s, "known cases: ", m->cve);
    if (with_remedy)
        wrapped(s, "what to do: ", m->remedy);
}

void report_reasons(FILE *s, const struct al_report *report, bool colour, bool verbose)
{
    size_t count;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    bool accepted = al_report_verdict(report) == AL_VERDICT_ACCEPT;
    for (size_t i = 0; i < count; i++)
        if (remarks[i]->severity == AL_REFUSE || (remarks[i]->severity == AL_WARN) || verbose)
            reason(s, remarks[i], colour, !accepted && !said_before(remarks, i));
    const struct al_file_facts *file = al_report_file(report);
    if (*file->error != '\0' && count == 0)
        wrapped(s, "", file->error);
}

static void details(struct reporting *r, const struct al_report *report)
{
    char size[NUMBER_TEXT], layers[NUMBER_TEXT], parameters[NUMBER_TEXT];
    const struct al_file_facts *file = al_report_file(report);
    const struct al_model_facts *model = al_report_model(report);
    fprintf(r->stream, "%-13s  %-12s  %9s", file->format, file->written_by, size_text(size, file->size));
    if (model->layers > 0)
        fprintf(r->stream, "  %s %s", count_text(layers, model->layers), model->layers == 1 ? "layer" : "layers");
    fprintf(r->stream, "  %s %s", count_text(parameters, model->parameters),
            model->layers > 0 ? "parameters" : "numbers, no layers");
}

/* Whose word it is, and what was signed with it, belongs beside every acceptance. */
static void signed_by(FILE *s, const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    char lead[64];
    if (strcmp(file->signature, "valid") != 0)
        return;
    (void)snprintf(lead, sizeof lead, "signed with %s by ", file->signature_scheme);
    wrapped(s, lead, *file->signature_signer != '\0' ? file->signature_signer : file->signature_key);
    if (*file->signature_comment != '\0')
        wrapped(s, "comment: ", file->signature_comment);
}

static void verbosely(struct reporting *r, const struct al_report *report)
{
    const struct al_file_facts *file = al_report_file(report);
    if (*file->sha256 != '\0')
        fprintf(r->stream, "%*ssha256       %s\n%*sblake2b-512  %s\n", REASON_INDENT, "", file->sha256, REASON_INDENT,
                "", file->blake2b_512);
    if (*file->defences != '\0')
        fprintf(r->stream, "%*sread under   %s%s\n", REASON_INDENT, "", file->defences,
                file->sealed ? "" : ", not sealed");
    fprintf(r->stream, "%*stook         %.1f ms\n", REASON_INDENT, "", (double)file->microseconds / 1000);
}

static bool human_begin(struct reporting *r)
{
    if (r->path_width > PATH_COLUMN_MOST)
        r->path_width = PATH_COLUMN_MOST;
    return true;
}

static bool human_result(struct reporting *r, const struct al_report *report)
{
    static const struct {
        const char *word, *tint;
    } verdicts[] = {[AL_VERDICT_ACCEPT] = {"accepted", GREEN},
                    [AL_VERDICT_REFUSE] = {"refused", RED},
                    [AL_VERDICT_ERROR] = {"error", YELLOW}};
    enum al_verdict verdict = al_report_verdict(report);
    if (r->quiet && verdict == AL_VERDICT_ACCEPT)
        return true;
    bool accepted = verdict == AL_VERDICT_ACCEPT;
    fprintf(r->stream, "%s%s%-8s%s  %-*s%s", in(r->colour, BOLD), in(r->colour, verdicts[verdict].tint),
            verdicts[verdict].word, in(r->colour, PLAIN), accepted ? r->path_width : 0, al_report_file(report)->path,
            accepted ? "  " : "");
    if (accepted)
        details(r, report);
    fputc('\n', r->stream);
    signed_by(r->stream, report);
    report_reasons(r->stream, report, r->colour, r->verbose);
    if (r->verbose)
        verbosely(r, report);
    /* whoever waits for a long directory wants to see how it goes */
    (void)fflush(r->stream);
    return true;
}

static bool human_end(struct reporting *r)
{
    const struct tally *t = &r->tally;
    if (r->quiet && t->refused == 0 && t->errors == 0)
        return true;
    bool red = r->colour && t->refused > 0;
    fprintf(r->stream, "%zu accepted, %s%zu refused%s", t->accepted, in(red, RED), t->refused, in(red, PLAIN));
    if (t->errors > 0)
        fprintf(r->stream, ", %zu could not be judged", t->errors);
    if (t->skipped > 0)
        fprintf(r->stream, "; %zu skipped, no models", t->skipped);
    fputc('\n', r->stream);
    return true;
}

const struct report_format report_human = {"human", human_begin, human_result, human_end};
