/* "Did you mean": the nearest word of a list. */
#ifndef AIRLOCK_CLI_SUGGEST_H
#define AIRLOCK_CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
    const char *word;
    size_t distance;
};

/* Keeps the candidate nearest to `typed`; begin with {NULL, 0}. */
void suggestion_offer(struct suggestion *best, const char *typed, const char *candidate);

/* The nearest candidate, or NULL where none is near enough to be what was meant. */
const char *suggestion_of(const struct suggestion *best, const char *typed);

#endif
