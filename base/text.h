/* Text that came from a file: a view of bytes, not NUL-terminated, valid UTF-8
   only once somebody has checked. */
#ifndef AL_BASE_TEXT_H
#define AL_BASE_TEXT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct al_text {
    const char *at; /* borrowed */
    size_t length;
};

static inline struct al_text al_text_of(const char *z)
{
    return (struct al_text){z, strlen(z)};
}

static inline bool al_text_equal(struct al_text a, struct al_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static inline bool al_text_is(struct al_text a, const char *z)
{
    return al_text_equal(a, al_text_of(z));
}

/* RFC 3629 UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool al_utf8_valid(const char *bytes, size_t length);

/* Reads one scalar value of valid UTF-8 at *at, which moves on. The value is
   U+FFFD, and *at moves by one byte, where the bytes are not UTF-8. */
uint32_t al_utf8_next(const char *bytes, size_t length, size_t *at);

/* True for what must not reach a terminal or a report as it is: C0 and C1
   controls, DEL, bidirectional and other format controls, line and paragraph
   separators, noncharacters. */
bool al_utf8_unsafe(uint32_t scalar);

/* Appends the text with everything unsafe, invalid bytes and backslashes
   written as \xNN, \u{…} and \\. The result is valid printable UTF-8. At most `most`
   bytes of the source are shown, then an ellipsis and the true length. */
void al_text_escape(struct al_buffer *out, struct al_text text, size_t most);

#endif
