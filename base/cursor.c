/* The one way to read bytes from a hostile buffer; see cursor.h. */
#include "base/cursor.h"

struct al_cursor al_cursor_over(const void *base, size_t size)
{
    return (struct al_cursor){.base = base, .size = size, .at = 0, .bad = false};
}

const uint8_t *al_cursor_bytes(struct al_cursor *c, size_t length)
{
    if (c->bad || length > c->size - c->at) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *bytes = c->base + c->at;
    c->at += length;
    return bytes;
}

static uint64_t little_endian(struct al_cursor *c, unsigned width)
{
    const uint8_t *bytes = al_cursor_bytes(c, width);
    uint64_t value = 0;
    if (bytes == NULL)
        return 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint8_t al_cursor_u8(struct al_cursor *c)
{
    return (uint8_t)little_endian(c, 1);
}

uint16_t al_cursor_u16(struct al_cursor *c)
{
    return (uint16_t)little_endian(c, 2);
}

uint32_t al_cursor_u32(struct al_cursor *c)
{
    return (uint32_t)little_endian(c, 4);
}

uint64_t al_cursor_u64(struct al_cursor *c)
{
    return little_endian(c, 8);
}

void al_cursor_skip(struct al_cursor *c, size_t length)
{
    (void)al_cursor_bytes(c, length);
}

void al_cursor_seek(struct al_cursor *c, size_t at)
{
    if (c->bad || at > c->size)
        c->bad = true;
    else
        c->at = at;
}
