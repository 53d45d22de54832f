/* Opening the policy and the model that a command's arguments name. */
#include "cli/common.h"
#include "cli/report.h"

#include <stdio.h>

struct al_policy *open_policy(const struct arguments *arguments, int *status)
{
    const char *name = argument_value(arguments, "--policy");
    struct al_policy *policy = NULL;
    struct al_report *report = NULL;
    struct al_error err = {0};
    if (al_policy_named(&policy, name != NULL ? name : "default", &err) == AL_OK)
        return policy;
    if (name != NULL && err.code == AL_USAGE && al_policy_load(&policy, name, &report, &err) == AL_OK)
        return policy;
    /* the policy is the user's own: that it is wrong is wrong usage, no verdict on a file */
    *status = STATUS_FAILED;
    (void)complain_of(name != NULL ? name : "default policy", &err);
    if (report != NULL)
        report_reasons(stderr, report, report_colour(stderr), false);
    al_report_free(report);
    return NULL;
}

struct al_report *open_model(const struct arguments *arguments, const struct al_policy *policy, int *status)
{
    const struct al_options options = {.size = sizeof options,
                                       .policy = policy,
                                       .architecture = argument_value(arguments, "--architecture"),
                                       .no_digests = true,
                                       .signature = argument_value(arguments, "--signature"),
                                       .weight_numbers = argument_given(arguments, "--weights")};
    struct al_collection *collection = NULL;
    struct al_report *report = NULL;
    struct al_error err = {0};
    const char *path = operands(arguments)[0];
    *status = STATUS_FAILED;
    if (al_collect(&collection, &path, 1, &err) != AL_OK)
        *status = complain_of(path, &err);
    else if (al_collection_facts(collection)->models != 1)
        complain("%s: holds %zu models; name one", path, al_collection_facts(collection)->models);
    else if (al_collection_vet(&report, collection, 0, &options, &err) != AL_OK)
        *status = complain_of(path, &err);
    al_collection_free(collection);
    if (report == NULL || al_report_verdict(report) == AL_VERDICT_ACCEPT)
        return report;
    bool refused = al_report_verdict(report) == AL_VERDICT_REFUSE;
    *status = refused ? STATUS_REFUSED : STATUS_FAILED;
    complain("%s: %s", al_report_file(report)->path, refused ? "refused" : "could not be judged");
    report_reasons(stderr, report, report_colour(stderr), false);
    al_report_free(report);
    return NULL;
}
