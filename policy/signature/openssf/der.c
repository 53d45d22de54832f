/* Tags and lengths; see der.h. */
#include "policy/signature/openssf/der.h"

int al_der_tag(struct al_text rest)
{
    return rest.length > 0 ? (unsigned char)rest.at[0] : -1;
}

/* Reads the length behind a tag; X.690, 10.1: definite, and in the fewest bytes. */
static bool read_length(struct al_text rest, size_t *length, size_t *header)
{
    const unsigned char *at = (const unsigned char *)rest.at;
    if (rest.length < 2)
        return false;
    *length = at[1];
    *header = 2;
    if (at[1] < 0x80)
        return true;
    size_t digits = at[1] & 0x7F;
    if (digits < 1 || digits > 3 || rest.length - 2 < digits || at[2] == 0)
        return false;
    *length = 0;
    for (size_t i = 0; i < digits; i++)
        *length = *length << 8 | at[2 + i];
    *header = 2 + digits;
    return *length >= 0x80;
}

bool al_der_take(struct al_text *rest, int tag, struct al_text *content, struct al_text *whole)
{
    size_t length, header;
    if (al_der_tag(*rest) != tag || !read_length(*rest, &length, &header) || rest->length - header < length)
        return false;
    *content = (struct al_text){rest->at + header, length};
    if (whole != NULL)
        *whole = (struct al_text){rest->at, header + length};
    rest->at += header + length;
    rest->length -= header + length;
    return true;
}

bool al_der_only(struct al_text bytes, int tag, struct al_text *content)
{
    return al_der_take(&bytes, tag, content, NULL) && bytes.length == 0;
}

bool al_der_positive(struct al_text *rest, struct al_text *number)
{
    struct al_text n;
    if (!al_der_take(rest, AL_DER_INTEGER, &n, NULL) || n.length == 0 || (n.at[0] & 0x80) != 0)
        return false;
    if (n.at[0] == 0) {
        if (n.length == 1 || (n.at[1] & 0x80) == 0)
            return false;
        n.at++;
        n.length--;
    }
    *number = n;
    return true;
}
