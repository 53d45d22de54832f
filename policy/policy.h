/* What is allowed: the policy as a value. Read from JSON (CONTRACT: docs/POLICY.md),
   handed to the cell as the canonical JSON that al_policy_write makes, and judged
   again by the parent. A policy can narrow and can declare custom layers; nothing
   in it can allow code. */
#ifndef AL_POLICY_POLICY_H
#define AL_POLICY_POLICY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"
#include "policy/finding.h"
#include "policy/trust.h"

#include <stdbool.h>
#include <stdint.h>

struct al_limits {
    uint64_t file_bytes;        /* one input file */
    uint64_t copy_bytes;        /* above this a file is not copied into a sealed memfd */
    uint64_t parameters;        /* numbers in all weights */
    uint64_t memory_bytes;      /* the cell's heap */
    uint64_t activation_bytes;  /* one tensor at batch 1, and the plan of a run */
    uint64_t output_bytes;      /* what a cell may write to its pipe */
    uint32_t seconds;           /* wall clock and CPU of one cell */
    uint32_t layers;
    uint32_t findings;
};

/* One row of limits.def. */
struct al_limit_row {
    const char *key;
    size_t offset;              /* of the field in struct al_limits */
    bool wide;                  /* uint64_t, else uint32_t */
    uint64_t standard, ceiling;
    const char *meaning;
};
extern const struct al_limit_row al_limit_rows[];
extern const size_t al_limit_row_count;
uint64_t al_limit_get(const struct al_limits *limits, const struct al_limit_row *row);
/* `value` is at most the row's ceiling. */
void al_limit_set(struct al_limits *limits, const struct al_limit_row *row, uint64_t value);

/* Lines of defence a policy can require; the first four always are. */
enum al_defence {
    AL_DEFENCE_SECCOMP = 1U << 0,
    AL_DEFENCE_NO_NEW_PRIVS = 1U << 1,
    AL_DEFENCE_DESCRIPTORS = 1U << 2,
    AL_DEFENCE_RLIMITS = 1U << 3,
    AL_DEFENCE_SEALED = 1U << 4,
    AL_DEFENCE_LANDLOCK = 1U << 5,
    AL_DEFENCE_USER_NAMESPACE = 1U << 6,
    AL_DEFENCE_NETWORK_NAMESPACE = 1U << 7,
    AL_DEFENCE_CAPABILITIES = 1U << 8,   /* none left */
    AL_DEFENCE_MDWE = 1U << 9,           /* memory-deny-write-execute */
    AL_DEFENCE_NOT_DUMPABLE = 1U << 10,
    AL_DEFENCE_ALL = (1U << 11) - 1,
    AL_DEFENCE_ALWAYS = AL_DEFENCE_SECCOMP | AL_DEFENCE_NO_NEW_PRIVS | AL_DEFENCE_DESCRIPTORS | AL_DEFENCE_RLIMITS
};

/* The name of one line of defence ("seccomp", "user-namespace" …), NULL for a bit
   that is none. */
const char *al_defence_name(uint32_t bit);

/* Formats as a bit set and by their names in reports. */
enum al_format {
    AL_FORMAT_UNKNOWN,
    AL_FORMAT_KERAS,            /* "keras": the zip */
    AL_FORMAT_KERAS_DIRECTORY,  /* "keras-directory": the zip unpacked */
    AL_FORMAT_KERAS_H5,         /* "keras-h5": legacy whole model */
    AL_FORMAT_KERAS_WEIGHTS,    /* "keras-weights": weights only, either layout */
    AL_FORMAT_KERAS_SHARDED,    /* "keras-sharded" */
    AL_FORMAT_NPY,
    AL_FORMAT_NPZ,
    AL_FORMAT_COUNT
};
const char *al_format_name(enum al_format format);
enum al_format al_format_by_name(struct al_text name);

struct al_custom; /* a declared custom layer or function: policy/custom.h */
struct al_row;    /* validator/row.h */

struct al_policy {
    struct al_arena *arena;           /* owns everything below */
    const char *name;
    uint32_t formats;                 /* 1U << enum al_format */
    struct al_limits limits;
    uint32_t require;                 /* enum al_defence, always with AL_DEFENCE_ALWAYS */
    bool graphs;                      /* false: tensors only */
    bool allow_unsealed;
    const char *const *refuse_layers; /* class names refused although built in */
    size_t refuse_layer_count;
    const char *const *allow_layers;  /* where not NULL: only these class names */
    size_t allow_layer_count;
    struct al_trust trust;            /* whose signatures count */
    uint8_t severity[AL_FINDING_COUNT];
    const struct al_custom *const *custom;       /* layers first, then functions */
    size_t custom_count;
    const struct al_row *const *custom_rows;     /* al_custom_bind of validator/custom.h; NULL for functions */
};

/* A shipped policy by name ("default", "strict", "tensors"), to be freed with
   al_policy_free; NULL where memory is short or the name unknown. */
struct al_policy *al_policy_shipped(const char *name);
/* Its text as it stands in policy/shipped/, or NULL. */
const char *al_policy_shipped_text(struct al_text name);

/* Reads a policy file. On refusal `f` says where (JSON pointer) and what was expected. */
enum al_status al_policy_read(struct al_policy **out, const void *json, size_t size, struct al_findings *f,
                              struct al_error *err);

/* The policy in force, complete, as JSON that al_policy_read takes back. */
void al_policy_write(struct al_buffer *out, const struct al_policy *policy);

void al_policy_free(struct al_policy *policy);

/* What a finding weighs under this policy (NULL: as its row says). */
enum al_severity al_policy_severity(const struct al_policy *policy, enum al_finding_id id);

#endif
