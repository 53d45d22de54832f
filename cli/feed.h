/* The arrays that a user gives to `run`, brought into the order of the model's inputs. */
#ifndef AIRLOCK_CLI_FEED_H
#define AIRLOCK_CLI_FEED_H

#include "cli/command.h"

struct feed {
    struct al_ndarray *inputs;   /* one per input of the model, in its order, without names */
    size_t count;
    struct al_ndarrays **files;  /* owned; the arrays lie in them */
    size_t file_count;
    void *zeros;                 /* owned; or in this */
    struct al_string *texts;     /* likewise, for inputs that are texts */
};

/* From -i; false after a complaint, with the exit status in *status. */
bool feed_read(struct feed *feed, const struct arguments *arguments, const struct al_model_facts *model,
               const struct al_policy *policy, int *status);

/* Zeros for one sample; what the model leaves open becomes 1. */
bool feed_zeros(struct feed *feed, const struct al_model_facts *model);

void feed_free(struct feed *feed);

#endif
