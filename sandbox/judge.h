/* From how a cell ended and what it said to a verdict. */
#ifndef AL_SANDBOX_JUDGE_H
#define AL_SANDBOX_JUDGE_H

#include "sandbox/vet.h"
#include "sandbox/watch.h"

/* Adds findings about the cell's end and sets verdict, status and error; a verdict of
   ACCEPT is only provisional: the model is still to be checked by this process.
   `greeted`: HELLO came. */
void al_judge_cell(struct al_vetted *v, const struct al_watch *w, const struct al_conversation *talk,
                   const struct al_policy *policy);

/* Sets an ERROR: adds `id`, which does not refuse, with the words of `v->error`. A
   refusal that is there already stays one. */
void al_judge_error(struct al_vetted *v, enum al_finding_id id);

/* Sets REFUSE where a finding refuses, ERROR where memory ran out. */
void al_judge_findings(struct al_vetted *v);

/* Names of the defences in a set, ", " between them. */
void al_defence_list(char *out, size_t room, uint32_t defences);

#endif
