/* airlock policy: the policy in force as a file one can edit, the layers it allows, and a check of one. */
#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/suggest.h"

#include <string.h>

static int show(const struct arguments *arguments)
{
    int status = STATUS_FAILED;
    char *text = NULL;
    struct al_error err = {0};
    struct output out;
    struct al_policy *policy = open_policy(arguments, &status);
    if (policy == NULL)
        return status;
    if (al_policy_text(policy, &text, &err) != AL_OK)
        status = complain_of("policy", &err);
    else if (output_open(&out, argument_value(arguments, "--output"))) {
        fprintf(out.stream, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
        status = output_close(&out) ? STATUS_DONE : STATUS_FAILED;
    }
    al_text_free(text);
    al_policy_free(policy);
    return status;
}

/* One line for each kind of layer and operation, and what the policy makes of it. */
static int layers(const struct arguments *arguments)
{
    int status = STATUS_FAILED;
    struct al_kind_facts facts;
    struct output out;
    struct al_policy *policy = open_policy(arguments, &status);
    if (policy == NULL)
        return status;
    if (output_open(&out, argument_value(arguments, "--output"))) {
        for (size_t i = 0; al_kind_at(&facts, i); i++) {
            const bool allowed = al_policy_allows_kind(policy, i);
            const bool known = allowed || strcmp(facts.decision, "refused") == 0;
            fprintf(out.stream, "%-9s %s.%s%s%s\n", known ? facts.decision : "refused", facts.area, facts.name,
                    allowed ? "" : ": ", allowed ? "" : known ? facts.says : "by the policy");
        }
        status = output_close(&out) ? STATUS_DONE : STATUS_FAILED;
    }
    al_policy_free(policy);
    return status;
}

static int check(const char *path)
{
    struct al_policy *policy = NULL;
    struct al_report *report = NULL;
    struct al_error err = {0};
    int status;
    if (al_policy_load(&policy, path, &report, &err) == AL_OK) {
        printf("%s: a good policy, named %s\n", path, al_policy_name(policy));
        status = output_finish_stdout() ? STATUS_DONE : STATUS_FAILED;
    } else {
        status = complain_of(path, &err);
        if (report != NULL)
            report_reasons(stderr, report, report_colour(stderr), true);
    }
    al_report_free(report);
    al_policy_free(policy);
    return status;
}

int run_policy(const struct arguments *arguments)
{
    const char *what = operands(arguments)[0];
    bool has_file = operand_count(arguments) == 2;
    if (strcmp(what, "show") == 0 && !has_file)
        return show(arguments);
    if (strcmp(what, "layers") == 0 && !has_file)
        return layers(arguments);
    if (strcmp(what, "check") == 0 && has_file)
        return check(operands(arguments)[1]);
    complain("policy: usage: airlock policy show, airlock policy layers, or airlock policy check FILE");
    return STATUS_FAILED;
}
