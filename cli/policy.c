/* airlock policy: the policy in force as a file one can edit, and a check of one. */
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
    if (strcmp(what, "check") == 0 && has_file)
        return check(operands(arguments)[1]);
    complain("policy: usage: airlock policy show, or airlock policy check FILE");
    return STATUS_FAILED;
}
