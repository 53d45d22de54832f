/* Severity look-up, the hinge between a policy and the sink of findings. */
#include "policy/policy.h"

enum al_severity al_policy_severity(const struct al_policy *policy, enum al_finding_id id)
{
    return policy != NULL ? (enum al_severity)policy->severity[id] : al_finding_row(id)->severity;
}
