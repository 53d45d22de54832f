/* The two shapes that all of minisign's files are made of: a line that begins in
   a given way, and a line of base64 of an exact length. */
#ifndef AL_POLICY_SIGNATURE_LINES_H
#define AL_POLICY_SIGNATURE_LINES_H

#include "base/text.h"

#include <stdint.h>

/* Takes the next line off `rest`, without its end ("\n", or "\r\n" as minisign strips it). */
struct al_text al_line_next(struct al_text *rest);

/* True when `line` is `prefix` and then at most `most` bytes of UTF-8 without control
   characters; `*after` is what follows the prefix. */
bool al_line_comment(struct al_text line, const char *prefix, size_t most, struct al_text *after);

/* To be asked before sodium_base642bin: libsodium 1.0.18 takes every byte above 127 for a letter
   and so gives one signature many spellings. */
bool al_text_is_ascii(struct al_text text);

/* True when `line` is the one canonical base64 spelling (RFC 4648 section 4, padded) of
   exactly `size` bytes. */
bool al_line_base64(struct al_text line, uint8_t *out, size_t size);

#endif
