/* The values a policy is made of: limits by row, severities, and the names of
   formats and lines of defence. */
#include "policy/policy.h"

#include "base/limits.h"

#include <stddef.h>

#define AL_LIMIT_ROW(field, standard, ceiling, meaning) \
    {#field, offsetof(struct al_limits, field), sizeof(((struct al_limits *)NULL)->field) == sizeof(uint64_t), \
     standard, ceiling, meaning},
const struct al_limit_row al_limit_rows[] = {
#include "policy/limits.def"
};
#undef AL_LIMIT_ROW
const size_t al_limit_row_count = sizeof al_limit_rows / sizeof al_limit_rows[0];

uint64_t al_limit_get(const struct al_limits *limits, const struct al_limit_row *row)
{
    const char *field = (const char *)limits + row->offset;
    return row->wide ? *(const uint64_t *)(const void *)field : *(const uint32_t *)(const void *)field;
}

void al_limit_set(struct al_limits *limits, const struct al_limit_row *row, uint64_t value)
{
    char *field = (char *)limits + row->offset;
    if (row->wide)
        *(uint64_t *)(void *)field = value;
    else
        *(uint32_t *)(void *)field = (uint32_t)value;
}

enum al_severity al_policy_severity(const struct al_policy *policy, enum al_finding_id id)
{
    return policy != NULL ? (enum al_severity)policy->severity[id] : al_finding_row(id)->severity;
}

static const char *const format_names[AL_FORMAT_COUNT] = {
    [AL_FORMAT_UNKNOWN] = "unknown",
    [AL_FORMAT_KERAS] = "keras",
    [AL_FORMAT_KERAS_DIRECTORY] = "keras-directory",
    [AL_FORMAT_KERAS_H5] = "keras-h5",
    [AL_FORMAT_KERAS_WEIGHTS] = "keras-weights",
    [AL_FORMAT_KERAS_SHARDED] = "keras-sharded",
    [AL_FORMAT_NPY] = "npy",
    [AL_FORMAT_NPZ] = "npz",
};

const char *al_format_name(enum al_format format)
{
    return format_names[format < AL_FORMAT_COUNT ? format : AL_FORMAT_UNKNOWN];
}

enum al_format al_format_by_name(struct al_text name)
{
    for (int i = AL_FORMAT_UNKNOWN + 1; i < AL_FORMAT_COUNT; i++)
        if (al_text_is(name, format_names[i]))
            return (enum al_format)i;
    return AL_FORMAT_UNKNOWN;
}

const char *al_defence_name(uint32_t bit)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {AL_DEFENCE_SECCOMP, "seccomp"},
        {AL_DEFENCE_NO_NEW_PRIVS, "no-new-privs"},
        {AL_DEFENCE_DESCRIPTORS, "descriptors"},
        {AL_DEFENCE_RLIMITS, "rlimits"},
        {AL_DEFENCE_SEALED, "sealed"},
        {AL_DEFENCE_LANDLOCK, "landlock"},
        {AL_DEFENCE_USER_NAMESPACE, "user-namespace"},
        {AL_DEFENCE_NETWORK_NAMESPACE, "network-namespace"},
        {AL_DEFENCE_CAPABILITIES, "capabilities"},
        {AL_DEFENCE_MDWE, "mdwe"},
        {AL_DEFENCE_NOT_DUMPABLE, "not-dumpable"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].bit == bit)
            return names[i].name;
    return NULL;
}
