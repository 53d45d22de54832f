/* The names in a directory, sorted, so that every walk gives the same order. */
#ifndef AL_API_LISTING_H
#define AL_API_LISTING_H

#include <stdbool.h>
#include <stddef.h>

struct al_listing {
    char **names; /* owned */
    size_t count, room;
};

/* Without "." and "..". False with errno. `directory` keeps its position and stays open. */
bool al_listing_read(struct al_listing *list, int directory);
void al_listing_free(struct al_listing *list);

#endif
