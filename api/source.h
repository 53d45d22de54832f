/* Where the bytes of one model come from, and the one way from there to a report. */
#ifndef AL_API_SOURCE_H
#define AL_API_SOURCE_H

#include "api/report.h"

struct al_source {
    enum { AL_FROM_PATH, AL_FROM_DESCRIPTOR, AL_FROM_MEMORY } from;
    enum al_role role;           /* MODEL or ARRAYS */
    bool given_to_model;         /* the user's own numbers for a model: no signature is asked for */
    const char *shown;           /* names it in the report; not yet escaped */
    /* FROM_PATH */
    int directory;
    const char *path;
    enum al_source_kind kind;
    /* FROM_DESCRIPTOR */
    int fd;
    /* FROM_MEMORY */
    const void *bytes;
    size_t size;
};

/* As al_vet_path: AL_OK whenever there is a report. */
enum al_status al_source_vet(struct al_report **out, const struct al_source *source, const struct al_options *options,
                             struct al_error *err);

#endif
