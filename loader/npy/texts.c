/* numpy keeps texts of type U as four bytes a character, all of one length; here they are UTF-8. */
#include "loader/npy/header.h"

#include "base/checked.h"

#include <inttypes.h>

static uint32_t character(const struct al_npy_header *h, const uint8_t *at)
{
    uint32_t c = 0;
    for (uint32_t i = 0; i < 4; i++)
        c |= (uint32_t)at[h->big_endian ? 3 - i : i] << 8 * i;
    return c;
}

static uint32_t utf8_length(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static uint8_t *put(uint8_t *to, uint32_t c)
{
    const uint32_t length = utf8_length(c);
    if (length == 1) {
        *to = (uint8_t)c;
        return to + 1;
    }
    for (uint32_t i = length - 1; i > 0; i--, c >>= 6)
        to[i] = (uint8_t)(0x80 | (c & 0x3F));
    *to = (uint8_t)((0xF00U >> length & 0xF0) | c);
    return to + length;
}

/* The zeros behind a text do not belong to it. */
static uint32_t characters_of(const struct al_npy_header *h, const uint8_t *item)
{
    uint32_t count = h->width / 4;
    while (count > 0 && character(h, item + 4 * (size_t)(count - 1)) == 0)
        count--;
    return count;
}

static bool measure(const struct al_npy_header *h, const uint8_t *item, uint32_t *bytes)
{
    const uint32_t count = characters_of(h, item);
    *bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t c = character(h, item + 4 * (size_t)i);
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return false;
        *bytes += utf8_length(c);
    }
    return true;
}

bool al_npy_utf8(const uint8_t **bytes, uint32_t *width, const struct al_npy_header *h, const struct al_place *place,
                 struct al_arena *arena, struct al_findings *f)
{
    const uint64_t count = h->bytes / h->width;
    uint64_t total;
    uint32_t longest = 1;
    for (uint64_t n = 0; n < count; n++) {
        uint32_t length;
        if (!measure(h, *bytes + n * h->width, &length))
            return al_find(f, AL_NPY_STRING, place, "characters of Unicode", al_found(f, "text %" PRIu64, n),
                           "a text holds what is no character");
        longest = length > longest ? length : longest;
    }
    uint8_t *out = al_mul_u64(count, longest, &total) && total <= SIZE_MAX ? al_arena_alloc(arena, (size_t)total, 1)
                                                                          : NULL;
    if (out == NULL)
        return al_find(f, AL_LIMIT_MEMORY, place, NULL, al_found(f, "%" PRIu64 " texts", count),
                       "no memory left to turn the texts into UTF-8");
    for (uint64_t n = 0; n < count; n++) {
        const uint8_t *item = *bytes + n * h->width;
        uint8_t *to = out + n * longest;
        const uint32_t length = characters_of(h, item);
        for (uint32_t i = 0; i < length; i++)
            to = put(to, character(h, item + 4 * (size_t)i));
    }
    *bytes = out;
    *width = longest;
    return true;
}
