/* What the tests of the policy language start from: a policy read from text, and what was
   found in it. */
#ifndef AL_TESTS_POLICIES_H
#define AL_TESTS_POLICIES_H

#include "policy/policy.h"

struct fixture {
    struct al_arena *arena;
    struct al_findings findings;
    struct al_policy *policy;    /* NULL where the text is none */
};

/* Setup and teardown of cmocka. */
int policies_begin(void **state);
int policies_end(void **state);

/* Reads a policy in place of the one before. */
enum al_status policies_read(struct fixture *f, const char *json);

#endif
