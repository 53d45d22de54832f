/* A secret key in memory that is never swapped out and is zeroed when it is given back. */
#ifndef AL_API_SIGNING_KEY_H
#define AL_API_SIGNING_KEY_H

#include "policy/signature/minisign.h"

struct al_signing_key {
    char id[AL_MINISIGN_ID_TEXT];
    char public_letters[57];
    struct al_minisign_secret *secret; /* sodium_malloc's */
};

#endif
