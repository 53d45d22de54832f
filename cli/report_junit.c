/* JUnit's XML, which every CI system shows: a file is a test case, a refusal its
   failure, a file that could not be judged its error. */
#include "cli/gather.h"
#include "cli/markup.h"
#include "cli/report.h"

static bool begin(struct reporting *r)
{
    r->state = gather_new();
    return r->state != NULL;
}

static void write_remarks(FILE *out, const struct al_report *report)
{
    size_t count = 0;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s: ", remarks[i]->id);
        markup_text(out, remarks[i]->where);
        (void)fputs("\n  ", out);
        markup_text(out, remarks[i]->message);
        if (*remarks[i]->expected != '\0') {
            (void)fputs("\n  expected: ", out);
            markup_text(out, remarks[i]->expected);
        }
        if (*remarks[i]->found != '\0') {
            (void)fputs("\n  found: ", out);
            markup_text(out, remarks[i]->found);
        }
        (void)fputs("\n  ", out);
        markup_text(out, remarks[i]->remedy);
        (void)fputc('\n', out);
    }
}

/* The first remark that refuses, which is what a list of failures shows. */
static const struct al_remark *first_refusal(const struct al_report *report)
{
    size_t count = 0;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    for (size_t i = 0; i < count; i++)
        if (remarks[i]->severity == AL_REFUSE)
            return remarks[i];
    return NULL;
}

static void write_outcome(FILE *out, const struct al_report *report)
{
    const struct al_remark *first = first_refusal(report);
    switch (al_report_verdict(report)) {
    case AL_VERDICT_REFUSE:
        (void)fprintf(out, "<failure type=\"%s\" message=\"", first != NULL ? first->id : "");
        markup_text(out, first != NULL ? first->message : "refused");
        (void)fputs("\">", out);
        write_remarks(out, report);
        (void)fputs("</failure>", out);
        break;
    case AL_VERDICT_ERROR:
        (void)fputs("<error message=\"", out);
        markup_text(out, al_report_file(report)->error);
        (void)fputs("\">", out);
        write_remarks(out, report);
        (void)fputs("</error>", out);
        break;
    case AL_VERDICT_ACCEPT:
        (void)fputs("<system-out>", out);
        write_remarks(out, report);
        (void)fputs("</system-out>", out);
        break;
    }
}

static bool result(struct reporting *r, const struct al_report *report)
{
    struct gathered *g = r->state;
    const struct al_file_facts *file = al_report_file(report);
    g->microseconds += file->microseconds;
    (void)fprintf(g->stream, "  <testcase classname=\"%s\" time=\"%.6f\" name=\"", file->format,
                  (double)file->microseconds / 1e6);
    markup_text(g->stream, file->path);
    (void)fputs("\">", g->stream);
    write_outcome(g->stream, report);
    (void)fputs("</testcase>\n", g->stream);
    return ferror(g->stream) == 0;
}

static bool end(struct reporting *r)
{
    struct gathered *g = r->state;
    const struct tally *t = &r->tally;
    bool good = gather_close(g);
    if (good) {
        size_t tests = t->accepted + t->refused + t->errors;
        (void)fprintf(r->stream,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"airlock vet\""
                      " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.6f\">\n",
                      tests, t->refused, t->errors, (double)g->microseconds / 1e6);
        (void)fwrite(g->text, 1, g->size, r->stream);
        (void)fputs(" </testsuite>\n</testsuites>\n", r->stream);
    }
    gather_free(g);
    return good;
}

const struct report_format report_junit = {"junit", begin, result, end};
