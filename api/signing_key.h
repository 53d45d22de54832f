/* A secret key in memory that is zeroed when it is given back: minisign's, which is never swapped
   out either, or OpenSSF model signing's, which lies with libcrypto. */
#ifndef AL_API_SIGNING_KEY_H
#define AL_API_SIGNING_KEY_H

#include "policy/signature/minisign.h"
#include "policy/signature/openssf/sign.h"

struct al_signing_key {
    char id[AL_EC_ID_TEXT];            /* the longer of the two schemes' ids */
    char public_letters[57];           /* "" for a key of model signing */
    struct al_minisign_secret *secret; /* sodium_malloc's */
    struct al_ec_secret *ec;           /* NULL: a key of minisign's */
};

#endif
