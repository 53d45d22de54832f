/* airlock explain: what a finding means and what to do about it. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 78 };

static void paragraph(const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > WIDTH) {
            putchar('\n');
            column = 0;
        }
        column += (size_t)printf("%s%.*s", column > 0 ? " " : "", (int)length, text);
        text += length + strspn(text + length, " ");
    }
    putchar('\n');
}

static void explain(const struct al_explanation *e)
{
    static const char *const effect[] = {
        [AL_NOTE] = "noted", [AL_WARN] = "a warning", [AL_REFUSE] = "the file is refused"};
    printf("%s: %s\n\n", e->id, e->title);
    paragraph(e->why);
    printf("\nWhat to do\n");
    paragraph(e->remedy);
    printf("\nEffect: %s%s\n", effect[e->severity], e->soft ? "; a policy may change that" : "");
    if (*e->cwe != '\0')
        printf("Weakness: %s\n", e->cwe);
    if (*e->cve != '\0')
        printf("Known cases: %s\n", e->cve);
}

int run_explain(const struct arguments *arguments)
{
    if (operand_count(arguments) == 0) {
        const struct al_explanation *e;
        for (size_t i = 0; (e = al_explanation_at(i)) != NULL; i++)
            printf("%-32s %s\n", e->id, e->title);
        return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
    }
    const char *id = operands(arguments)[0];
    const struct al_explanation *e = al_explain(id);
    if (e != NULL) {
        explain(e);
        return output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
    }
    struct suggestion best = {NULL, 0};
    for (size_t i = 0; (e = al_explanation_at(i)) != NULL; i++)
        suggestion_offer(&best, id, e->id);
    const char *near = suggestion_of(&best, id);
    complain("there is no finding %s%s%s; 'airlock explain' lists them", id, near != NULL ? "; did you mean " : "",
             near != NULL ? near : "");
    return STATUS_FAILED;
}
