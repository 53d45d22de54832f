/* airlock explain: what a finding means and what to do about it; what a layer is made of. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 78, COLUMN = 32, ID_SIZE = 80 };

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

/* A bare class name is a layer's. */
static size_t find_kind(const char *id)
{
    char layer[ID_SIZE];
    (void)snprintf(layer, sizeof layer, "layer.%s", id);
    const size_t kind = al_kind_find(id);
    return kind != SIZE_MAX ? kind : al_kind_find(layer);
}

static int explain_kind(size_t index)
{
    char *text = NULL;
    struct al_error err = {0};
    if (al_kind_text(&text, index, &err) != AL_OK)
        return complain_of("explain", &err);
    fputs(text, stdout);
    al_text_free(text);
    return STATUS_DONE;
}

/* "layer.Dense"; false behind the last one. */
static bool kind_id(char *out, size_t size, size_t index, struct al_kind_facts *facts)
{
    if (!al_kind_at(facts, index))
        return false;
    (void)snprintf(out, size, "%s.%s", facts->area, facts->name);
    return true;
}

static void list_all(void)
{
    const struct al_explanation *e;
    struct al_kind_facts facts;
    char id[ID_SIZE];
    for (size_t i = 0; (e = al_explanation_at(i)) != NULL; i++)
        printf("%-*s %s\n", COLUMN, e->id, e->title);
    for (size_t i = 0; kind_id(id, sizeof id, i, &facts); i++)
        printf("%-*s %s: %s\n", COLUMN, id, facts.decision, facts.says);
}

static int complain_unknown(const char *id)
{
    const struct al_explanation *e;
    struct al_kind_facts facts;
    struct suggestion best = {NULL, 0};
    char candidate[ID_SIZE], nearest[ID_SIZE] = "";
    for (size_t i = 0; (e = al_explanation_at(i)) != NULL; i++)
        suggestion_offer(&best, id, e->id);
    for (size_t i = 0; kind_id(candidate, sizeof candidate, i, &facts); i++) {
        suggestion_offer(&best, id, candidate);
        if (best.word == candidate)
            best.word = memcpy(nearest, candidate, sizeof nearest);
    }
    const char *near = suggestion_of(&best, id);
    complain("there is no finding, layer or operation %s%s%s; 'airlock explain' lists them", id,
             near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    return STATUS_FAILED;
}

int run_explain(const struct arguments *arguments)
{
    int status = STATUS_DONE;
    if (operand_count(arguments) == 0)
        list_all();
    else {
        const char *id = operands(arguments)[0];
        const struct al_explanation *e = al_explain(id);
        const size_t kind = find_kind(id);
        if (e != NULL)
            explain(e);
        else if (kind != SIZE_MAX)
            status = explain_kind(kind);
        else
            return complain_unknown(id);
    }
    return status == STATUS_DONE && !output_finish_stdout() ? STATUS_FAILED : status;
}
