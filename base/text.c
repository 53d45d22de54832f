/* UTF-8 checking and escaping, written for hostile bytes; see text.h.
   Tables of well-formed sequences: Unicode 15, chapter 3, table 3-7. */
#include "base/text.h"

#include <stdint.h>

static size_t sequence(const unsigned char *s, size_t left, uint32_t *scalar)
{
    unsigned char c = s[0];
    if (c < 0x80) {
        *scalar = c;
        return 1;
    }
    size_t more = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
    if (more == 0 || left <= more)
        return 0;
    uint32_t v = c & (0x3FU >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        v = v << 6 | (s[i] & 0x3FU);
    }
    bool overlong = (more == 2 && v < 0x800) || (more == 3 && v < 0x10000);
    if (overlong || (v >= 0xD800 && v <= 0xDFFF) || v > 0x10FFFF)
        return 0;
    *scalar = v;
    return more + 1;
}

bool al_utf8_valid(const char *bytes, size_t length)
{
    const unsigned char *s = (const unsigned char *)bytes;
    uint32_t scalar;
    for (size_t at = 0; at < length;) {
        size_t step = sequence(s + at, length - at, &scalar);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

uint32_t al_utf8_next(const char *bytes, size_t length, size_t *at)
{
    uint32_t scalar = 0xFFFD;
    size_t step = sequence((const unsigned char *)bytes + *at, length - *at, &scalar);
    *at += step > 0 ? step : 1;
    return step > 0 ? scalar : 0xFFFD;
}

bool al_utf8_unsafe(uint32_t v)
{
    return v < 0x20 || (v >= 0x7F && v < 0xA0) || v == 0xAD || v == 0x61C || v == 0x180E ||
           (v >= 0x200B && v <= 0x200F) || (v >= 0x2028 && v <= 0x202E) || (v >= 0x2060 && v <= 0x206F) ||
           v == 0xFEFF || (v >= 0xFFF9 && v <= 0xFFFB) || (v & 0xFFFE) == 0xFFFE || (v >= 0xFDD0 && v <= 0xFDEF) ||
           (v >= 0xE0000 && v <= 0xE0FFF);
}

void al_text_escape(struct al_buffer *out, struct al_text text, size_t most)
{
    size_t shown = text.length < most ? text.length : most;
    for (size_t at = 0; at < shown;) {
        uint32_t scalar = 0;
        size_t step = sequence((const unsigned char *)text.at + at, text.length - at, &scalar);
        if (step == 0) {
            al_buffer_format(out, "\\x%02X", (unsigned)(unsigned char)text.at[at]);
            step = 1;
        } else if (scalar == '\\') {
            al_buffer_text(out, "\\\\");
        } else if (al_utf8_unsafe(scalar)) {
            al_buffer_format(out, "\\u{%X}", (unsigned)scalar);
        } else {
            al_buffer_bytes(out, text.at + at, step);
        }
        at += step;
    }
    if (shown < text.length)
        al_buffer_format(out, "… (%zu bytes)", text.length);
}
