/* DER (X.690) read forwards: definite lengths in their shortest form, tags of one byte,
   nothing left over. What signatures, keys and certificates are made of; libcrypto is
   handed only what has passed here. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_DER_H
#define AL_POLICY_SIGNATURE_OPENSSF_DER_H

#include "base/text.h"

#include <stdint.h>

enum {
    AL_DER_BOOLEAN = 0x01,
    AL_DER_INTEGER = 0x02,
    AL_DER_BIT_STRING = 0x03,
    AL_DER_OCTET_STRING = 0x04,
    AL_DER_OID = 0x06,
    AL_DER_UTF8_STRING = 0x0C,
    AL_DER_UTC_TIME = 0x17,
    AL_DER_GENERALIZED_TIME = 0x18,
    AL_DER_SEQUENCE = 0x30,
    AL_DER_SET = 0x31,
    AL_DER_CONTEXT = 0xA0,           /* constructed: [n] is this plus n */
    AL_DER_CONTEXT_PRIMITIVE = 0x80
};

/* The tag of the next value, or -1 at the end. */
int al_der_tag(struct al_text rest);

/* Takes the next value off `rest`; false where there is none of that tag, or it is not DER.
   `whole` (may be NULL) is the value with its tag and length, `content` without. */
bool al_der_take(struct al_text *rest, int tag, struct al_text *content, struct al_text *whole);

/* The same for a value that is all of `bytes`. */
bool al_der_only(struct al_text bytes, int tag, struct al_text *content);

/* A positive INTEGER in its shortest form as its big-endian bytes without leading zeros; zero is refused. */
bool al_der_positive(struct al_text *rest, struct al_text *number);

#endif
