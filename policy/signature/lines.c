/* Lines of signature and key files; see lines.h. */
#include "policy/signature/lines.h"

#include <sodium.h>

struct al_text al_line_next(struct al_text *rest)
{
    const char *end = rest->length > 0 ? memchr(rest->at, '\n', rest->length) : NULL;
    size_t length = end != NULL ? (size_t)(end - rest->at) : rest->length;
    size_t taken = end != NULL ? length + 1 : length;
    struct al_text line = {rest->at, length};
    if (end != NULL && length > 0 && line.at[length - 1] == '\r')
        line.length--;
    rest->at += taken;
    rest->length -= taken;
    return line;
}

bool al_line_comment(struct al_text line, const char *prefix, size_t most, struct al_text *after)
{
    size_t skip = strlen(prefix);
    if (line.length < skip || memcmp(line.at, prefix, skip) != 0)
        return false;
    *after = (struct al_text){line.at + skip, line.length - skip};
    if (after->length > most || !al_utf8_valid(after->at, after->length))
        return false;
    for (size_t at = 0; at < after->length;) {
        uint32_t scalar = al_utf8_next(after->at, after->length, &at);
        /* a tab is what minisign itself puts between the parts of its comment */
        if (scalar != '\t' && (scalar < 0x20 || (scalar >= 0x7F && scalar < 0xA0)))
            return false;
    }
    return true;
}

bool al_text_is_ascii(struct al_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] >= 0x80)
            return false;
    return true;
}

bool al_line_base64(struct al_text line, uint8_t *out, size_t size)
{
    size_t got = 0;
    const char *end = NULL;
    if (line.length != sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL) - 1 || !al_text_is_ascii(line))
        return false;
    return sodium_base642bin(out, size, line.at, line.length, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == size && end == line.at + line.length;
}
