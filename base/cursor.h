/* A reader over bytes one does not trust. A read past the end returns 0 and
   sets `bad`, which never clears: a caller reads a whole record and asks once
   (the shape of libzip's zip_buffer). Little-endian throughout. */
#ifndef AL_BASE_CURSOR_H
#define AL_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct al_cursor {
    const uint8_t *base; /* borrowed; may be NULL when size is 0 */
    size_t size;
    size_t at;           /* never beyond size */
    bool bad;
};

struct al_cursor al_cursor_over(const void *base, size_t size);

uint8_t al_cursor_u8(struct al_cursor *c);
uint16_t al_cursor_u16(struct al_cursor *c);
uint32_t al_cursor_u32(struct al_cursor *c);
uint64_t al_cursor_u64(struct al_cursor *c);

/* Borrows the next `length` bytes, or NULL (and bad) where they are not there. */
const uint8_t *al_cursor_bytes(struct al_cursor *c, size_t length);

void al_cursor_skip(struct al_cursor *c, size_t length);
void al_cursor_seek(struct al_cursor *c, size_t at);

static inline size_t al_cursor_left(const struct al_cursor *c)
{
    return c->size - c->at;
}

#endif
