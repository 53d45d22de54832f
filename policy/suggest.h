/* "did you mean": the nearest of a few known names. */
#ifndef AL_POLICY_SUGGEST_H
#define AL_POLICY_SUGGEST_H

#include "base/text.h"

#include <stddef.h>

/* Edits (insertion, deletion, replacement, swap of neighbours) between two names;
   SIZE_MAX where one is longer than 64 bytes. */
size_t al_edit_distance(struct al_text a, struct al_text b);

/* The nearest candidate when it is near enough to be meant (at most a third of
   the letters differ, and at most three), else NULL. candidates[i] starts a name
   every `stride` bytes, so that a column of any table can be given. */
const char *al_suggest(struct al_text name, const char *const *candidates, size_t count, size_t stride);

#endif
