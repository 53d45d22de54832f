/* What several commands need: the policy that --policy names, and one vetted model. */
#ifndef AIRLOCK_CLI_COMMON_H
#define AIRLOCK_CLI_COMMON_H

#include "cli/command.h"

#define OPTION_POLICY \
    {"--policy", 0, "FILE", NULL, false, \
     "what is allowed: a policy file, or the name of a shipped one: default, strict, tensors"}
#define OPTION_ARCHITECTURE \
    {"--architecture", 0, "FILE", NULL, false, \
     "the model's JSON (model.to_json()), for a file that holds weights only; as little trusted as the file"}

#define OPTION_SIGNATURE \
    {"--signature", 's', "FILE", NULL, false, "the signature, where it is not PATH.minisig; it must be valid then"}

/* The policy of --policy, or the default one. NULL after a complaint; *status then says how to exit. */
struct al_policy *open_policy(const struct arguments *arguments, int *status);

/* Vets the one operand. NULL unless accepted: the reasons have then gone to standard error. */
struct al_report *open_model(const struct arguments *arguments, const struct al_policy *policy, int *status);

#endif
